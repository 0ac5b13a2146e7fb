"""The fast matching against a slow twin that reads like the rules, and what the rules promise."""

import numpy as np
import pytest

from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.balancing.matching import match_on_score, match_on_vector, pooled_caliper, whitened


def slow_match(distance, order_score, tie_score, tool, strata, caliper, ratio):
    """Rules 1 to 3 of the module, one pair at a time, over a full matrix of distances."""
    n = len(tool)
    sets = np.full(n, -1)
    partners = {who: [] for who in range(n)}
    free = {who for who in range(n) if not tool[who]}
    wanting = sorted((who for who in range(n) if tool[who]), key=lambda who: (strata[who], -order_score[who], who))
    for stratum in sorted(set(strata)):
        for _ in range(ratio):
            for who in (w for w in wanting if strata[w] == stratum):
                near = [c for c in free if strata[c] == stratum and distance[who, c] <= caliper]
                if near:
                    best = min(near, key=lambda c: (distance[who, c], tie_score[c], c))
                    partners[who].append(best)
                    free.remove(best)
    weights = np.zeros(n)
    for number, who in enumerate(w for w in range(n) if partners[w]):
        sets[[who, *partners[who]]] = number
        weights[who] = 1.0
        weights[partners[who]] = 1.0 / len(partners[who])
    return weights, sets


@pytest.mark.parametrize("seed", range(60))
def test_matching_on_a_score_equals_the_slow_twin(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(10, 80))
    score = rng.normal(size=n)
    if seed % 2:
        score = np.round(score * 4) / 4  # many ties, exact in binary
    tool = rng.random(n) < 0.35
    tool[:2] = [True, False]
    strata = rng.integers(0, 1 + seed % 3, size=n)
    caliper, ratio = float(rng.choice([0.25, 1.0, 9.0])), int(rng.integers(1, 4))
    found = match_on_score(score, tool, strata, caliper=caliper, ratio=ratio)
    distance = np.abs(score[:, None] - score[None, :])
    weights, sets = slow_match(distance, score, score, tool, strata, caliper, ratio)
    if isinstance(found, Refusal):
        assert (sets == -1).all()
        return
    assert found.sets.tolist() == sets.tolist()
    assert found.weights.tolist() == weights.tolist()


@pytest.mark.parametrize("seed", range(30))
def test_matching_on_vectors_equals_the_slow_twin(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(12, 60))
    points = rng.normal(size=(n, 3))
    tool = rng.random(n) < 0.4
    tool[:2] = [True, False]
    strata = np.zeros(n, dtype=int)
    ratio = 1 + seed % 2
    found = match_on_vector(points, tool, strata, caliper=1.5, ratio=ratio)
    distance = np.sqrt(((points[:, None, :] - points[None, :, :]) ** 2).sum(axis=2))
    far = ((points - points[~tool].mean(axis=0)) ** 2).sum(axis=1)
    weights, sets = slow_match(distance, far, np.zeros(n), tool, strata, 1.5, ratio)
    if isinstance(found, Refusal):
        assert (sets == -1).all()
        return
    assert found.sets.tolist() == sets.tolist()
    assert found.weights.tolist() == weights.tolist()


def test_nobody_is_used_twice_and_every_pair_is_within_the_caliper_and_stratum():
    rng = np.random.default_rng(4)
    score, tool, strata = rng.normal(size=2000), rng.random(2000) < 0.3, rng.integers(0, 4, 2000)
    found = match_on_score(score, tool, strata, caliper=0.1, ratio=1)
    assert not isinstance(found, Refusal)
    for number in range(found.sets.max() + 1):
        pair = np.flatnonzero(found.sets == number)
        assert len(pair) == 2
        assert tool[pair].sum() == 1
        assert abs(score[pair[0]] - score[pair[1]]) <= 0.1
        assert strata[pair[0]] == strata[pair[1]]


def test_weights_of_the_comparison_students_sum_to_the_matched_tool_students():
    rng = np.random.default_rng(6)
    score, tool = rng.normal(size=500), rng.random(500) < 0.2
    found = match_on_score(score, tool, np.zeros(500, dtype=int), caliper=0.05, ratio=3)
    assert not isinstance(found, Refusal)
    assert found.weights[~tool].sum() == pytest.approx(found.weights[tool].sum())


def test_nobody_within_the_caliper_is_refused():
    score, tool = np.array([0.0, 0.0, 9.0, 9.0]), np.array([True, True, False, False])
    refused = match_on_score(score, tool, np.zeros(4, dtype=int), caliper=1.0, ratio=1)
    assert isinstance(refused, Refusal)
    assert refused.code == "EV009"


def test_the_caliper_is_in_root_mean_variance_of_the_arms():
    score, tool = np.array([0.0, 2.0, 0.0, 4.0]), np.array([True, True, False, False])
    assert pooled_caliper(score, tool, 0.2) == pytest.approx(0.2 * ((2 + 8) / 2) ** 0.5)


def test_whitening_leaves_unit_covariance_within_the_arms_and_drops_a_copied_covariate():
    rng = np.random.default_rng(2)
    x = rng.normal(size=(300, 3)) @ rng.normal(size=(3, 3))
    tool = rng.random(300) < 0.5
    turned = whitened(np.column_stack([x, x[:, 0]]), tool)
    assert turned.shape == (300, 3)
    centered = np.vstack([turned[side] - turned[side].mean(axis=0) for side in (tool, ~tool)])
    assert np.allclose(centered.T @ centered / 298, np.eye(3))
