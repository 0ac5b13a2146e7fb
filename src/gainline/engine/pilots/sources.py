"""Rules about where the plan's numbers come from: leaks from after the start, over-aligned outcomes, duplicates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from gainline.engine.core.issues import Issue
from gainline.engine.ledger import canonical
from gainline.engine.pilots.plan import Source
from gainline.engine.pilots.sheet import Place, Sheet
from gainline.engine.records import TABLES

USAGE_INDICATORS = frozenset(
    {
        "active_days",
        "active_event_share",
        "active_students_per_week",
        "active_weeks",
        "adoption",
        "clicks",
        "cost_per_dosed_student",
        "days_with_clicks",
        "dosage",
        "engagement_beyond_clicks",
        "fidelity_to_plan",
        "gap_in_use",
        "items_passed",
        "license_utilization",
        "minutes_per_week",
        "participation_equity",
        "persistence",
        "regularity",
        "time_on_task_clicks",
        "time_on_task_events",
        "time_on_task_minutes",
    }
)
"""Indicators of the shipped catalogue that count use of a tool; the catalogue stands beside this room, so by key."""

_FIELDS = frozenset(field.name for field in TABLES["students"].fields) - {"person_key"}
_FACTS = frozenset(f.name for table in ("usage", "events", "results") for f in TABLES[table].fields) - {"person_key"}
_USAGE = frozenset(field.name for field in TABLES["usage"].fields) - {"person_key"}


def check_sources(sheet: Sheet) -> Iterator[Issue]:
    """Every source against the window, the tool, the outcomes and the catalogue."""
    for at, role, source in sheet.sources():
        yield from _check_known(sheet, at, source)
        if role in {"covariate", "subgroup"}:
            yield from _check_measured_before(sheet, at, role, source)
        if role == "covariate":
            yield from _check_is_no_outcome(sheet, at, source)
        if role == "outcome":
            yield from _check_not_in_the_tool(sheet, at, source)
            yield from _check_measured_after(sheet, at, source)
        if role == "use":
            yield from _check_use_inside(sheet, at, source)
    yield from _check_columns(sheet, ("tool", "where"), sheet.plan.tool.where, _USAGE)
    yield from _check_doubled(sheet)


def _check_known(sheet: Sheet, at: Place, source: Source) -> Iterator[Issue]:
    """Names that the records or the catalogue must have, so that a typing error shows now and not after the pilot."""
    if source.field and source.field not in _FIELDS:
        says = f"the roster's students have no field {source.field}"
        yield sheet.error("PL037", (*at, "field"), says, f"use one of: {', '.join(sorted(_FIELDS))}")
    yield from _check_columns(sheet, (*at, "where"), source.where, _FACTS)
    if source.indicator and sheet.indicators is not None and source.indicator not in sheet.indicators:
        says = f"the catalogue has no indicator {source.indicator}"
        yield sheet.error("PL030", (*at, "indicator"), says, "see `gainline indicators list`, or declare your own")


def _check_columns(
    sheet: Sheet, at: Place, where: Mapping[str, tuple[str, ...]], known: frozenset[str]
) -> Iterator[Issue]:
    for column in where:
        if column not in known:
            says = f"the records behind this have no column {column}"
            yield sheet.error("PL038", (*at, column), says, f"use one of: {', '.join(sorted(known))}")


def _first_use(sheet: Sheet) -> date:
    """The first day on which the tool could have changed anything."""
    use = sheet.plan.comparison.use
    starts = [sheet.plan.window.start]
    if use and use.source.window:
        starts.append(use.source.window.start)
    return min(starts)


def _check_measured_before(sheet: Sheet, at: Place, role: str, source: Source) -> Iterator[Issue]:
    """What the tool could already have changed must not be adjusted for, matched on or split by."""
    if source.indicator is None:
        return
    first_use = _first_use(sheet)
    remedy = f"give it a window that ends before {first_use}"
    if source.window is None:
        says = f"leaked post-treatment {role}: without a window of its own it is counted over the plan's window"
        yield sheet.error("PL031", at, says, remedy)
    elif source.window.end >= first_use:
        says = (
            f"leaked post-treatment {role}: it is counted until {source.window.end}, the tool is used from {first_use}"
        )
        yield sheet.error("PL031", (*at, "window"), says, remedy)


def _check_is_no_outcome(sheet: Sheet, at: Place, source: Source) -> Iterator[Issue]:
    for outcome in sheet.plan.outcomes:
        shared = set(source.forms) & set(outcome.source.forms) if source.result == outcome.source.result else set()
        if shared or _same(source, outcome.source):
            says = f"leaked post-treatment covariate: it is measured by what measures the outcome {outcome.key}"
            yield sheet.error("PL032", at, says, "use a form that was taken before the tool's use began")


def _check_not_in_the_tool(sheet: Sheet, at: Place, source: Source) -> Iterator[Issue]:
    if source.indicator is None or not _counts_use(sheet, source):
        return
    says = f"over-aligned outcome: {source.indicator} counts use of the tool, which only the tool arm can have"
    remedy = "take an outcome that both arms can reach alike; use is shown in the funnel without being an outcome"
    yield sheet.error("PL033", at, says, remedy)


def _counts_use(sheet: Sheet, source: Source) -> bool:
    """The tool's own numbers; use of *other* tools is a fair outcome (does the tool displace them?)."""
    tools = source.where.get("tool")
    if tools is not None:
        return sheet.plan.tool.key in tools
    return source.indicator in USAGE_INDICATORS


def _check_measured_after(sheet: Sheet, at: Place, source: Source) -> Iterator[Issue]:
    start = sheet.plan.window.start
    if source.window and source.window.end < start:
        says = f"the outcome is counted until {source.window.end}, before the tool is used from {start}"
        yield sheet.error("PL034", (*at, "window"), says, "count it inside or after the window")


def _check_use_inside(sheet: Sheet, at: Place, source: Source) -> Iterator[Issue]:
    window = sheet.plan.window
    days = source.window
    if days and (days.start < window.start or days.end > window.end):
        says = (
            f"use is counted from {days.start} to {days.end}, outside the plan's window {window.start} to {window.end}"
        )
        yield sheet.warning("PL035", (*at, "window"), says, "count use inside the window, or widen the window")


def _check_doubled(sheet: Sheet) -> Iterator[Issue]:
    """Two outcomes, or two covariates, with one and the same source."""
    seen: dict[tuple[str, bytes], Place] = {}
    for at, role, source in sheet.sources():
        key = (role, _text(source))
        if key in seen and role in {"outcome", "covariate"}:
            says = f"two {role}s have the same source, so one says nothing new"
            yield sheet.warning("PL036", at, says, "keep one of them")
        seen.setdefault(key, at)


def _same(one: Source, other: Source) -> bool:
    return _text(one) == _text(other)


def _text(source: Source) -> bytes:
    return canonical(source.model_dump(mode="json", by_alias=True))
