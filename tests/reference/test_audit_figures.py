"""The reference figures of the audit routine, made again with our own functions.

The reference says neither its base rates nor its AUCs, so that the areas are held to 0.03: base rates between 0.2 and
0.5 move them by about that much.
"""

from __future__ import annotations

import numpy as np
import pytest

from gainline.engine.audit.fairness import areas


@pytest.mark.parametrize(
    ("n", "minority", "mean", "high"), [(200, 0.5, 0.08, 0.14), (200, 0.1, 0.17, 0.32), (2000, 0.1, 0.05, 0.09)]
)
def test_fair_scores_have_the_published_areas_by_chance(n: int, minority: float, mean: float, high: float) -> None:
    rng = np.random.default_rng(20)
    kept = []
    for _ in range(250):
        outcome, group = rng.permutation(n) < round(0.25 * n), rng.permutation(n) < round(minority * n)
        if (outcome & group).any():
            kept.append(areas(rng.normal(0.75 * outcome, 1.0), outcome, group[None, :])[0])
    assert np.mean(kept) == pytest.approx(mean, abs=0.03)
    assert np.quantile(kept, 0.95) == pytest.approx(high, abs=0.04)  # 250 draws: a standard error of about 0.015


def test_a_small_pilot_that_finds_something_finds_three_times_too_much() -> None:
    rng = np.random.default_rng(21)
    error = np.sqrt(2 / 100)
    seen = rng.normal(0.10, error, 100_000)
    clear = np.abs(seen) > 1.96 * error
    assert clear.mean() == pytest.approx(0.11, abs=0.005)
    assert np.abs(seen[clear]).mean() == pytest.approx(0.34, abs=0.01)
    assert (seen[clear] < 0).mean() == pytest.approx(0.03, abs=0.01)
