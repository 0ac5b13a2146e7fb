"""What the rating looks at, gathered from the plan, the frame and the analyses."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gainline.engine.evidence.analysis import Analysis
from gainline.engine.evidence.balance import band, number_difference
from gainline.engine.evidence.document import Balance, Estimate
from gainline.engine.evidence.frame import Frame
from gainline.engine.evidence.rating import StudyFacts
from gainline.engine.evidence.robustness.all_checks import capping
from gainline.engine.evidence.sample import Sample
from gainline.engine.pilots.plan import Plan

CHANCE = frozenset({"randomized", "stepped_wedge"})


def study_facts(
    plan: Plan, frame: Frame, analyses: Sequence[Analysis], rows: tuple[Balance, ...], *, joined_later: int | None
) -> StudyFacts:
    """Gather the facts of the primary outcome; designs over time count the clusters and students of their panel."""
    sample, primary = analyses[0].sample, analyses[0].estimate
    units = [arm.clusters for arm in primary.counts]
    school = frame.school
    if sample is not None:
        units = [len(np.unique(sample.units[side])) for side in (sample.tool, ~sample.tool)]
        school = frame.school[sample.rows]
    return StudyFacts(
        randomized=plan.design.kind in CHANCE,
        units=(units[0], units[1]),
        sole_school=sample is not None and _sole_school(frame, sample),
        grouped=plan.design.unit != "student",
        joined_later=joined_later,
        cross_section=plan.design.over_time and plan.design.unit != "student",
        attrition=analyses[0].attrition,
        baselines=_own_measures(plan, frame, analyses, rows),
        in_product=_in_product(plan),
        students=sum(arm.analyzed for arm in primary.counts),
        sites=len(np.unique(school.astype(str))),
        favorable=_is_good(primary, primary.effect),
        p=_final_p(primary),
        flags=capping(analyses[0].checks),
        by_use=plan.comparison.assigned_by == "use",
        contrary=any(_is_contrary(primary, analysis.estimate) for analysis in analyses[1:]),
    )


def _in_product(plan: Plan) -> bool:
    """Tell whether the primary outcome is counted inside the tool itself, and not in another system's records."""
    source = plan.primary.source
    tools = source.where.get("tool")
    return source.indicator is not None and (tools is None or plan.tool.key in tools)


def _own_measures(plan: Plan, frame: Frame, analyses: Sequence[Analysis], rows: tuple[Balance, ...]) -> list[Balance]:
    """Baseline rows of the primary outcome and, once it has one, of the other outcomes of its domain.

    A difference above 0.25 on one measure reaches the other outcomes of the domain.
    """
    own = [row for row in rows if row.is_baseline]
    arms = analyses[0].arms
    if arms is None:
        return own  # a design over time, whose measure before the tool is the outcome itself
    if not own:
        return []
    after = arms[1]
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
