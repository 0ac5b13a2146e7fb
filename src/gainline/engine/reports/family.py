"""The paragraph for families: short sentences, nothing that needs a glossary."""

from __future__ import annotations

from gainline.engine.reports import numbers
from gainline.engine.reports.board import lead
from gainline.engine.reports.facts import Facts
from gainline.engine.reports.wording import Move, Strength


def family_paragraph(facts: Facts) -> str:
    """What was tried, what came out and what happens next, for families."""
    t, claim = facts.words, facts.claim
    said = [t("family.asked_one", tool=facts.tool), t(f"family.how_{claim.design}")]
    if claim.design != "interrupted_series":  # one group, followed over time
        said.append(t("family.then"))
    said.append(_result(facts))
    gap = lead(facts)
    if gap is not None and gap["says"] == "widened" and claim.move is Move.ROSE:
        said.append(t("family.gap"))
    said.append(t(f"family.next_{facts.chip}"))
    said.append(t("family.who", day=facts.day(facts.plan["deadline"]["decide_by"])))
    said.append(t("family.private"))
    return " ".join(said)


def _result(facts: Facts) -> str:
    t, claim = facts.words, facts.claim
    if claim.strength is Strength.CANNOT:
        return t("family.cannot")
    if claim.move is Move.SAME:
        return t("family.same")
    value = numbers.number(abs(claim.effect), facts.places)
    key = "rose" if claim.move is Move.ROSE else "fell"
    return t(f"family.{key}" if claim.may_name_cause else f"family.{key}_seen", value=value, unit=facts.unit)
