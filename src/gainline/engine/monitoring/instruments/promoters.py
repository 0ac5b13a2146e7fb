"""Net promoters: those who would recommend less those who would not, with how little a small survey says of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy import stats

from gainline.engine.core.refusals import Refusal

PROMOTES, DETRACTS, HIGHEST = 9, 6, 10
_ADDED = 3.0  # answers added before the interval: three quarters at each end, half of them in the middle


@dataclass(frozen=True, slots=True)
class NetPromoters:
    """Promoters less detractors in points, -100 to 100, with its 95 % interval.

    Parameters
    ----------
    n
        How many answered; under 100 the interval is wider than most differences that people quote.
    """

    score: float
    low: float
    high: float
    n: int


def net_promoters(answers: Sequence[int], *, coverage: float = 0.95) -> NetPromoters | Refusal:
    """The score of answers from 0 to 10.

    Refuses
    -------
    RK035 nobody answered, or an answer lies outside 0 to 10.

    Source: Rocks (2016), The American Statistician 70:365-372: the adjusted Wald interval, which adds three answers.
    """
    if not answers or not all(0 <= answer <= HIGHEST for answer in answers):
        return Refusal("RK035", "there are no answers from 0 to 10, or others among them", "mend the import's coding")
    n = len(answers)
    promoters = sum(answer >= PROMOTES for answer in answers)
    detractors = sum(answer <= DETRACTS for answer in answers)
    up, down = ((count + _ADDED / 4) / (n + _ADDED) for count in (promoters, detractors))
    half = float(stats.norm.ppf((1 + coverage) / 2)) * math.sqrt((up + down - (up - down) ** 2) / (n + _ADDED))
    middle = up - down
    low, high = (100 * max(-1.0, min(1.0, middle + sign * half)) for sign in (-1, 1))
    return NetPromoters(100 * (promoters - detractors) / n, low, high, n)
