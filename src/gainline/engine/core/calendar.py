"""The calendar: windows of days, school weeks, and dates computed backwards from the date that matters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

DAYS_PER_WEEK = 7


@dataclass(frozen=True, slots=True)
class Window:
    """A span of days, both ends included."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"a window ends on or after its start, got {self.start} to {self.end}")

    @property
    def days(self) -> int:
        """How many days the window holds."""
        return (self.end - self.start).days + 1

    @property
    def weeks(self) -> float:
        """Length in weeks, fractions kept."""
        return self.days / DAYS_PER_WEEK

    def holds(self, day: date) -> bool:
        """Tell whether the day lies inside."""
        return self.start <= day <= self.end


def week_start(day: date) -> date:
    """The Monday of the day's week (ISO 8601), as `week_start` columns hold it."""
    return day - timedelta(days=day.weekday())
