"""The rating of designs that describe: one group before and after, or one school beside a mixture of others.

Neither can be told apart from whatever else happened to that group at that time, however well the lines fit. The rating
says so and carries no decision; the estimate is shown as a description.

Source: WWC Procedures and Standards Handbook, Version 5.0, eligible designs and confounding factors; Every Student
Succeeds Act, section 8101(21)(A)(ii).
"""

from __future__ import annotations

from gainline.engine.evidence.document import Rating, RatingStep
from gainline.engine.evidence.rating import DOES_NOT, RECALL, StudyFacts, outcome_step

DESCRIPTIVE = frozenset({"interrupted_series", "synthetic_control"})


def rate_descriptive(kind: str, facts: StudyFacts) -> Rating:
    """Rate a series of one group, or one school beside its synthetic control: it does not meet the standards."""
    reason = _series(facts) if kind == "interrupted_series" else _single(facts)
    tier = "Tier 4 at most (demonstrates a rationale)"
    given = f"{facts.students:,} students at most in one period; the study does not meet the standards"
    rule = "Tiers 1 to 3 ask for a comparison that can be rated; a description may stand behind a rationale"
    size = RatingStep("ESSA tier", given, rule, "ESSA 8101(21)(A)(ii)", tier, RECALL)
    remedy = "to do better, give the tool to some schools and not yet to others, by lot or in waves"
    return Rating(DOES_NOT, f"{tier}: {remedy}.", (outcome_step(facts), reason, size))


def _series(facts: StudyFacts) -> RatingStep:
    with_tool, without = facts.units
    section = "5.0, eligible designs"
    if without == 0:
        given = "one group before and after, without a comparison"
        rule = "A group design compares at least two groups; a series of one group alone is not eligible"
        result = "fails: not eligible; whatever else began at that time cannot be told from the tool"
        return RatingStep("Design", given, rule, section, result, RECALL)
    given = f"the mean of {with_tool} with the tool less the mean of {without} without, before and after"
    rule = "Two means over time are two groups of one each, whatever stands behind them"
    result = 'fails: rate the same schools by a design of kind "differences", which counts them one by one'
    return RatingStep("Design", given, rule, section, result, RECALL)


def _single(facts: StudyFacts) -> RatingStep:
    given = f"one school with the tool, {facts.units[1]} donors without"
    rule = "A condition carried by exactly one unit is confounded, whatever the design"
    result = "fails: one school carries the tool, so what is special about it cannot be told from the tool"
    return RatingStep("Confounding factor", given, rule, "5.0, confounding factors", result, RECALL)
