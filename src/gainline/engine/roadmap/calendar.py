"""The school calendar as working weeks: terms, holidays, testing, professional learning, board days, fiscal years."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from gainline.engine.core.calendar import DAYS_PER_WEEK, Window, week_start

SCHOOL_DAYS = 5
MOST_DAYS = 3  # a week teaches when most of its five days do
MONTHS = 12


@dataclass(frozen=True, slots=True)
class Testing:
    """Days on which students are tested; no schools named means all of them.

    While `blackout` holds, nobody trains, coaches or goes live on these days; without it they only count as assessment.
    """

    name: str
    window: Window
    schools: tuple[str, ...] = ()
    blackout: bool = True

    def binds(self, school: str | None) -> bool:
        """Tell whether the school is tested; what belongs to no school is bound by what binds all."""
        return not self.schools or school in self.schools


@dataclass(frozen=True)
class Calendar:
    """The days that everything else is counted on.

    Weeks on which every weekday is a holiday are nobody's working weeks: they are dropped from `mondays`, so an
    activity, or a distance between two, runs over a break without counting it.

    Parameters
    ----------
    span
        First and last day of the roadmap.
    fiscal_month
        The month, 1 to 12, in which the fiscal year starts.
    """

    span: Window
    terms: tuple[Window, ...]
    holidays: tuple[Window, ...] = ()
    testing: tuple[Testing, ...] = ()
    learning_days: tuple[date, ...] = ()
    board_days: tuple[date, ...] = ()
    fiscal_month: int = 7

    @cached_property
    def mondays(self) -> tuple[date, ...]:
        """The Mondays of the working weeks, in order; every index of a week counts in this list."""
        first = week_start(self.span.start)
        count = (self.span.end - first).days // DAYS_PER_WEEK + 1
        every = (first + timedelta(weeks=week) for week in range(count))
        return tuple(monday for monday in every if not self.is_closed(monday))

    @property
    def closed_weeks(self) -> tuple[tuple[date, date], ...]:
        """Monday and Sunday of each week in the span that nobody works in, in order."""
        first = week_start(self.span.start)
        count = (self.span.end - first).days // DAYS_PER_WEEK + 1
        every = (first + timedelta(weeks=week) for week in range(count))
        return tuple((monday, monday + timedelta(days=6)) for monday in every if self.is_closed(monday))

    def is_closed(self, monday: date) -> bool:
        """Tell whether nobody works in the week."""
        return all(self._is_holiday(day) for day in _weekdays(monday))

    def teaches(self, monday: date) -> bool:
        """Tell whether most days of the week are days of a term and no holidays."""
        days = [day for day in _weekdays(monday) if any(term.holds(day) for term in self.terms)]
        return sum(not self._is_holiday(day) for day in days) >= MOST_DAYS

    def tests(self, monday: date, school: str | None) -> bool:
        """Tell whether the school is tested on a day of the week."""
        windows = [testing.window for testing in self.testing if testing.binds(school)]
        return any(window.holds(day) for window in windows for day in _weekdays(monday))

    def blacks_out(self, monday: date, school: str | None) -> bool:
        """Tell whether testing keeps the school from training, coaching and going live in the week."""
        windows = [testing.window for testing in self.testing if testing.blackout and testing.binds(school)]
        return any(window.holds(day) for window in windows for day in _weekdays(monday))

    def trains(self, monday: date) -> bool:
        """Tell whether the week holds a day of professional learning."""
        return any(week_start(day) == monday for day in self.learning_days)

    def decides(self, monday: date) -> bool:
        """Tell whether the board meets in the week."""
        return any(week_start(day) == monday for day in self.board_days)

    def fiscal_year(self, day: date) -> int:
        """The fiscal year of a day, named by the year in which it ends."""
        return day.year + (self.fiscal_month > 1 and day.month >= self.fiscal_month)

    def first_week_from(self, day: date) -> int:
        """The index of the first working week that starts on the day or later; the count of weeks when none does."""
        return sum(monday < day for monday in self.mondays)

    def weeks_ended_by(self, day: date) -> int:
        """How many working weeks have ended, with their Friday, on the day."""
        return sum(friday(monday) <= day for monday in self.mondays)

    def _is_holiday(self, day: date) -> bool:
        return any(holiday.holds(day) for holiday in self.holidays)


def friday(monday: date) -> date:
    """The Friday of a Monday's week."""
    return monday + timedelta(days=SCHOOL_DAYS - 1)


def _weekdays(monday: date) -> list[date]:
    return [monday + timedelta(days=day) for day in range(SCHOOL_DAYS)]
