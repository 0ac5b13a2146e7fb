"""What is wrong with a rule, found when it is saved: an alarm that can never ring is worse than none."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from gainline.engine.core.issues import Level
from gainline.engine.monitoring.thresholds.expression import Malformed, compile_condition
from gainline.engine.monitoring.thresholds.rule import Rule

NEVER_A_GRAIN = ("person_key", "week_start")  # nobody is watched alone, and the week is the rule's own clock


@dataclass(frozen=True, slots=True)
class Watchable:
    """What the catalogue says of an indicator: by which columns it may be split, and which way is good."""

    grains: tuple[str, ...]
    direction: Literal["higher", "lower", "neither"] = "neither"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with a rule: its code, the key of the rule that it stands at, what and what to do."""

    code: str
    level: Level
    key: str
    says: str
    remedy: str


def check_rule(rule: Rule, known: Mapping[str, Watchable]) -> list[Finding]:
    """What is wrong with a rule beside the catalogue; a rule with an error must not be saved.

    Parameters
    ----------
    known
        Every indicator of the catalogue by its key.

    Returns
    -------
    list of Finding
        RK010 unknown indicator, RK011 a grain that it does not have, RK012 an expression with a misspelt name, a wrong
        type or broken grammar, RK013 one with what is not allowed; as warnings RK014 the good direction is watched,
        RK015 nothing dampens the alarm.
    """
    return [*_indicators(rule, known), *_expressions(rule), *_doubts(rule, known)]


def _indicators(rule: Rule, known: Mapping[str, Watchable]) -> Iterator[Finding]:
    for key in rule.watched:
        at = "indicator" if rule.indicator else "uses"
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            remedy = f"did you mean {near[0]}?" if near else "see: gainline indicators list"
            yield Finding("RK010", Level.ERROR, at, f"there is no indicator {key}", remedy)
            continue
        may = [grain for grain in known[key].grains if grain not in NEVER_A_GRAIN]
        for grain in rule.grain:
            if grain not in may:
                remedy = f"it can by {', '.join(may)}" if may else "leave grain out"
                yield Finding("RK011", Level.ERROR, "grain", f"{key} cannot be watched by {grain}", remedy)


def _expressions(rule: Rule) -> Iterator[Finding]:
    for at, text in (("when", rule.when), ("until", rule.until)):
        found = compile_condition(text, rule.uses) if text is not None else None
        if not isinstance(found, Malformed):
            continue
        says = f"{at}, column {found.column}: {found.says}"
        if found.allowed:
            remedy = f"use {', '.join(rule.uses)} and decimals such as 1.0; the whole must be true or false"
            yield Finding("RK012", Level.ERROR, at, says, remedy)
        else:
            remedy = "write names, numbers, < <= > >= == != && || ! + - * / ? : and parentheses only"
            yield Finding("RK013", Level.ERROR, at, says, remedy)


def _doubts(rule: Rule, known: Mapping[str, Watchable]) -> Iterator[Finding]:
    good = known[rule.indicator].direction if rule.indicator in known and rule.indicator else "neither"
    if (rule.direction, good) in {("above", "higher"), ("below", "lower")}:
        says = f"{good} is better for {rule.indicator}, and the rule calls when it is {rule.direction} {rule.enter:g}"
        yield Finding("RK014", Level.WARNING, "direction", says, "turn direction around, or say in the risk why")
    if rule.for_ == 1 and (rule.enter == rule.exit if rule.when is None else rule.until is None):
        remedy = "set for = 2 or more, and an exit apart from enter"
        yield Finding(
            "RK015", Level.WARNING, "for", "one noisy week calls somebody, and the next one sends them away", remedy
        )
