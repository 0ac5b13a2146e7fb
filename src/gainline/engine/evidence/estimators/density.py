"""Did someone move students across the cutoff? Then more of them stand just on one side of it than on the other.

Source: Cattaneo, Jansson and Ma (2020), Journal of the American Statistical Association 115(531): the density at the
cutoff from each side is the slope of a local polynomial through the distribution function; McCrary (2008) for the idea.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gainline.engine.evidence.estimators.local import triangular
from gainline.engine.evidence.frame import Flags, Floats
from gainline.engine.evidence.inference.distributions import t_p_value

_ORDER = 3  # one above the order whose bandwidth is used, so that the test is robust to that order's bias
_WIDE = 2.5  # standard deviations at n = 1; a true null is then rejected in 4 to 6 % of 150 to 3,000 scores
FEWEST = 30


@dataclass(frozen=True, slots=True)
class DensityJump:
    """Density of the score just on the tool's side and on the other, per point of the score, and p of no jump."""

    tool: float
    usual: float
    p: float


def density_jump(x: Floats, tool_side: Flags) -> DensityJump | None:
    """Compare the score's density on both sides of the cutoff.

    Parameters
    ----------
    x
        Shape ``(n,)``: score minus cutoff, everybody's, not only those with an outcome.
    tool_side
        Shape ``(n,)``.

    Returns
    -------
    DensityJump or None
        ``None`` with fewer than 30 students on a side: then nothing can be seen.

    Source: see the module, theorem 1 and its plug-in variance.
    """
    if min(int(tool_side.sum()), int((~tool_side).sum())) < FEWEST:
        return None
    _, places = np.unique(x, return_inverse=True)
    share = np.cumsum(np.bincount(places)) / len(x)
    h = _bandwidth(x)
    slopes = [_slope(x, share[places], side, h) for side in (tool_side, ~tool_side)]
    if slopes[0] is None or slopes[1] is None:
        return None
    (tool, a), (usual, b) = slopes[0], slopes[1]
    counts = np.bincount(places).astype(float)
    weights = np.asarray(np.bincount(places, a - b), dtype=np.float64)
    error = _error(share, weights, counts)
    p = t_p_value((tool - usual) / error, float("inf")) if error > 0.0 else 1.0
    return DensityJump(tool, usual, p)


def _bandwidth(x: Floats) -> float:
    low, high = np.quantile(x, [0.25, 0.75])
    spread = min(float(x.std(ddof=1)), float(high - low) / 1.349) or float(x.std(ddof=1))
    return float(_WIDE * spread * len(x) ** -0.2)


def _slope(x: Floats, share: Floats, side: Flags, h: float) -> tuple[float, Floats] | None:
    """The slope at the cutoff of a local polynomial through the distribution function, and its weights on it."""
    w = np.where(side, triangular(x, h), 0.0)
    near = w > 0.0
    if len(np.unique(x[near])) <= _ORDER + 1:
        return None
    powers = np.vander(x[near] / h, _ORDER + 1, increasing=True)
    root = np.sqrt(w[near])
    q, r = np.linalg.qr(powers * root[:, None])
    a = np.zeros(len(x))
    a[near] = root * (q @ np.linalg.solve(r.T, np.eye(_ORDER + 1)[1])) / h
    return float(a @ share), a


def _error(share: Floats, weights: Floats, counts: Floats) -> float:
    """Standard error of a weighted sum of the distribution function: each student moves it from their score on up."""
    above = np.cumsum(weights[::-1])[::-1]
    moved = above - float(weights @ share)
    n = float(counts.sum())
    return float(np.sqrt(counts @ moved**2) / n)
