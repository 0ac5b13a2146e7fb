"""JSON values: one raw value after another out of lines, an array, an indented file or a statement result."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

VALUE_LIMIT = 1 << 24  # bytes of one value; a statement has a thousand, an envelope some hundred thousand
_BLANK = re.compile(r"[\s,]*")
_RESULT = re.compile(r'\{\s*(?:"more"\s*:\s*"[^"]*"\s*,\s*)?"statements"\s*:\s*\[')


@dataclass(frozen=True, slots=True)
class Value:
    """One value: the line on which it begins and its bytes; None where nothing after it could be read."""

    line: int
    raw: bytes | None


def values(chunks: Iterable[bytes]) -> Iterator[Value]:
    """The values of a UTF-8 file, in order and in flat memory.

    A file whose first line is a whole value is read line by line, so that a broken line costs nothing but itself;
    everything else is read to the first place that is no JSON.
    """
    stream = iter(chunks)
    first = next(stream, b"").removeprefix(b"\xef\xbb\xbf")
    while not first.strip() and (more := next(stream, None)) is not None:
        first += more
    if not first.strip():
        return
    if _is_lines(first):
        yield from _lines(first, stream)
    else:
        yield from _sequence(first, stream)


def _is_lines(head: bytes) -> bool:
    if head.lstrip()[:1] == b"[" or _RESULT.match(head[:4096].lstrip().decode(errors="replace")):
        return False
    first = head.lstrip().split(b"\n", 1)[0].strip()
    if first in (b"", b"{"):
        return False
    try:
        json.loads(first)
    except (ValueError, RecursionError):
        return not head.lstrip().startswith(b"{") or first.endswith(b"}")
    return True


def _lines(first: bytes, stream: Iterator[bytes]) -> Iterator[Value]:
    line, rest, chunk = 0, b"", first
    while True:
        *whole, rest = (rest + chunk).split(b"\n")
        for raw in whole:
            line += 1
            if raw and not raw.isspace():
                yield Value(line, raw)
        if len(rest) > VALUE_LIMIT:
            yield Value(line + 1, None)
            return
        after = next(stream, None)
        if after is None:
            break
        chunk = after
    if rest.strip():
        yield Value(line + 1, rest)


def _sequence(first: bytes, stream: Iterator[bytes]) -> Iterator[Value]:
    """Values of an array, or one after another; the text is decoded as it comes and bounded value by value."""
    decode, line, carry = json.JSONDecoder().raw_decode, 1, first
    text, carry = _text(carry)
    at = _opening(text)
    line += text.count("\n", 0, at)
    while True:
        blank = _BLANK.match(text, at)
        begin = blank.end() if blank else at
        try:
            if text[begin : begin + 1] == "]":
                return
            _, end = decode(text, begin)
            if end == len(text):
                raise ValueError("perhaps cut")  # noqa: TRY301 - the same road as a value that is cut
        except (ValueError, RecursionError) as fault:
            more = None if isinstance(fault, RecursionError) or len(text) - begin > VALUE_LIMIT else next(stream, None)
            if more is not None:
                added, carry = _text(carry + more)
                line += text.count("\n", at, begin)
                text, at = text[begin:] + added, 0
                continue
            yield from _rest(text[begin:], line + text.count("\n", at, begin))
            return
        line += text.count("\n", at, begin)
        yield Value(line, text[begin:end].encode(errors="replace"))
        line += text.count("\n", begin, end)
        at = end
        if at > 1 << 22:
            text, at = text[at:], 0


def _rest(text: str, line: int) -> Iterator[Value]:
    """What stands at the end: nothing, one last whole value, or something that cannot be read."""
    if not text.strip():
        return
    try:
        _, end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        yield Value(line, None)
    else:
        yield Value(line, text[:end].encode(errors="replace"))


def _opening(text: str) -> int:
    """Where the first value begins: behind the bracket of an array or of a statement result."""
    blank = len(text) - len(text.lstrip())
    if found := _RESULT.match(text, blank):
        return found.end()
    return blank + 1 if text[blank : blank + 1] == "[" else blank


def _text(raw: bytes) -> tuple[str, bytes]:
    """Text of all whole characters, and the bytes of one that is cut."""
    for back in range(1, min(4, len(raw)) + 1):
        byte = raw[-back]
        if byte >= 0xC0:
            return raw[:-back].decode(errors="replace"), raw[-back:]
        if byte < 0x80:
            break
    return raw.decode(errors="replace"), b""
