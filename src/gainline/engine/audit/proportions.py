"""Shares and their differences with intervals that hold in small groups."""

from __future__ import annotations

from math import sqrt

from gainline.engine.evidence.inference.distributions import normal_quantile

_Z = normal_quantile(0.975)


def wilson(part: int, whole: int) -> tuple[float, float]:
    """The 95 % score interval of a share. Source: Wilson (1927), JASA 22(158).

    Assumes
    -------
    ``whole`` is above zero.
    """
    share, z2 = part / whole, _Z**2
    middle = (share + z2 / (2 * whole)) / (1 + z2 / whole)
    half = _Z * sqrt(share * (1 - share) / whole + z2 / (4 * whole**2)) / (1 + z2 / whole)
    return max(0.0, middle - half), min(1.0, middle + half)


def difference(first: tuple[int, int], second: tuple[int, int]) -> tuple[float, float, float]:
    """The difference of two shares, each a part and a whole, with its 95 % interval.

    Source: Newcombe (1998), Statistics in Medicine 17, method 10, from the score interval of each share.
    """
    (a, n), (b, m) = first, second
    p, q = a / n, b / m
    (low_p, high_p), (low_q, high_q) = wilson(a, n), wilson(b, m)
    gap = p - q
    return gap, gap - sqrt((p - low_p) ** 2 + (high_q - q) ** 2), gap + sqrt((high_p - p) ** 2 + (q - low_q) ** 2)
