"""Use: the ways in which usage and events become one value per student. One function compiles each."""

from __future__ import annotations

from datetime import timedelta

import ibis

from gainline.engine.core.calendar import week_start
from gainline.engine.indicators.computing import (
    Amount,
    AnyUse,
    AtLeast,
    CostPerDosed,
    DailyMinutes,
    DaysWithUse,
    LicenseUse,
    Sessions,
    ShareOfUse,
    StillActive,
    WeeksAtLeast,
    WeeksWithUse,
)
from gainline.engine.indicators.facts import activity, event_rows, in_sections, usage_rows
from gainline.engine.indicators.request import Request, window_needed

_SECONDS = 60


def amount(request: Request, shape: Amount) -> ibis.Table:
    """Sum of a usage amount, in the metric's unit or in that per week."""
    rows = usage_rows(request, shape.metrics)
    return _per(request, shape.per, rows.group_by(request.keys).agg(value=rows.value.sum()))


def at_least(request: Request, shape: AtLeast | CostPerDosed) -> ibis.Table:
    """1.0 where the amount per week reaches the recommended one, else 0.0."""
    rows = usage_rows(request, shape.metrics)
    floor = request.params["recommended_per_week"] * request.weeks
    reached = ibis.ifelse(rows.value.sum() >= floor, 1, 0)
    return rows.group_by(request.keys).agg(value=reached.cast("float64"))


def weeks_at_least(request: Request, shape: WeeksAtLeast) -> ibis.Table:
    """Share of weeks in which the week's amount reaches the recommended one; null where a row covers several weeks."""
    rows = usage_rows(request, shape.metrics)
    weekly = rows.group_by(list(dict.fromkeys((*request.keys, "week_start")))).agg(
        amount=rows.value.sum(), unclear=(rows.first_day < rows.week_start).any()
    )
    reached = ibis.ifelse(weekly.amount >= request.params["recommended_per_week"], 1, 0).cast("float64")
    share = reached.sum() / _literal(request.calendar_weeks)
    return weekly.group_by(request.keys).agg(value=ibis.ifelse(weekly.unclear.any(), ibis.null("float64"), share))


def daily_minutes(request: Request, shape: DailyMinutes) -> ibis.Table:
    """Minutes from daily counts, capped per student, tool and day."""
    rows = usage_rows(request, shape.metrics)
    day_keys = list(dict.fromkeys((*request.keys, "tool", "last_day")))
    daily = rows.group_by(day_keys).agg(counted=rows.value.sum())
    minutes = daily.counted * request.params["seconds_per_count"] / _literal(_SECONDS)
    capped = daily.mutate(minutes=ibis.least(minutes, _literal(request.params["daily_cap_minutes"])))
    return _per(request, shape.per, capped.group_by(request.keys).agg(value=capped.minutes.sum()))


def sessions(request: Request, shape: Sessions) -> ibis.Table:
    """Minutes between neighboring events of one student in one tool.

    One window is enough: an event brings the time since the event before it, to its own week, unless that time is
    longer than the gap that ends a session. Session ids would need a second window over the first and give the same
    minutes, apart from sessions that run over midnight on a Sunday.
    """
    rows = event_rows(request)
    columns = list(dict.fromkeys(("person_key", "tool", *(axis for axis in request.axes if axis in rows.columns))))
    by = ["person_key"] if len(request.where.get("tool", ())) == 1 else ["person_key", "tool"]
    window = ibis.window(group_by=by, order_by="epoch_s")
    gaps = rows.select(*columns, since=rows.epoch_s - rows.epoch_s.lag().over(window))
    gap, cap = (round(request.params[name] * _SECONDS) for name in ("gap_minutes", "cap_minutes"))
    gaps = gaps.filter(gaps.since <= gap)  # null, the first event of a student, goes as well
    if "section_id" in request.axes:
        gaps = in_sections(request, gaps)
    seconds = ibis.least(gaps.since, cap).sum().cast("float64")
    return _per(request, shape.per, gaps.group_by(request.keys).agg(value=seconds / _literal(_SECONDS)))


def any_use(request: Request, shape: AnyUse | LicenseUse) -> ibis.Table:
    """1.0 for every student with a sign of use, 0.0 for those of whom the records say that there was none."""
    rows = activity(request, shape.metrics)
    return rows.group_by(request.keys).agg(value=ibis.ifelse(rows.used.any(), 1, 0).cast("float64"))


def still_active(request: Request, shape: StillActive) -> ibis.Table:
    """1.0 for every user with a sign of use in the last weeks of the window, 0.0 for the other users."""
    if request.window is None:
        raise window_needed(request)
    rows = activity(request, shape.metrics)
    rows = rows.filter(rows.used)
    final = week_start(request.window.end) - timedelta(weeks=round(request.params["final_weeks"]) - 1)
    return rows.group_by(request.keys).agg(value=ibis.ifelse((rows.last_day >= final).any(), 1, 0).cast("float64"))


def share_of_use(request: Request, shape: ShareOfUse) -> ibis.Table:
    """Amounts on the resources over all amounts, or events with the actions over all events."""
    if shape.actions:
        rows = event_rows(request)
        rows = in_sections(request, rows) if "section_id" in request.axes else rows
        part, whole = ibis.ifelse(rows.action.isin(shape.actions), 1, 0).cast("float64"), rows.count()
    else:
        rows = usage_rows(request, shape.metrics)
        part, whole = ibis.ifelse(rows.resource.isin(shape.resources), rows.value, 0.0), rows.value.sum()
    return rows.group_by(request.keys).agg(value=part.sum() / whole.nullif(0))


def days_with_use(request: Request, shape: DaysWithUse) -> ibis.Table:
    """Distinct days; null for a student of whom a row covers several days, for nobody knows which of them."""
    rows = activity(request, shape.metrics)
    unclear = (rows.used & (rows.first_day != rows.last_day)).any()
    days = rows.last_day.nunique(where=rows.used).cast("float64")
    return rows.group_by(request.keys).agg(value=ibis.ifelse(unclear, ibis.null("float64"), days))


def weeks_with_use(request: Request, shape: WeeksWithUse) -> ibis.Table:
    """Distinct weeks, or their share of the window's weeks; null for a student of whom a row covers several weeks."""
    rows = activity(request, shape.metrics)
    unclear = (rows.used & (rows.first_day < rows.week_start)).any()
    weeks = rows.week_start.nunique(where=rows.used).cast("float64")
    if shape.as_share:
        weeks = weeks / _literal(request.calendar_weeks)
    return rows.group_by(request.keys).agg(value=ibis.ifelse(unclear, ibis.null("float64"), weeks))


def _per(request: Request, per: str, values: ibis.Table) -> ibis.Table:
    if per == "window" or "week_start" in request.grain:
        return values
    return values.mutate(value=values.value / _literal(request.weeks))


def _literal(value: float) -> ibis.Scalar:
    return ibis.literal(float(value), "float64")
