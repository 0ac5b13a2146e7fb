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
_LOOKS_AT: dict[str, frozenset[str]] = {
    "amount": _USAGE_COLUMNS,
    "at_least": _USAGE_COLUMNS,
    "daily_minutes": _USAGE_COLUMNS,
    "sessions": _EVENT_COLUMNS | {"section_id"},
    "any_use": _USAGE_COLUMNS | _EVENT_COLUMNS,
    "days_with_use": _USAGE_COLUMNS | _EVENT_COLUMNS,
    "weeks_with_use": _USAGE_COLUMNS | _EVENT_COLUMNS,
    "gain": frozenset({"assessment", "form", "section_id"}),
}


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
            raise UserFixable(
                f"ID013: {self.indicator.key} is counted per week and no window of days was given",
                "name the first and last day of the window",
            )
        return self.window.weeks

    @property
    def calendar_weeks(self) -> float:
        """How many Monday-to-Sunday weeks the window touches: 1 when split by week."""
        if "week_start" in self.grain or self.window is None:
            return self.weeks
        return (week_start(self.window.end) - week_start(self.window.start)).days / 7 + 1


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
    known = _LOOKS_AT[indicator.compute.shape] | set(STUDENT_COLUMNS)
    wrong = sorted(where.keys() - known)
    if wrong:
        raise UserFixable(
            f"ID011: {indicator.key} does not look at {', '.join(wrong)}",
            f"filter by any of: {', '.join(sorted(known))}",
        )
    if indicator.compute.shape == "gain":
        _check_gain(indicator, where)


def _check_gain(indicator: Indicator, where: Mapping[str, Sequence[str]]) -> None:
    if len(where.get("assessment", ())) != 1 or len(where.get("form", ("pre", "post"))) != 2:
        raise UserFixable(
            f"ID014: {indicator.key} compares two forms of one assessment",
            "name one assessment and, if they are not the definition's, its earlier and its later form in this order",
        )


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
