"""Columns: rows of words laid out as a plain table that never cuts a word short, whatever the width."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import zip_longest
from textwrap import wrap

GAP = 2
SHORT = 16  # cells up to this wide stay on one line
NARROWEST = 12  # no column of long texts is made narrower
LONGEST_WORD = 30  # a key or a file name up to this long is not broken


def lay_out(names: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[bool], width: int) -> list[str]:
    """Lay rows out under their names, long texts wrapped; one block of lines per row where no table fits.

    Parameters
    ----------
    names
        One per column.
    rows
        Cells, as many as there are names.
    right
        Whether the column is aligned right.
    width
        How many characters a line may hold.

    Examples
    --------
    >>> lay_out(["tool", "effect"], [["Lumen", "+4.9"]], right=[False, True], width=80)
    ['tool   effect', '-----  ------', 'Lumen    +4.9']
    >>> lay_out(["tool", "effect"], [["Lumen", "+4.9"]], right=[False, True], width=9)
    ['tool    Lumen', 'effect  +4.9', '']
    """
    widths = _widths(names, rows, width)
    if widths is None:
        longest = max(len(name) for name in names)
        blocks = [[*(f"{n:<{longest}}  {c}".rstrip() for n, c in zip(names, row, strict=True)), ""] for row in rows]
        return [line for block in blocks for line in block]
    lines = _row(names, widths, right)
    lines.append((" " * GAP).join("-" * wide for wide in widths))
    for row in rows:
        lines += _row(row, widths, right)
    return lines


def _widths(names: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> list[int] | None:
    """Natural widths where they fit; else names wrap, then long texts wrap, the longest first; None where none fit."""
    cells = [max((len(row[k]) for row in rows), default=0) for k in range(len(names))]
    floors = [
        max(cell if cell <= SHORT else max(NARROWEST, _longest_word(row[k] for row in rows)), _longest_word([name]))
        for k, (cell, name) in enumerate(zip(cells, names, strict=True))
    ]
    room = width - GAP * (len(names) - 1)
    natural = [max(cell, len(name)) for cell, name in zip(cells, names, strict=True)]
    if sum(natural) <= room:
        return natural
    if sum(floors) > room:
        return None
    wanted = [max(cell, floor) for cell, floor in zip(cells, floors, strict=True)]
    while sum(wanted) > room:
        most = max((k for k in range(len(wanted)) if wanted[k] > floors[k]), key=lambda k: wanted[k])
        wanted[most] -= 1
    return _relaxed(wanted, natural, room)


def _relaxed(widths: list[int], natural: Sequence[int], room: int) -> list[int]:
    """Give what room is left to the columns that had to wrap, the nearest to fitting first."""
    for k in sorted(range(len(widths)), key=lambda k: natural[k] - widths[k]):
        widths[k] += min(natural[k] - widths[k], room - sum(widths))
    return widths


def _longest_word(texts: Iterable[str]) -> int:
    return min(LONGEST_WORD, max((len(word) for text in texts for word in text.split()), default=0))


def _row(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> list[str]:
    parts = [wrap(cell, wide) or [""] for cell, wide in zip(cells, widths, strict=True)]
    lines = []
    for pieces in zip_longest(*parts, fillvalue=""):
        placed = [
            piece.rjust(wide) if is_right else piece.ljust(wide)
            for piece, wide, is_right in zip(pieces, widths, right, strict=True)
        ]
        lines.append((" " * GAP).join(placed).rstrip())
    return lines
