"""Formats: the text that a spreadsheet shows for a number it holds: a date, a duration, a percentage, leading zeros."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

PADDED = "padded"
_EXACT = 10**15  # a spreadsheet keeps fifteen digits; whatever a longer whole number says beyond them was lost
_SPOKEN = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!(?:h+|m+|s+)\])[^\]]*\]', re.IGNORECASE)
_BUILT_IN = {
    **dict.fromkeys((*range(14, 18), *range(27, 32), 36, *range(50, 59)), "date"),
    **dict.fromkeys((*range(18, 22), 32, 33, 34, 35, 45, 47), "time"),
    22: "date",
    46: "elapsed",
    9: "percent",
    10: "percent",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """How a style shows a number: as a date, a time, an elapsed time, a percentage, padded with zeros, or as it is."""

    kind: str = ""
    digits: int = 0


GENERAL = Shown()


def format_of(number: int, code: str | None) -> Shown:
    """Tell what kind of format this is, from its built-in number or its code.

    Examples
    --------
    >>> format_of(14, None).kind, format_of(164, "[h]:mm:ss").kind, format_of(165, "000000")
    ('date', 'elapsed', Shown(kind='padded', digits=6))
    """
    if code is None:
        return Shown(_BUILT_IN.get(number, ""))
    first = _SPOKEN.sub("", code.split(";")[0]).casefold()
    if re.fullmatch(r"0{2,}", first.strip()):
        return Shown(PADDED, len(first.strip()))
    if re.search(r"\[(h+|m+|s+)\]", first):
        return Shown("elapsed")
    if "general" in first or first.strip() in ("", "@"):
        return GENERAL
    if re.search(r"[yd]", first):
        return Shown("date")
    if re.search(r"[hs]", first):
        return Shown("time")
    if re.fullmatch(r"[m\s./-]+", first):
        return Shown("date")
    return Shown("percent") if "%" in first else GENERAL


def show(text: str, shown: Shown, *, since_1904: bool = False) -> str:
    """The text of a number as its format shows it; dates in ISO form, so that no order of day and month is guessed.

    Examples
    --------
    >>> show("45901", Shown("date")), show("4.5138888888888888E-2", Shown("time")), show("123", Shown(PADDED, 6))
    ('2025-09-01', '1:05:00', '000123')
    >>> show("0.85", Shown("percent")), show("45.0", GENERAL)
    ('85%', '45')
    """
    try:
        value = float(text)
    except ValueError:
        return text
    if not math.isfinite(value):
        return text
    if shown.kind == "date":
        return _date(value, since_1904=since_1904) or plain(text, value)
    if shown.kind in ("time", "elapsed") and value >= 0:
        return _clock(value) if value < 1 or shown.kind == "elapsed" else _date(value, since_1904=since_1904) or text
    if shown.kind == "percent":
        return f"{value * 100:.12g}%"
    if shown.kind == PADDED and value.is_integer() and 0 <= value < _EXACT:
        return str(int(value)).zfill(shown.digits)
    return plain(text, value)


def plain(text: str, value: float) -> str:
    """A number without a format: whole ones without a point, those too long to be exact in powers of ten."""
    if not value.is_integer():
        return text
    return str(int(value)) if abs(value) < _EXACT else f"{value:.14E}"


def _date(value: float, *, since_1904: bool) -> str | None:
    """A day count as a date, with its time unless it is midnight; None where no calendar holds it.

    Day 60 of the 1900 system is a 29 February that never was; days before it count from one day later.
    """
    if not 0 < value < 2_958_466:
        return None
    start = datetime(1904, 1, 1) if since_1904 else datetime(1899, 12, 30 if value >= 60 else 31)  # noqa: DTZ001
    moment = start + timedelta(seconds=round(value * 86400))
    return moment.date().isoformat() if moment.time().isoformat() == "00:00:00" else moment.isoformat()


def _clock(value: float) -> str:
    seconds = round(value * 86400)
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
