"""Entropy balancing against a general optimizer on the primal problem, and overlap weights against their theorem."""

import numpy as np
import pytest
from scipy import optimize

from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.balancing.entropy import entropy_balance
from gainline.engine.evidence.balancing.overlap import overlap_weights
from gainline.engine.evidence.inference.linear import Columns

EXACT = 1e-11  # standardized differences: float rounding of sums over a few hundred students


def problem(seed):
    rng = np.random.default_rng(seed)
    n, k = int(rng.integers(16, 36)), int(rng.integers(1, 4))
    x = rng.normal(size=(n, k))
    tool = rng.random(n) < 1 / (1 + np.exp(0.8 - 0.5 * x.sum(axis=1)))
    tool[:3], tool[3:8] = True, False
    return tool, Columns(tuple("abc"[:k]), x)


def primal(away):
    """Minimize sum w log w under sum w = 1 and sum w x = 0, by sequential quadratic programming."""
    n = len(away)
    found = optimize.minimize(
        lambda w: float(w @ np.log(w)),
        np.full(n, 1.0 / n),
        jac=lambda w: np.log(w) + 1.0,
        bounds=[(1e-12, 1.0)] * n,
        constraints=[
            {"type": "eq", "fun": lambda w: w.sum() - 1.0, "jac": lambda w: np.ones(n)},
            {"type": "eq", "fun": lambda w: away.T @ w, "jac": lambda w: away.T},
        ],
        method="SLSQP",
        options={"maxiter": 500, "ftol": 1e-13},
    )
    return found.x


def has_weights(away):
    """Whether the origin lies in the convex hull, by linear programming."""
    n = len(away)
    equal = np.vstack([np.ones(n), away.T])
    return optimize.linprog(np.zeros(n), A_eq=equal, b_eq=np.eye(len(equal))[0], method="highs").status == 0


@pytest.mark.parametrize("seed", range(200))
def test_entropy_weights_equal_a_general_optimizers(seed):
    tool, covariates = problem(seed)
    away = covariates.matrix[~tool] - covariates.matrix[tool].mean(axis=0)
    found = entropy_balance(tool, covariates)
    if isinstance(found, Refusal):
        if found.code == "EV130":
            assert not has_weights(away)
        return
    assert found.worst < EXACT
    shares = found.weights[~tool] / found.weights[~tool].sum()
    assert found.weights[~tool].sum() == pytest.approx(int(tool.sum()))
    assert np.abs(shares - primal(away)).max() < 2e-5  # the general optimizer stops at about this


@pytest.mark.parametrize("seed", range(200))
def test_overlap_weights_balance_every_average_exactly(seed):
    tool, covariates = problem(seed)
    found = overlap_weights(tool, covariates)
    if isinstance(found, Refusal):
        assert found.code in {"EV008", "EV131"}
        return
    assert found.ridge or found.balanced.worst < 1e-9  # the score is fitted to a relative 1e-10
