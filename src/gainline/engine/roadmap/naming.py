"""How rules are named, so that the solver, its explanations and the file speak of the same thing."""

from __future__ import annotations

from enum import StrEnum


class RuleKind(StrEnum):
    """What a rule limits; with its subject it is a rule's name, such as ``budget:title-iv in 2027``."""

    BUDGET = "budget"
    RESOURCE = "resource"
    LOAD = "load"
    FINISH_BY = "finish_by"
    NOTICE = "notice"
    NOT_BEFORE = "not_before"
    EQUITY = "equity"
    BOARD = "board"
    EVALUATION = "evaluation"
    ASSESSMENT = "assessment"
    BLACKOUT = "blackout"
    TRAINING_WEEKS = "training_weeks"
    TRAINING_LEAD = "training_lead"
    TRAINING_STALE = "training_stale"
    SETTLE = "settle"
    WAVE_STEP = "wave_step"
    WAVE_SPREAD = "wave_spread"
    LIMIT = "limit"
    LAG = "lag"
    END = "end"
    WAVES = "waves"
    ORDER = "order"
    HOLIDAY = "holiday"
    TERMS = "terms"


def rule_key(kind: RuleKind, subject: str = "") -> str:
    """The name of a rule.

    Examples
    --------
    >>> rule_key(RuleKind.LOAD, "ash")
    'load:ash'
    """
    return f"{kind.value}:{subject}" if subject else kind.value


def pattern(activity: str) -> str:
    """The entry of the file that an activity comes from: its key without school or wave.

    Examples
    --------
    >>> pattern("reading.live@ash")
    'reading.live'
    """
    return activity.split("@")[0]
