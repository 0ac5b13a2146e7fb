"""Run charts: few assumptions, a median, and how probable its runs are, counted exactly.

No table of limits is shipped: published copies of it disagree with one another and with the exact counts.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from gainline.engine.core.refusals import Refusal

Floats = NDArray[np.float64]

FEWEST = 10  # useful points
SHIFT, TREND = 6, 5
_TAIL = 0.025


@dataclass(frozen=True, slots=True)
class RunChart:
    """What the order of points around a median says.

    Parameters
    ----------
    median
        The center line.
    above, below
        Useful points on each side; points on the median are not useful.
    runs, longest, crossings
        Runs of useful points on one side, the length of the longest, and how often the median is crossed.
    p_few, p_many
        How probable so few runs, or so many, are where nothing but chance orders the points: the exact one-sided tails.
    longest_trend
        Points rising or falling in a row; equal neighbors count once.
    """

    median: float
    above: int
    below: int
    runs: int
    longest: int
    crossings: int
    p_few: float
    p_many: float
    longest_trend: int

    @property
    def useful(self) -> int:
        """Points off the median."""
        return self.above + self.below

    @property
    def expected_runs(self) -> float:
        """How many runs chance makes on average."""
        return 1 + 2 * self.above * self.below / self.useful

    @property
    def runs_spread(self) -> float:
        """The standard deviation of the number of runs that chance makes."""
        product, n = 2 * self.above * self.below, self.useful
        return math.sqrt(product * (product - n) / (n * n * (n - 1)))

    @property
    def usual_longest(self) -> int:
        """A longest run beyond this is unlike chance (Anhøj and Olesen 2014: round(log2 n) + 3)."""
        return round(math.log2(self.useful)) + 3

    @property
    def fewest_crossings(self) -> int:
        """Fewer crossings than this are unlike chance (Anhøj and Olesen 2014: the 5 % point of a binomial)."""
        return int(stats.binom.ppf(0.05, self.useful - 1, 0.5))

    @property
    def signals(self) -> tuple[str, ...]:
        """What is unlike chance, in words; empty where nothing is."""
        said = {
            f"a shift: {self.longest} in a row on one side": self.longest >= SHIFT,
            f"a trend: {self.longest_trend} in a row one way": self.longest_trend >= TREND,
            f"too few runs: {self.runs}, p = {self.p_few:.3f}": self.p_few <= _TAIL,
            f"too many runs: {self.runs}, p = {self.p_many:.3f}": self.p_many <= _TAIL,
        }
        return tuple(words for words, holds in said.items() if holds)


def run_chart(values: Sequence[float] | Floats, *, median: float | None = None) -> RunChart | Refusal:
    """Runs around the median, with their exact probabilities.

    Parameters
    ----------
    values
        Shape (n,), in order of time, finite.
    median
        The center line, such as the one of a recorded baseline; the values' own by default.

    Refuses
    -------
    RK032 fewer than ten points off the median.

    Source: Swed and Eisenhart (1943), Annals of Mathematical Statistics 14:66-87, for the tails; Perla, Provost and
    Murray (2011), BMJ Quality and Safety 20:46-51, for shift and trend; Anhøj and Olesen (2014), PLoS ONE 9:e113825.
    """
    points = np.asarray(values, dtype=np.float64)
    if not np.isfinite(points).all():
        raise ValueError("a chart takes finite values; leave out weeks without a measurement")
    center = float(np.median(points)) if median is None else median
    sides = np.sign(points - center)
    sides = sides[sides != 0]
    if len(sides) < FEWEST:
        return Refusal("RK032", f"{len(sides)} points off the median say nothing", f"wait for {FEWEST}")
    lengths = _lengths(sides)
    above, runs = int((sides > 0).sum()), len(lengths)
    few, many = runs_at_most(runs, above, len(sides) - above), runs_at_least(runs, above, len(sides) - above)
    return RunChart(center, above, len(sides) - above, runs, max(lengths), runs - 1, few, many, _longest_trend(points))


def runs_at_most(runs: int, above: int, below: int) -> float:
    """The probability of so many runs or fewer among all orders of the points.

    Examples
    --------
    >>> round(runs_at_most(2, 5, 5) * 252)
    2
    """
    return sum(_orders(r, above, below) for r in range(1, runs + 1)) / math.comb(above + below, above)


def runs_at_least(runs: int, above: int, below: int) -> float:
    """The probability of so many runs or more among all orders of the points."""
    most = above + below
    return sum(_orders(r, above, below) for r in range(runs, most + 1)) / math.comb(most, above)


def _orders(runs: int, above: int, below: int) -> int:
    """In how many orders the points make exactly so many runs."""
    if not above or not below:
        return int(runs == 1)
    half, odd = divmod(runs, 2)
    if not odd:
        return 2 * math.comb(above - 1, half - 1) * math.comb(below - 1, half - 1) if half else 0
    if not half:
        return 0
    more, less = math.comb(above - 1, half) * math.comb(below - 1, half - 1), math.comb(above - 1, half - 1)
    return more + less * math.comb(below - 1, half)


def _lengths(sides: Floats) -> list[int]:
    edges = np.flatnonzero(np.diff(sides)) + 1
    return [len(run) for run in np.split(sides, edges)]


def _longest_trend(points: Floats) -> int:
    steps = np.sign(np.diff(points))
    steps = steps[steps != 0]
    return 1 + max(_lengths(steps)) if len(steps) else 1
