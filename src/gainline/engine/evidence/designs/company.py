"""What stands beside a primary estimate of students at one time point: other estimands, other scales, a bootstrap."""

from __future__ import annotations

from dataclasses import replace

from gainline.engine.core.context import RunContext
from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.analysis import Analysis
from gainline.engine.evidence.companions import NOTHING, of_growth, of_scale, of_use
from gainline.engine.evidence.estimate import regress
from gainline.engine.evidence.frame import Frame
from gainline.engine.evidence.robustness.wild_check import wild_check
from gainline.engine.pilots.plan import Plan


def with_company(plan: Plan, frame: Frame, analysis: Analysis, *, ctx: RunContext) -> Analysis:
    """The analysis with its companions and the bootstrap of whole clusters; other outcomes than the primary stay alone.

    The effect on those who took the tool up is asked only where chance offered it: nothing else is an instrument.
    """
    estimate, sample = analysis.estimate, analysis.sample
    if estimate.role != "primary" or sample is None:
        return analysis
    used = of_use(plan, frame, sample, estimate) if plan.design.kind == "randomized" else NOTHING
    scaled, grown = of_scale(sample, estimate), of_growth(frame, sample, estimate)
    parts = (used, scaled, grown)
    found = regress(sample)
    checks = () if isinstance(found, Refusal) else wild_check(plan, sample, found, ctx)
    noted = (*estimate.diagnostics, *(note for part in parts for note in part.notes))
    return replace(
        analysis,
        estimate=replace(estimate, diagnostics=noted),
        companions=(*analysis.companions, *(companion for part in parts for companion in part.estimates)),
        checks=(*analysis.checks, *checks),
    )
