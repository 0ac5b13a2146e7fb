"""Agreement between raters: when there is none to speak of, and what an interval rests on."""

from __future__ import annotations

import numpy as np
import pytest

from gainline.engine.core.refusals import Refusal
from gainline.engine.monitoring import InterRater, krippendorff_alpha

NAN = np.nan
SOME = np.array([[1, 2, 3, 4, 1, 2, 3.0], [1, 2, 3, 4, 2, 2, 3]])


@pytest.mark.parametrize("ratings", [np.array([[1.0, 2, 3]]), np.array([[1.0, NAN], [NAN, 2]]), np.full((3, 4), NAN)])
def test_without_two_raters_of_one_unit_there_is_no_agreement(ratings: np.ndarray) -> None:
    found = krippendorff_alpha(ratings, "ordinal", seed=1)
    assert isinstance(found, Refusal)
    assert found.code == "ID050"


def test_ratings_that_are_all_the_same_are_refused_and_not_called_perfect() -> None:
    found = krippendorff_alpha(np.full((2, 9), 3.0), "nominal", seed=1)
    assert isinstance(found, Refusal)
    assert found.code == "ID051"


@pytest.mark.parametrize("scale", ["nominal", "ordinal", "interval"])
def test_full_agreement_is_one_and_its_interval_too(scale: str) -> None:
    found = krippendorff_alpha(np.array([[1.0, 2, 3, 1, 2, 3]] * 2), scale, seed=1)
    assert (found.alpha, found.low, found.high) == (1.0, 1.0, 1.0)


def test_the_same_seed_gives_the_same_interval_and_another_hardly_another() -> None:
    one, again, other = (krippendorff_alpha(SOME, "ordinal", seed=seed) for seed in (1, 1, 2))
    assert one == again
    assert one.alpha == other.alpha
    assert one.low == pytest.approx(other.low, abs=0.1)
    assert one.low < one.alpha <= one.high


def test_lone_ratings_change_nothing() -> None:
    lone = np.column_stack([SOME, [[4.0], [NAN]]])
    assert krippendorff_alpha(lone, "ordinal", seed=1) == krippendorff_alpha(SOME, "ordinal", seed=1)


def test_few_lessons_bring_an_alpha_without_an_interval() -> None:
    groups = np.array([0, 0, 0, 1, 1, 1, 1])
    found = krippendorff_alpha(SOME, "ordinal", seed=1, groups=groups)
    assert isinstance(found, InterRater)
    assert (found.low, found.high, found.units, found.raters, found.ratings) == (None, None, 7, 2, 14)


def test_units_of_one_lesson_are_drawn_together() -> None:
    rng = np.random.Generator(np.random.PCG64(5))
    levels = np.repeat(rng.integers(1, 5, 12), 10).astype(float)
    off = np.repeat(rng.integers(0, 2, 12), 10)  # a lesson in which the second rater is off is off in all its elements
    ratings = np.vstack([levels, np.clip(levels + off, 1, 5)])
    apart = krippendorff_alpha(ratings, "interval", seed=1)
    together = krippendorff_alpha(ratings, "interval", seed=1, groups=np.repeat(np.arange(12), 10))
    assert apart.alpha == together.alpha
    assert together.high - together.low > 2 * (apart.high - apart.low)
