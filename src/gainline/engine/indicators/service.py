"""Service: what a tool costs in money, calls for help and lost time, and who was trained for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import ibis

from gainline.engine.indicators.computing import (
    CostPerDosed,
    LicenseUse,
    OutageMinutes,
    TicketHours,
    TicketRate,
    Trained,
)
from gainline.engine.indicators.facts import where_equal
from gainline.engine.indicators.population import population, with_student_columns
from gainline.engine.indicators.request import Request
from gainline.engine.indicators.said import in_window, mean_of
from gainline.engine.indicators.shapes import any_use, at_least
from gainline.engine.indicators.silence import filled

_EPOCH = date(1970, 1, 1)
_PER_STUDENTS = 100.0


def ticket_rate(request: Request, shape: TicketRate) -> ibis.Table:
    """Calls for help per 100 students of the group; nothing where no calls were ever recorded."""
    del shape
    grain = list(request.grain)
    people = with_student_columns(request, population(request))
    people = people.mutate(calls=ibis.literal(0), students=ibis.literal(1))
    calls = _tickets(request).mutate(calls=ibis.literal(1), students=ibis.literal(0))
    columns = [*grain, "calls", "students"]
    both = people.select(columns).union(calls.select(columns))
    groups = both.group_by(grain) if grain else both
    counted = groups.agg(calls=both.calls.sum(), n=both.students.sum())
    rate = counted.calls.cast("float64") * _PER_STUDENTS / counted.n.nullif(0)
    is_kept = request.table("tickets").count() > 0
    shown = counted.mutate(value=ibis.ifelse(is_kept, rate, ibis.null("float64")), n=counted.n.fill_null(0))
    return (shown.filter(shown.n > 0) if grain else shown).select(*grain, "value", "n")


def ticket_hours(request: Request, shape: TicketHours) -> ibis.Table:
    """Mean hours, of the calls that have a figure."""
    rows = _tickets(request)
    return mean_of(rows.mutate(value=rows[shape.field]), request.grain)


def _tickets(request: Request) -> ibis.Table:
    rows = in_window(request, request.table("tickets"), "opened_on")
    return where_equal(rows, request, ("tool", "school_id", "kind", "caller"))


def outage_minutes(request: Request, shape: OutageMinutes) -> ibis.Table:
    """Sum of minutes; nothing where no outage is on record."""
    rows = in_window(request, request.table("outages"), "began_on")
    rows = where_equal(rows.filter(rows.planned == shape.planned), request, ("tool", "school_id"))
    groups = rows.group_by(list(request.grain)) if request.grain else rows
    return groups.agg(value=rows.minutes.sum(), n=rows.minutes.count()).select(*request.grain, "value", "n")


def license_use(request: Request, shape: LicenseUse) -> ibis.Table:
    """Users over licenses bought, of the tools whose contract counts licenses; nothing where some may have used it."""
    by_tool = replace(request, grain=("tool",))
    users = any_use(by_tool, shape)
    people = filled(by_tool, population(by_tool), users)
    used = people.group_by("tool").agg(used=people.value.sum(), n=people.count(), known=people.value.count())
    bought = _contracts(request)
    bought = bought.filter(bought.licenses > 0)
    bought = bought.group_by("tool").agg(bought=bought.licenses.sum())
    tools = used.inner_join(bought, "tool")
    groups = tools.group_by("tool") if request.grain else tools
    total = groups.agg(
        used=tools.used.sum(), bought=tools.bought.sum(), n=tools.n.sum().fill_null(0), known=tools.known.sum()
    )
    share = total.used.fill_null(0.0) / total.bought.nullif(0)
    value = ibis.ifelse(total.known < total.n, ibis.null("float64"), share)
    return total.mutate(value=value).select(*request.grain, "value", "n")


def cost_per_dosed(request: Request, shape: CostPerDosed) -> ibis.Table:
    """Cost over the students who reach the dose; nothing in several currencies or where nobody is known to."""
    by_tool = replace(request, grain=("tool",))
    reached = at_least(by_tool, shape)
    people = filled(by_tool, population(by_tool), reached)
    dosed = people.group_by("tool").agg(
        dosed=people.value.sum(), missing=people.value.isnull().cast("int64").sum().fill_null(0)
    )
    paid = _contracts(request)
    paid = paid.filter(paid.cost.notnull())
    paid = paid.mutate(currency=paid.currency.fill_null(""), cost=_share_in_window(request, paid))
    tools = paid.left_join(dosed, "tool").select("tool", "cost", "currency", "dosed", "missing")
    costs = tools.group_by(["tool", "dosed", "missing"]).agg(
        cost=tools.cost.sum(), kinds=tools.currency.nunique(), one=tools.currency.max()
    )
    groups = costs.group_by("tool") if request.grain else costs
    total = groups.agg(
        cost=costs.cost.sum(),
        dosed=costs.dosed.sum().fill_null(0.0),
        kinds=costs.kinds.max(),
        ones=costs.one.nunique(),
        missing=costs.missing.sum().fill_null(0),
    )
    each = total.cost / total.dosed.nullif(0)
    is_known = (total.kinds == 1) & (total.ones == 1) & (total.missing == 0)
    value = ibis.ifelse(is_known, each, ibis.null("float64"))
    return total.mutate(value=value, n=total.dosed.cast("int64")).select(*request.grain, "value", "n")


def _contracts(request: Request) -> ibis.Table:
    rows = where_equal(request.table("contracts"), request, ("tool",))
    if request.window is None:
        return rows
    return rows.filter(rows.start_date <= request.window.end, rows.end_date >= request.window.start)


def _share_in_window(request: Request, contracts: ibis.Table) -> ibis.Value:
    """The part of each contract's cost that falls on the days of the window."""
    if request.window is None:
        return contracts.cost
    first, last = contracts.start_date.epoch_days(), contracts.end_date.epoch_days()
    start, end = (request.window.start - _EPOCH).days, (request.window.end - _EPOCH).days
    inside = ibis.least(last, end) - ibis.greatest(first, start) + 1
    return contracts.cost * inside.cast("float64") / (last - first + 1).nullif(0)


def trained(request: Request, shape: Trained) -> ibis.Table:
    """Share of the teachers who came, or mean hours attended; nothing where no attendance was ever recorded."""
    teachers = _teachers(request)
    came = in_window(request, request.table("training"), "held_on")
    came = where_equal(came.filter(came.attended), request, ("tool", "training"))
    came = came.group_by("person_key").agg(hours=came.hours.sum(), days=came.count())
    people = teachers.left_join(came, "person_key").select(*teachers.columns, "hours", "days")
    is_kept = request.table("training").count() > 0
    absent = ibis.ifelse(is_kept, ibis.literal(0.0, "float64"), ibis.null("float64"))
    got = people.hours if shape.counts == "hours" else ibis.literal(1).cast("float64")
    return mean_of(people.select(*request.grain, value=ibis.ifelse(people.days.isnull(), absent, got)), request.grain)


def _teachers(request: Request) -> ibis.Table:
    rows = request.table("enrollments")
    rows = where_equal(rows.filter(rows.role == "teacher"), request, ("school_id",))
    if request.window is not None:
        begins, ends = rows.begin_date, rows.end_date
        rows = rows.filter(
            begins.isnull() | (begins <= request.window.end), ends.isnull() | (ends >= request.window.start)
        )
    return rows.select("person_key", *request.grain).distinct()
