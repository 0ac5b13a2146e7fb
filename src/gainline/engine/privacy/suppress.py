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

from gainline.engine.privacy.attack import Work, needs
from gainline.engine.privacy.policy import Policy
from gainline.engine.privacy.tables import CEILING, Cell, Key, ReleaseTable

if TYPE_CHECKING:
    from scipy.optimize import Bounds, LinearConstraint


def suppress(table: ReleaseTable, policy: Policy, *, forced: AbstractSet[Key], work: Work) -> frozenset[Key] | None:
    """The cells that must not be shown exactly: those under the minimum, and what protects them.

    Smallest first, every hidden cell gets the cheapest further cells that let its count move far enough. The last word
    is the attack's, which `release` asks.

    Parameters
    ----------
    forced
        Further cells to hide, for a reason that lies outside this table: a count that changed by a few since it was
        last shown.

    Returns
    -------
    frozenset or None
        None when even hiding everything leaves a count too narrow, because of what was shown before.

    Raises
    ------
    WorkSpent
        When the programs cost more than they may.
    """
    hidden = {cell.key for cell in table.cells if _must_go(cell, policy)} | forced
    counts, safe = table.counts(), set[Key]()
    while waiting := sorted(needs(table, hidden, policy.minimum_n) - safe, key=lambda k: (counts[k], k)):
        cover = _cheapest_cover(table, waiting[0], frozenset(hidden), policy.minimum_range, work)
        if cover is None:
            return None
        hidden |= cover
        safe.add(waiting[0])
    return frozenset(hidden)


def _must_go(cell: Cell, policy: Policy) -> bool:
    if cell.seen is not None or not cell.can_move:
        return False
    return cell.count < policy.minimum_n


def everything(table: ReleaseTable) -> frozenset[Key]:
    """Every cell that this release decides on and of which something could be told."""
    return frozenset(cell.key for cell in table.cells if cell.seen is None and cell.can_move)


@dataclass(frozen=True, slots=True)
class _Moves:
    """Two ways in which the counts could differ from the truth, over the cells that a reader may be unsure of.

    Variables are, in this order: the downward way, the upward way (one each per cell), and whether a cell is hidden.
    """

    cells: list[Cell]
    sums: NDArray[np.float64]

    @property
    def many(self) -> int:
        return len(self.cells)


def _cheapest_cover(table: ReleaseTable, key: Key, hidden: AbstractSet[Key], reach: int, work: Work) -> set[Key] | None:
    """The cheapest set of further cells whose hiding lets the count of `key` range over at least `reach`."""
    moves = _moves(table)
    many = moves.many
    index = next(i for i, cell in enumerate(moves.cells) if cell.key == key)
    cost = np.array([0.0 if cell.seen or cell.key in hidden else _loss(cell) for cell in moves.cells])
    goal = np.concatenate([np.zeros(2 * many), cost])
    found = work.solve(goal, _bounds(moves, index, reach), _constraints(moves, index, reach))
    if found.x is None:
        return None
    gone = {cell.key for cell, is_gone in zip(moves.cells, found.x[2 * many :], strict=True) if is_gone > 0.5}
    return gone - {cell.key for cell in moves.cells if cell.seen}


def _loss(cell: Cell) -> float:
    """What hiding one more cell costs the reader; small counts cost less, margins more, unprinted ones next to none."""
    return cell.weight * (1.0 + math.log10(1 + cell.count)) if cell.is_printed else 0.01


def _moves(table: ReleaseTable) -> _Moves:
    cells = [cell for cell in table.cells if cell.can_move]
    column = {cell.key: index for index, cell in enumerate(cells)}
    rows = np.zeros((len(table.sums), len(cells)))
    for row, one in zip(rows, table.sums, strict=True):
        for key, sign in [(one.total, 1.0), *((part, -1.0) for part in one.parts)]:
            if key in column:
                row[column[key]] += sign
    return _Moves(cells, rows)


def _bounds(moves: _Moves, index: int, reach: int) -> Bounds:
    """No count leaves what a reader thinks possible; the cell in question moves down in one way, up in the other."""
    down = np.array([float(cell.unknown.low - cell.count) for cell in moves.cells])
    room = np.array([float(cell.unknown.high - cell.count) for cell in moves.cells])
    up = np.minimum(room, float(_far(moves, reach)))
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
