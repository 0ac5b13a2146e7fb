"""The synthetic control's weights beside a general optimizer, and by the conditions that a minimum obeys."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

from gainline.engine.evidence.estimators.synthetic_control import simplex_weights


def generic(donors: np.ndarray, target: np.ndarray) -> np.ndarray:
    apart = donors - target
    start = np.full(len(donors), 1 / len(donors))
    found = minimize(
        lambda w: float(np.sum((w @ apart) ** 2)),
        start,
        jac=lambda w: 2 * apart @ (w @ apart),
        bounds=[(0, None)] * len(donors),
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1, "jac": lambda w: np.ones(len(w))},
        method="SLSQP",
        options={"ftol": 1e-15, "maxiter": 500},
    ).x
    return np.clip(found, 0, None) / np.clip(found, 0, None).sum()  # it stops with a sum that is 1e-6 off


@pytest.mark.parametrize("seed", range(60))
def test_no_mixture_is_nearer(seed: int):
    rng = np.random.default_rng(seed)
    pool, k = int(rng.integers(3, 40)), int(rng.integers(3, 30))
    donors, target = rng.normal(50, 10, (pool, k)), rng.normal(50, 10, k)
    weights = simplex_weights(donors, target)
    assert weights.min() >= 0.0
    assert weights.sum() == pytest.approx(1.0, abs=1e-12)
    ours = float(np.sum((weights @ donors - target) ** 2))
    theirs = float(np.sum((generic(donors, target) @ donors - target) ** 2))
    assert ours <= theirs * (1 + 1e-7) + 1e-10
    slope = 2 * (donors - target) @ (weights @ donors - target)
    # Karush, Kuhn and Tucker: used donors share the smallest slope
    assert (slope - slope @ weights).min() >= -1e-8 * max(ours, 1.0)


@pytest.mark.parametrize("seed", range(10))
def test_a_mixture_that_fits_without_rest_is_found(seed: int):
    rng = np.random.default_rng(seed)
    donors = rng.normal(50, 10, (8, 20))
    truth = np.zeros(8)
    truth[rng.choice(8, 3, replace=False)] = [0.5, 0.3, 0.2]
    np.testing.assert_allclose(simplex_weights(donors, truth @ donors), truth, atol=1e-8)
