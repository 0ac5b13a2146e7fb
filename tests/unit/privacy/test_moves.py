"""Who came and who left: the fewest that explain two releases, and what a reader makes of knowing how many."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from types import SimpleNamespace

import numpy as np
import pytest
import scipy.optimize

from disclosure_scenes import POLICY
from disclosure_scenes import publicly as public
from gainline.engine.privacy import ReleaseTable, one_way, two_way
from gainline.engine.privacy.attack import HIDDEN, Span, attack
from gainline.engine.privacy.history import watch
from gainline.engine.privacy.kept import kept, pasts
from gainline.engine.privacy.moves import fewest_moves
from gainline.engine.privacy.release import remember
from gainline.engine.privacy.tables import CEILING, UNSEEN, Cell, Sum, join, outcomes

A, B, ALL = ("g", "a"), ("g", "b"), ("g", "total")


def past(table, label="January", **moved):
    return remember(label, table, public(table), **moved)


def fewest(then, now):
    found = fewest_moves(then, now)
    return found.joined, found.left


def square(counts):
    return two_way("t", "ab", "xy", [counts[:2], counts[2:]])


def one_by_one(then, now):
    """Everybody who came and everybody who left, of each of the four groups that part the people."""
    return (
        sum(max(0, after - before) for before, after in zip(then, now, strict=True)),
        sum(max(0, before - after) for before, after in zip(then, now, strict=True)),
    )


def test_where_groups_part_the_people_the_fewest_are_the_rises_and_the_falls_of_the_groups():
    chance = np.random.default_rng(20261122)
    for then, now in chance.integers(0, 30, size=(25, 2, 4)).tolist():
        assert fewest(square(then), square(now)) == one_by_one(then, now)


def two_lists(g, h):
    return join(
        one_way("g", dict(zip("ab", g, strict=True))),
        one_way("h", dict(zip("xy", h, strict=True))),
        sums=[Sum(ALL, (("h", "total"),))],
    )


def in_two_lists(then, now):
    """The fewest over every way in which up to five could have come into each of the four pairs of groups."""
    counts = [np.array(groups) for both in zip(then, now, strict=True) for groups in both]
    (g_then, g_now), (h_then, h_now) = counts[:2], counts[2:]
    ends = []
    for came_g, came_h in product(product(range(6), repeat=2), repeat=2):
        went_g, went_h = np.array(came_g) - (g_now - g_then), np.array(came_h) - (h_now - h_then)
        if min(*went_g, *went_h) >= 0 and sum(came_g) == sum(came_h):
            ends.append((sum(came_g), int(went_g.sum())))
    return min(ends)


def test_people_in_two_lists_came_and_left_in_both():
    then, now = ((20, 30), (25, 25)), ((23, 28), (25, 26))
    assert fewest(two_lists(*then), two_lists(*now)) == in_two_lists(then, now) == (3, 2)
    still = ((20, 30), (22, 28))
    assert fewest(two_lists(*then), two_lists(*still)) == in_two_lists(then, still) == (3, 3)


def test_counts_of_one_release_only_and_sums_that_do_not_hold_in_both_explain_nothing():
    assert fewest(one_way("g", {"a": 4}), one_way("h", {"a": 9})) == (0, 0)
    more = one_way("g", {"a": 40, "b": 60, "c": 7})
    assert fewest(one_way("g", {"a": 40, "b": 60}), more) == (7, 0)
    assert fewest_moves(one_way("g", {"a": 40, "b": 60}), more).sums == ()


def test_the_moves_of_a_table_that_did_not_change_are_none():
    moves = fewest_moves(square([1, 2, 3, 4]), square([1, 2, 3, 4]))
    assert set(moves.came.values()) == set(moves.went.values()) == {0}
    assert len(moves.sums) == 6


def test_moves_that_are_not_found_are_a_defect_and_not_an_answer(monkeypatch):
    monkeypatch.setattr(scipy.optimize, "milp", lambda *_, **__: SimpleNamespace(x=None, message="no time"))
    with pytest.raises(ArithmeticError, match="no time"):
        fewest_moves(square([1, 2, 3, 4]), square([1, 2, 3, 5]))


def test_who_knows_that_twelve_came_and_sees_where_knows_that_nobody_came_elsewhere():
    then, now = one_way("g", {"a": 40, "b": 60}), one_way("g", {"a": 52, "b": 60})
    watched, _ = watch(now, [past(then, joined=12)], POLICY)
    assert attack(watched, {B: HIDDEN, ALL: HIDDEN}, of={B}) == {B: Span(60, 60)}
    watched, _ = watch(now, [past(then, joined=17, left=5)], POLICY)
    assert attack(watched, {B: HIDDEN, ALL: HIDDEN}, of={B}) == {B: Span(55, 65)}


def test_two_earlier_releases_are_held_to_each_other():
    first, then = one_way("g", {"a": 40, "b": 60}), one_way("g", {"a": 42, "b": 61})
    hidden = dict.fromkeys(first.counts(), UNSEEN)
    second = replace(past(then, joined=50, left=50), shown=hidden)
    watched, _ = watch(one_way("g", {"a": 92, "b": 11}), [past(first, joined=52, left=49), second], POLICY)
    spans = attack(watched, dict.fromkeys((A, B, ALL), HIDDEN), of={("then 1", *A)})
    assert spans == {("then 1", *A): Span(40, 43)}


def test_a_page_on_which_nothing_is_safe_does_not_even_say_where_nobody_is():
    table = ReleaseTable((*one_way("g", {"a": 40, "b": 5, "c": 0}).cells, Cell(("z",), 0)))
    answer = public(table, budget=0)
    assert [reason.code for reason in answer.reasons] == ["PR021"]
    assert all(count.is_hidden for count in answer.counts.values())
    for known in (remember("May", table, answer), *pasts(table, [{**kept(table, answer), "day": "2026-05-01"}])):
        assert known.shown["g", "c"] == Span(0, CEILING)
        assert known.shown["g", "b"] == Span(1, CEILING)


@pytest.mark.parametrize("reached", [0, 40])
def test_an_outcome_of_nobody_stays_as_unknown_as_it_was(reached):
    table = outcomes("p", {"3": (reached, 40), "4": (20, 45)})
    assert past(table).shown["p", "3", "reached" if not reached else "not reached"].low == 0


def test_a_page_of_totals_that_hid_a_zero_can_be_followed_by_another():
    table = two_way("t", [f"r{i}" for i in range(6)], ["x", "y", "z"], [[3, 40, 0]] * 6)
    answers = (public(table, budget=budget) for budget in (200, 400, 800, 1_600, 3_200, 6_400))
    totals = next(one for one in answers if "PR022" in {reason.code for reason in one.reasons})
    assert totals.count("t", "r0", "z").is_hidden
    later = two_way("t", [f"r{i}" for i in range(6)], ["x", "y", "z"], [[23, 60, 20]] * 6)
    for known in (remember("May", table, totals, joined=360), *pasts(later, [{**kept(table, totals), "day": "5-1"}])):
        assert public(later, earlier=[known]).count("t", "total", "total").shown == "exact"
