"""What is kept of a public release is enough to protect whoever makes the difference to the next one."""

from __future__ import annotations

import json

import pytest

from disclosure_scenes import POLICY
from disclosure_scenes import publicly as public
from gainline.engine.privacy import ReleaseTable, one_way, two_way
from gainline.engine.privacy.kept import PEOPLE, Population, beside, counted, kept, pasts, plain
from gainline.engine.privacy.moves import fewest_moves
from gainline.engine.privacy.tables import outcomes


def keep(table, day="2026-01-15", **more):
    """A release as it comes back from a file."""
    return json.loads(json.dumps({**kept(table, public(table, **more)), "day": day}))


def by_grade(**counts):
    who = {("grade", grade): Population.of({"grade": [grade]}) for grade in counts}
    return counted(one_way("grade", counts), who)


def only(**where):
    who = Population.of({column: [value] for column, value in where.items() if column != "n"})
    return counted(one_way("g", {"all": where["n"]}), {("g", "all"): who}), (PEOPLE, str(who))


def test_what_was_kept_makes_the_earlier_figures_stand():
    january = two_way("t", ["north", "south"], ["passed", "not yet"], [[40, 61], [52, 33]])
    february = two_way("t", ["north", "south"], ["passed", "not yet"], [[40, 60], [52, 33]])
    shown = public(february, earlier=pasts(february, [keep(january)]))
    assert [reason.code for reason in shown.reasons] == ["PR023"]
    assert shown.counts == public(january).counts


def test_hidden_counts_and_outcomes_come_back_as_unknown_as_they_were():
    table = outcomes("t", {"3": (40, 40), "4": (12, 40)})
    [past] = pasts(table, [keep(table)])
    assert past.turnover == 0
    assert past.table.counts() == table.counts()
    assert past.shown["t", "3", "not reached"].low == 0


def test_an_answer_that_repeats_shows_nothing_of_its_own():
    before, now = one_way("t", {"a": 40, "b": 50}), one_way("t", {"a": 41, "b": 50})
    again = keep(now, earlier=pasts(now, [keep(before)]))
    assert again["repeats"]
    assert again["cells"] == []
    assert pasts(now, [again]) == ()


def test_a_release_of_quite_other_counts_ties_nothing():
    assert pasts(one_way("t", {"a": 40}), [keep(one_way("other", {"a": 40}))]) == ()


@pytest.mark.parametrize(
    ("then", "now", "moves"),
    [
        ({"3": 40, "4": 20}, {"3": 40, "4": 20}, (0, 0)),
        ({"3": 40, "4": 20}, {"3": 43, "4": 19}, (3, 1)),
        ({"3": 40, "4": 20}, {"3": 38, "4": 22}, (2, 2)),
        ({"3": 40}, {"5": 40}, (0, 0)),
    ],
)
def test_the_fewest_moves_explain_every_count(then, now, moves):
    found = fewest_moves(one_way("g", then), one_way("g", now))
    assert (found.joined, found.left) == moves


def test_two_questions_for_the_same_people_are_one_population():
    one = Population.of({"grade": ["4", "3"], "tool": ["lumen"]})
    assert one == Population.of({"tool": ["lumen"], "grade": ["3", "4"]})
    assert Population.parse(str(one)) == one
    assert str(one) == "grade=3|4&tool=lumen"
    assert Population.of({}).holds(one)
    assert not one.holds(Population.of({"grade": ["3"]}))
    assert one.holds(one.narrowed("reached"))
    assert not one.narrowed("reached").holds(one)


def test_signs_inside_a_value_do_not_make_another_population():
    odd = Population.of({"school": [plain("a|b&c=d%")]})
    assert Population.parse(str(odd)) == odd
    assert len(odd.columns) == 1


@pytest.mark.parametrize("few", range(1, 10))
def test_a_filter_that_leaves_out_a_few_does_not_pass(few):
    whole, _ = only(tool="lumen", n=200)
    part, key = only(tool="lumen", grade="3", n=200 - few)
    shown = public(beside(part, [keep(whole)], POLICY)).counts[key]
    assert shown.low is None or shown.high - shown.low >= 5


@pytest.mark.parametrize("few", range(1, 10))
def test_a_filter_that_lets_a_few_more_in_does_not_pass_either(few):
    part, _ = only(tool="lumen", grade="3", n=200)
    whole, key = only(tool="lumen", n=200 + few)
    shown = public(beside(whole, [keep(part)], POLICY)).counts[key]
    assert shown.low is None or shown.high - shown.low >= 5


@pytest.mark.parametrize("many", [0, 10, 40])
def test_nobody_or_a_whole_group_of_difference_passes(many):
    whole, _ = only(tool="lumen", n=200)
    part, key = only(tool="lumen", grade="3", n=200 - many)
    assert public(beside(part, [keep(whole)], POLICY)).counts[key].low == 200 - many


def test_groups_that_share_nobody_may_be_alike_in_size():
    north, _ = only(school="north", n=200)
    south, key = only(school="south", n=203)
    assert public(beside(south, [keep(north)], POLICY)).counts[key].low == 203


def test_a_count_that_protected_another_is_not_given_away_by_asking_for_it_alone():
    grades = by_grade(**{"3": 4, "4": 50, "5": 80})
    first = public(grades)
    assert first.counts[PEOPLE, "grade=4"].low != 50 or first.counts["grade", "total"].low != 134
    alone, key = only(grade="4", n=50)
    whole, _ = only(n=134)
    second = public(alone, earlier=pasts(alone, [keep(grades), keep(whole)]))
    told = second.counts[key]
    assert told.low is None or told.high > told.low


def test_tables_that_count_nobody_by_population_have_no_neighbors():
    table = one_way("t", {"a": 40})
    assert beside(table, [keep(one_way("t", {"a": 41}))], POLICY) == ReleaseTable(table.cells, table.sums)
