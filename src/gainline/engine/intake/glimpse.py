"""Glimpse: the first rows of a file with every value masked, so that people see its layout and nobody in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from gainline.engine.intake.containers import Damaged, Part
from gainline.engine.intake.forms import first_cells
from gainline.engine.intake.propose import first_table, likeness

ROWS, LONGEST = 3, 24
_NO_HEADING = re.compile(r"@|\d{4}")  # as a value has it, where a file brings no header and a row stands in its place


@dataclass(frozen=True, slots=True)
class Glimpse:
    """How the first rows of a file look.

    Parameters
    ----------
    headings
        The cells of the line that looks most like a header; those that look like values are masked.
    rows
        The rows below it, every letter an ``a`` and every digit a ``9``.
    """

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def glimpse(path: Path, *, rows: int = ROWS) -> Glimpse | None:
    """Look at the first rows of any tabular file; None where no table can be read from it."""
    try:
        part, seen = first_table(Part(path))
        if seen is None:
            return None
        way = max(seen.ways, key=likeness)
        body = first_cells(part, seen, way, rows=rows)
    except Damaged:
        return None
    headings = tuple(shape(cell) if _NO_HEADING.search(cell) else cell.strip()[:LONGEST] for cell in way.cells)
    return Glimpse(headings, tuple(tuple(shape(cell) for cell in row) for row in body[:rows]))


def shape(text: str) -> str:
    """A text of which only the kinds of its signs can be read.

    Examples
    --------
    >>> shape("Peña_12"), shape("")
    ('aaaa_99', '')
    """
    signs = ("9" if sign.isdigit() else "a" if sign.isalpha() else sign for sign in text.strip()[:LONGEST])
    return "".join(signs)
