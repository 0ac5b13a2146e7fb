"""Staggered adoption: effects by cohort and period, honest errors, and what cannot be answered."""

from __future__ import annotations

import numpy as np
import pytest

from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.estimators.differences import staggered
from gainline.engine.evidence.estimators.group_time import Units, group_time
from gainline.engine.evidence.robustness.over_time import bent_paths, false_date, honesty, paths_before


def units(values, first, weights=None, cluster=None):
    values = np.asarray(values, dtype=float)
    m = len(values)
    return Units(
        values,
        np.ones(m) if weights is None else np.asarray(weights, dtype=float),
        np.asarray(first, dtype=np.intp),
        np.arange(m) if cluster is None else np.asarray(cluster, dtype=np.intp),
    )


def made(m=12, periods=8, effect=1.0, seed=1, drift=0.0, noise=0.2):
    rng = np.random.default_rng(seed)
    first = np.array(([3, 5, periods] * m)[:m])
    since = np.arange(periods)[None, :] - first[:, None]
    paths = rng.normal(0, 2, (m, 1)) + rng.normal(0, 1, periods) + rng.normal(0, noise, (m, periods))
    treated = (first < periods)[:, None]
    return units(paths + effect * (since >= 0) + drift * treated * np.arange(periods), first)


def test_two_cohorts_and_two_periods_are_the_difference_of_differences():
    found = staggered(units([[1, 4], [2, 6], [1, 2], [3, 5]], [1, 1, 2, 2]))
    assert found.simple.effect == pytest.approx((3 + 4) / 2 - (1 + 2) / 2)
    # Welch: each side's variance is 0.5, so the error is sqrt(0.5 / 2 + 0.5 / 2) on two degrees of freedom
    assert found.simple.std_error == pytest.approx(np.sqrt(0.5))
    assert found.simple.df == pytest.approx(2.0)


def test_a_growing_effect_is_read_by_time_since_the_tool():
    grown = made(m=24, noise=0.0001)
    since = np.arange(8)[None, :] - grown.first[:, None]
    grown = units(grown.values + np.where(since >= 0, 0.5 * since, 0.0), grown.first)
    found = staggered(grown)
    after = {event.at: event.effect for event in found.events if event.at >= 0}
    for at, effect in after.items():
        assert effect == pytest.approx(1.0 + 0.5 * at, abs=0.001)
    for event in found.events:
        if event.at < 0:
            assert event.effect == pytest.approx(0.0, abs=0.001)


def test_units_that_always_had_the_tool_are_left_out_and_counted():
    both = made()
    more = units(np.vstack([both.values, both.values[:2] + 100.0]), np.append(both.first, [0, 0]))
    found = staggered(more)
    assert found.cells.dropped == 2
    assert found.simple.effect == pytest.approx(staggered(both).simple.effect)
    assert ("left out, with the tool from the first period on", "2") in found.finding("x").diagnostics


def test_a_missing_base_period_falls_back_to_the_last_one_that_was_measured():
    panel = made()
    values = panel.values.copy()
    values[panel.first == 3, 2] = np.nan
    cells = group_time(units(values, panel.first))
    assert set(cells.base[cells.group == 3]) == {1}


def test_panels_with_and_without_gaps_agree_where_no_gap_matters():
    """A row with one missing value takes the path of the units; without it, the path of the means."""
    panel = made()
    gone = np.vstack([panel.values, np.full(8, np.nan)])
    lone = np.vstack([panel.values, panel.values[:1]])
    gone[-1, 0] = 1.0  # a unit measured once only: it has no change and can say nothing
    first = np.append(panel.first, 8)
    assert not np.isnan(lone).any()
    with_gap, without = staggered(units(gone, first)), staggered(panel)
    assert with_gap.simple.effect == pytest.approx(without.simple.effect, rel=1e-12)
    assert with_gap.simple.std_error_large == pytest.approx(without.simple.std_error_large, rel=1e-9)


def test_the_order_of_rows_does_not_matter():
    panel = made()
    order = np.random.default_rng(3).permutation(len(panel.first))
    turned = staggered(units(panel.values[order], panel.first[order], cluster=order))
    assert turned.simple.effect == pytest.approx(staggered(panel).simple.effect, rel=1e-12)
    assert turned.simple.df == pytest.approx(staggered(panel).simple.df, rel=1e-9)


def test_sections_of_one_school_are_one_draw():
    panel = made(m=12)
    doubled = units(np.repeat(panel.values, 2, axis=0), np.repeat(panel.first, 2), cluster=np.repeat(np.arange(12), 2))
    assert staggered(doubled).simple.std_error == pytest.approx(staggered(panel).simple.std_error)
    assert staggered(doubled).simple.df == pytest.approx(staggered(panel).simple.df)


def test_a_wave_of_one_school_borrows_the_spread_of_the_others_and_says_so():
    panel = made(m=12)
    first = np.array([3, 5, 5, 5, 8, 8, 8, 8, 8, 8, 8, 8])
    found = staggered(units(panel.values, first))
    assert found.simple.pooled
    assert any("single cluster" in text for _, text in found.finding("x").diagnostics)
    assert "pooled" in found.finding("x").method


@pytest.mark.parametrize(
    ("code", "first"),
    [
        ("EV170", [0, 0, 0, 8, 8, 8]),
        ("EV171", [3, 3, 3, 3, 3, 3]),
        ("EV172", [3, 8, 8, 8, 8, 8]),
        ("EV172", [3, 3, 3, 3, 3, 8]),
    ],
)
def test_what_nobody_can_answer_is_refused(code, first):
    refusal = staggered(units(made(m=6).values, first))
    assert isinstance(refusal, Refusal)
    assert refusal.code == code
    assert refusal.remedy


def test_one_school_with_the_tool_is_pointed_to_the_synthetic_control():
    assert "synthetic_control" in staggered(units(made(m=6).values, [3, 8, 8, 8, 8, 8])).remedy


def test_an_outcome_without_any_variation_is_refused():
    refusal = staggered(units(np.ones((6, 8)), [3, 3, 5, 5, 8, 8]))
    assert isinstance(refusal, Refusal)
    assert refusal.code == "EV173"


def test_waves_of_one_school_each_are_refused():
    refusal = staggered(units(made(m=6).values[:, :7], [2, 3, 4, 5, 6, 7]))
    assert isinstance(refusal, Refusal)
    assert refusal.code == "EV174"


def test_paths_that_part_before_the_tool_raise_the_flags():
    apart = made(m=18, drift=0.6, effect=0.0)
    found = staggered(apart)
    assert paths_before(found, "points").flag
    assert bent_paths(found, "points").flag
    assert false_date(apart, "points").flag


def test_parallel_paths_with_a_large_effect_raise_none():
    alike = made(m=18, effect=4.0)
    found = staggered(alike)
    assert not paths_before(found, "points").flag
    assert not bent_paths(found, "points").flag
    assert not false_date(alike, "points").flag


def test_the_bounds_widen_with_the_bend_and_break_down_where_they_say():
    bounds = honesty(staggered(made(m=18, effect=4.0)))
    assert bounds.breakdown > 0
    low, high = bounds.interval(bounds.breakdown)
    assert min(abs(low), abs(high)) == pytest.approx(0.0, abs=1e-9)
    assert bounds.interval(2.0)[0] < bounds.interval(1.0)[0] < bounds.interval(0.0)[0]
    assert bounds.breakdown < bounds.breakdown_point


def test_with_one_period_before_nobody_can_see_how_paths_bend():
    panel = made()
    short = staggered(units(panel.values[:, 2:5], np.where(panel.first == 3, 1, 3)))
    assert honesty(short) is None
    assert "single period" in bent_paths(short, "points").says
    assert "Only one period" in paths_before(short, "points").says


def test_a_false_date_needs_two_periods_before():
    panel = made()
    short = units(panel.values[:, 2:], np.where(panel.first == 3, 1, 6))
    check = false_date(short, "points")
    assert not check.flag
    assert check.found.startswith("not tried")
