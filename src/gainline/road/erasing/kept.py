"""Kept: whom nothing may be erased of, because a legal hold keeps them, their class or the tool that they used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from gainline.engine.privacy.catalog import catalogue
from gainline.engine.privacy.retention import Hold, tables_of
from gainline.engine.records import TABLES
from gainline.lake import Reading, Whom
from gainline.road.consented import token
from gainline.road.holding import holds
from gainline.road.workspace import Workspace

_BY_TOOL = "tool"


def kept_of(workspace: Workspace, whom: Whom, on: date) -> frozenset[int]:
    """Which of these pseudonyms a legal hold keeps rows of that an erasure would take."""
    return frozenset().union(*kept_by(workspace, whom, on).values())


def kept_by(workspace: Workspace, whom: Whom, on: date) -> dict[Hold, frozenset[int]]:
    """The legal holds that keep rows of these pseudonyms which an erasure would take, with whose rows.

    A hold on a class or a tool keeps whoever has such rows, in any state of the lake; one on everything keeps
    everybody. Of whom only some tables go, rows of these tables count.
    """
    standing = holds(workspace, on) if whom.keys else []
    if not standing:
        return {}
    with workspace.records.reading() as reading:
        found = {one: frozenset(_keys(reading, one, whom, workspace.salt)) for one in standing}
    return {one: keys for one, keys in found.items() if keys}


def said_of(kept: Iterable[Hold]) -> str:
    """The holds as a refusal names them: number and case."""
    return ", ".join(f"{one.number} ({one.because})" for one in kept)


def _keys(reading: Reading, hold: Hold, whom: Whom, salt: bytes) -> set[int]:
    if hold.person:
        return {key for key in whom.keys if token(salt, key) == hold.person}
    if hold.retention is None and not hold.tool:
        return set(whom.keys)
    of_tool = {_BY_TOOL: (hold.tool,)} if hold.tool else {}
    users = set().union(*_users(reading, hold.tool)) if hold.tool else set()
    found: set[int] = set()
    for name in _going(hold, whom):
        held = reading.people_in(reading.table(name), of_tool) & whom.keys
        found |= held & users if hold.tool and not TABLES[name].has(_BY_TOOL) else held
    return found


def _going(hold: Hold, whom: Whom) -> list[str]:
    """Tables about people that the hold keeps and the erasure takes."""
    of_class = tables_of(catalogue(), hold.retention) if hold.retention else tuple(TABLES)
    return [name for name in of_class if TABLES[name].about_people and (not whom.only or name in whom.only)]


def _users(reading: Reading, tool: str) -> Iterator[set[int]]:
    """Who has a row of a tool, table by table."""
    for name, table in TABLES.items():
        if table.about_people and table.has(_BY_TOOL):
            yield reading.people_in(reading.table(name), {_BY_TOOL: (tool,)})
