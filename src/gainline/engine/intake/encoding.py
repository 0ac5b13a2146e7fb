"""Encoding: which characters the bytes stand for, told from the whole file and never guessed from its head."""

from __future__ import annotations

import codecs
import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gainline.engine.intake.containers import LINE_LIMIT, TooLarge

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_DASHES, _QUOTES, _SIGNS = frozenset("–—"), frozenset("‘’“”"), frozenset("°½¼¾©®™…•€£§")
_NARROW = 0.25  # points per sign by which one encoding must read better than the other before we choose for a person
_SAMPLE = 4000  # high bytes looked at when two single-byte encodings compete: more never changed the answer
CANDIDATES = ("cp1252", "mac_roman")


@dataclass(frozen=True, slots=True)
class Survey:
    """What one pass over all bytes told: content hash, size, encoding, and the first bytes for the header.

    Where two encodings read the bytes about equally well, ``doubt`` holds some of the affected cells, letters masked,
    as each of the two reads them.
    """

    sha256: str
    size: int
    encoding: str
    head: bytes
    doubt: tuple[str, ...] = ()


@dataclass(slots=True)
class _Scan:
    utf8: bool = True
    contexts: list[bytes] | None = None
    high: int = 0


def survey(chunks: Iterable[bytes], *, head_bytes: int = 1 << 16, lines: bool = True) -> Survey:
    """Hash the content and tell its encoding in one pass.

    The ladder: byte order mark; strict UTF-8 over the whole file; a NUL in every other byte (UTF-16 without a mark);
    else Windows-1252 against Mac Roman, scored by whether the high bytes become letters inside words or spaced
    dashes and quotes. Mac Roman has a character for every byte, so the ladder always ends.

    Parameters
    ----------
    chunks
        All bytes.
    head_bytes
        How many of the first bytes to keep.
    lines
        Whether the content is cut into rows at line ends, so that no line may be beyond every measure.

    Raises
    ------
    TooLarge
        When a line is longer than any real one: nothing below could cut it into rows.
    """
    hashed, scan, size, head, line = hashlib.sha256(), _Scan(contexts=[]), 0, b"", 0
    decoder = codecs.getincrementaldecoder("utf-8")()
    for chunk in chunks:
        hashed.update(chunk)
        size += len(chunk)
        if len(head) < head_bytes:
            head += chunk[: head_bytes - len(head)]
        end = max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))
        line = line + len(chunk) if end < 0 else len(chunk) - end
        if lines and line > LINE_LIMIT:
            raise TooLarge("a line")
        _scan(chunk, scan, decoder)
    if scan.utf8:
        scan.utf8 = _decodes(decoder, b"", final=True)
    encoding = _decide(head, scan)
    doubt = _doubt(scan.contexts or []) if encoding in CANDIDATES else ()
    return Survey(hashed.hexdigest(), size, encoding, head, doubt)


def _scan(chunk: bytes, scan: _Scan, decoder: codecs.IncrementalDecoder) -> None:
    if chunk.isascii() and not decoder.getstate()[0]:
        return
    if scan.utf8:
        scan.utf8 = _decodes(decoder, chunk)
    if scan.contexts is not None and len(scan.contexts) < _SAMPLE:
        room = _SAMPLE - len(scan.contexts)
        found = re.finditer(rb"[ -~]{0,6}[\x80-\xff]+[ -~]{0,6}", chunk)
        scan.contexts.extend(match.group() for match, _ in zip(found, range(room), strict=False))


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def _decide(head: bytes, scan: _Scan) -> str:
    for mark, name in _BOMS:
        if head.startswith(mark):
            return name if name != "utf-8-sig" or scan.utf8 else _single_byte(scan.contexts or [])
    if without_mark := _utf16_without_mark(head):
        return without_mark
    return "utf-8" if scan.utf8 else _single_byte(scan.contexts or [])


def _utf16_without_mark(head: bytes) -> str | None:
    sample = head[:4096]
    if len(sample) < 4 or sample.count(0) < 0.3 * len(sample):
        return None
    return "utf-16-le" if sample[1::2].count(0) > sample[0::2].count(0) else "utf-16-be"


def _single_byte(contexts: list[bytes]) -> str:
    scores = {name: _score(contexts, name) for name in CANDIDATES}
    known = {name: score for name, score in scores.items() if score is not None}
    return max(known, key=lambda name: known[name])  # a tie goes to the first, cp1252


def _doubt(contexts: list[bytes]) -> tuple[str, ...]:
    """Some affected cells as each encoding reads them; empty where one clearly reads better."""
    scores = [_score(contexts, name) for name in CANDIDATES]
    if None in scores or abs((scores[0] or 0) - (scores[1] or 0)) >= _NARROW * len(contexts):
        return ()
    shown = dict.fromkeys(" or ".join(masked(context.decode(name)) for name in CANDIDATES) for context in contexts)
    return tuple(shown)[:3]


def masked(text: str) -> str:
    """A text of which only the signs outside ASCII can be read.

    Examples
    --------
    >>> masked("Peña 12")
    '··ñ· ··'
    """
    return "".join(sign if sign.isspace() or not sign.isascii() else "·" for sign in text.strip())


def _score(contexts: list[bytes], name: str) -> float | None:
    """How much the high bytes read like text; None where a byte has no character in the encoding."""
    total = 0.0
    for context in contexts:
        try:
            text = f" {context.decode(name)} "
        except UnicodeDecodeError:
            return None
        total += sum(_plausible(text, at) for at, char in enumerate(text) if not char.isascii())
    return total


def _plausible(text: str, at: int) -> float:
    """How likely the character at this place is in text: 1 a natural place, 0 undecided, -1 out of place.

    What tells the two apart: read as Windows-1252, Mac Roman's é, É and ñ become Ž, ƒ and a dash inside a word; read as
    Mac Roman, Windows-1252's é and ñ become È and Ò after a small letter, and its à a dagger.
    """
    char, before, after = text[at], text[at - 1], text[at + 1]
    in_word = before.isalpha() or after.isalpha()
    if char.isalpha() and "À" <= char <= "ÿ":
        return -1.0 if not in_word or (char.isupper() and before.islower()) else 1.0
    if char in _DASHES:
        return -0.5 if before.isalpha() and after.isalpha() else 1.0
    if char in _QUOTES:
        return 1.0 if in_word else 0.0
    if char.isalpha():
        return 0.0
    return 0.5 if char in _SIGNS else -1.0


def utf8_chunks(chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """The same text as UTF-8 without a byte order mark; UTF-8 passes through untouched."""
    if encoding == "utf-8":
        yield from chunks
        return
    if encoding == "utf-8-sig":
        for number, chunk in enumerate(chunks):
            yield chunk.removeprefix(codecs.BOM_UTF8) if number == 0 else chunk
        return
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    for chunk in chunks:
        yield decoder.decode(chunk).encode()
    yield decoder.decode(b"", True).encode()
