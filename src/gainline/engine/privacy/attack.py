"""The attack: what a reader can work out about a hidden count from everything that is shown.

The reader knows every shown count, every band, every sum, and that a hidden count is at least one (zeros are shown).
The smallest and the largest count that fit are found exactly, by integer programming.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy  # its parts load when they are first used: most commands never solve anything
from numpy.typing import NDArray

from gainline.engine.privacy.tables import Key, ReleaseTable, Sum

if TYPE_CHECKING:
    from scipy.optimize import Bounds, LinearConstraint

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


def attack(table: ReleaseTable, spans: Mapping[Key, Span]) -> dict[Key, Span]:
    """What a reader can work out about every count that is not shown exactly.

    Parameters
    ----------
    table
        The counts and sums; true counts of cells in `spans` are not looked at.
    spans
        What is published about each cell that is not shown exactly: `HIDDEN`, or a band.

    Returns
    -------
    dict
        For each key of `spans` the exact smallest and largest count that fit everything published.
    """
    keys = sorted(spans)
    if not keys:
        return {}
    known = {cell.key: cell.count for cell in table.cells if cell.key not in spans}
    fits = equations(keys, table.sums, known)
    bounds = scipy.optimize.Bounds([spans[key].low for key in keys], [spans[key].high for key in keys])
    return {
        key: Span(_extreme(index, +1, bounds, fits), _extreme(index, -1, bounds, fits))
        for index, key in enumerate(keys)
    }


Pair = tuple[dict[Key, int], dict[Key, int]]  # two ways in which the unknown counts could all be


def prove(
    table: ReleaseTable, spans: Mapping[Key, Span], reach: int, held: Mapping[Key, Pair] | None = None
) -> dict[Key, Pair] | None:
    """For every count that is not shown exactly, two possible worlds in which it lies `reach` apart; None without.

    The same question as `attack`, asked for a yes or no: worlds of an earlier proof that still fit are kept, and new
    ones are looked for near the truth first, where they are found sooner.
    """
    keys = sorted(spans)
    counts = table.counts()
    fits = equations(keys, table.sums, {key: count for key, count in counts.items() if key not in spans})
    full = scipy.optimize.Bounds([spans[key].low for key in keys], [spans[key].high for key in keys])
    near = _near([counts[key] for key in keys], full, 4 * reach)
    proof: dict[Key, Pair] = {}
    for index, key in enumerate(keys):
        pair = (held or {}).get(key)
        if pair is None or not all(_holds(world, spans) for world in pair):
            found = (_worlds(index, keys, bounds, fits) for bounds in (near, full))
            pair = next((pair for pair in found if pair[1][key] - pair[0][key] >= reach), None)
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


def _worlds(index: int, keys: list[Key], bounds: Bounds, fits: LinearConstraint | None) -> Pair:
    low, high = (_solve(index, sign, bounds, fits) for sign in (+1, -1))
    return dict(zip(keys, low, strict=True)), dict(zip(keys, high, strict=True))


def _extreme(index: int, sign: int, bounds: Bounds, fits: LinearConstraint | None) -> int:
    """The smallest (sign +1) or largest (-1) possible count of one cell."""
    return _solve(index, sign, bounds, fits)[index]


def _solve(index: int, sign: int, bounds: Bounds, fits: LinearConstraint | None) -> list[int]:
    """Counts that fit everything published, with the smallest (sign +1) or largest (-1) count of one cell."""
    many = len(bounds.lb)
    goal = np.zeros(many)
    goal[index] = sign
    constraints = [fits] if fits is not None else []
    found = scipy.optimize.milp(goal, integrality=np.ones(many, dtype=np.int64), bounds=bounds, constraints=constraints)
    if found.x is None:  # the true counts always fit, so this is a defect of ours and must not pass silently
        raise ArithmeticError(f"the audit of a hidden count did not finish: {found.message}")
    return [round(float(value)) for value in found.x]
