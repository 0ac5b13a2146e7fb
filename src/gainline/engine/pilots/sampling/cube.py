"""The cube method: a random sample of exact size whose means are those of the population, nearly."""

from __future__ import annotations

from itertools import combinations, product
from math import comb, prod

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Codes = NDArray[np.intp]

_WHOLE = 1e-9  # a probability this close to 0 or 1 is decided
_MOST_SAMPLES = 4096  # samples that the landing weighs against each other


def cube(balance: Floats, probabilities: Floats, strata: Codes, *, seed: int) -> Flags:
    """Who is in the sample: each unit with its probability, the balance held as well as whole units allow.

    Parameters
    ----------
    balance
        Shape ``(n, p)``: what is to have the same mean in sample and population, the most important first.
    probabilities
        Shape ``(n,)``, above 0 and at most 1; their sum within each stratum is a whole number, which the sample meets
        exactly.
    strata
        Shape ``(n,)``: number of each unit's stratum, from 0.
    seed
        All chance follows from it.

    Returns
    -------
    chosen
        Shape ``(n,)``. The estimate ``sum over the sample of x / probability`` is the population's total of each column
        of balance, up to what the landing has to give up.

    Source: Deville and Tillé (2004), Efficient balanced sampling: the cube method, Biometrika 91; the fast flight is
    that of Chauvet and Tillé (2006); the landing by linear program is section 4.2 of the former.
    """
    generator = np.random.Generator(np.random.PCG64(seed))
    held = _standardized(balance)
    pi = flight(held, probabilities, strata, generator)
    while True:
        open_ = np.flatnonzero(_undecided(pi))
        if not len(open_):
            break
        if _many(pi[open_], strata[open_]) <= _MOST_SAMPLES:
            pi[open_] = _landing(held[open_] / probabilities[open_, None], pi[open_], strata[open_], generator)
            break
        held = held[:, :-1]  # the least important is given up, and the flight goes on
        pi = flight(held, probabilities, strata, generator, start=pi)
    chosen: Flags = pi > 0.5
    return chosen


def flight(
    balance: Floats,
    probabilities: Floats,
    strata: Codes,
    generator: np.random.Generator,
    *,
    start: Floats | None = None,
) -> Floats:
    """The flight phase: probabilities walk to 0 or 1 while every total stays what it is, shape ``(n,)``.

    It ends when the undecided units leave no direction in which nothing changes; there are then at most as many of them
    as there are strata and columns of balance.
    """
    pi = np.array(probabilities if start is None else start, dtype=np.float64)
    members = (strata[:, None] == np.arange(int(strata.max()) + 1)[None, :]).astype(np.float64)
    weights = np.hstack([members, balance / probabilities[:, None]])
    queue = [int(unit) for unit in generator.permutation(len(pi)) if _WHOLE < pi[unit] < 1.0 - _WHOLE]
    window: list[int] = []
    while True:
        while queue and len(window) <= weights.shape[1]:
            window.append(queue.pop())
        way = _kernel(weights[window]) if window else None
        if way is None:
            return pi
        pi[window] = _step(pi[window], way, generator)
        window = [unit for unit in window if _WHOLE < pi[unit] < 1.0 - _WHOLE]


def _kernel(rows: Floats) -> Floats | None:
    """A direction over these units in which no total changes; None where there is none."""
    used = rows[:, np.any(rows != 0.0, axis=0)]
    _, sizes, directions = np.linalg.svd(used.T, full_matrices=True)
    rank = int(np.sum(sizes > 1e-10 * max(float(sizes.max(initial=0.0)), 1e-300)))
    if rank == len(rows):
        return None
    way: Floats = directions[-1]
    return way


def _step(pi: Floats, way: Floats, generator: np.random.Generator) -> Floats:
    """Go along the direction to one of its two ends, so that the expectation stays."""
    with np.errstate(divide="ignore"):
        room_up = np.where(way > 0.0, 1.0 - pi, pi) / np.abs(way)
        room_down = np.where(way > 0.0, pi, 1.0 - pi) / np.abs(way)
    far = np.abs(way) > 1e-12
    up, down = float(room_up[far].min()), float(room_down[far].min())
    moved = pi + up * way if generator.random() * (up + down) < down else pi - down * way
    moved[moved < _WHOLE] = 0.0
    moved[moved > 1.0 - _WHOLE] = 1.0
    found: Floats = moved
    return found


def _undecided(pi: Floats) -> Flags:
    found: Flags = (pi > _WHOLE) & (pi < 1.0 - _WHOLE)
    return found


def _sizes(pi: Floats, strata: Codes) -> list[tuple[Codes, int]]:
    """Per stratum its undecided units and how many of them the sample still needs."""
    return [
        (np.flatnonzero(strata == stratum), round(float(pi[strata == stratum].sum()))) for stratum in np.unique(strata)
    ]


def _many(pi: Floats, strata: Codes) -> int:
    return prod(comb(len(units), size) for units, size in _sizes(pi, strata))


def _landing(load: Floats, pi: Floats, strata: Codes, generator: np.random.Generator) -> Floats:
    """Decide the rest: of all samples of the right size, a lottery that keeps each probability and costs least balance.

    The cost of a sample is the squared distance of its totals from what they should be, each total in the unit of its
    spread over the undecided units.
    """
    ways = [list(combinations(units.tolist(), size)) for units, size in _sizes(pi, strata)]
    samples = np.zeros((prod(len(way) for way in ways), len(pi)))
    for row, parts in enumerate(product(*ways)):
        samples[row, [unit for part in parts for unit in part]] = 1.0
    off = (samples - pi) @ load
    cost = np.sum(off**2, axis=1)
    lottery = optimize.linprog(cost, A_eq=samples.T, b_eq=pi, bounds=(0.0, 1.0), method="highs").x
    if lottery is None:
        raise ArithmeticError("the probabilities left over by the flight are those of no lottery over samples")
    reach = np.cumsum(np.maximum(lottery, 0.0))
    row = int(np.searchsorted(reach, generator.random() * reach[-1], side="right"))
    drawn: Floats = samples[min(row, len(samples) - 1)]
    return drawn


def _standardized(balance: Floats) -> Floats:
    centered = balance - balance.mean(axis=0)
    spread = balance.std(axis=0)
    found: Floats = centered / np.where(spread > 0.0, spread, 1.0)
    return found
