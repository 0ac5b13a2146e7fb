"""Random intercepts against a dense twin that writes every n by n matrix out, and against statsmodels."""

import warnings

import numpy as np
import pytest
from scipy import optimize

from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.inference.linear import Columns
from gainline.engine.evidence.inference.mixed import Mixed, random_intercepts


def random_problem(seed):
    rng = np.random.default_rng(seed)
    m = int(rng.integers(6, 14))
    groups = np.repeat(np.arange(m), rng.integers(2, 9, size=m))
    n = len(groups)
    tool = (np.arange(m) % 2)[groups].astype(float)
    x = np.column_stack([np.ones(n), rng.normal(size=n), tool])
    y = x @ [3.0, 0.5, 0.4] + rng.normal(size=n) + rng.choice([0.0, 0.4, 1.0]) * rng.normal(size=m)[groups]
    return y, x, groups


def dense_parts(variances, y, x, members):
    """Restricted deviance, GLS covariance and expected information of variances, by the textbook."""
    matrices = [*(z @ z.T for z in members), np.eye(len(y))]
    v = sum(s * matrix for s, matrix in zip(variances, matrices, strict=True))
    inverse = np.linalg.inv(v)
    cover = np.linalg.inv(x.T @ inverse @ x)
    p = inverse - inverse @ x @ cover @ x.T @ inverse
    deviance = np.linalg.slogdet(v)[1] - np.linalg.slogdet(cover)[1] + y @ p @ y
    return float(deviance), cover, p, inverse, matrices


def dense_df(variances, y, x, members, place):
    _, cover, p, inverse, matrices = dense_parts(variances, y, x, members)
    information = np.array([[np.trace(p @ a @ p @ b) / 2 for a in matrices] for b in matrices])
    row = cover @ x.T @ inverse
    slope = np.array([(row @ a @ row.T)[place, place] for a in matrices])
    return 2 * cover[place, place] ** 2 / (slope @ np.linalg.inv(information) @ slope)


def member(codes):
    return (codes[:, None] == np.arange(codes.max() + 1)).astype(float)


def fitted(y, x, groups, above=None) -> Mixed:
    names = tuple(f"c{place}" for place in range(x.shape[1]))
    found = random_intercepts(y, Columns(names, x), groups, needed=names, above=above)
    assert not isinstance(found, Refusal), found
    return found


def dense_profile(y, x, z):
    """The best ratio of variances by a search over the dense likelihood; the residual variance in closed form."""

    def residual_variance(ratio):
        v = np.eye(len(y)) + ratio * z @ z.T
        inverse = np.linalg.inv(v)
        beta = np.linalg.solve(x.T @ inverse @ x, x.T @ inverse @ y)
        return float((y - x @ beta) @ inverse @ (y - x @ beta)) / (len(y) - x.shape[1])

    def deviance(icc):
        ratio = icc / (1 - icc)
        s2 = residual_variance(ratio)
        return dense_parts((ratio * s2, s2), y, x, [z])[0]

    grid = np.linspace(0, 0.9, 10)
    best = int(np.argmin([deviance(icc) for icc in grid]))
    bounds = (grid[max(best - 1, 0)], grid[min(best + 1, 9)])
    found = optimize.minimize_scalar(deviance, bounds=bounds, method="bounded", options={"xatol": 1e-9})
    icc = float(found.x) if found.fun < deviance(0.0) else 0.0
    s2 = residual_variance(icc / (1 - icc))
    return icc / (1 - icc) * s2, s2


@pytest.mark.parametrize("problems", [60, pytest.param(200, marks=pytest.mark.slow)])
def test_two_levels_equal_the_dense_twin_on_random_problems(problems):
    boundary = 0
    for seed in range(problems):
        y, x, groups = random_problem(seed)
        z = member(groups)
        found = fitted(y, x, groups)
        expected = dense_profile(y, x, z)
        # A search without derivatives finds the place of a flat minimum to about the root of machine precision.
        assert (found.between[0], found.within) == pytest.approx(expected, rel=1e-5, abs=1e-5), seed
        variances = (*found.between, found.within)
        cover = dense_parts(variances, y, x, [z])[1]
        effect = found.effect("c2")
        assert effect.std_error == pytest.approx(cover[2, 2] ** 0.5, rel=1e-9)
        assert effect.df == pytest.approx(dense_df(variances, y, x, [z], 2), rel=1e-7)
        boundary += found.between[0] == 0.0
    assert 0.05 * problems < boundary < 0.75 * problems  # zero between groups is an ordinary answer


def test_three_levels_equal_the_dense_likelihood():
    for seed in range(25):
        rng = np.random.default_rng(seed)
        school_of = np.repeat(np.arange(6), rng.integers(2, 5, size=6))
        m = len(school_of)
        groups = np.repeat(np.arange(m), rng.integers(2, 6, size=m))
        above, n = school_of[groups], len(groups)
        x = np.column_stack([np.ones(n), rng.normal(size=n), (above % 2).astype(float)])
        y = rng.normal(size=n) + 0.6 * rng.normal(size=m)[groups] + 0.6 * rng.normal(size=6)[above]
        found = fitted(y, x, groups, above)
        members = [member(groups), member(above)]
        variances = np.array([*found.between, found.within])
        deviance = dense_parts(variances, y, x, members)[0]
        for step in np.eye(3) * 0.02:  # nothing near it is better
            for side in (variances + step, np.maximum(variances - step, 0.0)):
                assert dense_parts(side, y, x, members)[0] >= deviance - 1e-9
        assert found.effect("c2").df == pytest.approx(dense_df(variances, y, x, members, 2), rel=1e-6)


def test_balanced_groups_give_the_exact_degrees_of_freedom():
    rng = np.random.default_rng(5)
    groups = np.repeat(np.arange(10), 12)
    tool = (np.arange(10) < 4)[groups].astype(float)
    y = rng.normal(size=120) + rng.normal(size=10)[groups]
    found = fitted(y, np.column_stack([np.ones(120), tool]), groups)
    means = y.reshape(10, 12).mean(axis=1)
    assert found.effect("c1").df == pytest.approx(8.0)
    assert found.effect("c1").estimate == pytest.approx(means[:4].mean() - means[4:].mean())


def test_no_variance_between_schools_still_gives_the_least_squares_effect():
    """The case in which statsmodels returns a coefficient of exactly zero and says it converged (issue 10239)."""
    seen = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        groups = np.repeat(np.arange(12), 20)
        tool = (np.arange(12) < 6)[groups].astype(float)
        y = 0.7 * tool + rng.normal(size=240)
        found = fitted(y, np.column_stack([np.ones(240), tool]), groups)
        plain = y[tool == 1].mean() - y[tool == 0].mean()
        assert found.effect("c1").estimate == pytest.approx(plain)
        seen += found.between[0] == 0.0
    assert seen > 20


def test_groups_that_cannot_tell_variances_apart_are_refused():
    x = np.column_stack([np.ones(6), np.arange(6) % 2])
    y = np.array([1.0, 2.0, 4.0, 3.0, 5.0, 9.0])
    alone = random_intercepts(y, Columns(("c0", "c1"), x), np.arange(6), needed=("c1",))
    pair = random_intercepts(y, Columns(("c0", "c1"), x), np.arange(6) % 2, needed=("c1",))
    copied = random_intercepts(x[:, 1] * 2.0, Columns(("c0", "c1"), x), np.arange(6) % 3, needed=("c1",))
    assert [found.code for found in (alone, pair, copied)] == ["EV110", "EV110", "EV013"]


@pytest.mark.slow
def test_two_levels_equal_statsmodels_on_200_random_problems():
    from statsmodels.regression.mixed_linear_model import MixedLM

    compared = worse = 0
    for seed in range(220):
        rng = np.random.default_rng(seed)
        groups = np.repeat(np.arange(16), rng.integers(4, 15, size=16))
        x = np.column_stack([np.ones(len(groups)), rng.normal(size=len(groups)), (groups % 2).astype(float)])
        y = x @ [3.0, 0.5, 0.4] + rng.normal(size=len(groups)) + 0.7 * rng.normal(size=16)[groups]
        found = fitted(y, x, groups)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            oracle = MixedLM(y, x, groups).fit(reml=True)
        theirs = (float(oracle.cov_re[0, 0]), float(oracle.scale))
        ours = (*found.between, found.within)
        at = [dense_parts(pair, y, x, [member(groups)])[0] for pair in (ours, theirs)]
        assert at[0] <= at[1] + 1e-9, seed  # ours is never the worse fit
        if at[1] - at[0] > 1e-6:
            worse += 1
            continue
        # Two fits whose deviances differ by less than 1e-6 agree to about a thousandth of a standard error.
        assert found.coefficients == pytest.approx(oracle.fe_params, rel=1e-3, abs=1e-3), seed
        assert ours == pytest.approx(theirs, rel=2e-3), seed
        compared += 1
    assert (compared >= 200, worse <= 20) == (True, True), (compared, worse)
