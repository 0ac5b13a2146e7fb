"""Silence: what a student without a row counts as. Never as none of it, unless the sources declare so."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import ibis
import pyarrow as pa

from gainline.engine.indicators.definition import Indicator
from gainline.engine.indicators.request import Request

_KEPT_LISTS: Mapping[str, str] = {"incidents": "incidents", "responded": "responses"}
"""Shapes whose rows stand in a list that a district may not keep at all; then no row says nothing."""

_COMPARISONS = frozenset({"parity", "gap"})


def filled(request: Request, people: ibis.Table, values: ibis.Table) -> ibis.Table:
    """The people with their values, and 0 for whoever has no row where that means none of it.

    Parameters
    ----------
    people
        Columns `request.keys`: everybody whom the request is about.
    values
        Columns `request.keys` and `value`. A row whose value is null stays null.
    """
    joined = people.left_join(values.mutate(has_row=ibis.literal(1)), request.keys)
    joined = joined.select(*people.columns, "value", "has_row")
    if request.indicator.missing_row != "zero":
        return joined.drop("has_row")
    zero, nothing = ibis.literal(0.0, "float64"), ibis.null("float64")
    if not request.indicator.counts_use:
        zero = ibis.ifelse(_is_kept(request), zero, nothing)
    elif "tool" in request.axes:
        return _by_tool(request, joined)
    else:
        zero = ibis.ifelse(_all_declare_zero(_declared(request)), zero, nothing)
    return joined.mutate(value=ibis.ifelse(joined.has_row.isnull(), zero, joined.value)).drop("has_row")


def needs_everybody(indicator: Indicator) -> bool:
    """Tell whether a value says nothing where some are missing: a share of users among users alone is always 1."""
    compute = indicator.compute
    compares = getattr(compute, "summary", "") in _COMPARISONS
    return indicator.missing_row == "zero" and indicator.counts_use and (compute.shape == "any_use" or compares)


def silence_is_zero(
    indicator: Indicator, table: Callable[[str], ibis.Table], where: Mapping[str, Sequence[str]]
) -> ibis.Table:
    """One row with one flag, `zero`: whether a student whom no source names has none of what the indicator counts.

    Parameters
    ----------
    table
        Canonical tables as they are now (`Reading.current`).
    where
        As of `compile_indicator`.
    """
    if indicator.missing_row != "zero" or not indicator.counts_use:
        return ibis.memtable(pa.table({"zero": [indicator.missing_row == "zero"]}))
    asked = Request(indicator, table, (), None, {column: tuple(values) for column, values in where.items()})
    rows = _declared(asked)
    return rows.agg(zero=_all_declare_zero(rows).fill_null(False))


def _is_kept(request: Request) -> ibis.Value:
    table = _KEPT_LISTS.get(request.indicator.compute.shape)
    return ibis.literal(True) if table is None else request.table(table).count() > 0


def _by_tool(request: Request, joined: ibis.Table) -> ibis.Table:
    """As `filled`, each tool by what its own sources declare."""
    rows = _declared(request)
    tools = rows.group_by("tool").agg(is_zero=_all_declare_zero(rows))
    told = joined.left_join(tools.filter(tools.is_zero), "tool").select(*joined.columns, "is_zero")
    silent = ibis.ifelse(told.is_zero.notnull(), ibis.literal(0.0, "float64"), ibis.null("float64"))
    return told.mutate(value=ibis.ifelse(told.has_row.isnull(), silent, told.value)).drop("has_row", "is_zero")


def _all_declare_zero(rows: ibis.Table) -> ibis.BooleanValue:
    """Whether sources are there and none of them leaves it open; null, which is no yes, where there are none."""
    return ibis.ifelse(rows.absent_row == "zero", 0, 1).max() == 0


def _declared(request: Request) -> ibis.Table:
    """What the sources of the amounts or events that the request looks at declare."""
    rows, compute, where = request.table("declarations"), request.indicator.compute, request.where
    if "tool" in where:
        rows = rows.filter(rows.tool.isin(where["tool"]))
    if compute.shape == "sessions" or "action" in where:
        return rows.filter(rows.facts == "events")
    if metrics := where.get("metric", tuple(getattr(compute, "metrics", ()))):
        return rows.filter(rows.facts == "usage", rows.metric.isin(metrics))
    return rows
