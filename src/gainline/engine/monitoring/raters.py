"""Raters: how far several people who rated the same lessons gave the same levels, beyond chance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gainline.engine.core.refusals import Refusal

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Scale = Literal["nominal", "ordinal", "interval"]

RESAMPLES = 2000
FEWEST_UNITS = 5  # with fewer groups of units to draw from, a bootstrap interval would be too narrow to be shown
_COVERAGE = 0.95


@dataclass(frozen=True, slots=True)
class InterRater:
    """Agreement between raters.

    Parameters
    ----------
    alpha
        Krippendorff's alpha: 1 = the same everywhere, 0 = as by chance, below 0 = they avoid one another.
    low, high
        Ends of the 95 % bootstrap interval; None with fewer than five groups of units.
    scale
        What distances between levels count: ``nominal``, ``ordinal`` or ``interval``.
    units, raters, ratings
        Units that two raters or more rated, raters with such a rating, and how many ratings those are.
    """

    alpha: float
    low: float | None
    high: float | None
    scale: Scale
    units: int
    raters: int
    ratings: int


def krippendorff_alpha(
    ratings: Floats,
    scale: Scale,
    *,
    seed: int,
    groups: Ints | None = None,
    resamples: int = RESAMPLES,
) -> InterRater | Refusal:
    """How far the raters agree, for any number of raters and with ratings missing anywhere.

    Parameters
    ----------
    ratings
        Shape ``(n_raters, n_units)``; NaN where a rater did not rate a unit.
    scale
        ``nominal``: levels are the same or not. ``ordinal``: as far apart as there are ratings between them.
        ``interval``: the square of their difference.
    seed
        Where the bootstrap's chance comes from.
    groups
        Shape ``(n_units,)``: units that are drawn together, such as the elements of one lesson; each by itself by
        default.
    resamples
        How many times the groups are drawn anew with replacement.

    Refuses
    -------
    ID050 no unit was rated by two raters; ID051 all ratings that can be compared are the same, so that chance agrees
    wholly and alpha is not defined.

    Source
    ------
    Krippendorff (2011), Computing Krippendorff's alpha-reliability: coincidences, section on any number of observers
    with missing values, and the metric differences. The interval draws units anew (Gwet 2014, chapter 5), not pairs of
    values: what one wants to know is how alpha would come out on other lessons.
    """
    paired = np.sum(~np.isnan(ratings), axis=0) >= 2
    if not paired.any():
        because = "no lesson or other unit was rated by two raters"
        return Refusal("ID050", because, "let two raters watch some of the lessons, without talking it over")
    kept = ratings[:, paired]
    levels = np.unique(kept[~np.isnan(kept)])
    tallies = np.stack([np.sum(kept == level, axis=0) for level in levels], axis=1).astype(np.float64)
    if len(levels) < 2:
        because = "every rating that can be compared is the same, so nothing tells agreement from chance"
        return Refusal("ID051", because, "rate lessons that differ, or say that all of them were alike")
    pairs = _pairs(tallies)
    everything = np.ones((1, len(pairs)))
    alpha = float(_alphas(everything, pairs=pairs, levels=levels, scale=scale)[0])
    owners = np.unique(np.arange(len(pairs)) if groups is None else groups[paired], return_inverse=True)[1]
    low, high = _interval(owners, partial(_alphas, pairs=pairs, levels=levels, scale=scale), seed, resamples)
    raters = int(np.sum(np.any(~np.isnan(kept), axis=1)))
    return InterRater(alpha, low, high, scale, len(pairs), raters, int(tallies.sum()))


def _pairs(tallies: Floats) -> Floats:
    """Coincidences of each unit: shape (n_units, n_levels, n_levels), summing to the unit's ratings."""
    ordered = tallies[:, :, None] * tallies[:, None, :]
    same = np.arange(tallies.shape[1])
    ordered[:, same, same] -= tallies
    counts: Floats = tallies.sum(axis=1)
    return np.asarray(ordered / (counts - 1.0)[:, None, None], dtype=np.float64)


def _alphas(counts: Floats, *, pairs: Floats, levels: Floats, scale: Scale) -> Floats:
    """Alpha of each row of counts, shape (m,); `counts` (m, n_units) says how often each unit is in. NaN: no spread."""
    coincidences = np.tensordot(counts, pairs, axes=1)
    totals = coincidences.sum(axis=2)
    distances = _DISTANCES[scale](totals, levels)
    seen = np.sum(coincidences * distances, axis=(1, 2))
    by_chance = np.einsum("mc,mk,mck->m", totals, totals, distances)
    with np.errstate(divide="ignore", invalid="ignore"):
        alphas = 1.0 - (totals.sum(axis=1) - 1.0) * seen / by_chance
    return np.asarray(np.where(by_chance > 0.0, alphas, np.nan), dtype=np.float64)


def _nominal(totals: Floats, levels: Floats) -> Floats:
    return np.broadcast_to(1.0 - np.eye(len(levels)), (len(totals), len(levels), len(levels)))


def _interval_scale(totals: Floats, levels: Floats) -> Floats:
    squares = (levels[:, None] - levels[None, :]) ** 2
    return np.broadcast_to(squares, (len(totals), *squares.shape))


def _ordinal(totals: Floats, levels: Floats) -> Floats:
    """Squared numbers of ratings from the middle of one level to the middle of the other."""
    del levels
    middles = np.cumsum(totals, axis=1) - totals / 2.0
    return np.asarray((middles[:, :, None] - middles[:, None, :]) ** 2, dtype=np.float64)


_DISTANCES: dict[Scale, Callable[[Floats, Floats], Floats]] = {
    "nominal": _nominal,
    "ordinal": _ordinal,
    "interval": _interval_scale,
}


def _interval(
    owners: Ints, alphas: Callable[[Floats], Floats], seed: int, resamples: int
) -> tuple[float | None, float | None]:
    """Percentile interval over resamples of the groups; resamples without any spread count as full agreement."""
    count = int(owners.max()) + 1
    if count < FEWEST_UNITS:
        return None, None
    rng = np.random.Generator(np.random.PCG64(seed))
    drawn = rng.multinomial(count, np.full(count, 1.0 / count), size=resamples).astype(np.float64)
    found = alphas(drawn[:, owners])
    found = np.where(np.isnan(found), 1.0, found)
    tail = (1.0 - _COVERAGE) / 2.0
    low, high = np.quantile(found, [tail, 1.0 - tail])
    return float(low), float(high)
