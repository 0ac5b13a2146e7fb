"""The wild bootstrap against a twin that refits the model in every world."""

import numpy as np
import pytest

from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.inference.linear import Columns, least_squares
from gainline.engine.evidence.inference.wild import multipliers, wild_bootstrap


def random_problem(seed, m=None):
    rng = np.random.default_rng(seed)
    m = m or int(rng.integers(6, 16))
    clusters = np.repeat(np.arange(m), rng.integers(3, 9, size=m))
    n = len(clusters)
    tool = (np.arange(m) % 2)[clusters].astype(float)
    x = np.column_stack([np.ones(n), rng.normal(size=n), tool])
    weights = rng.uniform(0.5, 2.0, size=n) if seed % 2 else np.ones(n)
    y = rng.normal(size=n) + rng.normal(size=m)[clusters] + 0.5 * tool
    return y, x, weights, clusters


def slow_t(y, x, weights, clusters, null):
    bread = np.linalg.inv(x.T @ (weights[:, None] * x))
    beta = bread @ x.T @ (weights * y)
    score = np.array(
        [x[rows].T @ (weights * (y - x @ beta))[rows] for rows in (clusters == g for g in range(clusters.max() + 1))]
    )
    return (beta[-1] - null) / np.sqrt((bread @ score.T @ score @ bread)[-1, -1])


def slow_p(y, x, weights, clusters, worlds, null):
    """Cameron, Gelbach and Miller's algorithm, word by word."""
    others = x[:, :-1]
    moved = y - null * x[:, -1]
    gamma = np.linalg.solve(others.T @ (weights[:, None] * others), others.T @ (weights * moved))
    fitted = others @ gamma + null * x[:, -1]
    observed = abs(slow_t(y, x, weights, clusters, null))
    found = [abs(slow_t(fitted + v[clusters] * (y - fitted), x, weights, clusters, null)) for v in worlds.values]
    count = int(np.sum(np.array(found) >= observed * (1 - 1e-9)))
    return count / len(found) if worlds.is_exact else (1 + count) / (1 + len(found))


def fit_of(y, x, weights):
    fit = least_squares(y, Columns(("one", "before", "tool"), x), needed=("tool",), weights=weights)
    assert not isinstance(fit, Refusal)
    return fit


def test_p_equals_the_slow_loop_on_200_random_problems():
    for seed in range(200):
        y, x, weights, clusters = random_problem(seed)
        found = wild_bootstrap(fit_of(y, x, weights), clusters, "tool", draws=59, seed=seed)
        worlds = multipliers(int(clusters.max()) + 1, draws=59, seed=seed)
        assert found.p == slow_p(y, x, weights, clusters, worlds, 0.0), seed
        assert found.weights == ("Webb" if clusters.max() < 11 else "Rademacher")


def test_the_ends_of_the_interval_are_where_the_slow_loop_begins_to_reject():
    for seed in range(6):
        y, x, weights, clusters = random_problem(seed, m=9)
        found = wild_bootstrap(fit_of(y, x, weights), clusters, "tool", draws=199, seed=1)
        worlds = multipliers(9, draws=199, seed=1)
        width = found.high - found.low
        for end, outward in ((found.low, -1.0), (found.high, 1.0)):
            inside, outside = (
                slow_p(y, x, weights, clusters, worlds, end + side * outward * 2e-3 * width) for side in (-1.0, 1.0)
            )
            assert inside >= 0.05 > outside


def test_few_worlds_are_all_looked_at_and_the_seed_cannot_matter():
    y, x, weights, clusters = random_problem(2, m=13)
    fit = fit_of(y, x, weights)
    found = [wild_bootstrap(fit, clusters, "tool", draws=9_999, seed=seed) for seed in (1, 2)]
    assert found[0] == found[1]
    assert (found[0].is_exact, found[0].draws) == (True, 2**13)


def test_a_true_null_is_rejected_about_one_time_in_twenty():
    """Ten clusters, 600 samples: the share's own standard error is 0.009."""
    rejected = 0
    for seed in range(600):
        rng = np.random.default_rng(seed)
        clusters = np.repeat(np.arange(10), 8)
        tool = (np.arange(10) < 5)[clusters].astype(float)
        y = rng.normal(size=80) + 0.6 * rng.normal(size=10)[clusters]
        x = np.column_stack([np.ones(80), rng.normal(size=80), tool])
        rejected += wild_bootstrap(fit_of(y, x, np.ones(80)), clusters, "tool", draws=399, seed=seed).p <= 0.05
    assert rejected / 600 == pytest.approx(0.05, abs=0.027)
