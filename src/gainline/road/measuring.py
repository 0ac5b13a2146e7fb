"""Measure: one indicator over a window, for groups; groups too small to show leave without a number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from gainline.engine.core.calendar import Window
from gainline.engine.core.errors import UserFixable
from gainline.engine.core.issues import has_errors
from gainline.engine.indicators import Indicator, compile_indicator, load_catalogue
from gainline.engine.privacy import Audience, Policy, one_way, release
from gainline.lake import Reading
from gainline.road.workspace import Workspace

PERSON = "person_key"
TOO_FEW = "too few to show"
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
    indicator = catalogue_of(workspace.root).get(key)
    if indicator is None:
        raise UserFixable(f"there is no indicator {key}", "see: gainline indicators list")
    if PERSON in by:
        raise UserFixable("measurements are shown for groups, not for single students", "leave out person_key")
    if days and days[1] < days[0]:
        raise UserFixable(f"the window ends on {days[1]}, before it starts on {days[0]}", "exchange the two days")
    window = Window(*days) if days else None
    with workspace.lake.reading() as reading:
        _check_tools(reading, (where or {}).get("tool", ()))
        measured = compile_indicator(
            indicator, reading.current, grain=tuple(by), window=window, where=where, params=params
        )
        rows = reading.arrow(measured.order_by(list(by)) if by else measured).to_pylist()
    if not indicator.is_about_people:
        return [_as_counted(row, tuple(by), indicator) for row in rows]
    return _released(rows, tuple(by), indicator)


def _as_counted(row: dict[str, Any], by: tuple[str, ...], indicator: Indicator) -> dict[str, Any]:
    """A number behind which nobody stands, such as minutes of outages: there is nobody to expose."""
    shown = {column: row[column] for column in by}
    return {**shown, "value": row["value"], "unit": indicator.unit, "n": row["n"], "note": ""}


def _check_tools(reading: Reading, named: Sequence[str]) -> None:
    """A misspelt tool would measure as never used; so it is refused instead."""
    if not named:
        return
    known: set[str] = set()
    for table in _NAME_TOOLS:
        known.update(reading.arrow(reading.table(table).select("tool").distinct())["tool"].to_pylist())
    if unknown := sorted(set(named) - known):
        tools = ", ".join(sorted(filter(None, known))) or "none yet"
        raise UserFixable(f"the lake knows no tool {unknown[0]}", f"it knows: {tools}")


def _released(rows: list[dict[str, Any]], by: tuple[str, ...], indicator: Indicator) -> list[dict[str, Any]]:
    if not rows:
        return []
    names = [" / ".join(str(row[column]) for column in by) or "all" for row in rows]
    policy = Policy(minimum_n=max(Policy().minimum_n, indicator.minimum_n))
    counts = one_way("group", {name: int(row["n"]) for name, row in zip(names, rows, strict=True)})
    released = release(counts, audience=Audience.STAFF, policy=policy)
    shown = []
    for name, row in zip(names, rows, strict=True):
        may = released.may_show_effect(("group", name))
        count = released.count("group", name)
        is_exact = count.low is not None and count.low == count.high
        note = "" if is_exact else TOO_FEW if count.low is None else f"{count.low:,} to {count.high:,} people"
        shown.append(
            {
                **{column: row[column] for column in by},
                "value": row["value"] if may else None,
                "unit": indicator.unit,
                "n": count.low if is_exact else None,
                "note": note if may or not is_exact else TOO_FEW,
            }
        )
    return shown
