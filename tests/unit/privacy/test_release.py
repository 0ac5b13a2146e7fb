"""The exit for numbers about people: what is shown, what is not, and to whom."""

from __future__ import annotations

import sys

import pytest

from gainline.engine.privacy import Audience, Cell, Policy, ReleaseTable, Sum, join, nested, one_way, release, two_way
from gainline.engine.privacy.attack import HIDDEN, Span, attack

POLICY = Policy()


def public(table):
    return release(table, audience=Audience.PUBLIC, policy=POLICY)


def spans_of(released):
    return {
        key: HIDDEN if count.is_hidden else Span(count.low, count.high)
        for key, count in released.counts.items()
        if count.shown != "exact"
    }


def test_counts_of_ten_and_more_are_shown_as_they_are():
    released = public(one_way("grade", {"3": 40, "4": 10, "5": 33}))
    assert released.count("grade", "4").low == 10
    assert not released.hides


def test_a_single_small_group_takes_a_second_count_with_it():
    released = public(one_way("grade", {"3": 40, "4": 4, "5": 33}))
    assert released.count("grade", "4").is_hidden
    assert sum(count.shown != "exact" for count in released.counts.values()) >= 2


def test_an_empty_group_may_be_shown_because_nobody_is_in_it():
    released = public(one_way("grade", {"3": 40, "4": 0}))
    assert released.count("grade", "4").low == 0
    assert not released.hides


def test_a_small_cell_of_a_two_way_table_cannot_be_worked_back_from_its_margins():
    table = two_way("t", ["a", "b", "c"], ["tool", "usual"], [[3, 40], [25, 31], [22, 18]])
    released = public(table)
    found = attack(table, spans_of(released))
    assert released.count("t", "a", "tool").is_hidden
    assert min(span.width for span in found.values()) >= POLICY.minimum_range


def test_the_attack_recovers_a_cell_that_is_hidden_alone():
    table = two_way("t", ["a", "b"], ["x", "y"], [[3, 40], [25, 31]])
    assert attack(table, {("t", "a", "x"): HIDDEN}) == {("t", "a", "x"): Span(3, 3)}


def test_four_who_did_not_use_the_tool_cannot_be_counted_by_subtraction():
    table = nested("funnel", [("enrolled", 304), ("used", 300), ("dosed", 121)])
    released = public(table)
    used = released.count("funnel", "used")
    assert (used.low, used.high) == (295, 304)
    found = attack(table, spans_of(released))
    assert found[("funnel", "enrolled", "not used")].width >= POLICY.minimum_range


def test_tables_that_are_safe_alone_are_audited_together():
    groups = one_way("g", {"a": 40, "b": 60})
    same = one_way("h", {"a": 40, "b": 57, "not recorded": 3})
    linked = join(groups, same, sums=[Sum(("g", "total"), (("h", "total"),)), Sum(("g", "a"), (("h", "a"),))])
    found = attack(linked, spans_of(public(linked)))
    assert all(span.width >= POLICY.minimum_range for span in found.values())


def test_an_effect_of_a_hidden_group_may_not_be_shown():
    released = public(one_way("g", {"a": 40, "b": 4, "c": 12}))
    assert not released.may_show_effect(("g", "b"))
    assert released.may_show_effect(("g", "a"))


def test_an_analyst_sees_every_count():
    table = one_way("g", {"a": 40, "b": 4})
    released = release(table, audience=Audience.ANALYST, policy=POLICY)
    assert not released.hides
    assert released.may_show_effect(("g", "b"))


def test_the_public_sees_percentages_of_small_groups_as_bands():
    table = nested("f", [("enrolled", 80), ("used", 21)])
    assert public(table).share(("f", "used"), ("f", "enrolled")).low == 25
    staff = release(table, audience=Audience.STAFF, policy=POLICY).share(("f", "used"), ("f", "enrolled"))
    assert (staff.low, staff.high) == (26, 26)


def test_a_share_of_a_hidden_count_is_not_shown():
    released = public(nested("f", [("enrolled", 200), ("used", 4)]))
    assert released.share(("f", "used"), ("f", "enrolled")) is None


def test_a_share_of_a_banded_count_is_as_wide_as_the_band():
    released = public(nested("f", [("enrolled", 304), ("used", 300)]))
    band = released.share(("f", "used"), ("f", "enrolled"))
    assert band.low < 99
    assert band.high == 100


def test_when_everything_is_small_nothing_is_shown():
    released = public(two_way("t", ["a", "b"], ["x", "y"], [[1, 1], [1, 1]]))
    assert all(count.is_hidden for count in released.counts.values())


def test_a_table_whose_parts_do_not_add_up_is_turned_away():
    with pytest.raises(ValueError, match="add up"):
        ReleaseTable((Cell(("a",), 3), Cell(("b",), 5)), (Sum(("a",), (("b",),)),))


@pytest.mark.parametrize("wrong", [{"minimum_n": 2}, {"minimum_range": 0}, {"minimum_range": 10}])
def test_a_policy_that_protects_nobody_is_turned_away(wrong):
    with pytest.raises(ValueError, match=r"lies between|range"):
        Policy(**wrong)


def test_two_cells_of_one_name_are_turned_away():
    with pytest.raises(ValueError, match="key of its own"):
        ReleaseTable((Cell(("a",), 3), Cell(("a",), 5)))


def test_a_pattern_that_the_attack_beats_is_never_published(monkeypatch):
    table = two_way("t", ["a", "b"], ["x", "y"], [[3, 40], [52, 61]])

    def forgetful(table, policy, *, forced, work):
        return frozenset({("t", "a", "x")})

    monkeypatch.setattr(sys.modules[release.__module__], "suppress", forgetful)
    released = release(table, audience=Audience.PUBLIC, policy=POLICY)
    assert released.count("t", "a", "x").is_hidden
    assert not [key for key, count in released.counts.items() if count.shown == "exact"]


def test_what_is_proved_is_shown_where_no_work_is_left_for_nicer_bands():
    table = two_way("t", [f"r{i}" for i in range(4)], ["x", "y", "z"], [[3, 40, 30]] * 4)
    answers = [
        release(table, audience=Audience.PUBLIC, policy=POLICY, budget=many)
        for many in (700, 800, 1_000, 1_600, 50_000)
    ]
    whole = [answer for answer in answers if not answer.reasons]
    hidden = [sum(count.is_hidden for count in answer.counts.values()) for answer in whole]
    assert hidden == sorted(hidden, reverse=True)
    assert hidden[0] > hidden[-1], "some budget is enough for the counts and not for every band"
    for answer in whole:
        ranges = attack(table, spans_of(answer), of=answer.small)
        assert min(span.width for span in ranges.values()) >= POLICY.minimum_range
