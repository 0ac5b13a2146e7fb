from dataclasses import replace

import numpy as np
import pytest

from evidence_frames import MATCHED, carried, cluster_frame, make_plan, plan_value, volunteer_frame
from gainline.engine.evidence import Evidence, evaluate
from gainline.engine.evidence.belief import believe


def found(frame, **changes) -> Evidence:
    evidence = evaluate(make_plan(**changes), frame, **carried())
    assert isinstance(evidence, Evidence)
    return evidence


def test_a_tool_with_a_large_effect_for_everybody_is_adopted():
    verdict = found(cluster_frame(effect=4.0)).verdict
    assert (verdict.word, verdict.means) == ("adopt", "buy")


def test_a_tool_without_effect_is_stopped():
    verdict = found(cluster_frame(effect=-1.0)).verdict
    assert (verdict.word, verdict.means) == ("stop", "end")
    assert "or more" in verdict.would_change


def test_a_tool_that_harms_one_group_is_adapted():
    verdict = found(cluster_frame(effect=9.0, gap=-12.0)).verdict
    assert (verdict.word, verdict.means) == ("adapt", "change")
    clauses = {step.clause[:20]: step.holds for step in verdict.steps}
    assert clauses["Adapt when a group i"]
    assert clauses["Adapt when a gap wid"]


def test_a_tool_that_fails_overall_but_reaches_one_group_is_adapted():
    verdict = found(cluster_frame(effect=-3.0, gap=8.0, icc_sd=0.3), smallest_effect=2.5).verdict
    assert verdict.word == "adapt"
    assert "one group" in verdict.because


def test_between_the_bars_there_is_not_enough_evidence_and_it_says_how_many_would_do():
    verdict = found(cluster_frame(schools=8, effect=1.6, icc_sd=2.5, seed=4)).verdict
    assert verdict.word == "not enough evidence"
    assert "schools for the same 26 weeks, instead of 8" in verdict.would_change
    assert "2 runs, 52 weeks" in verdict.would_change


def test_an_estimate_at_the_smallest_effect_can_never_be_settled_by_numbers():
    frame = cluster_frame(effect=1.5)
    effect = found(frame).estimates[0].effect
    verdict = found(frame, smallest_effect=effect).verdict
    assert verdict.word == "not enough evidence"
    assert "50 times" in verdict.would_change


def test_a_study_that_does_not_meet_the_standards_carries_no_decision():
    value = plan_value(**MATCHED)
    del value["outcomes"][0]["baseline"]
    evidence = evaluate(make_plan(**MATCHED, outcomes=value["outcomes"]), volunteer_frame(), **carried())
    assert evidence.rating.label == "Does Not Meet WWC Standards"
    assert evidence.estimates[0].probability_worth_having > 0.8
    assert evidence.verdict.word == "not enough evidence"
    assert not evidence.verdict.steps[0].holds


def test_when_less_is_better_a_fall_is_adopted():
    value = plan_value()
    value["outcomes"][0]["direction"] = "lower"
    value["hypothesis"]["change"] = "lower"
    evidence = found(cluster_frame(effect=-4.0), outcomes=value["outcomes"], hypothesis=value["hypothesis"])
    assert evidence.verdict.word == "adopt"
    assert evidence.verdict.predicted == -3.0
    assert evidence.estimates[0].probability_worth_having > 0.95


def test_the_posterior_is_the_precision_weighted_mean():
    held = believe(0.3, 0.1, 0.0, 0.1)
    assert (held.mean, held.sd) == pytest.approx((0.15, 0.1 / 2**0.5))
    assert held.above(0.15) == pytest.approx(0.5)


def test_a_second_study_at_the_named_size_would_indeed_undo_the_verdict():
    evidence = found(cluster_frame(effect=4.0))
    first = evidence.estimates[0]
    needed = float(evidence.verdict.would_change.split("found ")[1].split(" ")[0])
    from gainline.engine.evidence.belief import belief

    plan = make_plan()
    held = belief(plan, first)
    bound = plan.smallest_effect / first.sd
    for estimate, side in ((needed - 0.05, False), (needed + 0.05, True)):
        after = believe(estimate / first.sd, held.error, held.mean, held.sd)
        assert (after.above(bound) >= plan.decision.adopt_at) is side


def test_a_wider_interval_moves_the_probability_toward_the_prior():
    sharp, vague = (believe(0.5, error, 0.0, 0.1).mean for error in (0.05, 0.5))
    assert sharp > vague > 0.0
    assert replace(believe(0.5, 0.5, 0.0, 0.1)).with_information(100.0).mean > vague


def with_rule(**parts):
    return {"decision": {**plan_value()["decision"], **parts}}


def test_a_rule_that_allows_it_extends_a_pilot_that_more_of_the_same_would_settle():
    frame = cluster_frame(schools=8, effect=1.6, icc_sd=2.5, seed=4)
    verdict = found(frame, **with_rule(extend_means="run it another year", extend_up_to=4.0)).verdict
    assert (verdict.word, verdict.means) == ("extend", "run it another year")
    assert verdict.steps[-1].holds


def test_a_pilot_that_even_more_of_the_same_would_not_settle_is_not_extended():
    frame = cluster_frame(effect=1.5)
    effect = found(frame).estimates[0].effect
    verdict = found(frame, smallest_effect=effect, **with_rule(extend_means="again", extend_up_to=3.0)).verdict
    assert verdict.word == "not enough evidence"
    assert not verdict.steps[-1].holds


def both_outcomes(loss):
    """A frame and outcomes where the second measure moves by ``loss`` in the tool arm."""
    frame = cluster_frame(effect=4.0)
    joy = np.random.default_rng(3).normal(50.0, 5.0, len(frame)) + loss * frame.tool
    first = plan_value()["outcomes"][0]
    second = {**first, "key": "joy", "label": "Joy of reading", "role": "secondary", "domain": "attitude"}
    second["from"] = {"result": "survey", "forms": ["spring"]}
    second.pop("baseline", None)
    return replace(frame, outcomes={**frame.outcomes, "joy": joy}), [first, second]


def test_a_second_measure_that_must_not_get_worse_turns_adopting_into_adapting():
    frame, outcomes = both_outcomes(-6.0)
    rule = with_rule(guardrails=[{"outcome": "joy", "worst": 0.5}])
    verdict = found(frame, outcomes=outcomes, **rule).verdict
    assert verdict.word == "adapt"
    assert any("Joy of reading" in step.found and step.holds for step in verdict.steps)
    frame, outcomes = both_outcomes(+6.0)
    assert found(frame, outcomes=outcomes, **rule).verdict.word == "adopt"


def test_a_second_measure_that_the_rule_asks_for_holds_adoption_back():
    frame, outcomes = both_outcomes(-6.0)
    rule = with_rule(also=[{"outcome": "joy", "at_least": 0.2}])
    verdict = found(frame, outcomes=outcomes, **rule).verdict
    assert verdict.word == "not enough evidence"
    assert "not every other measure" in verdict.because
    frame, outcomes = both_outcomes(+6.0)
    assert found(frame, outcomes=outcomes, **rule).verdict.word == "adopt"


def test_a_named_measure_that_could_not_be_estimated_does_not_carry_an_adoption():
    frame, outcomes = both_outcomes(+6.0)
    frame = replace(frame, outcomes={**frame.outcomes, "joy": frame.outcomes["joy"] * 0.0})
    verdict = found(frame, outcomes=outcomes, **with_rule(also=[{"outcome": "joy"}])).verdict
    assert verdict.word == "not enough evidence"
    assert any("could not be estimated" in step.found for step in verdict.steps)


def test_the_prediction_is_held_against_the_interval():
    assert "holds" in found(cluster_frame(effect=3.0)).verdict.compared
    assert "smaller" in found(cluster_frame(effect=-1.0)).verdict.compared
    assert "larger" in found(cluster_frame(effect=9.0, icc_sd=0.3)).verdict.compared
