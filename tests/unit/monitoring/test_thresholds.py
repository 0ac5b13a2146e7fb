"""A rule is refused when it is saved if it could never ring; saved, it rings once for one trouble."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from pydantic import ValidationError

from gainline.engine.core.issues import Level
from gainline.engine.core.refusals import Refusal
from gainline.engine.indicators import load_catalogue
from gainline.engine.monitoring.thresholds import (
    Event,
    Judge,
    Reading,
    Rule,
    Stand,
    State,
    Status,
    Watchable,
    advance,
    check_rule,
    follow,
)

KNOWN = {key: Watchable(one.grain_columns, one.direction) for key, one in load_catalogue()[0].items()}
LEVELS = {"indicator": "adoption", "direction": "below", "enter": 0.4, "exit": 0.5}
WORDS = {"uses": ["adoption", "support_burden"], "when": "adoption < 0.4 && support_burden > 2.0"}


def codes(**parts: object) -> list[str]:
    return [finding.code for finding in check_rule(Rule.model_validate(parts), KNOWN)]


def rule_of(**parts: object) -> Rule:
    return Rule.model_validate({**LEVELS, **parts})


def test_a_sound_rule_of_either_kind_is_saved():
    assert codes(**LEVELS, grain=["school_id"]) == []
    assert codes(**WORDS, until="adoption > 0.5") == []


def test_a_misspelt_indicator_is_refused_with_the_one_that_was_probably_meant():
    [finding] = check_rule(rule_of(indicator="adoptoin"), KNOWN)
    assert (finding.code, finding.level, finding.key) == ("RK010", Level.ERROR, "indicator")
    assert "did you mean adoption?" in finding.remedy
    assert codes(uses=["adoption", "suport_burden"], when="adoption < 0.4") == ["RK010"]


@pytest.mark.parametrize("grain", ["week_start", "person_key", "school"])
def test_a_grain_that_the_indicator_does_not_have_or_that_names_one_child_is_refused(grain: str):
    assert codes(**LEVELS, grain=[grain]) == ["RK011"]


@pytest.mark.parametrize(
    ("when", "column"),
    [
        ("adoptoin < 0.4", 1),
        ("adoption < 1", 10),  # a whole number is another type: an indicator is a decimal
        ("adoption + support_burden", 1),  # no condition
        ("adoption && true", 10),
        ("adoption <", 11),
        ("minutes_per_week < 3.0", 1),  # an indicator of the catalogue that was not declared in uses
    ],
)
def test_an_expression_with_a_wrong_name_type_or_grammar_is_refused_with_its_column(when: str, column: int):
    [finding] = check_rule(Rule.model_validate({**WORDS, "when": when}), KNOWN)
    assert finding.code == "RK012"
    assert finding.says.startswith(f"when, column {column}: ")


@pytest.mark.parametrize(
    "when",
    [
        "size('a') > 0",
        "[adoption].all(x, x > 0.0)",
        "adoption.matches('a')",
        "{'a': 1}['a'] == 1",
        "adoption % 2.0 > 1.0",
        '"a" == "b"',
        "type(adoption) == double",
        "(" * 21 + "true" + ")" * 21,
    ],
)
def test_an_expression_cannot_call_loop_index_or_nest_without_end(when: str):
    assert "RK013" in codes(**{**WORDS, "when": when})


def test_an_expression_longer_than_five_hundred_characters_is_no_rule():
    with pytest.raises(ValidationError):
        Rule.model_validate({**WORDS, "when": "adoption < 0.4 || " * 30 + "true"})


@pytest.mark.parametrize(
    "parts",
    [
        {**LEVELS, "exit": 0.3},
        {**LEVELS, "direction": "above"},
        {**LEVELS, "enter": "low"},
        {**LEVELS, "enter": float("nan")},
        {**LEVELS, "for": 0},
        {**LEVELS, "every": "week"},
        {**LEVELS, **WORDS},
        {"indicator": "adoption"},
        {**LEVELS, "until": "adoption > 0.5"},
        {"when": "true"},
    ],
)
def test_a_rule_that_contradicts_itself_is_no_rule(parts: dict[str, object]):
    with pytest.raises(ValidationError):
        Rule.model_validate(parts)


def test_watching_the_good_direction_or_without_any_damping_is_doubted():
    assert codes(indicator="adoption", direction="above", enter=0.5, exit=0.4) == ["RK014"]
    assert codes(**{**LEVELS, "exit": 0.4}, **{"for": 1}) == ["RK015"]
    assert codes(**WORDS, **{"for": 1}) == ["RK015"]


def test_a_week_stands_by_its_levels_and_one_with_too_few_behind_it_is_missing():
    judge = Judge(rule_of(minimum_n=10))
    stands = [judge(Reading({"adoption": value}, 10)) for value in (0.39, 0.4, 0.49, 0.5)]
    assert stands == [Stand.TROUBLE, Stand.BETWEEN, Stand.BETWEEN, Stand.CLEAR]
    assert judge(Reading({"adoption": 0.1}, 9)) is Stand.MISSING
    assert judge(Reading({"adoption": None}, 10)) is Stand.MISSING
    assert judge(Reading({"adoption": float("nan")}, 10)) is Stand.MISSING
    assert judge(Reading({}, 10)) is Stand.MISSING
    above = Judge(Rule(indicator="support_burden", direction="above", enter=3.0, exit=2.0))
    assert [above(Reading({"support_burden": value})) for value in (3.1, 3.0, 2.0)] == [
        Stand.TROUBLE,
        Stand.BETWEEN,
        Stand.CLEAR,
    ]


def test_an_expression_stands_by_its_two_conditions_and_needs_all_its_indicators():
    judge = Judge(Rule.model_validate({**WORDS, "until": "adoption > 0.5"}))
    both = [(0.3, 3.0), (0.45, 3.0), (0.6, 3.0)]
    stands = [judge(Reading({"adoption": a, "support_burden": s})) for a, s in both]
    assert stands == [Stand.TROUBLE, Stand.BETWEEN, Stand.CLEAR]
    assert judge(Reading({"adoption": 0.3, "support_burden": None})) is Stand.MISSING
    assert Judge(Rule.model_validate(WORDS))(Reading({"adoption": 0.6, "support_burden": 3.0})) is Stand.CLEAR


def test_an_expression_without_a_value_is_refused_and_never_read_as_fine():
    judge = Judge(Rule(uses=("adoption",), when="1 / 0 > 1"))
    found = judge(Reading({"adoption": 0.3}))
    assert isinstance(found, Refusal)
    assert found.code == "RK016"


T, B, C, M = Stand.TROUBLE, Stand.BETWEEN, Stand.CLEAR, Stand.MISSING


@pytest.mark.parametrize(
    ("stands", "events"),
    [
        ([T, T], {1: Event.OPENED}),
        ([T, B, T], {}),  # pending must hold at every week
        ([T, M, T], {2: Event.OPENED}),  # a missing week neither confirms nor clears
        ([T, T, C, B, C, C], {1: Event.OPENED, 5: Event.RESOLVED}),  # between the levels the call goes on
        ([T, T, C, M, C], {1: Event.OPENED, 4: Event.RESOLVED}),
        ([T, T, M, M, M, M, C, C], {1: Event.OPENED, 4: Event.SILENT, 6: Event.HEARD, 7: Event.RESOLVED}),
        ([M, M, M, T, T], {2: Event.SILENT, 3: Event.HEARD, 4: Event.OPENED}),
    ],
)
def test_a_call_opens_after_enough_weeks_and_ends_after_enough_clear_ones(stands, events):
    found = {week: event for week, (_, events) in enumerate(follow(rule_of(), stands)) for event in events}
    assert found == events


def test_states_are_told_apart():
    states = [status.state for status, _ in follow(rule_of(), [T, T, C, C])]
    assert states == [State.PENDING, State.FIRING, State.COOLING, State.QUIET]
    assert Status(State.COOLING, 1).is_on_call
    assert not Status(State.PENDING, 1).is_on_call
    assert advance(rule_of(), Status(missing=2), M)[0].is_silent(rule_of())


def calls(rule: Rule, series: np.ndarray) -> int:
    judge = Judge(rule)
    stands = [judge(Reading({"adoption": float(value)})) for value in series]
    return sum(Event.OPENED in events for _, events in follow(rule, stands))


def test_noise_around_the_level_makes_no_storm_of_alarms():
    """Forty weeks around the very level at which trouble begins, 500 times: the plain comparison calls all the time."""
    rng = np.random.Generator(np.random.PCG64(7))
    noise = 0.4 + 0.03 * rng.standard_normal((500, 40))
    plain = rule_of(exit=0.4, keep=1, **{"for": 1})
    damped = rule_of(exit=0.5)
    bare, kept = (np.array([calls(rule, series) for series in noise]) for rule in (plain, damped))
    assert bare.mean() > 8
    assert kept.max() == 1
    assert kept.mean() > 0.95  # it does tremble below the level, so one call is right


def test_a_real_fall_is_called_once_and_at_most_one_week_after_its_second():
    rng = np.random.Generator(np.random.PCG64(8))
    series = np.r_[np.full(15, 0.6), np.full(10, 0.3), np.full(15, 0.6)] + 0.02 * rng.standard_normal((200, 40))
    opened = []
    for one in series:
        judge = Judge(rule_of())
        events = follow(rule_of(), [judge(Reading({"adoption": float(value)})) for value in one])
        opened.append([week for week, (_, found) in enumerate(events) if Event.OPENED in found])
    assert list(itertools.chain(*opened)) == [16] * 200
