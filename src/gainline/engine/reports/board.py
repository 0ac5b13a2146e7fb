"""The board's part: the decision as a finding, the rule and how each clause came out, prediction beside result."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from gainline.engine.reports import numbers
from gainline.engine.reports.facts import Facts, capital
from gainline.engine.reports.figures import lead_gap, shown_gaps
from gainline.engine.reports.wording import Move, Strength


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause of the registered rule: what it says, what was found, whether it was met, and whether it was asked."""

    says: str
    found: str
    holds: bool
    is_asked: bool = True


def headline(facts: Facts) -> str:
    """The decision as a finding."""
    parts = {"tool": facts.tool, "subject": facts.outcome}
    return facts.words(f"headline.{_headline_key(facts)}", **parts)


def _headline_key(facts: Facts) -> str:
    """Which headline: as firm as the claim, and no firmer."""
    claim = facts.claim
    good = claim.low > 0 if facts.good > 0 else claim.high < 0
    likely = "" if good and claim.strength is Strength.SHOWS else "_likely"
    if facts.chip == "adopt":
        return f"adopt_{_how_adopt(facts, good=good)}{likely if good else ''}"
    if facts.chip == "adapt":
        return f"adapt_{_why_adapt(facts)}{likely}"
    if facts.chip == "stop":
        return f"stop_{_why_stop(facts)}"
    if facts.chip == "extend":
        return "extend"
    if not claim.may_name_cause:
        return "unknown_design"
    return f"unknown_close{likely}" if good else "unknown_wide"


def _how_adopt(facts: Facts, *, good: bool) -> str:
    if not good:
        return "seen"
    return "cause" if facts.good > 0 else "lower"


def _why_adapt(facts: Facts) -> str:
    """A gap that grows names itself; students already ahead are named when the others started behind them."""
    rule = facts.plan["decision"]
    q = facts.primary["probability_worth_having"] or 0.0
    if q < rule["adopt_at"]:
        return "some"
    grown = [gap for gap in shown_gaps(facts) if (gap["widen_probability"] or 0.0) >= rule["widen_at"]]
    if any(gap["gap_before"] is not None and facts.good * gap["gap_before"] < 0 for gap in grown):
        return "ahead"
    return "gap" if grown else "harm"


def _why_stop(facts: Facts) -> str:
    claim = facts.claim
    if claim.move is not Move.SAME:
        worse = (claim.move is Move.FELL) == (facts.good > 0)
        return "worse" if worse else "small"
    return "null" if claim.strength is not Strength.CANNOT else "small"


def clauses(facts: Facts) -> list[Clause]:
    """The registered rule, clause by clause, in plain words, with the number that it met."""
    return [_clause(facts, step) for step in facts.verdict["steps"]]


def _clause(facts: Facts, step: dict[str, Any]) -> Clause:
    """The engine's clause in plain words; one that we do not know is shown as it came.

    A study that does not meet the standards has no chance to hold against the rule, however far apart its groups ended.
    """
    kind = next((kind for start, kind in _KINDS if step["clause"].startswith(start)), None)
    if kind is None:
        return Clause(step["clause"], step["found"], step["holds"])
    if kind not in _BEFORE and not facts.claim.may_name_cause:
        return Clause(_says(facts, kind), facts.words("rule.found_no_study"), holds=False, is_asked=False)
    return Clause(_says(facts, kind), _found(facts, kind, step), step["holds"], is_asked=not _is_passed(facts, kind))


_CHANCE = re.compile(r" \((\d\.\d+)\)")  # as the engine writes it: all others (0.93)
_KINDS = (
    ("The study meets the standards", "standards"),
    ("The arms do not differ in what the tool cannot", "placebo"),
    ("Adopt when the probability", "adopt"),
    ("Stop when that probability", "stop"),
    ("Adapt when a group is harmed", "harm"),
    ("Adapt when a gap widens", "widen"),
    ("Adapt instead of stop", "reach"),
    ("Adopt only when the other measures", "also"),
    ("Adapt when a measure that must not", "guard"),
    ("Extend when up to", "extend"),
)
_BEFORE = frozenset({"standards", "placebo"})  # asked of the study, not of its figure


def _says(facts: Facts, kind: str) -> str:
    rule = facts.plan["decision"]
    at = {"adopt": "adopt_at", "stop": "stop_at", "harm": "harm_at", "widen": "widen_at", "reach": "adopt_at"}
    chance = numbers.percent(rule[at[kind]]) if kind in at else ""
    size = numbers.number(abs(facts.smallest), numbers.places_of(facts.smallest))
    key = "adopt_lower" if kind == "adopt" and facts.good < 0 else kind
    times = f"{rule.get('extend_up_to', 0.0):g}"
    return facts.words(f"rule.{key}", tool=facts.tool, size=size, unit=facts.unit, chance=chance, times=times)


def _found(facts: Facts, kind: str, step: dict[str, Any]) -> str:
    t, q = facts.words, facts.primary["probability_worth_having"]
    if kind == "standards":
        return t("rule.found_meets" if step["holds"] else "rule.found_fails")
    if kind == "placebo":
        return t("rule.found_alike" if step["holds"] else "rule.found_apart")
    if kind in ("adopt", "stop") and q is not None:
        return t("rule.found", chance=numbers.probability(q))
    if kind in ("also", "extend"):
        return _found_more(facts, kind, step)
    if _is_passed(facts, kind):
        return t("rule.found_not_asked")
    if step["found"] in ("none", ""):
        return t("rule.found_none")
    return t("rule.found_list", list=_listed(facts, step["found"], kind))


def _is_passed(facts: Facts, kind: str) -> bool:
    """Whether the rule never comes to this clause: nobody looks for a group that gains where nothing says to stop."""
    q = facts.primary["probability_worth_having"]
    return kind == "reach" and q is not None and q > facts.plan["decision"]["stop_at"]


def _found_more(facts: Facts, kind: str, step: dict[str, Any]) -> str:
    if kind == "extend":
        return facts.words("rule.found_would" if step["holds"] else "rule.found_would_not")
    if step["holds"]:
        return facts.words("rule.found_all")
    return facts.words("rule.found_list", list=_listed(facts, step["found"], kind))


def _listed(facts: Facts, found: str, kind: str) -> str:
    """What the clause names, each with its chance in percent."""
    if kind != "widen":
        return capital(_CHANCE.sub(lambda chance: f": {numbers.probability(float(chance.group(1)))}", found))
    at = facts.plan["decision"]["widen_at"]
    grown = [gap for gap in shown_gaps(facts) if (gap["widen_probability"] or 0.0) >= at]
    named = [f"{gap['label']}: {numbers.probability(gap['widen_probability'])}" for gap in grown]
    return "; ".join(named) or found


def comparison(facts: Facts) -> list[tuple[str, str, str, str]]:
    """Predicted, worth having, found: a key, a label, the figure, and what stands under it."""
    t, made = facts.words, facts.primary
    q = made["probability_worth_having"]
    low, high = facts.effect(made["low"]), facts.effect(made["high"])
    rows = [
        (
            "predicted",
            t("compare.predicted"),
            numbers.signed(facts.predicted, numbers.places_of(facts.predicted)),
            facts.unit,
        ),
        ("worth", t("compare.worth"), numbers.signed(facts.smallest, numbers.places_of(facts.smallest)), facts.unit),
        ("found", t("compare.found"), facts.effect(made["effect"]), t("page.range", low=low, high=high)),
    ]
    if q is not None and facts.claim.may_name_cause:
        rows.append(("chance", t("compare.chance"), numbers.probability(q), ""))
    return rows


def lead(facts: Facts) -> dict[str, Any] | None:
    """The gap that the board looks at first."""
    return lead_gap(shown_gaps(facts))
