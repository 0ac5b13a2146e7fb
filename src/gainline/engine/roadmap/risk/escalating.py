"""Escalation: whose turn it is once a rule has called, counted in days from the call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from gainline.engine.roadmap.risk.sheet import Register, Risk


@dataclass(frozen=True, slots=True)
class Task:
    """What a call asks of somebody.

    Parameters
    ----------
    risk, week
        The risk, and the Monday of the week whose measurement called; together they name the task.
    opened
        The day on which the watch found it: days are counted from here, not from the week.
    done
        When somebody reported it as done; None while it is open.
    """

    risk: str
    week: date
    opened: date
    done: date | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """Who has to act, until when, and how often the task was handed on (0 = it is the owner's)."""

    holder: str
    due: date
    step: int


def holder_of(task: Task, risk: Risk, register: Register, *, as_of: date) -> Turn | None:
    """Whose turn it is on a day; None once the task is done. The last right keeps it, overdue or not."""
    if task.done is not None and task.done <= as_of:
        return None
    due = task.opened + timedelta(days=risk.due_days)
    turn = Turn(risk.owner, due, 0)
    for step, key in enumerate(risk.escalation, start=1):
        if as_of <= turn.due:
            break
        right = register.right(key)
        turn = Turn(right.holder, turn.due + timedelta(days=right.within_days), step)
    return turn
