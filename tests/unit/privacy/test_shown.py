"""What the exit hands on: bands, shares, effects, what an earlier release showed, and the edges of every rule."""

from __future__ import annotations

from dataclasses import replace

import pytest

from disclosure_scenes import POLICY
from disclosure_scenes import publicly as public
from gainline.engine.privacy import Audience, Cell, Policy, ReleaseTable, Sum, nested, one_way, release, two_way
from gainline.engine.privacy.history import Past, standing, watch
from gainline.engine.privacy.kept import PEOPLE, Population, beside, counted, kept, pasts
from gainline.engine.privacy.noisy import Spending, admit, large_enough, off_by, parts_of_use, spent
from gainline.engine.privacy.percent import PercentBand, percent_band
from gainline.engine.privacy.policy import BandRule
from gainline.engine.privacy.release import Count, Released, Shown, remember
from gainline.engine.privacy.tables import CEILING, Span, faces, join, margins

EXACT, HIDDEN = (lambda many: Count(Shown.EXACT, many, many)), Count(Shown.HIDDEN, None, None)


def band(low, high):
    return Count(Shown.BAND, low, high)


def of(part, whole, *, audience=Audience.PUBLIC, small=()):
    counts = {("part",): part, ("whole",): whole}
    return Released(audience, POLICY, counts, frozenset(small))


def share(part, whole):
    found = of(part, whole).share(("part",), ("whole",))
    return None if found is None else (found.low, found.high)


@pytest.mark.parametrize(
    ("part", "whole", "percents"),
    [
        (EXACT(21), EXACT(80), (25, 30)),
        (EXACT(0), EXACT(80), (0, 5)),
        (EXACT(80), EXACT(80), (95, 100)),
        (HIDDEN, EXACT(80), None),
        (EXACT(21), HIDDEN, None),
        (EXACT(0), EXACT(0), None),
        (band(0, 9), EXACT(30), (0, 30)),
        (band(20, 29), EXACT(100), (20, 30)),
        (band(21, 29), EXACT(100), (20, 30)),
        (EXACT(40), band(50, 59), (65, 80)),
        (EXACT(41), band(50, 59), (65, 85)),
        (band(295, 304), EXACT(304), (95, 100)),
        (band(20, 29), band(20, 29), (65, 100)),
        (band(50, 59), band(52, 61), (80, 100)),
        (band(20, 29), band(0, 9), None),
    ],
)
def test_a_share_is_as_wide_as_what_is_shown_of_both_counts(part, whole, percents):
    assert share(part, whole) == percents


def test_an_effect_is_shown_where_no_count_behind_it_is_hidden_or_small():
    both = (("part",), ("whole",))
    assert of(EXACT(21), EXACT(80)).may_show_effect(*both)
    assert of(band(20, 29), EXACT(80)).may_show_effect(*both)
    assert not of(HIDDEN, EXACT(80)).may_show_effect(*both)
    assert of(HIDDEN, EXACT(80)).may_show_effect(("whole",))
    assert not of(EXACT(21), EXACT(80), small=[("part",)]).may_show_effect(*both)


def test_a_count_is_drawn_at_the_middle_of_what_is_shown_of_it():
    assert (EXACT(21).middle, band(20, 29).middle, HIDDEN.middle) == (21, 24.5, None)
    assert [one.is_hidden for one in (EXACT(0), band(0, 9), HIDDEN)] == [False, False, True]
    assert not of(EXACT(21), EXACT(80)).hides
    assert of(band(20, 29), EXACT(80)).hides


def test_what_is_small_is_known_of_every_cell():
    assert public(one_way("g", {"a": 9, "b": 10, "c": 0, "d": 1, "e": 40})).small == {("g", "a"), ("g", "d")}


@pytest.mark.parametrize(
    ("count", "rest", "shown"),
    [(12, 4, (10, 19)), (15, 4, (10, 19)), (19, 4, (10, 19)), (25, 4, (20, 29)), (300, 4, (295, 304))],
)
def test_a_band_has_round_ends_and_none_under_the_minimum(count, rest, shown):
    told = public(nested("f", [("enrolled", count + rest), ("used", count)]))
    assert (told.count("f", "used").low, told.count("f", "used").high) == shown
    for one in told.counts.values():
        assert one.shown == "exact" or one.low is None or one.low >= 10


def test_a_count_of_just_the_minimum_is_told_as_no_less():
    told = public(one_way("g", {"a": 4, "b": 10, "c": 400})).count("g", "b")
    assert told.is_hidden or told.low >= 10


def test_the_minimum_alone_asks_who_reads():
    table = one_way("g", {"a": 7, "b": 40})
    policy = Policy(staff_minimum_n=6)
    audiences = {who: release(table, audience=who, policy=policy).count("g", "a").low for who in Audience}
    assert audiences == {Audience.PUBLIC: None, Audience.STAFF: 7, Audience.ANALYST: 7}
    assert policy.for_audience(Audience.STAFF) == replace(policy, minimum_n=6, staff_minimum_n=None)
    assert policy.for_audience(Audience.PUBLIC) is policy
    assert POLICY.for_audience(Audience.STAFF) is POLICY


@pytest.mark.parametrize(
    "fits",
    [
        {"minimum_n": 3, "minimum_range": 2}, {"minimum_n": 100}, {"minimum_range": 1}, {"minimum_range": 9},
        {"staff_minimum_n": 6}, {"staff_minimum_n": 100}, {"staff_minimum_n": 3, "minimum_range": 2},
    ],
)  # fmt: skip
def test_a_policy_may_lie_on_the_edge(fits):
    assert Policy(**fits)


@pytest.mark.parametrize(
    "wrong",
    [
        {"minimum_n": 101}, {"minimum_n": 2, "minimum_range": 1}, {"staff_minimum_n": 2, "minimum_range": 1},
        {"staff_minimum_n": 101}, {"staff_minimum_n": 5}, {"minimum_n": 5}, {"minimum_n": 5, "staff_minimum_n": 20},
        {"bands": (BandRule(30, 20), BandRule(15, 50))},
    ],
)  # fmt: skip
def test_a_policy_beyond_the_edge_is_turned_away(wrong):
    with pytest.raises(ValueError, match=r"lies between|range of a hidden|ordered"):
        Policy(**wrong)


@pytest.mark.parametrize(("count", "small"), [(0, False), (1, True), (9, True), (10, False)])
def test_nobody_is_no_small_group(count, small):
    assert POLICY.is_small(count) is small


@pytest.mark.parametrize(
    ("part", "whole", "audience", "percents"),
    [
        (0, 10, Audience.PUBLIC, (0, 50)), (5, 10, Audience.PUBLIC, (50, 100)), (10, 10, Audience.PUBLIC, (50, 100)),
        (15, 15, Audience.PUBLIC, (50, 100)), (16, 16, Audience.PUBLIC, (80, 100)),
        (30, 30, Audience.PUBLIC, (80, 100)), (60, 60, Audience.PUBLIC, (90, 100)),
        (61, 61, Audience.PUBLIC, (95, 100)), (2, 301, Audience.PUBLIC, (1, 1)),
        (100, 301, Audience.PUBLIC, (33, 33)), (301, 301, Audience.PUBLIC, (99, 99)), (0, 10, Audience.STAFF, (0, 0)),
        (3, 9, Audience.ANALYST, (33, 33)), (0, 1, Audience.ANALYST, (0, 0)), (1, 1, Audience.ANALYST, (100, 100)),
        (0, 9, Audience.STAFF, None), (9, 9, Audience.PUBLIC, None),
    ],
)  # fmt: skip
def test_a_percentage_is_as_wide_as_the_group_is_small(part, whole, audience, percents):
    found = percent_band(part, whole, audience=audience, policy=POLICY)
    assert found == (None if percents is None else PercentBand(*percents))


@pytest.mark.parametrize(("part", "whole"), [(0, 0), (-1, 4), (5, 4), (0, -1)])
def test_a_part_of_nothing_is_no_share(part, whole):
    with pytest.raises(ValueError, match="part of a whole"):
        percent_band(part, whole, audience=Audience.ANALYST, policy=POLICY)


@pytest.mark.parametrize(
    ("part", "percents"), [(0, (0, 5)), (10, (0, 5)), (12, (6, 6)), (188, (94, 94)), (190, (95, 100))]
)
def test_a_wide_tail_is_told_by_both_its_ends(part, percents):
    policy = Policy(bands=(BandRule(300, 1, 5),))
    assert percent_band(part, 200, audience=Audience.PUBLIC, policy=policy) == PercentBand(*percents)


JANUARY = one_way("g", {"a": 40, "b": 60})


def past(table=JANUARY, **moved):
    return remember("January", table, public(table), **moved)


def test_earlier_figures_stand_until_as_many_moved_as_may_be_shown():
    assert standing(JANUARY, [past(joined=5, left=4)], POLICY).turnover == 9
    assert standing(JANUARY, [past(joined=6, left=4)], POLICY) is None
    assert standing(JANUARY, [past()], POLICY) is not None
    more = one_way("g", {"a": 40, "b": 60, "c": 10})
    assert standing(more, [past()], POLICY) is None
    assert standing(more, [past(joined=1)], POLICY) is not None
    newer = replace(past(), label="February")
    assert standing(JANUARY, [past(), newer], POLICY) is newer


def test_what_stands_hides_what_was_hidden_and_shows_bands_as_they_were():
    before = nested("f", [("enrolled", 304), ("used", 300)])
    again = public(before, earlier=[past(before, joined=1)])
    assert (again.count("f", "used").low, again.count("f", "used").high) == (295, 304)
    assert again.count("f", "used").shown == "band"
    assert again.count("f", "enrolled").shown == "exact"
    assert again.count("f", "enrolled", "not used").is_hidden
    assert again.small == {("f", "enrolled", "not used")}


def test_a_count_that_is_new_is_hidden_while_the_earlier_figures_stand():
    more = one_way("g", {"a": 40, "b": 57, "c": 4})
    again = public(more, earlier=[past(joined=1)])
    assert again.count("g", "c").is_hidden
    assert ("g", "c") in again.small


def test_what_is_remembered_is_what_was_shown():
    table = nested("f", [("enrolled", 304), ("used", 300)])
    shown = past(table).shown
    assert shown["f", "used"] == Span(295, 304)
    assert shown["f", "enrolled"] == Span(304, 304)
    assert shown["f", "enrolled", "not used"] == Span(1, CEILING)


@pytest.mark.parametrize(
    ("b", "is_watched"), [(60, False), (61, True), (69, True), (70, False), (51, True), (50, False)]
)
def test_a_count_is_watched_when_it_changed_by_fewer_than_the_minimum(b, is_watched):
    now = one_way("g", {"a": 40, "b": b})
    _, changed = watch(now, [past(joined=40, left=40)], POLICY)
    assert (("g", "b") in changed) is is_watched
    if is_watched:
        few = abs(b - 60)
        assert changed["g", "b"] == Span(60 - few, 60 + few)
        assert changed["g", "a"] == Span(40 - few, 40 + few), "the other part of a total that changed by a few"


def test_of_two_earlier_figures_a_band_has_to_hold_both():
    now = one_way("g", {"a": 44, "b": 90})
    before = [past(one_way("g", {"a": a, "b": 60}), joined=60, left=40) for a in (40, 46)]
    _, changed = watch(now, before, POLICY)
    assert changed["g", "a"] == Span(36, 48)


def test_without_an_earlier_release_nothing_is_tied():
    watched, changed = watch(JANUARY, [], POLICY)
    assert watched is JANUARY
    assert changed == {}


def test_people_neither_come_nor_leave_in_negative_numbers():
    for wrong in ({"joined": -1, "left": 0}, {"joined": 0, "left": -1}):
        with pytest.raises(ValueError, match="not negative"):
            Past("January", JANUARY, {}, **wrong)


def people(**where):
    many = where.pop("n")
    who = Population.of({column: [value] for column, value in where.items()})
    return counted(one_way("g", {"all": many}), {("g", "all"): who})


def keep(table):
    return {**kept(table, public(table)), "day": "2026-01-15"}


@pytest.mark.parametrize(("many", "is_tied"), [(191, True), (199, True), (200, False), (190, False)])
def test_only_a_difference_of_a_few_is_a_group_that_nobody_printed(many, is_tied):
    part = people(grade="3", n=many)
    tied = beside(part, [keep(people(n=200))], POLICY)
    rest = [cell for cell in tied.cells if cell.key[-1] == "rest"]
    assert [cell.count for cell in rest] == ([200 - many] if is_tied else [])
    assert all(not cell.is_printed and cell.is_guarded and cell.seen is None for cell in rest)
    was = [cell for cell in tied.cells if cell.key[0] == "near" and cell.key[-1] != "rest"]
    assert all(cell.seen == Span(200, 200) and not cell.is_guarded for cell in was)


def test_the_smaller_population_has_to_lie_in_the_larger():
    assert len(beside(people(grade="3", n=204), [keep(people(n=200))], POLICY).cells) == 2
    assert len(beside(people(n=204), [keep(people(grade="3", n=200))], POLICY).cells) == 4


def test_a_count_that_was_hidden_ties_nothing():
    hidden = keep(people(n=8))
    assert len(beside(people(grade="3", n=5), [hidden], POLICY).cells) == 2


def test_cells_that_only_tie_are_not_kept_and_nor_are_their_sums():
    tied = beside(people(grade="3", n=195), [keep(people(n=200))], POLICY)
    value = kept(tied, public(tied))
    assert all(cell["key"][0] != "near" or cell["key"][-1] == "rest" for cell in value["cells"])
    assert all("near" not in part[:1] for one in value["sums"] for part in (one["total"], *one["parts"])[:1])
    [again] = pasts(people(grade="3", n=195), [{**value, "day": "2026-02-01"}])
    assert again.shown[PEOPLE, "grade=3"].low == value["cells"][0]["low"]


def test_a_column_that_is_not_named_has_any_value():
    third, low = Population.of({"grade": ["3"]}), Population.of({"grade": ["3", "4"]})
    assert low.holds(third)
    assert not third.holds(low)
    assert third.holds(third)
    assert not third.holds(Population.of({"school": ["3"]}))
    assert not Population.of({"grade": ["3"], "school": ["n"]}).holds(third)


def test_a_table_says_no_more_than_its_parts():
    for cells, sums, why in (
        ((Cell(("a",), -1),), (), "not negative"),
        ((Cell(("a",), 3, seen=Span(4, 9)),), (), "holds the count"),
        ((Cell(("a",), 10, seen=Span(4, 9)),), (), "holds the count"),
        ((Cell(("a",), 3), Cell(("b",), 3)), (Sum(("a",), (("b",), ("b",))),), "add up"),
    ):
        with pytest.raises(ValueError, match=why):
            ReleaseTable(cells, sums)
    assert ReleaseTable((Cell(("a",), 4, seen=Span(4, 9)), Cell(("b",), 9, seen=Span(4, 9)), Cell(("c",), 0)))


def test_nested_counts_have_those_between_them():
    counts = nested("f", [("enrolled", 30), ("used", 20), ("dosed", 20)]).counts()
    assert counts["f", "enrolled", "not used"] == 10
    assert counts["f", "used", "not dosed"] == 0


def test_margins_keep_totals_and_what_was_seen_before():
    table = two_way("t", "ab", "xy", [[1, 2], [3, 4]])
    coarse = {cell.key: cell for cell in margins(join(table, ReleaseTable((Cell(("s",), 5, seen=Span(1, 9)),)))).cells}
    assert coarse["t", "a", "x"].seen == Span(0, CEILING)
    assert not coarse["t", "a", "x"].is_printed
    assert coarse["t", "a", "total"].seen is None
    assert coarse["s",].seen == Span(1, 9)


def test_three_ways_add_up_over_each():
    counts = faces("t", ["ab", "xy", "kl"], [[[1, 2], [3, 4]], [[5, 6], [7, 8]]]).counts()
    assert counts["t", "a", "x", "total"] == 3
    assert counts["t", "a", "total", "k"] == 4
    assert counts["t", "total", "x", "k"] == 6
    assert counts["t", "a", "total", "total"] == 10
    assert counts["t", "total", "y", "total"] == 22
    assert counts["t", "total", "total", "l"] == 20
    assert counts["t", "total", "total", "total"] == 36


def test_a_budget_may_be_spent_to_its_end_and_no_further():
    use = [Spending("2025-26", "use", many) for many in (600, 300)]
    assert admit(Spending("2025-26", "use", 100), use) is None
    assert "0.1 is left, not 0.101" in admit(Spending("2025-26", "use", 101), use).because
    assert spent([*use, Spending("2025-26", "use", 200), Spending("2025-26", "use", 100)], "2025-26", "use") == 1000
    assert admit(Spending("2025-26", "use", 1), []) is None
    assert large_enough(499).code == "PR101"
    assert large_enough(500) is None
    assert (off_by(1.0, sensitivity=2), off_by(1.0, sure=0.5)) == (6, 1)
    assert Spending("2025-26", "use", 250).epsilon == 0.25


def test_who_used_without_being_enrolled_makes_no_negative_part():
    assert parts_of_use({"enrolled": -1, "used": 3, "dosed": 1}) == dict.fromkeys(
        ("dosed", "used under the dose", "not used"), 0
    )
    assert parts_of_use({"enrolled": 10, "used": 6, "dosed": 6}) == {
        "dosed": 6, "used under the dose": 0, "not used": 4,
    }  # fmt: skip
