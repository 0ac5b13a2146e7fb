"""Multiple imputation: nothing missing changes nothing, arms keep their difference, and Rubin's rules are Rubin's."""

from dataclasses import replace

import numpy as np
import pytest

from evidence_frames import CTX, MATCHED, cluster_frame, make_plan, texts, volunteer_frame
from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.designs import matched, randomized
from gainline.engine.evidence.inference.cr2 import Inference
from gainline.engine.evidence.inference.imputation import COPIES, Chained, impute, pool

IMPUTING = {"missing": "multiple_imputation"}


def with_gaps(frame, share=0.2, seed=5):
    rng = np.random.default_rng(seed)
    fall = np.where(rng.random(len(frame)) < share, np.nan, frame.numbers["fall"])
    lunch = texts(
        [
            None if gone else label
            for gone, label in zip(rng.random(len(frame)) < share, frame.categories["lunch"], strict=True)
        ]
    )
    return replace(frame, numbers={"fall": fall}, categories={"lunch": lunch})


def estimate_of(kind, frame, **changes):
    plan = make_plan(**(MATCHED if kind == "matched" else {}), **changes)
    design = matched if kind == "matched" else randomized
    found = design.analyze(plan, frame, plan.primary, ctx=CTX)
    assert not isinstance(found, Refusal), found
    return found


@pytest.mark.parametrize("kind", ["matched", "randomized"])
def test_with_nothing_missing_the_estimate_is_the_complete_cases_to_the_last_digit(kind):
    frame = volunteer_frame() if kind == "matched" else cluster_frame()
    assert estimate_of(kind, frame, **IMPUTING).estimate == estimate_of(kind, frame).estimate


@pytest.mark.parametrize("kind", ["matched", "randomized"])
def test_with_a_fifth_missing_the_truth_is_covered_and_nobody_is_lost(kind):
    truth, frame = (2.0, volunteer_frame()) if kind == "matched" else (4.0, cluster_frame())
    found = estimate_of(kind, with_gaps(frame), **IMPUTING).estimate
    complete = estimate_of(kind, with_gaps(frame)).estimate
    assert found.low < truth < found.high
    assert found.std_error < complete.std_error
    assert sum(arm.analyzed for arm in found.counts) > sum(arm.analyzed for arm in complete.counts)
    assert found.method.endswith(", missing covariates imputed 20 times")
    assert 0.0 < float(dict(found.diagnostics)["share of uncertainty that comes from missing values"]) < 0.5


def test_imputed_outcomes_stand_beside_and_never_count_against_attrition():
    frame = with_gaps(cluster_frame())
    found, plain = (
        estimate_of("randomized", frame, **IMPUTING),
        estimate_of("randomized", frame, missing="baseline_indicator"),
    )
    assert found.attrition == plain.attrition
    (beside,) = (companion for companion in found.companions if "imputed" in companion.label)
    assert beside.role == "exploratory"
    assert "imputed (sensitivity" in beside.label
    assert beside.low < 4.0 < beside.high
    assert not any("imputed" in companion.label for companion in plain.companions)


def test_the_same_seed_gives_the_same_digits():
    frame = with_gaps(volunteer_frame())
    assert estimate_of("matched", frame, **IMPUTING).estimate == estimate_of("matched", frame, **IMPUTING).estimate


def test_recorded_values_are_never_touched_and_imputed_ones_are_real():
    rng = np.random.default_rng(1)
    x = rng.normal(size=400)
    label = (x + rng.normal(size=400) > 0).astype(float) + (x > 1)
    y = x + rng.normal(size=400)
    holes = [np.where(rng.random(400) < 0.2, np.nan, values) for values in (x, label, y)]
    chain = [Chained(holes[0]), Chained(holes[1], 3), Chained(holes[2])]
    copies = impute(chain, rng.random(400) < 0.5, clusters=None, seed=3)
    assert len(copies) == COPIES
    for copy in copies:
        for values, hole in zip(copy, holes, strict=True):
            seen = ~np.isnan(hole)
            assert (values[seen] == hole[seen]).all()
            assert np.isin(values[~seen], hole[seen]).all()
    assert len({copy[0].tobytes() for copy in copies}) == COPIES


def test_an_effect_is_not_drawn_toward_zero_when_outcomes_are_imputed():
    rng = np.random.default_rng(8)
    n = 4000
    tool, x = rng.random(n) < 0.5, rng.normal(size=n)
    y = x + 1.0 * tool * (1.0 + x) + rng.normal(size=n) * 0.5
    y[rng.random(n) < 0.4] = np.nan
    copies = impute([Chained(x), Chained(y)], tool, clusters=None, seed=1)
    slopes = []
    for _, filled in copies:
        design = np.column_stack([np.ones(n), x, tool, x * tool])
        slopes.append(np.linalg.lstsq(design, filled, rcond=None)[0][2:])
    assert np.mean(slopes, axis=0) == pytest.approx([1.0, 1.0], abs=0.06)  # three standard errors of 2,400 students


def test_rubins_rules_by_hand():
    found = pool([Inference(1.0, 0.5, 30.0), Inference(2.0, 0.5, 30.0), Inference(3.0, 0.5, 30.0)])
    between = (1 + 1 / 3) * 1.0
    share = between / (0.25 + between)
    old, observed = 2 / share**2, 31 / 33 * 30 * (1 - share)
    assert found.effect.estimate == pytest.approx(2.0)
    assert found.effect.std_error == pytest.approx((0.25 + between) ** 0.5)
    assert found.effect.df == pytest.approx(old * observed / (old + observed))
    assert found.missing_information == pytest.approx(share)


def test_a_covariate_that_hardly_anybody_has_is_refused():
    frame = cluster_frame()
    fall = np.where(np.arange(len(frame)) % 100 == 0, frame.numbers["fall"], np.nan)
    plan = make_plan(**IMPUTING)
    refused = randomized.analyze(plan, replace(frame, numbers={"fall": fall}), plan.primary, ctx=CTX)
    assert isinstance(refused, Refusal)
    assert refused.code == "EV133"


def test_too_few_to_impute_is_not_asked_of_other_rules():
    frame = cluster_frame()
    fall = np.where(np.arange(len(frame)) % 60 < 3, frame.numbers["fall"], np.nan)
    assert (
        estimate_of("randomized", replace(frame, numbers={"fall": fall}), missing="baseline_indicator").estimate.df > 2
    )
