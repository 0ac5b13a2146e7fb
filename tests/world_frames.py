"""Frames straight from a world, as a perfect import would give them: to hold verdicts against the truth, quickly."""

from __future__ import annotations

import tomllib

import numpy as np

from gainline.engine.evidence import Frame
from gainline.engine.pilots.plan import Plan
from gainline.engine.worlds import World, plan_text
from gainline.engine.worlds.scores import Potential, observed, spring_absent


def plan_of(key: str) -> Plan:
    return Plan.model_validate(tomllib.loads(plan_text(key)))


def lumen_frame(world: World) -> Frame:
    arms, scores, n_elementary = world.arms, world.scores, world.schools.elementary
    rows = _there(world) & np.isin(world.students.grade, (3, 4, 5)) & (world.students.school < n_elementary)
    school = world.schools.ids[world.students.school[rows]]
    return _frame(
        world,
        rows,
        tool=arms.in_lumen[rows],
        unit=school,
        block=np.array([f"block-{b}" for b in arms.blocks[world.students.school[rows]]], dtype=object),
        outcomes={
            "reading_spring": _spring(world, scores.reading, arms.lumen_share, "reading"),
            "fluency_spring": _spring(world, scores.fluency, arms.lumen_share, "reading-fluency"),
        },
        numbers={"reading_fall": scores.reading_fall, "fluency_fall": scores.fluency_fall},
        used=arms.lumen_share > 0,
    )


def quest_frame(world: World) -> Frame:
    arms, scores = world.arms, world.scores
    rows = _there(world) & (world.students.math_section >= 0)
    return _frame(
        world,
        rows,
        tool=arms.in_quest[rows],
        unit=world.sections.ids[world.students.math_section[rows]],
        block=np.full(int(rows.sum()), "all", dtype=object),
        outcomes={
            "math_spring": _spring(world, scores.math, arms.quest_share, "mathematics"),
            "confidence_spring": _spring(world, scores.survey, arms.quest_share, "math-confidence"),
        },
        numbers={
            "math_fall": scores.math_fall,
            "math_prior": scores.math_prior,
            "confidence_fall": scores.survey_fall,
        },
        used=arms.quest_share > 0,
        placebos={"math_before": scores.math_prior},
    )


def _there(world: World) -> np.ndarray:
    return world.students.joined <= np.datetime64(world.spec.calendar.assigned_on)


def _spring(world: World, potential: Potential, share: np.ndarray, name: str) -> np.ndarray:
    score = observed(potential, share)
    return np.where(spring_absent(world.spec, world.students, score, world.seed, name), np.nan, score)


def _labels(flags: np.ndarray) -> np.ndarray:
    return np.where(flags, "true", "false").astype(object)


def _frame(world, rows, *, tool, unit, block, outcomes, numbers, used, placebos=None) -> Frame:
    students = world.students
    poor, learner = _labels(students.disadvantaged[rows]), _labels(students.learner[rows])
    return Frame(
        keys=np.flatnonzero(rows).astype(np.int64),
        tool=tool,
        unit=unit,
        cluster=unit,
        block=block,
        school=world.schools.ids[students.school[rows]],
        outcomes={key: values[rows] for key, values in outcomes.items()},
        numbers={key: values[rows] for key, values in numbers.items()},
        categories={
            "grade": np.array([f"{g:02d}" for g in students.grade[rows]], dtype=object),
            "low_income": poor,
            "learner": learner,
            "disability": _labels(students.disability[rows]),
        },
        subgroups={"by_income": poor, "by_language": learner},
        used=used[rows],
        dosed=used[rows],
        dose=used[rows].astype(float),
        placebos={key: values[rows] for key, values in (placebos or {}).items()},
    )
