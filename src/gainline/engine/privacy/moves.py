"""Moves: who came and who left between two releases, as far as the counts of both tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import scipy  # its parts load when they are first used: most commands never solve anything

from gainline.engine.privacy.tables import Key, ReleaseTable, Sum


@dataclass(frozen=True, slots=True)
class Moves:
    """The fewest people whose coming and leaving makes the counts of then into those of now.

    Parameters
    ----------
    joined, left
        How many at least came into the population and left it.
    came, went
        How many of them came into each count that both releases have, and out of it.
    sums
        The sums that hold in both releases; comings and leavings add up along them as the counts do.
    """

    joined: int
    left: int
    came: Mapping[Key, int]
    went: Mapping[Key, int]
    sums: tuple[Sum, ...]


@lru_cache(maxsize=64)  # asked by who reads what was kept, and by the audit of the same two tables
def fewest_moves(then: ReleaseTable, now: ReleaseTable) -> Moves:
    """The fewest people who must have come and left for the counts of then to become those of now.

    Nobody is taken to move from one count to another without leaving and coming: a reader who knows of fewer moves than
    there were only makes the later release more careful.

    Raises
    ------
    ArithmeticError
        When the program did not finish, which is a defect.

    Examples
    --------
    >>> from gainline.engine.privacy.tables import one_way
    >>> moves = fewest_moves(one_way("grade", {"3": 40, "4": 20}), one_way("grade", {"3": 43, "4": 19}))
    >>> moves.joined, moves.left
    (3, 1)
    """
    before, after = then.counts(), now.counts()
    change = {key: after[key] - before[key] for key in after if key in before}
    sums = tuple(one for one in dict.fromkeys((*now.sums, *then.sums)) if _holds(one, change))
    came = _came(change, sums) if any(change.values()) else dict.fromkeys(change, 0)
    went = {key: came[key] - change[key] for key in change}
    return Moves(max(came.values(), default=0), max(went.values(), default=0), came, went, sums)


def _holds(one: Sum, change: Mapping[Key, int]) -> bool:
    """Whether both releases have every count of a sum, and it holds in both."""
    return change.keys() >= {one.total, *one.parts} and change[one.total] == sum(change[part] for part in one.parts)


def _came(change: Mapping[Key, int], sums: tuple[Sum, ...]) -> dict[Key, int]:
    """How many came into each count, where the most that came into one and the most that left one are the fewest."""
    column = {key: index for index, key in enumerate(change)}
    many, moved = len(column), np.array([*change.values()], dtype=float)
    adds_up = np.zeros((len(sums), many + 2))
    for row, one in zip(adds_up, sums, strict=True):
        row[column[one.total]] += 1.0
        for part in one.parts:
            row[column[part]] -= 1.0
    within = np.hstack([np.tile(np.eye(many), (2, 1)), np.repeat(-np.eye(2), many, axis=0)])
    goal = np.concatenate([np.full(many, 1.0), np.full(2, 1.0 + many)])
    fits = [
        scipy.optimize.LinearConstraint(adds_up, 0, 0),
        scipy.optimize.LinearConstraint(within, -np.inf, np.concatenate([np.zeros(many), moved])),
    ]
    low = np.concatenate([np.maximum(moved, 0), np.zeros(2)])
    found = scipy.optimize.milp(
        goal, integrality=np.ones(many + 2, dtype=np.int64), bounds=scipy.optimize.Bounds(low, np.inf), constraints=fits
    )
    if found.x is None:
        raise ArithmeticError(f"the moves between two releases were not found: {found.message}")
    return {key: round(float(found.x[index])) for key, index in column.items()}
