"""Where a plan's numbers and groups come from: results, roster fields, attributes and indicators of one snapshot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from gainline.engine.core.calendar import Window
from gainline.engine.core.errors import UserFixable
from gainline.engine.indicators import Indicator, compile_indicator, latest_results, silence_is_zero
from gainline.engine.pilots.plan import Days, Outcome, Period, Plan, Source
from gainline.engine.records import TABLES
from gainline.lake import Reading

_ADD_UP = frozenset({"amount", "daily_minutes"})  # shapes whose week is the same, counted alone or among others
_WEEK = 7

FLAG_LABELS = {True: "true", False: "false"}


def values_of(
    source: Source, plan: Plan, reading: Reading, catalogue: Mapping[str, Indicator], keys: NDArray[np.int64]
) -> list[object]:
    """One value per key, in the order of `keys`; ``None`` where the records do not say.

    Raises
    ------
    UserFixable
        When the source names something that neither the records nor the catalogue know.
    """
    if source.result:
        found = _results(source, plan, reading, keys)
    elif source.field:
        found = _field(source.field, reading)
    elif source.attribute:
        found = _attribute(source.attribute, plan, reading)
    else:
        return _indicator(source, plan, reading, catalogue, keys)
    return _aligned(reading.arrow(found.select("person_key", "value")), keys)


def values_in_period(
    source: Source,
    period: Period,
    plan: Plan,
    reading: Reading,
    *,
    catalogue: Mapping[str, Indicator],
    keys: NDArray[np.int64],
) -> list[object]:
    """One value per key for one period of the design, in the order of `keys`.

    An indicator is counted over the period's days. A result is taken from the period's forms; where the period names
    none, from the source's forms as far as they were taken on the period's days.

    Raises
    ------
    UserFixable
        As `values_of`; also for a roster field or an attribute, which the records hold once and not by period.
    """
    if source.indicator:
        counted = source.model_copy(update={"window": period.days})
        return _indicator(counted, plan, reading, catalogue, keys)
    if not source.result:
        raise UserFixable(
            "an outcome that is followed over periods is neither a roster field nor an attribute",
            "take it from results or from an indicator, which are known period by period",
        )
    asked = source.model_copy(update={"forms": period.forms or source.forms})
    found = _results(asked, plan, reading, keys, days=None if period.forms else period.days)
    return _aligned(reading.arrow(found.select("person_key", "value")), keys)


def values_by_period(
    source: Source, plan: Plan, reading: Reading, *, catalogue: Mapping[str, Indicator], keys: NDArray[np.int64]
) -> list[list[object]]:
    """As `values_in_period` for all of the design's periods; amounts of whole weeks are counted in a single query.

    Raises
    ------
    UserFixable
        As `values_in_period`.
    """
    periods = plan.design.periods
    indicator = catalogue.get(source.indicator or "")
    if indicator is not None and indicator.compute.shape in _ADD_UP and all(_is_week(period) for period in periods):
        return _by_week(source, indicator, periods, reading, keys)
    return [values_in_period(source, period, plan, reading, catalogue=catalogue, keys=keys) for period in periods]


def _is_week(period: Period) -> bool:
    """Tell whether a period is one week from Monday to Sunday, as the usage tables count weeks."""
    return period.days.start.weekday() == 0 and (period.days.end - period.days.start).days == _WEEK - 1


def _by_week(
    source: Source, indicator: Indicator, periods: Sequence[Period], reading: Reading, keys: NDArray[np.int64]
) -> list[list[object]]:
    measured = compile_indicator(
        indicator,
        reading.current,
        grain=("person_key", "week_start"),
        window=Window(periods[0].days.start, periods[-1].days.end),
        where=source.where,
    )
    rows = reading.arrow(measured.select("person_key", "week_start", "value"))
    nothing = _nothing(source, indicator, reading)
    found = []
    for period in periods:
        week = rows.filter(pc.equal(rows["week_start"].cast(pa.date32()), pa.scalar(period.days.start)))
        found.append(_with_absent_people(week, keys, nothing))
    return found


def _nothing(source: Source, indicator: Indicator, reading: Reading) -> float | None:
    """What a student whom the measurement does not hold counts as: 0 only where the sources declare it."""
    return 0.0 if declares_zero(indicator, source, reading) else None


def declares_zero(indicator: Indicator, source: Source, reading: Reading) -> bool:
    """Tell whether no row means none of it: by the definition, and where it is about use, by every source's word."""
    said = reading.arrow(silence_is_zero(indicator, reading.current, source.where))["zero"].to_pylist()
    return all(said)


def _with_absent_people(rows: pa.Table, keys: NDArray[np.int64], nothing: float | None) -> list[object]:
    """The values in the order of the keys; who has no row counts as `nothing`, who has an unknown value as unknown."""
    held = pc.is_in(pa.array(keys), value_set=rows["person_key"].combine_chunks()).to_pylist()
    return [value if is_held else nothing for value, is_held in zip(_aligned(rows, keys), held, strict=True)]


def as_numbers(values: list[object]) -> NDArray[np.float64]:
    """Values as floats, NaN where missing or not a number; flags become 0 and 1."""
    return np.array([_number(value) for value in values], dtype=np.float64)


def as_levels(values: list[object], levels: Sequence[str], label: str) -> NDArray[np.float64]:
    """The place of each value among the levels, worst first as 0; NaN where missing.

    A number may stand for its level where the level is written as that number.

    Raises
    ------
    UserFixable
        When the records hold a level that the plan does not name.
    """
    places = {level: float(place) for place, level in enumerate(levels)}
    found = [None if value is None else places.get(_level_text(value), np.nan) for value in values]
    unknown = sum(place is not None and np.isnan(place) for place in found)
    if unknown:
        raise UserFixable(
            f"{unknown} students have a level of '{label}' that the plan does not name",
            "name every level in the plan, worst first: " + ", ".join(levels) + " are named",
        )
    return np.array([np.nan if place is None else place for place in found], dtype=np.float64)


def coded(outcome: Outcome, values: list[object]) -> NDArray[np.float64]:
    """An outcome's values as numbers: the places of its levels where it is ordinal and names them.

    Raises
    ------
    UserFixable
        As `as_levels`.
    """
    if outcome.scale == "ordinal" and outcome.levels:
        return as_levels(values, outcome.levels, outcome.label)
    return as_numbers(values)


def _level_text(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def as_labels(values: list[object]) -> NDArray[np.object_]:
    """Values as labels, ``None`` where missing; flags become ``true`` and ``false``."""
    labels = [FLAG_LABELS[v] if isinstance(v, bool) else None if v is None else str(v) for v in values]
    return np.array(labels, dtype=object)


def _number(value: object) -> float:
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return float("nan")


def _aligned(rows: pa.Table, keys: NDArray[np.int64]) -> list[object]:
    """Rows (person_key, value) put into the order of the keys, ``None`` where a key has no row."""
    place = pc.index_in(pa.array(keys), value_set=rows["person_key"].combine_chunks())
    taken: list[object] = rows["value"].combine_chunks().take(place).to_pylist()
    return taken


def _results(
    source: Source, plan: Plan, reading: Reading, keys: NDArray[np.int64], days: Days | None = None
) -> ir.Table:
    """One score per person: the latest per form, then combined over the forms that the person has."""
    table = reading.table("results")
    table = table.filter(
        (table.assessment == source.result) & table.form.isin(source.forms) & table.matched & table.score.notnull()
    )
    if plan.population.sections:
        table = table.filter(table.section_id.isnull() | table.section_id.isin(plan.population.sections))
    if days is not None:
        table = table.filter((table.taken_on >= ibis.literal(days.start)) & (table.taken_on <= ibis.literal(days.end)))
    table = latest_results(table).select("person_key", "form", "score")
    if source.absent_as is not None:
        table = _with_absent(table, source, keys)
    if source.combine == "weighted_mean":
        return _weighted(table, source, reading)
    if source.combine == "sum":
        return table.group_by("person_key").aggregate(value=table.score.sum())
    return table.group_by("person_key").aggregate(value=table.score.mean())


def _with_absent(table: ir.Table, source: Source, keys: NDArray[np.int64]) -> ir.Table:
    """One row per person and form; where the person has no score in a form, the score that the plan declared for it."""
    forms = list(dict.fromkeys(source.forms))
    grid = ibis.memtable(
        pa.table({"person_key": np.repeat(keys, len(forms)), "form": pa.array(forms * len(keys), pa.string())})
    )
    joined = grid.left_join(table.select("person_key", "form", seen="score"), ["person_key", "form"])
    score = ibis.coalesce(joined.seen, ibis.literal(source.absent_as, "float64"))
    return joined.select("person_key", "form", score=score)


def _weighted(table: ir.Table, source: Source, reading: Reading) -> ir.Table:
    """The mean of a person's scores, each weighted by its assessment's weight in the course mark."""
    known = reading.current("assessments")
    weights = known.filter((known.assessment == source.result) & (known.weight > 0)).select("form", "weight")
    joined = table.join(weights, "form", how="inner")
    sums = joined.group_by("person_key").aggregate(top=(joined.score * joined.weight).sum(), bottom=joined.weight.sum())
    return sums.mutate(value=sums.top.cast("float64") / sums.bottom.nullif(0))


def _field(name: str, reading: Reading) -> ir.Table:
    if name not in {field.name for field in TABLES["students"].fields}:
        raise UserFixable(
            f"the roster has no field {name}",
            "use one of: " + ", ".join(sorted(field.name for field in TABLES["students"].fields)),
        )
    table = reading.current("students")
    return table.select("person_key", value=table[name])


def _attribute(name: str, plan: Plan, reading: Reading) -> ir.Table:
    table = reading.current("attributes")
    table = table.filter(table.attribute == name)
    if plan.population.sections:
        table = table.filter(table.section_id.isnull() | table.section_id.isin(plan.population.sections))
    label = ibis.coalesce(table.text, table.number.cast("string"))
    return table.group_by("person_key").aggregate(value=label.max())


def _indicator(
    source: Source, plan: Plan, reading: Reading, catalogue: Mapping[str, Indicator], keys: NDArray[np.int64]
) -> list[object]:
    indicator = catalogue.get(source.indicator or "")
    if indicator is None:
        raise UserFixable(f"the catalogue has no indicator {source.indicator}", "see: gainline indicators list")
    days = source.window or plan.window
    measured = compile_indicator(
        indicator, reading.current, grain=("person_key",), window=Window(days.start, days.end), where=source.where
    )
    rows = reading.arrow(measured.select("person_key", "value"))
    return _with_absent_people(rows, keys, _nothing(source, indicator, reading))
