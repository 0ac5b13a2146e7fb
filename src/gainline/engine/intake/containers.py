"""Containers: a file as a stream of bytes, whether it lies plain, gzipped or in a zip."""

from __future__ import annotations

import gzip
import hashlib
import io
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO, cast

CHUNK = 1 << 23  # bytes read at a time: large enough to keep parsing busy, small enough to keep memory flat
LINE_LIMIT = 1 << 24  # bytes of one line or record; real exports stay below a thousandth of it
MEMBERS = 10_000  # files in one zip
ROOM = 1 << 26  # bytes that may come out of any container, whatever its size
RATIO = 200  # beyond that: bytes out per byte in; tables of repeated words reach a few dozen, deflate ends at 1,032
_SPOOL = 1 << 25  # bytes of a spooled file held in memory
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"  # Excel before 2007, and newer workbooks behind a password


class Damaged(Exception):
    """The container is cut off or its checksum is wrong; translated to an issue at one seam, `sources.discover`."""

    code = "IN004"


class TooLarge(Damaged):
    """The content goes beyond every honest use: a bomb, or a file of another kind."""

    code = "IN110"


@dataclass(frozen=True, slots=True)
class Part:
    """One stream of rows: a file, one member of a zip, or one sheet of a workbook."""

    path: Path
    member: str | None = None
    sheet: str | None = None

    @property
    def name(self) -> str:
        """What people call it: the file's name, or the member's inside its zip, with the sheet of a workbook."""
        return self.file_name if self.sheet is None else f"{self.file_name} [{self.sheet}]"

    @property
    def file_name(self) -> str:
        """The name of the file, or of the member inside its zip."""
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
        except (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile, NotImplementedError) as fault:
            raise Damaged(str(fault)) from fault
        except RuntimeError as fault:  # so Python says that a member is behind a password
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
        """The decompressed bytes, a chunk at a time.

        Raises
        ------
        TooLarge
            When far more comes out of a container than honest files hold.
        """
        limit, done = max(ROOM, RATIO * self.path.stat().st_size), 0
        with self.open() as stream:
            while chunk := stream.read(CHUNK):
                done += len(chunk)
                if done > limit:
                    raise TooLarge("what comes out of it")
                yield chunk

    @contextmanager
    def seekable(self) -> Iterator[IO[bytes]]:
        """Open the decompressed bytes for reading at any place; what is compressed is unpacked beside memory first."""
        if self.member is None and not is_gzip(self.path):
            with self.path.open("rb") as plain:
                yield plain
            return
        with tempfile.SpooledTemporaryFile(_SPOOL) as spooled:
            for chunk in self.chunks():
                spooled.write(chunk)
            spooled.seek(0)
            yield cast(IO[bytes], spooled)

    def head(self, size: int = 1 << 16) -> bytes:
        """The first bytes."""
        with self.open() as stream:
            return stream.read(size)


def is_gzip(path: Path) -> bool:
    """Tell from its first bytes whether the file is gzipped."""
    with path.open("rb") as stream:
        return stream.read(2) == b"\x1f\x8b"


def is_zip(path: Path) -> bool:
    """Tell from its first bytes whether the file is (or began as) a zip."""
    with path.open("rb") as stream:
        return begins_zip(stream.read(4))


def begins_zip(head: bytes) -> bool:
    """Tell whether these are the first bytes of a zip."""
    return head[:4] in (b"PK\x03\x04", b"PK\x05\x06")


def is_old_office(head: bytes) -> bool:
    """Tell whether these are the first bytes of an Excel file before 2007, or of a workbook behind a password."""
    return head.startswith(_OLD_OFFICE)


def office_kind(stream: IO[bytes]) -> str | None:
    """Tell whether a zip is an office document: ``xlsx`` for a workbook we can read, ``other`` for the rest.

    Raises
    ------
    Damaged
        When the zip has no readable list of its members.
    TooLarge
        When the list itself promises more than honest files hold.
    """
    with _listed(stream) as archive:
        names = set(archive.namelist())
    if "[Content_Types].xml" in names:
        return "xlsx" if any(name.startswith("xl/") and name.endswith(".xml") for name in names) else "other"
    return "other" if {"content.xml", "mimetype"} <= names else None


@contextmanager
def _listed(source: Path | IO[bytes]) -> Iterator[zipfile.ZipFile]:
    """Open a zip whose list of members is within limits; what each member really holds is counted when it is read."""
    try:
        with zipfile.ZipFile(source) as archive:
            entries = archive.infolist()
            packed, size = (sum(e.compress_size for e in entries), sum(e.file_size for e in entries))
            if len(entries) > MEMBERS or size > max(ROOM, RATIO * packed):
                raise TooLarge("what comes out of it")
            yield archive
    except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError) as fault:
        raise Damaged(str(fault)) from fault


def zip_parts(path: Path) -> list[Part]:
    """The files inside a zip, without folders, hidden files and what macOS adds.

    Raises
    ------
    Damaged
        When the zip has no readable list of its members.
    """
    with _listed(path) as archive:
        names = [entry.filename for entry in archive.infolist() if not entry.is_dir()]
    return [Part(path, name) for name in sorted(names) if not _is_litter(PurePosixPath(name))]


def holds_litter(path: Path) -> bool:
    """Tell whether a zip also holds what an operating system or a spreadsheet leaves behind; it is never read."""
    with _listed(path) as archive:
        return any(_is_litter(PurePosixPath(name)) for name in archive.namelist())


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
