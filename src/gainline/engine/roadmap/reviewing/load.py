"""Who carries how much, and what is spent: resources by week, owners by month, money by source and fiscal year."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from gainline.engine.roadmap.compiling import units_by_week
from gainline.engine.roadmap.model import Dates, Roadmap


@dataclass(frozen=True, slots=True)
class Booking:
    """A resource by working week: its Mondays, units booked and units at hand, each of shape (n_weeks,)."""

    key: str
    mondays: tuple[date, ...]
    booked: tuple[int, ...]
    at_hand: tuple[int, ...]

    @property
    def full_weeks(self) -> int:
        """Weeks in which every unit at hand is booked."""
        return sum(booked >= there > 0 for booked, there in zip(self.booked, self.at_hand, strict=True))


@dataclass(frozen=True, slots=True)
class OwnerLoad:
    """What one role answers for: steps, their weeks together, and the month in which most of them run at once."""

    owner: str
    steps: int
    weeks: int
    busiest: date | None
    at_once: int


@dataclass(frozen=True, slots=True)
class Spending:
    """Money of one source in one fiscal year; ``budget`` is None where nothing limits it."""

    source: str
    fiscal_year: int
    planned: int
    budget: int | None


def bookings(roadmap: Roadmap, dates: Mapping[str, Dates]) -> list[Booking]:
    """Each resource by working week, in the roadmap's order."""
    mondays = roadmap.calendar.mondays
    made = []
    for resource in roadmap.resources:
        booked = [0] * len(mondays)
        for activity in roadmap.activities:
            units = sum(amount for key, amount in activity.needs if key == resource.key)
            span = dates[activity.key]
            for place, monday in enumerate(mondays) if units else ():
                booked[place] += units if span.start <= monday <= span.finish else 0
        made.append(Booking(resource.key, mondays, tuple(booked), units_by_week(roadmap, resource)))
    return made


def owner_loads(roadmap: Roadmap, dates: Mapping[str, Dates]) -> list[OwnerLoad]:
    """Each owner, the busiest first; steps that nobody answers for stand under the empty name."""
    steps: dict[str, list[Dates]] = defaultdict(list)
    weeks: dict[str, int] = defaultdict(int)
    for activity in roadmap.activities:
        steps[activity.owner].append(dates[activity.key])
        weeks[activity.owner] += activity.weeks
    made = [OwnerLoad(owner, len(spans), weeks[owner], *_busiest(roadmap, spans)) for owner, spans in steps.items()]
    return sorted(made, key=lambda one: (-one.at_once, -one.weeks, one.owner))


def _busiest(roadmap: Roadmap, spans: list[Dates]) -> tuple[date | None, int]:
    """The first week in which most steps run at once, and how many they are."""
    running = {
        monday: sum(span.start <= monday <= span.finish for span in spans) for monday in roadmap.calendar.mondays
    }
    most = max(running.values(), default=0)
    return next((monday for monday, count in running.items() if count == most and most), None), most


def spending(roadmap: Roadmap, dates: Mapping[str, Dates]) -> list[Spending]:
    """Planned money beside the budget, by fiscal year and source; a cost falls into the year of its start."""
    planned: dict[tuple[int, str], int] = defaultdict(int)
    for activity in roadmap.activities:
        if activity.cost:
            planned[roadmap.calendar.fiscal_year(dates[activity.key].start), activity.source] += activity.cost
    budgets = {(budget.fiscal_year, budget.source): budget.amount for budget in roadmap.budgets}
    limited = {budget.source for budget in roadmap.budgets}
    return [
        Spending(source, year, planned[year, source], budgets.get((year, source), 0 if source in limited else None))
        for year, source in sorted({*planned, *budgets})
    ]
