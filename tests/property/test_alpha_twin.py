"""Krippendorff's alpha against a slow twin that compares every pair of ratings."""

from __future__ import annotations

from collections import Counter
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gainline.engine.core.refusals import Refusal
from gainline.engine.monitoring import InterRater, krippendorff_alpha

RATINGS = st.integers(2, 4).flatmap(
    lambda raters: st.lists(
        st.lists(st.sampled_from([None, 1, 2, 3, 5]), min_size=raters, max_size=raters), min_size=1, max_size=12
    )
)


def distance(one: float, other: float, scale: str, counts: Counter[float]) -> float:
    if scale == "nominal":
        return float(one != other)
    if scale == "interval":
        return (one - other) ** 2
    low, high = min(one, other), max(one, other)
    between = sum(count for level, count in counts.items() if low <= level <= high)
    return (between - (counts[one] + counts[other]) / 2) ** 2


def slow_alpha(units: list[list[float]], scale: str) -> float | None:
    """One minus the mean distance within units over the mean distance of any two comparable ratings."""
    units = [unit for unit in units if len(unit) > 1]
    pool = [level for unit in units for level in unit]
    counts = Counter(pool)
    within = sum(
        distance(a, b, scale, counts) / (len(unit) - 1) for unit in units for a, b in permutations(unit, 2)
    ) / max(len(pool), 1)
    pairs = [distance(a, b, scale, counts) for a, b in permutations(pool, 2)]
    return 1 - within / (sum(pairs) / len(pairs)) if pairs and any(pairs) else None


@settings(max_examples=150, deadline=None)
@given(units=RATINGS, scale=st.sampled_from(["nominal", "ordinal", "interval"]))
def test_alpha_is_the_slow_twin_s(units: list[list[int | None]], scale: str) -> None:
    ratings = np.array([[np.nan if level is None else level for level in unit] for unit in units], dtype=float).T
    found = krippendorff_alpha(ratings, scale, seed=1, resamples=20)
    slow = slow_alpha([[float(level) for level in unit if level is not None] for unit in units], scale)
    if slow is None:
        assert isinstance(found, Refusal)
    else:
        assert isinstance(found, InterRater)
        assert found.alpha == pytest.approx(slow, abs=1e-9)  # sums in another order


def test_an_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    # Levels 1 to 4 by a true lesson plus each rater's own error; the truth is alpha over very many lessons.
    def lessons(count: int, seed: int) -> np.ndarray:
        rng = np.random.Generator(np.random.PCG64(seed))
        true = rng.normal(2.5, 1.0, count)
        return np.clip(np.round(true + rng.normal(0, 0.6, (3, count))), 1, 4)

    truth = krippendorff_alpha(lessons(40_000, 0), "interval", seed=0, resamples=2)
    held = 0
    for seed in range(1, 121):
        found = krippendorff_alpha(lessons(40, seed), "interval", seed=seed, resamples=400)
        held += found.low <= truth.alpha <= found.high
    assert 0.87 <= held / 120 <= 0.995  # 95 % less the bootstrap's known shortfall at 40 lessons, and chance of 120
