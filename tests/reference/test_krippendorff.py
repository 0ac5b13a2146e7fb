"""Krippendorff's alpha against published figures."""

from __future__ import annotations

import numpy as np
import pytest

from gainline.engine.monitoring import InterRater, krippendorff_alpha


def table(*raters: str) -> np.ndarray:
    return np.array([[np.nan if mark in "*." else float(mark) for mark in rater.split()] for rater in raters])


THREE_CODERS = table(
    "* * * * * 3 4 1 2 1 1 3 3 * 3",
    "1 * 2 1 3 3 4 3 * * * * * * *",
    "* * 2 1 3 4 4 * 2 1 1 3 3 * 4",
)
"""Fifteen units, three coders, much missing: the example that the literature and the packages of the field share."""

FOUR_OBSERVERS = table(
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
)
"""Krippendorff (2011), Computing Krippendorff's alpha-reliability, section C: four observers, twelve units."""

TWO_OBSERVERS = table("0 1 0 0 0 0 0 0 1 0", "1 1 1 0 0 1 0 0 0 0")
"""The same paper, section A: two observers, ten units, two values."""


@pytest.mark.parametrize(
    ("ratings", "scale", "alpha", "tolerance"),
    [  # half a unit of the last published digit
        (THREE_CODERS, "nominal", 0.691358, 5e-7),
        (THREE_CODERS, "interval", 0.810845, 5e-7),
        (THREE_CODERS, "ordinal", 0.806721, 5e-7),
        (FOUR_OBSERVERS, "nominal", 0.743, 5e-4),
        (FOUR_OBSERVERS, "ordinal", 0.815, 5e-4),
        (FOUR_OBSERVERS, "interval", 0.849, 5e-4),
        (TWO_OBSERVERS, "nominal", 0.095, 5e-4),
    ],
)
def test_alpha_is_the_published_one(ratings: np.ndarray, scale: str, alpha: float, tolerance: float) -> None:
    found = krippendorff_alpha(ratings, scale, seed=1)
    assert isinstance(found, InterRater)
    assert found.alpha == pytest.approx(alpha, abs=tolerance)
