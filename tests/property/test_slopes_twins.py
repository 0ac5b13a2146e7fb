"""Random intercepts and slopes against a dense twin that writes every n by n matrix out, and against statsmodels."""

import warnings

import numpy as np
import pytest
from scipy import optimize

from gainline.engine.evidence.inference.linear import Columns
from gainline.engine.evidence.inference.mixed import random_intercepts
from gainline.engine.evidence.inference.slopes import Sloped, random_slopes

NAMES = ("intercept", "own", "tool")
PARTS = np.array([[[1, 0], [0, 0]], [[0, 1], [1, 0]], [[0, 0], [0, 1]]], dtype=float)


def random_problem(seed, *, groups=(10, 16), sizes=(4, 9)):
    rng = np.random.default_rng(seed)
    m = int(rng.integers(*groups))
    codes = np.repeat(np.arange(m), rng.integers(*sizes, size=m))
    n = len(codes)
    own = rng.normal(2.0, 1.5, size=n)
    x = np.column_stack([np.ones(n), own, (np.arange(m) % 2)[codes]])
    lines = rng.normal(size=(m, 2)) * [rng.choice([0.0, 0.5, 1.0]), rng.choice([0.0, 0.3, 0.7])]
    y = x @ [3.0, 0.5, 0.4] + rng.normal(size=n) + lines[codes, 0] + lines[codes, 1] * own
    return y, x, codes


def fitted(y, x, codes) -> Sloped:
    found = random_slopes(y, Columns(NAMES, x), "own", codes, needed=("tool",))
    assert isinstance(found, Sloped), found
    return found


def dense(between, within, y, x, codes):
    """Restricted deviance, coefficients, covariance, P and the matrices of the variances, by the textbook."""
    same = (codes[:, None] == codes[None, :]).astype(float)
    z = x[:, :2]
    matrices = [same * (z @ part @ z.T) for part in PARTS] + [np.eye(len(y))]
    v = sum(s * a for s, a in zip((between[0, 0], between[0, 1], between[1, 1], within), matrices, strict=True))
    inverse = np.linalg.inv(v)
    cover = np.linalg.inv(x.T @ inverse @ x)
    p = inverse - inverse @ x @ cover @ x.T @ inverse
    deviance = np.linalg.slogdet(v)[1] - np.linalg.slogdet(cover)[1] + y @ p @ y
    return float(deviance), cover @ x.T @ inverse @ y, cover, p, inverse, matrices


def dense_search(y, x, codes):
    """The best dense likelihood that a search without derivatives finds, its residual variance not profiled out."""

    def variances(logs):
        factor = np.array([[logs[0], 0.0], [logs[1], logs[2]]])
        return factor @ factor.T, float(np.exp(logs[3]))

    def deviance(logs):
        return dense(*variances(logs), y, x, codes)[0]

    starts = ((0.7, 0.0, 0.4, 0.0), (0.2, 0.0, 0.1, 0.0))
    options = {"xatol": 1e-7, "fatol": 1e-10, "maxiter": 1200, "maxfev": 1200}
    found = [optimize.minimize(deviance, start, method="Nelder-Mead", options=options) for start in starts]
    best = min(found, key=lambda one: one.fun)
    return best.fun, *variances(best.x)


def test_everything_equals_the_dense_twin_at_the_variances_found():
    for seed in range(12):
        y, x, codes = random_problem(seed)
        found = fitted(y, x, codes)
        _, beta, cover, p, inverse, matrices = dense(found.between, found.within, y, x, codes)
        # Both solve the same equations; what differs is rounding, at most that of inverses of condition 1e4.
        assert found.coefficients == pytest.approx(beta, rel=1e-8, abs=1e-8), seed
        assert found.covariance == pytest.approx(cover, rel=1e-8, abs=1e-10), seed
        information = np.array([[np.trace(p @ a @ p @ b) / 2 for a in matrices] for b in matrices])
        row = cover @ x.T @ inverse
        move = np.array([(row @ a @ row.T)[2, 2] for a in matrices])
        df = 2 * cover[2, 2] ** 2 / (move @ np.linalg.inv(information) @ move)
        assert found.effect("tool").df == pytest.approx(df, rel=1e-6), seed


def test_no_dense_search_finds_a_better_fit():
    edges = 0
    for seed in range(4):
        y, x, codes = random_problem(seed + 500, groups=(8, 10), sizes=(3, 6))
        found = fitted(y, x, codes)
        ours = dense(found.between, found.within, y, x, codes)[0]
        theirs, between, within = dense_search(y, x, codes)
        assert ours <= theirs + 1e-7, seed  # rounding of the dense determinant
        if theirs - ours < 1e-6:
            assert found.coefficients == pytest.approx(dense(between, within, y, x, codes)[1], abs=1e-3)
        edges += float(np.linalg.eigvalsh(found.between)[0]) < 1e-9
    assert edges > 0  # a covariance without full rank is an ordinary answer


def test_steps_away_from_the_fit_are_never_better():
    for seed in range(15):
        y, x, codes = random_problem(seed + 1000)
        found = fitted(y, x, codes)
        least = dense(found.between, found.within, y, x, codes)[0]
        for step in (*PARTS[[0, 2]], np.ones((2, 2)), np.array([[1.0, -1.0], [-1.0, 1.0]])):
            assert dense(found.between + 0.01 * step, found.within, y, x, codes)[0] >= least - 1e-8, seed
        for share in (0.97, 1.03):
            assert dense(share * found.between, found.within, y, x, codes)[0] >= least - 1e-8, seed
            assert dense(found.between, share * found.within, y, x, codes)[0] >= least - 1e-8, seed


def test_slopes_never_fit_worse_than_intercepts_alone_and_equal_them_where_slopes_have_no_variance():
    equal = 0
    for seed in range(15):
        y, x, codes = random_problem(seed + 2000)
        sloped = fitted(y, x, codes)
        plain = random_intercepts(y, Columns(NAMES, x), codes, needed=("tool",))
        assert sloped.deviance <= plain.deviance + 2e-9, seed
        if sloped.between[1, 1] == 0.0:
            equal += 1
            # Both are roots of one gradient, each found to about 1e-12 of its scale.
            assert sloped.coefficients == pytest.approx(plain.coefficients, abs=1e-5), seed
    assert equal > 0


def test_the_units_of_the_slope_and_the_order_of_the_rows_do_not_matter():
    y, x, codes = random_problem(7)
    found = fitted(y, x, codes)
    order = np.random.default_rng(1).permutation(len(y))
    again = fitted(y[order], (x * [1.0, 1000.0, 1.0])[order], codes[order])
    assert again.coefficients == pytest.approx(found.coefficients / [1.0, 1000.0, 1.0], rel=1e-7)
    assert again.between[1, 1] * 1e6 == pytest.approx(found.between[1, 1], rel=1e-6, abs=1e-9)


def test_groups_that_cannot_tell_slopes_apart_are_refused():
    y, x, codes = random_problem(3)
    flat = x.copy()
    flat[:, 1] = codes % 5  # the slope's column does not vary within any group
    names = Columns(NAMES, x)
    refused = [
        random_slopes(y, Columns(NAMES, flat), "own", codes, needed=("tool",)),
        random_slopes(y, names, "own", codes % 3, needed=("tool",)),
        random_slopes(y, names, "own", np.arange(len(y)), needed=("tool",)),
        random_slopes(x @ np.array([1.0, 2.0, 3.0]), names, "own", codes, needed=("tool",)),
    ]
    assert [found.code for found in refused] == ["EV110", "EV110", "EV110", "EV013"]
    with pytest.raises(ValueError, match="not in tuple"):
        random_slopes(y, names, "reading", codes, needed=("tool",))


@pytest.mark.slow
def test_statsmodels_never_fits_better_on_40_random_problems():
    from statsmodels.regression.mixed_linear_model import MixedLM

    compared = 0
    for seed in range(40):
        y, x, codes = random_problem(seed + 3000, groups=(16, 25), sizes=(5, 15))
        found = fitted(y, x, codes)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            oracle = MixedLM(y, x, codes, exog_re=x[:, :2]).fit(reml=True)
        ours, theirs = (
            dense(between, within, y, x, codes)[0]
            for between, within in ((found.between, found.within), (oracle.cov_re, float(oracle.scale)))
        )
        assert ours <= theirs + 1e-8, seed
        if theirs - ours < 1e-5:
            compared += 1
            # a coefficient is off by its error times the root of what the deviance is off: .4 * .003
            assert found.coefficients == pytest.approx(oracle.fe_params, abs=2e-3), seed
    assert compared >= 15, compared
