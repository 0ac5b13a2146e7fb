"""The watch over a risk: every instructional week's measurements replayed through its rule, group by group.

The state is computed from what was seen, never kept beside it: the same readings give the same state, however often and
in however many steps they were read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from gainline.engine.core.calendar import DAYS_PER_WEEK, week_start
from gainline.engine.core.refusals import Refusal
from gainline.engine.monitoring.thresholds import Event, Judge, Reading, Stand, Status, advance
from gainline.engine.roadmap.calendar import Calendar
from gainline.engine.roadmap.risk.sheet import Risk

Group = tuple[str, ...]
Readings = Mapping[Group, Reading]


@dataclass(frozen=True, slots=True)
class Seen:
    """One week of one group: what was measured, where it stands, and the state after it."""

    week: date
    group: Group
    reading: Reading
    stand: Stand
    status: Status


@dataclass(frozen=True, slots=True)
class Change:
    """A week in which the risk was called or the call ended, or a group fell silent or was heard again."""

    week: date
    event: Event
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Watch:
    """What the watch knows: every week and group in order, what changed, and who is in trouble now.

    A risk is called when its first group is, and the call ends with its last: one task, not one per school.
    """

    seen: tuple[Seen, ...]
    changes: tuple[Change, ...]
    on_call: tuple[Group, ...]
    silent: tuple[Group, ...]


def weeks_to_watch(risk: Risk, calendar: Calendar, *, as_of: date) -> tuple[date, ...]:
    """The Mondays of instructional weeks that are over, from the week in which the risk was opened."""
    last = min(as_of, risk.closed) if risk.closed else as_of
    first = week_start(risk.opened)
    over = (monday for monday in calendar.mondays if monday + timedelta(days=DAYS_PER_WEEK) <= last)
    return tuple(monday for monday in over if monday >= first and calendar.teaches(monday))


def replay(risk: Risk, weeks: Sequence[date], read: Mapping[date, Readings]) -> Watch | Refusal:
    """The state of a risk after these weeks.

    Parameters
    ----------
    weeks
        Instructional weeks, rising; breaks are none of them.
    read
        Week -> group -> what was measured. A week or group that is missing was not measured.

    Refuses
    -------
    RK016 an expression has no value for what was measured.

    Raises
    ------
    ValueError
        When the risk has no rule.
    """
    if risk.watch is None:
        raise ValueError(f"nothing watches {risk.key}")
    judge = Judge(risk.watch)
    groups = sorted({group for week in weeks for group in read.get(week, {})}) or [()]
    at: dict[Group, Status] = dict.fromkeys(groups, Status())
    seen: list[Seen] = []
    changes: list[Change] = []
    for week in weeks:
        before = _on_call(at)
        heard: dict[Event, list[Group]] = {}
        for group in groups:
            reading = read.get(week, {}).get(group, Reading({}))
            stand = judge(reading)
            if isinstance(stand, Refusal):
                return stand
            at[group], events = advance(risk.watch, at[group], stand)
            seen.append(Seen(week, group, reading, stand, at[group]))
            for event in events:
                heard.setdefault(event, []).append(group)
        changes.extend(_changes(week, before, _on_call(at), heard))
    silent = tuple(group for group in groups if at[group].is_silent(risk.watch))
    return Watch(tuple(seen), tuple(changes), _on_call(at), silent)


def _on_call(at: Mapping[Group, Status]) -> tuple[Group, ...]:
    return tuple(group for group, status in at.items() if status.is_on_call)


def _changes(
    week: date, before: tuple[Group, ...], after: tuple[Group, ...], heard: Mapping[Event, list[Group]]
) -> list[Change]:
    found = [Change(week, event, tuple(heard[event])) for event in (Event.SILENT, Event.HEARD) if event in heard]
    if after and not before:
        found.append(Change(week, Event.OPENED, after))
    if before and not after:
        found.append(Change(week, Event.RESOLVED, before))
    return found
