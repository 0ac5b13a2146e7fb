"""Tables of counts of people, as cells and the sums that tie them together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

TOTAL = "total"
REACHED, NOT_REACHED = "reached", "not reached"
Key = tuple[str, ...]
CEILING = 10_000_000  # no district has more students; stands for "no upper limit"


@dataclass(frozen=True, slots=True)
class Span:
    """The counts that a reader must hold possible, both ends included."""

    low: int
    high: int

    @property
    def width(self) -> int:
        """How far the ends lie apart; zero gives the count away."""
        return self.high - self.low


HIDDEN = Span(1, CEILING)
UNSEEN = Span(0, CEILING)  # of a count whose zero is hidden like any small one


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
    is_outcome
        Whether nobody and everybody are told as well: that 0 of 40 passed says something about each of the 40, so that
        a zero is hidden like any small count.
    seen
        What the reader has of this count apart from this release, which then neither shows nor hides it: a count of an
        earlier release, or one that is printed nowhere. None for a count that this release decides on.
    is_guarded
        False for a number that only ties others together and says nothing about people.
    """

    key: Key
    count: int
    weight: float = 1.0
    is_printed: bool = True
    is_outcome: bool = False
    seen: Span | None = None
    is_guarded: bool = True

    @property
    def can_move(self) -> bool:
        """Whether the count could be another one for a reader to whom it is not shown; a plain zero is always shown."""
        if self.seen is not None:
            return self.seen.width > 0
        return self.count > 0 or self.is_outcome

    @property
    def unknown(self) -> Span:
        """What is left to the reader when nothing of the count is shown."""
        return self.seen or (UNSEEN if self.is_outcome else HIDDEN)


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
        if any(cell.seen and not cell.seen.low <= cell.count <= cell.seen.high for cell in self.cells):
            raise ValueError("what a reader has seen of a count holds the count")
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


def outcomes(name: str, groups: Mapping[str, tuple[int, int]]) -> ReleaseTable:
    """Groups, and how many of each reached something: a table of rates in which nobody and everybody are told as well.

    Parameters
    ----------
    groups
        ``{group: (reached, of)}``. Cells are ``(name, group, "reached")``, ``(name, group, "not reached")`` and
        ``(name, group, "total")``, with totals over all groups.

    Examples
    --------
    >>> outcomes("passed", {"3": (40, 40)}).counts()[("passed", "3", "not reached")]
    0
    """
    rows = [[reached, of - reached] for reached, of in groups.values()]
    table = two_way(name, list(groups), [REACHED, NOT_REACHED], rows)
    people = {row: of for row, (_, of) in groups.items()} | {TOTAL: sum(of for _, of in groups.values())}
    told = [replace(cell, is_outcome=cell.key[2] != TOTAL and people[cell.key[1]] > 0) for cell in table.cells]
    return ReleaseTable(tuple(told), table.sums)


def faces(name: str, axes: Sequence[Sequence[str]], counts: Sequence[Sequence[Sequence[int]]]) -> ReleaseTable:
    """The three two-way tables of one population sorted in three ways, tied together.

    Tables that are each safe alone can undo each other through the single people that they all count; so the counts by
    all three ways at once, which are printed nowhere, stand in the system as unknowns and are guarded as well.

    Parameters
    ----------
    axes
        The groups of each of the three ways, e.g. schools, grades, programs.
    counts
        Shape (first, second, third).
    """
    inner: dict[Key, int] = {
        (name, a, b, c): counts[i][j][k]
        for i, a in enumerate(axes[0])
        for j, b in enumerate(axes[1])
        for k, c in enumerate(axes[2])
    }
    cells = [Cell(key, count, is_printed=False, seen=UNSEEN) for key, count in inner.items()]
    sums: list[Sum] = []
    for folded in ((2,), (1,), (0,), (1, 2), (0, 2), (0, 1), (0, 1, 2)):
        for total, parts in _folded(inner, folded).items():
            cells.append(Cell(total, sum(inner[part] for part in parts), weight=float(2 ** (len(folded) - 1))))
            sums.append(Sum(total, tuple(parts)))
    return ReleaseTable(tuple(cells), tuple(sums))


def _folded(inner: Mapping[Key, int], folded: tuple[int, ...]) -> dict[Key, list[Key]]:
    """The inner counts behind each margin over the ways `folded`."""
    behind: dict[Key, list[Key]] = {}
    for key in inner:
        total = tuple(TOTAL if place - 1 in folded else part for place, part in enumerate(key))
        behind.setdefault(total, []).append(key)
    return behind


def margins(table: ReleaseTable) -> ReleaseTable:
    """The table with its finest counts printed nowhere: what is the total of nothing becomes an unknown."""
    totals = {one.total for one in table.sums}
    cells = [
        cell if cell.key in totals or cell.seen is not None else replace(cell, seen=UNSEEN, is_printed=False)
        for cell in table.cells
    ]
    return ReleaseTable(tuple(cells), table.sums)
