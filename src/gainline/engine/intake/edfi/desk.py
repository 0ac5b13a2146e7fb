"""Desk: where the rows of an interchange are laid, and how its values are read."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pyarrow as pa

from gainline.engine.intake.account import Tally
from gainline.engine.intake.edfi.nodes import Node
from gainline.engine.intake.event_rows import People, remark_on
from gainline.engine.intake.reading import Batch, Task, canonical
from gainline.engine.records import TABLES, arrow_schema

SYSTEM = "edfi"
_GRADES = {
    **{name: f"{n:02d}" for n, name in enumerate((
        "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
        "twelfth", "grade 13"), start=1)},
    "kindergarten": "KG", "preschool/prekindergarten": "PK", "transitional kindergarten": "TK",
    "infant/toddler": "IT", "early education": "PR", "postsecondary": "PS", "ungraded": "UG", "other": "Other",
}  # fmt: skip
_IN_PIECES = frozenset({"students", "people", "identifiers"})  # tables whose rows several elements make up together
Row = dict[str, Any]


class Odd(Exception):
    """A resource from which no row can be made; the code and the property say why."""

    def __init__(self, code: str, column: str, detail: str = "") -> None:
        super().__init__(code)
        self.code, self.column, self.detail = code, column, detail


@dataclass(slots=True)
class Desk:
    """The rows so far, by table and, where the table has one, by key: a later row of the same key stands."""

    task: Task
    tally: Tally
    people: People
    rows: dict[str, dict[object, Row]] = field(default_factory=lambda: defaultdict(dict))
    rostered: set[int] = field(default_factory=set)
    names: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))  # what later resources look up
    repaired: set[int] = field(default_factory=set)
    _students: dict[int, Row] | None = None

    def lay(self, table: str, line: int, **cells: Any) -> None:  # noqa: ANN401 - cells of any type
        """Lay a row; what stood there under its key keeps what this one does not say."""
        key = tuple(cells.get(name) for name in TABLES[table].key)
        place: object = key if key else len(self.rows[table])
        before = self.rows[table].get(place) or self._held(table, cells)
        said = {name: value for name, value in cells.items() if value is not None}
        if table not in _IN_PIECES and any(before.get(name, value) != value for name, value in said.items()):
            self.tally.book.add("IN355", [line])
            self.repaired.add(line)
        self.rows[table][place] = {**before, **said, "source_line": line}

    def _held(self, table: str, cells: Row) -> Row:
        """What the lake holds of a student, which the pieces of several files make up together."""
        if table != "students":
            return {}
        if self._students is None:
            rows = self.task.identity.students.to_pylist()
            self._students = {row["person_key"]: {k: v for k, v in row.items() if v is not None} for row in rows}
        return self._students.get(cells["person_key"], {})

    def student(self, node: Node) -> int:
        """The key of the student of a roster resource: known to another roster, or new."""
        return self._known(need(node, "studentuniqueid"), "SisSourcedId")

    def staff(self, node: Node) -> int:
        """The key of a staff member, whose number may be a student's too."""
        return self._known(f"staff/{need(node, 'staffuniqueid')}", "Other")

    def _known(self, value: str, kind: str) -> int:
        person = self.people.person(self.people.place((value,), (kind,)))
        self.rostered.add(person.key)
        return person.key

    def named(self, node: Node) -> tuple[int, bool]:
        """Key of the student of a fact, and whether the roster knows them."""
        person = self.people.person(self.people.place((need(node, "studentuniqueid"),), ("SisSourcedId",)))
        if person.key in self.rostered:
            return person.key, True
        person.rows += 1
        if remark_on(self.tally, node.line, person.rule):
            self.repaired.add(node.line)
        return person.key, person.matched

    def batches(self) -> list[Batch]:
        """Every row as canonical batches."""
        found = []
        for name, rows in self.rows.items():
            schema = pa.schema([one.with_nullable(True) for one in arrow_schema(name)])
            table = pa.Table.from_pylist(list(rows.values()), schema=schema)
            columns = {column: table[column].combine_chunks() for column in table.column_names}
            found.append(canonical(name, columns, rows=table.num_rows, import_id=self.task.import_id))
        return found


def need(node: Node, *path: str) -> str:
    """A text that has to be there.

    Raises
    ------
    Odd
        When it is not (IN030).
    """
    text = node.said(*path)
    if not text:
        raise Odd("IN030", path[-1])
    return text


def day(node: Node, *path: str, required: bool = False) -> date | None:
    """A day, also out of a time.

    Raises
    ------
    Odd
        When it is none (IN034), or missing where it is required (IN030).
    """
    text = need(node, *path) if required else node.said(*path)
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError as fault:
        raise Odd("IN034", path[-1], "year, month, day") from fault


def the_day(node: Node, *path: str) -> date:
    """A day that has to be there."""
    found = day(node, *path, required=True)
    if found is None:
        raise Odd("IN030", path[-1])
    return found


def number(node: Node, *path: str) -> float | None:
    """A number.

    Raises
    ------
    Odd
        When it is none (IN032).
    """
    text = node.said(*path)
    try:
        value = float(text) if text else None
    except ValueError as fault:
        raise Odd("IN032", path[-1]) from fault
    if value is not None and not math.isfinite(value):
        raise Odd("IN032", path[-1])
    return value


def flag(node: Node, *path: str) -> bool | None:
    """A yes or no; None where neither is said."""
    return {"true": True, "1": True, "false": False, "0": False}.get(node.said(*path).casefold())


def grade(node: Node, name: str) -> str | None:
    """The code of one grade level."""
    return grade_of(node.word(name))


def grade_of(word: str) -> str | None:
    """The code of a grade level's name.

    Examples
    --------
    >>> grade_of("Third grade"), grade_of("Kindergarten"), grade_of("")
    ('03', 'KG', None)
    """
    folded = re.sub(r"\s+grade$", "", word.strip().casefold())
    return _GRADES.get(folded, word.strip() or None)


def section_of(node: Node) -> str:
    """One name for what Ed-Fi tells apart by five: a section number is unique only within its offering.

    Raises
    ------
    Odd
        When the section is not named (IN030).
    """
    own = need(node, "sectionidentifier")
    return "/".join((*(part for part in offering_of(node) if part), own))


def offering_of(node: Node) -> tuple[str, str, str, str]:
    """School, year, session and course of a section or an offering."""
    return (node.said("schoolid"), node.said("schoolyear"), node.said("sessionname"), node.said("localcoursecode"))


def year_ends(said: str) -> str | None:
    """The year in which a school year ends, of ``2021-2022`` or ``2022``."""
    return said[-4:] if re.search(r"\d{4}$", said) else None
