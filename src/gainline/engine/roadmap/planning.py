"""From a roadmap to a plan of dates, and what each date leaves free."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from gainline.engine.core.refusals import Refusal
from gainline.engine.roadmap.calendar import Calendar, friday
from gainline.engine.roadmap.compiling import compile_network
from gainline.engine.roadmap.model import Dates, Roadmap
from gainline.engine.roadmap.reach import reach
from gainline.engine.roadmap.solving import Effort, Found, Listener, solve_network, unheard


@dataclass(frozen=True, slots=True)
class Plan:
    """Dates for every activity of a roadmap.

    Parameters
    ----------
    dates
        By activity, in the roadmap's order.
    stages
        What each stage of the solver reached, in working weeks from the roadmap's start, and how far it is proved.
    effort, version
        What makes the same plan again: the seed and effort, and the solver's version.
    """

    dates: Mapping[str, Dates]
    stages: tuple[Found, ...]
    effort: Effort
    version: str

    @property
    def finish(self) -> date | None:
        """The day on which the last activity has ended."""
        return max((dates.finish for dates in self.dates.values()), default=None)


@dataclass(frozen=True, slots=True)
class Margin:
    """The earliest and the latest day an activity may start, by distances and calendars alone; None for no day."""

    earliest: date | None
    latest: date | None


def plan_dates(roadmap: Roadmap, effort: Effort | None = None, on_found: Listener = unheard) -> Plan | Refusal:
    """The dates that keep every rule and finish first, and among those let tools go live early.

    Refuses
    -------
    RM020 no plan keeps every rule; RM021 none was found within the effort.
    """
    solution = solve_network(compile_network(roadmap), effort or Effort(), on_found)
    if isinstance(solution, Refusal):
        return solution
    calendar = roadmap.calendar
    dates = {
        activity.key: _dates(calendar, start, activity.weeks)
        for activity, start in zip(roadmap.activities, solution.starts, strict=False)
    }
    return Plan(dates, solution.stages, solution.effort, solution.version)


def margins(roadmap: Roadmap) -> dict[str, Margin]:
    """Dates computed backwards: the latest start of each activity that still lets everything after it be in time.

    An activity whose latest day lies before its earliest, or that has none, cannot be known in time.
    """
    calendar = roadmap.calendar
    bounds = reach(compile_network(roadmap))
    every = zip(roadmap.activities, bounds.earliest, bounds.latest, strict=False)
    return {a.key: Margin(_monday(calendar, first), _monday(calendar, last)) for a, first, last in every}


def _dates(calendar: Calendar, start: int, weeks: int) -> Dates:
    return Dates(calendar.mondays[start], friday(calendar.mondays[start + weeks - 1]))


def _monday(calendar: Calendar, week: int) -> date | None:
    return calendar.mondays[week] if 0 <= week < len(calendar.mondays) else None
