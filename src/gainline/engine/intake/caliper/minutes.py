"""Minutes: what senders report of time, and how running totals become amounts of their own.

``minutes_active``: MinutesOnTask. It grows from startedAtTime on, so of two reports with one start the second brings
only what was added. ``minutes_session`` and ``minutes_attempt``: end minus start, never the stated duration, which even
the standard's own sample gives wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from gainline.engine.intake.account import Tally
from gainline.engine.intake.caliper.items import Described, id_of, measures_of, moment_at
from gainline.engine.intake.event_rows import Minutes, local_day, within_calendar
from gainline.engine.intake.xapi.grammar import seconds_of

_ENDS = frozenset({"LoggedOut", "TimedOut", "Submitted", "Completed", "Graded"})
_CLOSE = 1.0  # seconds by which a stated duration may differ from end minus start
_LONGEST = timedelta(days=2)  # a session that nobody ended for longer is a forgotten one
_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class _Report:
    end: datetime
    value: float
    line: int


@dataclass(slots=True)
class TimeReported:
    """Reports and sessions as they come together."""

    zone: ZoneInfo
    tally: Tally
    reports: dict[tuple[int, str, str, str, datetime], list[_Report]] = field(default_factory=dict)
    spans: dict[tuple[int, str, str], Minutes] = field(default_factory=dict)

    def take(self, at: tuple[int, int], tool: str, event: dict[str, Any], described: Described) -> None:
        """Take what one event says of time; `at` is the person's number and the line."""
        place, line = at
        when = moment_at(event, "eventTime")
        resource = id_of(event["object"]) or ""
        for one in measures_of(event, described):
            if one is None:
                self.tally.book.add("IN167", [line], column="generated.items")
                continue
            start, end = one.start or when, one.end or when
            if start is None or end is None or not (within_calendar(start) and within_calendar(end) and start <= end):
                self.tally.book.add("IN167", [line], column="generated.items")
                continue
            self.reports.setdefault((place, tool, resource, one.metric, start), []).append(
                _Report(end, one.value, line)
            )
        if event["action"].rpartition("#")[2] in _ENDS:
            self._span(place, tool, event, described, line)

    def _span(self, place: int, tool: str, event: dict[str, Any], described: Described, line: int) -> None:
        for name in ("session", "object", "generated"):
            entity = described.whole(event.get(name))
            metric = {"Session": "minutes_session", "Attempt": "minutes_attempt"}.get(str(entity.get("type")))
            start, end = moment_at(entity, "startedAtTime"), moment_at(entity, "endedAtTime")
            if metric is None or start is None or end is None or not within_calendar(start) or not within_calendar(end):
                continue
            if not timedelta(0) <= end - start <= _LONGEST:
                self.tally.book.add("IN168", [line], column=name)
                continue
            said = seconds_of(entity["duration"]) if type(entity.get("duration")) is str else None
            seconds = (end - start).total_seconds()
            if said is not None and abs(said - seconds) > _CLOSE:
                self.tally.book.add("IN165", [line], column=f"{name}.duration")
            days = (local_day(start, self.zone), local_day(end, self.zone))
            resource = id_of(event["object"]) if metric == "minutes_session" else id_of(entity.get("assignable"))
            amount = Minutes(place, tool, metric, seconds / 60, *days, resource, line)
            self.spans[place, metric, id_of(entity) or ""] = amount

    def amounts(self) -> Iterator[Minutes]:
        """The amounts of all reports and sessions."""
        yield from self.spans.values()
        for (place, tool, resource, metric, start), reports in self.reports.items():
            before, first = 0.0, local_day(start, self.zone)
            for report in sorted(reports, key=lambda one: (one.end, one.value, one.line)):
                fell = report.value < before
                if fell:
                    self.tally.book.add("IN042", [report.line], column=metric if metric.isalpha() else None)
                value = report.value if fell else report.value - before
                before, last = report.value, local_day(report.end, self.zone)
                if value:
                    yield Minutes(place, tool, metric_of(metric), value, min(first, last), last, resource, report.line)
                first = last + timedelta(days=1)


def metric_of(name: str) -> str:
    """Our name of a measure.

    Examples
    --------
    >>> metric_of("MinutesOnTask"), metric_of("UnitsPassed")
    ('minutes_active', 'units_passed')
    """
    return "minutes_active" if name == "MinutesOnTask" else _CAPITAL.sub("_", name).lower()
