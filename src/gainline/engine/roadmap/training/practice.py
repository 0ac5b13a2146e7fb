"""Spaced practice: when a module comes back, snapped to days of school.

The intervals are those of FSRS, fitted to flashcards; that spacing helps is well founded, that these very days are the
best for teaching practice is not. They are a default schedule, and are called so.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from fsrs import Card, Rating, Scheduler

from gainline.engine.core.refusals import Refusal
from gainline.engine.roadmap.calendar import SCHOOL_DAYS, Calendar
from gainline.engine.roadmap.training.sheet import Spacing

_SEARCHED = 180  # days after which a school year is over


def intervals(spacing: Spacing) -> list[int]:
    """Days between reviews when each is met on its day and went well, with no calendar in the way.

    Examples
    --------
    >>> intervals(Spacing())
    [2, 11, 46, 60]
    """
    start = date(2026, 1, 5)
    days = [start, *_due(start, spacing, lambda day: day)]
    return [(later - earlier).days for earlier, later in pairwise(days)]


def review_days(learned: date, spacing: Spacing, calendar: Calendar) -> list[date] | Refusal:
    """The days of school on which a module that was learned on a day comes back.

    A review that would fall on a weekend or into a break is met on the next day of school, and the interval after it
    is counted from there.

    Refuses
    -------
    TR017 the calendar holds no day of school for a review within half a year.
    """
    try:
        return _due(learned, spacing, lambda day: _snapped(day, calendar))
    except LookupError:
        because = f"the calendar has no day of school for every review of what was learned on {learned}"
        return Refusal("TR017", because, "ask for fewer reviews, or add the next year's terms")


def is_instructional(calendar: Calendar, day: date) -> bool:
    """Tell whether it is a day of school: in a term, no weekend, no holiday."""
    if day.weekday() >= SCHOOL_DAYS or not any(term.holds(day) for term in calendar.terms):
        return False
    return not any(holiday.holds(day) for holiday in calendar.holidays)


def _due(start: date, spacing: Spacing, snapped: Callable[[date], date]) -> list[date]:
    scheduler = Scheduler(
        desired_retention=spacing.retention,
        learning_steps=(),
        relearning_steps=(),
        maximum_interval=spacing.longest_days,
        enable_fuzzing=False,
    )
    day, found = start, []
    card = Card(card_id=1, due=_moment(day))
    for _ in range(spacing.reviews):
        card, _log = scheduler.review_card(card, Rating.Good, _moment(day))
        day = snapped(card.due.date())
        found.append(day)
    return found


def _snapped(day: date, calendar: Calendar) -> date:
    for later in range(_SEARCHED):
        if is_instructional(calendar, day + timedelta(days=later)):
            return day + timedelta(days=later)
    raise LookupError(day)


def _moment(day: date) -> datetime:
    return datetime.combine(day, time(12), tzinfo=UTC)
