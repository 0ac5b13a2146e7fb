"""Complementary suppression: which further counts must go so that no hidden one can be worked out.

Source: the minimum-cost patterns of Kelly, Golden and Assad (1992, Networks 22), solved as small integer programmes,
one hidden cell at a time, instead of "hide the next smallest", which the attack beats.
"""

from __future__ import annotations

import math
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy  # its parts load when they are first used: most commands never solve anything
from numpy.typing import NDArray

from gainline.engine.privacy.attack import CEILING, HIDDEN, attack
from gainline.engine.privacy.policy import Policy
from gainline.engine.privacy.tables import Cell, Key, ReleaseTable

if TYPE_CHECKING:
    from scipy.optimize import Bounds, LinearConstraint


def suppress(table: ReleaseTable, policy: Policy) -> frozenset[Key]:
    """The cells that must not be shown exactly: those under the minimum, and what protects them.

    Smallest first, every hidden cell gets the cheapest further cells that let its count move far enough. The last word
    is the attack's: should it still narrow a cell, every count but the zeros goes.
    """
    hidden = {cell.key for cell in table.cells if policy.is_small(cell.count)}
    safe: set[Key] = set()
    counts = table.counts()
    while waiting := sorted(hidden - safe, key=lambda key: (counts[key], key)):
        cover = _cheapest_cover(table, waiting[0], frozenset(hidden), policy.minimum_range)
        if cover is None:
            return _everything(table)
        hidden |= cover
        safe.add(waiting[0])
    spans = attack(table, dict.fromkeys(hidden, HIDDEN))
    is_safe = all(span.width >= policy.minimum_range for span in spans.values())
    return frozenset(hidden) if is_safe else _everything(table)


def _everything(table: ReleaseTable) -> frozenset[Key]:
    return frozenset(cell.key for cell in table.cells if cell.count > 0)


@dataclass(frozen=True, slots=True)
class _Moves:
    """Two ways in which the counts could differ from the truth, over the cells that are not zero.

    Variables are, in this order: the downward way, the upward way (one each per cell), and whether a cell is hidden.
    """

    cells: list[Cell]
    sums: NDArray[np.float64]

    @property
    def many(self) -> int:
        return len(self.cells)


def _cheapest_cover(table: ReleaseTable, key: Key, hidden: AbstractSet[Key], reach: int) -> set[Key] | None:
    """The cheapest set of further cells whose hiding lets the count of `key` range over at least `reach`."""
    moves = _moves(table)
    many = moves.many
    index = next(i for i, cell in enumerate(moves.cells) if cell.key == key)
    cost = np.array([0.0 if cell.key in hidden else _loss(cell) for cell in moves.cells])
    found = scipy.optimize.milp(
        np.concatenate([np.zeros(2 * many), cost]),
        integrality=np.ones(3 * many, dtype=np.int64),
        bounds=_bounds(moves, index, reach),
        constraints=_constraints(moves, index, reach),
    )
    if found.x is None:
        return None
    return {cell.key for cell, gone in zip(moves.cells, found.x[2 * many :], strict=True) if gone > 0.5}


def _loss(cell: Cell) -> float:
    """What hiding one more cell costs the reader; small counts cost less, margins more, unprinted ones next to none."""
    return cell.weight * (1.0 + math.log10(1 + cell.count)) if cell.is_printed else 0.01


def _moves(table: ReleaseTable) -> _Moves:
    cells = [cell for cell in table.cells if cell.count > 0]
    column = {cell.key: index for index, cell in enumerate(cells)}
    rows = np.zeros((len(table.sums), len(cells)))
    for row, one in zip(rows, table.sums, strict=True):
        for key, sign in [(one.total, 1.0), *((part, -1.0) for part in one.parts)]:
            if key in column:
                row[column[key]] += sign
    return _Moves(cells, rows)


def _bounds(moves: _Moves, index: int, reach: int) -> Bounds:
    """No count falls under one, the cell in question moves down in the first way and up in the second."""
    down = np.array([1.0 - cell.count for cell in moves.cells])
    up = np.full(moves.many, float(_far(moves, reach)))
    low = np.concatenate([down, down, np.zeros(moves.many)])
    high = np.concatenate([up, up, np.ones(moves.many)])
    high[index] = 0.0
    low[moves.many + index] = 0.0
    low[2 * moves.many + index] = 1.0
    return scipy.optimize.Bounds(low, high)


def _far(moves: _Moves, reach: int) -> int:
    """No cheapest pattern needs a count to move farther than this."""
    return min(CEILING, reach * max(2, moves.many))


def _constraints(moves: _Moves, index: int, reach: int) -> list[LinearConstraint]:
    many, none = moves.many, np.zeros_like(moves.sums)
    far = float(max(_far(moves, reach), max(cell.count for cell in moves.cells)))
    same, zero = np.eye(many), np.zeros((many, many))
    apart = np.zeros(3 * many)
    apart[index], apart[many + index] = -1.0, 1.0
    held: list[LinearConstraint] = [scipy.optimize.LinearConstraint(apart[None, :], reach, np.inf)]
    if len(moves.sums):
        held.append(scipy.optimize.LinearConstraint(np.hstack([moves.sums, none, none]), 0, 0))
        held.append(scipy.optimize.LinearConstraint(np.hstack([none, moves.sums, none]), 0, 0))
    for way in ((same, zero), (zero, same)):  # a cell that is shown cannot move
        held.append(scipy.optimize.LinearConstraint(np.hstack([*way, -far * same]), -np.inf, 0))
        held.append(scipy.optimize.LinearConstraint(np.hstack([*way, far * same]), 0, np.inf))
    return held
