"""How far from a cutoff to look: the bandwidth that makes bias and variance together smallest.

Source: Calonico, Cattaneo and Titiunik (2014), Econometrica 82(6), section 4 and supplement; one bandwidth for both
sides of the cutoff, triangular kernel, regularized bias.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gainline.engine.evidence.estimators.local import Side, residuals, steps
from gainline.engine.evidence.frame import Floats

DISTINCT = 10  # distinct scores that each side within a bandwidth must hold
_PILOT = 2.576  # of the triangular kernel, for a normal density
_REGULARIZED = 3.0


@dataclass(frozen=True, slots=True)
class Bandwidths:
    """In units of the score: ``main`` for the line, ``bias`` for the curve that corrects it."""

    main: float
    bias: float


@dataclass(frozen=True, slots=True)
class _Problem:
    """A coefficient whose error is to be made small: its polynomial's order, its place, the order of its bias."""

    order: int
    coefficient: int
    bias_order: int
    regularized: bool


def choose(usual: Side, tool: Side) -> Bandwidths:
    """The bandwidths for a jump of two local lines, bias-corrected by local parabolas.

    Assumes
    -------
    At least ten distinct scores on each side.
    """
    sides = (usual, tool)
    least = max(float(np.sort(np.unique(np.abs(side.x)))[DISTINCT - 1]) for side in sides) * (1.0 + 1e-8)
    most = max(float(np.abs(side.x).max()) for side in sides)
    pilot = min(max(_pilot(usual, tool), least), most)
    whole = [float(np.abs(side.x).max()) + 1e-8 for side in sides]
    curve = _best(sides, _Problem(3, 3, 4, False), pilot, whole)
    curve = min(max(curve, least), most)
    bias = _best(sides, _Problem(2, 2, 3, True), pilot, [curve, curve])
    bias = min(max(bias, least), most)
    main = _best(sides, _Problem(1, 0, 2, True), pilot, [bias, bias])
    return Bandwidths(min(max(main, least), most), bias)


def _pilot(usual: Side, tool: Side) -> float:
    """Silverman's rule on the score; tied scores count once, for they say nothing new about the curve."""
    x = np.concatenate([usual.x, tool.x])
    low, high = np.quantile(x, [0.25, 0.75], method="averaged_inverted_cdf")
    spread = min(float(x.std(ddof=1)), float(high - low) / 1.349)
    return float(_PILOT * spread * len(np.unique(x)) ** -0.2)


def _best(sides: Sequence[Side], problem: _Problem, pilot: float, reach: Sequence[float]) -> float:
    parts = [_parts(side, problem, pilot, far) for side, far in zip(sides, reach, strict=True)]
    (bias_0, variance_0, noise_0), (bias_1, variance_1, noise_1) = parts
    noise = noise_0 + noise_1 if problem.regularized else 0.0
    o, k = problem.order, problem.coefficient
    above = (2 * k + 1) * (variance_0 + variance_1)
    below = 2 * (o + 1 - k) * ((bias_1 - bias_0) ** 2 + _REGULARIZED * noise)
    if below <= 0.0:
        return float("inf")  # no curvature at all: nothing limits the bandwidth but the data
    return float((above / below) ** (1.0 / (2 * o + 3)))


def _parts(side: Side, problem: _Problem, pilot: float, reach: float) -> tuple[float, float, float]:
    """Leading bias, variance, and the variance of that bias, each free of the bandwidth."""
    o, k = problem.order, problem.coefficient
    near = side.within(pilot)
    a = steps(near.x, pilot, o, k)
    variance = _variance(a, near) * pilot ** (2 * k + 1)
    constant = float(a @ near.x ** (o + 1)) / pilot ** (o + 1 - k)
    far = side.within(reach)
    b = steps(far.x, reach, problem.bias_order, o + 1)
    return constant * float(b @ far.y), variance, constant**2 * _variance(b, far)


def _variance(a: Floats, side: Side) -> float:
    return float(np.sum((a * residuals(side)) ** 2))
