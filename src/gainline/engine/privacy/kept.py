"""Kept: a public release as a workspace keeps it, and what a later release makes of it.

Nothing but counts, bands and the sums that tie them stands in it; who the people were is not kept, so that erasing one
of them leaves nothing to erase here. How many came and left in between is therefore the fewest that explain the counts:
a reader who is taken to know more than anybody does only makes the later release more careful.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gainline.engine.core.issues import Issue
from gainline.engine.privacy.history import Past
from gainline.engine.privacy.moves import fewest_moves
from gainline.engine.privacy.policy import Policy
from gainline.engine.privacy.reasons import stands
from gainline.engine.privacy.release import Released, published
from gainline.engine.privacy.tables import Cell, Key, ReleaseTable, Span, Sum

FOLLOWS = "released_before"
"""Under this name an evidence document, on its way to a public page, has the kept releases that came before it."""
NEAR, PEOPLE = "near", "people"


def kept(table: ReleaseTable, released: Released) -> dict[str, Any]:
    """A public release as a JSON value: every count, what was shown of it, and the sums.

    An answer that repeats an earlier one shows nothing of its own; of it only that it was asked is kept.
    """
    if repeats(released.reasons):
        return {"cells": [], "sums": [], "repeats": True}
    cells = [
        {
            "key": list(cell.key),
            "count": cell.count,
            "status": str(released.counts[cell.key].shown),
            "low": released.counts[cell.key].low,
            "high": released.counts[cell.key].high,
            "outcome": cell.is_outcome,
        }
        for cell in table.cells
        if cell.seen is None
    ]
    inside = {cell.key for cell in table.cells if cell.seen is None}
    sums = [one for one in table.sums if inside.issuperset((one.total, *one.parts))]
    return {
        "cells": cells,
        "sums": [{"total": list(one.total), "parts": [list(part) for part in one.parts]} for one in sums],
        "repeats": False,
    }


def repeats(reasons: Iterable[Issue]) -> bool:
    """Tell whether an answer only shows an earlier release's figures once more."""
    return any(reason.code == stands("").code for reason in reasons)


def pasts(table: ReleaseTable, kept_before: Sequence[Mapping[str, Any]]) -> tuple[Past, ...]:
    """Earlier releases as `release` takes them, oldest first.

    Parameters
    ----------
    kept_before
        Values of `kept`, each with its ``day``.
    """
    found = (_past(table, one) for one in kept_before if not one["repeats"])
    return tuple(past for past in found if past is not None)


def same_counts(table: ReleaseTable, one: Mapping[str, Any]) -> bool:
    """Tell whether a value of `kept` and the table count the same groups, some or all, and all of these alike."""
    then, now = _table(one).counts(), table.counts()
    common = then.keys() & now.keys()
    return bool(common) and all(then[key] == now[key] for key in common)


def _past(table: ReleaseTable, one: Mapping[str, Any]) -> Past | None:
    then = _table(one)
    common = then.counts().keys() & {cell.key for cell in table.cells}
    if not common:
        return None
    moves = fewest_moves(then, table)
    shown = {tuple(cell["key"]): _span(cell) for cell in one["cells"]}
    return Past(str(one["day"]), then, shown, moves.joined, moves.left)


def _table(one: Mapping[str, Any]) -> ReleaseTable:
    cells = tuple(_cell(cell) for cell in one["cells"])
    sums = (Sum(tuple(each["total"]), tuple(tuple(part) for part in each["parts"])) for each in one["sums"])
    return ReleaseTable(cells, tuple(sums))


def _cell(cell: Mapping[str, Any]) -> Cell:
    return Cell(tuple(cell["key"]), cell["count"], is_outcome=cell["outcome"])


def _span(cell: Mapping[str, Any]) -> Span:
    return published(_cell(cell), cell["low"], cell["high"])


@dataclass(frozen=True, slots=True)
class Population:
    """Who is counted, in canonical form: for each column the values that it may have; a column not named has any.

    Two questions that ask for the same people are equal, however they were asked.
    """

    columns: frozenset[tuple[str, frozenset[str]]]

    @classmethod
    def of(cls, where: Mapping[str, Iterable[str]]) -> Population:
        """The population that filters leave."""
        return cls(frozenset((column, frozenset(values)) for column, values in where.items()))

    def holds(self, other: Population) -> bool:
        """Tell whether everybody of `other` is counted here as well."""
        theirs = dict(other.columns)
        return all(column in theirs and theirs[column] <= values for column, values in self.columns)

    def narrowed(self, to: str) -> Population:
        """Those of whom one more thing is told, such as that they reached something."""
        return Population(self.columns | {("", frozenset({to}))})

    def __str__(self) -> str:
        return "&".join(f"{column}={'|'.join(sorted(values))}" for column, values in sorted(self.columns, key=_first))

    @classmethod
    def parse(cls, text: str) -> Population:
        """The population that `str` wrote; values hold none of the three signs, see `plain`."""
        pairs = (part.partition("=") for part in text.split("&") if part)
        return cls.of({column: values.split("|") for column, _, values in pairs})


def _first(pair: tuple[str, frozenset[str]]) -> str:
    return pair[0]


def plain(value: object) -> str:
    """A value as it may stand in a population's text: the three signs that part it are written as in addresses."""
    return str(value).replace("%", "%25").replace("&", "%26").replace("|", "%7C").replace("=", "%3D")


def counted(table: ReleaseTable, populations: Mapping[Key, Population]) -> ReleaseTable:
    """The table with each of these cells named by whom it counts, so that every question names people alike."""
    named = {key: (PEOPLE, str(population)) for key, population in populations.items()}
    cells = tuple(replace(cell, key=named.get(cell.key, cell.key)) for cell in table.cells)
    sums = (
        Sum(named.get(one.total, one.total), tuple(named.get(part, part) for part in one.parts)) for one in table.sums
    )
    return ReleaseTable(cells, tuple(sums))


def beside(table: ReleaseTable, kept_before: Sequence[Mapping[str, Any]], policy: Policy) -> ReleaseTable:
    """The table with the earlier shown counts that lie within a few people of one of its own, tied to it.

    Two populations one of which holds the other, or that are of the same people by another indicator, and whose counts
    differ by 1 to the minimum less one: the difference is a group of its own that nobody printed, and it is guarded
    like one.

    Parameters
    ----------
    table
        Its cells are named by `counted`.
    kept_before
        Values of `kept` of such tables.
    """
    ours = [(cell, Population.parse(cell.key[1])) for cell in table.cells if cell.key[0] == PEOPLE]
    cells, sums = list(table.cells), list(table.sums)
    shown = [cell for one in kept_before for cell in one["cells"] if cell["low"] is not None]
    for number, then in enumerate(cell for cell in shown if cell["key"][0] == PEOPLE):
        theirs = Population.parse(then["key"][1])
        for cell, population in ours:
            few = cell.count - then["count"]
            if 0 < abs(few) < policy.minimum_n and _nested(population, theirs, few):
                more, tie = _neighbors(cell, then, str(number))
                cells += more
                sums.append(tie)
    return ReleaseTable(tuple(cells), tuple(sums))


def _neighbors(cell: Cell, then: Mapping[str, Any], number: str) -> tuple[list[Cell], Sum]:
    """An earlier count close to one of now, the people who make the difference, and the sum that ties the three."""
    few = cell.count - then["count"]
    was = Cell((NEAR, number, *cell.key), then["count"], is_printed=False, seen=_span(then), is_guarded=False)
    rest = Cell((*was.key, "rest"), abs(few), is_printed=False)
    outer, inner = (cell.key, was.key) if few > 0 else (was.key, cell.key)
    return [was, rest], Sum(outer, (inner, rest.key))


def _nested(ours: Population, theirs: Population, few: int) -> bool:
    """Whether the larger count can hold the smaller one's people."""
    larger, smaller = (ours, theirs) if few > 0 else (theirs, ours)
    return larger.holds(smaller)
