"""Containers: a file as a stream of bytes, whether it lies plain, gzipped or in a zip."""

from __future__ import annotations

import gzip
import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

CHUNK = 1 << 23  # bytes read at a time: large enough to keep parsing busy, small enough to keep memory flat


class Damaged(Exception):
    """The container is cut off or its checksum is wrong; translated to an issue at one seam, `sources.discover`."""


@dataclass(frozen=True, slots=True)
class Part:
    """One stream of rows: a file, or one member of a zip."""

    path: Path
    member: str | None = None

    @property
    def name(self) -> str:
        """What people call it: the file name, or the member's inside its zip."""
        return self.path.name if self.member is None else PurePosixPath(self.member).name

    @property
    def stem(self) -> str:
        """The name without endings, as standards name their tables: ``users`` for ``users.csv.gz``."""
        return self.name.split(".", 1)[0]

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """Open the decompressed bytes.

        Raises
        ------
        Damaged
            When the container turns out to be cut off or corrupt, also later while reading.
        """
        try:
            with self._open() as stream:
                yield stream
        except (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile) as fault:
            raise Damaged(str(fault)) from fault

    @contextmanager
    def _open(self) -> Iterator[BinaryIO]:
        if self.member is not None:
            with zipfile.ZipFile(self.path) as archive, archive.open(self.member) as stream:
                yield cast(BinaryIO, stream)
        elif is_gzip(self.path):
            with gzip.open(self.path) as stream:
                yield cast(BinaryIO, stream)
        else:
            with self.path.open("rb") as stream:
                yield stream

    def chunks(self) -> Iterator[bytes]:
        """The decompressed bytes, a chunk at a time."""
        with self.open() as stream:
            while chunk := stream.read(CHUNK):
                yield chunk


def is_gzip(path: Path) -> bool:
    """Tell from its first bytes whether the file is gzipped."""
    with path.open("rb") as stream:
        return stream.read(2) == b"\x1f\x8b"


def is_zip(path: Path) -> bool:
    """Tell from its first bytes whether the file is (or began as) a zip."""
    with path.open("rb") as stream:
        return stream.read(4) in (b"PK\x03\x04", b"PK\x05\x06")


def is_office(path: Path) -> bool:
    """Tell whether a zip is an office document (Office Open XML or OpenDocument), which hides its tables in XML.

    Raises
    ------
    Damaged
        When the zip has no readable list of its members.
    """
    names = {part.member for part in zip_parts(path)}
    return "[Content_Types].xml" in names or {"content.xml", "mimetype"} <= names


def zip_parts(path: Path) -> list[Part]:
    """The files inside a zip, without folders, hidden files and what macOS adds.

    Raises
    ------
    Damaged
        When the zip has no readable list of its members.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            names = [entry.filename for entry in archive.infolist() if not entry.is_dir()]
    except (zipfile.BadZipFile, EOFError) as fault:
        raise Damaged(str(fault)) from fault
    return [Part(path, name) for name in sorted(names) if not _is_litter(PurePosixPath(name))]


def _is_litter(name: PurePosixPath) -> bool:
    return "__MACOSX" in name.parts or name.name.startswith(".") or name.name in ("Thumbs.db", "desktop.ini")


def whole(part: Part) -> bytes:
    """All decompressed bytes of a small part."""
    return b"".join(part.chunks())


def as_stream(content: bytes) -> BinaryIO:
    """Bytes as a stream."""
    return io.BytesIO(content)


def combined_digest(digests: dict[str, str]) -> str:
    """One content hash for several named files: order and container do not matter."""
    lines = "".join(f"{name.casefold()}\x1f{digest}\n" for name, digest in sorted(digests.items()))
    return hashlib.sha256(lines.encode()).hexdigest()
