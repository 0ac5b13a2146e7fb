"""What agencies' rules hide, the exit hides under their policies, and bands leave at least three counts open."""

from __future__ import annotations

from collections import defaultdict

import pytest

from gainline.engine.privacy import Audience, Policy, nested, one_way, release, two_way
from gainline.engine.privacy.agencies import COLORADO, DELAWARE, EDFACTS, NEW_YORK, UTAH, WISCONSIN, WITHOUT_N
from gainline.engine.privacy.percent import PercentBand, percent_band


def public(table, policy):
    return release(table, audience=Audience.PUBLIC, policy=policy).counts


def shares(whole, policy):
    return [percent_band(part, whole, audience=Audience.PUBLIC, policy=policy) for part in range(whole + 1)]


@pytest.mark.parametrize(
    ("policy", "hidden", "shown"), [(NEW_YORK, 4, 5), (WISCONSIN, 5, 6), (COLORADO, 3, 4), (DELAWARE, 15, 16),
    (UTAH, 10, 11), (EDFACTS, 5, 6)]
)  # fmt: skip
def test_the_smallest_count_shown_is_the_agencys(policy, hidden, shown):
    counts = public(one_way("g", {"a": hidden, "b": shown, "c": 200, "d": 300}), policy)
    assert counts["g", "a"].is_hidden
    alone = public(one_way("g", {"b": shown}), policy)
    assert alone["g", "b"].low == shown


def test_new_york_hides_more_than_the_one_small_group():
    counts = public(one_way("g", {"a": 3, "b": 12, "c": 40, "d": 90}), NEW_YORK)
    assert counts["g", "a"].is_hidden
    assert (
        sum(counts["g", group].low != counts["g", group].high or counts["g", group].is_hidden for group in "abcd") >= 2
    )
    assert not counts["g", "total"].is_hidden


def test_wisconsin_hides_both_of_two_categories_and_shows_their_total():
    counts = public(one_way("sex", {"girls": 4, "boys": 31}), WISCONSIN)
    assert counts["sex", "girls"].is_hidden
    assert counts["sex", "boys"].low != 31
    assert (counts["sex", "total"].low, counts["sex", "total"].high) == (35, 35)


def test_colorado_hides_across_the_schools_of_a_district_whose_total_is_printed():
    rows = [[3, 30, 40], [25, 30, 35], [40, 20, 31]]
    counts = public(two_way("t", ["north", "south", "west"], ["low", "mid", "high"], rows), COLORADO)
    assert counts["t", "north", "low"].is_hidden
    assert any(counts["t", school, "low"].low != rows[i][0] for i, school in ((1, "south"), (2, "west")))


def test_the_few_who_are_left_between_two_steps_are_hidden_as_well():
    counts = public(nested("f", [("enrolled", 300), ("used", 297)]), COLORADO)
    assert counts["f", "enrolled"].low != 300 or counts["f", "used"].low != 297


@pytest.mark.parametrize(
    ("whole", "width"), [(6, 50), (15, 50), (16, 20), (30, 20), (31, 10), (60, 10), (61, 5), (300, 5)]
)
def test_edfacts_bands_are_as_wide_as_the_size_asks(whole, width):
    assert {band.high - band.low for band in shares(whole, EDFACTS)} == {width}


def test_edfacts_hides_five_and_shows_whole_percents_with_tails_above_three_hundred():
    assert set(shares(5, EDFACTS)) == {None}
    large = shares(400, EDFACTS)
    assert (large[0], large[400], large[100]) == (PercentBand(1, 1), PercentBand(99, 99), PercentBand(25, 25))


TAILS = [(DELAWARE, 16, 5), (DELAWARE, 500, 5), (UTAH, 15, 20), (UTAH, 30, 10), (UTAH, 40, 5), (UTAH, 99, 5)]


@pytest.mark.parametrize(("policy", "whole", "tail"), [*TAILS, (UTAH, 100, 2), (UTAH, 299, 2)])
def test_tails_of_delaware_and_utah_are_told_as_one(policy, whole, tail):
    told = shares(whole, policy)
    assert told[0] == PercentBand(0, tail)
    assert told[-1] == PercentBand(100 - tail, 100)
    assert all(band.low == band.high for band in told if tail < band.low and band.high < 100 - tail)


def test_utah_shows_whole_percents_of_large_groups_up_to_99():
    assert (shares(300, UTAH)[0], shares(300, UTAH)[-1]) == (PercentBand(1, 1), PercentBand(99, 99))


def fewest(whole, policy):
    behind = defaultdict(int)
    for band in shares(whole, policy):
        behind[band] += 1
    return min(behind.values())


@pytest.mark.parametrize("policy", [Policy(), EDFACTS])
def test_a_printed_percentage_beside_its_n_leaves_three_counts_open(policy):
    assert min(fewest(whole, policy) for whole in range(10, 301)) >= 3


@pytest.mark.parametrize("policy", WITHOUT_N)
def test_tails_alone_give_counts_away_beside_n_so_n_is_not_printed_with_them(policy):
    assert fewest(50, policy) == 1
