"""Hidden bias: published figures, the checks that rest on them, and the bracket."""

from dataclasses import replace
from math import inf

import numpy as np
import pytest

from evidence_frames import CTX, MATCHED, cluster_frame, make_plan, volunteer_frame
from gainline.engine.evidence.designs import matched, randomized
from gainline.engine.evidence.robustness.bracket import bracket
from gainline.engine.evidence.robustness.exploratory import gain
from gainline.engine.evidence.robustness.hidden import (
    Strength,
    adjusted_error,
    as_strong_as,
    largest_bias,
    partial_r2,
    robustness_value,
    rosenbaum_gamma,
    signed_rank_bound,
)
from gainline.engine.evidence.robustness.hidden_checks import (
    OMITTED,
    ROSENBAUM,
    benchmarks,
    hidden_bias,
    set_differences,
)

# Blood lead of 33 children of exposed workers and of their matched controls: Morton et al. (1982), printed in
# Rosenbaum (2002), Observational Studies, section 3.2.4; the bounds stand in its table 4.1.
_EXPOSED = """38 23 41 18 37 36 23 62 31 34 24 14 21 17 16 20 15 10 45 39 22 35 49 48 44 35 43 39 34 13 73 25 27"""
_CONTROL = """16 18 18 24 19 11 10 15 16 18 18 13 19 10 16 16 24 13 9 14 21 19 7 18 19 12 11 22 25 16 13 11 13"""
LEAD = np.array(_EXPOSED.split(), dtype=float) - np.array(_CONTROL.split(), dtype=float)


@pytest.mark.parametrize(("gamma", "p"), [(2, 0.0018), (3, 0.0136), (4, 0.0388), (4.25, 0.0468), (5, 0.0740)])
def test_the_bounds_of_the_lead_study_are_those_of_the_book(gamma, p):
    assert signed_rank_bound(LEAD, gamma) == pytest.approx(p, abs=5e-5)


def test_gamma_is_where_the_bound_meets_the_level():
    gamma = rosenbaum_gamma(LEAD)
    assert 4.25 < gamma < 5.0
    assert signed_rank_bound(LEAD, gamma) == pytest.approx(0.05, abs=1e-9)


def test_gamma_is_one_without_an_effect_and_without_bound_where_all_agree():
    assert rosenbaum_gamma(np.array([1.0, -1.0, 2.0, -2.0])) == 1.0
    assert rosenbaum_gamma(np.zeros(5)) == 1.0
    assert rosenbaum_gamma(np.arange(1.0, 2000.0)) == inf


def test_the_darfur_figures_follow_from_t_and_df_alone():
    """Cinelli and Hazlett (2020), table 1: 0.097 with 0.023 on 783 df; printed to a tenth of a percent."""
    t = 4.184  # their unrounded t; 0.097 / 0.023 gives the same within rounding of its parts
    assert 100 * partial_r2(t, 783) == pytest.approx(2.2, abs=0.05)
    assert 100 * robustness_value(t, 783) == pytest.approx(13.9, abs=0.05)
    assert 100 * robustness_value(t, 783, level=0.05) == pytest.approx(7.6, abs=0.05)


@pytest.mark.parametrize(("times", "effect", "error"), [(1, 0.0752, 0.0219), (2, 0.0529, 0.0203), (3, 0.0304, 0.0187)])
def test_a_cause_as_strong_as_being_female_leaves_what_darfur_was_published_with(times, effect, error):
    """The covariate female holds 0.91 % of who was harmed and 10.9 % of the outcome; four printed digits."""
    hidden = as_strong_as(Strength(0.0091, 0.1090), times)
    assert 0.0973 - largest_bias(hidden, 0.02325, 783) == pytest.approx(effect, abs=1.5e-4)
    assert adjusted_error(hidden, 0.02325, 783) == pytest.approx(error, abs=1e-4)


def test_a_cause_with_the_robustness_value_in_both_takes_the_estimate_away():
    value = robustness_value(3.0, 200.0)
    assert largest_bias(Strength(value, value), 1.0, 200.0) == pytest.approx(3.0)


def test_no_estimate_needs_no_cause_and_a_huge_one_needs_everything():
    assert robustness_value(0.0, 100.0) == 0.0
    assert robustness_value(1.0, 100.0, level=0.05) == 0.0
    assert robustness_value(1e6, 100.0) == pytest.approx(1.0)
    assert 0.99 < robustness_value(1e6, 100.0, level=0.05) < 1.0


def test_a_measured_cause_that_decides_the_tool_alone_bounds_nothing():
    assert as_strong_as(Strength(1.0, 0.1), 1.0) is None
    assert as_strong_as(Strength(0.6, 0.1), 2.0) is None


def _analyzed(effect=2.0, **changes):
    plan, frame = make_plan(**{**MATCHED, **changes}), volunteer_frame(effect=effect)
    return plan, frame, matched.analyze(plan, frame, plan.primary, ctx=CTX)


def test_both_checks_stand_beside_a_matched_estimate():
    found = {check.key: check for check in hidden_bias(*_analyzed())}
    assert set(found) == {ROSENBAUM, OMITTED}
    assert "gamma" in found[ROSENBAUM].found
    assert "0.25 x Fall score" in found[OMITTED].found


def test_a_strong_effect_stands_up_and_a_small_one_against_a_strong_covariate_falls():
    strong = {check.key: check.flag for check in hidden_bias(*_analyzed(6.0))}
    assert strong == {ROSENBAUM: False, OMITTED: False}
    plan, frame, analysis = _analyzed(0.9)
    rng = np.random.default_rng(3)
    driver = frame.outcomes["score"] - 0.9 * frame.numbers["fall"] + 2.0 * frame.tool + rng.normal(0, 3, len(frame))
    wide = plan.model_copy(update={"covariates": (*plan.covariates, _number("driver"))})
    frame = replace(frame, numbers={**frame.numbers, "driver": driver})
    estimate = replace(analysis.estimate, effect=0.9, low=0.2, high=1.6, p=0.01)
    weak = {check.key: check.flag for check in hidden_bias(wide, frame, replace(analysis, estimate=estimate))}
    assert weak[OMITTED]


def _number(key):
    return make_plan().covariates[0].model_copy(update={"key": key, "label": key})


def test_a_significant_estimate_that_a_little_bias_undoes_is_flagged():
    plan, frame, analysis = _analyzed(0.0)
    y = analysis.sample.y + 0.45 * analysis.sample.tool
    sample = replace(analysis.sample, y=y)
    estimate = replace(analysis.estimate, p=0.04)
    (check, *_) = hidden_bias(plan, frame, replace(analysis, sample=sample, estimate=estimate))
    assert check.key == ROSENBAUM
    assert check.flag


def test_differences_are_taken_within_sets_by_weight():
    _, _, analysis = _analyzed()
    first = replace(
        analysis.sample,
        rows=np.arange(3),
        y=np.array([5.0, 1.0, 3.0]),
        tool=np.array([True, False, False]),
        weights=np.array([1.0, 0.5, 0.5]),
    )
    assert set_differences(first.y, first, np.array([7, 7, 7])) == pytest.approx([3.0])


def test_the_strongest_yardstick_comes_first():
    found = benchmarks(*_analyzed())
    assert [each.covariate.key for each in found] == ["fall", "lunch"]


def test_where_chance_assigned_no_hidden_bias_is_asked_for():
    plan, frame = make_plan(), cluster_frame()
    analysis = randomized.analyze(plan, frame, plan.primary, ctx=CTX)
    assert hidden_bias(plan, frame, analysis) == ()
    assert gain(plan, frame) is None
    assert bracket(plan, analysis.estimate, None) == ()


def test_the_bracket_is_raised_when_the_two_ways_are_further_apart_than_what_matters():
    plan, frame, analysis = _analyzed()
    changed = gain(plan, frame)
    (check,) = bracket(plan, analysis.estimate, changed)
    assert "both intervals together" in check.found
    near = replace(changed, effect=analysis.estimate.effect + 0.5)
    far = replace(changed, effect=analysis.estimate.effect + 1.5)
    opposite = replace(changed, effect=-analysis.estimate.effect, p=0.01)
    assert not bracket(plan, replace(analysis.estimate, p=0.01), near)[0].flag
    assert bracket(plan, analysis.estimate, far)[0].flag
    assert "opposite" in bracket(plan, replace(analysis.estimate, p=0.01), opposite)[0].says


def test_a_baseline_on_another_scale_has_no_gain():
    plan, frame, _ = _analyzed()
    assert gain(plan, replace(frame, numbers={"fall": frame.numbers["fall"] * 10.0})) is None
