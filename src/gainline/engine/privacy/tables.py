"""Tables of counts of people, as cells and the sums that tie them together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

TOTAL = "total"
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """One count of people.

    Parameters
    ----------
    key
        Its name, e.g. ``("grade", "3", "tool")``.
    count
        How many people.
    weight
        How much the reader loses when it is hidden; the cheapest cells are hidden first.
    is_printed
        False for a count that the page never prints but that anybody can work out by subtraction.
    """

    key: Key
    count: int
    weight: float = 1.0
    is_printed: bool = True


@dataclass(frozen=True, slots=True)
class Sum:
    """`total` is exactly the sum of `parts`, and the reader knows it."""

    total: Key
    parts: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class ReleaseTable:
    """Counts that are published together, with every sum a reader could use against them."""

    cells: tuple[Cell, ...]
    sums: tuple[Sum, ...] = ()

    def __post_init__(self) -> None:
        counts = {cell.key: cell.count for cell in self.cells}
        if len(counts) != len(self.cells):
            raise ValueError("every cell has a key of its own")
        if any(count < 0 for count in counts.values()):
            raise ValueError("a count of people is not negative")
        for one in self.sums:
            if counts[one.total] != sum(counts[part] for part in one.parts):
                raise ValueError(f"the parts of {'/'.join(one.total)} do not add up to it")

    def counts(self) -> dict[Key, int]:
        """Every cell's true count."""
        return {cell.key: cell.count for cell in self.cells}


def one_way(name: str, counts: Mapping[str, int]) -> ReleaseTable:
    """A list of groups with its total.

    Examples
    --------
    >>> one_way("grade", {"3": 40, "4": 7}).counts()[("grade", "total")]
    47
    """
    parts = tuple((name, group) for group in counts)
    cells = [Cell((name, group), count) for group, count in counts.items()]
    total = Cell((name, TOTAL), sum(counts.values()), weight=4.0)
    return ReleaseTable((*cells, total), (Sum(total.key, parts),))


def two_way(name: str, rows: Sequence[str], columns: Sequence[str], counts: Sequence[Sequence[int]]) -> ReleaseTable:
    """A table of rows by columns with both margins and the grand total.

    Parameters
    ----------
    counts
        Shape (n_rows, n_columns).
    """
    cells = [Cell((name, r, c), counts[i][j]) for i, r in enumerate(rows) for j, c in enumerate(columns)]
    value = {cell.key: cell.count for cell in cells}
    sums: list[Sum] = []
    for row in rows:
        sums.append(Sum((name, row, TOTAL), tuple((name, row, c) for c in columns)))
    for column in columns:
        sums.append(Sum((name, TOTAL, column), tuple((name, r, column) for r in rows)))
    margins = [Cell(one.total, sum(value[part] for part in one.parts), weight=2.0) for one in sums]
    grand = Cell((name, TOTAL, TOTAL), sum(value.values()), weight=4.0)
    sums.append(Sum(grand.key, tuple((name, r, TOTAL) for r in rows)))
    sums.append(Sum(grand.key, tuple((name, TOTAL, c) for c in columns)))
    return ReleaseTable((*cells, *margins, grand), tuple(sums))


def nested(name: str, steps: Sequence[tuple[str, int]]) -> ReleaseTable:
    """Counts each of which is a part of the one before, such as enrolled, used, dosed.

    The people between two steps are a cell of their own, since anybody can subtract.

    Examples
    --------
    >>> nested("funnel", [("enrolled", 300), ("used", 296)]).counts()[("funnel", "enrolled", "not used")]
    4
    """
    cells = [Cell((name, key), count, weight=2.0) for key, count in steps]
    sums: list[Sum] = []
    for (outer, many), (inner, some) in pairwise(steps):
        rest = Cell((name, outer, f"not {inner}"), many - some, is_printed=False)
        cells.append(rest)
        sums.append(Sum((name, outer), ((name, inner), rest.key)))
    return ReleaseTable(tuple(cells), tuple(sums))


def join(*tables: ReleaseTable, sums: Sequence[Sum] = ()) -> ReleaseTable:
    """Several tables that one reader sees side by side, with the sums that run between them."""
    cells = tuple(cell for table in tables for cell in table.cells)
    return ReleaseTable(cells, tuple(one for table in tables for one in table.sums) + tuple(sums))
