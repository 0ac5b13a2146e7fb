"""Optimal pair matching: the matches whose distances are smallest in sum, none used twice.

Greedy matching lets an early tool student take the only partner of a later one; here nobody's match can be improved
without costing somebody else more. Rules, shared with the brute-force twin in the tests:

1. as many matches as the caliper allows; among those, as many tool students as possible with at least one;
2. among those, the smallest sum of distances.

Tool students appear once per match that they may have. A match earns a prize larger than any sum of distances, the
first match of a student twice that; sets of students that can be matched together form a matroid, so the heaviest
choice has both the most matches and the most first matches.

Source: Rosenbaum (1989), Journal of the American Statistical Association 84; solved as a linear assignment.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.balancing.matching import Matched, matched_within, sets_of
from gainline.engine.evidence.frame import Codes, Flags, Floats
from gainline.engine.evidence.inference.linear import Rows

DENSE_CELLS = 12_000_000  # distances held at once: about 100 MB
CANDIDATES = 40  # nearest comparison students that each tool student is offered when not all fit


@dataclass(frozen=True, slots=True)
class Optimum:
    """The matches, and how many of the nearest comparison students each tool student was offered; None for all."""

    matched: Matched
    candidates: int | None


def match_optimally(
    points: Floats, tool: Flags, strata: Codes, *, caliper: float, ratio: int, dense_cells: int = DENSE_CELLS
) -> Optimum | Refusal:
    """Match every tool student to at most ``ratio`` comparison students at the smallest total distance.

    Parameters
    ----------
    points
        Shape ``(n, k)``; the distance is the plain one, so whiten covariates first; a score is one column.
    strata
        Shape ``(n,)``: codes of the classes that a match must share; zeros for none.
    caliper
        Largest distance.
    dense_cells
        Up to so many distances, all comparison students are offered to everybody. Above it each tool student is
        offered the nearest, and more of them as long as somebody who could be matched is not.

    Refuses
    -------
    EV009 nobody finds a match within the caliper.
    """
    offered_at_most: list[int] = []

    def match(wanting: Rows, offered: Rows, partners: Rows) -> None:
        if len(wanting) * ratio * len(offered) <= dense_cells:
            _match_densely(points, wanting, offered, caliper, partners)
        else:
            offered_at_most.append(_match_sparsely(points, wanting, offered, caliper, partners))

    matched = sets_of(tool, matched_within(strata, tool, ratio, match), caliper)
    return matched if isinstance(matched, Refusal) else Optimum(matched, min(offered_at_most, default=None))


def distances(points: Floats, others: Floats) -> Floats:
    """Plain distances between two lists of points, shape ``(m, n)``; one column at a time to spare memory."""
    total = np.zeros((len(points), len(others)))
    for column in range(points.shape[1]):
        total += (points[:, column, None] - others[None, :, column]) ** 2
    found: Floats = np.sqrt(total)
    return found


def _prizes(wanting: int, ratio: int, caliper: float) -> Floats:
    """What each place of a tool student earns when it is filled, shape ``(ratio * wanting,)``, first places first."""
    beyond_any_sum = (1.0 + wanting * ratio) * caliper
    return np.repeat(np.where(np.arange(ratio) == 0, 2.0, 1.0) * beyond_any_sum, wanting)


def _match_densely(points: Floats, wanting: Rows, offered: Rows, caliper: float, partners: Rows) -> None:
    from scipy.optimize import linear_sum_assignment

    ratio = partners.shape[1]
    apart = np.tile(distances(points[wanting], points[offered]), (ratio, 1))
    near = apart <= caliper
    cost = np.where(near, apart - _prizes(len(wanting), ratio, caliper)[:, None], 0.0)
    places, chosen = linear_sum_assignment(cost)
    real = near[places, chosen]
    _write(partners, wanting, np.asarray(places[real], dtype=np.intp), offered[chosen[real]])


def _match_sparsely(points: Floats, wanting: Rows, offered: Rows, caliper: float, partners: Rows) -> int:
    """Match among the nearest candidates, twice as many each time somebody stays without who might not have to."""
    k = min(CANDIDATES * int(partners.shape[1]), len(offered))
    while True:
        apart, nearest = _nearest(points, wanting, offered, k)
        partners[wanting] = -1
        _match_among(apart, nearest, wanting, offered, caliper, partners)
        cut_short = apart.max(axis=1) <= caliper
        waiting = (partners[wanting] < 0).any(axis=1)
        if k == len(offered) or not (cut_short & waiting).any():
            return k
        k = min(2 * k, len(offered))


def _nearest(points: Floats, wanting: Rows, offered: Rows, k: int) -> tuple[Floats, NDArray[np.intp]]:
    """Distances and places of the k nearest offered students of each wanting one, both ``(len(wanting), k)``."""
    if points.shape[1] == 1:
        return _nearest_on_a_line(points[wanting, 0], points[offered, 0], k)
    apart, places = np.empty((len(wanting), k)), np.empty((len(wanting), k), dtype=np.intp)
    step = max(1, DENSE_CELLS // (4 * len(offered)))
    for start in range(0, len(wanting), step):
        block = distances(points[wanting[start : start + step]], points[offered])
        place = np.argpartition(block, k - 1, axis=1)[:, :k]
        places[start : start + step] = place
        apart[start : start + step] = np.take_along_axis(block, place, axis=1)
    return apart, places


def _nearest_on_a_line(wanting: Floats, offered: Floats, k: int) -> tuple[Floats, NDArray[np.intp]]:
    order = np.argsort(offered, kind="stable")
    values = offered[order]
    start = np.clip(np.searchsorted(values, wanting) - k, 0, max(len(values) - 2 * k, 0))
    window = start[:, None] + np.arange(min(2 * k, len(values)))[None, :]
    apart = np.abs(values[window] - wanting[:, None])
    nearest = np.argsort(apart, axis=1, kind="stable")[:, :k]
    return np.take_along_axis(apart, nearest, axis=1), order[np.take_along_axis(window, nearest, axis=1)]


def _match_among(
    apart: Floats, nearest: NDArray[np.intp], wanting: Rows, offered: Rows, caliper: float, partners: Rows
) -> None:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    ratio = partners.shape[1]
    prizes = _prizes(len(wanting), ratio, caliper)
    who, which = np.nonzero(apart <= caliper)
    rows = np.concatenate([who + turn * len(wanting) for turn in range(ratio)])
    columns = np.tile(nearest[who, which], ratio)
    cost = np.tile(apart[who, which], ratio) - prizes[rows]
    alone = np.arange(len(prizes))  # a place of its own for each, at no cost: staying unmatched is always possible
    base = float(prizes.max()) + caliper  # the solver takes a stored zero for an absent edge
    values = np.concatenate([cost + base, np.full(len(alone), base)])
    table = coo_array(
        (values, (np.concatenate([rows, alone]), np.concatenate([columns, len(offered) + alone]))),
        shape=(len(alone), len(offered) + len(alone)),
    )
    places, chosen = min_weight_full_bipartite_matching(table.tocsr())
    real = chosen < len(offered)
    _write(partners, wanting, np.asarray(places[real], dtype=np.intp), offered[chosen[real]])


def _write(partners: Rows, wanting: Rows, places: NDArray[np.intp], mates: Rows) -> None:
    partners[wanting[places % len(wanting)], places // len(wanting)] = mates
