"""Durable files: written whole or not at all, and on the disk before anybody is told of them."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

_BLOCK = 1 << 20


_ALL, _OWNER = 0o666, 0o600  # before the process's own mask


def draft_of(path: Path) -> Path:
    """Where the new content lies until it takes the file's place; only the lake's one writer writes, so it is fixed."""
    return path.with_name(path.name + ".draft")


def write_whole(path: Path, content: bytes, *, private: bool = False) -> None:
    """Replace the file's content in one step; a reader sees the old content or the new, never a part.

    A `private` file is its owner's alone from its first byte on.
    """
    draft = draft_of(path)
    draft.unlink(missing_ok=True)  # one that a killed process left keeps the rights it was made with
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER if private else _ALL), "wb") as out:
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
