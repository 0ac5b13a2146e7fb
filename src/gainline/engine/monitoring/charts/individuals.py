"""XmR charts: single measurements in time, limits from how far neighbors lie apart, and what is unlike chance.

Index by instructional week and leave breaks out. Usage logs remember the week before (autocorrelation), which makes
limits too narrow and alarms too many: chart weekly medians of schools rather than of students, and say so beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from gainline.engine.core.refusals import Refusal

Floats = NDArray[np.float64]

FEWEST = 6  # with fewer ranges than five, limits are a guess
FIRM = 12  # from here on limits may be kept, and a chart may be started anew
TO_LIMIT, TO_NEAR_LINE = 2.66, 1.773  # 3 / 1.128 and two thirds of it, as NHS England rounds them
LARGEST_RANGE = 3.267  # upper limit of the moving ranges themselves, in mean ranges
_LONG, _TREND = 7, 7


class Signal(StrEnum):
    """What is unlike chance; in the order in which a point is labeled where several hold."""

    OUTSIDE = "outside the limits"
    TREND = "seven in a row rising or falling"
    TWO_OF_THREE = "two of three near a limit, all on one side"
    ONE_SIDE = "seven in a row on one side of the mean"


@dataclass(frozen=True, slots=True)
class Limits:
    """The center line and limits of a span of points.

    Parameters
    ----------
    center, mean_range
        Mean of the points and of their moving ranges (the screened ones, where asked for), in the measurement's unit.
    n
        How many points they rest on.
    start
        Index of the first point that they hold for.
    """

    center: float
    mean_range: float
    n: int
    start: int = 0

    @property
    def lower(self) -> float:
        """The lower limit; it may lie below what is possible, and then no point can."""
        return self.center - TO_LIMIT * self.mean_range

    @property
    def upper(self) -> float:
        """The upper limit."""
        return self.center + TO_LIMIT * self.mean_range

    @property
    def is_firm(self) -> bool:
        """Tell whether they rest on twelve points or more; softer limits will still move."""
        return self.n >= FIRM


def individuals(values: Sequence[float] | Floats, *, screened: bool = False) -> Limits | Refusal:
    """Center and limits of single measurements.

    Parameters
    ----------
    values
        Shape (n,), in order of time, finite; weeks without a measurement are left out.
    screened
        Leave moving ranges at or above 3.267 mean ranges out once, so that one outlier does not widen its own limits.
        NHS England's R package does by default, its workbook does not; so they are told apart here.

    Refuses
    -------
    RK030 fewer than six points.

    Source: NHS England, Making Data Count; Wheeler (2000), Understanding Variation; the screening as in
    NHSRplotthedots 0.2.2.
    """
    points = _finite(values)
    if len(points) < FEWEST:
        return Refusal("RK030", f"{len(points)} points make no limits", f"wait for {FEWEST}, better {FIRM}")
    ranges = np.abs(np.diff(points))
    mean_range = float(ranges.mean())
    if screened and mean_range > 0:
        mean_range = float(ranges[ranges < LARGEST_RANGE * mean_range].mean())
    return Limits(float(points.mean()), mean_range, len(points))


def rebased(
    values: Sequence[float] | Floats, changes: Sequence[int], *, screened: bool = False
) -> tuple[Limits, ...] | Refusal:
    """Limits that start anew at each recorded change, never at a point that merely looks like one.

    Parameters
    ----------
    changes
        Indices of the first points after a recorded change, such as a finished cycle, rising.

    Refuses
    -------
    RK030 as `individuals`; RK031 fewer than twelve points before or after a change.
    """
    points = _finite(values)
    edges = [0, *sorted(set(changes)), len(points)]
    spans = list(pairwise(edges))
    if changes and (short := [end - start for start, end in spans if end - start < FIRM]):
        because = f"a change leaves {short[0]} points on one side, and limits anew need {FIRM}"
        return Refusal("RK031", because, "keep the limits as they were, and show the change as a note on the chart")
    found: list[Limits] = []
    for start, end in spans:
        limits = individuals(points[start:end], screened=screened)
        if isinstance(limits, Refusal):
            return limits
        found.append(Limits(limits.center, limits.mean_range, limits.n, start))
    return tuple(found)


def signals(values: Sequence[float] | Floats, limits: Limits) -> list[Signal | None]:
    """What each point completes, the first of `Signal`'s kinds where it completes several; None for common cause.

    Source: NHS England, Making Data Count: the four rules, with its stricter two of three (all three on one side).
    """
    points = _finite(values)
    met = {
        Signal.OUTSIDE: (points > limits.upper) | (points < limits.lower),
        Signal.TREND: _trend(points),
        Signal.TWO_OF_THREE: _two_of_three(points - limits.center, TO_NEAR_LINE * limits.mean_range),
        Signal.ONE_SIDE: _in_a_row(points > limits.center, _LONG) | _in_a_row(points < limits.center, _LONG),
    }
    return [next((signal for signal, flags in met.items() if flags[at]), None) for at in range(len(points))]


def _trend(points: Floats) -> NDArray[np.bool_]:
    steps = np.diff(points, prepend=points[:1])
    return _in_a_row(steps > 0, _TREND - 1) | _in_a_row(steps < 0, _TREND - 1)


def _two_of_three(apart: Floats, near: float) -> NDArray[np.bool_]:
    met = np.zeros(len(apart), dtype=np.bool_)
    for side in (apart, -apart):
        far = _counts(side > near, 3) >= 2
        met |= far & _in_a_row(side > 0, 3)
    return met


def _in_a_row(there: NDArray[np.bool_], length: int) -> NDArray[np.bool_]:
    return _counts(there, length) >= length


def _counts(there: NDArray[np.bool_], among: int) -> NDArray[np.int64]:
    summed = np.cumsum(there, dtype=np.int64)
    counts = summed.copy()
    counts[among:] -= summed[:-among]
    return counts


def _finite(values: Sequence[float] | Floats) -> Floats:
    points = np.asarray(values, dtype=np.float64)
    if not np.isfinite(points).all():
        raise ValueError("a chart takes finite values; leave out weeks without a measurement")
    return points
