"""Durable files: written whole or not at all, and on the disk before anybody is told of them."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

_BLOCK = 1 << 20


def write_whole(path: Path, content: bytes) -> None:
    """Replace the file's content in one step; a reader sees the old content or the new, never a part.

    The temporary name is fixed because only the lake's one writer writes.
    """
    draft = path.with_name(path.name + ".draft")
    with draft.open("wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    draft.replace(path)
    settle_folder(path.parent)


def settle_folder(folder: Path) -> None:
    """Wait until the folder's own entries are on the disk, so that a renamed file survives a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def settle_file(path: Path) -> None:
    """Wait until the file's bytes are on the disk."""
    with path.open("rb") as content:
        os.fsync(content.fileno())


def file_digest(path: Path, *, settle: bool = False) -> str:
    """SHA-256 of the file's bytes, read in blocks; with `settle` the bytes are forced to the disk first."""
    digest = hashlib.sha256()
    if settle:
        settle_file(path)
    with path.open("rb") as content:
        while block := content.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
