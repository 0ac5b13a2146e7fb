"""Adopting: the people of a source without a roster become its roster, under pseudonyms; for open courses and such."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pyarrow as pa

from gainline.engine.core.errors import Conflict, Missing, UserFixable
from gainline.engine.core.ids import person_key
from gainline.engine.records import arrow_schema, empty_table
from gainline.lake import Reading
from gainline.road.workspace import Workspace

ADOPTED = "adopted"
_TABLES = ("students", "links", "unmatched")
Row = dict[str, Any]


def adopt(workspace: Workspace, source: str, *, by: str, as_of: date) -> int:
    """Count everybody whom a source names, and whom nobody knows, as a student; how many were taken.

    Indicators are about the students of a roster, so that those who never came count as well. Where no roster can be
    had, an open course for instance, whoever acted is the only list there is: figures are then about those who did
    something, and of the others nothing is known. Each identity is linked to its own pseudonym, so no name comes in,
    later files find it known, and `gainline link undo` takes one out again.

    Parameters
    ----------
    workspace
        Where.
    source
        The source system, as the work list has it (``xapi`` for statements without a profile of their own).
    by
        Who says that these are students.
    as_of
        The day that counts as today.

    Raises
    ------
    UserFixable
        When nobody stands for it (IN409).
    Missing
        When nobody of this source waits (IN420).
    Conflict
        When the lake has a roster: whom it does not know is a leaver or a test account, not a student (IN421).
    """
    if not by.strip():
        raise UserFixable("IN409: a decision needs somebody who made it", "say who decides: --by NAME")
    with workspace.lake.writing() as writer:
        with workspace.lake.reading() as reading:
            tables = {name: _current(reading, name) for name in _TABLES}
        waiting = _waiting(workspace.salt, tables, source)
        if not waiting:
            raise Missing(
                f"IN420: nobody of the source {source} waits", "import its file first; see: gainline link suggest"
            )
        _refuse_beside_roster(tables)
        links, identifiers, students = _rows(waiting, source, by=by.strip(), as_of=as_of)
        writer.append("links", links)
        writer.append("identifiers", identifiers)
        writer.append("students", students)
        writer.publish(as_of=as_of)
    return len(waiting)


def _current(reading: Reading, name: str) -> pa.Table:
    return reading.arrow(reading.current(name)).cast(arrow_schema(name))


def _waiting(salt: bytes, tables: Mapping[str, pa.Table], source: str) -> dict[int, tuple[str, str]]:
    """Pseudonym -> kind and value, for each identity of the source that nobody has linked."""
    linked = {(row["source"], row["value"]) for row in tables["links"].to_pylist() if row["decision"] == "confirmed"}
    rows = [row for row in tables["unmatched"].to_pylist() if row["system"] == source]
    named = sorted({(row["kind"], row["value"]) for row in rows if (source, row["value"]) not in linked})
    return {person_key(salt, source, value): (kind, value) for kind, value in reversed(named)}


def _refuse_beside_roster(tables: Mapping[str, pa.Table]) -> None:
    adopted = {row["person_key"] for row in tables["links"].to_pylist() if row["how"] == ADOPTED}
    if set(tables["students"]["person_key"].to_pylist()) - adopted:
        raise Conflict(
            "IN421: there is a roster, and whom it does not know is no student of it",
            "say who they are: gainline link suggest; or keep this source in a workspace of its own",
        )


def _rows(waiting: Mapping[int, tuple[str, str]], source: str, *, by: str, as_of: date) -> tuple[pa.Table, ...]:
    """Links, identifiers and students: one row a pseudonym in each."""
    keys = list(waiting)
    shared: Row = {
        "person_key": keys,
        "source": [source] * len(keys),
        "kind": [kind for kind, _ in waiting.values()],
        "value": [value for _, value in waiting.values()],
        "import_id": [f"adopted-{as_of.isoformat()}"] * len(keys),
    }
    decided: Row = {
        "alias_key": keys,
        "decision": ["confirmed"] * len(keys),
        "how": [ADOPTED] * len(keys),
        "decided_by": [by] * len(keys),
        "decided_on": [as_of] * len(keys),
    }
    known: Row = {
        "how": ["confirmed"] * len(keys),
        "valid_from": [as_of] * len(keys),
        "confirmed_by": [by] * len(keys),
    }
    student: Row = {"person_key": keys, "import_id": shared["import_id"]}
    return _table("links", shared | decided), _table("identifiers", shared | known), _table("students", student)


def _table(name: str, columns: Mapping[str, list[Any]]) -> pa.Table:
    """The columns that are told, and nothing in the others."""
    rows = len(columns["person_key"])
    schema = empty_table(name).schema
    return pa.table({f.name: pa.array(columns.get(f.name, [None] * rows), f.type) for f in schema}, schema=schema)
