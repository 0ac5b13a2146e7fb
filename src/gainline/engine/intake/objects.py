"""Objects: JSON arrays and lines of JSON as rows of text, one record at a time, within limits."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from gainline.engine.intake.containers import LINE_LIMIT, Damaged, TooLarge

_DEPTH = 16  # objects within objects that become columns; whatever lies deeper stays JSON text
_BLANK = re.compile(r"[ \t\r\n]*")
_COLUMNS = 4000


class _Twice(dict[str, Any]):
    """An object that names one key twice: which of the two is meant, nobody can know."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    return found if len(found) == len(pairs) else _Twice(found)


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_float=str, parse_int=str, parse_constant=str)


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its line (of an array: its number), and its text by key; None where it is no JSON object."""

    number: int
    cells: dict[str, str] | None


def lines_of(chunks: Iterable[bytes]) -> Iterator[Record]:
    """The records of a file with one JSON object a line; blank lines are none.

    Raises
    ------
    TooLarge
        When a line is longer than any record.
    """
    number, rest = 0, b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            number += 1
            if line.strip():
                yield Record(number, _decoded(line.decode(errors="replace")))
        if len(rest) > LINE_LIMIT:
            raise TooLarge("a line")
    if rest.strip():
        yield Record(number + 1, _decoded(rest.decode(errors="replace")))


def _decoded(text: str) -> dict[str, str] | None:
    try:
        value = _DECODER.decode(text)
    except (ValueError, RecursionError):
        return None
    return _flat(value)


def _flat(value: object) -> dict[str, str] | None:
    if not isinstance(value, dict):
        return None
    cells: dict[str, str] = {}
    try:
        _spread(value, "", cells, 0)
    except (RecursionError, ValueError):
        return None
    return cells


def _spread(value: dict[str, Any], prefix: str, cells: dict[str, str], depth: int) -> None:
    """Write an object's values down by key; an object within becomes ``outer.inner``, a list stays JSON text."""
    if type(value) is _Twice:
        raise ValueError("a key stands twice")
    for key, inner in value.items():
        name = f"{prefix}{key}"
        if isinstance(inner, dict) and inner and depth < _DEPTH:
            _spread(inner, f"{name}.", cells, depth + 1)
        else:
            name.encode()
            if name in cells:
                raise ValueError("a key stands twice")
            cells[name] = text_of(inner)
            cells[name].encode()  # half a character, as \ud800 alone, is no text


def text_of(value: object) -> str:
    """A value as a text file would write it; nothing for null."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def array_of(chunks: Iterable[bytes]) -> Iterator[Record]:
    """The records of a JSON array, or of the one array of objects within a JSON object.

    Raises
    ------
    Damaged
        When the text is no JSON, or holds no array of objects or several.
    TooLarge
        When a record is too long or nested without end.
    """
    text = _Text(chunks)
    opening = text.peek()
    if opening == "[":
        yield from _elements(text)
    elif opening == "{":
        yield from _array_within(text)
    else:
        raise Damaged("neither an array nor an object")
    if text.peek():
        raise Damaged("something follows the end")


def _array_within(text: _Text) -> Iterator[Record]:
    """The array of an object such as ``{"value": [...]}``; what stands beside it is about the export."""
    text.expect("{")
    seen = 0
    while text.peek() != "}":
        text.value()
        text.expect(":")
        if text.peek() == "[":
            seen += 1
            for record in _elements(text):
                if seen > 1:
                    raise Damaged("several arrays, and which of them is meant is not said")
                yield record
        else:
            text.value()
        if text.peek() == ",":
            text.expect(",")
    text.expect("}")
    if not seen:
        raise Damaged("no array")


def _elements(text: _Text) -> Iterator[Record]:
    text.expect("[")
    number = 0
    while text.peek() != "]":
        number += 1
        yield Record(number, _flat(text.value()))
        if text.peek() == ",":
            text.expect(",")
        elif text.peek() != "]":
            raise Damaged("no comma between two records")
    text.expect("]")


class _Text:
    """JSON text that comes in chunks, read value by value."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._carry = b""
        self._text, self._at = "", 0
        self._ended = False

    def _more(self) -> bool:
        if self._ended:
            return False
        chunk = next(self._chunks, None)
        if chunk is None:
            self._ended = True
            chunk = b"\n"
        raw = self._carry + chunk
        cut = len(raw) if self._ended else _whole_characters(raw)
        self._carry = raw[cut:]
        self._text = self._text[self._at :] + raw[:cut].decode(errors="replace")
        self._at = 0
        return True

    def peek(self) -> str:
        """The next character that is not blank; empty at the end."""
        while True:
            found = _BLANK.match(self._text, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def expect(self, mark: str) -> None:
        """Step over one character.

        Raises
        ------
        Damaged
            When another one stands there.
        """
        if self.peek() != mark:
            raise Damaged(f"{mark} expected")
        self._at += 1

    def value(self) -> object:
        """Read one value; more text is fetched while it is not complete."""
        self.peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
                if end < len(self._text) or self._ended:  # at the very end a number may go on in the next chunk
                    self._at = end
                    return value
            except RecursionError as fault:
                raise TooLarge("nesting") from fault
            except ValueError as fault:
                if self._ended:
                    raise Damaged("no JSON") from fault
            if len(self._text) - self._at > LINE_LIMIT:
                raise TooLarge("a record")
            self._more()


def _whole_characters(raw: bytes) -> int:
    """Where to cut UTF-8 so that no character is cut in two."""
    for back in range(1, min(4, len(raw)) + 1):
        byte = raw[-back]
        if byte >= 0xC0:
            return len(raw) - back
        if byte < 0x80:
            break
    return len(raw)


def keys_of(records: Iterable[Record]) -> tuple[str, ...]:
    """Every key that any record has, in the order in which they first come.

    Raises
    ------
    TooLarge
        When there are more keys than any table has columns.
    """
    keys: dict[str, None] = {}
    for record in records:
        if record.cells is not None and not keys.keys() >= record.cells.keys():
            keys.update(dict.fromkeys(record.cells))
            if len(keys) > _COLUMNS:
                raise TooLarge("the number of keys")
    return tuple(keys)
