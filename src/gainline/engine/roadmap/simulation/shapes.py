"""Three-point estimates as distributions: what lies at a given place of the bell, for triangular and PERT shapes."""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, ndtr

Floats = NDArray[np.float64]
FARTHEST = 6.0  # standard deviations that the table of PERT covers; beyond lie two in a thousand million
STEPS_PER_UNIT = 128  # evenly in standard deviations, so that the tails have as many nodes as the middle
PERT_WEIGHT = 4.0


class Shape(StrEnum):
    """How the mass lies between the best and the worst; PERT trusts the most likely value more."""

    TRIANGULAR = "triangular"
    PERT = "pert"


def spread(shape: Shape, three: tuple[float, float, float], normals: Floats) -> Floats:
    """The values of a three-point estimate that lie where standard normal values lie: a copula's last step.

    Parameters
    ----------
    three
        At best, most likely, at worst; equal ends give that one value.
    normals
        Standard normal values, any shape; the result has the same.

    Source: the triangular inverse is exact. PERT is the beta distribution with weight 4 on the mode (Malcolm, Roseboom,
    Clark & Fazar 1959, Operations Research 7), its inverse read from a table whose error is below 0.00002 of the range.
    """
    low, likely, high = three
    if low == high:
        return np.full(normals.shape, low)
    mode = (likely - low) / (high - low)
    unit = _triangular(mode, normals) if shape is Shape.TRIANGULAR else _pert(mode, normals)
    return low + (high - low) * unit


def _triangular(mode: float, normals: Floats) -> Floats:
    below = ndtr(normals)
    rising = np.sqrt(below * mode)
    falling = 1.0 - np.sqrt(ndtr(-normals) * (1.0 - mode))
    return np.where(below < mode, rising, falling)


def _pert(mode: float, normals: Floats) -> Floats:
    values, slopes = _pert_table(mode)
    place = np.clip((normals + FARTHEST) * STEPS_PER_UNIT, 0.0, len(slopes) - 1e-9)
    node = place.astype(np.intp)
    return values[node] + (place - node) * slopes[node]


@lru_cache(maxsize=4096)
def _pert_table(mode: float) -> tuple[Floats, Floats]:
    """Values at nodes that lie evenly on the normal scale, shape (nodes,), and their steps, shape (nodes - 1,)."""
    nodes = np.linspace(-FARTHEST, FARTHEST, int(2 * FARTHEST * STEPS_PER_UNIT) + 1)
    alpha, beta = 1.0 + PERT_WEIGHT * mode, 1.0 + PERT_WEIGHT * (1.0 - mode)
    lower = betaincinv(alpha, beta, ndtr(nodes))
    upper = 1.0 - betaincinv(beta, alpha, ndtr(-nodes))  # keeps the digits of the upper tail
    values = np.where(nodes < 0, lower, upper)
    return values, np.diff(values)
