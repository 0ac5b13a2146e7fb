"""The rating of a cutoff design, which has standards of its own and can be rated like a randomized trial.

Every step is graded "recall": the standards are stated from knowledge of the handbook until someone ticks them.

Source: WWC Procedures and Standards Handbook, Version 5.0, chapter on regression discontinuity designs; 34 CFR 77.1,
which counts them among experimental studies.
"""

from __future__ import annotations

from collections.abc import Sequence

from gainline.engine.evidence.document import Check, Rating, RatingStep
from gainline.engine.evidence.rating import DOES_NOT, RECALL, WITH, WITHOUT, StudyFacts, essa_tier, outcome_step

DENSITY, CONTINUITY, WIDTH, DONUT = "density at the cutoff", "continuity at the cutoff", "bandwidth", "donut"
_CHAPTER = "5.0, regression discontinuity designs"


def rate_cutoff(facts: StudyFacts, checks: Sequence[Check]) -> Rating:
    """Rate a study in which a score decided who had the tool.

    Parameters
    ----------
    facts
        Of the primary outcome; attrition is that of the students within the bandwidth.
    checks
        What the design looked at; a check that is absent or could not be made counts against the best label.
    """
    found = {check.key: check for check in checks}
    steps = [outcome_step(facts), _eligible()]
    marks = [
        _integrity(found.get(DENSITY), found.get(DONUT)),
        _attrition(facts),
        _continuity(found.get(CONTINUITY)),
        _width(found.get(WIDTH)),
    ]
    steps += [step for step, _ in marks]
    label = min((mark for _, mark in marks), key=[DOES_NOT, WITH, WITHOUT].index)
    if steps[0].result.startswith("fails"):
        label = DOES_NOT
    tier, size = essa_tier(facts, label)
    return Rating(label, tier, (*steps, size))


def _eligible() -> RatingStep:
    given = "a registered score with a registered cutoff, at least ten distinct scores on each side"
    rule = "A score with a cutoff assigns; it is ordinal with at least four values on each side"
    return RatingStep("Design", given, rule, _CHAPTER, "regression discontinuity design", RECALL)


def _integrity(density: Check | None, donut: Check | None) -> tuple[RatingStep, str]:
    rule = "Nobody may have moved scores across the cutoff"
    if density is None or density.found == "not tested":
        result = "with reservations: too few scores to see whether some were moved"
        return RatingStep("Integrity of the score", "not tested", rule, _CHAPTER, result, RECALL), WITH
    given = density.found if donut is None else f"{density.found}; {donut.found}"
    if density.flag:
        result = "fails: scores seem to have been made to fit"
        return RatingStep("Integrity of the score", given, rule, _CHAPTER, result, RECALL), DOES_NOT
    if donut is not None and donut.flag:
        result = "with reservations: the estimate hangs on those nearest to the cutoff"
        return RatingStep("Integrity of the score", given, rule, _CHAPTER, result, RECALL), WITH
    return RatingStep("Integrity of the score", given, rule, _CHAPTER, "satisfied", RECALL), WITHOUT


def _attrition(facts: StudyFacts) -> tuple[RatingStep, str]:
    rule = (
        "Overall and differential attrition of the students within the bandwidth, by the boundary of randomized trials"
    )
    given = "; ".join(
        f"{row.level}s: {100 * row.overall:.1f}% lost overall, {100 * row.differential:.1f} points apart"
        for row in facts.attrition
    )
    low = bool(facts.attrition) and all(row.is_low for row in facts.attrition)
    result = "low" if low else "high: at most with reservations"
    return RatingStep("Attrition", given or "not counted", rule, _CHAPTER, result, RECALL), WITHOUT if low else WITH


def _continuity(check: Check | None) -> tuple[RatingStep, str]:
    rule = "What was so before the tool must not jump at the cutoff"
    if check is None or check.found == "none looked at":
        result = "with reservations: no other covariate could be looked at"
        return RatingStep("Continuity", "nothing looked at", rule, _CHAPTER, result, RECALL), WITH
    if check.flag:
        result = "fails: something else changes at the cutoff"
        return RatingStep("Continuity", check.found, rule, _CHAPTER, result, RECALL), DOES_NOT
    return RatingStep("Continuity", check.found, rule, _CHAPTER, "satisfied", RECALL), WITHOUT


def _width(check: Check | None) -> tuple[RatingStep, str]:
    rule = "Local regression at a bandwidth chosen by a published rule, and an estimate that other bandwidths bear out"
    given = "bandwidth by mean squared error, bias-corrected interval"
    if check is None or check.flag:
        result = "with reservations: the estimate changes with the bandwidth"
        return RatingStep("Functional form and bandwidth", given, rule, _CHAPTER, result, RECALL), WITH
    given = f"{given}; {check.found}"
    return RatingStep("Functional form and bandwidth", given, rule, _CHAPTER, "satisfied", RECALL), WITHOUT
