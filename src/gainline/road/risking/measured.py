"""One week of a rule's indicators on the lake, for its groups; a week that no file reached is missing, not zero."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from gainline.engine.indicators import Indicator
from gainline.engine.monitoring.thresholds import Reading, Rule
from gainline.engine.roadmap.risk.watching import Group, Readings
from gainline.road.measuring import catalogue_of, measure
from gainline.road.workspace import Workspace

_DAYS_OF_USE = {"usage": ("first_day", "last_day"), "events": ("local_date", "local_date")}


def read_week(workspace: Workspace, rule: Rule, monday: date) -> Readings:
    """What the rule's indicators were from Monday to Sunday, by group; empty where nothing was measured."""
    days = (monday, monday + timedelta(days=6))
    values: dict[Group, dict[str, float | None]] = {}
    counts: dict[Group, list[int]] = {}
    catalogue = catalogue_of(workspace.root)
    for key in rule.watched:
        if not _is_fed(workspace, catalogue[key], rule, days):
            continue
        rows = measure(workspace, key, by=rule.grain, days=days, where=_where(rule), params=rule.params)
        for row in rows:
            group = tuple(str(row[column]) for column in rule.grain)
            values.setdefault(group, {})[key] = _settled(row["value"])
            counts.setdefault(group, []).extend([row["n"]] if row["n"] is not None else [])
    return {group: Reading(found, min(counts[group], default=None)) for group, found in values.items()}


def _is_fed(workspace: Workspace, indicator: Indicator, rule: Rule, days: tuple[date, date]) -> bool:
    """Tell whether any sign of use reached the lake: a late file would else read as nobody working."""
    if not indicator.counts_use:
        return True
    with workspace.lake.reading() as reading:
        for name, (first, last) in _DAYS_OF_USE.items():
            rows: Any = reading.table(name)
            rows = rows.filter(rows[first] <= days[1], rows[last] >= days[0])
            if tools := rule.where.get("tool"):
                rows = rows.filter(rows.tool.isin(tools))
            if reading.arrow(rows.select("tool").limit(1)).num_rows:
                return True
    return False


def _where(rule: Rule) -> Mapping[str, list[str]]:
    return {column: list(values) for column, values in rule.where.items()}


def _settled(value: float | None) -> float | None:
    """A value as the journal keeps it, so that a reading is the same before and after it was put down."""
    return None if value is None else float(f"{value:.12g}")
