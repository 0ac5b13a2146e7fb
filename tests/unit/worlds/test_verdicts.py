"""The verdicts follow from honest estimates on the demo district, not from anything written down beforehand."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from evidence_frames import carried
from gainline.engine.evidence import Evidence, evaluate
from gainline.engine.pilots import check_plan
from gainline.engine.worlds import DEMO_PLANS, OULAD_PLAN, World, build, plan_text, riverbend, truth
from world_frames import lumen_frame, plan_of, quest_frame

FRAMES = {"lumen-reading": lumen_frame, "math-quest": quest_frame}


def judged(world: World, key: str) -> Evidence:
    found = evaluate(plan_of(key), FRAMES[key](world), **carried())
    assert isinstance(found, Evidence), str(found)
    return found


@pytest.fixture(scope="module")
def world() -> World:
    return build(riverbend(), seed=2026)


@pytest.fixture(scope="module")
def lumen(world) -> Evidence:
    return judged(world, "lumen-reading")


@pytest.fixture(scope="module")
def quest(world) -> Evidence:
    return judged(world, "math-quest")


def test_the_verdicts_are_those_that_the_truth_deserves(world, lumen, quest):
    told = truth(world)["tools"]
    assert lumen.verdict.word == told["lumen-reading"]["verdict"] == "adapt"
    assert quest.verdict.word == told["math-quest"]["verdict"] == "stop"


def test_the_naive_figure_praises_the_tool_that_does_nothing(quest):
    assert quest.naive is not None
    assert quest.naive.low > 2.0
    assert quest.estimates[0].low < 0.0 < quest.estimates[0].high


def test_volunteers_are_alike_after_matching_only(quest):
    baseline = next(b for b in quest.balance if b.is_baseline)
    assert baseline.before > 0.2
    assert abs(baseline.after) < 0.1


def test_lumen_reading_widens_the_gap_by_income(lumen):
    assert next(g for g in lumen.gaps if g.subgroup == "by_income").says == "widened"


@pytest.mark.slow
@pytest.mark.parametrize("key", DEMO_PLANS)
def test_the_verdict_holds_for_nearly_every_seed(key):
    word = {"lumen-reading": "adapt", "math-quest": "stop"}[key]
    assert np.mean([judged(build(riverbend(), seed=seed), key).verdict.word == word for seed in range(40)]) >= 0.85


@pytest.mark.parametrize(("key", "as_of"), [(key, date(2025, 10, 1)) for key in DEMO_PLANS])
def test_the_demo_plans_have_no_fault(key, as_of):
    assert check_plan(plan_of(key), file=f"{key}.toml", text=plan_text(key), as_of=as_of, indicators=None) == []


def test_the_open_university_plan_may_be_registered():
    known = ("days_with_clicks", "clicks")
    issues = check_plan(
        plan_of(OULAD_PLAN), file="p.toml", text=plan_text(OULAD_PLAN), as_of=date(2026, 6, 8), indicators=known
    )
    assert {issue.level.value for issue in issues} <= {"warning"}
