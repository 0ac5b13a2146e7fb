"""The roll: who was in which unit in which period, for designs that follow units over time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gainline.engine.pilots.plan import Plan
from gainline.lake import Reading

EVERYBODY = "population"  # the one unit of a series
_NOWHERE = -1
_OPEN_START, _OPEN_END = np.datetime64("0001-01-01"), np.datetime64("9999-12-31")


@dataclass(frozen=True, slots=True)
class Roll:
    """Students by unit and period: a repeated cross-section, not a cohort.

    Parameters
    ----------
    keys
        Shape ``(n,)``: everybody who was in a unit in some period, sorted.
    units
        Shape ``(m,)``: ids of the assigned units, sorted; units without students stay.
    cluster, arm
        Shape ``(m,)``: the independent draw of each unit, and its arm as the assignment names it.
    place
        Shape ``(n, T)``: position in `units` of the unit that the student was in during each period; -1 for none.
    """

    keys: NDArray[np.int64]
    units: tuple[str, ...]
    cluster: tuple[str, ...]
    arm: tuple[str, ...]
    place: NDArray[np.intp]


def roll(plan: Plan, reading: Reading) -> Roll:
    """Who was in which assigned unit in each of the design's periods.

    A student counts in a period for the unit of the enrollment that overlaps it; of several the one that began last.
    Someone who changes units between periods counts where they were each time, so the panel follows units, not
    students. Where the plan restricts grades, the grade is that of the section when it has exactly one, else the
    student's grade as the roster has it now. Without enrollment records everybody is where the roster has them now.
    """
    assigned = _assigned_units(plan, reading)
    rows = reading.arrow(_stays(plan, reading)).to_pylist()
    stays = [row for row in rows if _in_population(plan, row)]
    named = [(row["person_key"], _unit_of(plan, row, assigned), row["begin_date"], row["end_date"]) for row in stays]
    inside = [stay for stay in named if stay[1] in assigned]
    units = tuple(sorted(assigned))
    keys = np.unique(np.array([stay[0] for stay in inside], dtype=np.int64))
    place = _places(plan, keys, units, inside)
    clusters = _clusters(plan, reading, units)
    return Roll(keys, units, clusters, tuple(assigned[unit] for unit in units), place)


def _assigned_units(plan: Plan, reading: Reading) -> dict[str, str]:
    """Unit -> arm; a series has one unit, whoever is in the population."""
    table = reading.current("assignments")
    compared = (*plan.comparison.tool_arms, *plan.comparison.usual_arms)
    mine = table.filter((table.pilot == plan.pilot) & (table.unit == plan.design.unit) & table.arm.isin(compared))
    rows = reading.arrow(mine.select("unit_id", "arm").order_by("unit_id")).to_pylist()
    if plan.design.kind == "interrupted_series":
        return {EVERYBODY: plan.comparison.tool_arms[0]}
    return {str(row["unit_id"]): row["arm"] for row in rows}


def _stays(plan: Plan, reading: Reading) -> ir.Table:
    """One row per enrollment: person, grade, school, section, first and last day."""
    students = reading.current("students").select("person_key", "grade", home="school_id")
    enrollments = reading.current("enrollments")
    enrollments = enrollments.filter(enrollments.role == "student")
    if not reading.arrow(enrollments.count().as_table())[0][0].as_py():
        nothing = {"section_id": ibis.null("string"), "begin_date": ibis.null("date"), "end_date": ibis.null("date")}
        return students.mutate(school_id=students.home, section_grades=ibis.null("string"), **nothing)
    sections = reading.current("sections").select("section_id", section_grades="grades")
    joined = enrollments.join(students, "person_key").left_join(sections, "section_id")
    return joined.select(
        "person_key",
        "grade",
        "section_id",
        "section_grades",
        "begin_date",
        "end_date",
        school_id=ibis.coalesce(joined.school_id, joined.home),
    )


def _in_population(plan: Plan, row: Mapping[str, object]) -> bool:
    who = plan.population
    grade = row["grade"]
    listed = str(row["section_grades"] or "").replace(";", ",").replace("|", ",").split(",")
    if len(listed) == 1 and listed[0].strip():
        grade = listed[0].strip()
    return (
        (not who.grades or grade in who.grades)
        and (not who.schools or row["school_id"] in who.schools)
        and (not who.sections or row["section_id"] in who.sections)
    )


def _unit_of(plan: Plan, row: Mapping[str, object], assigned: Mapping[str, str]) -> str:
    if EVERYBODY in assigned:
        return EVERYBODY
    return str(row["school_id"] if plan.design.unit == "school" else row["section_id"])


def _places(
    plan: Plan,
    keys: NDArray[np.int64],
    units: tuple[str, ...],
    stays: list[tuple[int, str, date | None, date | None]],
) -> NDArray[np.intp]:
    position = {unit: place for place, unit in enumerate(units)}
    person = np.searchsorted(keys, np.array([stay[0] for stay in stays], dtype=np.int64))
    unit = np.array([position[stay[1]] for stay in stays], dtype=np.intp)
    begin = np.array([stay[2] or _OPEN_START for stay in stays], dtype="datetime64[D]")
    end = np.array([stay[3] or _OPEN_END for stay in stays], dtype="datetime64[D]")
    place = np.full((len(keys), len(plan.design.periods)), _NOWHERE, dtype=np.intp)
    order = np.lexsort((unit, begin, person))  # the stay that began last is written last and stands
    for column, period in enumerate(plan.design.periods):
        first, last = np.datetime64(period.days.start), np.datetime64(period.days.end)
        there = order[(begin[order] <= last) & (end[order] >= first)]
        place[person[there], column] = unit[there]
    return place


def _clusters(plan: Plan, reading: Reading, units: tuple[str, ...]) -> tuple[str, ...]:
    """The independent draw of each unit: itself, or the school of a section."""
    if plan.design.unit != "section" or plan.design.cluster != "school":
        return units
    wanted = ibis.memtable(pa.table({"section_id": pa.array(units, pa.string())}))
    table = reading.current("sections").semi_join(wanted, "section_id").select("section_id", "school_id")
    school = {row["section_id"]: row["school_id"] for row in reading.arrow(table).to_pylist()}
    return tuple(str(school.get(unit) or "unknown") for unit in units)
