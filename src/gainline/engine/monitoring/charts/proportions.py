"""p and u charts: shares and rates whose denominators differ from week to week, so that their limits do too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gainline.engine.core.refusals import Refusal

Floats = NDArray[np.float64]

FEWEST = 6
WIDE = 1.2  # from here on the points differ clearly more than counting alone explains
_SDS, _TO_SD = 3.0, 1.128


@dataclass(frozen=True, slots=True)
class Varying:
    """A center line with limits of their own for every point.

    Parameters
    ----------
    center
        The pooled share or rate.
    values, lower, upper
        Shape (n,): points and limits, the lower one never below 0, those of shares never above 1.
    spread
        How much more the points vary from week to week than counting alone explains (Laney's sigma z); 1 = as much.
    prime
        Whether the limits are widened (or narrowed) by it.
    """

    center: float
    values: Floats
    lower: Floats
    upper: Floats
    spread: float
    prime: bool

    @property
    def advises_prime(self) -> bool:
        """Tell whether limits without `prime` would ring for what is usual: large denominators make them too narrow."""
        return self.spread > WIDE and not self.prime

    @property
    def outside(self) -> NDArray[np.bool_]:
        """Which points lie outside their limits."""
        flags: NDArray[np.bool_] = (self.values > self.upper) | (self.values < self.lower)
        return flags


def proportions(counts: Sequence[int], sizes: Sequence[int], *, prime: bool = False) -> Varying | Refusal:
    """A p chart, or with `prime` a P′ chart: shares such as students active of students enrolled.

    Refuses
    -------
    RK033 fewer than six points, a denominator of 0, or more counted than there are.

    Source: Montgomery (2013), Introduction to Statistical Quality Control, chapter 7; Laney (2002), Quality
    Engineering 14:531-537.
    """
    found = _checked(counts, sizes, most_is_size=True)
    if isinstance(found, Refusal):
        return found
    x, n = found
    center = float(x.sum() / n.sum())
    return _limits(x / n, center, np.sqrt(center * (1 - center) / n), prime=prime, highest=1.0)


def events_per_unit(counts: Sequence[int], sizes: Sequence[float], *, prime: bool = False) -> Varying | Refusal:
    """A u chart, or with `prime` a U′ chart: events such as calls for help per 100 students.

    Refuses
    -------
    RK033 as `proportions`.
    """
    found = _checked(counts, sizes, most_is_size=False)
    if isinstance(found, Refusal):
        return found
    x, n = found
    center = float(x.sum() / n.sum())
    return _limits(x / n, center, np.sqrt(center / n), prime=prime, highest=np.inf)


def _checked(counts: Sequence[int], sizes: Sequence[float], *, most_is_size: bool) -> tuple[Floats, Floats] | Refusal:
    x, n = np.asarray(counts, dtype=np.float64), np.asarray(sizes, dtype=np.float64)
    if x.shape != n.shape:
        raise ValueError("every count needs its size")
    if len(x) < FEWEST:
        return Refusal("RK033", f"{len(x)} points make no limits", f"wait for {FEWEST}")
    if (n <= 0).any() or (x < 0).any() or (most_is_size and (x > n).any()):
        return Refusal("RK033", "a week counts more than there are, or counts of nobody", "leave such weeks out")
    return x, n


def _limits(values: Floats, center: float, sds: Floats, *, prime: bool, highest: float) -> Varying:
    spread = 1.0
    if (sds > 0).all():
        scores = (values - center) / sds
        spread = float(np.abs(np.diff(scores)).mean() / _TO_SD)
    width = _SDS * sds * (spread if prime else 1.0)
    lower, upper = np.maximum(center - width, 0.0), np.minimum(center + width, highest)
    return Varying(center, values, lower, upper, spread, prime)
