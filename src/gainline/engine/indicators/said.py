"""Said and seen: what people answered, what raters saw, what students have to work with, and what went wrong."""

from __future__ import annotations

from collections.abc import Sequence

import ibis

from gainline.engine.indicators.computing import Access, Incidents, Observed, Opinion, Responded, Voice
from gainline.engine.indicators.facts import in_sections, where_equal
from gainline.engine.indicators.request import Request

_ASKED = ("instrument", "item", "tool", "respondent")


def access(request: Request, shape: Access) -> ibis.Table:
    """1.0 or 0.0 where somebody asked."""
    rows = request.table("access")
    rows = rows.filter(rows[shape.field].notnull())
    values = rows.select("person_key", value=rows[shape.field].cast("int64").cast("float64"))
    return _by_axes(request, values).select(*request.keys, "value")


def incidents(request: Request, shape: Incidents) -> ibis.Table:
    """Distinct incidents in which the student took part, times `times`."""
    rows = where_equal(in_window(request, request.table("incidents"), "happened_on"), request, ("tool", "kind"))
    rows = _by_axes(request, rows)
    counted = rows.incident_id.nunique().cast("float64")
    return rows.group_by(request.keys).agg(value=counted * ibis.literal(shape.times, "float64"))


def responded(request: Request, shape: Responded) -> ibis.Table:
    """1.0 for every student with an answer."""
    del shape
    rows = _answers(request, ("student",))
    return _by_axes(request, rows).select(request.keys).distinct().mutate(value=ibis.literal(1).cast("float64"))


def voice(request: Request, shape: Voice) -> ibis.Table:
    """Mean over a student's answers to the construct's items."""
    rows = _by_axes(request, _on_scale(request, _answers(request, ("student",)), construct=shape.about))
    return rows.group_by(request.keys).agg(value=rows.share.mean() * ibis.literal(shape.times, "float64"))


def opinion(request: Request, shape: Opinion) -> ibis.Table:
    """Mean over respondents, each with the mean of their questionnaires."""
    rows = _answers(request, request.where.get("respondent", shape.respondents))
    if shape.instrument is not None:
        rows = rows.filter(rows.instrument == shape.instrument)
    rows = where_equal(rows, request, ("school_id", "section_id"))
    rows = _on_scale(request, rows, construct=shape.about)
    sheet = [*request.grain, "person_key", "instrument", "response_id"]
    sheets = rows.group_by(sheet).agg(value=rows.share.mean(), items=rows.item.nunique())
    sheets = sheets.filter(sheets.items >= shape.items_needed)
    people = sheets.group_by([*request.grain, "person_key"]).agg(value=sheets.value.mean())
    people = people.mutate(value=people.value * ibis.literal(shape.times, "float64"))
    return mean_of(people, request.grain)


def observed(request: Request, shape: Observed) -> ibis.Table:
    """Mean over lessons, each with the mean of its raters' levels as a share of the rubric's range."""
    rows = request.table("observations")
    rows = where_equal(
        in_window(request, rows, "observed_on"), request, ("school_id", "section_id", "tool", "rubric", "element")
    )
    rows = rows.filter(rows.level.notnull())
    if shape.elements:
        rows = rows.filter(rows.element.isin(shape.elements))
    rows = rows.mutate(share=(rows.level - rows.lowest) / (rows.highest - rows.lowest).nullif(0))
    lessons = rows.group_by([*request.grain, "observation_id"]).agg(
        value=rows.share.mean() * ibis.literal(shape.times, "float64")
    )
    return mean_of(lessons, request.grain)


def mean_of(values: ibis.Table, grain: Sequence[str]) -> ibis.Table:
    """Mean of the values and their number, by group."""
    groups = values.group_by(list(grain)) if grain else values
    return groups.agg(value=values.value.mean(), n=values.value.count()).select(*grain, "value", "n")


def in_window(request: Request, rows: ibis.Table, day: str) -> ibis.Table:
    """Rows whose day lies in the window; with a window, rows without a day are left out."""
    if request.window is None:
        return rows
    return rows.filter(rows[day] >= request.window.start, rows[day] <= request.window.end)


def _answers(request: Request, respondents: Sequence[str]) -> ibis.Table:
    """Answers that were given, of these kinds of people, in the window and under the request's filters."""
    rows = request.table("responses")
    rows = rows.filter(rows.respondent.isin(respondents), rows.answer.notnull())
    return where_equal(in_window(request, rows, "answered_on"), request, _ASKED)


def _on_scale(request: Request, rows: ibis.Table, *, construct: str | None) -> ibis.Table:
    """The answers with `share`, 0 to 1 of the way up their item's scale, reverse items turned around."""
    items = request.table("survey_items")
    items = items.filter(items.lowest.notnull(), items.highest.notnull())
    if construct is not None:
        items = items.filter(items.construct == construct)
    items = items.select("instrument", "item", "lowest", "highest", "reverse")
    rows = rows.inner_join(items, ["instrument", "item"])
    upward = ibis.ifelse(rows.reverse, rows.highest - rows.answer, rows.answer - rows.lowest)
    return rows.mutate(share=upward / (rows.highest - rows.lowest).nullif(0))


def _by_axes(request: Request, rows: ibis.Table) -> ibis.Table:
    return in_sections(request, rows) if "section_id" in request.axes else rows
