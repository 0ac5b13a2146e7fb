"""The compiler: an indicator and a grain in, one query out, zero-filled over the population and summarized."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import ibis

from gainline.engine.core.calendar import Window
from gainline.engine.indicators.definition import Indicator
from gainline.engine.indicators.population import population, with_student_columns
from gainline.engine.indicators.registry import group_values, student_values
from gainline.engine.indicators.request import Request, checked_request
from gainline.engine.indicators.silence import filled, needs_everybody

Tables = Mapping[str, ibis.Table] | Callable[[str], ibis.Table]


def compile_indicator(
    indicator: Indicator,
    tables: Tables,
    *,
    grain: Sequence[str],
    window: Window | None = None,
    where: Mapping[str, Sequence[str]] | None = None,
    params: Mapping[str, float] | None = None,
) -> ibis.Table:
    """The query that measures an indicator.

    Parameters
    ----------
    tables
        Canonical tables by name, rosters as they are now (`Reading.current`).
    grain
        Columns to split by: ``person_key``, ``school_id``, ``section_id``, ``grade``, ``week_start``, ``tool`` or a
        column of `SUBGROUPS`; empty for the district as a whole.
    window
        Days that count, both ends included; ``None`` for all.
    where
        Values that a column of the facts or of `students` must have, e.g. ``{"tool": ["algebra-now"]}``; for a score
        gain ``form`` names the earlier and the later form.
    params
        Values of the definition's parameters, where not its own.

    Returns
    -------
    ibis.Table
        The grain columns, `value` (float64, in the indicator's unit; null where no student has one) and `n` (int64:
        students behind the value). Rows in no order. Every student of the population is in, used or not, where the
        sources declare that no row means none; else those without a row have no value (`declarations`).

    Raises
    ------
    UserFixable
        ID010 to ID014: the grain, filter, parameter or window does not fit the indicator.
    """
    request = _request(indicator, tables, tuple(grain), window, where or {}, params or {})
    grouped = group_values(request)
    return _summarized(request, _filled(request)) if grouped is None else grouped


def count_population(
    indicator: Indicator,
    tables: Tables,
    *,
    grain: Sequence[str],
    window: Window | None = None,
    where: Mapping[str, Sequence[str]] | None = None,
    params: Mapping[str, float] | None = None,
) -> ibis.Table:
    """How many students a measurement is about, with or without a value: the grain columns and `everybody` (int64).

    Parameters and faults as of `compile_indicator`.
    """
    request = _request(indicator, tables, tuple(grain), window, where or {}, params or {})
    people = with_student_columns(request, population(request))
    groups = people.group_by(request.grain) if request.grain else people
    return groups.agg(everybody=people.count())


def _request(
    indicator: Indicator,
    tables: Tables,
    grain: tuple[str, ...],
    window: Window | None,
    where: Mapping[str, Sequence[str]],
    params: Mapping[str, float],
) -> Request:
    given = tables if callable(tables) else tables.__getitem__
    declared = {name: parameter.value for name, parameter in indicator.compute.parameters.items()}
    return checked_request(
        Request(
            indicator=indicator,
            table=lambda name: _nullable(given(name)),
            grain=grain,
            window=window,
            where={column: tuple(values) for column, values in where.items()},
            params=declared | dict(params),
        )
    )


def _nullable(table: ibis.Table) -> ibis.Table:
    """The table with columns that may be null, for Ibis joins no column that may be with one that may not."""
    strict = {name: type_(nullable=True) for name, type_ in table.schema().items() if not type_.nullable}
    return table.cast(strict) if strict else table


def _filled(request: Request) -> ibis.Table:
    """The population with each student's value, the missing row counted as definition and sources say."""
    return with_student_columns(request, filled(request, population(request), student_values(request)))


def _summarized(request: Request, filled: ibis.Table) -> ibis.Table:
    columns = [*request.grain, "value", "n"]
    if "person_key" in request.grain:
        return filled.mutate(n=filled.value.notnull().cast("int64")).select(columns)
    summary = getattr(request.indicator.compute, "summary", "mean")
    total = filled.value.sum() if summary != "mean" else filled.value.mean()
    if needs_everybody(request.indicator):
        total = ibis.ifelse(filled.value.count() == filled.count(), total, ibis.null("float64"))
    groups = filled.group_by(request.grain) if request.grain else filled
    summed = groups.agg(value=total.cast("float64"), n=filled.value.count())
    return _COMPARED.get(summary, _as_it_is)(request, summed).select(columns)


def _as_it_is(request: Request, groups: ibis.Table) -> ibis.Table:
    del request
    return groups


def _as_gap(request: Request, groups: ibis.Table) -> ibis.Table:
    """Each group's mean minus the mean of all other students, within each section, tool and week."""
    within = ibis.window(group_by=list(request.axes))
    others = groups.value.sum().over(within) - groups.value
    count = groups.n.sum().over(within) - groups.n
    return groups.mutate(value=groups.value / groups.n.nullif(0) - others / count.nullif(0))


def _as_parity(request: Request, groups: ibis.Table) -> ibis.Table:
    """Each group's share of the use over its share of the students, within each section, tool and week."""
    within = ibis.window(group_by=list(request.axes))
    use = groups.value / groups.value.sum().over(within).nullif(0)
    people = groups.n.cast("float64") / groups.n.sum().over(within).nullif(0)
    return groups.mutate(value=use / people.nullif(0))


_COMPARED: Mapping[str, Callable[[Request, ibis.Table], ibis.Table]] = {"parity": _as_parity, "gap": _as_gap}
