"""Charts give the published numbers, count runs exactly, and refuse where there is too little to say."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from gainline.engine.core.refusals import Refusal
from gainline.engine.monitoring.charts import (
    Signal,
    events_per_unit,
    individuals,
    proportions,
    rebased,
    run_chart,
    runs_at_least,
    runs_at_most,
    signals,
)

TENS = [1, 2, 1, 2, 10, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1]  # example of the R package NHSRplotthedots 0.2.2
NORMAL = [  # R: set.seed(123); rnorm(20)
    *(-0.56047565, -0.23017749, 1.55870831, 0.07050839, 0.12928774, 1.71506499, 0.46091621, -1.26506123),
    *(-0.68685285, -0.44566197, 1.22408180, 0.35981383, 0.40077145, 0.11068272, -0.55584113, 1.78691314),
    *(0.49785048, -1.96661716, 0.70135590, -0.47279141),
]
MONTGOMERY = [  # Introduction to Statistical Quality Control, section 6.4: mortgage costs
    *(310, 288, 297, 298, 307, 303, 294, 297, 308, 306, 294, 299, 297, 299, 314, 295, 293, 306, 301, 304),
]


@pytest.mark.parametrize(
    ("values", "screened", "center", "lower", "upper", "digits"),
    [
        (TENS, False, 1.94, -3.06, 6.95, 2),
        (TENS, True, 1.94, -0.72, 4.60, 2),
        (NORMAL, False, 0.142, -3.01, 3.29, 2),
        (NORMAL[:10], False, 0.0746, -2.60, 2.75, 2),
        (NORMAL[10:], False, 0.209, -3.28, 3.70, 2),
    ],
)
def test_limits_are_the_published_ones_to_the_printed_digit(values, screened, center, lower, upper, digits):
    limits = individuals(values, screened=screened)
    assert round(limits.center, 3) == pytest.approx(center, abs=0.005)  # centers are printed to two or three digits
    assert (round(limits.lower, digits), round(limits.upper, digits)) == (lower, upper)


def test_montgomerys_limits_hold_with_the_unrounded_constant_too():
    limits = individuals(MONTGOMERY)
    assert (limits.center, round(limits.mean_range, 2)) == (300.5, 7.79)
    three_sds = 3 * limits.mean_range / 1.128
    assert (round(limits.center - three_sds, 2), round(limits.center + three_sds, 2)) == (279.78, 321.22)
    assert limits.upper == pytest.approx(321.22, abs=0.01)  # 2.66 is 3 / 1.128 rounded


def test_a_point_says_the_first_of_the_four_signals_that_it_completes():
    limits = individuals(TENS)
    assert [signal for signal in signals(TENS, limits) if signal] == [Signal.OUTSIDE]
    assert signals(TENS, limits).index(Signal.OUTSIDE) == 4


def flagged(values: list[float], signal: Signal) -> list[int]:
    """Where one signal is met, with limits that no other signal can reach."""
    wide = type(individuals(TENS))(center=-100.0, mean_range=1e6, n=20)
    return [at for at, found in enumerate(signals(values, wide)) if found is signal]


def test_seven_rising_or_falling_are_a_trend_and_a_tie_breaks_it():
    assert flagged([1, 2, 3, 4, 5, 6], Signal.TREND) == []
    assert flagged([1, 2, 3, 4, 5, 6, 7], Signal.TREND) == [6]
    assert flagged([7, 6, 5, 4, 3, 2, 1], Signal.TREND) == [6]
    assert flagged([1, 2, 3, 3, 4, 5, 6], Signal.TREND) == []


def test_two_of_three_near_a_limit_count_on_one_side_only():
    """NHSRplotthedots' own test: the last two points lie near opposite limits and stay common cause."""
    opposite = [1.0, -1.0] * 7 + [5.5, -5.5]
    assert signals(opposite, individuals(opposite))[-2:] == [None, None]
    same = [1.0, -1.0] * 7 + [4.5, 4.5, 0.5]
    assert Signal.TWO_OF_THREE in signals(same, individuals(same[:14]))[-2:] or Signal.OUTSIDE in signals(
        same, individuals(same[:14])
    )
    limits = type(individuals(same))(center=0.0, mean_range=2.0, n=14)
    assert signals(same, limits)[-1] is Signal.TWO_OF_THREE


def test_seven_on_one_side_of_the_mean_are_a_signal():
    values = [*[1.0, -1.0] * 5, *[0.4] * 7]
    limits = individuals(values[:10])
    assert signals(values, limits)[-2:] == [None, Signal.ONE_SIDE]


def test_limits_start_anew_only_with_twelve_points_on_both_sides_of_a_recorded_change():
    values = [*NORMAL, *(value + 10 for value in NORMAL)]
    first, second = rebased(values, [20])
    assert (first.start, second.start) == (0, 20)
    assert second.center == pytest.approx(first.center + 10)
    assert first.is_firm
    [whole] = rebased(values, [])
    assert whole.upper > second.upper - 5
    refused = rebased(values, [9])
    assert isinstance(refused, Refusal)
    assert refused.code == "RK031"


def test_too_few_points_make_no_chart_and_gaps_are_left_out_by_whoever_asks():
    assert individuals([1, 2, 3, 4, 5]).code == "RK030"
    assert rebased([1, 2, 3, 4, 5], []).code == "RK030"
    assert run_chart([1, 2, 3]).code == "RK032"
    assert proportions([1, 2], [10, 10]).code == "RK033"
    assert proportions([11] * 6, [10] * 6).code == "RK033"
    assert events_per_unit([1] * 6, [0.0] * 6).code == "RK033"
    with pytest.raises(ValueError, match="leave out weeks"):
        individuals([1, 2, 3, 4, 5, math.nan])
    with pytest.raises(ValueError, match="leave out weeks"):
        run_chart([math.inf] * 12)


@pytest.mark.parametrize(
    ("n", "fewest", "most"), [(10, 3, 9), (15, 5, 12), (16, 5, 13), (20, 7, 15), (24, 8, 18), (30, 11, 21)]
)
def test_usual_numbers_of_runs_are_swed_and_eisenharts_at_two_and_a_half_percent(n, fewest, most):
    """Exact; a printed table that is often copied says 6 to 16 for 20 points, and is wrong."""
    above = n // 2
    usual = [
        r for r in range(1, n + 1) if min(runs_at_most(r, above, n - above), runs_at_least(r, above, n - above)) > 0.025
    ]
    assert (min(usual), max(usual)) == (fewest, most)


@given(st.integers(1, 6), st.integers(1, 6))
@settings(max_examples=36, deadline=None)
def test_run_counts_agree_with_writing_out_every_order(above, below):
    orders = set(itertools.permutations([1] * above + [0] * below)) if above + below < 8 else None
    if orders is None:
        spots = itertools.combinations(range(above + below), above)
        orders = {tuple(int(at in spot) for at in range(above + below)) for spot in spots}
    counts = [1 + sum(a != b for a, b in itertools.pairwise(order)) for order in orders]
    for runs in range(1, above + below + 1):
        assert runs_at_most(runs, above, below) == pytest.approx(sum(c <= runs for c in counts) / len(counts))
        assert runs_at_least(runs, above, below) == pytest.approx(sum(c >= runs for c in counts) / len(counts))


def test_the_lunch_counter_has_eleven_runs_with_its_published_p():
    """Empty and occupied stools: 11 runs, 7.875 expected, one-sided p 0.0548 by the normal curve with correction."""
    stools = [1.0 if letter == "E" else -1.0 for letter in "EOEEOEEEOEEEOEOE"]
    chart = run_chart(stools, median=0.0)
    assert (chart.runs, chart.above, chart.below, chart.expected_runs) == (11, 11, 5, 7.875)
    by_normal = stats.norm.sf((chart.runs - 0.5 - chart.expected_runs) / chart.runs_spread)
    assert round(by_normal, 4) == 0.0548
    # exactly, all 11 runs that five stools can make: C(10, 5) * C(4, 4) orders of C(16, 5)
    assert chart.p_many == pytest.approx(math.comb(10, 5) / math.comb(16, 5))


@pytest.mark.parametrize(
    ("n", "longest", "crossings"),
    [(10, 6, 2), (12, 7, 3), (16, 7, 4), (20, 7, 6), (24, 8, 8), (36, 8, 13), (100, 10, 41)],
)
def test_anhojs_limits_are_the_published_ones(n, longest, crossings):
    chart = run_chart([(-1.0) ** at for at in range(n)], median=0.0)
    assert (chart.usual_longest, chart.fewest_crossings) == (longest, crossings)


def test_points_on_the_median_are_not_useful_and_equal_neighbors_count_once():
    chart = run_chart([1, 2, 2, 3, 4, 5, 5, 9, 5, 9, 1, 9, 1, 1], median=5)
    assert chart.useful == 11
    assert chart.longest_trend == 6
    assert any("trend" in said for said in chart.signals)
    assert run_chart([1.0] * 6 + [2.0] * 6, median=1.5).signals[0].startswith("a shift: 6")
    assert any("too many" in said for said in run_chart([1.0, 2.0] * 8).signals)


def test_montgomerys_p_chart_of_equal_samples():
    """Orange juice cans: 30 samples of 50; 0.2313, limits 0.0524 and 0.4102."""
    cans = [12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22, 8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12, 7, 13, 9, 6]
    chart = proportions(cans, [50] * 30)
    assert (round(chart.center, 4), round(chart.lower[0], 4), round(chart.upper[0], 4)) == (0.2313, 0.0524, 0.4102)
    assert list(np.flatnonzero(chart.outside) + 1) == [15, 23]  # the two samples that the book investigates


def test_montgomerys_p_chart_of_unequal_samples():
    """Purchase orders: 234 of 2,450 wrong; 0.096, limits 0.007 and 0.184 at 100; sample 11 outside."""
    wrong = [12, 8, 6, 9, 10, 12, 11, 16, 10, 6, 20, 15, 9, 8, 6, 8, 10, 7, 5, 8, 5, 8, 10, 6, 9]
    orders = [
        *(100, 80, 80, 100, 110, 110, 100, 100, 90, 90, 110, 120, 120, 120, 110, 80, 80, 80, 90, 100, 100, 100, 100),
        *(90, 90),
    ]
    chart = proportions(wrong, orders)
    assert (sum(wrong), sum(orders), round(chart.center, 3)) == (234, 2450, 0.096)
    assert (round(chart.lower[0], 3), round(chart.upper[0], 3)) == (0.007, 0.184)
    assert list(np.flatnonzero(chart.outside) + 1) == [11]


def test_montgomerys_u_chart_of_unequal_samples():
    """Dyed cloth: 153 defects in 107.5 units; 1.42, limits of the first roll 0.29 and 2.55."""
    defects, units = [14, 12, 20, 11, 7, 10, 21, 16, 19, 23], [10, 8, 13, 10, 9.5, 10, 12, 10.5, 12, 12.5]
    chart = events_per_unit(defects, units)
    assert (sum(defects), sum(units), round(chart.center, 2)) == (153, 107.5, 1.42)
    assert chart.lower[0] == pytest.approx(0.29, abs=0.005)
    assert chart.upper[0] == pytest.approx(2.55, abs=0.01)  # the book rounds the center first
    assert not chart.outside.any()


def test_large_denominators_call_for_p_prime_and_p_prime_rings_less():
    rng = np.random.Generator(np.random.PCG64(3))
    sizes = rng.integers(20_000, 40_000, 60)
    weekly = 0.4 + 0.02 * rng.standard_normal(60)  # weeks differ, as weeks do
    counts = rng.binomial(sizes, weekly)
    plain, prime = proportions(counts, sizes), proportions(counts, sizes, prime=True)
    assert plain.advises_prime
    assert plain.outside.sum() > 20
    assert prime.outside.sum() <= 1
    assert not prime.advises_prime


def test_where_only_counting_varies_p_prime_is_the_plain_chart_but_for_chance():
    rng = np.random.Generator(np.random.PCG64(4))
    spreads = [proportions(rng.binomial(200, 0.4, 60), [200] * 60).spread for _ in range(200)]
    assert np.mean(spreads) == pytest.approx(1.0, abs=0.02)  # standard error about 0.007
    nobody = proportions([0] * 6, [10] * 6)
    assert (nobody.center, nobody.spread) == (0.0, 1.0)
