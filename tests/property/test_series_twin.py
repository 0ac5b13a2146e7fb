"""The algebra of interrupted series beside statsmodels, on random series."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.regression.linear_model import GLS, GLSAR, OLS
from statsmodels.stats.diagnostic import acorr_ljungbox
from statsmodels.stats.stattools import durbin_watson as their_durbin_watson

from gainline.engine.evidence.estimators.series import durbin_watson, ljung_box, newey_west, segments, whitened

TOLERANCE = 1e-8  # the same closed forms in another order of operations


@pytest.mark.parametrize("seed", range(25))
def test_whitening_newey_west_and_diagnostics_equal_the_oracle(seed: int):
    rng = np.random.default_rng(seed)
    periods = int(rng.integers(14, 70))
    start, rho = int(periods * 0.6), float(rng.uniform(0.0, 0.95))
    x = segments(periods, start).matrix
    y = rng.normal(size=periods).cumsum() + 20
    at = np.arange(periods)

    dropped = whitened(y, x, at, rho, keep_first=False)
    theirs = GLSAR(y, x, rho=np.array([rho])).fit()
    np.testing.assert_allclose(dropped.coefficients, theirs.params, rtol=TOLERANCE, atol=TOLERANCE)
    ours = np.sqrt(np.diag(dropped.spread) * dropped.variance)
    np.testing.assert_allclose(ours, theirs.bse, rtol=TOLERANCE)

    whole = whitened(y, x, at, rho)
    full = GLS(y, x, sigma=rho ** np.abs(at[:, None] - at[None, :])).fit()
    np.testing.assert_allclose(whole.coefficients, full.params, rtol=1e-7, atol=1e-7)
    np.testing.assert_allclose(np.sqrt(np.diag(whole.spread) * whole.variance), full.bse, rtol=1e-7)

    lags = int(rng.integers(1, 5))
    coefficients, covariance = newey_west(y, x, lags=lags)
    hac = OLS(y, x).fit(cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": True})
    np.testing.assert_allclose(coefficients, hac.params, rtol=TOLERANCE, atol=TOLERANCE)
    np.testing.assert_allclose(covariance, hac.cov_params(), rtol=1e-7, atol=1e-9)

    rest = y - x @ coefficients
    assert durbin_watson(rest) == pytest.approx(their_durbin_watson(rest), rel=TOLERANCE)
    table = acorr_ljungbox(rest, lags=[6], model_df=1)
    q, p = ljung_box(rest, 6, fitted=1)
    assert (q, p) == pytest.approx((float(table["lb_stat"].iloc[0]), float(table["lb_pvalue"].iloc[0])), rel=1e-7)


@pytest.mark.parametrize("seed", range(10))
def test_gaps_and_restricted_likelihood_equal_the_dense_form(seed: int):
    rng = np.random.default_rng(seed)
    at = np.sort(rng.choice(40, size=26, replace=False))
    x, y = segments(40, 24).matrix[at], rng.normal(size=26).cumsum()

    def dense(rho: float) -> float:
        v = rho ** np.abs(at[:, None] - at[None, :])
        inverse = np.linalg.inv(v)
        gram = x.T @ inverse @ x
        rest = y - x @ np.linalg.solve(gram, x.T @ inverse @ y)
        squares = float(rest @ inverse @ rest)
        return -0.5 * (np.linalg.slogdet(v)[1] + np.linalg.slogdet(gram)[1] + (26 - 4) * np.log(squares))

    low, high = (whitened(y, x, at, rho).log_likelihood for rho in (0.2, 0.7))
    assert high - low == pytest.approx(dense(0.7) - dense(0.2), abs=1e-8)  # equal up to a constant
