"""Pilots: the plan that is registered, its checks, and what locking it means."""

from gainline.engine.pilots.check import check_plan
from gainline.engine.pilots.deviation import Change, compare
from gainline.engine.pilots.hypothesis import check_hypothesis
from gainline.engine.pilots.parse import parse_plan
from gainline.engine.pilots.plan import Plan
from gainline.engine.pilots.registration import (
    Amendment,
    Registration,
    amend,
    deviations,
    find_registration,
    register,
)

__all__ = [
    "Amendment",
    "Change",
    "Plan",
    "Registration",
    "amend",
    "check_hypothesis",
    "check_plan",
    "compare",
    "deviations",
    "find_registration",
    "parse_plan",
    "register",
]
