"""The matched design: users beside the comparison students most like them, then regression on what still differs.

Matching or weighting is never the last word: the regression on all registered covariates follows, so that the estimate
is right when either of the two models is (doubly robust). Where students count as independent draws, matched students
are counted by their set, because matching makes the members of a set alike in what the regression may have missed
(Abadie and Spiess 2022, Journal of the American Statistical Association 117); sections and schools as draws cut across
sets and stay as registered.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from gainline.engine.core.context import RunContext
from gainline.engine.core.progress import Progress, silent
from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.analysis import Analysis
from gainline.engine.evidence.balance import Arms
from gainline.engine.evidence.designs.company import with_company
from gainline.engine.evidence.designs.comparison import TOLERANCE_SD, Comparison, compare
from gainline.engine.evidence.estimate import regress, to_estimate
from gainline.engine.evidence.frame import Codes, Flags, Frame
from gainline.engine.evidence.imputed import imputed
from gainline.engine.evidence.inference.cr2 import cluster_codes
from gainline.engine.evidence.inference.linear import Rows
from gainline.engine.evidence.sample import MIN_STUDENTS, Sample, covariate_columns, take, with_blocks
from gainline.engine.pilots.plan import Matching, Outcome, Plan


@dataclass(frozen=True, slots=True)
class MatchedSample:
    """One outcome's matched sample, who could have been matched, and what the matching did."""

    sample: Sample
    eligible: Rows
    compared: Comparison


def analyze(
    plan: Plan, frame: Frame, outcome: Outcome, *, ctx: RunContext, progress: Progress = silent
) -> Analysis | Refusal:
    """The effect on the matched students of one outcome.

    Refuses
    -------
    What `sample` refuses; EV006, EV007, EV013 of the regression; EV133 of the imputation.
    """
    filled = imputed(plan, frame, outcome, once=partial(_once, plan, outcome), ctx=ctx)
    if isinstance(filled, Refusal):
        return filled
    paired = sample(plan, filled.first, outcome)
    if isinstance(paired, Refusal):
        return paired
    found = filled.pooled or regress(paired.sample)
    if isinstance(found, Refusal):
        return found
    estimate = to_estimate(paired.sample, found, plan, frame, method(plan) + filled.words)
    compared = paired.compared
    noted = (*estimate.diagnostics, *filled.notes, *compared.notes)
    estimate = replace(estimate, estimand=compared.estimand, diagnostics=noted)
    sets = None if compared.sets is None else compared.sets[compared.kept]
    lost = match_loss(frame, paired)
    analysis = Analysis(estimate, paired.sample, arms(frame, paired), (), lost, filled.companions, sets=sets)
    return with_company(plan, frame, analysis, ctx=ctx)


def _once(plan: Plan, outcome: Outcome, frame: Frame) -> Sample | Refusal:
    """The matched sample of one completed copy of the frame."""
    paired = sample(plan, frame, outcome)
    return paired if isinstance(paired, Refusal) else paired.sample


def sample(plan: Plan, frame: Frame, outcome: Outcome) -> MatchedSample | Refusal:
    """Match among the students who have the outcome and what the model needs, so that the pairs stay whole.

    Refuses
    -------
    EV003 to EV005 of the sample; EV010 of the covariates; what `compare` refuses.
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
    compared = compare(plan.design.matching, frame.tool[rows], columns, _strata(plan, frame, rows))
    if isinstance(compared, Refusal):
        return compared
    weights = np.zeros(len(frame))
    weights[rows] = compared.weights
    others = with_blocks(frame, covariates.columns, blocked=False)
    taken = take(frame, outcome, weights > 0.0, others, weights=weights)
    if isinstance(taken, Refusal):
        return taken
    if compared.sets is not None and plan.design.cluster == "student":
        taken = replace(taken, clusters=np.unique(compared.sets[compared.kept], return_inverse=True)[1])
    return MatchedSample(taken, rows, compared)


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
    in_sets = rule.method not in {"entropy", "overlap"}
    draws = "matched set" if in_sets and plan.design.cluster == "student" else plan.design.cluster
    exact = f", {'exact' if in_sets else 'balanced'} on {', '.join(rule.exact)}" if rule.exact else ""
    return f"{_comparison_in_words(rule, exact)}, then ANCOVA, CR2/Satterthwaite by {draws}"


def _comparison_in_words(rule: Matching, exact: str) -> str:
    where = f"on {rule.distance}{exact}, caliper {rule.caliper_sd:g}"
    return {
        "nearest": f"nearest-neighbor matching {rule.ratio}:1 {where}",
        "optimal": f"optimal matching {rule.ratio}:1 {where}",
        "full": f"optimal full matching {where}",
        "cardinality": f"cardinality matching {rule.ratio}:1, averages within {TOLERANCE_SD:g} SD{exact}",
        "entropy": f"entropy balancing{exact}",
        "overlap": f"overlap weights{exact}",
    }[rule.method]
