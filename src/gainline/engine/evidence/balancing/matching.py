"""Matching: for each tool student the most similar comparison students, none used twice.

Greedy and without replacement, the hardest to match first, so that the order is a property of the students and never
of the file. Exact rules, shared by the fast form and its slow twin in the tests:

1. tool students in falling order of score (propensity) or of distance from the comparison group's center
   (Mahalanobis), ties by row;
2. each takes the nearest free comparison student within the caliper; ties go to the lower score, then the lower row;
3. with a ratio above one, everybody gets a first match before anybody gets a second.

Source: Rosenbaum and Rubin (1985); Austin (2011), Pharmaceutical Statistics 10 (caliper in SDs of the logit score).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.frame import Codes, Flags, Floats
from gainline.engine.evidence.inference.linear import Rows

NONE = -1  # no partner, no set
_AT_ONCE = 64  # who wants a match, at a time
_PART, _PARTS = 64, 16  # places of a part of the list, and parts of a shortlist
_NOWHERE = 1e300  # a squared distance that nobody has
_ROUNDING = 1e-9  # of the squared lengths: far more than a product of matrices loses


@dataclass(frozen=True, slots=True)
class Matched:
    """Who was matched with whom.

    Parameters
    ----------
    weights
        Shape ``(n,)``: 1 for a matched tool student, the inverse of the size of its set for each of its comparison
        students, 0 for whoever is left out.
    sets
        Shape ``(n,)``: number of the matched set, -1 for whoever is left out.
    caliper
        Widest distance allowed, in the unit of the distance.
    """

    weights: Floats
    sets: Rows
    caliper: float

    @property
    def kept(self) -> Flags:
        """Who is in a matched set."""
        return self.sets >= 0


def pooled_caliper(score: Floats, tool: Flags, caliper_sd: float) -> float:
    """The caliper in the score's unit: so many SDs, pooled over the arms as root mean variance (Austin 2011)."""
    inside, outside = score[tool].var(ddof=1), score[~tool].var(ddof=1)
    return caliper_sd * float(np.sqrt((inside + outside) / 2.0))


def match_on_score(score: Floats, tool: Flags, strata: Codes, *, caliper: float, ratio: int) -> Matched | Refusal:
    """Match on a single score within exact strata, in ``n log n``.

    Parameters
    ----------
    score
        Shape ``(n,)``, usually the logit of the propensity.
    strata
        Shape ``(n,)``: codes of the classes that a match must share; zeros for none.
    caliper
        Largest difference of scores, same unit.
    ratio
        Comparison students per tool student, at most.

    Refuses
    -------
    EV009 nobody finds a match within the caliper.
    """

    def match(wanting: Rows, offered: Rows, partners: Rows) -> None:
        _match_sorted(score, wanting, offered, caliper, partners)

    return sets_of(tool, matched_within(strata, tool, ratio, match), caliper)


def match_on_vector(points: Floats, tool: Flags, strata: Codes, *, caliper: float, ratio: int) -> Matched | Refusal:
    """Match on the Mahalanobis distance within exact strata.

    Parameters
    ----------
    points
        Shape ``(n, k)``: covariates, whitened by `whitened`, so that the distance is the plain one.
    caliper
        Largest distance, in the distance's own unit: one pooled SD.

    Refuses
    -------
    EV009 nobody finds a match within the caliper.
    """

    def match(wanting: Rows, offered: Rows, partners: Rows) -> None:
        _match_nearest(points, wanting, offered, caliper, partners)

    return sets_of(tool, matched_within(strata, tool, ratio, match), caliper)


def strata_of(strata: Codes, tool: Flags) -> Iterator[tuple[Rows, Rows]]:
    """Rows of the tool and of the comparison students of each stratum that holds both, in the order of its code."""
    for stratum in np.unique(strata):
        here = strata == stratum
        wanting, offered = np.flatnonzero(here & tool), np.flatnonzero(here & ~tool)
        if len(wanting) and len(offered):
            yield wanting, offered


def matched_within(strata: Codes, tool: Flags, ratio: int, match: Callable[[Rows, Rows, Rows], None]) -> Rows:
    """Partners of every student, shape ``(n, ratio)``, -1 for none: ``match`` fills them in, stratum by stratum."""
    partners = np.full((len(tool), ratio), NONE, dtype=np.intp)
    for wanting, offered in strata_of(strata, tool):
        match(wanting, offered, partners)
    return partners


def whitened(covariates: Floats, tool: Flags) -> Floats:
    """Covariates turned so that their pooled within-arm covariance is the identity; redundant directions fall away."""
    centered = np.where(tool[:, None], covariates - covariates[tool].mean(axis=0), 0.0)
    centered = centered + np.where(tool[:, None], 0.0, covariates - covariates[~tool].mean(axis=0))
    values, vectors = np.linalg.eigh(centered.T @ centered / (len(tool) - 2))
    real = values > 1e-10 * max(float(values.max()), 1e-300)
    turned: Floats = covariates @ (vectors[:, real] / np.sqrt(values[real]))
    return turned


class _Free:
    """Which places of a sorted row of comparison students are still free: union-find with path halving."""

    def __init__(self, n: int) -> None:
        self._right = list(range(n + 1))  # n stands for "none"
        self._left = list(range(n + 1))  # shifted by one: 0 stands for "none"

    @staticmethod
    def _find(parents: list[int], place: int) -> int:
        while parents[place] != place:
            parents[place] = parents[parents[place]]
            place = parents[place]
        return place

    def at_or_after(self, place: int) -> int:
        return self._find(self._right, place)

    def before(self, place: int) -> int:
        return self._find(self._left, place) - 1

    def take(self, place: int) -> None:
        self._right[place] = place + 1
        self._left[place + 1] = place


def _match_sorted(score: Floats, wanting: Rows, offered: Rows, caliper: float, partners: Rows) -> None:
    offered = offered[np.argsort(score[offered], kind="stable")]
    values = score[offered].tolist()
    wanting = wanting[np.argsort(-score[wanting], kind="stable")]
    starts = np.searchsorted(score[offered], score[wanting], side="left").tolist()
    first_of_value = np.searchsorted(score[offered], score[offered], side="left").tolist()
    free = _Free(len(offered))
    for turn in range(partners.shape[1]):
        for who, start in zip(wanting.tolist(), starts, strict=True):
            found = _nearest_free(free, values, first_of_value, start, float(score[who]), caliper)
            if found != NONE:
                partners[who, turn] = offered[found]
                free.take(found)


def _nearest_free(
    free: _Free, values: list[float], first_of_value: list[int], start: int, target: float, caliper: float
) -> int:
    right, left = free.at_or_after(start), free.before(start)
    over = values[right] - target if right < len(values) else np.inf
    under = target - values[left] if left >= 0 else np.inf
    if min(over, under) > caliper:
        return NONE
    if under <= over:
        return free.at_or_after(first_of_value[left])  # among equal scores the lowest free row
    return right


def _match_nearest(points: Floats, wanting: Rows, offered: Rows, caliper: float, partners: Rows) -> None:
    far = np.sum((points[wanting] - points[offered].mean(axis=0)) ** 2, axis=1)
    wanting = wanting[np.argsort(-far, kind="stable")]
    candidates, taken = points[offered], np.zeros(len(offered), dtype=bool)
    everybody = np.arange(len(offered))
    for turn in range(partners.shape[1]):
        for start in range(0, len(wanting), _AT_ONCE):
            rows = wanting[start : start + _AT_ONCE]
            for who, (few, beyond) in zip(rows.tolist(), _shortlists(points[rows], candidates, taken), strict=True):
                best, distance = _nearest_of(few, candidates, points[who], taken)
                if not distance < beyond:
                    best, distance = _nearest_of(everybody, candidates, points[who], taken)
                if distance <= caliper:
                    partners[who, turn] = offered[best]
                    taken[best] = True


def _nearest_of(places: Rows, candidates: Floats, point: Floats, taken: Flags) -> tuple[int, float]:
    """Place and distance of the nearest of these who is free; infinitely far where nobody is."""
    distance = np.sqrt(np.sum((candidates[places] - point) ** 2, axis=1))
    distance[taken[places]] = np.inf
    best = int(np.argmin(distance))
    return int(places[best]), float(distance[best])


def _shortlists(wanting: Floats, candidates: Floats, taken: Flags) -> Iterator[tuple[Rows, float]]:
    """For each who wants a match a few places, in rising order, and a distance that all other places are beyond.

    Squared distances come from one product of matrices, whose last digits depend on the machine; so they only say
    where to look, with room for their error, and never who is nearest. The places are those of the parts of the list
    that hold the nearest by that measure.
    """
    if len(candidates) <= 2 * _PARTS * _PART:
        yield from ((np.arange(len(candidates)), np.inf) for _ in wanting)
        return
    parts = -(-len(candidates) // _PART)
    lengths = np.full(parts * _PART, _NOWHERE)
    own = np.sum(candidates**2, axis=1)
    lengths[: len(candidates)] = np.where(taken, _NOWHERE, own)
    turned = np.zeros((candidates.shape[1], parts * _PART))
    turned[:, : len(candidates)] = -2.0 * candidates.T
    nearest = (wanting @ turned + lengths).reshape(len(wanting), parts, _PART).min(axis=2)
    order = np.argpartition(nearest, _PARTS, axis=1)
    sizes = np.sum(wanting**2, axis=1)
    beyond = np.take_along_axis(nearest, order[:, _PARTS:], axis=1).min(axis=1) + sizes
    beyond = np.sqrt(np.maximum(beyond - _ROUNDING * (sizes + float(own.max())), 0.0))
    for chosen, limit in zip(np.sort(order[:, :_PARTS], axis=1), beyond.tolist(), strict=True):
        places = (chosen[:, None] * _PART + np.arange(_PART)).ravel()
        yield places[places < len(candidates)], limit


def nobody_matched() -> Refusal:
    """The refusal where no tool student has a comparison student within reach."""
    return Refusal(
        "EV009",
        "no tool student has a comparison student within the caliper",
        "register a wider caliper or fewer exact covariates in a new cycle, or find comparable students",
    )


def sets_of(tool: Flags, partners: Rows, caliper: float) -> Matched | Refusal:
    """Sets of one tool student and its partners, numbered by the tool student's row.

    ``partners`` has shape ``(n, ratio)``: rows of comparison students, each at most once, -1 for none.

    Refuses
    -------
    EV009 nobody has a partner.
    """
    weights, sets = np.zeros(len(tool)), np.full(len(tool), NONE, dtype=np.intp)
    matched = np.flatnonzero(tool & (partners != NONE).any(axis=1))
    if not len(matched):
        return nobody_matched()
    for number, who in enumerate(matched.tolist()):
        mine = partners[who][partners[who] != NONE]
        weights[who], weights[mine] = 1.0, 1.0 / len(mine)
        sets[who] = number
        sets[mine] = number
    return Matched(weights, sets, caliper)
