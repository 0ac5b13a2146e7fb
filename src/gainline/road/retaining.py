"""Retaining: what has stayed long enough, told in counts that passed the exit, and taken out for good."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import ibis

from gainline.engine.ledger import digest
from gainline.engine.privacy import Audience, Cell, Policy, ReleaseTable, release
from gainline.engine.privacy.catalog import catalogue
from gainline.engine.privacy.retention import Due, Hold, Lived, Rules, falls_due, tables_of
from gainline.engine.records import TABLES, Retention
from gainline.lake import Reading, Whom
from gainline.road.erasing import Order, erase, kept_by, people_under
from gainline.road.holding import holds, journal_of, named_in_holds
from gainline.road.workspace import Workspace

DONE = "retention_done"
BY = "the retention schedule"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the records do not say themselves: each tool's last day of destruction, and every cycle."""

    tools: Mapping[str, date | None]
    cycles: Sequence[Lived]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the report: what is due, how much of it there is, and what keeps it.

    Parameters
    ----------
    due
        What, since when, and why.
    rows
        Rows of the current state by table, where they may be told: none of a table whose people are too few.
    people
        How many students, as the exit tells it to staff; empty where the rows speak of nobody.
    held_by
        Numbers of the holds that keep all of it; it does not go then.
    """

    due: Due
    rows: Mapping[str, str]
    people: str
    held_by: tuple[str, ...] = ()

    @property
    def goes(self) -> bool:
        """Tell whether it goes when the schedule is carried out."""
        return not self.held_by


@dataclass(frozen=True, slots=True)
class Report:
    """What would go on a day, and why; nothing is changed.

    Parameters
    ----------
    on
        The day that counts as today.
    lines
        What is due, the contracts' rows first.
    undated
        Tools with rows of use but without any agreement, so that no day can be told by which they go.
    """

    on: date
    lines: tuple[Line, ...]
    undated: tuple[str, ...]

    @property
    def sha256(self) -> str:
        """Digest of what would go: who carries it out says which report they saw."""
        return digest([_plain(line) for line in self.lines if line.goes])

    def to_json_value(self) -> dict[str, Any]:
        """The report as plain JSON values."""
        lines = [_plain(line) | {"held_by": list(line.held_by)} for line in self.lines]
        return {"on": self.on.isoformat(), "due": lines, "undated": list(self.undated)}


@dataclass(frozen=True, slots=True)
class _Found:
    """What a due finds in the lake: rows by table, and whose they are, true numbers that leave this file nowhere."""

    due: Due
    rows: Mapping[str, int]
    people: Mapping[str, int]
    keys: frozenset[int]


def rules_of(workspace: Workspace) -> Rules:
    """The district's days, as `gainline.toml` has them."""
    return Rules(**workspace.settings.retention.model_dump())


def report(workspace: Workspace, facts: Facts, *, on: date, due_by: date | None = None) -> Report:
    """What is due on a day and what keeps it, in counts that passed the exit; nothing is changed.

    A hold on single students leaves them out of what is counted and of what goes, and is told nowhere else.

    Parameters
    ----------
    on
        The day that counts as today, by which holds stand.
    due_by
        Only what was due on this earlier day.
    """
    with workspace.records.reading() as reading:
        found = [_counted(workspace, reading, due, on) for due in _dues(workspace, facts, due_by or on)]
        undated = _undated(reading, facts)
    standing = holds(workspace, on)
    lines = [_line(one, standing) for one in found if any(one.rows.values())]
    return Report(on, tuple(lines), undated)


def carry_out(workspace: Workspace, facts: Facts, *, on: date, because: str, due_by: date | None = None) -> list[Line]:
    """Take out what is due on a day and not held, each with its certificate, and write down what was done.

    What was stopped midway is finished the next time: what is gone is not found again.

    Raises
    ------
    Conflict
        When another process is writing (LK005), or an earlier erasure was stopped midway (LK006).
    """
    done = []
    for line in report(workspace, facts, on=on, due_by=due_by).lines:
        if line.goes and (number := _take(workspace, line, on=on, because=because)):
            said = {**_plain(line), "certificate": number, "because": because}
            journal_of(workspace).append(DONE, said, on=on)
            done.append(line)
    return done


def gone_people(workspace: Workspace, keys: frozenset[int]) -> frozenset[int]:
    """Which of these pseudonyms have no row in any table of the lake any more."""
    with workspace.records.reading() as reading:
        for name, table in TABLES.items():
            if table.about_people and keys:
                keys -= reading.people_in(reading.table(name))
    return keys


def done_before(workspace: Workspace) -> list[Mapping[str, Any]]:
    """What retention took until now, the latest first."""
    found: list[Mapping[str, Any]] = [
        {"on": one.on, **one.payload} for one in journal_of(workspace).entries() if one.kind == DONE
    ]
    return found[::-1]


def _dues(workspace: Workspace, facts: Facts, on: date) -> list[Due]:
    return falls_due(catalogue(), tools=facts.tools, cycles=facts.cycles, rules=rules_of(workspace), on=on)


def _counted(workspace: Workspace, reading: Reading, due: Due, on: date) -> _Found:
    if due.source == "left":
        return _leavers(workspace, reading, due, on)
    rows: dict[str, int] = {}
    people: dict[str, int] = {}
    keys: set[int] = set()
    kept = named_in_holds(workspace, _whose(reading, due), on)
    for name in due.tables:
        table = _limited(reading.table(name), due, kept)
        rows[name] = int(reading.arrow(table.count().name("n").as_table())["n"][0].as_py())
        if TABLES[name].about_people:
            whose = reading.people_in(table)
            people[name] = len(whose)
            keys |= whose
    return _Found(due, rows, people, frozenset(keys))


def _whose(reading: Reading, due: Due) -> Iterator[int]:
    for name in due.tables:
        if TABLES[name].about_people:
            yield from reading.people_in(reading.table(name))


def _limited(table: ibis.Table, due: Due, kept: frozenset[int]) -> ibis.Table:
    for column, values in due.where:
        if column in table.columns:
            table = table.filter(table[column].isin(list(values)))
    if kept and "person_key" in table.columns:
        table = table.filter(table.person_key.isnull() | table.person_key.notin(sorted(kept)))
    return table


def _leavers(workspace: Workspace, reading: Reading, due: Due, on: date) -> _Found:
    """Students whom the roster no longer holds, since the day or before."""
    people, students = reading.current("people"), reading.current("students")
    gone = people.filter(people.end_date <= due.since).semi_join(students, "person_key")
    left = frozenset(reading.people_in(gone))
    left -= _kept_leavers(workspace, reading, left, due, on)
    return _Found(due, {"students": len(left)}, {"students": len(left)}, left)


def _kept_leavers(workspace: Workspace, reading: Reading, left: frozenset[int], due: Due, on: date) -> set[int]:
    """Leavers of whom a hold keeps some rows, such as those of a tool, under whichever of their pseudonyms.

    A hold that keeps every leaver is told with the line, so nobody is left out of it.
    """
    links = reading.current("links")
    confirmed = links.filter(links.decision == "confirmed").select("person_key", "alias_key")
    own = {one["alias_key"]: one["person_key"] for one in reading.arrow(confirmed).to_pylist()}
    whole = left | {alias for alias, person in own.items() if person in left}
    kept = kept_by(workspace, Whom(whole), on)
    return {own.get(key, key) for one, keys in kept.items() if not one.keeps(due) for key in keys}


def _undated(reading: Reading, facts: Facts) -> tuple[str, ...]:
    dated = {key for key, day in facts.tools.items() if day is not None}
    found: set[str] = set()
    for name in tables_of(catalogue(), Retention.CONTRACT):
        table = reading.table(name)
        if "tool" in table.columns:
            found |= set(reading.arrow(table.select("tool").distinct())["tool"].to_pylist()) - {None}
    return tuple(sorted(found - dated))


def _line(found: _Found, standing: Sequence[Hold]) -> Line:
    """A line whose counts passed the exit for staff, all of them side by side."""
    cells = [Cell((name,), many) for name, many in found.people.items()]
    whole = Cell(("students in all",), len(found.keys))
    shown = release(ReleaseTable((*cells, whole), ()), audience=Audience.STAFF, policy=Policy())
    rows = {name: f"{many:,}" for name, many in found.rows.items() if name not in found.people and many}
    for name, many in found.rows.items():
        if name in found.people and many:
            rows[name] = "fewer than 10 students" if shown.count(name).is_hidden else f"{many:,}"
    count = shown.count("students in all")
    people = "fewer than 10" if count.is_hidden else f"{count.low:,}" if count.low == count.high else "10 or more"
    held = tuple(one.number for one in standing if one.keeps(found.due))
    return Line(found.due, rows, people if found.keys else "", held)


def _take(workspace: Workspace, line: Line, *, on: date, because: str) -> str:
    """Erase what a line is about; the number of the certificate, empty where nothing was left of it."""
    due = line.due
    with workspace.records.reading() as reading:
        found = _counted(workspace, reading, due, on)
        kept = named_in_holds(workspace, _whose(reading, due), on)
    order = Order(by=BY, because=because, on=on, people=len(found.keys))
    if due.source == "left":
        if not found.keys:
            return ""
        return erase(workspace, people_under(workspace, found.keys), replace(order, clean_copies=True)).number
    whom = Whom(frozenset(), only=frozenset(due.tables), where=due.where, everybody=True, but=kept)
    if not any(workspace.records.finding().find(whom).rows.values()):
        return ""
    return erase(workspace, whom, order).number


def _plain(line: Line) -> dict[str, Any]:
    due = line.due
    return {
        "class": str(due.retention),
        "source": due.source,
        "since": due.since.isoformat(),
        "rows": dict(line.rows),
        "students": line.people,
    }
