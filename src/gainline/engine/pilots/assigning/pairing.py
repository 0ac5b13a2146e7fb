"""Pairs: units joined two by two so that the pairs are as alike as they can be, before chance decides within them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, sparse

from gainline.engine.pilots.assignment import Arms

Floats = NDArray[np.float64]

ALL_EDGES = 100  # up to so many units every pair is weighed; beyond, each unit's nearest
NEAREST = 12


def mahalanobis(covariates: Floats) -> Floats:
    """How far any two units are apart, in joint standard deviations; shape ``(m, m)``.

    Covariates that others determine count once: the covariance is inverted on its own range only.
    """
    centered = covariates - covariates.mean(axis=0)
    spread = centered.T @ centered / max(len(covariates) - 1, 1)
    values, vectors = np.linalg.eigh(spread)
    usable = values > 1e-10 * max(float(values.max(initial=0.0)), 1e-300)
    white = centered @ vectors[:, usable] / np.sqrt(values[usable])
    found: Floats = np.sqrt(np.sum((white[:, None, :] - white[None, :, :]) ** 2, axis=2))
    return found


def pair_up(distance: Floats) -> Arms:
    """The number of each unit's pair, shape ``(m,)``, so that the distances within pairs are least in sum.

    With an odd number, the unit whose absence makes the other pairs most alike joins the nearest pair, as a third.
    Pairs are numbered in the order of their first member.

    Assumes
    -------
    Two units or more.

    Source: Greevy, Lu, Silber and Rosenbaum (2004), optimal nonbipartite matching before randomization; the perfect
    matching of least weight is found as an integer program. Beyond 100 units each is joined to one of its 12 nearest
    where that is possible.
    """
    m = len(distance)
    padded = np.zeros((m + m % 2, m + m % 2))
    padded[:m, :m] = distance  # an absent partner for the odd one, equally near to all
    width = len(padded) if m <= ALL_EDGES else NEAREST
    partner = None
    while partner is None:
        partner = _matched(padded, width, odd=bool(m % 2))
        width *= 2
    number = np.full(m, -1, dtype=np.intp)
    for pair, first in enumerate(unit for unit in range(m) if unit < partner[unit] < m):
        number[[first, partner[first]]] = pair
    if m % 2:
        number[number < 0] = _nearest(distance, number, int(np.flatnonzero(number < 0)[0]))
    return number


def _nearest(distance: Floats, number: Arms, alone: int) -> int:
    pairs = range(int(number.max()) + 1)
    return min(pairs, key=lambda pair: (float(distance[alone, number == pair].sum()), pair))


def _matched(weight: Floats, width: int, *, odd: bool) -> Arms | None:
    """Each unit's partner in the perfect matching of least weight; None where the edges allow none."""
    first, second = _edges(weight, width, odd=odd)
    m, many = len(weight), len(first)
    ends = (np.concatenate([first, second]), np.tile(np.arange(many), 2))
    degree = sparse.csr_array((np.ones(2 * many), ends), shape=(m, many))
    found = optimize.milp(
        weight[first, second],
        constraints=optimize.LinearConstraint(degree, 1.0, 1.0),
        integrality=np.ones(many, dtype=np.intp),
        bounds=optimize.Bounds(0.0, 1.0),
    )
    if found.x is None:
        return None
    chosen = found.x > 0.5
    partner = np.empty(m, dtype=np.intp)
    partner[first[chosen]], partner[second[chosen]] = second[chosen], first[chosen]
    return partner


def _edges(weight: Floats, width: int, *, odd: bool) -> tuple[Arms, Arms]:
    m = len(weight)
    if width >= m - 1:
        first, second = np.triu_indices(m, 1)
        return first.astype(np.intp), second.astype(np.intp)
    near = np.zeros((m, m), dtype=bool)
    order = np.argsort(weight + np.diag(np.full(m, np.inf)), axis=1, kind="stable")[:, :width]
    np.put_along_axis(near, order, True, axis=1)
    if odd:
        near[-1, :] = True
    first, second = np.nonzero(np.triu(near | near.T, 1))
    return first.astype(np.intp), second.astype(np.intp)
