"""Ordinal outcomes arrive as labels or as numbers, and become places on the plan's scale, worst first."""

import numpy as np
import pytest

from gainline.engine.core.errors import UserFixable
from gainline.road.framing.sources import as_levels

LEVELS = ("below", "near", "at", "above")


def test_labels_become_their_places_and_missing_stays_missing():
    found = as_levels(["at", None, "below", "above"], LEVELS, "Proficiency")
    assert np.array_equal(found, [2.0, np.nan, 0.0, 3.0], equal_nan=True)


def test_a_score_stands_for_the_level_that_is_written_as_it():
    assert as_levels([3.0, 1, "2"], ("1", "2", "3"), "Level").tolist() == [2.0, 0.0, 1.0]


def test_a_level_that_the_plan_does_not_name_is_told_by_count_and_never_by_what_it_says():
    with pytest.raises(UserFixable) as told:
        as_levels(["at", "Ann Example", "absent"], LEVELS, "Proficiency")
    assert "2 students have a level of 'Proficiency'" in str(told.value)
    assert "Ann" not in str(told.value)
