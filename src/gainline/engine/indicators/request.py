"""A request: an indicator with everything that one measurement fixes, checked before anything is compiled."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gainline.engine.core.calendar import Window, week_start
from gainline.engine.core.errors import UserFixable
from gainline.engine.indicators.definition import SUBGROUPS, Indicator

if TYPE_CHECKING:
    import ibis

AXES = ("section_id", "tool", "week_start")
"""Grain columns that a fact itself carries; the others belong to the student."""

STUDENT_COLUMNS = ("school_id", "grade", *SUBGROUPS)

_USAGE_COLUMNS = frozenset({"tool", "metric", "resource", "section_id"})
_EVENT_COLUMNS = frozenset({"tool", "action", "resource"})
_RESULT_COLUMNS = frozenset({"assessment", "form", "section_id"})
_TICKET_COLUMNS = frozenset({"tool", "school_id", "kind", "caller"})
_STUDENTS = frozenset(STUDENT_COLUMNS)
_LOOKS_AT: dict[str, frozenset[str]] = {
    "amount": _STUDENTS | _USAGE_COLUMNS,
    "at_least": _STUDENTS | _USAGE_COLUMNS,
    "weeks_at_least": _STUDENTS | _USAGE_COLUMNS,
    "daily_minutes": _STUDENTS | _USAGE_COLUMNS,
    "sessions": _STUDENTS | _EVENT_COLUMNS | {"section_id"},
    "any_use": _STUDENTS | _USAGE_COLUMNS | _EVENT_COLUMNS,
    "still_active": _STUDENTS | _USAGE_COLUMNS | _EVENT_COLUMNS,
    "days_with_use": _STUDENTS | _USAGE_COLUMNS | _EVENT_COLUMNS,
    "weeks_with_use": _STUDENTS | _USAGE_COLUMNS | _EVENT_COLUMNS,
    "share_of_use": _STUDENTS | {"tool", "section_id"},
    "score": _STUDENTS | _RESULT_COLUMNS,
    "mastery": _STUDENTS | _RESULT_COLUMNS,
    "gain": _STUDENTS | _RESULT_COLUMNS,
    "standardized_gain": _STUDENTS | _RESULT_COLUMNS,
    "growth_percentile": _STUDENTS | _RESULT_COLUMNS,
    "access": _STUDENTS | {"section_id"},
    "incidents": _STUDENTS | {"section_id", "tool", "kind"},
    "voice": _STUDENTS | {"section_id", "tool", "instrument", "item"},
    "responded": _STUDENTS | {"section_id", "tool", "instrument"},
    "opinion": frozenset({"school_id", "section_id", "tool", "instrument", "item", "respondent"}),
    "observed": frozenset({"school_id", "section_id", "tool", "rubric", "element"}),
    "ticket_rate": _TICKET_COLUMNS,
    "ticket_hours": _TICKET_COLUMNS,
    "outage_minutes": frozenset({"tool", "school_id"}),
    "license_use": frozenset({"tool"}),
    "cost_per_dosed": frozenset({"tool"}),
    "trained": frozenset({"tool", "training", "school_id"}),
}
"""Columns by which a request of each shape may be filtered."""

_FORMS_NEEDED = {"score": 1, "mastery": 1, "gain": 2, "standardized_gain": 2, "growth_percentile": 2}


@dataclass(frozen=True, slots=True)
class Request:
    """One measurement that is asked for. Build it with `checked_request`."""

    indicator: Indicator
    table: Callable[[str], ibis.Table]
    grain: tuple[str, ...]
    window: Window | None
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    params: Mapping[str, float] = field(default_factory=dict)

    @property
    def axes(self) -> tuple[str, ...]:
        """The grain columns that the facts carry."""
        return tuple(axis for axis in AXES if axis in self.grain)

    @property
    def keys(self) -> tuple[str, ...]:
        """What tells two student values apart: the person and the axes."""
        return ("person_key", *self.axes)

    @property
    def weeks(self) -> float:
        """How many weeks an amount is spread over: 1 when split by week."""
        if "week_start" in self.grain:
            return 1.0
        if self.window is None:
            raise window_needed(self)
        return self.window.weeks

    @property
    def calendar_weeks(self) -> float:
        """How many Monday-to-Sunday weeks the window touches: 1 when split by week."""
        if "week_start" in self.grain or self.window is None:
            return self.weeks
        return (week_start(self.window.end) - week_start(self.window.start)).days / 7 + 1


def window_needed(request: Request) -> UserFixable:
    """What to raise where a value needs a window and none was given (ID013)."""
    return UserFixable(
        f"ID013: {request.indicator.key} is counted over weeks and no window of days was given",
        "name the first and last day of the window",
    )


def checked_request(request: Request) -> Request:
    """The request itself, once it can be answered.

    Raises
    ------
    UserFixable
        ID010 grain not allowed, ID011 filter not known, ID012 parameter not known or out of bounds, ID014 no single
        assessment named.
    """
    _check_grain(request.indicator, request.grain)
    _check_where(request.indicator, request.where)
    _check_params(request.indicator, request.params)
    return request


def _check_grain(indicator: Indicator, grain: Sequence[str]) -> None:
    wrong = [name for name in grain if name not in indicator.grain_columns]
    if wrong or len(set(grain)) != len(grain):
        raise UserFixable(
            f"ID010: {indicator.key} cannot be split by {', '.join(wrong) or 'the same column twice'}",
            f"split it by any of: {', '.join(indicator.grain_columns)}",
        )


def _check_where(indicator: Indicator, where: Mapping[str, Sequence[str]]) -> None:
    known = _LOOKS_AT[indicator.compute.shape]
    wrong = sorted(where.keys() - known)
    if wrong:
        raise UserFixable(
            f"ID011: {indicator.key} does not look at {', '.join(wrong)}",
            f"filter by any of: {', '.join(sorted(known))}",
        )
    if indicator.needs_assessment:
        _check_forms(indicator, where)


def _check_forms(indicator: Indicator, where: Mapping[str, Sequence[str]]) -> None:
    needed = _FORMS_NEEDED[indicator.compute.shape]
    if len(where.get("assessment", ())) == 1 and len(where.get("form", range(needed))) == needed:
        return
    if needed == 1:
        says, form = "looks at one form of one assessment", "if it is not the definition's, its form"
    else:
        says = "compares two forms of one assessment"
        form = "if they are not the definition's, its earlier and its later form in this order"
    raise UserFixable(f"ID014: {indicator.key} {says}", f"name one assessment and, {form}")


def _check_params(indicator: Indicator, params: Mapping[str, float]) -> None:
    declared = indicator.compute.parameters
    for name, value in params.items():
        if name not in declared:
            raise UserFixable(
                f"ID012: {indicator.key} has no parameter {name}",
                f"its parameters are: {', '.join(declared) or 'none'}",
            )
        if not declared[name].allows(value):
            raise UserFixable(
                f"ID012: {indicator.key}: {name} cannot be {value:g} {declared[name].unit}",
                f"choose a value from {declared[name].at_least:g} to {declared[name].at_most or float('inf'):g}",
            )
