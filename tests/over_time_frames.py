"""Plans and frames over time, straight from a world as a perfect import would give them."""

from __future__ import annotations

import tomllib
from typing import Any

import numpy as np

from evidence_frames import texts
from gainline.engine.evidence.frame import Frame, Panel
from gainline.engine.pilots.plan import Plan
from gainline.engine.worlds.over_time import TESTS, OverTime, OverTimeSpec, build_over_time, plan_of

T = len(TESTS)


def plan_for(spec: OverTimeSpec, **changes: Any) -> Plan:
    value = tomllib.loads(plan_of(spec))
    for part, new in changes.items():
        value[part] = {**value[part], **new} if isinstance(new, dict) else new
    return Plan.model_validate(value)


def district(seed: int = 5, **spec: Any) -> tuple[Plan, Frame, OverTime]:
    world = build_over_time(OverTimeSpec(**spec), seed=seed)
    return plan_for(world.spec), frame_of(world), world


def frame_of(world: OverTime) -> Frame:
    there = world.place[:, 0] >= 0
    home = world.place[there, 0]
    behind = world.students.disadvantaged[world.rows]
    names = texts([str(world.schools.ids[school]) for school in home])
    n = int(there.sum())
    return Frame(
        keys=np.flatnonzero(there).astype(np.int64),
        tool=world.first[home] < T,
        unit=names,
        cluster=names,
        block=texts(["all"] * n),
        school=names,
        outcomes={"reading": world.scores[there, -1]},
        numbers={},
        categories={},
        subgroups={"by_income": texts(np.where(behind[there], "true", "false"))},
        used=np.zeros(n, dtype=bool),
        dosed=np.zeros(n, dtype=bool),
        dose=np.zeros(n),
        panels={"reading": panel(world, *means(world, np.ones(len(behind), dtype=bool)))},
        gaps={"by_income": gap(world, behind)},
    )


def means(world: OverTime, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    m = world.spec.schools
    mean, size = np.full((m, T), np.nan), np.zeros((m, T))
    for school in range(m):
        for test in range(T):
            scores = world.scores[chosen & (world.place[:, test] == school), test]
            scores = scores[~np.isnan(scores)]
            size[school, test] = len(scores)
            mean[school, test] = scores.mean() if len(scores) else np.nan
    return mean, size


def gap(world: OverTime, behind: np.ndarray) -> Panel:
    (low, n_low), (high, n_high) = means(world, behind), means(world, ~behind)
    enough = np.minimum(n_low, n_high) >= 10
    return panel(world, np.where(enough, low - high, np.nan), np.where(enough, n_low + n_high, 0.0))


def panel(world: OverTime, values: np.ndarray, sizes: np.ndarray) -> Panel:
    ids = texts([str(name) for name in world.schools.ids[: world.spec.schools]])
    names, days = zip(*TESTS, strict=True)
    return Panel(names, days, ids, ids, world.first.astype(np.intp), values, sizes)
