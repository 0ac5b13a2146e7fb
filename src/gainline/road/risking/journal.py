"""The journal of a workspace's risks: what was seen, whose task it became, what was done and drawn; only ever added to.

It is chained by hashes as the ledger is. No person's data stand in it: measurements have passed the release rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from gainline.engine.core.errors import Conflict
from gainline.engine.ledger import Entry, Ledger
from gainline.engine.monitoring.thresholds import Reading
from gainline.engine.roadmap.risk import Draw
from gainline.engine.roadmap.risk.escalating import Task
from gainline.engine.roadmap.risk.watching import Readings
from gainline.road.workspace import Workspace

FOLDER = "risks"
PATH = f"{FOLDER}/journal.jsonl"
_READ, _LOOKED, _TASK, _DONE, _DRAWN = "risk_read", "risk_looked", "risk_task", "risk_done", "risk_drawn"


class Journal:
    """The entries of a workspace up to a day."""

    def __init__(self, workspace: Workspace, *, as_of: date) -> None:
        workspace.folder(FOLDER)
        self._ledger = Ledger(workspace.root / PATH)
        self._entries = list(self._ledger.entries())
        self.as_of = as_of

    def refuse_the_past(self) -> None:
        """Nothing is added before what was already known.

        Raises
        ------
        Conflict
            When the journal goes on after the day.
        """
        last = max((entry.on for entry in self._entries), default=self.as_of)
        if last > self.as_of:
            raise Conflict(f"the journal of risks already goes to {last}", f"watch as of {last} or later")

    def readings(self, risk: str, rule: str) -> dict[date, Readings]:
        """What was last read, by week and group, under this very rule."""
        found: dict[date, Readings] = {}
        for payload in self._of(_READ, risk):
            if payload["rule"] == rule:
                found[date.fromisoformat(payload["week"])] = {
                    tuple(one["group"]): Reading(one["values"], one["n"]) for one in payload["groups"]
                }
        return found

    def looked(self, risk: str, rule: str) -> tuple[str, date] | None:
        """The snapshot that was last looked at under this rule, and the last week of it."""
        last = [one for one in self._of(_LOOKED, risk) if one["rule"] == rule][-1:]
        return (last[0]["snapshot"], date.fromisoformat(last[0]["through"])) if last else None

    def tasks(self, risk: str) -> list[Task]:
        """The risk's tasks in the order in which they were opened."""
        done = {date.fromisoformat(one["week"]): entry.on for entry, one in self._with_entry(_DONE, risk)}
        opened = [(entry.on, date.fromisoformat(one["week"])) for entry, one in self._with_entry(_TASK, risk)]
        return [Task(risk, week, on, done.get(week)) for on, week in opened]

    def draws(self) -> list[Draw]:
        """Every draw of contingency money."""
        return [
            Draw(one["risk"], one["amount"], one["what_for"], entry.on, one["right"])
            for entry, one in self._with_entry(_DRAWN, None)
        ]

    def add_reading(self, risk: str, rule: str, week: date, groups: Readings) -> None:
        """Put down what was measured in a week."""
        listed = [
            {"group": list(group), "values": dict(one.values), "n": one.n} for group, one in sorted(groups.items())
        ]
        self._add(_READ, {"risk": risk, "rule": rule, "week": week.isoformat(), "groups": listed})

    def add_look(self, risk: str, rule: str, *, snapshot: str, through: date) -> None:
        """Put down which snapshot was looked at."""
        self._add(_LOOKED, {"risk": risk, "rule": rule, "snapshot": snapshot, "through": through.isoformat()})

    def add_task(self, risk: str, week: date, payload: Mapping[str, Any]) -> None:
        """Open a task."""
        self._add(_TASK, {"risk": risk, "week": week.isoformat(), **payload})

    def add_done(self, task: Task, *, by: str, note: str) -> None:
        """Close a task."""
        self._add(_DONE, {"risk": task.risk, "week": task.week.isoformat(), "by": by, "note": note})

    def add_draw(self, draw: Draw) -> None:
        """Draw money; whether it may be drawn was asked before."""
        payload = {"risk": draw.risk, "amount": draw.amount, "what_for": draw.what_for, "right": draw.right}
        self._add(_DRAWN, payload)

    def _add(self, kind: str, payload: Mapping[str, Any]) -> None:
        self._entries.append(self._ledger.append(kind, payload, on=self.as_of))

    def _of(self, kind: str, risk: str) -> Iterator[Mapping[str, Any]]:
        return (payload for _, payload in self._with_entry(kind, risk))

    def _with_entry(self, kind: str, risk: str | None) -> Iterator[tuple[Entry, Mapping[str, Any]]]:
        for entry in self._entries:
            if entry.kind == kind and entry.on <= self.as_of and risk in (None, entry.payload["risk"]):
                yield entry, entry.payload
