"""Eligible: who a plan's question is about, as far as may be shown, and what its forms may name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from gainline.engine.pilots.drafting import FLAGS
from gainline.engine.pilots.plan import Plan
from gainline.engine.privacy import Audience, Count, Policy, one_way, release
from gainline.engine.privacy.tables import TOTAL
from gainline.lake import Reading
from gainline.road.framing.population import Population
from gainline.road.piloting.counting import members
from gainline.road.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Eligible:
    """Everybody whom a plan's question is about.

    Parameters
    ----------
    on
        The day on which the roster was read.
    schools
        Name of each school with its students, as the audience may see them; the largest schools first. Empty where
        the roster does not say in which schools the students are.
    students
        All of them together.
    units
        How many whole units (the plan's own: schools, sections) there are; None where students are assigned singly.
    """

    on: date
    schools: tuple[tuple[str, Count], ...]
    students: Count
    units: int | None


@dataclass(frozen=True, slots=True)
class Known:
    """What the records know that a plan may name.

    Parameters
    ----------
    grades
        Of the roster's students.
    schools
        Id and name.
    tests
        Assessment and form.
    fields
        Fields of the roster, out of those that a plan may adjust for, that any student has; None without students.
    facts
        Further facts about students: name, and whether it is a number.
    """

    grades: tuple[str, ...]
    schools: tuple[tuple[str, str], ...]
    tests: tuple[tuple[str, str], ...]
    fields: tuple[str, ...] | None = None
    facts: tuple[tuple[str, bool], ...] = ()


def eligible(workspace: Workspace, plan: Plan, *, audience: Audience) -> Eligible:
    """Who could take part by the roster, with every count through the exit for its audience.

    Raises
    ------
    UserFixable
        When the roster holds nobody of the plan's population.
    """
    snapshot = workspace.lake.head()
    with workspace.lake.reading(snapshot) as reading:
        who = members(plan, reading, otherwise_on=snapshot.as_of)
        named = dict(_schools(reading))
    ids, counts = np.unique(np.array([one or "" for one in who.school], dtype=str), return_counts=True)
    order = np.lexsort((ids, -counts))
    table = one_way("school", {str(ids[place]): int(counts[place]) for place in order})
    released = release(table, audience=audience, policy=Policy())
    shown = tuple((named.get(str(ids[p]), str(ids[p])), released.count("school", str(ids[p]))) for p in order if ids[p])
    return Eligible(who.anchor, shown, released.count("school", TOTAL), _units(plan, who))


def known_in(workspace: Workspace) -> Known:
    """What the forms of a plan may offer; everything is empty while nothing was imported. No person is counted."""
    with workspace.lake.reading() as reading:
        students = reading.current("students")
        grades = reading.arrow(students.select("grade").distinct())["grade"].to_pylist()
        results = reading.table("results").select("assessment", "form").distinct()
        tests = {(row["assessment"], row["form"]) for row in reading.arrow(results).to_pylist()}
        declared = reading.current("assessments").select("assessment", "form").distinct()
        tests |= {(row["assessment"], row["form"]) for row in reading.arrow(declared).to_pylist()}
        schools = _schools(reading)
        fields, facts = _fields(reading), _facts(reading)
    return Known(
        tuple(sorted(filter(None, grades))),
        tuple(sorted(schools, key=lambda one: one[1])),
        tuple(sorted((test, form) for test, form in tests if test and form)),
        fields,
        facts,
    )


def _fields(reading: Reading) -> tuple[str, ...] | None:
    """Which of the fields that a plan may adjust for any student has; no student is counted for anybody to see."""
    names = ("grade", *FLAGS)
    rows = reading.arrow(reading.current("students").select(*names).distinct()).to_pylist()
    return tuple(name for name in names if any(row[name] is not None for row in rows)) if rows else None


def _facts(reading: Reading) -> tuple[tuple[str, bool], ...]:
    stored = reading.current("attributes")
    rows = reading.arrow(stored.select("attribute", is_number=stored["number"].notnull()).distinct()).to_pylist()
    numbers = {row["attribute"] for row in rows if row["is_number"]}
    return tuple(sorted((name, name in numbers) for name in {row["attribute"] for row in rows}))


def names_of(workspace: Workspace, unit: str) -> dict[str, str]:
    """Names of schools or sections by their ids; students have none here."""
    if unit == "student":
        return {}
    with workspace.lake.reading() as reading:
        return dict(_schools(reading) if unit == "school" else _named(reading, "sections", "section_id", "title"))


def _schools(reading: Reading) -> list[tuple[str, str]]:
    return _named(reading, "schools", "school_id", "name")


def _named(reading: Reading, table: str, key: str, name: str) -> list[tuple[str, str]]:
    rows: list[dict[str, Any]] = reading.arrow(reading.current(table).select(key, name)).to_pylist()
    return [(str(row[key]), str(row[name] or row[key])) for row in rows]


def _units(plan: Plan, who: Population) -> int | None:
    """How many units could be assigned; a student is none that is counted beside the students."""
    own = {"school": who.school, "section": who.section}.get(plan.design.unit)
    return None if own is None else len({one for one in own if one is not None})
