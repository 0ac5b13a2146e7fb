"""The randomized design: intention to treat, registered covariates, the blocks in which chance decided."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from math import isfinite

import numpy as np

from gainline.engine.core.context import RunContext
from gainline.engine.core.progress import Progress, silent
from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.analysis import Analysis
from gainline.engine.evidence.attrition import attrition
from gainline.engine.evidence.balance import Arms
from gainline.engine.evidence.designs.company import with_company
from gainline.engine.evidence.document import Attrition, Estimate
from gainline.engine.evidence.estimate import FEW_DF, NORMAL_DF, regress, to_estimate
from gainline.engine.evidence.frame import Flags, Frame
from gainline.engine.evidence.imputed import imputed
from gainline.engine.evidence.inference.cr2 import cluster_codes
from gainline.engine.evidence.inference.distributions import normal_quantile
from gainline.engine.evidence.inference.inverted import inverted
from gainline.engine.evidence.inference.linear import Columns
from gainline.engine.evidence.inference.randomization import (
    Mechanism,
    RandomizationTest,
    mechanism,
    randomization_test,
    recorded_mechanism,
)
from gainline.engine.evidence.sample import CovariateColumns, Sample, covariate_columns, take, with_blocks
from gainline.engine.pilots.plan import Outcome, Plan

FROM_DRAW = "interval from the draw itself"


@dataclass(frozen=True, slots=True)
class Lottery:
    """A randomized design made ready: model columns, who is usable, and what chance decided."""

    others: Columns
    usable: Flags
    drawn: Mechanism


def analyze(
    plan: Plan, frame: Frame, outcome: Outcome, *, ctx: RunContext, progress: Progress = silent
) -> Analysis | Refusal:
    """Intention to treat on one outcome, with randomization inference beside it.

    Refuses
    -------
    EV003 to EV007, EV010, EV011, EV013, EV101 to EV104, EV133.
    """
    lottery = prepare(plan, frame)
    if isinstance(lottery, Refusal):
        return lottery
    taken = sample(frame, outcome, lottery)
    if isinstance(taken, Refusal):
        return taken
    found = regress(taken)
    if isinstance(found, Refusal):
        return found
    filled = imputed(plan, frame, outcome, once=partial(_once, plan, outcome), ctx=ctx)
    if isinstance(filled, Refusal):
        return filled
    drawn = chance(plan, frame, outcome, lottery, ctx=ctx, progress=progress)
    estimate = to_estimate(taken, filled.pooled or found, plan, frame, method(plan, frame) + filled.words)
    said = f"{drawn.draws:,} redrawn of about 10^{drawn.log10_assignments:.1f} possible"
    if frame.assignment:
        said += f", by the recorded mechanism: {frame.assignment.kind}"
    noted = (*estimate.diagnostics, *filled.notes, ("randomization inference", said))
    estimate = replace(estimate, p_randomization=drawn.p, diagnostics=noted)
    if found.effect.df < FEW_DF and filled.pooled is None:
        estimate = from_the_draw(estimate, plan, frame, lottery, seed=ctx.seed_for("randomization"))
    analysis = Analysis(estimate, taken, arms(taken), losses(plan, frame, taken), companions=filled.companions)
    return with_company(plan, frame, analysis, ctx=ctx)


def from_the_draw(estimate: Estimate, plan: Plan, frame: Frame, lottery: Lottery, *, seed: int) -> Estimate:
    """The estimate with the interval and p-value of the draw itself, where the t approximation has next to nothing.

    The standard error becomes the one with which a normal law has the same interval; with fewer than 20 possible
    assignments no such interval exists, and the estimate stays as it is.
    """
    y = np.where(lottery.usable, frame.outcomes[estimate.outcome], np.nan)
    found = inverted(y, lottery.others, lottery.drawn, draws=plan.design.draws, seed=seed)
    if not (isfinite(found.low) and isfinite(found.high)):
        return estimate
    per_unit = estimate.g / estimate.effect if estimate.effect else 1.0 / estimate.sd
    wide = 2.0 * normal_quantile(0.975)
    many = f"all {found.assignments:,} possible" if found.is_exact else f"{found.assignments:,} sampled"
    said = f"{many} assignments; CR2 would give {estimate.low:.4g} to {estimate.high:.4g} on {estimate.df:.1f} df"
    return replace(
        estimate,
        std_error=(found.high - found.low) / wide,
        df=NORMAL_DF,
        low=found.low,
        high=found.high,
        p=found.p,
        p_randomization=found.p,
        g_std_error=abs(per_unit) * (found.high - found.low) / wide,
        g_low=per_unit * found.low,
        g_high=per_unit * found.high,
        method=f"{estimate.method.split(', CR2')[0]}, interval and p by re-drawing the assignment",
        diagnostics=(*(note for note in estimate.diagnostics if note[0] != "caution"), (FROM_DRAW, said)),
    )


def _once(plan: Plan, outcome: Outcome, frame: Frame) -> Sample | Refusal:
    """The sample of one completed copy of the frame."""
    lottery = prepare(plan, frame)
    return lottery if isinstance(lottery, Refusal) else sample(frame, outcome, lottery)


def prepare(plan: Plan, frame: Frame) -> Lottery | Refusal:
    """Build the columns and the mechanism once for all outcomes.  Refuses: EV010, EV011, EV101 to EV104."""
    covariates: CovariateColumns | Refusal = covariate_columns(plan, frame)
    if isinstance(covariates, Refusal):
        return covariates
    frame = with_recorded_blocks(plan, frame)
    drawn = _drawn(plan, frame)
    if isinstance(drawn, Refusal):
        return drawn
    others = with_blocks(frame, covariates.columns, blocked=in_blocks(plan, frame))
    return Lottery(others, covariates.usable, drawn)


def in_blocks(plan: Plan, frame: Frame) -> bool:
    """Tell whether chance decided within blocks: as registered, or as the draw was recorded (pairs are blocks)."""
    recorded = frame.assignment.kind if frame.assignment else None
    return plan.design.blocked or bool({plan.design.assignment, recorded} & {"blocked", "pairs"})


def with_recorded_blocks(plan: Plan, frame: Frame) -> Frame:
    """The frame with the blocks of the recorded draw, where there is one; a unit that it does not name keeps its own.

    Such a unit is refused afterwards, by `recorded_mechanism`.
    """
    if frame.assignment is None or not in_blocks(plan, frame):
        return frame
    block_of = dict(zip(frame.assignment.units, frame.assignment.blocks, strict=True))
    named = [block_of.get(str(unit), own) for unit, own in zip(frame.unit, frame.block, strict=True)]
    blocks = np.empty(len(frame), dtype=object)
    blocks[:] = named
    return replace(frame, block=blocks)


def _drawn(plan: Plan, frame: Frame) -> Mechanism | Refusal:
    record, registered = frame.assignment, plan.design.assignment
    if record is None:
        block = frame.block if in_blocks(plan, frame) else np.full(len(frame), "", dtype=object)
        return mechanism(frame.unit, block, frame.tool)
    if registered and record.kind != registered:
        return Refusal(
            "EV104",
            f"the plan registers a draw of kind {registered}, and the recorded one is of kind {record.kind}",
            "register an amendment that says how chance was really drawn",
        )
    comparison = plan.comparison
    return recorded_mechanism(
        frame.unit, frame.tool, record, tool_arms=comparison.tool_arms, usual_arms=comparison.usual_arms
    )


def sample(frame: Frame, outcome: Outcome, lottery: Lottery) -> Sample | Refusal:
    """Everybody assigned who has the outcome, whether or not the tool was used.  Refuses: EV003 to EV005."""
    keep = lottery.usable & ~np.isnan(frame.outcomes[outcome.key])
    return take(frame, outcome, keep, lottery.others)


def chance(
    plan: Plan, frame: Frame, outcome: Outcome, lottery: Lottery, *, ctx: RunContext, progress: Progress = silent
) -> RandomizationTest:
    """Randomization inference of one outcome with the registered number of draws."""
    y = np.where(lottery.usable, frame.outcomes[outcome.key], np.nan)
    seed = ctx.seed_for("randomization")
    return randomization_test(y, lottery.others, lottery.drawn, draws=plan.design.draws, seed=seed, progress=progress)


def arms(found: Sample) -> tuple[Arms, Arms]:
    """The analytic sample before and after matching, which is the same sample here."""
    same = Arms(found.rows, found.tool, found.weights)
    return same, same


def losses(plan: Plan, frame: Frame, found: Sample) -> tuple[Attrition, ...]:
    """Attrition of assigned sections or schools, then of students within those that remained.

    An assigned unit has remained when at least one of its students is analyzed.
    """
    units = cluster_codes(frame.unit)
    kept = np.zeros(len(frame), dtype=bool)
    kept[found.rows] = True
    remained = np.isin(units, units[kept])
    rows = []
    if plan.design.unit != "student":
        assigned = _assigned_units(plan, frame)
        analyzed = _pair([len(np.unique(units[side & kept])) for side in (frame.tool, ~frame.tool)])
        rows.append(attrition("cluster", assigned, analyzed, plan.design.boundary))
    else:
        remained = np.ones(len(frame), dtype=bool)
    inside = _pair([int((side & remained).sum()) for side in (frame.tool, ~frame.tool)])
    seen = _pair([int((side & kept).sum()) for side in (frame.tool, ~frame.tool)])
    rows.append(attrition("student", inside, seen, plan.design.boundary))
    return tuple(rows)


def _assigned_units(plan: Plan, frame: Frame) -> tuple[int, int]:
    """Sections or schools per arm: as they were drawn where that is recorded, else those that have a student."""
    record = frame.assignment
    if record is None:
        return _pair([len(np.unique(frame.unit[side].astype(str))) for side in (frame.tool, ~frame.tool)])
    labels = [record.labels[arm] for arm in record.arms]
    sides = (plan.comparison.tool_arms, plan.comparison.usual_arms)
    return _pair([sum(label in side for label in labels) for side in sides])


def _pair(values: list[int]) -> tuple[int, int]:
    return values[0], values[1]


def method(plan: Plan, frame: Frame) -> str:
    """The method in one line, as the brief prints it."""
    within = "pair" if frame.assignment and frame.assignment.kind == "pairs" else "block"
    blocks = f" with {within} fixed effects" if in_blocks(plan, frame) else ""
    return f"intention to treat, ANCOVA{blocks}, CR2/Satterthwaite by {plan.design.cluster}"
