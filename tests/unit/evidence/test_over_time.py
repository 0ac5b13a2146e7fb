"""Plans over time, from the frame to the document, held against a world whose truth is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from evidence_frames import carried
from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.evaluate import evaluate
from over_time_frames import T, district, plan_for


@pytest.fixture(scope="module")
def waves():
    plan, frame, world = district(per_grade=40)
    return plan, frame, world, evaluate(plan, frame, **carried())


@pytest.fixture(scope="module")
def lots():
    plan, frame, world = district(kind="stepped_wedge", per_grade=40, growth=0.0, if_disadvantaged=0.1)
    return plan, frame, world, evaluate(plan, frame, **carried())


def test_the_interval_holds_the_truth_and_events_follow_it(waves):
    *_, world, found = waves
    estimate = found.estimates[0]
    truth = world.truth()
    assert estimate.low <= truth["simple"] <= estimate.high
    for event in found.events:
        if event.period >= 0:
            assert event.low <= truth[f"e={event.period}"] <= event.high
    assert {event.period for event in found.events} == {*range(-5, -1), *range(5)}


def test_g_stands_on_the_students_own_spread(waves):
    _, frame, _, found = waves
    estimate = found.estimates[0]
    spread = np.nanstd(frame.outcomes["reading"], ddof=1)
    assert estimate.sd == pytest.approx(spread, rel=0.05)
    assert estimate.g == pytest.approx(estimate.effect / estimate.sd, rel=0.01)


def test_nobody_counts_twice_and_comparisons_are_counted(waves):
    _, frame, _, found = waves
    tool, usual = found.estimates[0].counts
    assert (tool.clusters, usual.clusters) == (8, 12), "schools wait before they start"
    assert tool.analyzed + usual.analyzed == pytest.approx(np.nansum(frame.panels["reading"].sizes) / T, abs=1)


def test_differences_are_never_rated_as_drawn_by_lot(waves):
    found = waves[-1]
    assert any(step.result == "quasi-experimental design" for step in found.rating.steps)
    assert "Without" not in found.rating.label
    (row,) = found.balance
    assert row.is_baseline
    assert {"differential growth", "bent paths", "placebo"} <= {check.key for check in found.checks}


def test_paths_that_part_keep_the_tier_down():
    plan, frame, _ = district(per_grade=40, effect=0.0, growth=0.0, drift=0.08)
    found = evaluate(plan, frame, **carried())
    raised = {check.key for check in found.checks if check.flag}
    assert "differential growth" in raised
    assert "Tier 1" not in found.rating.essa
    assert "Tier 2" not in found.rating.essa.split(";")[0]
    assert found.verdict.word != "adopt"


def test_a_gap_is_followed_by_the_same_design(lots):
    *_, found = lots
    (gap,) = found.gaps
    truth = 0.1 * 19.0  # what the disadvantaged gain more
    assert gap.low <= truth <= gap.high
    assert gap.gap_tool == pytest.approx(gap.gap_usual + gap.change)
    assert gap.widen_probability < 0.5


def test_a_wedge_is_judged_by_its_lots(lots):
    *_, world, found = lots
    estimate = found.estimates[0]
    assert estimate.p == estimate.p_randomization
    assert estimate.low <= world.truth()["compared"] <= estimate.high
    assert found.attrition[0].is_low
    assert found.sensitivity is None


def test_joiners_inside_a_wedge_cost_the_highest_rating(lots):
    plan, frame, _, found = lots
    assert "Without" not in found.rating.label, "nobody counted who joined later"
    none_joined = evaluate(plan, frame, **carried(), joined_later=0)
    assert none_joined.rating.label.endswith("Without Reservations")


def test_group_effects_are_not_shown_and_the_document_says_so(waves):
    found = waves[-1]
    assert found.groups == ()
    assert any("single groups are not shown" in sentence for sentence in found.limits)


@pytest.mark.parametrize("kind", ["waves", "lots"])
def test_the_order_of_rows_changes_no_digit(kind, request):
    plan, frame, _, found = request.getfixturevalue(kind)

    def turned(panel):
        order = np.random.default_rng(1).permutation(len(panel.unit))
        rows = {part: getattr(panel, part)[order] for part in ("unit", "cluster", "first", "values", "sizes")}
        return replace(panel, **rows)

    panels = {key: turned(panel) for key, panel in frame.panels.items()}
    gaps = {key: turned(panel) for key, panel in frame.gaps.items()}
    again = evaluate(plan, replace(frame, panels=panels, gaps=gaps), **carried())
    assert again.estimates == found.estimates
    assert again.gaps == found.gaps


@pytest.mark.parametrize(
    ("code", "first"),
    [("EV170", 0), ("EV171", 3)],
)
def test_misuse_is_refused_in_words(waves, code, first):
    plan, frame, *_ = waves
    panel = frame.panels["reading"]
    changed = replace(panel, first=np.full(len(panel.unit), first, dtype=np.intp))
    refusal = evaluate(plan, replace(frame, panels={"reading": changed}), **carried())
    assert isinstance(refusal, Refusal)
    assert refusal.code == code


def test_one_school_with_the_tool_is_sent_to_another_design(waves):
    plan, frame, *_ = waves
    panel = frame.panels["reading"]
    alone = np.full(len(panel.unit), T, dtype=np.intp)
    alone[0] = 3
    refusal = evaluate(plan, replace(frame, panels={"reading": replace(panel, first=alone)}), **carried())
    assert refusal.code == "EV172"
    assert "synthetic_control" in refusal.remedy


def test_a_plan_whose_outcome_is_not_followed_is_refused(waves):
    plan, frame, *_ = waves
    refusal = evaluate(plan, replace(frame, panels={}), **carried())
    assert refusal.code == "EV196"


def test_every_kind_of_the_world_has_a_plan():
    for kind in ("differences", "stepped_wedge"):
        assert plan_for(district(kind=kind, schools=8, per_grade=8)[2].spec).design.kind == kind
