"""Every registered way of comparing, on volunteers whose choice is fully measured: near the truth and named."""

from dataclasses import replace

import numpy as np
import pytest

from evidence_frames import CTX, MATCHED, make_plan, texts, volunteer_frame
from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.balance import number_difference
from gainline.engine.evidence.designs import matched
from gainline.engine.evidence.designs.comparison import ON_MATCHED, ON_OVERLAP, ON_TOOL

METHODS = ("nearest", "optimal", "full", "cardinality", "entropy", "overlap")
FRAME = volunteer_frame()


def plan_of(method, cluster="school", **rule):
    design = {**MATCHED["design"], "cluster": cluster, "matching": {"method": method, **rule}}
    return make_plan(**{**MATCHED, "design": design})


def analyzed(plan, frame=FRAME):
    found = matched.analyze(plan, frame, plan.primary, ctx=CTX)
    assert not isinstance(found, Refusal), found
    return found


@pytest.mark.parametrize("method", METHODS)
def test_every_method_finds_the_true_effect_of_2_within_its_interval_and_says_what_it_did(method):
    found = analyzed(plan_of(method))
    estimate = found.estimate
    assert estimate.low < 2.0 < estimate.high
    assert abs(estimate.effect - 2.0) < 0.8
    said = dict(estimate.diagnostics)
    assert float(said["effective comparison students"]) > 100.0
    assert said["largest share of one comparison student"].endswith("%")
    assert estimate.method.endswith("then ANCOVA, CR2/Satterthwaite by school")
    assert (found.sets is None) == (method in {"entropy", "overlap"})
    assert found.match_loss[0][1] == int(FRAME.tool.sum())


@pytest.mark.parametrize(
    ("method", "bound"),
    [("nearest", 0.06), ("optimal", 0.06), ("full", 0.1), ("cardinality", 0.05), ("entropy", 1e-9), ("overlap", 1e-9)],
)
def test_the_baseline_is_balanced_after_every_method(method, bound):
    after = analyzed(plan_of(method)).arms[1]
    assert abs(number_difference(FRAME.numbers["fall"][after.rows], after.tool, after.weights)) < bound


def test_the_estimand_says_whose_effect_it_is():
    assert analyzed(plan_of("entropy")).estimate.estimand == ON_TOOL
    assert analyzed(plan_of("overlap")).estimate.estimand == ON_OVERLAP
    assert analyzed(plan_of("nearest", caliper_sd=0.001)).estimate.estimand == ON_MATCHED


@pytest.mark.parametrize("method", ["nearest", "optimal", "full", "cardinality"])
def test_where_students_are_the_draws_the_matched_sets_are_counted(method):
    students = replace(FRAME, cluster=FRAME.unit)
    found = analyzed(plan_of(method, "student"), students)
    assert found.estimate.method.endswith("CR2/Satterthwaite by matched set")
    assert len(np.unique(found.sample.clusters)) == len(np.unique(found.sets))


def test_weighted_students_stay_their_own_draws():
    found = analyzed(plan_of("entropy", "student"), replace(FRAME, cluster=FRAME.unit))
    assert found.estimate.method == "entropy balancing, then ANCOVA, CR2/Satterthwaite by student"
    assert len(np.unique(found.sample.clusters)) == len(FRAME)


@pytest.mark.parametrize("method", METHODS)
def test_exact_covariates_are_shared_within_sets_or_balanced_by_weights(method):
    found = analyzed(plan_of(method, exact=["lunch"]))
    after, lunch = found.arms[1], FRAME.categories["lunch"] == "yes"
    if found.sets is not None:
        for number in range(found.sets.max() + 1):
            assert len(set(lunch[after.rows][found.sets == number])) == 1
    shares = [np.average(lunch[after.rows][side], weights=after.weights[side]) for side in (after.tool, ~after.tool)]
    assert shares[0] == pytest.approx(shares[1], abs=1e-9)  # the score is fitted to a relative 1e-10


def test_entropy_balancing_refuses_students_beyond_every_comparison():
    fall = FRAME.numbers["fall"] + np.where(FRAME.tool, 60.0, 0.0)
    plan = plan_of("entropy")
    refused = matched.analyze(plan, replace(FRAME, numbers={"fall": fall}), plan.primary, ctx=CTX)
    assert isinstance(refused, Refusal)
    assert refused.code == "EV130"


def test_a_label_that_only_the_comparison_has_does_not_stop_the_weights():
    lunch = texts(
        [
            label if tool or place % 7 else "unknown"
            for place, (label, tool) in enumerate(zip(FRAME.categories["lunch"], FRAME.tool, strict=True))
        ]
    )
    assert analyzed(plan_of("entropy"), replace(FRAME, categories={"lunch": lunch})).estimate.low < 2.0
