"""The release ledger: no difference of two releases is one person, and the reader is told why."""

from __future__ import annotations

from dataclasses import replace

import pytest

from disclosure_scenes import publicly as public
from gainline.engine.privacy import Audience, Policy, one_way, release, two_way
from gainline.engine.privacy.release import remember
from gainline.engine.privacy.tables import Cell, ReleaseTable, Sum, faces, outcomes
from gainline.engine.reports.facts import Facts
from gainline.engine.reports.words import words

JANUARY = two_way("t", ["north", "south"], ["passed", "not yet"], [[40, 61], [52, 33]])


def january(**moved):
    return remember("January", JANUARY, public(JANUARY), **moved)


def codes(released):
    return {reason.code for reason in released.reasons}


def test_while_one_student_has_come_the_earlier_figures_stand():
    march = two_way("t", ["north", "south"], ["passed", "not yet"], [[41, 61], [52, 33]])
    released = public(march, earlier=[january(joined=1)])
    assert released.counts == public(JANUARY).counts
    assert codes(released) == {"PR023"}
    assert released.held["t", "north", "passed"].label == "January"


def test_what_stands_does_not_depend_on_where_the_one_student_belongs():
    answers = [
        public(two_way("t", ["north", "south"], ["passed", "not yet"], counts), earlier=[january(joined=1)])
        for counts in ([[41, 61], [52, 33]], [[40, 62], [52, 33]], [[40, 61], [52, 34]])
    ]
    assert answers[0] == replace(answers[1], small=answers[0].small) == replace(answers[2], small=answers[0].small)


def test_a_count_that_changed_by_a_few_is_not_shown_exactly():
    march = two_way("t", ["north", "south"], ["passed", "not yet"], [[41, 61], [72, 53]])
    released = public(march, earlier=[january(joined=41)])
    assert codes(released) == {"PR024"}
    count = released.count("t", "north", "passed")
    assert count.shown != "exact"
    assert count.low is None or (count.low <= 39 and count.high >= 41)


def test_an_earlier_figure_of_what_is_hidden_now_is_named_with_its_day():
    march = two_way("t", ["north", "south"], ["passed", "not yet"], [[4, 61], [52, 33]])
    released = public(march, earlier=[january(left=36)])
    assert released.count("t", "north", "passed").is_hidden
    held = released.held["t", "north", "passed"]
    assert (held.low, held.high, held.label) == (40, 40, "January")


def test_a_second_table_of_the_very_same_people_is_audited_beside_the_first():
    first = one_way("t", {"a": 40, "b": 56, "c": 4})
    shown = remember("the morning", first, public(first))
    more = ReleaseTable(
        (*first.cells, Cell(("t", "b or c"), 60)), (*first.sums, Sum(("t", "b or c"), (("t", "b"), ("t", "c"))))
    )
    released = public(more, earlier=[shown])
    assert "PR023" not in codes(released)
    assert released.count("t", "c").is_hidden
    assert released.count("t", "b or c").shown != "exact"


def test_an_answer_that_repeats_is_not_remembered():
    released = public(JANUARY, earlier=[january(joined=1)])
    with pytest.raises(ValueError, match="repeats"):
        remember("March", JANUARY, released)


def test_people_who_came_are_not_fewer_than_none():
    with pytest.raises(ValueError, match="not negative"):
        january(joined=-1)


def test_an_audit_beyond_its_budget_shows_the_totals_only_or_nothing():
    table = two_way("t", ["a", "b", "c"], ["x", "y", "z"], [[3, 40, 12], [25, 31, 4], [22, 18, 30]])
    released = public(table, budget=20)
    assert codes(released) == {"PR021"}
    assert all(count.is_hidden for count in released.counts.values())
    coarser = public(ReleaseTable((*table.cells, Cell(("alone",), 400)), table.sums), budget=60)
    assert codes(coarser) <= {"PR021", "PR022"}


def test_when_the_fine_counts_cost_too_much_their_totals_are_shown():
    rows = [f"r{i}" for i in range(6)]
    table = two_way("t", rows, ["x", "y", "z"], [[3, 40, 30]] * 6)
    budgets = (public(table, budget=budget) for budget in (200, 400, 800, 1_600, 3_200, 6_400, 12_800))
    coarser = next(released for released in budgets if codes(released) == {"PR022"})
    assert coarser.count("t", "total", "total").low is not None
    assert all(coarser.count("t", row, "x").is_hidden for row in rows)


def test_beside_a_laxer_release_of_the_same_people_nothing_is_shown():
    lax = Policy(minimum_n=3, minimum_range=1)
    table = one_way("t", {"a": 40, "b": 5})
    shown = remember("the leak", table, release(table, audience=Audience.PUBLIC, policy=lax))
    more = ReleaseTable((*table.cells, Cell(("t", "c"), 20)), table.sums)
    released = public(more, earlier=[shown])
    assert codes(released) == {"PR025"}
    assert all(count.is_hidden for count in released.counts.values())


def test_staff_may_have_a_smallest_count_of_their_own():
    policy = Policy(staff_minimum_n=6)
    table = one_way("t", {"a": 40, "b": 7})
    assert release(table, audience=Audience.STAFF, policy=policy).count("t", "b").low == 7
    assert release(table, audience=Audience.PUBLIC, policy=policy).count("t", "b").is_hidden


def test_a_group_in_which_everybody_passed_is_coded_at_the_top():
    released = public(outcomes("passed", {"3": (80, 80), "4": (41, 90)}))
    band = released.share(("passed", "3", "reached"), ("passed", "3", "total"))
    assert band is None or (band.high == 100 and band.low <= 95)
    assert released.count("passed", "3", "not reached").low != released.count("passed", "3", "not reached").high or (
        released.count("passed", "3", "not reached").is_hidden
    )


def test_a_group_in_which_nobody_passed_is_coded_at_the_bottom():
    released = public(outcomes("passed", {"3": (0, 80), "4": (41, 90)}))
    count = released.count("passed", "3", "reached")
    assert count.is_hidden or (count.low, count.high) == (0, 9)


def test_a_group_of_nobody_has_no_outcome_to_hide():
    released = public(outcomes("passed", {"3": (0, 0), "4": (41, 90)}))
    assert released.count("passed", "3", "reached").low == 0


def test_single_people_behind_three_tables_are_printed_nowhere():
    table = faces("t", [["a", "b"], ["x", "y"], ["k", "l"]], [[[20, 30], [4, 25]], [[31, 12], [18, 22]]])
    released = public(table)
    assert released.count("t", "a", "y", "k").is_hidden
    assert released.count("t", "total", "total", "total").low is not None


def test_what_a_reader_has_seen_of_a_count_holds_it():
    with pytest.raises(ValueError, match="holds the count"):
        ReleaseTable((replace(Cell(("a",), 3), seen=january().shown["t", "north", "passed"]),))


def test_the_page_says_why_a_count_is_hidden_in_both_languages():
    march = two_way("t", ["north", "south"], ["passed", "not yet"], [[41, 61], [72, 53]])
    released = public(march, earlier=[january(joined=41)])
    assert "changed by so few people" in Facts({}, words("en"), released).why_hidden
    assert "publicación" in Facts({}, words("es"), released).why_hidden
    assert Facts({}, words("en"), public(JANUARY)).why_hidden == ""
