"""The truth about a world: what each tool did to whom, and which faults stand in which file."""

from __future__ import annotations

import tomllib
from typing import Any

import numpy as np

from gainline.engine.worlds.draws import Flags, Floats, day
from gainline.engine.worlds.pilots import LUMEN, QUEST
from gainline.engine.worlds.scores import Potential
from gainline.engine.worlds.templates import plan_text
from gainline.engine.worlds.world import World

FORMAT = "gainline-truth/1"


def truth(world: World) -> dict[str, Any]:
    """What is true of a world and stands in none of its files, as JSON values.

    Effects are averages of the two potential scores over every student who was in the pilot's grades when the arms
    were known: points of the outcome's scale, and SDs of the scores without the tool.
    """
    return {
        "format": FORMAT,
        "district": world.spec.name,
        "seed": world.seed,
        "tools": {
            LUMEN: _tool(
                world, LUMEN, {"reading_spring": world.scores.reading, "fluency_spring": world.scores.fluency}
            ),
            QUEST: _tool(world, QUEST, {"math_spring": world.scores.math, "confidence_spring": world.scores.survey}),
        },
        "planted": [fault.to_json_value() for sheet in world.sheets for fault in sheet.planted],
    }


def _tool(world: World, key: str, outcomes: dict[str, Potential]) -> dict[str, Any]:
    primary = next(iter(outcomes.values()))
    there = (world.students.joined <= day(world.spec.calendar.assigned_on)) & ~np.isnan(primary.without)
    effects = {name: _effects(world, potential, there) for name, potential in outcomes.items()}
    main = next(iter(effects.values()))
    smallest = float(tomllib.loads(plan_text(key))["smallest_effect"])
    return {
        "students": int(there.sum()),
        "students_in_tool_arm": int((there & _in_arm(world, key)).sum()),
        "smallest_effect_points": smallest,
        "verdict": _verdict(main["average"]["points"], smallest, main["gap_change"]["by_income"]["points"]),
        "outcomes": effects,
    }


def _in_arm(world: World, key: str) -> Flags:
    return world.arms.in_lumen if key == LUMEN else world.arms.in_quest


def _verdict(effect: float, smallest: float, gap_change: float) -> str:
    """The word that the plans' rule would give to someone who saw the truth."""
    if effect < smallest:
        return "stop"
    return "adapt" if gap_change < 0 else "adopt"


def _effects(world: World, potential: Potential, there: Flags) -> dict[str, Any]:
    gain = potential.with_tool - potential.without
    spread = float(potential.without[there].std())
    students = world.students
    splits = {
        "by_income": students.disadvantaged,
        "by_language": students.learner,
        "by_disability": students.disability,
    }
    ahead = _thirds(potential.without, there)
    return {
        "sd_points": round(spread, 6),
        "average": _mean(gain, there, spread),
        "groups": {
            name: {"disadvantaged": _mean(gain, there & flag, spread), "others": _mean(gain, there & ~flag, spread)}
            for name, flag in splits.items()
        },
        "thirds_without_tool": {
            name: _mean(gain, there & (ahead == third), spread)
            for third, name in enumerate(("lowest", "middle", "highest"))
        },
        "gap_change": {
            name: _difference(_mean(gain, there & flag, spread), _mean(gain, there & ~flag, spread))
            for name, flag in splits.items()
        },
    }


def _thirds(scores: Floats, there: Flags) -> Floats:
    cuts = np.quantile(scores[there], [1 / 3, 2 / 3])
    return np.digitize(scores, cuts).astype(np.float64)


def _mean(gain: Floats, who: Flags, spread: float) -> dict[str, float]:
    mean = float(gain[who].mean()) if who.any() else 0.0
    return {"points": round(mean, 6), "sd": round(mean / spread, 6), "students": int(who.sum())}


def _difference(first: dict[str, float], other: dict[str, float]) -> dict[str, float]:
    return {unit: round(first[unit] - other[unit], 6) for unit in ("points", "sd")}
