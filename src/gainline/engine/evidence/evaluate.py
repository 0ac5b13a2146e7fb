"""From a frame to the evidence: what was registered, all of it, and nothing else as confirmatory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gainline.engine.core.context import RunContext
from gainline.engine.core.progress import Progress, silent
from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.analysis import Analysis
from gainline.engine.evidence.balance import balance
from gainline.engine.evidence.belief import belief
from gainline.engine.evidence.checks import in_order, refuse
from gainline.engine.evidence.designs.by_kind import DESIGNS
from gainline.engine.evidence.document import (
    Check,
    Deviation,
    Estimate,
    Evidence,
    Funnel,
    Linkage,
    Provenance,
    Rating,
    Sensitivity,
)
from gainline.engine.evidence.facts import study_facts
from gainline.engine.evidence.frame import Frame
from gainline.engine.evidence.gaps import gap_changes, group_effects
from gainline.engine.evidence.heterogeneity import heterogeneity
from gainline.engine.evidence.limits import limits, of_checks, of_deviations, of_joiners, of_timing
from gainline.engine.evidence.multiplicity import adjusted_p
from gainline.engine.evidence.rating import StudyFacts, rate
from gainline.engine.evidence.rating_cutoff import rate_cutoff
from gainline.engine.evidence.rating_descriptive import DESCRIPTIVE, rate_descriptive
from gainline.engine.evidence.robustness.all_checks import all_checks
from gainline.engine.evidence.robustness.exploratory import exploratory
from gainline.engine.evidence.robustness.naive import naive
from gainline.engine.evidence.robustness.sensitivity import sensitivity
from gainline.engine.evidence.robustness.specifications import specifications
from gainline.engine.evidence.robustness.unlinked import unlinked
from gainline.engine.evidence.scales import on_scale
from gainline.engine.evidence.verdict import verdict
from gainline.engine.pilots.plan import Outcome, Plan

_NOT_CHOSEN = frozenset({"randomized", "stepped_wedge", "cutoff", *DESCRIPTIVE})  # no student chose an arm


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
    frame = on_scale(plan, in_order(frame))
    analyses, lost = _analyze_all(plan, frame, ctx, progress)
    if isinstance(analyses, Refusal):
        return analyses
    carried = Carried(provenance, funnel, linkage, tuple(deviations), joined_later)
    analyses[0] = _with_checks(plan, frame, analyses[0], ctx)
    return _assemble(plan, frame, analyses, lost, carried)


def analyze_primary(plan: Plan, frame: Frame, *, ctx: RunContext, progress: Progress = silent) -> Analysis | Refusal:
    """The primary outcome's analysis with its sample: what the main figure stands on, row by row.

    Refuses
    -------
    As `evaluate` does.
    """
    fault = refuse(plan, frame)
    return fault or _analyze(plan, on_scale(plan, in_order(frame)), plan.primary, ctx, progress)


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
    return DESIGNS[plan.design.kind](plan, frame, outcome, ctx=ctx, progress=progress)


def _with_checks(plan: Plan, frame: Frame, primary: Analysis, ctx: RunContext) -> Analysis:
    """What could make the primary estimate wrong; placebo outcomes go through the same design."""

    def again(own: Plan, alone: Frame, outcome: Outcome) -> Analysis | Refusal:
        return _analyze(own, alone, outcome, ctx, silent)

    return replace(primary, checks=all_checks(plan, frame, primary, again))


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


def _assemble(plan: Plan, frame: Frame, analyses: list[Analysis], lost: tuple[str, ...], carried: Carried) -> Evidence:
    first = replace(analyses[0], checks=(*analyses[0].checks, *unlinked(plan, carried.linkage)))
    sample, primary = first.sample, first.estimate
    groups = group_effects(sample, frame, plan, primary.sd) if sample else ()
    gaps = gap_changes(sample, frame, plan, primary.sd) if sample else first.gaps
    rows = balance(plan, frame, *first.arms, plan.primary.baseline) if first.arms else first.balance
    facts = study_facts(plan, frame, analyses, rows, joined_later=carried.joined_later)
    rating = _rating(plan.design.kind, facts, first.checks)
    q = belief(plan, primary).above(plan.smallest_effect / primary.sd)
    primary = replace(primary, probability_worth_having=q)
    estimates = (primary, *(analysis.estimate for analysis in analyses[1:]))
    shown = tuple(finding.shown for finding in groups)
    said = limits(plan, frame, primary, shown, gaps, first.attrition)
    return Evidence(
        provenance=carried.provenance,
        plan=plan.model_dump(mode="json", by_alias=True),
        deviations=carried.deviations,
        estimates=estimates,
        groups=shown,
        gaps=gaps,
        balance=rows,
        attrition=first.attrition,
        match_loss=first.match_loss,
        naive=naive(frame.outcomes[primary.outcome], frame.used, above=frame.tool if plan.comparison.use else None),
        sensitivity=_sensitivity(plan, primary),
        funnel=carried.funnel,
        linkage=carried.linkage,
        rating=rating,
        verdict=verdict(plan, estimates, groups, gaps, rating),
        exploratory=exploratory(plan, frame, sample) if sample else (),
        companions=first.companions,
        checks=first.checks,
        events=first.events,
        heterogeneity=heterogeneity(plan, frame, sample) if sample else None,
        specifications=specifications(plan, frame, first),
        limits=(*said, *of_checks(first.checks), *_carried_limits(plan, carried), *lost),
    )


def _rating(kind: str, facts: StudyFacts, checks: Sequence[Check]) -> Rating:
    if kind == "cutoff":
        return rate_cutoff(facts, checks)
    return rate_descriptive(kind, facts) if kind in DESCRIPTIVE else rate(facts)


def _carried_limits(plan: Plan, carried: Carried) -> tuple[str, ...]:
    return (
        *of_timing(plan, carried.provenance.registered_on),
        *of_deviations(carried.deviations),
        *(() if plan.design.over_time else of_joiners(carried.joined_later)),
    )


def _sensitivity(plan: Plan, primary: Estimate) -> Sensitivity | None:
    """Only where a hidden cause could have put students into the arms."""
    return None if plan.design.kind in _NOT_CHOSEN else sensitivity(primary.g, primary.g_low, primary.g_high)
