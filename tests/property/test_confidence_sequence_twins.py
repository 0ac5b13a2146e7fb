"""Confidence sequences against twins that are slow and obviously right, on random problems."""

from math import log, sqrt

import numpy as np
import pytest

from gainline.engine.monitoring import confidence_sequence

PROBLEMS = 200


def slow(values, sd, rho, alpha):
    """One look at a time, with the boundary solved from the mixture's own definition instead of its closed form."""
    rows = []
    for t in range(1, len(values) + 1):
        seen = values[:t]
        spread = sd if sd is not None else (float(np.std(seen)) if t >= 30 else 0.0)
        mean = float(np.mean(seen))
        # the mixture martingale sqrt(rho / (t + rho)) exp(S^2 / (2 (t + rho))) reaches 1 / alpha at S = half * t
        half = sqrt(2.0 * (t + rho) * log(sqrt((t + rho) / rho) / alpha)) / t * spread if spread else np.inf
        rows.append((mean, mean - half, mean + half))
    return np.array(rows).T


@pytest.mark.parametrize("problem", range(PROBLEMS))
def test_the_running_form_equals_the_look_by_look_twin(problem):
    rng = np.random.default_rng(problem)
    values = rng.normal(rng.normal(0, 50), rng.uniform(0.1, 20), int(rng.integers(1, 80)))
    sd = None if problem % 2 else float(rng.uniform(0.5, 5))
    rho, alpha = float(rng.uniform(1, 100)), float(rng.uniform(0.01, 0.2))
    found = confidence_sequence(values, sd=sd, rho=rho, alpha=alpha)
    mean, low, high = slow(values, sd, rho, alpha)
    for ours, theirs in ((found.mean, mean), (found.low, low), (found.high, high)):
        np.testing.assert_allclose(ours, theirs, rtol=1e-8, atol=1e-8)  # running sums lose a few digits


@pytest.mark.parametrize("problem", range(40))
def test_shift_and_scale_carry_over(problem):
    rng = np.random.default_rng(1000 + problem)
    values, shift, scale = rng.normal(size=120), float(rng.normal(0, 100)), float(rng.uniform(0.1, 30))
    plain, moved = confidence_sequence(values), confidence_sequence(scale * values + shift)
    np.testing.assert_allclose(moved.low[40:], scale * plain.low[40:] + shift, rtol=1e-8, atol=1e-7)


@pytest.mark.parametrize("problem", range(40))
def test_a_smaller_alpha_or_a_larger_sd_is_wider_at_every_look(problem):
    rng = np.random.default_rng(2000 + problem)
    values = rng.normal(size=50)
    usual = confidence_sequence(values, sd=1.0)
    assert (confidence_sequence(values, sd=1.0, alpha=0.01).high > usual.high).all()
    assert (confidence_sequence(values, sd=1.5).high > usual.high).all()
