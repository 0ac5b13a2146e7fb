"""The matched design: users beside the comparison students most like them, then regression on what still differs."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.analysis import Analysis
from gainline.engine.evidence.balance import Arms
from gainline.engine.evidence.balancing.matching import (
    Matched,
    match_on_score,
    match_on_vector,
    pooled_caliper,
    whitened,
)
from gainline.engine.evidence.balancing.propensity import propensity
from gainline.engine.evidence.estimate import regress, to_estimate
from gainline.engine.evidence.frame import Codes, Flags, Frame
from gainline.engine.evidence.inference.cr2 import cluster_codes
from gainline.engine.evidence.inference.linear import Columns, Rows, independent
from gainline.engine.evidence.sample import MIN_STUDENTS, Sample, covariate_columns, take, with_blocks
from gainline.engine.pilots.plan import Outcome, Plan


@dataclass(frozen=True, slots=True)
class MatchedSample:
    """One outcome's matched sample, who could have been matched, and what the matching did."""

    sample: Sample
    eligible: Rows
    matched: Matched
    notes: tuple[tuple[str, str], ...]


def analyze(plan: Plan, frame: Frame, outcome: Outcome) -> Analysis | Refusal:
    """The effect on the matched students of one outcome.

    Refuses
    -------
    What `sample` refuses; EV006, EV007, EV013 of the regression.
    """
    paired = sample(plan, frame, outcome)
    if isinstance(paired, Refusal):
        return paired
    found = regress(paired.sample)
    if isinstance(found, Refusal):
        return found
    estimate = to_estimate(paired.sample, found, plan, frame, method(plan))
    estimate = replace(estimate, diagnostics=(*estimate.diagnostics, *paired.notes))
    sets = paired.matched.sets[paired.matched.kept]
    return Analysis(estimate, paired.sample, arms(frame, paired), (), match_loss(frame, paired), sets=sets)


def sample(plan: Plan, frame: Frame, outcome: Outcome) -> MatchedSample | Refusal:
    """Match among the students who have the outcome and what the model needs, so that the pairs stay whole.

    Refuses
    -------
    EV003 to EV005 of the sample; EV008, EV009, EV015 of the matching; EV010 of the covariates.
    """
    covariates = covariate_columns(plan, frame)
    if isinstance(covariates, Refusal):
        return covariates
    eligible = covariates.usable & ~np.isnan(frame.outcomes[outcome.key])
    fault = _too_thin(frame, eligible, outcome)
    if fault is not None:
        return fault
    rows = np.flatnonzero(eligible)
    columns = covariates.columns.rows(rows)
    found = _match(plan, frame.tool[rows], columns, _strata(plan, frame, rows))
    if isinstance(found, Refusal):
        return found
    matched, notes = found
    keep, weights = np.zeros(len(frame), dtype=bool), np.zeros(len(frame))
    keep[rows], weights[rows] = matched.kept, matched.weights
    taken = take(frame, outcome, keep, with_blocks(frame, covariates.columns, blocked=False), weights=weights)
    return taken if isinstance(taken, Refusal) else MatchedSample(taken, rows, matched, notes)


def _too_thin(frame: Frame, eligible: Flags, outcome: Outcome) -> Refusal | None:
    for side, name in ((frame.tool, "tool"), (~frame.tool, "usual")):
        if int((side & eligible).sum()) < MIN_STUDENTS:
            return Refusal(
                "EV003",
                f"fewer than {MIN_STUDENTS} students of the {name} arm have '{outcome.key}' and what the model needs",
                "find the missing results or covariates, or choose an outcome that was measured in both arms",
            )
    return None


def _strata(plan: Plan, frame: Frame, rows: Rows) -> Codes:
    """One code per combination of the exact covariates' labels; a missing label is a label of its own."""
    if not plan.design.matching.exact:
        return np.zeros(len(rows), dtype=np.intp)
    labels = np.empty(len(rows), dtype=object)
    columns = [_exact_labels(frame, key)[rows] for key in plan.design.matching.exact]
    labels[:] = ["\x1f".join(str(part) for part in parts) for parts in zip(*columns, strict=True)]
    return cluster_codes(labels)


def _exact_labels(frame: Frame, key: str) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    if key in frame.categories:
        return frame.categories[key]
    return frame.numbers[key].astype(object)


def _match(
    plan: Plan, tool: Flags, columns: Columns, strata: Codes
) -> tuple[Matched, tuple[tuple[str, str], ...]] | Refusal:
    rule = plan.design.matching
    if rule.distance == "mahalanobis":
        return _match_whitened(plan, tool, columns, strata)
    scores = propensity(tool, columns)
    if isinstance(scores, Refusal):
        return scores
    caliper = pooled_caliper(scores.logit, tool, rule.caliper_sd)
    matched = match_on_score(scores.logit, tool, strata, caliper=caliper, ratio=rule.ratio)
    if isinstance(matched, Refusal):
        return matched
    model = "logistic, ridge penalty because some covariate separates the arms" if scores.ridge else "logistic"
    return matched, (("propensity model", model), ("caliper, in log odds", f"{caliper:.6g}"))


def _match_whitened(
    plan: Plan, tool: Flags, columns: Columns, strata: Codes
) -> tuple[Matched, tuple[tuple[str, str], ...]] | Refusal:
    rule = plan.design.matching
    intercept = Columns(("intercept",), np.ones((len(tool), 1)))
    if len(independent(intercept.beside(columns))) == 1:
        return Refusal("EV015", "no covariate varies, so there is nothing to match on", "register pre-pilot covariates")
    points = whitened(columns.matrix, tool)
    matched = match_on_vector(points, tool, strata, caliper=rule.caliper_sd, ratio=rule.ratio)
    if isinstance(matched, Refusal):
        return matched
    return matched, (("caliper, Mahalanobis distance", f"{rule.caliper_sd:g}"),)


def arms(frame: Frame, found: MatchedSample) -> tuple[Arms, Arms]:
    """Everybody who could have been matched, and who was."""
    before = Arms(found.eligible, frame.tool[found.eligible], np.ones(len(found.eligible)))
    return before, Arms(found.sample.rows, found.sample.tool, found.sample.weights)


def match_loss(frame: Frame, found: MatchedSample) -> tuple[tuple[str, int, int], ...]:
    """Per arm: students who could have been matched, students who were."""
    before = frame.tool[found.eligible]
    return (
        ("tool", int(before.sum()), int(found.sample.tool.sum())),
        ("usual", int((~before).sum()), int((~found.sample.tool).sum())),
    )


def method(plan: Plan) -> str:
    """The method in one line, as the brief prints it."""
    rule = plan.design.matching
    exact = f", exact on {', '.join(rule.exact)}" if rule.exact else ""
    return (
        f"nearest-neighbor matching {rule.ratio}:1 on {rule.distance}{exact}, caliper {rule.caliper_sd:g}, "
        f"then ANCOVA, CR2/Satterthwaite by {plan.design.cluster}"
    )
