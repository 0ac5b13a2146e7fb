"""The population: the students whom a value is about. It comes from enrollments and licenses, never from usage."""

from __future__ import annotations

from collections.abc import Sequence

import ibis

from gainline.engine.core.calendar import week_start
from gainline.engine.indicators.request import STUDENT_COLUMNS, Request

_DAYS_TO_SUNDAY = 6
_FAR = 10_000_000  # days from 1970; stands for an end that is open


def population(request: Request) -> ibis.Table:
    """One row per student, and per section, tool and week where the request is split by them.

    Enrolled are the students with an enrollment in the window, and those whom the roster lists without any
    enrollment. Licensed are the enrolled students with a license of the tool in the window; for a tool of which the
    district holds no license list, the enrolled ones.
    """
    people = _with_tools(request, _enrolled(request))
    if getattr(request.indicator.compute, "population", "enrolled") == "licensed":
        people = _licensed(request, people)
    return people.select(request.keys)


def _enrolled(request: Request) -> ibis.Table:
    enrollments = request.table("enrollments")
    enrollments = enrollments.filter(enrollments.role == "student")
    if "section_id" in request.where:
        enrollments = enrollments.filter(enrollments.section_id.isin(request.where["section_id"]))
    keys = [key for key in request.keys if key not in ("tool", "week_start")]
    enrolled = enrollments.select(keys).distinct()
    if "week_start" in request.axes:
        enrolled = enrolled.cross_join(weeks(request))
    enrolled = _in_time(request, enrolled, enrollments, keys=keys, span=("begin_date", "end_date"))
    if "section_id" not in request.axes and "section_id" not in request.where:
        enrolled = enrolled.union(_without_sections(request, enrollments).select(enrolled.columns))
    return _chosen_students(request, enrolled)


def _without_sections(request: Request, enrollments: ibis.Table) -> ibis.Table:
    listed = request.table("students").select("person_key").distinct().anti_join(enrollments, "person_key")
    return listed.cross_join(weeks(request)) if "week_start" in request.axes else listed


def _chosen_students(request: Request, people: ibis.Table) -> ibis.Table:
    chosen = request.table("students")
    filters = [column for column in STUDENT_COLUMNS if column in request.where]
    for column in filters:
        chosen = chosen.filter(chosen[column].cast("string").isin(request.where[column]))
    return people.semi_join(chosen, "person_key") if filters else people


def _with_tools(request: Request, people: ibis.Table) -> ibis.Table:
    if "tool" not in request.axes:
        return people
    named = [request.table(name).select("tool") for name in ("usage", "events", "licenses")]
    tools = ibis.union(*named, distinct=True)
    if "tool" in request.where:
        tools = tools.filter(tools.tool.isin(request.where["tool"]))
    return people.cross_join(tools)


def _licensed(request: Request, people: ibis.Table) -> ibis.Table:
    licenses = request.table("licenses")
    if "tool" in request.where:
        licenses = licenses.filter(licenses.tool.isin(request.where["tool"]))
    keys = [key for key in ("person_key", "tool") if key in request.keys]
    with_license = _in_time(request, people, licenses, keys=keys, span=("first_day", "last_day"))
    if "tool" in request.axes:
        return with_license.union(people.anti_join(licenses, "tool"))
    return with_license.union(people.filter(licenses.count() == 0))


def _in_time(
    request: Request, people: ibis.Table, spans: ibis.Table, *, keys: Sequence[str], span: tuple[str, str]
) -> ibis.Table:
    """The people of whom a span touches the window, or their row's own week. A null end of a span is open."""
    first, last = (spans[name] for name in span)
    if request.window is not None:
        touches_start = first.isnull() | (first <= request.window.end)
        spans = spans.filter(touches_start, last.isnull() | (last >= request.window.start))
    if "week_start" not in request.axes:
        return people.semi_join(spans, keys)
    # Plain comparisons of two columns, because an engine can join on these without comparing every pair of rows.
    days = spans.select(
        *keys,
        from_day=ibis.ifelse(first.isnull(), -_FAR, first.epoch_days()),
        to_day=ibis.ifelse(last.isnull(), _FAR, last.epoch_days()),
    )
    monday = people.week_start.epoch_days()
    people = people.mutate(monday=monday, sunday=monday + _DAYS_TO_SUNDAY)
    matches = [*keys, people.sunday >= days.from_day, people.monday <= days.to_day]
    return people.semi_join(days, matches).drop("monday", "sunday")


def with_student_columns(request: Request, people: ibis.Table) -> ibis.Table:
    """The people with the columns of `students` by which the request is split."""
    columns = [column for column in request.grain if column in STUDENT_COLUMNS]
    if not columns:
        return people
    students = request.table("students").select("person_key", *columns)
    return people.left_join(students, "person_key").select(*people.columns, *columns)


def weeks(request: Request) -> ibis.Table:
    """The Mondays of the window's weeks; without a window, of the weeks in which anybody used anything."""
    if request.window is None:
        named = [request.table(name).select("week_start") for name in ("usage", "events")]
        return ibis.union(*named, distinct=True)
    first, last = week_start(request.window.start).toordinal(), week_start(request.window.end).toordinal()
    mondays = [request.window.start.fromordinal(day) for day in range(first, last + 1, 7)]
    return ibis.memtable({"week_start": mondays}, schema={"week_start": "date"})
