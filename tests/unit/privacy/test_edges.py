"""The edges of the rooms that guard people: what is refused, and where one day or one person makes the difference."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gainline.engine.core.refusals import Refusal
from gainline.engine.privacy import Audience, Cell, Policy, ReleaseTable, Sum, one_way, release
from gainline.engine.privacy.attack import Work, WorkSpent, attack
from gainline.engine.privacy.consent import Ground, Register
from gainline.engine.privacy.policy import BandRule
from gainline.engine.privacy.purposes import Basis, Purpose
from gainline.engine.privacy.release import Count, Shown
from gainline.engine.privacy.rows import release_records, release_rows
from gainline.engine.privacy.tables import HIDDEN, Span

PUBLIC = Audience.PUBLIC


@pytest.mark.parametrize("smallest", [2, 101])
def test_a_policy_outside_reason_is_refused(smallest):
    with pytest.raises(ValueError, match="between 3 and 100"):
        Policy(minimum_n=smallest, minimum_range=1)
    with pytest.raises(ValueError, match="between 3 and 100"):
        Policy(staff_minimum_n=smallest)


@pytest.mark.parametrize("reach", [0, 10])
def test_a_range_of_nothing_or_as_wide_as_the_minimum_is_refused(reach):
    with pytest.raises(ValueError, match="range of a hidden count"):
        Policy(minimum_range=reach)


def test_the_ends_of_what_is_allowed_are_allowed():
    assert Policy(3, 1).is_small(2)
    assert not Policy(100, 99).is_small(100)
    assert Policy().is_small(1)
    assert not Policy().is_small(0)
    assert not Policy().is_small(10)
    with pytest.raises(ValueError, match="ordered"):
        Policy(bands=(BandRule(60, 10), BandRule(30, 20)))


def test_staff_have_their_own_minimum():
    policy = Policy(staff_minimum_n=6)
    assert policy.for_audience(Audience.STAFF).minimum_n == 6
    assert policy.for_audience(PUBLIC) is policy
    assert Policy().for_audience(Audience.STAFF) == Policy()


@pytest.mark.parametrize(
    ("cells", "sums", "says"),
    [
        ((Cell(("a",), 1), Cell(("a",), 2)), (), "key of its own"),
        ((Cell(("a",), -1),), (), "not negative"),
        ((Cell(("a",), 5, seen=Span(6, 9)),), (), "holds the count"),
        ((Cell(("a",), 5, seen=Span(1, 4)),), (), "holds the count"),
        ((Cell(("a",), 5), Cell(("b",), 4)), (Sum(("a",), (("b",),)),), "do not add up"),
    ],
)
def test_a_table_that_cannot_be_is_refused(cells, sums, says):
    with pytest.raises(ValueError, match=says):
        ReleaseTable(cells, sums)


def test_a_count_is_drawn_in_the_middle_of_its_band_and_a_hidden_one_nowhere():
    assert Count(Shown.BAND, 10, 19).middle == 14.5
    assert Count(Shown.EXACT, 10, 10).middle == 10
    assert Count(Shown.HIDDEN, None, None).middle is None


def test_an_audit_whose_equations_cannot_all_hold_never_passes_silently():
    table = ReleaseTable((Cell(("a",), 5), Cell(("b",), 5)), (Sum(("a",), (("b",),)),))
    with pytest.raises(ArithmeticError, match="did not finish"):
        attack(table, {("a",): Span(1, 2), ("b",): Span(5, 6)})


def test_an_attack_costs_what_it_searches_and_stops_when_that_is_spent():
    table = one_way("g", {"a": 4, "b": 20})
    assert attack(table, {("g", "a"): HIDDEN, ("g", "b"): HIDDEN})["g", "a"] == Span(1, 23)
    with pytest.raises(WorkSpent):
        attack(table, {("g", "a"): HIDDEN, ("g", "b"): HIDDEN}, work=Work(1))


def test_a_table_without_sums_hides_its_small_counts_and_nothing_else():
    table = ReleaseTable((Cell(("a",), 4), Cell(("b",), 20)))
    released = release(table, audience=PUBLIC, policy=Policy())
    assert released.counts["a",].is_hidden
    assert released.counts["b",].low == released.counts["b",].high == 20


@pytest.mark.parametrize("audience", [PUBLIC, Audience.STAFF])
def test_rows_of_students_are_for_the_analyst_alone(audience):
    for answer in (
        release_rows({"score": [1.0]}, audience=audience),
        release_records(["name"], [["x"]], audience=audience),
    ):
        assert isinstance(answer, Refusal)
        assert answer.code == "PR020"


def test_rows_leave_sorted_by_content_and_harmless():
    rows = release_rows({"score": [2.5, 1.0], "group": ["=1+1", "b"]}, audience=Audience.ANALYST)
    assert rows.head == ("score", "group")
    assert rows.rows == (("1.0", "b"), ("2.5", "'=1+1"))
    records = release_records(["id", "name"], [["2", "b"], ["1", "a"]], audience=Audience.ANALYST)
    assert records.rows == (("1", "a"), ("2", "b"))


def test_a_ground_for_some_cycles_holds_in_those_and_wherever_none_is_named():
    some = Ground("voices", Purpose.EVALUATION, Basis.CONSENT, tables=("responses",), cycles=("spring",))
    assert some.holds_in("spring")
    assert some.holds_in(None)
    assert not some.holds_in("fall")
    assert replace(some, cycles=()).holds_in("fall")
    register = Register(grounds={"voices": some})
    assert register.asked("spring") == register.asked() == (some,)
    assert register.asked("fall") == ()
    assert not register.agreed("p1", "voices")


def test_a_run_makes_its_grounds_used():
    assert Register.replay([("consent_ran", {"grounds": ["voices"]}), ("another kind", {})]).used == frozenset(
        {"voices"}
    )
