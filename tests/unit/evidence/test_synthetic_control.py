"""Synthetic control: the mixture, its placebo distribution, and what it cannot tell."""

from __future__ import annotations

import numpy as np
import pytest

from gainline.engine.evidence.estimators.synthetic_control import (
    synthetic_control,
)


def district(seed: int, *, pool: int = 24, periods: int = 16, start: int = 10, effect: float = 0.0):
    """Schools that follow two common courses; the first is a mixture of three others and noise."""
    rng = np.random.default_rng(seed)
    courses = rng.normal(size=(2, periods)).cumsum(axis=1) * 2
    loads = rng.normal(1.0, 0.5, (pool, 2))
    donors = 60 + rng.normal(0, 4, (pool, 1)) + loads @ courses + rng.normal(0, 0.5, (pool, periods))
    own = 0.5 * donors[0] + 0.3 * donors[1] + 0.2 * donors[2] + rng.normal(0, 0.4, periods)
    own[start:] += effect
    return own, donors, start


def test_an_effect_is_found_and_the_interval_holds_it():
    found = synthetic_control(*district(1, effect=5.0))
    assert found.effect.effect == pytest.approx(5.0, abs=1.0)
    assert found.effect.low < 5.0 < found.effect.high
    assert found.effect.low > 0.0
    assert found.effect.p == pytest.approx(1 / 25)
    assert found.weights.sum() == pytest.approx(1.0)


def test_with_few_donors_even_a_large_effect_cannot_pass_five_percent():
    own, donors, start = district(2, pool=12, effect=30.0)
    found = synthetic_control(own, donors, start)
    assert found.smallest_p == pytest.approx(1 / 13)
    assert found.effect.p >= found.smallest_p
    assert "placebo gaps" in found.effect.method


def test_without_an_effect_the_permutation_rarely_rejects():
    rejected = 0
    for seed in range(60):
        own, donors, start = district(seed + 100)
        rejected += synthetic_control(own, donors, start).effect.p <= 0.08
    assert rejected / 60 <= 0.2


def test_the_interval_is_the_set_of_effects_that_the_permutation_does_not_reject():
    own, donors, start = district(3, effect=3.0)
    found = synthetic_control(own, donors, start)
    for shift, kept in ((0.02, True), (-0.02, False)):
        moved = own.copy()
        moved[start:] -= found.effect.low + shift
        again = synthetic_control(moved, donors, start)
        assert (again.effect.p > 0.05) == kept


def test_schools_on_another_level_are_refused_or_matched_without_the_level():
    own, donors, start = district(4, effect=4.0)
    assert synthetic_control(own + 40, donors, start).code == "EV195"
    found = synthetic_control(own + 40, donors, start, demeaned=True)
    assert found.effect.low < 4.0 < found.effect.high


def test_few_periods_and_few_donors_are_refused():
    own, donors, start = district(5)
    assert synthetic_control(own[6:], donors[:, 6:], start - 6).code == "EV193"
    assert synthetic_control(own, donors[:9], start).code == "EV194"
