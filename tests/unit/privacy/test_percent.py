"""Percentages of people: no band fixes the count behind it."""

from __future__ import annotations

import pytest

from gainline.engine.privacy import Audience, Policy
from gainline.engine.privacy.percent import percent_band

POLICY = Policy()


def test_every_band_of_a_group_of_up_to_300_leaves_at_least_three_counts():
    for whole in range(10, 301):
        bands = [percent_band(part, whole, audience=Audience.PUBLIC, policy=POLICY) for part in range(whole + 1)]
        assert min(bands.count(band) for band in set(bands)) >= 3, whole


def test_the_band_holds_the_share():
    for whole in (10, 17, 45, 120, 300):
        for part in range(whole + 1):
            band = percent_band(part, whole, audience=Audience.PUBLIC, policy=POLICY)
            assert band.low <= 100 * part / whole <= band.high


def test_a_group_under_the_minimum_has_no_percentage():
    assert percent_band(3, 9, audience=Audience.PUBLIC, policy=POLICY) is None
    assert percent_band(3, 9, audience=Audience.ANALYST, policy=POLICY).low == 33


def test_tails_of_large_groups_are_never_certainty():
    assert percent_band(1000, 1000, audience=Audience.PUBLIC, policy=POLICY).high == 99
    assert percent_band(0, 1000, audience=Audience.PUBLIC, policy=POLICY).low == 1


def test_a_part_larger_than_its_whole_is_turned_away():
    with pytest.raises(ValueError, match="part of a whole"):
        percent_band(5, 4, audience=Audience.PUBLIC, policy=POLICY)
