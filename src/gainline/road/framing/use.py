"""How much the tool was used: dose per student, the funnel from licenses to dosed students, and linkage."""

from __future__ import annotations

import math
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from gainline.engine.evidence import Funnel, Linkage
from gainline.engine.pilots.plan import Plan
from gainline.lake import Reading


def tool_use(plan: Plan, reading: Reading) -> ir.Table:
    """The tool's usage rows in the plan's window, in the metric that the dose is counted in."""
    table = reading.table("usage")
    inside = (table.last_day >= ibis.literal(plan.window.start)) & (table.last_day <= ibis.literal(plan.window.end))
    chosen = table.filter((table.tool == plan.tool.key) & (table.metric == plan.tool.metric) & inside)
    for column, values in plan.tool.where.items():
        chosen = chosen.filter(chosen[column].isin(values))
    return chosen


def doses(
    plan: Plan, reading: Reading, keys: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_]]:
    """Dose per week, used at all, and dosed as planned, each ``(n_students,)`` in the order of the keys.

    A student is dosed when in at least the planned share of the window's weeks their use reached the planned amount.
    An amount that covers several weeks counts for each of them with its weekly mean, as nothing says more about them.
    The denominator is the population, never the usage file. No row means no use where the tool's sources declare it;
    else the dose of a student without a row is NaN, and they count as not seen to use it.
    """
    table = tool_use(plan, reading)
    days = table.last_day.delta(table.first_day, unit="day") + 1
    covered = ibis.greatest((days / 7.0).round().cast("int64"), 1)
    weekly = (
        table.mutate(covered=covered)
        .group_by("person_key", "week_start")
        .aggregate(amount=lambda t: t.value.sum(), weeks=lambda t: t.covered.max())
    )
    reached = (weekly.amount >= plan.tool.minutes_per_week * weekly.weeks).ifelse(weekly.weeks, 0)
    per = weekly.group_by("person_key").aggregate(total=weekly.amount.sum(), weeks=reached.sum())
    rows = reading.arrow(per)
    place = pc.index_in(pa.array(keys), value_set=rows["person_key"].combine_chunks())
    total = _filled(rows["total"], place)
    weeks = _filled(rows["weeks"], place)
    needed = needed_weeks(plan)
    dose = total / plan_weeks(plan)
    if not no_row_is_no_use(plan, reading):
        dose = np.where(pc.is_valid(place).to_numpy(zero_copy_only=False), dose, np.nan)
    return dose, total > 0, weeks >= needed


def no_row_is_no_use(plan: Plan, reading: Reading) -> bool:
    """Tell whether every source of the tool's use in the plan's metric declares that it leaves out no user."""
    table = reading.current("declarations")
    mine = table.filter((table.tool == plan.tool.key) & (table.metric == plan.tool.metric) & (table.facts == "usage"))
    said = reading.arrow(mine.select("absent_row").distinct())["absent_row"].to_pylist()
    return bool(said) and all(word == "zero" for word in said)


def plan_weeks(plan: Plan) -> float:
    """Weeks in the plan's window, at least one."""
    return max(1.0, ((plan.window.end - plan.window.start).days + 1) / 7)


def needed_weeks(plan: Plan) -> int:
    """In how many weeks the planned amount must be reached for a student to count as dosed."""
    return max(1, math.ceil(plan.tool.dosed_share_of_weeks * math.floor(plan_weeks(plan))))


def _filled(column: pa.ChunkedArray, place: pa.Array) -> NDArray[np.float64]:
    taken = pc.fill_null(column.combine_chunks().cast(pa.float64()).take(place), 0.0)
    return np.asarray(taken.to_numpy(zero_copy_only=False), dtype=np.float64)


def funnel(
    plan: Plan,
    reading: Reading,
    tool_arm: NDArray[np.bool_],
    used: NDArray[np.bool_],
    dosed: NDArray[np.bool_],
) -> Funnel:
    """Licenses bought -> students enrolled -> used -> dosed, with the contract's cost.

    Enrolled are the licensed students whom the roster knows; without a license list, the tool arm.
    """
    licensed_keys = _licensed(plan, reading)
    if len(licensed_keys):
        _, used, dosed = doses(plan, reading, licensed_keys)
        enrolled = len(licensed_keys)
    else:
        used, dosed = used[tool_arm], dosed[tool_arm]
        enrolled = int(tool_arm.sum())
    contract = _contract(plan, reading)
    doubt = "" if no_row_is_no_use(plan, reading) else "; no row of use may still be use, as its source does not say"
    return Funnel(
        licensed=contract.get("licenses"),
        enrolled=enrolled,
        used=int(used.sum()),
        dosed=int(dosed.sum()),
        cost=contract.get("cost"),
        currency=contract.get("currency"),
        dose=f"{plan.tool.minutes_per_week:g} {_unit(plan)} a week in {needed_weeks(plan)} "
        f"of {math.floor(plan_weeks(plan))} weeks{doubt}",
    )


def _unit(plan: Plan) -> str:
    return "minutes" if plan.tool.metric.startswith("minutes") else plan.tool.metric.replace("_", " ")


def _licensed(plan: Plan, reading: Reading) -> NDArray[np.int64]:
    table = reading.current("licenses")
    rostered = reading.current("students").select("person_key")
    mine = table.filter((table.tool == plan.tool.key) & table.matched).semi_join(rostered, "person_key")
    keys = reading.arrow(mine.select("person_key").distinct().order_by("person_key"))
    return np.asarray(keys["person_key"].to_numpy(), dtype=np.int64)


def _contract(plan: Plan, reading: Reading) -> dict[str, Any]:
    """The contract that covers the window's last day, or the latest of the tool."""
    table = reading.current("contracts")
    rows = reading.arrow(table.filter(table.tool == plan.tool.key).order_by(ibis.desc("start_date"))).to_pylist()
    covering = [row for row in rows if row["start_date"] <= plan.window.end <= row["end_date"]]
    chosen = covering or rows
    return dict(chosen[0]) if chosen else {}


def linkage(plan: Plan, reading: Reading) -> Linkage:
    """How many of the tool's rows and identities in the window could be tied to a rostered student."""
    table = tool_use(plan, reading)
    per = table.group_by("matched").aggregate(rows=table.count(), identities=table.person_key.nunique())
    found = {row["matched"]: row for row in reading.arrow(per).to_pylist()}
    hit, miss = found.get(True, {"rows": 0, "identities": 0}), found.get(False, {"rows": 0, "identities": 0})
    return Linkage(
        rows=hit["rows"] + miss["rows"],
        matched=hit["rows"],
        identities=hit["identities"] + miss["identities"],
        identities_matched=hit["identities"],
    )
