"""Optimal full matching: everybody within reach is used, in sets of one tool student and several others or the reverse.

A full matching is a division into sets, each with exactly one student on one side; its cost is the sum of distances
from that student to the others of its set. Without limits on the size of sets the cheapest one is a cheapest edge
cover of the graph of allowed pairs, because a chain of three pairs always holds one that can be left out. The cheapest
edge cover follows from one assignment: with ``c(v)`` the distance of student v to its nearest, choose pairs so that
the sum of ``c(u) + c(v) - d(u, v)`` is largest, then give everyone left over their nearest. Only pairs whose gain is
above zero can be chosen, which leaves few.

Among divisions of equal cost the one with most sets is taken: it leaves the most even weights.

Source: Rosenbaum (1991), Journal of the Royal Statistical Society B 53; Hansen (2004), Journal of the American
Statistical Association 99 (weights for the effect on the tool students); Schrijver (2003), Combinatorial
Optimization, section 19.3 (edge cover by matching).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.balancing.matching import NONE, Matched, nobody_matched, strata_of
from gainline.engine.evidence.balancing.optimal import distances
from gainline.engine.evidence.frame import Codes, Flags, Floats

_BLOCK = 4_000_000  # distances held at a time
_NUDGE = 1e-9  # of the caliper: the price of a pair, so that among equal costs fewer pairs and more sets win


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Pairs of places: tool side, usual side, distance; all of shape ``(m,)``."""

    tool: NDArray[np.intp]
    usual: NDArray[np.intp]
    apart: Floats


def match_fully(points: Floats, tool: Flags, strata: Codes, *, caliper: float) -> Matched | Refusal:
    """Divide everybody who has somebody of the other arm within the caliper into sets at the smallest total distance.

    Parameters
    ----------
    points
        Shape ``(n, k)``; the distance is the plain one, so whiten covariates first; a score is one column.
    strata
        Shape ``(n,)``: codes of the classes that a set must share; zeros for none.
    caliper
        Largest distance from the middle of a set to its others; infinite for none.

    Returns
    -------
    Matched
        Tool students weigh 1; the comparison students of a set share the number of its tool students equally.

    Refuses
    -------
    EV009 nobody finds anybody within the caliper.
    """
    sets = np.full(len(tool), NONE, dtype=np.intp)
    reach = min(caliper, 2.0 * float(np.linalg.norm(np.ptp(points, axis=0))) + 1.0)  # no two are farther apart
    for wanting, offered in strata_of(strata, tool):
        pairs = _stars(_cover(points[wanting], points[offered], reach))
        around_usual = np.bincount(pairs.usual, minlength=len(offered))[pairs.usual] > 1
        center = np.where(around_usual, offered[pairs.usual], wanting[pairs.tool])
        sets[wanting[pairs.tool]] = center
        sets[offered[pairs.usual]] = center
    kept = sets != NONE
    if not kept.any():
        return nobody_matched()
    sets[kept] = np.unique(sets[kept], return_inverse=True)[1]
    inside = np.bincount(sets[kept & tool])
    beside = np.bincount(sets[kept & ~tool])
    weights = np.where(kept & tool, 1.0, 0.0)
    weights[kept & ~tool] = (inside / beside)[sets[kept & ~tool]]
    return Matched(weights, sets, caliper)


def _cover(wanting: Floats, offered: Floats, caliper: float) -> _Pairs:
    """Pairs that leave nobody within reach out, at the smallest total distance."""
    least_tool, least_usual = np.empty(len(wanting)), np.full(len(offered), np.inf)
    for start, block in _blocks(wanting, offered):
        least_tool[start : start + len(block)] = block.min(axis=1)
        least_usual = np.minimum(least_usual, block.min(axis=0))
    price = _NUDGE * caliper
    gainful = _gainful(wanting, offered, least_tool, least_usual, caliper)
    chosen = _most_gain(gainful, least_tool[gainful.tool] + least_usual[gainful.usual] + price - gainful.apart)
    left_tool = np.setdiff1d(np.flatnonzero(least_tool <= caliper), chosen.tool)
    left_usual = np.setdiff1d(np.flatnonzero(least_usual <= caliper), chosen.usual)
    mates_of_tool = _nearest(wanting, left_tool, offered, price)
    mates_of_usual = _nearest(offered, left_usual, wanting, price)
    return _Pairs(
        np.concatenate([chosen.tool, left_tool, mates_of_usual]),
        np.concatenate([chosen.usual, mates_of_tool, left_usual]),
        np.concatenate([chosen.apart, least_tool[left_tool], least_usual[left_usual]]),
    )


def _blocks(wanting: Floats, offered: Floats) -> Iterator[tuple[int, Floats]]:
    step = max(1, _BLOCK // len(offered))
    for start in range(0, len(wanting), step):
        yield start, distances(wanting[start : start + step], offered)


def _gainful(wanting: Floats, offered: Floats, least_tool: Floats, least_usual: Floats, caliper: float) -> _Pairs:
    """The pairs that could stand in a cheapest division: nearer than their students' nearest put together."""
    found = []
    for start, block in _blocks(wanting, offered):
        bound = least_tool[start : start + len(block), None] + least_usual[None, :] + _NUDGE * caliper
        near = (block < bound) & (block <= caliper)
        who, which = np.nonzero(near)
        found.append((who + start, which, block[near]))
    who, which, apart = (np.concatenate(part) for part in zip(*found, strict=True))
    return _Pairs(who, which, apart)


def _most_gain(pairs: _Pairs, gain: Floats) -> _Pairs:
    """Pairs without a common student whose gains are largest in sum."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    tool, row = np.unique(pairs.tool, return_inverse=True)
    usual, column = np.unique(pairs.usual, return_inverse=True)
    alone = np.arange(len(tool))  # a place of its own for each, without gain: nobody has to be chosen
    base = 2.0 * float(gain.max(initial=0.0))  # the solver takes a stored zero for an absent edge
    values = np.concatenate([base - gain, np.full(len(tool), base)])
    where = (np.concatenate([row, alone]), np.concatenate([column, len(usual) + alone]))
    table = coo_array((values, where), shape=(len(tool), len(usual) + len(tool))).tocsr()
    if not len(tool):
        return pairs
    rows, columns = min_weight_full_bipartite_matching(table)
    real = columns < len(usual)
    mate = np.full(len(tool), NONE, dtype=np.intp)
    mate[rows[real]] = columns[real]
    return _where(pairs, mate[row] == column)


def _where(pairs: _Pairs, keep: Flags) -> _Pairs:
    return _Pairs(pairs.tool[keep], pairs.usual[keep], pairs.apart[keep])


def _nearest(points: Floats, left: NDArray[np.intp], others: Floats, slack: float) -> NDArray[np.intp]:
    """The nearest other of each student left; those with equally near ones take turns, so that no set swells."""
    mates = np.empty(len(left), dtype=np.intp)
    for turn, place in enumerate(left.tolist()):
        apart = distances(points[place : place + 1], others)[0]
        equal = np.flatnonzero(apart <= apart.min() + slack)
        mates[turn] = equal[turn % len(equal)]
    return mates


def _stars(pairs: _Pairs) -> _Pairs:
    """Without pairs both of whose students have another: only equal distances can leave such a pair behind."""
    of_tool, of_usual = np.bincount(pairs.tool), np.bincount(pairs.usual)
    keep = np.ones(len(pairs.tool), dtype=bool)
    between = np.flatnonzero((of_tool[pairs.tool] > 1) & (of_usual[pairs.usual] > 1))
    for place in between[np.argsort(-pairs.apart[between], kind="stable")].tolist():
        who, which = pairs.tool[place], pairs.usual[place]
        if of_tool[who] > 1 and of_usual[which] > 1:
            keep[place] = False
            of_tool[who] -= 1
            of_usual[which] -= 1
    return _where(pairs, keep)
