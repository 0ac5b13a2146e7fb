"""Who is in the population, and in which arm: decided by where a student was on the day the assignment was known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from gainline.engine.core.errors import UserFixable
from gainline.engine.pilots.plan import Plan
from gainline.lake import Reading


@dataclass(frozen=True, slots=True)
class Population:
    """The students that the question is about, sorted by key; all columns have the shape ``(n_students,)``.

    Parameters
    ----------
    keys, school, section
        Pseudonym, and school and section on the anchor day (``None`` where the roster does not say).
    unit, arm, block
        Assigned unit, arm as the assignment names it, and block; ``arm`` is ``None`` where use decides.
    anchor
        The day on which membership was judged.
    joined_later
        Students of the assigned units who enrolled after the anchor day; not part of the estimand, only counted.
    """

    keys: np.ndarray
    school: list[str | None]
    section: list[str | None]
    unit: list[str]
    arm: list[str | None]
    block: list[str | None]
    anchor: date
    joined_later: int


def population(plan: Plan, reading: Reading) -> Population:
    """Everyone whom the plan's question is about, as the roster had them on the anchor day.

    The anchor day is the earliest day on which the assignment was known, or the first day of the plan's window. A
    student who moves later stays where the anchor day found them (intention to treat); one who joins later is counted
    apart (WWC 5.0, risk of bias from joiners).

    Raises
    ------
    UserFixable
        When the plan's pilot has no rows in the table `assignments`.
    """
    assigned = _assigned(plan, reading)
    anchor = _anchor(plan, assigned, reading)
    members = _restricted(plan, _members(reading, anchor, plan))
    if assigned is None:
        rows = reading.arrow(members.order_by("person_key"))
        return _columns(rows, anchor, joined_later=0)
    placed = _placed(plan, members, assigned)
    later = _joined_later(plan, reading, assigned, anchor)
    return _columns(reading.arrow(placed.order_by("person_key")), anchor, joined_later=later)


def _assigned(plan: Plan, reading: Reading) -> ir.Table | None:
    if plan.comparison.assigned_by == "use" or plan.design.kind == "interrupted_series":
        return None  # a series has one population and nobody to compare it with
    table = reading.current("assignments")
    table = table.filter((table.pilot == plan.pilot) & (table.unit == plan.design.unit))
    if not reading.arrow(table.count().as_table())[0][0].as_py():
        raise UserFixable(
            f"the lake has no assignment of {plan.design.unit}s for the pilot {plan.pilot}",
            "import the pilot's assignments (columns pilot, unit, unit_id, arm, block, how, assigned_on)",
        )
    compared = (*plan.comparison.tool_arms, *plan.comparison.usual_arms)
    inside = table.filter(table.arm.isin(compared))
    if not reading.arrow(inside.count().as_table())[0][0].as_py():
        held = sorted(set(reading.arrow(table.select("arm").distinct())["arm"].to_pylist()))
        raise UserFixable(
            f"the assignments of {plan.pilot} name the arms {', '.join(held)}; the plan compares {', '.join(compared)}",
            "name the arms in the plan as they were assigned: comparison.tool_arms, usual_arms and design.waves",
        )
    return inside.select("unit_id", "arm", "block", "assigned_on")


def _anchor(plan: Plan, assigned: ir.Table | None, reading: Reading) -> date:
    if assigned is None:
        return plan.window.start
    first: date | None = reading.arrow(assigned.aggregate(first=assigned.assigned_on.min()))["first"][0].as_py()
    return first or plan.window.start


def _members(reading: Reading, anchor: date, plan: Plan) -> ir.Table:
    """One row per student: key, grade, school and section on the anchor day."""
    students = reading.current("students").select("person_key", "school_id", "grade")
    enrolled = _enrolled_on(reading, anchor, plan)
    if enrolled is None:
        return students.mutate(section_id=ibis.null("string"))
    joined = enrolled.join(students, "person_key", how="inner", rname="{name}_now")
    return joined.select(
        "person_key",
        "grade",
        school_id=ibis.coalesce(joined.school_id, joined.school_id_now),
        section_id=joined.section_id,
    )


def _student_enrollments(reading: Reading) -> ir.Table:
    table = reading.current("enrollments")
    return table.filter(table.role == "student")


def _enrolled_on(reading: Reading, anchor: date, plan: Plan) -> ir.Table | None:
    """The one enrollment that counts for each student on the anchor day; ``None`` without any enrollment records."""
    table = _student_enrollments(reading)
    if not reading.arrow(table.count().as_table())[0][0].as_py():
        return None
    day = ibis.literal(anchor)
    begun = table.begin_date.isnull() | (table.begin_date <= day)
    not_ended = table.end_date.isnull() | (table.end_date >= day)
    table = table.filter(begun & not_ended)
    sections = _sections_that_count(plan, reading)
    if sections is not None:
        table = table.semi_join(sections, "section_id")
    order = ibis.row_number().over(group_by="person_key", order_by=["section_id", "begin_date"])
    return table.mutate(nth=order).filter(lambda t: t.nth == 0).select("person_key", "section_id", "school_id")


def _sections_that_count(plan: Plan, reading: Reading) -> ir.Table | None:
    """Sections that decide which enrollment counts: those of the plan, or those that were assigned."""
    if plan.population.sections:
        return ibis.memtable(pa.table({"section_id": list(plan.population.sections)}))
    if plan.design.unit == "section" and plan.comparison.assigned_by == "assignment":
        table = reading.current("assignments")
        chosen = table.filter((table.pilot == plan.pilot) & (table.unit == "section"))
        return chosen.select(section_id=chosen.unit_id)
    return None


def _restricted(plan: Plan, members: ir.Table) -> ir.Table:
    if plan.population.grades:
        members = members.filter(members.grade.isin(plan.population.grades))
    if plan.population.schools:
        members = members.filter(members.school_id.isin(plan.population.schools))
    return members


def _placed(plan: Plan, members: ir.Table, assigned: ir.Table) -> ir.Table:
    unit = {
        "school": members.school_id,
        "section": members.section_id,
        "student": members.person_key.cast("string"),
    }[plan.design.unit]
    return members.mutate(unit_id=unit).join(assigned, "unit_id", how="inner")


def _joined_later(plan: Plan, reading: Reading, assigned: ir.Table, anchor: date) -> int:
    """Students who first entered an assigned school or section after the anchor day, within the plan's window."""
    if plan.design.unit == "student":
        return 0
    table = _student_enrollments(reading)
    unit = table.school_id if plan.design.unit == "school" else table.section_id
    inside = table.mutate(unit_id=unit).semi_join(assigned, "unit_id")
    first = inside.group_by("person_key").aggregate(first=inside.begin_date.min())
    late = first.filter((first["first"] > ibis.literal(anchor)) & (first["first"] <= ibis.literal(plan.window.end)))
    return int(reading.arrow(late.count().as_table())[0][0].as_py())


def _columns(rows: pa.Table, anchor: date, *, joined_later: int) -> Population:
    names = set(rows.column_names)
    keys = rows["person_key"].to_numpy()
    nothing: list[str | None] = [None] * len(keys)
    return Population(
        keys=keys,
        school=rows["school_id"].to_pylist(),
        section=rows["section_id"].to_pylist(),
        unit=[str(u) for u in rows["unit_id"].to_pylist()] if "unit_id" in names else [str(k) for k in keys],
        arm=rows["arm"].to_pylist() if "arm" in names else nothing,
        block=rows["block"].to_pylist() if "block" in names else nothing,
        anchor=anchor,
        joined_later=joined_later,
    )
