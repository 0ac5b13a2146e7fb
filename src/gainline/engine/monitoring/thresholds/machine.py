"""The state of a watched measurement, week by week: quiet, pending, firing, cooling; silence stands beside it.

The semantics are those of Prometheus' alerting rules (`for`, `keep_firing_for`) in two points changed: a week that was
not measured neither confirms nor clears, where Prometheus would resolve; and a long silence is reported as such.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum, auto

from gainline.engine.monitoring.thresholds.judging import Stand
from gainline.engine.monitoring.thresholds.rule import Rule


class State(StrEnum):
    """Where a watch stands. Somebody is on call while it is `FIRING` or `COOLING`."""

    QUIET = auto()
    PENDING = auto()
    FIRING = auto()
    COOLING = auto()


class Event(StrEnum):
    """What a week changed: somebody is called, the call ends, nothing was heard for long, something is heard again."""

    OPENED = auto()
    RESOLVED = auto()
    SILENT = auto()
    HEARD = auto()


@dataclass(frozen=True, slots=True)
class Status:
    """The state with what it needs to go on.

    Parameters
    ----------
    run
        While pending, how many weeks of trouble in a row; while cooling, how many clear ones.
    missing
        How many weeks in a row were not measured.
    """

    state: State = State.QUIET
    run: int = 0
    missing: int = 0

    def is_silent(self, rule: Rule) -> bool:
        """Tell whether nothing was heard for as long as the rule bears."""
        return self.missing >= rule.silent_after

    @property
    def is_on_call(self) -> bool:
        """Tell whether somebody has been called and the trouble is not over."""
        return self.state in {State.FIRING, State.COOLING}


def advance(rule: Rule, status: Status, stand: Stand) -> tuple[Status, tuple[Event, ...]]:
    """The status after one more instructional week, and what that week changed."""
    if stand is Stand.MISSING:
        later = replace(status, missing=status.missing + 1)
        return later, (Event.SILENT,) if later.missing == rule.silent_after else ()
    heard = (Event.HEARD,) if status.is_silent(rule) else ()
    later = _on_call(rule, status, stand) if status.is_on_call else _off_call(rule, status, stand)
    if later.is_on_call == status.is_on_call:
        return later, heard
    return later, (*heard, Event.OPENED if later.is_on_call else Event.RESOLVED)


def follow(rule: Rule, stands: Iterable[Stand]) -> list[tuple[Status, tuple[Event, ...]]]:
    """The status after every week and what each changed, from a quiet start."""
    status, found = Status(), []
    for stand in stands:
        status, events = advance(rule, status, stand)
        found.append((status, events))
    return found


def _off_call(rule: Rule, status: Status, stand: Stand) -> Status:
    if stand is not Stand.TROUBLE:
        return Status()
    run = status.run + 1
    return Status(State.FIRING) if run >= rule.for_ else Status(State.PENDING, run)


def _on_call(rule: Rule, status: Status, stand: Stand) -> Status:
    if stand is not Stand.CLEAR:
        return Status(State.FIRING)
    run = status.run + 1
    return Status() if run >= rule.keep else Status(State.COOLING, run)
