"""Facts: the rows of usage, events and results that a request looks at, in one shape for all shapes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import ibis

from gainline.engine.indicators.request import Request

_EPOCH = date(1970, 1, 1)


def usage_rows(request: Request, metrics: Sequence[str]) -> ibis.Table:
    """Usage rows that touch the window; `metrics` empty means any, and the request's own metric goes first.

    A row that reaches over the window's edge counts with the share of its days that lie inside.
    """
    rows = request.table("usage")
    metrics = request.where.get("metric", tuple(metrics))
    if metrics:
        rows = rows.filter(rows.metric.isin(metrics))
    rows = where_equal(rows, request, ("tool", "resource"))
    if "section_id" in request.where:  # use that is tied to no section counts for each section of the student
        rows = rows.filter(rows.section_id.isnull() | rows.section_id.isin(request.where["section_id"]))
    return _by_axes(request, _inside(request, rows))


def _inside(request: Request, rows: ibis.Table) -> ibis.Table:
    if request.window is None:
        return rows
    start, end = request.window.start, request.window.end
    rows = rows.filter(rows.last_day >= start, rows.first_day <= end)
    first, last = rows.first_day.epoch_days(), rows.last_day.epoch_days()
    within = ibis.least(last, (end - _EPOCH).days) - ibis.greatest(first, (start - _EPOCH).days)
    share = (within + 1).cast("float64") / (last - first + 1).nullif(0)
    return rows.mutate(value=ibis.ifelse(rows.first_day == rows.last_day, rows.value, rows.value * share))


def event_rows(request: Request) -> ibis.Table:
    """Events in the window. An event without a moment cannot be placed between others and is left out."""
    rows = request.table("events")
    rows = rows.filter(rows.epoch_s.notnull())
    if request.window is not None:
        rows = rows.filter(rows.local_date >= request.window.start, rows.local_date <= request.window.end)
    return where_equal(rows, request, ("tool", "action", "resource"))


def activity(request: Request, metrics: Sequence[str]) -> ibis.Table:
    """Usage amounts and events, as spans of days; `used` is false where a source says in so many words: none.

    Columns: the request's keys, `first_day`, `last_day`, `week_start`, `used`. A filter on `metric` speaks of usage
    only, one on `action` of events only.
    """
    columns = list(dict.fromkeys((*request.keys, "first_day", "last_day", "week_start", "used")))
    signs = []
    if "action" not in request.where:
        rows = usage_rows(request, metrics)
        signs.append(rows.mutate(used=rows.value > 0).select(columns))
    if "metric" not in request.where and not metrics and "section_id" not in request.where:
        rows = event_rows(request)
        rows = rows.mutate(first_day=rows.local_date, last_day=rows.local_date, used=ibis.literal(True))
        signs.append(_by_axes(request, rows).select(columns))
    return ibis.union(*signs) if len(signs) > 1 else signs[0]


def result_rows(request: Request, forms: Sequence[str]) -> ibis.Table:
    """Scored results of the request's assessment in these forms, one per student and form."""
    rows = where_equal(request.table("results"), request, ("assessment",))
    return _by_axes(request, latest_results(rows.filter(rows.form.isin(forms), rows.score.notnull())))


def latest_results(rows: ibis.Table) -> ibis.Table:
    """One result per student, assessment and form: the latest taken, of those the latest imported.

    A file that a district exports again with corrected scores, or with last term's rows still in it, must neither count
    a student twice nor mix an old score into the new one. Rows of `results`, scored, in no order.
    """
    latest = ibis.row_number().over(
        group_by=["person_key", "assessment", "form"],
        order_by=[ibis.desc("taken_on"), ibis.desc("import_id"), ibis.desc("source_line")],
    )
    return rows.mutate(nth=latest).filter(lambda numbered: numbered.nth == 0).drop("nth")


def where_equal(rows: ibis.Table, request: Request, columns: Sequence[str]) -> ibis.Table:
    """Rows that hold what the request asks of these columns, where it asks anything of them."""
    for column in columns:
        if column in request.where:
            rows = rows.filter(rows[column].isin(request.where[column]))
    return rows


def _by_axes(request: Request, rows: ibis.Table) -> ibis.Table:
    return in_sections(request, rows) if "section_id" in request.axes else rows


def in_sections(request: Request, rows: ibis.Table) -> ibis.Table:
    """Rows per section: what is tied to one stays there, the rest counts in each section of the student."""
    enrollments = request.table("enrollments")
    enrollments = enrollments.filter(enrollments.role == "student").select("person_key", "section_id").distinct()
    if "section_id" not in rows.columns:
        return rows.inner_join(enrollments, "person_key")
    tied = rows.filter(rows.section_id.notnull())
    loose = rows.filter(rows.section_id.isnull()).drop("section_id").inner_join(enrollments, "person_key")
    return tied.union(loose.select(tied.columns))
