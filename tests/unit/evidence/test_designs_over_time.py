"""Cutoff, interrupted series and synthetic control, from plan and frame to the whole document."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from design_frames import cutoff_frame, cutoff_plan, over_time, series_frame, synthetic_frame
from evidence_frames import carried, make_plan, texts
from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.evaluate import evaluate
from gainline.engine.evidence.rating import DOES_NOT, WITHOUT
from gainline.engine.evidence.rating_cutoff import CONTINUITY, DENSITY


def check_of(evidence: Any, key: str) -> Any:
    return next(check for check in evidence.checks if check.key == key)


def test_a_cutoff_plan_finds_the_effect_and_may_meet_the_standards_without_reservations():
    evidence = evaluate(cutoff_plan(), cutoff_frame(), **carried())
    primary = evidence.estimates[0]
    assert primary.low < 4.0 < primary.high
    assert primary.estimand == "effect at the cutoff of being on the tool's side"
    assert evidence.rating.label == WITHOUT
    assert all(step.grade == "recall" for step in evidence.rating.steps if step.step != "Placebo and growth")
    assert not check_of(evidence, DENSITY).flag
    assert evidence.sensitivity is None
    assert evidence.verdict.word == "adopt"
    assert any("near the cutoff" in line for line in evidence.limits)
    assert {row.group for row in evidence.groups} == {"yes", "no"}


def test_a_rule_that_was_not_always_kept_gives_a_larger_effect_of_the_tool_itself():
    evidence = evaluate(cutoff_plan(), cutoff_frame(n=6000, kept=0.6), **carried())
    of_the_tool = evidence.companions[0]
    assert of_the_tool.estimand == "effect at the cutoff on those whose tool the score decided"
    assert of_the_tool.effect > evidence.estimates[0].effect
    assert of_the_tool.low < 4.0 < of_the_tool.high


def test_a_score_that_did_not_decide_is_refused():
    assert evaluate(cutoff_plan(), cutoff_frame(kept=0.0), **carried()).code == "EV199"


def test_moved_scores_fail_the_rating_and_carry_no_decision():
    frame = cutoff_frame()
    rng = np.random.default_rng(9)
    fall = frame.numbers["fall"].copy()
    near = (fall >= 195) & (fall < 197) & (rng.random(len(fall)) < 0.8)
    fall[near] -= 2.0
    moved = replace(frame, numbers={"fall": fall}, tool=fall < 195)
    evidence = evaluate(cutoff_plan(), moved, **carried())
    assert check_of(evidence, DENSITY).flag
    assert evidence.rating.label == DOES_NOT
    assert evidence.verdict.word == "not enough evidence"


def test_a_covariate_that_jumps_fails_the_rating():
    frame = cutoff_frame()
    rng = np.random.default_rng(10)
    lunch = texts(np.where(rng.random(len(frame)) < np.where(frame.tool, 0.8, 0.3), "yes", "no"))
    evidence = evaluate(cutoff_plan(), replace(frame, categories={"lunch": lunch}), **carried())
    assert check_of(evidence, CONTINUITY).flag
    assert evidence.rating.label == DOES_NOT


def test_students_in_schools_are_counted_by_school():
    design = {
        "kind": "cutoff",
        "unit": "student",
        "cluster": "school",
        "cutoff": {"score": "fall", "at": 195.0, "tool_side": "below"},
    }
    frame = cutoff_frame()
    evidence = evaluate(make_plan(design=design), replace(frame, cluster=frame.school), **carried())
    assert evidence.estimates[0].df < 12
    assert evidence.estimates[0].low < 4.0 < evidence.estimates[0].high


def test_a_series_of_one_group_is_described_and_carries_no_decision():
    evidence = evaluate(over_time("interrupted_series", 36), series_frame(), **carried())
    primary = evidence.estimates[0]
    assert primary.low < 3.0 < primary.high
    assert evidence.rating.label == DOES_NOT
    assert "Tier 4 at most" in evidence.rating.essa
    assert evidence.verdict.word == "not enough evidence"
    assert any("not eligible" in step.result for step in evidence.rating.steps)
    assert [point.period for point in evidence.events] == list(range(-24, 12))
    assert not check_of(evidence, "placebo date").flag
    assert evidence.companions[0].estimand == "level change at the start"


def test_a_comparison_series_narrows_the_interval_but_not_the_rating():
    alone = evaluate(over_time("interrupted_series", 36), series_frame(), **carried())
    beside = evaluate(over_time("interrupted_series", 36), series_frame(beside=True), **carried())
    widths = [one.estimates[0].high - one.estimates[0].low for one in (alone, beside)]
    assert widths[1] < widths[0] / 1.5
    assert beside.rating.label == DOES_NOT
    assert any("differences" in step.result for step in beside.rating.steps)


def test_a_series_that_started_at_different_times_is_refused():
    frame = series_frame()
    held = frame.panels["score"]
    waves = replace(held, first=np.array([24, 24, 28], dtype=np.intp))
    found = evaluate(over_time("interrupted_series", 36), replace(frame, panels={"score": waves}), **carried())
    assert found.code == "EV198"


@pytest.mark.parametrize("kind", ["interrupted_series", "synthetic_control"])
def test_an_outcome_that_is_not_followed_is_refused(kind: str):
    found = evaluate(over_time(kind, 36), replace(series_frame(beside=True), panels={}), **carried())
    assert isinstance(found, Refusal)
    assert found.code == "EV196"


def test_without_the_students_own_values_there_is_no_effect_in_their_spread():
    frame = series_frame()
    same = {key: np.full(len(frame), 60.0) for key in frame.outcomes}
    assert evaluate(over_time("interrupted_series", 36), replace(frame, outcomes=same), **carried()).code == "EV197"


def test_one_school_beside_its_synthetic_control_is_described_and_carries_no_decision():
    evidence = evaluate(over_time("synthetic_control", 18), synthetic_frame(), **carried())
    primary = evidence.estimates[0]
    assert primary.low < 5.0 < primary.high
    assert primary.p == pytest.approx(1 / 25)
    assert evidence.rating.label == DOES_NOT
    assert any(step.step == "Confounding factor" and step.result.startswith("fails") for step in evidence.rating.steps)
    assert evidence.verdict.word == "not enough evidence"
    assert len(evidence.events) == 18
    assert {"fit before", "placebo date", "one donor"} <= {check.key for check in evidence.checks}


def test_several_schools_with_the_tool_are_refused_by_the_synthetic_control():
    frame = synthetic_frame()
    held = frame.panels["score"]
    first = held.first.copy()
    first[1] = 12
    panels = {"score": replace(held, first=first)}
    assert evaluate(over_time("synthetic_control", 18), replace(frame, panels=panels), **carried()).code == "EV198"


def test_the_order_of_schools_does_not_matter():
    frame = synthetic_frame()
    held = frame.panels["score"]
    order = np.random.default_rng(4).permutation(len(held.unit))
    mixed = replace(
        held,
        unit=held.unit[order],
        cluster=held.cluster[order],
        first=held.first[order],
        values=held.values[order],
        sizes=held.sizes[order],
    )
    plan = over_time("synthetic_control", 18)
    one = evaluate(plan, frame, **carried())
    other = evaluate(plan, replace(frame, panels={"score": mixed, "quiz": mixed}), **carried())
    assert one.estimates[0].effect == pytest.approx(other.estimates[0].effect, rel=1e-12)
