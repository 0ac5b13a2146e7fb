"""What could make the estimate wrong, and the same question asked in other ways, for the method page.

A check's figures can hold counts of a few students; they are printed for the analyst alone. Everybody else reads what
the check says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gainline.engine.privacy import Audience
from gainline.engine.reports import numbers
from gainline.engine.reports.facts import Facts, bare_unit
from gainline.engine.reports.figures import Table


@dataclass(frozen=True, slots=True)
class Robust:
    """Tables and sentences around the estimate; what a study does not have is None or empty."""

    checks: Table | None
    companions: Table | None
    heterogeneity: str
    specifications: Table | None
    specifications_line: str


def robust(facts: Facts) -> Robust:
    """Everything around the registered estimate that is not the estimate."""
    evidence = facts.evidence
    return Robust(
        checks=_checks(facts) if evidence["checks"] else None,
        companions=_companions(facts) if evidence["companions"] else None,
        heterogeneity=_heterogeneity(facts),
        specifications=_specifications(facts) if evidence["specifications"] else None,
        specifications_line=_specifications_line(facts),
    )


MOST_RAISED = 4  # sentences on the board's page; the rest stands in the method part
_SERIOUS = (  # what can turn the answer around first, what blurs it last
    "placebo",
    "differential growth",
    "bracket",
    "bent paths",
    "leavers",
    "composition",
    "hidden bias in pairs",
    "omitted cause",
    "wild bootstrap",
    "match loss",
    "unlinked use",
    "spillover",
    "crossover",
    "ceiling",
    "spread",
    "baseline",
    "copies",
)


@dataclass(frozen=True, slots=True)
class Raised:
    """What speaks against the estimate, for the board: the most serious first, and how many more there are."""

    lines: tuple[str, ...]
    more: str


def raised(facts: Facts) -> Raised:
    """One sentence a flag, each once."""
    flags = sorted((check for check in facts.evidence["checks"] if check["flag"]), key=_rank)
    lines = tuple(dict.fromkeys(facts.plain(check["says"]) for check in flags))
    rest = len(lines) - MOST_RAISED
    return Raised(lines[:MOST_RAISED], facts.words("robust.more", n=rest) if rest > 0 else "")


def not_shown(facts: Facts) -> tuple[str, ...]:
    """The limits of the study without what its flags say already."""
    said = {check["says"] for check in facts.evidence["checks"] if check["flag"]}
    return tuple(facts.plain(line) for line in facts.evidence["limits"] if line not in said)


def _rank(check: dict[str, Any]) -> int:
    return _SERIOUS.index(check["key"]) if check["key"] in _SERIOUS else len(_SERIOUS)


def _checks(facts: Facts) -> Table:
    t, for_analyst = facts.words, facts.released.audience is Audience.ANALYST
    head = ["check", "flag", "says", *(["found", "rule"] if for_analyst else [])]
    rows = []
    for check in sorted(facts.evidence["checks"], key=lambda check: (not check["flag"], _rank(check))):
        flag = t("robust.raised" if check["flag"] else "robust.quiet")
        row = (check["title"], flag, facts.plain(check["says"]))
        rows.append((*row, check["found"], check["rule"]) if for_analyst else row)
    return Table(tuple(t(f"robust.{key}") for key in head), tuple(rows), t("robust.checks"))


def _companions(facts: Facts) -> Table:
    t = facts.words
    rows = []
    for made in facts.evidence["companions"]:
        shown = f"{numbers.signed(made['effect'], _places(made))} {bare_unit(made['unit'])}"
        rows.append((made["label"], made["estimand"] or "–", shown, _interval(facts, made), made["method"]))
    head = ("what", "estimand", "effect", "interval", "method")
    return Table(tuple(t(f"robust.{key}") for key in head), tuple(rows), t("robust.companions"))


def _heterogeneity(facts: Facts) -> str:
    made = facts.evidence["heterogeneity"]
    if made is None:
        return ""
    low, high = facts.effect(made["low"]), facts.effect(made["high"])
    tau = numbers.number(made["tau"], facts.places)
    line = facts.words("robust.heterogeneity_line", tau=tau, unit=facts.unit, low=low, high=high)
    return f"{line} {made['says']}"


def _specifications(facts: Facts) -> Table:
    t = facts.words
    names = list(dict.fromkeys(name for row in facts.evidence["specifications"] for name, _ in row["choices"]))
    rows = []
    for made in sorted(facts.evidence["specifications"], key=lambda row: row["effect"]):
        chosen = dict(made["choices"])
        mark = t("robust.registered") if made["is_registered"] else "–"
        effect = numbers.signed(made["effect"], _places(made))
        rows.append((mark, effect, _interval(facts, made), *(chosen.get(name, "–") for name in names)))
    head = (t("robust.mark"), t("robust.effect"), t("robust.interval"), *names)
    return Table(head, tuple(rows), t("robust.specifications"))


def _specifications_line(facts: Facts) -> str:
    rows = facts.evidence["specifications"]
    if not rows:
        return ""
    effects = [row["effect"] for row in rows]
    clear = sum(row["low"] > 0.0 or row["high"] < 0.0 for row in rows)
    low, high = facts.effect(min(effects)), facts.effect(max(effects))
    return facts.words(
        "robust.specifications_same" if low == high else "robust.specifications_line",
        n=len(rows),
        low=low,
        high=high,
        unit=facts.unit,
        clear=clear,
    )


def _interval(facts: Facts, made: dict[str, Any]) -> str:
    places = _places(made)
    low, high = numbers.signed(made["low"], places), numbers.signed(made["high"], places)
    return facts.words("page.range", low=low, high=high)


def _places(made: dict[str, Any]) -> int:
    return numbers.places_for(made["low"], made["high"])
