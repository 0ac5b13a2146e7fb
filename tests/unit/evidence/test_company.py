"""What stands beside a primary estimate: kinds of outcomes, use, growth and the bootstrap, through the whole engine."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from evidence_frames import MATCHED, carried, cluster_frame, make_plan, plan_value, texts, volunteer_frame
from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence import Evidence, evaluate
from gainline.engine.evidence.estimators.growth import growth_difference, slopes_of
from gainline.engine.evidence.frame import Panel


def on(scale, transform, *, plan=None, **changes):
    """The cluster pilot with its primary outcome on another scale."""
    value = plan_value(**(plan or {}))
    value["outcomes"][0] |= {"scale": scale, "baseline": None, **changes}
    value["smallest_effect"] = 0.05
    frame = volunteer_frame() if plan else cluster_frame()
    outcomes = {**frame.outcomes, "score": transform(frame.outcomes["score"])}
    found = evaluate(make_plan(**value), replace(frame, outcomes=outcomes), **carried())
    assert isinstance(found, Evidence), found
    return found


def passed(score):
    return np.where(np.isnan(score), np.nan, score > 205.0)


def level(score):
    return np.where(np.isnan(score), np.nan, np.digitize(np.nan_to_num(score), [195.0, 205.0, 215.0]))


def count(score):
    return np.where(np.isnan(score), np.nan, np.maximum(np.round((score - 170.0) / 8.0), 0.0))


def labels(found):
    return [companion.label for companion in found.companions]


@pytest.mark.parametrize("plan", [None, MATCHED])
def test_a_yes_or_no_outcome_is_a_difference_of_shares_with_the_cox_index_and_odds_beside_it(plan):
    found = on("binary", passed, plan=plan)
    first, said = found.estimates[0], dict(found.estimates[0].diagnostics)
    assert 0.0 < first.effect < 1.0
    assert said["difference in percentage points"].startswith(f"{100 * first.effect:+.3g}")
    assert said["g"].startswith("Cox index")
    odds = next(c for c in found.companions if c.unit == "log odds ratio")
    assert odds.effect > 0.0
    assert "odds ratio" in dict(odds.diagnostics)
    assert 0.0 < first.g < odds.effect / 1.65  # given the covariates, odds lie further apart than shares do


def test_ordered_levels_become_higher_minus_lower_and_distances_between_levels_cannot_matter():
    plain, stretched = on("ordinal", level), on("ordinal", lambda score: level(score) ** 3)
    assert plain.estimates[0].effect == pytest.approx(stretched.estimates[0].effect)
    assert 0.0 < plain.estimates[0].effect < 1.0
    odds = next(c for c in plain.companions if c.unit == "log odds ratio of a higher level")
    assert odds.effect > 0.0


def test_a_count_has_its_rate_ratio_beside_the_difference_of_counts():
    found = on("count", count)
    rate = next(c for c in found.companions if c.unit == "log rate ratio")
    usual = found.estimates[0].mean_usual
    assert np.exp(rate.effect) == pytest.approx(1.0 + found.estimates[0].effect / usual, rel=0.02)


def test_numbers_off_their_scale_are_refused_before_anything_is_estimated():
    value = plan_value()
    value["outcomes"][0]["scale"] = "binary"
    found = evaluate(make_plan(**value), cluster_frame(), **carried())
    assert isinstance(found, Refusal)
    assert found.code == "EV112"


def test_a_randomized_pilot_tells_the_effect_on_those_who_used_it_and_labels_as_treated():
    found = evaluate(make_plan(), cluster_frame(), **carried())
    used = next(c for c in found.companions if "students who used the tool" in c.label)
    dose = next(c for c in found.companions if c.unit == "points per 10 minutes a week")
    treated = next(c for c in found.companions if "association, not an effect" in c.label)
    assert used.effect >= found.estimates[0].effect  # nearly everybody used it
    assert used.g / used.effect == pytest.approx(found.estimates[0].g / found.estimates[0].effect)
    assert 0.0 < dose.effect < used.effect
    assert {companion.role for companion in found.companions} == {"exploratory"}
    assert treated.estimand == "as treated: association, not an effect"


def test_without_use_the_reason_stands_beside_the_estimate():
    frame = cluster_frame()
    nothing = np.zeros(len(frame), dtype=bool)
    idle = replace(frame, used=nothing, dosed=nothing, dose=np.zeros(len(frame)))
    found = evaluate(make_plan(), idle, **carried())
    assert found.companions == ()
    assert "EV111" in dict(found.estimates[0].diagnostics)["effect on students who used the tool"]


def test_a_matched_comparison_has_no_instrument():
    found = evaluate(make_plan(**MATCHED), volunteer_frame(), **carried())
    assert not any("offered" in label for label in labels(found))


def test_the_bootstrap_of_whole_clusters_is_a_check_unless_students_are_the_draws():
    found = evaluate(make_plan(), cluster_frame(), **carried())
    check = next(check for check in found.checks if check.key == "wild bootstrap")
    assert not check.flag
    assert "9,999 worlds, drawn, Rademacher" in check.found
    design = {"kind": "randomized", "unit": "student", "cluster": "student", "draws": 199}
    frame = cluster_frame(schools=6)
    alone = texts([str(key) for key in frame.keys])
    single = evaluate(make_plan(design=design), replace(frame, unit=alone, cluster=alone), **carried())
    assert "wild bootstrap" not in {check.key for check in single.checks}


def growing(seed=1, *, schools=16, size=15, faster=0.8):
    rng = np.random.default_rng(seed)
    cluster = np.repeat(np.arange(schools), size)
    n = len(cluster)
    tool = (cluster % 2).astype(bool)
    times = np.array([0.0, 1.0, 2.5, 4.0])
    own = 2.0 + faster * tool + 0.5 * rng.normal(size=n) + 0.2 * rng.normal(size=schools)[cluster]
    values = 100 + 8 * rng.normal(size=n)[:, None] + own[:, None] * times + rng.normal(size=(n, 4))
    values[rng.random((n, 4)) < 0.15] = np.nan
    return values, times, tool, cluster


def test_slopes_are_those_of_each_students_own_line():
    values, times, _, _ = growing()
    found = slopes_of(values, times)
    for row in range(len(values)):
        seen = ~np.isnan(values[row])
        if seen.sum() < 3:
            assert np.isnan(found.slope[row])
        else:
            assert found.slope[row] == pytest.approx(np.polyfit(times[seen], values[row, seen], 1)[0])


@pytest.mark.slow
def test_the_growth_difference_agrees_with_the_mixed_model_of_statsmodels():
    import warnings

    from statsmodels.regression.mixed_linear_model import MixedLM

    values, times, tool, cluster = growing(2)
    values = np.where(np.isnan(values).any(axis=1, keepdims=True), np.nan, values)
    found = growth_difference(values, times, tool, cluster, unit_of_time="month")
    student, period = np.nonzero(~np.isnan(values))
    time, arm = times[period], tool[student].astype(float)
    x = np.column_stack([np.ones(len(time)), time, arm, arm * time])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        random = np.column_stack([np.ones(len(time)), time])
        oracle = MixedLM(values[student, period], x, student, exog_re=random).fit()
    # Where nobody misses a score the two are the same least squares; missing ones are filled differently.
    assert abs(found.effect - oracle.fe_params[3]) < 0.01 * found.std_error


def test_the_growth_difference_holds_the_truth_nineteen_times_in_twenty():
    """300 pilots of ten schools; the share's own standard error is 0.013."""
    held = []
    for seed in range(300):
        values, times, tool, cluster = growing(seed, schools=10)
        found = growth_difference(values, times, tool, cluster, unit_of_time="month")
        held.append(found.low <= 0.8 <= found.high)
    assert np.mean(held) == pytest.approx(0.95, abs=0.038)


def test_growth_needs_three_scores_of_enough_students():
    values, times, tool, cluster = growing()
    found = growth_difference(values[:, :2], times[:2], tool, cluster, unit_of_time="month")
    straight = np.add.outer(np.zeros(40), times)
    exact = growth_difference(straight, times, np.arange(40) % 2 == 0, np.arange(40) // 4, unit_of_time="month")
    assert isinstance(found, Refusal)
    assert (found.code, exact.code) == ("EV115", "EV013")


def test_repeated_scores_of_students_bring_their_growth_beside_the_estimate():
    frame = cluster_frame()
    rng = np.random.default_rng(3)
    start = frame.numbers["fall"]
    months = np.array([0.0, 2.0, 4.0])
    values = start[:, None] + (1.0 + 0.5 * frame.tool)[:, None] * months + rng.normal(size=(len(frame), 3))
    days = tuple(date(2025, 10, 1).fromordinal(date(2025, 10, 1).toordinal() + int(30 * month)) for month in months)
    units = texts([str(key) for key in frame.keys])
    first = np.where(frame.tool, 1, 3)
    panel = Panel(("a", "b", "c"), days, units, frame.cluster, first, values, np.ones(values.shape))
    found = evaluate(make_plan(), replace(frame, panels={"score": panel}), **carried())
    growth = next(c for c in found.companions if c.label.endswith("difference in growth"))
    assert growth.unit == "points per month"
    assert growth.low < 0.5 < growth.high


def test_the_dose_is_no_take_up_where_many_used_the_tool_below_it():
    found = evaluate(make_plan(), cluster_frame(), **carried())
    assert not any("reached the dose" in one.label for one in found.companions)
    said = dict(found.estimates[0].diagnostics)["effect on students who reached the dose"]
    assert "below the dose" in said
