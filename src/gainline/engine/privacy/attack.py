"""The attack: what a reader can work out about a hidden count from everything that is shown.

The reader knows every shown count, every band, every sum, and that a hidden count is at least one (zeros are shown).
The smallest and the largest count that fit are found exactly, by integer programming.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy  # its parts load when they are first used: most commands never solve anything
from numpy.typing import NDArray

from gainline.engine.privacy.tables import HIDDEN, Key, ReleaseTable, Span, Sum

if TYPE_CHECKING:
    from scipy.optimize import Bounds, LinearConstraint, OptimizeResult

__all__ = ["HIDDEN", "Span", "Work", "attack", "needs", "prove"]
NODES = 2_000  # of one integer program's search; what is found by then serves, as too narrow a range at worst


class WorkSpent(Exception):
    """The programs of one release cost more than it may."""


@dataclass(slots=True)
class Work:
    """What the programs of one release may cost, counted so that every machine comes to the same end.

    Parameters
    ----------
    left
        Columns and searched nodes of integer programs that may still be spent.
    """

    left: int = 1_000_000

    def solve(self, goal: NDArray[np.float64], bounds: Bounds, fits: Sequence[LinearConstraint]) -> OptimizeResult:
        """One integer program over whole numbers.

        Raises
        ------
        WorkSpent
            When the budget is spent, or the search ended without any answer.
        """
        whole = np.ones(len(goal), dtype=np.int64)
        found = scipy.optimize.milp(
            goal, integrality=whole, bounds=bounds, constraints=fits, options={"node_limit": NODES}
        )
        self.left -= len(goal) + int(found.mip_node_count or 0)
        if self.left < 0 or (found.x is None and found.status == _LIMIT):
            raise WorkSpent
        return found


_LIMIT = 1  # of scipy's status: an iteration or node limit was reached


def equations(keys: list[Key], sums: tuple[Sum, ...], known: Mapping[Key, int]) -> LinearConstraint | None:
    """The published sums as equations over the unknown cells; None when no sum touches them.

    Parameters
    ----------
    keys
        The unknown cells, in the order of the columns.
    known
        Counts that are shown exactly.
    """
    column = {key: index for index, key in enumerate(keys)}
    rows: list[NDArray[np.float64]] = []
    right: list[float] = []
    for one in sums:
        row, rest = np.zeros(len(keys)), 0.0
        for key, sign in [(one.total, 1.0), *((part, -1.0) for part in one.parts)]:
            if key in column:
                row[column[key]] += sign
            else:
                rest -= sign * known[key]
        if row.any():
            rows.append(row)
            right.append(rest)
    return scipy.optimize.LinearConstraint(np.vstack(rows), right, right) if rows else None


def attack(
    table: ReleaseTable, spans: Mapping[Key, Span], of: Container[Key] | None = None, work: Work | None = None
) -> dict[Key, Span]:
    """What a reader can work out about every count that is not shown exactly.

    Parameters
    ----------
    table
        The counts and sums; true counts of cells in `spans` are not looked at.
    spans
        What is published about each cell that is not shown exactly: `HIDDEN`, or a band.
    of
        Whose ranges are asked for; None for every unknown.

    Returns
    -------
    dict
        For each unknown the exact smallest and largest count that fit everything published.
    """
    keys, bounds, fits = _program(table, spans)
    budget = work or Work()
    ends = {
        key: [_solve(index, sign, bounds, fits, budget)[index] for sign in (+1, -1)]
        for index, key in enumerate(keys)
        if of is None or key in of
    }
    return {key: Span(low, high) for key, (low, high) in ends.items()}


def needs(table: ReleaseTable, hidden: Collection[Key], minimum_n: int) -> set[Key]:
    """The counts that nobody may come near: those hidden now, and small ones that a reader has parts of already."""
    seen = {cell.key for cell in table.cells if cell.seen is not None}
    guarded = [cell for cell in table.cells if cell.seen is not None and cell.is_guarded and cell.can_move]
    small = {cell.key for cell in guarded if cell.count < minimum_n and (cell.count > 0 or cell.is_outcome)}
    return (set(hidden) - seen) | small


def _program(table: ReleaseTable, spans: Mapping[Key, Span]) -> tuple[list[Key], Bounds, LinearConstraint | None]:
    """The reader's unknowns, what may be thought of each, and the equations between them."""
    spans = {**_elsewhere(table), **spans}
    keys = sorted(spans)
    known = {cell.key: cell.count for cell in table.cells if cell.key not in spans}
    most = _room(table)
    bounds = scipy.optimize.Bounds([spans[key].low for key in keys], [min(spans[key].high, most) for key in keys])
    return keys, bounds, equations(keys, table.sums, known)


def _room(table: ReleaseTable) -> int:
    """Above this a count need not be thought of to lie far from its truth; a solver works badly with huge numbers."""
    return max((cell.count for cell in table.cells), default=0) + 1_000 + 20 * len(table.cells)


def _elsewhere(table: ReleaseTable) -> dict[Key, Span]:
    """What the reader has of the counts that this release does not decide on."""
    return {cell.key: cell.seen for cell in table.cells if cell.seen is not None and cell.seen.width > 0}


@dataclass(frozen=True, slots=True)
class Asked:
    """How far apart a guarded count must stay, from what size on a count is none, and what proving may cost."""

    reach: int
    minimum_n: int
    work: Work


Pair = tuple[dict[Key, int], dict[Key, int]]  # two ways in which the unknown counts could all be


def prove(
    table: ReleaseTable, spans: Mapping[Key, Span], asked: Asked, held: Mapping[Key, Pair] | None = None
) -> dict[Key, Pair] | None:
    """For every count that must stay apart, two possible worlds in which it lies `reach` apart; None without.

    The same question as `attack`, asked for a yes or no: worlds of an earlier proof that still fit are kept, and new
    ones are looked for near the truth first, where they are found sooner.
    """
    keys, full, fits = _program(table, spans)
    counts = table.counts()
    near = _near([counts[key] for key in keys], full, 4 * asked.reach)
    wanted = needs(table, spans, asked.minimum_n)
    proof: dict[Key, Pair] = {}
    for index, key in enumerate(keys):
        if key not in wanted:
            continue
        pair = (held or {}).get(key)
        if pair is None or not all(_holds(world, spans) for world in pair):
            found = (_worlds(index, keys, bounds, fits, asked.work) for bounds in (near, full))
            pair = next((pair for pair in found if pair[1][key] - pair[0][key] >= asked.reach), None)
        if pair is None:
            return None
        proof[key] = pair
    return proof


def _near(counts: list[int], full: Bounds, far: int) -> Bounds:
    """Bounds around the true counts, inside those that are published."""
    low = np.maximum(np.array(counts) - far, full.lb)
    high = np.minimum(np.array(counts) + far, full.ub)
    return scipy.optimize.Bounds(low, high)


def _holds(world: Mapping[Key, int], spans: Mapping[Key, Span]) -> bool:
    return all(span.low <= world[key] <= span.high for key, span in spans.items())


def _worlds(index: int, keys: list[Key], bounds: Bounds, fits: LinearConstraint | None, work: Work) -> Pair:
    low, high = (_solve(index, sign, bounds, fits, work) for sign in (+1, -1))
    return dict(zip(keys, low, strict=True)), dict(zip(keys, high, strict=True))


def _solve(index: int, sign: int, bounds: Bounds, fits: LinearConstraint | None, work: Work) -> list[int]:
    """Counts that fit everything published, with the smallest (sign +1) or largest (-1) count of one cell."""
    goal = np.zeros(len(bounds.lb))
    goal[index] = sign
    found = work.solve(goal, bounds, [fits] if fits is not None else [])
    if found.x is None:  # the true counts always fit, so this is a defect of ours and must not pass silently
        raise ArithmeticError(f"the audit of a hidden count did not finish: {found.message}")
    return [round(float(value)) for value in found.x]
