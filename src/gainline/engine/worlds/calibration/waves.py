"""Staggered schools, judged: a district that takes a tool up in waves, evaluated on its frame, beside its truth."""

from __future__ import annotations

import tomllib
from functools import lru_cache

import numpy as np

from gainline.engine.core.context import RunContext
from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence import Frame, Funnel, Linkage, evaluate
from gainline.engine.evidence.frame import Floats, Panel, Texts
from gainline.engine.ledger import settle
from gainline.engine.pilots.plan import Plan
from gainline.engine.worlds.calibration.judged import AFTER, Row, measured, provenance
from gainline.engine.worlds.draws import Flags
from gainline.engine.worlds.over_time import TESTS, OverTime, OverTimeSpec, build_over_time, plan_of

MIN_SIDE = 10  # students on each side of a gap, as the road asks for


def judged_waves(spec: OverTimeSpec, *, seed: int) -> Row:
    """What the engine says of one such district, beside the mean gain of all tested students with the tool."""
    world = build_over_time(spec, seed=seed)
    told = {"truth": world.truth()["simple"], "sd": _spread(world), "luck": 0.0}
    found = evaluate(
        wave_plan(spec),
        wave_frame(world),
        ctx=RunContext(as_of=AFTER, seed=seed),
        provenance=provenance(seed),
        funnel=Funnel(None, 0, 0, 0, None, None, ""),
        linkage=Linkage(0, 0, 0, 0),
    )
    if isinstance(found, Refusal):
        return settle({"refused": found.code} | told)
    return settle(measured(found.to_json_value()) | told | {"groups": [], "gaps": []})


@lru_cache(maxsize=16)
def wave_plan(spec: OverTimeSpec) -> Plan:
    """The plan that such a district is judged by."""
    return Plan.model_validate(tomllib.loads(plan_of(spec)))


def wave_frame(world: OverTime) -> Frame:
    """The frame as a perfect import would give it: schools followed as repeated cross-sections."""
    there = world.place[:, 0] >= 0
    home = world.place[there, 0]
    behind = world.students.disadvantaged[world.rows]
    school = world.schools.ids[home].astype(object)
    tool = world.first[home] < len(TESTS)
    n = int(there.sum())
    return Frame(
        keys=np.flatnonzero(there).astype(np.int64),
        tool=tool,
        unit=school,
        cluster=school,
        block=np.full(n, "all", dtype=object),
        school=school,
        outcomes={"reading": world.scores[there, -1]},
        numbers={},
        categories={},
        subgroups={"by_income": np.where(behind[there], "true", "false").astype(object)},
        used=tool,
        dosed=tool,
        dose=tool.astype(np.float64),
        panels={"reading": _panel(world, *_means(world, np.ones(len(behind), dtype=np.bool_)))},
        gaps={"by_income": _gap(world, behind)},
    )


def _spread(world: OverTime) -> float:
    """SD of the last scores without the tool, in points."""
    return float(world.without[world.place[:, -1] >= 0, -1].std())


def _means(world: OverTime, chosen: Flags) -> tuple[Floats, Floats]:
    m = world.spec.schools
    means, sizes = np.full((m, len(TESTS)), np.nan), np.zeros((m, len(TESTS)))
    for test in range(len(TESTS)):
        seen = chosen & (world.place[:, test] >= 0) & ~np.isnan(world.scores[:, test])
        school = world.place[seen, test]
        sizes[:, test] = np.bincount(school, minlength=m)
        sums = np.bincount(school, world.scores[seen, test], minlength=m)
        some = sizes[:, test] > 0
        means[some, test] = sums[some] / sizes[some, test]
    return means, sizes


def _gap(world: OverTime, behind: Flags) -> Panel:
    (low, n_low), (high, n_high) = _means(world, behind), _means(world, ~behind)
    enough = np.minimum(n_low, n_high) >= MIN_SIDE
    return _panel(world, np.where(enough, low - high, np.nan), np.where(enough, n_low + n_high, 0.0))


def _panel(world: OverTime, values: Floats, sizes: Floats) -> Panel:
    ids: Texts = world.schools.ids[: world.spec.schools].astype(object)
    names, days = zip(*TESTS, strict=True)
    return Panel(tuple(names), tuple(days), ids, ids, world.first.astype(np.intp), values, sizes)
