"""Copies: what the workspace holds of people outside the lake: exports, lists, notes, files somebody left there."""

from __future__ import annotations

import gzip
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from gainline.lake import Whom

_WORD = re.compile(r"[^\W_](?:[\w.@+\-]*\w)?")
_FEWEST = 4  # letters of an identifier that is looked for outside the lake; a shorter one stands everywhere
_LINES = frozenset({".csv", ".tsv", ".txt", ".ndjson", ".jsonl", ".md"})
_DEEPEST = 3  # archives within archives
_ZIP, _GZIP, _PARQUET = b"PK\x03\x04", b"\x1f\x8b", b"PAR1"
_BLOCK = 1 << 24


@dataclass(frozen=True, slots=True)
class Copy:
    """A file outside the lake that holds the people: its path in the workspace, and whether lines can be cut out."""

    path: str
    places: int
    has_lines: bool


class Needles:
    """What is looked for: pseudonyms, identifiers and full names, as words."""

    def __init__(self, whom: Whom) -> None:
        words = whom.texts | {value for value in whom.values if len(value) >= _FEWEST}
        phrases = {name.casefold() for name in whom.names} | {word for word in words if not _WORD.fullmatch(word)}
        self._words = frozenset(word for word in words if _WORD.fullmatch(word))
        self._phrases: dict[str, list[str]] = {}
        for phrase in phrases:
            if first := _WORD.search(phrase):
                self._phrases.setdefault(first.group(), []).append(phrase)

    def count(self, text: str) -> int:
        """In how many places they stand."""
        low = text.casefold()
        many = 0
        for found in _WORD.finditer(low):
            word = found.group()
            parts = {word, *re.split(r"[.@+\-]", word)} if len(word) >= _FEWEST else {word}
            many += not self._words.isdisjoint({word})
            many += sum(
                low.startswith(phrase, found.start()) for part in parts for phrase in self._phrases.get(part, ())
            )
        return many


def copies(root: Path, whom: Whom) -> list[Copy]:
    """Every file of the workspace outside the lake that holds them, archives and columns looked into."""
    needles = Needles(whom)
    found = []
    for path in sorted(root.rglob("*")):
        where = path.relative_to(root)
        if path.is_file() and where.parts[0] != "lake" and (many := _held(path.read_bytes(), needles)):
            found.append(Copy(where.as_posix(), many, has_lines=path.suffix in _LINES))
    return found


def lines_with(path: Path, whom: Whom) -> int:
    """How many lines of a text file hold them."""
    needles = Needles(whom)
    return sum(bool(needles.count(line)) for line in _lines(path))


def _lines(path: Path) -> list[str]:
    with path.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
        return file.readlines()


def cut_lines(path: Path, whom: Whom) -> None:
    """Take the lines that hold them out of a text file, and leave every other byte as it is."""
    needles = Needles(whom)
    lines = _lines(path)
    kept = [line for line in lines if not needles.count(line)]
    if len(kept) < len(lines):
        draft = path.with_name(path.name + ".draft")
        draft.touch(mode=path.stat().st_mode & 0o777)
        draft.write_text("".join(kept), encoding="utf-8", errors="surrogateescape", newline="")
        draft.replace(path)


def _held(content: bytes, needles: Needles) -> int:
    return sum(needles.count(text) for text in _texts(content, _DEEPEST))


def _texts(content: bytes, depth: int) -> Iterator[str]:
    """The text of a file, and of what is packed within it."""
    if content.startswith(_PARQUET):
        yield from _cells(content)
    elif content.startswith(_ZIP) and depth:
        yield from _members(content, depth)
    elif content.startswith(_GZIP) and depth:
        yield from _unpacked(content, depth)
    else:
        for start in range(0, len(content), _BLOCK):
            block = content[max(start - 200, 0) : start + _BLOCK]  # a name on the seam is seen whole
            yield block.decode("utf-8", errors="replace")
            if b"\0" in block[:4096]:
                yield block.decode("utf-16-le", errors="replace")


def _members(content: bytes, depth: int) -> Iterator[str]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield name
                yield from _texts(archive.read(name), depth - 1)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError):
        yield content.decode("utf-8", errors="replace")


def _unpacked(content: bytes, depth: int) -> Iterator[str]:
    try:
        yield from _texts(gzip.decompress(content), depth - 1)
    except (OSError, EOFError):
        yield content.decode("utf-8", errors="replace")


def _cells(content: bytes) -> Iterator[str]:
    try:
        table = pq.read_table(io.BytesIO(content))
    except (pa.ArrowInvalid, OSError):
        yield content.decode("utf-8", errors="replace")
        return
    for column in table.columns:
        yield "\n".join(str(value) for value in column.unique().to_pylist())
