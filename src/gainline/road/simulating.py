"""The verb of simulation: date a roadmap, let chance run over it, and hand over rows with days and money."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from gainline.engine.core.errors import Refused
from gainline.engine.core.refusals import Refusal
from gainline.engine.roadmap import Effort, Roadmap
from gainline.engine.roadmap.calendar import SCHOOL_DAYS, Calendar
from gainline.engine.roadmap.simulation import LEVELS, Shape, Simulated, Spread, risk_network, simulate
from gainline.road.roadmapping import solve_file

Value = str | int | float | bool | None
Row = dict[str, Value]
TELLING = 0.005  # a step that sets the finish in fewer runs, and swings it by less of a week, is not listed


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked of a simulation: no shape takes the roadmap's own; `held` keeps planned dates from moving up."""

    runs: int = 10_000
    seed: int = 1
    shape: Shape | None = None
    held: bool = True


def simulate_file(path: Path, effort: Effort, wish: Wish) -> tuple[Roadmap, Simulated]:
    """Date a roadmap and simulate its plan.

    Raises
    ------
    DataIssues, Refused
        As `solve_file`; also refused when ties run in a circle (RM061) or nothing is uncertain (RM062).
    """
    roadmap, plan = solve_file(path, effort)
    network = risk_network(roadmap, plan.dates, shape=wish.shape, held=wish.held)
    found = simulate(network, runs=wish.runs, seed=wish.seed)
    if isinstance(found, Refusal):
        raise Refused(f"{found.code}: {found.because}", found.remedy)
    return roadmap, found


def figure_rows(roadmap: Roadmap, found: Simulated) -> list[Row]:
    """One row for the finish, one for the cost, and one per milestone; a day is None past the calendar's end."""
    calendar = roadmap.calendar
    rows = [
        _row("finish", _days(calendar, found.finish), found.finish, found),
        _row("cost", {level: round(value) for level, value in _all(found.cost).items()}, found.cost, found),
    ]
    for watched in found.milestones:
        at_start = watched.key.endswith("is live")
        days = _days(calendar, watched.spread, at_start=at_start)
        rows.append(_row(watched.key, days, watched.spread, found) | {"in_time": watched.in_time})
    return rows


def _row(what: str, shown: dict[int, Value], spread: Spread, found: Simulated) -> Row:
    levels = {f"p{level}": shown[level] for level in LEVELS}
    chance = round(spread.chance, 4)
    return {"what": what, "planned": shown[0], "chance": chance, **levels, "shape": found.shape.value, "in_time": None}


def _all(spread: Spread) -> dict[int, float]:
    return {0: spread.planned, **spread.levels}


def _days(calendar: Calendar, spread: Spread, *, at_start: bool = False) -> dict[int, Value]:
    days = {level: day_of(calendar, weeks, at_start=at_start) for level, weeks in _all(spread).items()}
    return {level: day.isoformat() if day else None for level, day in days.items()}


def day_of(calendar: Calendar, weeks: float, *, at_start: bool = False) -> date | None:
    """The school day on which so many working weeks have passed, or at the start of which; None past the calendar."""
    days = weeks * SCHOOL_DAYS
    if not math.isfinite(days):
        return None
    whole = math.floor(days + 1e-6) if at_start else math.ceil(days - 1e-6) - 1
    week, day = divmod(max(whole, 0), SCHOOL_DAYS)
    return calendar.mondays[week] + timedelta(days=day) if week < len(calendar.mondays) else None


def driver_rows(roadmap: Roadmap, found: Simulated) -> list[Row]:
    """One row per risk, the one without which the P80 would gain most first; weeks and whole units of money."""
    titles = {driver.key: driver.title for driver in roadmap.uncertainty.drivers}
    ranked = sorted(found.savings, key=lambda saving: (-saving.weeks, -saving.cost, saving.key))
    return [
        {
            "risk": saving.key,
            "title": titles[saving.key],
            "happened": round(saving.happened, 4),
            "p80_weeks_saved_without_it": round(saving.weeks, 2) if math.isfinite(saving.weeks) else None,
            "p80_cost_saved_without_it": round(saving.cost),
        }
        for saving in ranked
    ]


def step_rows(found: Simulated, most: int | None = None) -> list[Row]:
    """One row per activity that moves the finish, the largest swing first."""
    telling = [w for w in found.weights if w.criticality >= TELLING or abs(w.swing) >= TELLING]
    ranked = sorted(telling, key=lambda weight: (-abs(weight.swing), -weight.criticality, weight.key))
    return [
        {"activity": w.key, "swing_weeks": round(w.swing, 2), "criticality": round(w.criticality, 4)}
        for w in ranked[:most]
    ]


def contingency_rows(found: Simulated) -> list[Row]:
    """What has to be added to the plan for each level, in working weeks and in money."""
    return [
        {
            "level": f"P{level}",
            "weeks": _finite(found.finish.contingency(level)),
            "cost": round(found.cost.contingency(level)),
            "shape": found.shape.value,
        }
        for level in LEVELS
    ]


def broken_rows(found: Simulated, most: int | None = None) -> list[Row]:
    """One row per greatest distance that some runs break, such as training that grows stale, the worst first."""
    ranked = sorted((b for b in found.broken if b.share), key=lambda b: (-b.share, b.before, b.after))
    return [{"from": b.before, "to": b.after, "too_long": round(b.share, 4)} for b in ranked[:most]]


def _finite(weeks: float) -> float | None:
    return round(weeks, 2) if math.isfinite(weeks) else None


def said(roadmap: Roadmap, found: Simulated) -> list[str]:
    """The answer in sentences, each with what it rests on."""
    day = day_of(roadmap.calendar, found.finish.levels[80])
    by = f"by {day}" if day else "not within its calendar"
    groups = roadmap.uncertainty.groups
    many = "1 correlated group" if len(groups) == 1 else f"{len(groups)} correlated groups"
    together = many if groups else "nothing is said to go together, so the spread is too narrow rather than too wide"
    lines = [
        f"Planned finish and cost are both kept in {found.joint:.0%} of {found.runs:,} runs, "
        f"the finish alone in {found.finish.chance:.0%}.",
        f"In 80 of 100 runs all is done {by} ({found.shape.value} estimates; {together}; seed {found.seed}).",
        f"Whoever plans for P80 of both keeps both in {found.joint_p80:.0%} of runs.",
        f"Checked with fresh runs: plan and P80 contingency hold in {found.held[0]:.1%} for the finish, "
        f"{found.held[1]:.1%} for the cost.",
    ]
    if found.outlast:
        lines.append(f"{found.outlast:.1%} of runs find no week for something before the roadmap ends.")
    return lines


def as_json(roadmap: Roadmap, found: Simulated) -> dict[str, object]:
    """Everything a program needs, plain values only."""
    noise = {f"p{level}": _ends(roadmap.calendar, found.finish.noise[level]) for level in LEVELS}
    return {
        "roadmap": roadmap.name,
        "shape": found.shape.value,
        "runs": found.runs,
        "seed": found.seed,
        "figures": figure_rows(roadmap, found),
        "finish_noise": noise,
        "contingency": contingency_rows(found),
        "joint": round(found.joint, 4),
        "joint_p80": round(found.joint_p80, 4),
        "held_by_fresh_runs": {"finish": round(found.held[0], 4), "cost": round(found.held[1], 4)},
        "outlast": round(found.outlast, 4),
        "risks": driver_rows(roadmap, found),
        "activities": step_rows(found),
        "too_long": broken_rows(found),
    }


def _ends(calendar: Calendar, ends: Sequence[float]) -> list[str | None]:
    days = [day_of(calendar, weeks) for weeks in ends]
    return [day.isoformat() if day else None for day in days]
