"""The cutoff: a jump where there is one, none where there is none, and refusals where nothing can be said."""

from __future__ import annotations

import numpy as np
import pytest

from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.estimators.cutoff import discontinuity, scores_at
from gainline.engine.evidence.estimators.density import density_jump


def made(seed: int, n: int = 800, jump: float = 3.0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    score = rng.normal(0, 10, n)
    return score, 50 + 0.5 * score - 0.01 * score**2 + jump * (score < -3) + rng.normal(0, 4, n)


def coverage(runs: int, n: int, *, grouped: bool) -> tuple[float, float]:
    """Share of intervals that hold the known jump, and the mean error."""
    hits, errors = [], []
    for seed in range(runs):
        rng = np.random.default_rng(seed + 1000)
        score, y = made(seed + 5000, n)
        school = rng.integers(0, 12, n)
        if grouped:
            y = y + rng.normal(0, 2, 12)[school]
        found = discontinuity(scores_at(score, y, -3.0, "below", clusters=school if grouped else None))
        if isinstance(found, Refusal):
            continue
        hits.append(found.effect.low <= 3.0 <= found.effect.high)
        errors.append(found.effect.effect - 3.0)
    return float(np.mean(hits)), float(np.mean(errors))


def test_the_jump_is_found_on_the_side_that_has_the_tool():
    score, y = made(1, 4000)
    found = discontinuity(scores_at(score, y, -3.0, "below"))
    assert found.effect.low < 3.0 < found.effect.high
    assert found.effect.low > 0
    turned = discontinuity(scores_at(-score, y, 3.0, "at or above"))
    assert turned.effect.effect == pytest.approx(found.effect.effect, rel=1e-9)


def test_the_interval_pays_for_the_correction():
    found = discontinuity(scores_at(*made(2), -3.0, "below"))
    assert found.effect.std_error > found.conventional.std_error


def test_the_order_of_the_rows_does_not_matter():
    score, y = made(3)
    mixed = np.random.default_rng(1).permutation(len(y))
    one = discontinuity(scores_at(score, y, -3.0, "below")).effect
    other = discontinuity(scores_at(score[mixed], y[mixed], -3.0, "below")).effect
    assert one.effect == pytest.approx(other.effect, rel=1e-12)
    assert one.std_error == pytest.approx(other.std_error, rel=1e-12)


def test_take_up_that_the_score_only_moves_gives_a_larger_effect_on_those_it_moved():
    rng = np.random.default_rng(4)
    score = rng.normal(0, 10, 6000)
    chance = np.where(score < 0, 0.8, 0.2)
    uptake = (rng.random(6000) < chance).astype(float)
    y = 50 + 0.5 * score + 5.0 * uptake + rng.normal(0, 3, 6000)
    found = discontinuity(scores_at(score, y, 0.0, "below", uptake=uptake))
    assert found.uptake.effect == pytest.approx(0.6, abs=0.12)
    assert found.of_the_tool.low < 5.0 < found.of_the_tool.high
    assert found.of_the_tool.effect > found.effect.effect


def test_a_weak_jump_in_take_up_carries_no_effect_of_the_tool():
    rng = np.random.default_rng(5)
    score, y = made(5)
    uptake = (rng.random(len(y)) < 0.5).astype(float)
    found = discontinuity(scores_at(score, y, -3.0, "below", uptake=uptake))
    assert found.of_the_tool is None


def test_clusters_widen_the_interval_and_carry_their_own_degrees_of_freedom():
    rng = np.random.default_rng(6)
    score, y = made(6, 1500)
    school = rng.integers(0, 12, len(y))
    y = y + rng.normal(0, 1, 12)[school] + rng.normal(0, 3, 12)[school] * (score < -3)
    alone = discontinuity(scores_at(score, y, -3.0, "below"))
    grouped = discontinuity(scores_at(score, y, -3.0, "below", clusters=school))
    assert grouped.effect.high - grouped.effect.low > alone.effect.high - alone.effect.low
    assert grouped.effect.df < 12


def test_clusters_and_take_up_go_together():
    rng = np.random.default_rng(7)
    score = rng.normal(0, 10, 5000)
    school = rng.integers(0, 14, 5000)
    uptake = (rng.random(5000) < np.where(score < 0, 0.9, 0.1)).astype(float)
    y = 50 + 0.5 * score + 4.0 * uptake + rng.normal(0, 1, 14)[school] + rng.normal(0, 3, 5000)
    found = discontinuity(scores_at(score, y, 0.0, "below", uptake=uptake, clusters=school))
    assert found.of_the_tool.low < 4.0 < found.of_the_tool.high


def test_a_score_of_few_values_is_refused():
    rng = np.random.default_rng(8)
    score = rng.integers(-4, 5, 900).astype(float)
    assert discontinuity(scores_at(score, rng.normal(size=900), 0.0, "below")).code == "EV189"


def test_few_students_near_the_cutoff_are_refused():
    score, y = made(9, 50)
    assert discontinuity(scores_at(score, y, 12.0, "at or above")).code in {"EV189", "EV190"}
    assert discontinuity(scores_at(*made(9, 34), -3.0, "below")).code == "EV190"


def test_an_outcome_that_does_not_vary_is_refused():
    score, _ = made(10)
    assert discontinuity(scores_at(score, np.ones(len(score)), 0.0, "below")).code == "EV191"


def test_too_few_clusters_are_refused():
    rng = np.random.default_rng(11)
    score, y = made(11)
    found = discontinuity(scores_at(score, y, -3.0, "below", clusters=rng.integers(0, 3, len(y))))
    assert found.code == "EV192"


def test_students_moved_across_the_cutoff_are_seen():
    rng = np.random.default_rng(12)
    honest = rng.normal(0, 10, 3000)
    moved = honest.copy()
    near = (moved > 0) & (moved < 1.5) & (rng.random(3000) < 0.7)
    moved[near] *= -1
    assert density_jump(honest, honest < 0).p > 0.05
    assert density_jump(moved, moved < 0).p < 0.01
    assert density_jump(honest[:40], honest[:40] < 0) is None


@pytest.mark.parametrize("grouped", [False, True])
def test_the_interval_covers_a_known_jump(grouped: bool):
    share, bias = coverage(60, 700, grouped=grouped)
    assert share >= 0.88  # .95 less two Monte Carlo errors of 60 runs
    assert abs(bias) < 0.5


@pytest.mark.slow
@pytest.mark.parametrize("n", [300, 1000])
@pytest.mark.parametrize("grouped", [False, True])
def test_the_interval_covers_a_known_jump_often_enough(n: int, grouped: bool):
    share, bias = coverage(200, n, grouped=grouped)
    assert 0.91 <= share <= 0.995  # .95 and two and a half Monte Carlo errors; conservative in few schools
    assert abs(bias) < 0.4
