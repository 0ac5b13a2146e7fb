"""Confidence sequences: the published width, what they refuse, and how rarely they ever exclude the truth."""

import numpy as np
import pytest

from gainline.engine.monitoring import confidence_sequence, difference_scores, radius


def test_the_interval_is_1_57_times_as_wide_as_a_fixed_one_at_200_to_1000_values():
    for seen in (200.0, 1000.0):
        fixed = 1.959964 / seen**0.5
        assert radius(np.array([seen]))[0] / fixed == pytest.approx(1.57, abs=0.005)  # published to two digits


def test_two_thousand_looks_exclude_the_truth_in_fewer_than_one_sequence_of_twenty():
    rng = np.random.default_rng(11)
    ever = [confidence_sequence(rng.normal(size=2000), sd=1.0).excludes(0.0).any() for _ in range(400)]
    fixed = []
    for _ in range(100):
        values = rng.normal(size=2000)
        seen = np.arange(1, 2001)
        fixed.append((np.abs(np.cumsum(values) / seen) > 1.959964 / np.sqrt(seen))[19:].any())
    assert np.mean(ever) <= 0.05
    assert np.mean(fixed) > 0.3  # what peeking at a fixed interval does


def test_a_running_sd_says_nothing_before_thirty_values_and_follows_the_scale_of_the_values():
    values = np.random.default_rng(3).normal(500.0, 20.0, 400)
    found, scaled = confidence_sequence(values), confidence_sequence(values * 10.0)
    assert np.isinf(found.high[:29]).all()
    assert np.isfinite(found.high[29:]).all()
    np.testing.assert_allclose(scaled.high[29:], 10.0 * found.high[29:], rtol=1e-9)  # rounding of the running sums


def test_values_that_all_agree_say_nothing():
    assert np.isinf(confidence_sequence(np.full(100, 7.3)).high).all()


def test_a_difference_in_favor_of_the_tool_is_found_and_a_zero_is_not():
    rng = np.random.default_rng(5)
    tool = rng.random(2000) < 0.5
    values = rng.normal(200.0, 15.0, 2000) + 6.0 * tool
    found = confidence_sequence(difference_scores(values, tool, share=0.5, center=200.0))
    assert found.first_excluding(0.0) is not None
    assert found.first_excluding(6.0) is None
    assert found.mean[-1] == pytest.approx(6.0, abs=3 * 2 * 15 / 2000**0.5)  # three standard errors


@pytest.mark.parametrize("change", [{"rho": 0.0}, {"alpha": 1.0}, {"sd": 0.0}])
def test_settings_that_mean_nothing_are_turned_down(change):
    with pytest.raises(ValueError, match=r"positive|probability"):
        confidence_sequence(np.zeros(3), **change)


def test_a_missing_value_is_turned_down():
    with pytest.raises(ValueError, match="missing"):
        confidence_sequence(np.array([1.0, np.nan]))


def test_a_share_that_is_no_probability_is_turned_down():
    with pytest.raises(ValueError, match="probability"):
        difference_scores(np.zeros(2), np.array([True, False]), share=1.0)
