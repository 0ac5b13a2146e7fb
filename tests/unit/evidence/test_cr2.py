"""CR2 and Satterthwaite against a slow dense twin that follows the paper's matrices, and against statsmodels."""

import numpy as np
import pytest

from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.inference.cr2 import cluster_codes, cr1, cr2
from gainline.engine.evidence.inference.linear import Columns, Fit, least_squares


def dense_cr2(y, x, w, clusters, contrast):
    """Pustejovsky and Tipton (2018), equations 6, 7 and 11, with every n by n matrix written out."""
    n = len(y)
    weight = np.diag(w)
    bread = np.linalg.inv(x.T @ weight @ x)
    residual_maker = np.eye(n) - x @ bread @ x.T @ weight
    e = residual_maker @ y
    meat, directions = 0.0, []
    for code in np.unique(clusters):
        rows = np.flatnonzero(clusters == code)
        block = residual_maker[rows] @ residual_maker[rows].T
        values, vectors = np.linalg.eigh((block + block.T) / 2)
        root = np.array([1 / np.sqrt(v) if v > 1e-10 else 0.0 for v in values])
        adjust = vectors @ np.diag(root) @ vectors.T
        step = adjust @ weight[np.ix_(rows, rows)] @ x[rows] @ bread @ contrast
        meat += (step @ e[rows]) ** 2
        directions.append(residual_maker[rows].T @ step)
    gram = np.array(directions) @ np.array(directions).T
    estimate = contrast @ bread @ x.T @ weight @ y
    return estimate, meat**0.5, np.trace(gram) ** 2 / np.sum(gram**2)


def random_problem(seed):
    rng = np.random.default_rng(seed)
    m = int(rng.integers(4, 12))
    sizes = rng.integers(1, 9, size=m)
    clusters = np.repeat(np.arange(m), sizes)
    n, k = len(clusters), int(rng.integers(1, 4))
    treated = rng.random(m) < 0.5
    treated[:2] = [True, False]
    within = seed % 3 == 0  # treatment inside clusters, cluster fixed effects absorbed
    tool = (rng.random(n) < 0.5) if within else treated[clusters]
    columns = [np.ones(n), rng.normal(size=(n, k)), tool.astype(float)]
    if within:
        columns.insert(1, (clusters[:, None] == np.arange(1, m)).astype(float))
    x = np.column_stack(columns)
    y = rng.normal(size=n) + rng.normal(size=m)[clusters] + 0.3 * tool
    weights = rng.uniform(0.2, 3.0, size=n) if seed % 2 else np.ones(n)
    order = rng.permutation(n)
    return y[order], x[order], weights[order], clusters[order]


def fit_of(y, x, weights) -> Fit:
    names = tuple(f"c{place}" for place in range(x.shape[1]))
    fit = least_squares(y, Columns(names, x), needed=names[-1:], weights=weights)
    assert not isinstance(fit, Refusal)
    return fit


def test_cr2_equals_the_dense_twin_on_200_random_problems():
    compared = 0
    for seed in range(260):
        y, x, weights, clusters = random_problem(seed)
        if np.linalg.matrix_rank(x) < x.shape[1] or len(y) <= x.shape[1] + 1:
            continue
        fit = fit_of(y, x, weights)
        contrast = np.zeros(x.shape[1])
        contrast[-1] = 1.0
        expected = dense_cr2(y, x, weights, clusters, contrast)
        if expected[1] < 1e-6:
            continue
        found = cr2(fit, clusters, fit.contrast(fit.names[-1]))
        assert (found.estimate, found.std_error, found.df) == pytest.approx(expected, rel=1e-8, abs=1e-8), seed
        compared += 1
    assert compared >= 200


def test_one_student_per_cluster_is_hc2_of_statsmodels():
    import statsmodels.api as sm

    rng = np.random.default_rng(3)
    x = np.column_stack([np.ones(60), rng.normal(size=(60, 2)), rng.random(60) < 0.4])
    y = x @ [1.0, 0.5, -0.2, 0.8] + rng.normal(size=60) * (1 + x[:, 3])
    fit = fit_of(y, x, None)
    oracle = sm.OLS(y, x).fit(cov_type="HC2")
    found = cr2(fit, np.arange(60), fit.contrast("c3"))
    assert found.estimate == pytest.approx(oracle.params[3], rel=1e-10)
    assert found.std_error == pytest.approx(oracle.bse[3], rel=1e-10)


def test_cr1_is_the_clustered_standard_error_of_statsmodels():
    import statsmodels.api as sm

    y, x, _, clusters = random_problem(7)
    fit = fit_of(y, x, None)
    oracle = sm.OLS(y, x).fit(cov_type="cluster", cov_kwds={"groups": clusters})
    found = cr1(fit, clusters, fit.contrast(fit.names[-1]))
    assert found.std_error == pytest.approx(oracle.bse[-1], rel=1e-9)
    assert found.df == len(np.unique(clusters)) - 1


def test_singletons_give_the_same_by_the_loop_and_by_the_shortcut():
    y, x, weights, _ = random_problem(5)
    clusters = np.arange(len(y))
    fit = fit_of(y, x, weights)
    contrast = np.zeros(x.shape[1])
    contrast[-1] = 1.0
    found = cr2(fit, clusters, fit.contrast(fit.names[-1]))
    assert (found.estimate, found.std_error, found.df) == pytest.approx(dense_cr2(y, x, weights, clusters, contrast))


def test_scaling_the_weights_changes_nothing():
    y, x, weights, clusters = random_problem(9)
    one, other = (
        cr2(fit, clusters, fit.contrast(fit.names[-1])) for fit in (fit_of(y, x, weights), fit_of(y, x, 7 * weights))
    )
    assert (one.estimate, one.std_error, one.df) == pytest.approx((other.estimate, other.std_error, other.df), rel=1e-9)


def test_balanced_school_means_have_the_textbook_degrees_of_freedom():
    # 6 schools of 5, half treated, no covariates: Satterthwaite is the two-sample t on school means, 4 df
    clusters = np.repeat(np.arange(6), 5)
    rng = np.random.default_rng(1)
    y = rng.normal(size=30) + rng.normal(size=6)[clusters]
    x = np.column_stack([np.ones(30), (clusters % 2).astype(float)])
    fit = fit_of(y, x, None)
    found = cr2(fit, clusters, fit.contrast("c1"))
    means = np.array([y[clusters == code].mean() for code in range(6)])
    pooled = (means[::2].var(ddof=1) + means[1::2].var(ddof=1)) / 3
    assert found.df == pytest.approx(4.0, rel=1e-9)
    assert found.std_error == pytest.approx(pooled**0.5, rel=1e-9)


def test_codes_follow_the_sorted_labels_and_not_the_rows():
    labels = np.array(["b", "a", "c", "a"], dtype=object)
    assert cluster_codes(labels).tolist() == [1, 0, 2, 0]


def test_redundant_columns_are_set_aside_and_a_determined_tool_is_refused():
    rng = np.random.default_rng(2)
    z = rng.normal(size=20)
    tool = (np.arange(20) % 2).astype(float)
    twice = Columns(("one", "z", "z again", "tool"), np.column_stack([np.ones(20), z, 2 * z, tool]))
    fit = least_squares(z + tool, twice, needed=["tool"])
    assert not isinstance(fit, Refusal)
    assert fit.names == ("one", "z", "tool")
    same = Columns(("one", "same", "tool"), np.column_stack([np.ones(20), 1 - tool, tool]))
    refused = least_squares(z, same, needed=["tool"])
    assert isinstance(refused, Refusal)
    assert refused.code == "EV006"


def test_more_terms_than_students_is_refused():
    x = np.column_stack([np.ones(4), np.eye(4)[:, :3]])
    refused = least_squares(np.arange(4.0), Columns(("a", "b", "c", "d"), x), needed=["d"])
    assert isinstance(refused, Refusal)
    assert refused.code == "EV007"
