"""Arrivals: one short look at a file that came over the web, before anything of it is unpacked or read."""

from __future__ import annotations

import gzip
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Protocol

from gainline.engine.core.errors import Conflict
from gainline.engine.core.strict_json import is_deeper
from gainline.engine.intake.containers import LINE_LIMIT, ROOM, begins_zip, is_old_office

UNPACKED = 2 * 1024**3  # bytes that an archive may hold
ENTRIES = 1_000
RATIO = 100  # bytes out per byte in, beyond the first `ROOM`
HEAD = 1 << 20  # bytes that are looked at
BLOCK = 1 << 20
_LOCAL = 30  # bytes of a member's own header, without its name
_LINK, _KIND, _SECRET = 0o120000, 0o170000, 0x1
_BINARY = (
    b"%PDF", b"\x7fELF", b"MZ", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"Rar!", b"7z\xbc\xaf", b"BZh", b"\xfd7zXZ",
    b"\x28\xb5\x2f\xfd", b"\xca\xfe\xba\xbe", b"SQLite format 3", b"OggS", b"RIFF", b"#!", b"\x04\x22\x4d\x18",
)  # fmt: skip
_MARKS = re.compile(rb"^(\xef\xbb\xbf|\xff\xfe|\xfe\xff)")
_DOCTYPE = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)
_BEGINS = {".json": b"[{", ".jsonl": b"[{", ".ndjson": b"[{", ".xml": b"<"}
_LINED = frozenset({".csv", ".tsv", ".txt", ".jsonl", ".ndjson"})


class Readable(Protocol):
    """Gives bytes, a piece at a time."""

    def read(self, size: int, /) -> bytes:
        """The next bytes; none at the end."""


def check_arrival(path: Path, *, name: str = "") -> None:
    """Let a file through whose content is what its ending says and which stays within every limit when it is opened.

    What an archive claims of itself is checked here; that it holds no more is counted again when it is read.

    Parameters
    ----------
    name
        What it is called, where that is not its file's name.

    Raises
    ------
    Conflict
        IN444 the content is of another kind than the ending says; IN445 more would come out of it than 2 GB, or more
        than 100 times what went in; IN446 more than 1,000 files; IN447 an archive within it, a link, a password, or a
        list of files that contradicts itself; IN448 a line without end; IN449 XML that declares entities, or JSON that
        is nested more than 64 deep.

    Source: OWASP ASVS 5.0.0, items 5.2.1 to 5.2.5; the limits are ours.
    """
    ending = Path(name or path.name).suffix.lower()
    if ending in {".zip", ".xlsx"}:
        _check_archive(path, is_workbook=ending == ".xlsx")
    elif ending == ".gz":
        _check_packed(path, Path(name or path.name).stem)
    else:
        with path.open("rb") as stream:
            _check_plain(stream, ending)


def _no(
    code: str, because: str, remedy: str = "export it again; if it is what it should be, ask whoever runs this site"
) -> Conflict:
    return Conflict(f"{code} {because}", remedy)


def _check_plain(stream: Readable, ending: str) -> None:
    """A file that should be text, from its beginning."""
    head = stream.read(HEAD)
    begin = _MARKS.sub(b"", head).replace(b"\x00", b"").lstrip()
    is_packed = begins_zip(head) or head.startswith(b"\x1f\x8b") or is_old_office(head)
    if is_packed or head.startswith(_BINARY) or (ending in _BEGINS and begin and begin[:1] not in _BEGINS[ending]):
        raise _no("IN444", f"the content is not what the ending {ending} says")
    if ending == ".xml" and _DOCTYPE.search(head):
        raise _no("IN449", "the XML declares entities or a document type")
    if ending in _BEGINS and ending != ".xml" and is_deeper(begin.decode("utf-8", "replace")):
        raise _no("IN449", "the JSON is nested more than 64 deep")
    if ending in _LINED:
        _check_line(stream, head)


def _check_line(stream: Readable, head: bytes) -> None:
    seen, block = 0, head
    while block and b"\n" not in block and b"\r" not in block:
        seen += len(block)
        if seen > LINE_LIMIT:
            raise _no("IN448", "its first line has no end")
        block = stream.read(BLOCK)


def _check_packed(path: Path, inner: str) -> None:
    """A gzip: as its own content from the beginning, and never more out of it than went in would make."""
    with path.open("rb") as raw:
        if raw.read(2) != b"\x1f\x8b":
            raise _no("IN444", "the content is not what the ending .gz says")
        raw.seek(0)
        with _readable(), gzip.GzipFile(fileobj=raw) as stream:
            counted = _Counted(stream, raw.tell)
            _check_plain(counted, Path(inner).suffix.lower())
            while counted.came <= ROOM and counted.read(BLOCK):
                pass


class _Counted:
    """A stream out of a container that stops when it gives far more than it took."""

    def __init__(self, stream: Readable, taken: Callable[[], int]) -> None:
        self._stream, self._taken, self.came = stream, taken, 0

    def read(self, size: int) -> bytes:
        block = self._stream.read(size)
        self.came += len(block)
        if self.came > ROOM and self.came > RATIO * self._taken():
            raise _too_much()
        return block


def _too_much() -> Conflict:
    return _no("IN445", "far more would come out of it than an export holds", "send the files themselves, in parts")


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError) as fault:
        raise _no("IN444", "the archive is damaged, or none", "send it again") from fault


def _check_archive(path: Path, *, is_workbook: bool) -> None:
    with path.open("rb") as raw:
        if not begins_zip(raw.read(4)):
            raise _no("IN444", f"the content is not what the ending {'.xlsx' if is_workbook else '.zip'} says")
    with _readable(), zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
        _check_sizes(entries, path.stat().st_size)
        _check_places(entries, archive.start_dir)
        names = {entry.filename for entry in entries}
        if is_workbook and not ("[Content_Types].xml" in names and any(name.startswith("xl/") for name in names)):
            raise _no("IN444", "the content is no workbook")
        for entry in entries if not is_workbook else ():
            _check_member(archive, entry)


def _check_sizes(entries: list[zipfile.ZipInfo], packed: int) -> None:
    if len(entries) > ENTRIES:
        raise _no("IN446", f"more than {ENTRIES:,} files lie in the archive", "send them in parts")
    whole = sum(entry.file_size for entry in entries)
    tight = any(entry.file_size > max(ROOM, RATIO * entry.compress_size) for entry in entries)
    if whole > UNPACKED or whole > max(ROOM, RATIO * packed) or tight:
        raise _too_much()


def _check_places(entries: list[zipfile.ZipInfo], end: int) -> None:
    """Members lie one behind another and before the list: none twice, none within another, no link, no password."""
    reached = 0
    for entry in sorted(entries, key=lambda one: one.header_offset):
        is_link = (entry.external_attr >> 16) & _KIND == _LINK
        if entry.header_offset < reached or is_link or entry.flag_bits & _SECRET:
            raise _no("IN447", "the archive contradicts itself, or holds a link or a password", "pack the files anew")
        reached = entry.header_offset + _LOCAL + entry.compress_size
    if reached > end:
        raise _no("IN447", "the archive's list of files contradicts its content", "pack the files anew")


def _check_member(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """One file within a zip, by its first bytes; a workbook may lie in it, another archive may not."""
    ending = PurePosixPath(entry.filename).suffix.lower()
    with archive.open(entry) as member:
        head = member.read(4)
        if ending == ".xlsx" and begins_zip(head):
            return
        if begins_zip(head) or head.startswith(b"\x1f\x8b"):
            raise _no("IN447", "an archive lies within the archive", "unpack it, and send the files within")
    if ending in _LINED or ending in _BEGINS:
        with archive.open(entry) as member:
            _check_plain(member, ending)
