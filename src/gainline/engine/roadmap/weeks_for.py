"""In which weeks an activity may start, by its kind, its school and its own limits."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

from gainline.engine.roadmap.calendar import Calendar
from gainline.engine.roadmap.model import Activity, Kind, Roadmap

TAUGHT = frozenset({Kind.COACHING, Kind.GO_LIVE, Kind.EVALUATION})
UNTESTED = frozenset({Kind.TRAINING, Kind.COACHING, Kind.GO_LIVE})


def start_weeks(roadmap: Roadmap) -> tuple[tuple[int, ...], ...]:
    """The weeks, as indices into the calendar's Mondays, in which each activity may start; ordered, maybe none.

    Training takes place while school teaches or on weeks with a day of professional learning, coaching while school
    teaches, both outside testing; a go-live also keeps `Rules.settle_weeks` quiet weeks before testing or a break;
    an evaluation covers taught weeks only, with testing in it where it asks for that; a decision falls on a week of
    the board. Everything else may take any working week.
    """
    calendar = roadmap.calendar
    notices = {initiative.key: initiative.notice_on for initiative in roadmap.initiatives}

    @cache
    def open_weeks(kind: Kind, school: str | None) -> tuple[bool, ...]:
        settle = roadmap.rules.settle_weeks
        return tuple(_is_open(calendar, monday, kind, school, settle=settle) for monday in calendar.mondays)

    @cache
    def tested(school: str | None) -> tuple[bool, ...]:
        return tuple(calendar.tests(monday, school) for monday in calendar.mondays)

    @cache
    def starts(kind: Kind, school: str | None, weeks: int, assessment: bool) -> tuple[int, ...]:
        fits = open_weeks(kind, school)
        held = tested(school) if assessment else (True,) * len(fits)
        latest = len(fits) - weeks
        return tuple(s for s in range(latest + 1) if all(fits[s : s + weeks]) and any(held[s : s + weeks]))

    alike: dict[tuple[bool, ...], str | None] = {}  # schools that are tested on the same days share their weeks

    @cache
    def like(school: str | None) -> str | None:
        return alike.setdefault(tuple(testing.binds(school) for testing in calendar.testing), school)

    def limited(activity: Activity) -> tuple[int, ...]:
        every = starts(activity.kind, like(activity.school), activity.weeks, activity.assessment)
        first, last = _limits(activity, calendar, notices[activity.initiative])
        return tuple(start for start in every if first <= start <= last)

    return tuple(limited(activity) for activity in roadmap.activities)


def _is_open(calendar: Calendar, monday: date, kind: Kind, school: str | None, *, settle: int) -> bool:
    teaches = calendar.teaches(monday)
    if kind in TAUGHT and not teaches:
        return False
    if kind is Kind.TRAINING and not (teaches or calendar.trains(monday)):
        return False
    if kind in UNTESTED and calendar.blacks_out(monday, school):
        return False
    if kind is Kind.DECISION:
        return calendar.decides(monday)
    return kind is not Kind.GO_LIVE or _is_quiet_ahead(calendar, monday, school, settle)


def _is_quiet_ahead(calendar: Calendar, monday: date, school: str | None, settle: int) -> bool:
    ahead = [monday + timedelta(weeks=week) for week in range(1, settle + 1)]
    return all(calendar.teaches(week) and not calendar.blacks_out(week, school) for week in ahead)


def _limits(activity: Activity, calendar: Calendar, notice_on: date | None) -> tuple[int, int]:
    """First and last week in which the activity may start by its own dates; a decision also stands before notice."""
    first = calendar.first_week_from(activity.not_before) if activity.not_before else 0
    ends = [activity.finish_by] if activity.finish_by else []
    if activity.kind is Kind.DECISION and notice_on:
        ends.append(notice_on)
    last = min((calendar.weeks_ended_by(day) for day in ends), default=len(calendar.mondays)) - activity.weeks
    return first, last
