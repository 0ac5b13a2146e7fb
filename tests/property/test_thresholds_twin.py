"""The state machine of thresholds against a slow one that looks back over the whole history at every week."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from gainline.engine.monitoring.thresholds import Event, Rule, Stand, follow

LENGTHS = st.integers(1, 4)
STANDS = st.lists(st.sampled_from(Stand), max_size=40)


def rule_of(wait: int, keep: int, silent: int) -> Rule:
    parts = {"indicator": "adoption", "direction": "below", "enter": 0.4, "exit": 0.5}
    return Rule.model_validate({**parts, "for": wait, "keep": keep, "silent_after": silent})


def on_call(rule: Rule, stands: list[Stand]) -> list[bool]:
    """By definition: called once the last weeks that were measured since the last call were all trouble."""
    called: list[bool] = []
    since = 0  # week from which on measured weeks count
    for week in range(len(stands)):
        is_called = called[-1] if called else False
        measured = [stand for stand in stands[since : week + 1] if stand is not Stand.MISSING]
        wanted, length = (Stand.CLEAR, rule.keep) if is_called else (Stand.TROUBLE, rule.for_)
        turns = len(measured) >= length and all(stand is wanted for stand in measured[-length:])
        since = week + 1 if turns else since
        called.append(is_called != turns)
    return called


@settings(max_examples=300, deadline=None)
@given(wait=LENGTHS, keep=LENGTHS, silent=LENGTHS, stands=STANDS)
def test_the_machine_and_its_slow_twin_agree_at_every_week(wait, keep, silent, stands):
    rule = rule_of(wait, keep, silent)
    found = follow(rule, stands)
    assert [status.is_on_call for status, _ in found] == on_call(rule, stands)
    for week, (status, _) in enumerate(found):
        last = stands[max(week + 1 - silent, 0) : week + 1]
        assert status.is_silent(rule) == (len(last) == silent and set(last) == {Stand.MISSING})


@settings(max_examples=200, deadline=None)
@given(wait=LENGTHS, keep=LENGTHS, stands=STANDS, at=st.integers(0, 40))
def test_missing_weeks_change_nothing_but_the_silence(wait, keep, stands, at):
    rule = rule_of(wait, keep, 3)
    before = [
        event for _, events in follow(rule, stands) for event in events if event in {Event.OPENED, Event.RESOLVED}
    ]
    gapped = stands[:at] + [Stand.MISSING] * 2 + stands[at:]
    after = [event for _, events in follow(rule, gapped) for event in events if event in {Event.OPENED, Event.RESOLVED}]
    assert before == after


@settings(max_examples=200, deadline=None)
@given(stands=STANDS, wait=LENGTHS, keep=LENGTHS)
def test_calls_open_and_end_in_turn_and_never_sooner_than_their_durations(stands, wait, keep):
    rule = rule_of(wait, keep, 3)
    weeks = [(week, event) for week, (_, events) in enumerate(follow(rule, stands)) for event in events]
    turns = [(week, event) for week, event in weeks if event in {Event.OPENED, Event.RESOLVED}]
    assert [event for _, event in turns] == [Event.OPENED, Event.RESOLVED] * (len(turns) // 2) + [Event.OPENED] * (
        len(turns) % 2
    )
    for (earlier, _), (later, event) in pairwise(turns):
        assert later - earlier >= (keep if event is Event.RESOLVED else wait)
