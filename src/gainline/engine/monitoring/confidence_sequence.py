"""Confidence sequences: intervals for a running mean that hold at all looks at once, so that one may stop at any.

A fixed 95 % interval that is looked at 20 times excludes the truth in 25 % of cases at some look; a 95 % confidence
sequence does so in at most 5 %, however often and for whatever reason one looks. The price is its width: about 1.6
times that of a fixed interval.

Source: Robbins (1970), Annals of Mathematical Statistics 41(5); Howard, Ramdas, McAuliffe and Sekhon (2021), Annals of
Statistics 49(2), section 3.2, equation 14 (two-sided normal mixture); Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas
(2021), arXiv 2103.06476, theorem 2.2 (the same boundary with the running SD, for large samples).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

TUNED_FOR = 50.0
"""The default `rho`: narrowest, against a fixed interval, from some hundred observations on."""
FEWEST = 30  # looks with an estimated SD begin here: before it, the running SD itself is too uncertain


@dataclass(frozen=True, slots=True)
class Sequence:
    """A running mean and its interval at each look, shape ``(n,)`` each; look t has seen the first t + 1 values.

    Infinite bounds say that nothing can be said yet.
    """

    mean: Floats
    low: Floats
    high: Floats

    def excludes(self, value: float) -> Flags:
        """At which looks the interval does not hold the value."""
        return np.asarray((value < self.low) | (value > self.high), dtype=np.bool_)

    def first_excluding(self, value: float) -> int | None:
        """How many values had been seen when the interval first excluded the value; None if it never did."""
        out = np.flatnonzero(self.excludes(value))
        return int(out[0]) + 1 if len(out) else None


def radius(seen: Floats, *, rho: float = TUNED_FOR, alpha: float = 0.05) -> Floats:
    """Half the width of the interval for a mean of values with SD 1, after so many values.

    Parameters
    ----------
    seen
        Shape ``(n,)``: values seen at each look, at least 1.
    rho
        Positive: the look for which the interval is made narrow; it is narrowest near ``10 rho``, within a few percent
        over a wide range. It is chosen before the first look.
    alpha
        Chance of ever excluding the truth.

    Raises
    ------
    ValueError
        When `rho` is not positive or `alpha` is no probability.

    Source: Howard et al. (2021), equation 14 with V = t: ``sqrt((t + rho) log((t + rho) / (rho alpha^2))) / t``.
    """
    if not rho > 0.0:
        raise ValueError("rho is positive")
    if not 0.0 < alpha < 1.0:
        raise ValueError("alpha is a probability between 0 and 1")
    total = seen + rho
    return np.asarray(np.sqrt(total * np.log(total / (rho * alpha**2))) / seen, dtype=np.float64)


def confidence_sequence(
    values: Floats, *, sd: float | None = None, rho: float = TUNED_FOR, alpha: float = 0.05
) -> Sequence:
    """The mean of the values seen so far, with an interval that holds at all looks at once.

    Parameters
    ----------
    values
        Shape ``(n,)``, in the order in which they came; independent, without NaN.
    sd
        The SD of a value, or a bound on it. ``None`` takes the running SD instead, and says nothing before the 30th
        value; the guarantee is then one for large samples.
    rho, alpha
        See `radius`.

    Returns
    -------
    Sequence
        Look by look. With values that all agree so far the estimated SD is 0 and nothing is said yet.

    Raises
    ------
    ValueError
        When a value is missing, `sd` is not positive, or as `radius`.

    Examples
    --------
    >>> found = confidence_sequence(np.zeros(200), sd=1.0)
    >>> round(float(found.high[-1]), 3)  # a fixed interval would end at 0.139
    0.218
    """
    if np.isnan(values).any():
        raise ValueError("a value is missing; leave it out")
    if sd is not None and not sd > 0.0:
        raise ValueError("sd is positive")
    seen = np.arange(1, len(values) + 1, dtype=np.float64)
    mean = np.cumsum(values) / seen
    spread = np.full(len(values), sd) if sd is not None else _running_sd(values, mean, seen)
    said = spread > 0.0
    half = np.where(said, radius(seen, rho=rho, alpha=alpha) * np.where(said, spread, 0.0), np.inf)
    return Sequence(mean, mean - half, mean + half)


def _running_sd(values: Floats, mean: Floats, seen: Floats) -> Floats:
    """SD of the values seen so far, 0 before `FEWEST`; centered first, so that a large level costs no digits."""
    if not len(values):
        return values
    centered = values - values[0]
    squares = np.cumsum(centered**2) / seen - (mean - values[0]) ** 2
    least = 1e-12 * (np.abs(mean) + 1.0) ** 2  # rounding, not spread
    return np.where((seen >= FEWEST) & (squares > least), np.sqrt(np.maximum(squares, 0.0)), 0.0)


def difference_scores(values: Floats, tool: Flags, *, share: float, center: float = 0.0) -> Floats:
    """Values whose mean is the difference between the arms, one per student, for a sequence on a running difference.

    Parameters
    ----------
    values, tool
        Shape ``(n,)``: outcome and arm in the order in which they came.
    share
        The probability with which chance gave the tool to each of them.
    center
        Any guess of the mean made before; a good one makes the sequence narrower, a bad one keeps it valid.

    Raises
    ------
    ValueError
        When `share` is no probability.

    Source: Horvitz-Thompson; Waudby-Smith et al. (2021), section 3, for randomized pilots.
    """
    if not 0.0 < share < 1.0:
        raise ValueError("share is a probability between 0 and 1")
    off = values - center
    return np.asarray(np.where(tool, off / share, -off / (1.0 - share)), dtype=np.float64)
