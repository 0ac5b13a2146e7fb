"""A table for people: it lines numbers up, names its rows, and becomes cards on a phone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """A heading; numbers stand right.

    ``href`` sorts by this column, and ``sorted`` says how it stands sorted now: ``ascending``, ``descending`` or empty.
    """

    label: str
    is_number: bool = False
    href: str = ""
    sorted: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a cell.

    ``href`` makes it a link, ``kind`` a status (settled, watch, risk, unknown, neutral); ``under`` is a quiet line.
    """

    says: str
    href: str = ""
    kind: str = ""
    under: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A caption, columns and rows; a row's first cell names it.

    Raises
    ------
    ValueError
        When a row is longer or shorter than the columns: a shifted number is worse than none.
    """

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell | str, ...], ...]

    def __post_init__(self) -> None:
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"the table {self.caption!r} has rows that do not fit its {len(self.columns)} columns")

    @property
    def lines(self) -> list[list[tuple[Column, Cell]]]:
        """Each row as pairs of column and cell."""
        return [list(zip(self.columns, map(as_cell, row), strict=True)) for row in self.rows]


def as_cell(value: Cell | str) -> Cell:
    """Plain words as a cell."""
    return value if isinstance(value, Cell) else Cell(str(value))


def plain_table(caption: str, head: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[int] = ()) -> Table:
    """A table of plain words; ``numbers`` holds the places of the columns that hold numbers."""
    columns = tuple(Column(label, place in numbers) for place, label in enumerate(head))
    return Table(caption, columns, tuple(tuple(row) for row in rows))
