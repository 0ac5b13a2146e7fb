"""Cells that no spreadsheet takes for a formula, and the one writer of CSV for whatever leaves the house."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_BLANK = r"\s\x00-\x1f\x7f\u00ad\u034f\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff"
_RISKY = re.compile(rf"[{_BLANK}]*[=+\-@\uff1d\uff0b\uff0d\uff20\ufe62\ufe63\ufe66\ufe6b]|[\t\r\n\x00]")
_NUMBER = re.compile(r"[+-](\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?%?", re.ASCII)
_QUOTED = re.compile(r"[\",\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
# Python's own writer leaves a lone carriage return bare, and what follows it begins a line, where it may be a formula.
QUOTE = '"'
MARK = "'"
"""What makes a spreadsheet take the rest of a cell as text."""


def harmless(text: str) -> str:
    """A text that a spreadsheet would run as a formula, with a leading apostrophe; any other as it is.

    Spreadsheets skip blanks and what cannot be seen, and some take full-width signs for plain ones, so both count. A
    signed number is no formula, and stays a number for whoever reads the file.

    Source: OWASP ASVS 5.0.0, item 1.2.10, whose signs are =, +, -, @, TAB and NUL; the others are our own addition.

    Examples
    --------
    >>> [harmless(text) for text in ("=1+1", " @SUM(A1)", "-0.25", "Ada")]
    ["'=1+1", "' @SUM(A1)", '-0.25', 'Ada']
    """
    return f"{MARK}{text}" if _RISKY.match(text) and not _NUMBER.fullmatch(text) else text


def without_mark(text: str) -> str:
    """A text as it was before `harmless`.

    Examples
    --------
    >>> [without_mark(text) for text in ("'=1+1", "'tis")]
    ['=1+1', "'tis"]
    """
    return text[1:] if text.startswith(MARK) and harmless(text[1:]) != text[1:] else text


def csv_text(rows: Iterable[Sequence[object]], *, line_end: str = "\n") -> str:
    """Rows as CSV (RFC 4180 with LF): every text harmless, numbers with all their digits, nothing for None.

    Parameters
    ----------
    rows
        The head among them; cells of any type that `str` writes.
    """
    return "".join(_line([_written(cell) for cell in row]) + line_end for row in rows)


def _line(cells: Sequence[str]) -> str:
    if list(cells) == [""]:
        return '""'  # or a reader would take the line for no row at all
    return ",".join(f'"{cell.replace(QUOTE, QUOTE * 2)}"' if _QUOTED.search(cell) else cell for cell in cells)


def _written(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool | int):
        return str(cell)
    return repr(cell) if isinstance(cell, float) else harmless(str(cell))
