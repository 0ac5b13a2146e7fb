"""One evaluation from frame to document, both designs."""

import json
from dataclasses import replace

import numpy as np
import pytest

from evidence_frames import MATCHED, carried, cluster_frame, make_plan, plan_value, texts, volunteer_frame
from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence import Deviation, Evidence, evaluate
from gainline.engine.evidence.document import Linkage
from gainline.engine.evidence.robustness.unlinked import unlinked
from hidden_worlds import hidden_plan


def found(plan, frame, **more) -> Evidence:
    evidence = evaluate(plan, frame, **carried(), **more)
    assert isinstance(evidence, Evidence), evidence
    return evidence


LOTTERY = found(make_plan(), cluster_frame())
CHOICE = found(make_plan(**MATCHED), volunteer_frame())


@pytest.mark.parametrize("evidence", [LOTTERY, CHOICE])
def test_every_registered_outcome_is_reported_primary_first(evidence):
    assert [estimate.outcome for estimate in evidence.estimates] == ["score", "quiz"]
    assert [estimate.role for estimate in evidence.estimates] == ["primary", "secondary"]


@pytest.mark.parametrize("evidence", [LOTTERY, CHOICE])
def test_the_document_is_plain_json_without_numpy_and_without_nan(evidence):
    text = json.dumps(evidence.to_json_value(), allow_nan=False)
    assert json.loads(text)["format"] == "gainline-evidence/1"


def test_the_lottery_recovers_the_truth_and_the_mean_of_the_arms_differ_by_the_effect():
    first = LOTTERY.estimates[0]
    assert first.low < 4.0 < first.high
    assert first.mean_tool - first.mean_usual == pytest.approx(first.effect)
    assert first.p_randomization <= 0.01
    assert LOTTERY.match_loss == ()
    assert LOTTERY.sensitivity is None


def test_the_matched_comparison_recovers_the_truth_that_the_naive_look_misses():
    first = CHOICE.estimates[0]
    assert first.low < 2.0 < first.high
    assert CHOICE.naive.low > 5.0
    assert first.p_randomization is None
    assert CHOICE.attrition == ()
    assert CHOICE.sensitivity.e_value > CHOICE.sensitivity.e_value_limit > 1.0
    assert all(kept <= before for _, before, kept in CHOICE.match_loss)
    assert max(abs(row.after) for row in CHOICE.balance) < 0.1 < max(abs(row.before) for row in CHOICE.balance)


def test_outcomes_of_one_domain_are_corrected_and_a_lone_outcome_is_not():
    assert all(estimate.p_adjusted is not None for estimate in LOTTERY.estimates)
    value = plan_value()
    value["outcomes"][1]["domain"] = "reading"
    alone = found(make_plan(outcomes=value["outcomes"]), cluster_frame())
    assert all(estimate.p_adjusted is None for estimate in alone.estimates)


def test_only_the_primary_outcome_carries_the_probability():
    assert [estimate.probability_worth_having is None for estimate in LOTTERY.estimates] == [False, True]


def test_counts_are_of_the_assigned_and_of_the_analyzed():
    tool, usual = LOTTERY.estimates[0].counts
    assert (tool.assigned, usual.assigned) == (480, 480)
    assert tool.analyzed < tool.assigned
    assert tool.clusters == tool.clusters_assigned == 12


def test_a_secondary_outcome_that_cannot_be_estimated_is_named_among_the_limits():
    frame = cluster_frame()
    constant = replace(frame, outcomes={**frame.outcomes, "quiz": np.full(len(frame), 3.0)})
    evidence = found(make_plan(), constant)
    assert [estimate.outcome for estimate in evidence.estimates] == ["score"]
    assert any("EV004" in sentence and "Quiz" in sentence for sentence in evidence.limits)


def test_missing_baselines_cost_students_under_complete_case_and_none_under_the_indicator():
    frame = cluster_frame()
    fall = frame.numbers["fall"].copy()
    fall[::7] = np.nan
    holed = replace(frame, numbers={"fall": fall})
    complete = found(make_plan(missing="complete_case"), holed).estimates[0]
    indicator = found(make_plan(missing="baseline_indicator"), holed).estimates[0]
    analyzed = [sum(arm.analyzed for arm in estimate.counts) for estimate in (complete, indicator)]
    assert analyzed[0] < analyzed[1] == sum(arm.analyzed for arm in LOTTERY.estimates[0].counts)
    assert indicator.low < 4.0 < indicator.high


def test_the_value_put_in_for_a_missing_baseline_does_not_matter():
    # shifting the baseline shifts the mean that is put in; the indicator must absorb it
    frame = cluster_frame()
    fall = frame.numbers["fall"].copy()
    fall[::7] = np.nan
    one, other = (
        found(make_plan(missing="baseline_indicator"), replace(frame, numbers={"fall": values})).estimates[0]
        for values in (fall, fall * 10 + 1000)
    )
    assert one.effect == pytest.approx(other.effect, rel=1e-9)


def test_a_missing_label_has_no_group_of_its_own_under_the_indicator():
    frame = cluster_frame()
    lunch = texts([None if place % 11 == 0 else label for place, label in enumerate(frame.categories["lunch"])])
    evidence = found(make_plan(missing="baseline_indicator"), replace(frame, categories={"lunch": lunch}))
    assert evidence.estimates[0].counts == LOTTERY.estimates[0].counts


def test_unregistered_looks_are_labeled_exploratory():
    assert len(CHOICE.exploratory) == 6  # at the dose, three thirds by dose, their trend, the gain
    assert {estimate.role for estimate in CHOICE.exploratory} == {"exploratory"}
    assert "association" in CHOICE.exploratory[0].label
    assert "gain" in CHOICE.exploratory[-1].label


def test_a_gain_score_is_standardized_on_the_outcomes_sd():
    everybody = CHOICE.exploratory[-1]
    assert "gain since the baseline" in everybody.label
    frame = volunteer_frame()
    sides = [frame.outcomes["score"][side] for side in (frame.tool, ~frame.tool)]
    pooled = sum((len(side) - 1) * side.var(ddof=1) for side in sides) / (len(frame) - 2)
    assert everybody.sd == pytest.approx(pooled**0.5)


def test_limits_speak_of_the_design():
    assert any("offering" in sentence for sentence in LOTTERY.limits)
    assert any("drew lots" in sentence for sentence in CHOICE.limits)


def test_use_that_nobody_is_known_for_is_a_check_and_says_what_it_does_to_the_arms():
    poor = carried()
    poor["linkage"] = replace(poor["linkage"], matched=500)
    evidence = evaluate(make_plan(), cluster_frame(), **poor)
    assert any("so use is undercounted" in sentence for sentence in evidence.limits)
    lost = Linkage(rows=1000, matched=990, identities=100, identities_matched=80)
    (by_use,) = unlinked(hidden_plan(), lost)
    assert by_use.flag
    assert "20% of those who used the tool" in by_use.says
    assert "toward nothing" in by_use.says
    assert not unlinked(make_plan(), replace(lost, identities_matched=97))[0].flag
    assert unlinked(make_plan(), Linkage(0, 0, 0, 0)) == ()


@pytest.mark.parametrize(
    "matching",
    [
        {"distance": "mahalanobis", "caliper_sd": 1.0},
        {"ratio": 3},
        {"exact": ["lunch"]},
        {"distance": "mahalanobis", "exact": ["lunch"], "ratio": 2, "caliper_sd": 1.0},
    ],
)
def test_every_way_of_matching_recovers_the_truth(matching):
    design = {**MATCHED["design"], "matching": matching}
    plan = make_plan(comparison=MATCHED["comparison"], design=design)
    first = found(plan, volunteer_frame()).estimates[0]
    assert first.low < 2.0 < first.high


def test_exact_matching_balances_the_category_completely():
    design = {**MATCHED["design"], "matching": {"exact": ["lunch"]}}
    evidence = found(make_plan(comparison=MATCHED["comparison"], design=design), volunteer_frame())
    assert evidence.balance[1].after == pytest.approx(0.0, abs=1e-12)


def test_student_level_assignment_within_schools_uses_the_plain_effect_size():
    frame = cluster_frame()
    rng = np.random.default_rng(3)
    tool = rng.random(len(frame)) < 0.5
    frame = replace(
        frame,
        tool=tool,
        unit=texts([f"p{place}" for place in range(len(frame))]),
        block=frame.school,
        outcomes={**frame.outcomes, "score": frame.outcomes["score"] + 3.0 * tool},
    )
    design = {"kind": "randomized", "unit": "student", "cluster": "student", "blocked": True, "draws": 199}
    evidence = found(make_plan(design=design), frame)
    assert [row.level for row in evidence.attrition] == ["student"]
    assert evidence.rating.label.endswith("Without Reservations")
    assert not any("intraclass" in name for name, _ in evidence.estimates[0].diagnostics)


def test_deviations_are_carried_and_counted_among_the_limits():
    changes = (Deviation("smallest_effect", "1", "2", None), Deviation("title", "a", "b", "2026-01-01"))
    evidence = found(make_plan(), cluster_frame(), deviations=changes)
    assert evidence.deviations == changes
    assert any("2 places, 1 of them without" in sentence for sentence in evidence.limits)


def test_progress_is_told():
    heard = []
    found(make_plan(), cluster_frame(), progress=lambda stage, done, total: heard.append((stage, done, total)))
    assert ("estimating outcomes", 2, 2) in heard
    assert ("redrawing assignments", 499, 499) in heard


def test_a_frame_with_one_school_in_the_tool_arm_is_refused_or_rated_as_confounded():
    frame = cluster_frame(schools=12, size=40)
    tool = frame.school == "s00"
    one = replace(frame, tool=tool)
    refused = evaluate(make_plan(), one, **carried())
    assert isinstance(refused, Refusal)
    assert refused.code == "EV005"
    design = {"kind": "randomized", "unit": "school", "cluster": "student", "draws": 199}
    students = texts([f"p{place}" for place in range(len(one))])
    rated = found(make_plan(design=design), replace(one, cluster=students))
    assert rated.rating.label == "Does Not Meet WWC Standards"
    assert rated.verdict.word == "not enough evidence"
