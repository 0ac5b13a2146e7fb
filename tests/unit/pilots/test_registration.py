"""Locking a plan, amending it, and showing every deviation."""

from __future__ import annotations

from datetime import date

import pytest

from gainline.engine.core.errors import Conflict, UserFixable
from gainline.engine.ledger import Ledger, digest
from gainline.engine.pilots import Plan, amend, compare, deviations, find_registration, register
from plans import plan_of

NAME = "randomized_cluster"
DAY, LATER, LATEST = date(2025, 9, 1), date(2025, 11, 3), date(2026, 1, 12)
BIGGER = ("smallest_effect = 3.0", "smallest_effect = 3.5")
LONGER = ("end = 2026-05-01", "end = 2026-05-08")


@pytest.fixture
def registration():
    return register(plan_of(NAME), snapshot="a" * 64, as_of=DAY)


def amended(registration, *edits, on=LATER):
    amendment = amend(registration, plan_of(NAME, *edits), reason="the test window moved", as_of=on)
    return type(registration)(
        registration.key,
        registration.plan,
        registration.sha256,
        registration.registered_on,
        registration.snapshot,
        amendments=(*registration.amendments, amendment),
    )


def test_the_hash_is_that_of_the_plans_canonical_json(registration):
    assert registration.sha256 == digest(registration.plan)
    assert registration.to_payload()["plan_sha256"] == registration.sha256
    assert registration.plan["outcomes"][0]["from"]["result"] == "map-reading"
    assert registration.plan["window"] == {"start": "2025-10-06", "end": "2026-05-01"}


def test_defaults_are_written_out_so_that_a_later_default_changes_nothing(registration):
    assert registration.plan["multiplicity"] == "benjamini-hochberg"
    assert registration.plan["design"]["boundary"] == "cautious"


def test_the_order_and_layout_of_the_toml_do_not_change_the_hash(registration):
    moved = plan_of(NAME, ("size = 4.0\nby = 2026-06-05", "by = 2026-06-05\nsize = 4"), ("# A rand", "#   A rand"))
    assert register(moved, snapshot="b" * 64, as_of=LATER).sha256 == registration.sha256


def test_the_locked_plan_is_a_plan_again(registration):
    assert Plan.model_validate(registration.current_plan()) == plan_of(NAME)


def test_an_incomplete_hypothesis_cannot_be_locked():
    with pytest.raises(UserFixable, match="lacks size, date"):
        register(plan_of(NAME, ("size = 4.0\nby = 2026-06-05", "")), snapshot="", as_of=DAY)


def test_registering_the_same_plan_again_says_so_and_keeps_the_first_day(registration):
    again = register(plan_of(NAME), snapshot="b" * 64, as_of=LATER, existing=registration)
    assert again.is_repeat
    assert not registration.is_repeat
    assert (again.registered_on, again.snapshot) == (DAY, "a" * 64)


def test_registering_another_plan_under_the_key_is_a_conflict_that_asks_to_amend(registration):
    with pytest.raises(Conflict, match="another plan") as caught:
        register(plan_of(NAME, BIGGER), snapshot="", as_of=LATER, existing=registration)
    assert "amend" in caught.value.remedy


def test_registering_the_plan_that_an_amendment_put_in_force_is_a_repeat(registration):
    changed = amended(registration, BIGGER)
    assert register(plan_of(NAME, BIGGER), snapshot="", as_of=LATEST, existing=changed).is_repeat


def test_an_amendment_lists_what_it_changes_with_its_reason(registration):
    amendment = amend(registration, plan_of(NAME, BIGGER, LONGER), reason=" snow days ", as_of=LATER)
    assert [(c.path, c.registered, c.now) for c in amendment.changes] == [
        ("smallest_effect", "3", "3.5"),
        ("window.end", '"2026-05-01"', '"2026-05-08"'),
    ]
    assert (amendment.reason, amendment.follows) == ("snow days", registration.sha256)
    assert amendment.sha256 == digest(amendment.plan)


@pytest.mark.parametrize("reason", ["", "  "])
def test_an_amendment_needs_a_reason(registration, reason):
    with pytest.raises(UserFixable, match="reason"):
        amend(registration, plan_of(NAME, BIGGER), reason=reason, as_of=LATER)


def test_an_amendment_needs_a_change_and_the_same_key(registration):
    with pytest.raises(UserFixable, match="in force already"):
        amend(registration, plan_of(NAME), reason="none", as_of=LATER)
    with pytest.raises(Conflict):
        amend(registration, plan_of("matched_volunteers"), reason="another", as_of=LATER)


def test_an_untouched_plan_has_no_deviation(registration):
    assert deviations(registration, plan_of(NAME)) == ()
    assert deviations(registration) == ()


def test_a_plan_edited_after_registration_is_shown_without_a_day(registration):
    [change] = deviations(registration, plan_of(NAME, BIGGER))
    assert (change.path, change.registered, change.now, change.amended_on) == ("smallest_effect", "3", "3.5", None)


def test_an_amended_plan_is_shown_with_the_day_of_the_amendment(registration):
    changed = amended(registration, BIGGER)
    [change] = deviations(changed, plan_of(NAME, BIGGER))
    assert (change.path, change.amended_on) == ("smallest_effect", "2025-11-03")


def test_what_is_edited_after_an_amendment_is_shown_beside_it(registration):
    changed = amended(registration, BIGGER)
    shown = deviations(changed, plan_of(NAME, ("smallest_effect = 3.0", "smallest_effect = 1.0"), LONGER))
    assert [(c.path, c.registered, c.now, c.amended_on) for c in shown] == [
        ("smallest_effect", "3", "3.5", "2025-11-03"),
        ("smallest_effect", "3.5", "1", None),
        ("window.end", '"2026-05-01"', '"2026-05-08"', None),
    ]


def test_each_change_carries_the_day_of_the_last_amendment_that_made_it(registration):
    changed = amended(
        amended(registration, BIGGER, LONGER), ("smallest_effect = 3.0", "smallest_effect = 4.0"), LONGER, on=LATEST
    )
    assert [(c.path, c.amended_on) for c in deviations(changed)] == [
        ("smallest_effect", "2026-01-12"),
        ("window.end", "2025-11-03"),
    ]


def test_an_outcome_put_in_between_is_one_change(registration):
    more = """[[outcomes]]
key = "writing"
label = "Writing"
role = "secondary"
domain = "literacy"
unit = "points"
from = { result = "writing", forms = ["spring"] }

[[outcomes]]
key = "math"
"""
    [change] = deviations(registration, plan_of(NAME, ('[[outcomes]]\nkey = "math"\n', more)))
    assert (change.path, change.registered) == ("outcomes[writing]", "absent")


def test_another_order_of_the_outcomes_is_a_change_because_it_changes_the_hash():
    one = {"outcomes": [{"key": "a", "x": 1}, {"key": "b", "x": 1}]}
    other = {"outcomes": [{"key": "b", "x": 1}, {"key": "a", "x": 1}]}
    assert [change.path for change in compare(one, other)] == ["outcomes (order)"]


def test_keys_that_come_go_and_change_their_kind_are_shown():
    changes = compare({"a": 1, "b": [1, 2], "c": {"x": 1}}, {"b": [2, 1], "c": 3, "d": None})
    assert [(c.path, c.registered, c.now) for c in changes] == [
        ("a", "1", "absent"),
        ("b", "[1,2]", "[2,1]"),
        ("c", '{"x":1}', "3"),
        ("d", "absent", "null"),
    ]


def test_a_registration_comes_back_from_the_ledger_with_its_amendments(tmp_path, registration):
    ledger = Ledger(tmp_path / "ledger.jsonl")
    other = register(plan_of("matched_volunteers"), snapshot="c" * 64, as_of=DAY, seed=7)
    for each in (registration, other):
        ledger.append("registered", each.to_payload(), on=DAY)
    amendment = amend(registration, plan_of(NAME, BIGGER), reason="a larger bar", as_of=LATER)
    ledger.append("amended", amendment.to_payload(), on=LATER)
    ledger.append("evaluated", {"key": registration.key}, on=LATER)

    found = find_registration(ledger.entries(), registration.key)
    assert found is not None
    assert (found.sha256, found.registered_on, found.snapshot) == (registration.sha256, DAY, "a" * 64)
    assert found.amendments == (amendment,)
    assert found.current_plan()["smallest_effect"] == 3.5
    assert "amendments" in found.to_payload()
    assert find_registration(ledger.entries(), other.key) == other
    assert find_registration(ledger.entries(), "unknown") is None


def test_the_first_registration_of_a_key_counts(tmp_path, registration):
    ledger = Ledger(tmp_path / "ledger.jsonl")
    ledger.append("registered", registration.to_payload(), on=DAY)
    forged = register(plan_of(NAME, BIGGER), snapshot="d" * 64, as_of=DAY)
    ledger.append("registered", forged.to_payload(), on=DAY)
    assert find_registration(ledger.entries(), registration.key) == registration
