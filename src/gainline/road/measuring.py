"""Measure: one indicator over a window, for groups; groups too small to show leave without a number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypedDict

from gainline.engine.core.calendar import Window
from gainline.engine.core.errors import UserFixable
from gainline.engine.core.issues import Issue, Level, has_errors
from gainline.engine.indicators import Indicator, compile_indicator, count_population, load_catalogue, silence_is_zero
from gainline.engine.privacy import Audience, Count, Policy, one_way, release, two_way
from gainline.lake import Reading
from gainline.road.consented import over_whom_may
from gainline.road.workspace import Workspace

PERSON = "person_key"
TOO_FEW = "too few to show"
KNOWN, SILENT = "with a value", "without a row"
_NAME_TOOLS = (
    "usage",
    "events",
    "licenses",
    "contracts",
    "responses",
    "observations",
    "tickets",
    "outages",
    "training",
)


class Asked(TypedDict):
    """What one measurement fixes, as `compile_indicator` takes it."""

    grain: tuple[str, ...]
    window: Window | None
    where: Mapping[str, Sequence[str]] | None
    params: Mapping[str, float] | None


@dataclass(frozen=True, slots=True)
class Measured:
    """A measurement with its true counts, which has not passed the exit yet."""

    indicator: Indicator
    by: tuple[str, ...]
    rows: list[dict[str, Any]]


def catalogue_of(root: Path) -> dict[str, Indicator]:
    """The shipped indicators with those of the workspace at `root`, if there is one.

    Raises
    ------
    UserFixable
        When one of the district's own definitions is faulty.
    """
    own = root / "indicators"
    catalogue, issues = load_catalogue([own] if own.is_dir() else [])
    if has_errors(issues):
        raise UserFixable("an indicator is faulty: " + "; ".join(map(str, issues)), "mend the definition")
    return catalogue


def measure(
    workspace: Workspace,
    key: str,
    *,
    by: Sequence[str] = (),
    days: tuple[date, date] | None = None,
    where: Mapping[str, Sequence[str]] | None = None,
    params: Mapping[str, float] | None = None,
) -> list[dict[str, Any]]:
    """One row per group: the group, its value, the unit, how many people stand behind it, and a note.

    The numbers leave through `privacy.release` for staff: a group under the smallest count that may be shown has no
    value, and neither has one that would give such a group away; its note says so. A count that would give another one
    away stands in the note as a band. Single students are not a group.

    Raises
    ------
    UserFixable
        When the indicator is unknown, cannot be grouped so, or the grouping names single students.
    """
    return for_staff(measured_rows(workspace, key, by=by, days=days, where=where, params=params))


def measured_rows(
    workspace: Workspace,
    key: str,
    *,
    by: Sequence[str] = (),
    days: tuple[date, date] | None = None,
    where: Mapping[str, Sequence[str]] | None = None,
    params: Mapping[str, float] | None = None,
) -> Measured:
    """What `measure` releases, before it leaves: true counts, for whoever lets them pass the exit.

    Raises
    ------
    UserFixable
        As `measure`.
    """
    indicator = catalogue_of(workspace.root).get(key)
    if indicator is None:
        raise UserFixable(f"there is no indicator {key}", "see: gainline indicators list")
    if PERSON in by:
        raise UserFixable("measurements are shown for groups, not for single students", "leave out person_key")
    if days and days[1] < days[0]:
        raise UserFixable(f"the window ends on {days[1]}, before it starts on {days[0]}", "exchange the two days")
    window = Window(*days) if days else None
    asked: Asked = {"grain": tuple(by), "window": window, "where": where, "params": params}
    with workspace.lake.reading() as reading:
        _check_tools(reading, (where or {}).get("tool", ()))
        rows = over_whom_may(reading, lambda: _measured(indicator, reading, asked))
    return Measured(indicator, tuple(by), rows)


def for_staff(measured: Measured) -> list[dict[str, Any]]:
    """A measurement's rows as staff may read them; behind some indicators nobody stands, so that nothing is hidden."""
    if not measured.indicator.is_about_people:
        return [_as_counted(row, measured.by, measured.indicator) for row in measured.rows]
    return _released(measured.rows, measured.by, measured.indicator)


def _measured(indicator: Indicator, reading: Reading, asked: Asked) -> list[dict[str, Any]]:
    by = asked["grain"]
    measured = compile_indicator(indicator, reading.current, **asked)
    rows: list[dict[str, Any]] = reading.arrow(measured.order_by(list(by)) if by else measured).to_pylist()
    _add_missing(rows, indicator, reading, asked)
    return rows


def doubts_of(workspace: Workspace, key: str, *, where: Mapping[str, Sequence[str]] | None = None) -> list[Issue]:
    """What speaks against comparing what a measurement compares: tools whose minutes mean different things (ID061).

    Parameters
    ----------
    key, where
        As of `measure`. An indicator that counts no minutes of use has no such doubts, nor has a single tool with one
        definition.
    """
    indicator = catalogue_of(workspace.root).get(key)
    if indicator is None or not indicator.counts_use:
        return []
    own: Sequence[str] = getattr(indicator.compute, "metrics", ())
    named = (where or {}).get("metric", own)
    metrics = [metric for metric in named if metric.startswith("minutes")]
    with workspace.lake.reading() as reading:
        said = reading.current("declarations")
        said = said.filter(said.facts == "usage", said.metric.isin(metrics))
        if tools := (where or {}).get("tool"):
            said = said.filter(said.tool.isin(tools))
        rows = reading.arrow(said.select("tool", "metric", "minute").distinct()).to_pylist()
    return _unlike(rows)


def _unlike(rows: list[dict[str, Any]]) -> list[Issue]:
    """A warning where one number or table holds minutes that are not declared to be the same."""
    tools = sorted({row["tool"] for row in rows})
    meanings = {_meaning(row) for row in rows}
    is_open = any(row["minute"] is None for row in rows) and len(tools) > 1
    if len(meanings) < 2 and not is_open:
        return []
    said = "; ".join(sorted({f"{row['tool']}: {_meaning(row)}" for row in rows}))
    says = f"minutes here mean different things, or may do so ({said})"
    remedy = "measure one tool at a time: --where tool=...; across tools compare days of use"
    return [Issue("ID061", Level.WARNING, says, remedy)]


def _meaning(row: dict[str, Any]) -> str:
    minute = " ".join((row["minute"] or "not declared").split())
    return f"{row['metric'].replace('_', ' ')}, {minute}"


def _add_missing(rows: list[dict[str, Any]], indicator: Indicator, reading: Reading, asked: Asked) -> None:
    """Write into each row how many students have no row of which nobody said that it means none."""
    by = asked["grain"]
    for row in rows:
        row["missing"] = 0
    if not _is_open(indicator, reading, asked["where"] or {}):
        return
    counted = reading.arrow(count_population(indicator, reading.current, **asked)).to_pylist()
    everybody = {tuple(row[column] for column in by): row["everybody"] for row in counted}
    for row in rows:
        row["missing"] = max(0, everybody.get(tuple(row[column] for column in by), 0) - int(row["n"]))


def _is_open(indicator: Indicator, reading: Reading, where: Mapping[str, Sequence[str]]) -> bool:
    """Tell whether a student without a row may still have used what the indicator counts."""
    if not indicator.counts_use or indicator.missing_row != "zero" or not hasattr(indicator.compute, "summary"):
        return False
    said = reading.arrow(silence_is_zero(indicator, reading.current, where))["zero"].to_pylist()
    return not all(said)


def _as_counted(row: dict[str, Any], by: tuple[str, ...], indicator: Indicator) -> dict[str, Any]:
    """A number behind which nobody stands, such as minutes of outages: there is nobody to expose."""
    shown = {column: row[column] for column in by}
    return {**shown, "value": row["value"], "unit": indicator.unit, "n": row["n"], "note": ""}


def tools_known(workspace: Workspace) -> list[str]:
    """Keys of the tools that some row of the lake tells about."""
    with workspace.lake.reading() as reading:
        return sorted(filter(None, _tools_in(reading)))


def _tools_in(reading: Reading) -> set[str]:
    known: set[str] = set()
    for table in _NAME_TOOLS:
        known.update(reading.arrow(reading.table(table).select("tool").distinct())["tool"].to_pylist())
    return known


def _check_tools(reading: Reading, named: Sequence[str]) -> None:
    """A misspelt tool would measure as never used; so it is refused instead."""
    if not named:
        return
    known = _tools_in(reading)
    if unknown := sorted(set(named) - known):
        tools = ", ".join(sorted(filter(None, known))) or "none yet"
        raise UserFixable(f"the lake knows no tool {unknown[0]}", f"it knows: {tools}")


def _released(rows: list[dict[str, Any]], by: tuple[str, ...], indicator: Indicator) -> list[dict[str, Any]]:
    if not rows:
        return []
    names = [" / ".join(str(row[column]) for column in by) or "all" for row in rows]
    policy = Policy(minimum_n=max(Policy().minimum_n, indicator.minimum_n))
    table = one_way("group", {name: int(row["n"]) for name, row in zip(names, rows, strict=True)})
    has_missing = any(row["missing"] for row in rows)
    if has_missing:
        table = two_way("group", names, [KNOWN, SILENT], [[int(row["n"]), row["missing"]] for row in rows])
    released = release(table, audience=Audience.STAFF, policy=policy)
    shown = []
    for name, row in zip(names, rows, strict=True):
        key = ("group", name, KNOWN) if has_missing else ("group", name)
        may, count = released.may_show_effect(key), released.count(*key)
        missing = _without_rows(released.count("group", name, SILENT)) if row["missing"] else ""
        is_exact = count.low is not None and count.low == count.high
        note = "" if is_exact else TOO_FEW if count.low is None else f"{count.low:,} to {count.high:,} people"
        shown.append(
            {
                **{column: row[column] for column in by},
                "value": row["value"] if may else None,
                "unit": indicator.unit,
                "n": count.low if is_exact else None,
                "note": "; ".join(filter(None, (note if may or not is_exact else TOO_FEW, missing))),
            }
        )
    return shown


def _without_rows(count: Count) -> str:
    """How many have no row, as far as that may be said, and why they are not counted as zero."""
    many = "some" if count.low is None else f"{count.low:,}"
    if count.low is not None and count.low != count.high:
        many = f"{count.low:,} to {count.high:,}"
    return f"{many} students without a row are left out: no source says that this means none"
