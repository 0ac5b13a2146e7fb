"""Units: the schools, sections or students of a workspace with what its roster and past scores say of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gainline.engine.core.errors import UserFixable
from gainline.engine.indicators import latest_results
from gainline.engine.pilots.plan import Plan
from gainline.engine.pilots.sampling.roster import Roster
from gainline.lake import Reading

Unit = Literal["school", "section", "student"]

FLAGS = {
    "low_income": "economically_disadvantaged",
    "english_learners": "english_learner",
    "disability": "disability",
}
"""Shares of students per unit: what they are called here, and the roster's field."""
_EARLY = {"PK": -1, "KG": 0}
_LEVELS = ((5, "elementary"), (8, "middle"), (99, "high"))


@dataclass(frozen=True, slots=True)
class Asked:
    """Which units are meant.

    Parameters
    ----------
    unit
        What takes part as a whole.
    on
        The day on which the roster is read; scores count when they were taken before it.
    grades, schools, sections
        Whom the question is about; empty for everybody.
    score
        Past score as ``assessment:form``; ``None`` takes the one that most of the students have.
    """

    unit: Unit
    on: date
    grades: tuple[str, ...] = ()
    schools: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    score: str | None = None

    @classmethod
    def of_plan(cls, plan: Plan, *, on: date, score: str | None = None) -> Asked:
        """The units of a plan's population."""
        who = plan.population
        return cls(plan.design.unit, on, who.grades, who.schools, who.sections, score)


@dataclass(frozen=True, slots=True)
class Units:
    """Every unit that could take part.

    Parameters
    ----------
    roster
        Ids, levels (elementary, middle, high) as strata, and covariates: past score first, then shares of students,
        then how many students.
    names
        Id -> name for people; empty for students, who have none here.
    students
        How many students they have together.
    """

    roster: Roster
    names: dict[str, str]
    students: int


def units_of(reading: Reading, asked: Asked) -> Units:
    """The units with what is known of each.

    Raises
    ------
    UserFixable
        When the roster holds nobody who is asked for, or nobody has the named score.
    """
    rows = reading.arrow(_members(reading, asked).order_by("person_key"))
    if not rows.num_rows:
        raise UserFixable("the roster holds nobody who is asked for", "import the roster, or ask for other grades")
    ids, codes = np.unique(np.array(rows["unit_id"].to_pylist(), dtype=str), return_inverse=True)
    codes = codes.reshape(-1)
    columns: dict[str, NDArray[np.float64]] = {}
    if score := _score(reading, asked, rows):
        columns[score[0]] = _means(score[1], codes, len(ids))
    for name, field in FLAGS.items():
        columns[name] = _means(_numbers(rows[field]), codes, len(ids))
    grades = np.array([_grade(grade) for grade in rows["grade"].to_pylist()])
    mean_grades = _means(grades, codes, len(ids))
    levels = tuple(_level(grade) for grade in mean_grades)
    if asked.unit != "student":
        columns["students"] = np.bincount(codes).astype(np.float64)
    columns["mean_grade"] = mean_grades
    roster = Roster(tuple(map(str, ids)), levels, tuple(columns), np.column_stack(list(columns.values())))
    return Units(roster, _names(reading, asked.unit), int(rows.num_rows))


def _members(reading: Reading, asked: Asked) -> ir.Table:
    students = reading.current("students").select("person_key", "school_id", "grade", *FLAGS.values())
    if asked.grades:
        students = students.filter(students.grade.isin(asked.grades))
    if asked.schools:
        students = students.filter(students.school_id.isin(asked.schools))
    if asked.unit == "section" or asked.sections:
        enrolled = _enrolled(reading, asked)
        students = students.inner_join(enrolled, "person_key")
    unit = {"school": "school_id", "section": "section_id", "student": "person_key"}[asked.unit]
    found = students.mutate(unit_id=students[unit].cast("string"))
    return found.filter(found.unit_id.notnull())


def _enrolled(reading: Reading, asked: Asked) -> ir.Table:
    table, day = reading.current("enrollments"), ibis.literal(asked.on)
    begun = table.begin_date.isnull() | (table.begin_date <= day)
    not_ended = table.end_date.isnull() | (table.end_date >= day)
    table = table.filter((table.role == "student") & begun & not_ended)
    if asked.sections:
        table = table.filter(table.section_id.isin(asked.sections))
    order = ibis.row_number().over(group_by="person_key", order_by=["section_id", "begin_date"])
    return table.mutate(nth=order).filter(lambda t: t.nth == 0).select("person_key", "section_id")


def _score(reading: Reading, asked: Asked, rows: pa.Table) -> tuple[str, NDArray[np.float64]] | None:
    """Name and values of the past score, one per student of the rows; None where nobody has any."""
    table = reading.table("results")
    before = table.taken_on.isnull() | (table.taken_on < ibis.literal(asked.on))
    table = table.filter(table.matched & table.score.notnull() & before)
    table = table.semi_join(ibis.memtable(rows.select(["person_key"])), "person_key")
    counts = table.group_by("assessment", "form").aggregate(many=table.person_key.nunique(), last=table.taken_on.max())
    known = {f"{row['assessment']}:{row['form']}": row for row in reading.arrow(counts).to_pylist()}
    if asked.score is not None and asked.score not in known:
        have = ", ".join(sorted(known)) or "none"
        raise UserFixable(f"nobody has a score {asked.score} from before {asked.on}", f"past scores are: {have}")
    if not known:
        return None
    chosen = asked.score or max(known, key=lambda name: (known[name]["many"], str(known[name]["last"]), name))
    one = known[chosen]
    table = latest_results(table.filter((table.assessment == one["assessment"]) & (table.form == one["form"])))
    found = reading.arrow(table.select("person_key", "score"))
    by_key = dict(zip(found["person_key"].to_pylist(), found["score"].to_pylist(), strict=True))
    values = [by_key.get(key, np.nan) for key in rows["person_key"].to_pylist()]
    return chosen, np.array(values, dtype=np.float64)


def _numbers(column: pa.ChunkedArray) -> NDArray[np.float64]:
    return np.array([np.nan if value is None else float(value) for value in column.to_pylist()], dtype=np.float64)


def _means(values: NDArray[np.float64], codes: NDArray[np.intp], many: int) -> NDArray[np.float64]:
    """Mean per unit over the students of whom it is known; NaN where it is known of none."""
    known = ~np.isnan(values)
    counts = np.bincount(codes[known], minlength=many)
    sums = np.bincount(codes[known], values[known], minlength=many)
    found: NDArray[np.float64] = np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
    return found


def _grade(code: str | None) -> float:
    if code is None:
        return float("nan")
    return float(_EARLY.get(code, int(code) if code.isdecimal() else np.nan))


def _level(grade: float) -> str:
    if np.isnan(grade):
        return "level not known"
    return next(name for last, name in _LEVELS if round(grade) <= last)


def _names(reading: Reading, unit: Unit) -> dict[str, str]:
    if unit == "student":
        return {}
    table, key, name = ("schools", "school_id", "name") if unit == "school" else ("sections", "section_id", "title")
    rows = reading.arrow(reading.current(table).select(key, name)).to_pylist()
    return {row[key]: row[name] for row in rows}
