"""From a frame to the evidence: what was registered, all of it, and nothing else as confirmatory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from gainline.engine.core.context import RunContext
from gainline.engine.core.progress import Progress, silent
from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence import matched, randomized
from gainline.engine.evidence.balance import Arms, balance, band, number_difference
from gainline.engine.evidence.checks import in_order, refuse
from gainline.engine.evidence.document import (
    Attrition,
    Balance,
    Deviation,
    Estimate,
    Evidence,
    Funnel,
    Linkage,
    Provenance,
    Sensitivity,
)
from gainline.engine.evidence.estimate import regress, to_estimate
from gainline.engine.evidence.exploratory import exploratory
from gainline.engine.evidence.frame import Frame
from gainline.engine.evidence.gaps import gap_changes, group_effects
from gainline.engine.evidence.limits import limits, of_deviations, of_joiners, of_linkage, of_timing
from gainline.engine.evidence.multiplicity import adjusted_p
from gainline.engine.evidence.naive import naive
from gainline.engine.evidence.rating import StudyFacts, rate
from gainline.engine.evidence.sample import Sample
from gainline.engine.evidence.sensitivity import sensitivity
from gainline.engine.evidence.verdict import belief, verdict
from gainline.engine.pilots.plan import Outcome, Plan


@dataclass(frozen=True, slots=True)
class Analysis:
    """One outcome, estimated, with what the design knows about its sample."""

    estimate: Estimate
    sample: Sample
    arms: tuple[Arms, Arms]  # before and after matching
    attrition: tuple[Attrition, ...]
    match_loss: tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class Carried:
    """What comes from other rooms and stands in the document beside what was estimated."""

    provenance: Provenance
    funnel: Funnel
    linkage: Linkage
    deviations: tuple[Deviation, ...]
    joined_later: int | None


def evaluate(  # noqa: PLR0913 - the document's parts come from different rooms and are passed by name
    plan: Plan,
    frame: Frame,
    *,
    ctx: RunContext,
    provenance: Provenance,
    funnel: Funnel,
    linkage: Linkage,
    deviations: Sequence[Deviation] = (),
    joined_later: int | None = None,
    progress: Progress = silent,
) -> Evidence | Refusal:
    """Answer the plan's question from the frame, by the registered design and rule.

    Parameters
    ----------
    plan
        The registered plan.
    frame
        Everybody in the population, both arms.
    ctx
        The run's day and seed; the only chance is the redrawing of assignments.
    provenance, funnel, linkage, deviations
        Carried into the document as they are.
    joined_later
        Students who entered assigned schools or sections after the assignment was known and are therefore not in the
        frame; ``None`` when nobody could count them.

    Returns
    -------
    Evidence
        All registered outcomes, primary first, nulls included. A secondary outcome that cannot be estimated is named,
        with the reason, among the limits. Equal inputs give equal digits, whatever the order of rows or the hash seed.

    Refuses
    -------
    EV001 to EV016, see ``docs/reference/codes/evidence.md``.
    """
    fault = refuse(plan, frame)
    if fault is not None:
        return fault
    frame = in_order(frame)
    analyses, lost = _analyze_all(plan, frame, ctx, progress)
    if isinstance(analyses, Refusal):
        return analyses
    carried = Carried(provenance, funnel, linkage, tuple(deviations), joined_later)
    return _assemble(plan, frame, analyses, lost, carried)


def _analyze_all(
    plan: Plan, frame: Frame, ctx: RunContext, progress: Progress
) -> tuple[list[Analysis] | Refusal, tuple[str, ...]]:
    """Every registered outcome, primary first; and sentences about secondary ones that could not be estimated."""
    outcomes = sorted(plan.outcomes, key=lambda outcome: outcome.role != "primary")
    done, lost = [], []
    for place, outcome in enumerate(outcomes):
        found = _analyze(plan, frame, outcome, ctx, progress)
        progress("estimating outcomes", place + 1, len(outcomes))
        if not isinstance(found, Refusal):
            done.append(found)
        elif outcome.role == "primary":
            return found, ()
        else:
            lost.append(
                f"The registered outcome '{outcome.label}' could not be estimated ({found.code}): {found.because}."
            )
    return _with_multiplicity(done), tuple(lost)


def _analyze(plan: Plan, frame: Frame, outcome: Outcome, ctx: RunContext, progress: Progress) -> Analysis | Refusal:
    if plan.design.kind == "randomized":
        return _randomized(plan, frame, outcome, ctx, progress)
    return _matched(plan, frame, outcome)


def _randomized(plan: Plan, frame: Frame, outcome: Outcome, ctx: RunContext, progress: Progress) -> Analysis | Refusal:
    lottery = randomized.prepare(plan, frame)
    if isinstance(lottery, Refusal):
        return lottery
    sample = randomized.sample(frame, outcome, lottery)
    if isinstance(sample, Refusal):
        return sample
    found = regress(sample)
    if isinstance(found, Refusal):
        return found
    chance = randomized.chance(plan, frame, outcome, lottery, ctx=ctx, progress=progress)
    estimate = to_estimate(sample, found, plan, frame, randomized.method(plan))
    drawn = f"{chance.draws:,} redrawn of about 10^{chance.log10_assignments:.1f} possible"
    noted = (*estimate.diagnostics, ("randomization inference", drawn))
    estimate = replace(estimate, p_randomization=chance.p, diagnostics=noted)
    return Analysis(estimate, sample, randomized.arms(sample), randomized.losses(plan, frame, sample), ())


def _matched(plan: Plan, frame: Frame, outcome: Outcome) -> Analysis | Refusal:
    paired = matched.sample(plan, frame, outcome)
    if isinstance(paired, Refusal):
        return paired
    found = regress(paired.sample)
    if isinstance(found, Refusal):
        return found
    estimate = to_estimate(paired.sample, found, plan, frame, matched.method(plan))
    estimate = replace(estimate, diagnostics=(*estimate.diagnostics, *paired.notes))
    return Analysis(estimate, paired.sample, matched.arms(frame, paired), (), matched.match_loss(frame, paired))


def _with_multiplicity(analyses: list[Analysis]) -> list[Analysis]:
    """Benjamini-Hochberg within each domain; a domain with one outcome needs none."""
    domains = [analysis.estimate.domain for analysis in analyses]
    settled = list(analyses)
    for domain in sorted(set(domains)):
        members = [place for place, own in enumerate(domains) if own == domain]
        if len(members) > 1:
            adjusted = adjusted_p([analyses[place].estimate.p for place in members])
            for place, p in zip(members, adjusted, strict=True):
                estimate = replace(analyses[place].estimate, p_adjusted=float(p))
                settled[place] = replace(analyses[place], estimate=estimate)
    return settled


def _assemble(
    plan: Plan,
    frame: Frame,
    analyses: list[Analysis],
    lost: tuple[str, ...],
    carried: Carried,
) -> Evidence:
    first = analyses[0]
    sample, primary = first.sample, first.estimate
    groups = group_effects(sample, frame, plan, primary.sd)
    gaps = gap_changes(sample, frame, plan, primary.sd)
    rows = balance(plan, frame, *first.arms, plan.primary.baseline)
    rating = rate(_facts(plan, frame, analyses, rows, carried.joined_later))
    q = belief(plan, primary).above(plan.smallest_effect / primary.sd)
    primary = replace(primary, probability_worth_having=q)
    shown = tuple(finding.shown for finding in groups)
    said = limits(plan, frame, primary, shown, gaps, first.attrition)
    return Evidence(
        provenance=carried.provenance,
        plan=plan.model_dump(mode="json", by_alias=True),
        deviations=carried.deviations,
        estimates=(primary, *(analysis.estimate for analysis in analyses[1:])),
        groups=shown,
        gaps=gaps,
        balance=rows,
        attrition=first.attrition,
        match_loss=first.match_loss,
        naive=naive(frame.outcomes[primary.outcome], frame.used),
        sensitivity=_sensitivity(plan, primary),
        funnel=carried.funnel,
        linkage=carried.linkage,
        rating=rating,
        verdict=verdict(plan, primary, groups, gaps, rating),
        exploratory=exploratory(plan, frame, sample),
        limits=(*said, *_carried_limits(plan, carried), *lost),
    )


def _carried_limits(plan: Plan, carried: Carried) -> tuple[str, ...]:
    return (
        *of_timing(plan, carried.provenance.registered_on),
        *of_linkage(carried.linkage),
        *of_deviations(carried.deviations),
        *of_joiners(carried.joined_later),
    )


def _sensitivity(plan: Plan, primary: Estimate) -> Sensitivity | None:
    """Only where a hidden cause could have put students into the arms."""
    return None if plan.design.kind == "randomized" else sensitivity(primary.g, primary.g_low, primary.g_high)


def _facts(
    plan: Plan, frame: Frame, analyses: list[Analysis], rows: tuple[Balance, ...], joined_later: int | None
) -> StudyFacts:
    sample, primary = analyses[0].sample, analyses[0].estimate
    units = [len(np.unique(sample.units[side])) for side in (sample.tool, ~sample.tool)]
    return StudyFacts(
        randomized=plan.design.kind == "randomized",
        units=(units[0], units[1]),
        sole_school=_sole_school(frame, sample),
        grouped=plan.design.unit != "student",
        joined_later=joined_later,
        attrition=analyses[0].attrition,
        baselines=_own_measures(plan, frame, analyses, rows),
        in_product=plan.primary.source.indicator is not None,
        students=len(sample.y),
        sites=len(np.unique(frame.school[sample.rows].astype(str))),
        favorable=_is_good(primary, primary.effect),
        p=_final_p(primary),
        contrary=any(_is_contrary(primary, analysis.estimate) for analysis in analyses[1:]),
    )


def _own_measures(plan: Plan, frame: Frame, analyses: list[Analysis], rows: tuple[Balance, ...]) -> list[Balance]:
    """Baseline rows of the primary outcome and, once it has one, of the other outcomes of its domain.

    A difference above 0.25 on one measure reaches the other outcomes of the domain.
    """
    own = [row for row in rows if row.is_baseline]
    if not own:
        return []
    after = analyses[0].arms[1]
    labels = {covariate.key: covariate.label for covariate in plan.covariates}
    seen = {own[0].covariate}
    for outcome in plan.outcomes:
        key = outcome.baseline
        if key is None or key in seen or outcome.domain != plan.primary.domain or key not in frame.numbers:
            continue
        seen.add(key)
        now = number_difference(frame.numbers[key][after.rows], after.tool, after.weights)
        own.append(Balance(key, labels[key], now, now, band(now), True))
    return own


def _sole_school(frame: Frame, sample: Sample) -> bool:
    school = frame.school[sample.rows].astype(str)
    tool, usual = np.unique(school[sample.tool]), np.unique(school[~sample.tool])
    return any(len(one) == 1 and one[0] not in other for one, other in ((tool, usual), (usual, tool)))


def _is_good(estimate: Estimate, effect: float) -> bool:
    return effect > 0.0 if estimate.favorable else effect < 0.0


def _final_p(estimate: Estimate) -> float:
    return estimate.p if estimate.p_adjusted is None else estimate.p_adjusted


def _is_contrary(primary: Estimate, other: Estimate) -> bool:
    same = other.domain == primary.domain
    return same and _final_p(other) <= 0.05 and not _is_good(other, other.effect)
