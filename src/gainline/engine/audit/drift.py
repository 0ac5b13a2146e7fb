"""Observers: whether one rates lessons otherwise than the others do, later in the year or in one group of schools.

Only lessons that several observers rated say anything: what they all share is the lesson. That all of them drift
together cannot be seen from their ratings, and the page says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gainline.engine.audit.check import AuditCheck, Word, cannot_tell, not_asked
from gainline.engine.evidence.frame import Flags, Floats, Texts
from gainline.engine.evidence.inference.distributions import t_quantile

SHIFT = 0.5  # levels of the scale
FEWEST = 5  # lessons of an observer on each side
FEWEST_OBSERVERS = 3  # of two, each would read the other's shift


@dataclass(frozen=True, slots=True)
class Rated:
    """Ratings of lessons that several observers saw, all of shape ``(ratings,)``.

    Parameters
    ----------
    level
        What was given.
    lesson, observer
        Ids; no name leaves this room.
    late
        Whether the lesson lies in the later half of the days.
    behind
        Whether the lesson's school has more disadvantaged students than the middle one; None when nobody knows.
    """

    level: Floats
    lesson: Texts
    observer: Texts
    late: Flags
    behind: Flags | None


@dataclass(frozen=True, slots=True)
class Shift:
    """The largest shift of any observer against the others, with its interval over all observers at once."""

    figure: float
    low: float
    high: float
    observers: int


def largest_shift(rated: Rated, side: Flags) -> Shift | None:
    """By how much the observer who shifts most rates higher, against the others, on one side than on the other.

    Returns
    -------
    Shift or None
        None when no observer has five shared lessons on each side. The interval is widened for the number of observers
        (Bonferroni), as the largest of them was picked; Welch's error and degrees of freedom.
    """
    away = _against_others(rated)
    seen = ~np.isnan(away)
    found = []
    for observer in sorted(set(rated.observer[seen].astype(str))):
        mine = seen & (rated.observer.astype(str) == observer)
        sides = [away[mine & side], away[mine & ~side]]
        if min(len(one) for one in sides) >= FEWEST:
            found.append(_welch(*sides))
    if not found:
        return None
    figure, error, df = max(found, key=lambda one: abs(one[0]))
    half = t_quantile(1.0 - 0.025 / len(found), df) * error
    return Shift(figure, figure - half, figure + half, len(found))


def _against_others(rated: Rated) -> Floats:
    """Each rating minus the mean of the others of its lesson; NaN where nobody else rated it."""
    place = np.unique(rated.lesson.astype(str), return_inverse=True)[1]
    total, count = np.bincount(place, rated.level), np.bincount(place)
    others = (count - 1)[place]
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(others > 0, rated.level - (total[place] - rated.level) / others, np.nan)


def _welch(first: Floats, second: Floats) -> tuple[float, float, float]:
    a, b = (float(one.var(ddof=1)) / len(one) for one in (first, second))
    if a + b <= 0.0:
        return float(first.mean() - second.mean()), 0.0, float(len(first) + len(second) - 2)
    df = (a + b) ** 2 / (a**2 / (len(first) - 1) + b**2 / (len(second) - 1))
    return float(first.mean() - second.mean()), float(np.sqrt(a + b)), df


def drift_checks(rated: Rated | None) -> Iterator[AuditCheck]:
    """Drift over the year, and by group of schools."""
    if rated is None:
        yield not_asked("drift", "no_observers")
        return
    yield _check("drift", rated, rated.late)
    if rated.behind is None:
        yield not_asked("drift_group", "no_school_groups")
    else:
        yield _check("drift_group", rated, rated.behind)


def _check(key: str, rated: Rated, side: Flags) -> AuditCheck:
    found = largest_shift(rated, side)
    if found is None:
        return cannot_tell(key, "few_shared_lessons")
    beyond = abs(found.figure) > SHIFT
    crossed = found.low <= 0.0 <= found.high
    word = (Word.CANNOT if crossed else Word.FLAG) if beyond else Word.CLEAR
    if found.observers < FEWEST_OBSERVERS:
        return AuditCheck(key, "", word, unit="levels", n=found.observers, null=0.0, limit=SHIFT)
    return AuditCheck(
        key, "", word, found.figure, found.low, found.high, "levels", found.observers, null=0.0, limit=SHIFT
    )
