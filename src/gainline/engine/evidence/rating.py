"""The rating: how well the study could know, step by step, in the way of the What Works Clearinghouse.

Every step shows what went in, the rule with its place in the handbook, and what came out. Steps whose rule was checked
against published findings are graded "checked"; the others are "recall" until someone ticks them against the PDF. A
rule that is ours alone, and only ever stricter, is graded "own".

Source: WWC Procedures and Standards Handbook, Version 5.0 (WWC 2022008), chapters as named; 34 CFR 77.1; Every Student
Succeeds Act, section 8101(21).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gainline.engine.evidence.balance import FAILS, NEEDS_ADJUSTMENT
from gainline.engine.evidence.document import Attrition, Balance, Rating, RatingStep

WITHOUT = "Meets WWC Standards Without Reservations"
WITH = "Meets WWC Standards With Reservations"
DOES_NOT = "Does Not Meet WWC Standards"
ENOUGH_STUDENTS, ENOUGH_SITES = 350, 2
CHECKED, RECALL, OWN = "checked", "recall", "own"
BEFORE = "Placebo and growth before the tool"
CHOSEN = "Who came into the tool arm"
UNRAISED = "no objection"
CAPPED = "no tier above 3: the arms already differed in what the tool cannot have changed"


@dataclass(frozen=True, slots=True)
class StudyFacts:
    """What the rating looks at.

    Parameters
    ----------
    randomized
        Chance assigned.
    units
        Assigned units per arm, tool first, among the analyzed.
    sole_school
        An arm is carried by exactly one school that the other arm does not share.
    grouped
        Sections or schools were assigned, not students.
    joined_later
        Students who entered assigned units later and are not analyzed; ``None`` when nobody could count them.
    attrition
        Empty for matched designs.
    baselines
        Balance rows of the own measures before the pilot, the primary outcome's first; empty without one.
    in_product
        The primary outcome is an indicator of usage or progress inside the tool.
    students, sites
        Analyzed students; schools with analyzed students.
    favorable
        The primary effect points the good way.
    p
        After clustering and multiplicity.
    contrary
        Another outcome of the domain is significantly unfavorable.
    flags
        Titles of the placebo and growth checks that were raised; ``None`` when none was made.
    cross_section
        Each period counts whoever was in the unit then, joiners included.
    by_use
        The arms are those who used the tool and those who did not, not those who were given it and those who were not.
    """

    randomized: bool
    units: tuple[int, int]
    sole_school: bool
    grouped: bool
    joined_later: int | None
    attrition: Sequence[Attrition]
    baselines: Sequence[Balance]
    in_product: bool
    students: int
    sites: int
    favorable: bool
    p: float
    contrary: bool
    flags: tuple[str, ...] | None = None
    cross_section: bool = False
    by_use: bool = False


def rate(facts: StudyFacts) -> Rating:
    """Rate the study on its primary outcome, with the trace of how the rating came about."""
    steps = [outcome_step(facts), _confounding(facts)]
    eligible = not any(step.result.startswith("fails") for step in steps)
    if not eligible:
        label = DOES_NOT
    else:
        label, more = _design(facts)
        steps += more
    steps += [*_chosen(facts), *_before(facts)]
    essa, size = essa_tier(facts, label, eligible=eligible)
    return Rating(label, essa, (*steps, size))


def outcome_step(facts: StudyFacts) -> RatingStep:
    """Whether the outcome may be rated at all."""
    given = "a measure inside the tool" if facts.in_product else "a measure outside the tool, the same for both arms"
    result = "fails: over-aligned with the tool" if facts.in_product else "eligible"
    rule = "Outcomes must not be over-aligned with the intervention and must be collected the same way in both arms"
    return RatingStep("Outcome measure", given, rule, "5.0, outcome measure requirements", result, RECALL)


def _confounding(facts: StudyFacts) -> RatingStep:
    single = min(facts.units) <= 1 or facts.sole_school
    given = f"{facts.units[0]} assigned units in the tool arm, {facts.units[1]} in the usual arm"
    if facts.sole_school:
        given += "; one arm is carried by a single school"
    result = "fails: one unit carries an arm, so its effect cannot be told from the tool's" if single else "none found"
    rule = "A condition carried by exactly one unit is confounded, whatever the design"
    return RatingStep("Confounding factor", given, rule, "5.0, confounding factors", result, RECALL)


def _design(facts: StudyFacts) -> tuple[str, list[RatingStep]]:
    rule = "Chance decided: randomized controlled trial; otherwise quasi-experimental design"
    kind = "randomized controlled trial" if facts.randomized else "quasi-experimental design"
    steps = [RatingStep("Design", kind, rule, "5.0, eligible designs", kind, CHECKED)]
    if facts.randomized:
        steps += [_loss(row) for row in facts.attrition]
        if facts.grouped:
            steps.append(_joiners(facts))
        if all(row.is_low for row in facts.attrition) and not _open_to_joiners(facts):
            return WITHOUT, steps
    label, step = _equivalence(facts)
    return label, [*steps, step]


def _loss(row: Attrition) -> RatingStep:
    given = (
        f"{100 * row.overall:.1f}% lost overall, {100 * row.differential:.1f} points apart; "
        f"up to {100 * row.limit:.1f} points tolerable ({row.boundary} boundary)"
    )
    rule = "Low when the differential is at most the tabled maximum at the rounded overall rate"
    step = f"Attrition of {row.level}s"
    return RatingStep(step, given, rule, "5.0, attrition", "low" if row.is_low else "high", CHECKED)


def _open_to_joiners(facts: StudyFacts) -> bool:
    """Whether students who joined after the assignment are among the analyzed."""
    return facts.cross_section and facts.joined_later != 0


def _joiners(facts: StudyFacts) -> RatingStep:
    count = facts.joined_later
    given = "the students of the registered population, counted where they were when it was decided"
    rule = "Students who join clusters after assignment may bias the estimate; they are reported apart"
    result = "not judged: nobody could count who joined later"
    if _open_to_joiners(facts):
        given = "in each period the students who were there then; " + (
            "who joined later was not counted" if count is None else f"{count:,} joined later"
        )
        result = "risk: those who joined later are analyzed, so that the groups must be shown to have started alike"
        return RatingStep("Joiners", given, rule, "5.0, cluster-level assignment", result, RECALL)
    if count is not None:
        given += f"; {count:,} joined later"
        result = "no risk: those who joined later are not analyzed" if count else "no risk: nobody joined later"
    return RatingStep("Joiners", given, rule, "5.0, cluster-level assignment", result, RECALL)


def _equivalence(facts: StudyFacts) -> tuple[str, RatingStep]:
    rule = "At most 0.05 SD apart: equivalent; up to 0.25: with adjustment; above: not equivalent"
    section = "5.0, baseline equivalence"
    if not facts.baselines:
        result = "does not meet: baseline equivalence cannot be shown"
        given = "no registered covariate is the outcome's own measure before the pilot"
        return DOES_NOT, RatingStep("Baseline equivalence", given, rule, section, result, CHECKED)
    given = "; ".join(f"{row.label}: {row.after:+.3f} SD" for row in facts.baselines)
    bands = [row.band for row in facts.baselines]
    if FAILS in bands:
        result = "does not meet: the arms differ by more than 0.25 SD before the pilot"
        return DOES_NOT, RatingStep("Baseline equivalence", given, rule, section, result, CHECKED)
    adjusted = NEEDS_ADJUSTMENT in bands
    result = "shown, with the adjustment that the model makes" if adjusted else "shown"
    return WITH, RatingStep("Baseline equivalence", given, rule, section, result, CHECKED)


def _chosen(facts: StudyFacts) -> list[RatingStep]:
    """Our own rule, which no check can lift: users against others is a correlation with controls, however well matched.

    What makes a student use a tool may make the same student learn; faster growth that begins with the pilot shows in
    no earlier score. ESSA's name for such a study is correlational, with statistical controls for selection bias.
    """
    if not facts.by_use:
        return []
    rule = "Where use decided who is in which arm, the study is correlational with controls: Tier 3 at most"
    result = "no tier above 3: nobody was given the tool or kept from it by record"
    section = "Gainline's own rule, after ESSA 8101(21)(A)(i)(III)"
    return [RatingStep(CHOSEN, "those who used the tool, and others who did not", rule, section, result, OWN)]


def _before(facts: StudyFacts) -> list[RatingStep]:
    """Our own rule: the label is the WWC's and stays; only the tier is held down."""
    if facts.flags is None:
        return []
    rule = "Where chance did not assign, arms that differ in what the tool cannot have changed stay below Tier 2"
    given = f"raised: {'; '.join(facts.flags)}" if facts.flags else "no placebo or growth check was raised"
    result = UNRAISED
    if facts.flags:
        result = "noted; chance assigned, so such a difference is chance too" if facts.randomized else CAPPED
    return [RatingStep(BEFORE, given, rule, "Gainline's own rule, beyond WWC 5.0 and ESSA", result, OWN)]


def essa_tier(facts: StudyFacts, label: str, *, eligible: bool = True) -> tuple[str, RatingStep]:
    """The ESSA tier in a sentence, and the step that shows how it came about.

    ``label`` is the study's rating; a study that is not ``eligible``, because its outcome or its arms cannot tell the
    tool from something else, is no correlational study with controls either, and reaches no tier.
    """
    significant = eligible and facts.favorable and facts.p <= 0.05
    big, many = facts.students >= ENOUGH_STUDENTS, facts.sites >= ENOUGH_SITES
    held_down = bool(facts.flags) and not facts.randomized
    large = big and many and not held_down and not facts.by_use
    tier = _tier(label, significant=significant and not facts.contrary, large=large)
    regulation = (
        "by 34 CFR 77.1 a multi-site sample needs more than one district, which a study inside one district cannot "
        "have, so Tiers 1 and 2 are out of reach there"
    )
    given = (
        f"{facts.students:,} students at {facts.sites} {'school' if facts.sites == 1 else 'schools'}; "
        f"{'favorable' if facts.favorable else 'not favorable'}, {_p(facts.p)} after clustering and multiplicity"
        + ("; another outcome of the domain is significantly unfavorable" if facts.contrary else "")
        + ("; a placebo or growth check was raised" if held_down else "")
        + ("; use decided who is in which arm" if facts.by_use else "")
    )
    rule = f"Significant and favorable, at least {ENOUGH_STUDENTS} students and {ENOUGH_SITES} sites, by study rating"
    step = RatingStep("ESSA tier", given, rule, "ESSA 8101(21); WWC's reading; 34 CFR 77.1", tier, RECALL)
    return f"{tier} in the WWC's reading (schools are sites); {regulation}.", step


def _p(p: float) -> str:
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def _tier(label: str, *, significant: bool, large: bool) -> str:
    if not significant:
        return "No tier above 4"
    if large and label == WITHOUT:
        return "Tier 1 (strong)"
    if large and label == WITH:
        return "Tier 2 (moderate)"
    return "Tier 3 (promising)"
