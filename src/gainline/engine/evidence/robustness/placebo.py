"""Placebo outcomes: what the tool cannot have changed must not differ between the arms.

Two looks. The first analyzes the registered placebo exactly as the primary outcome was analyzed. The second asks, of an
earlier measure of the outcome itself, whether the tool's students had already been gaining faster: it uses everybody
who could have been compared, not the matched alone, because it has to see small differences.

An earlier score is adjusted for the later one and not the other way around. Students who chose the tool by their fall
score differ in that score by choice, so that the fall score given the spring before would raise the alarm in every
volunteer study; the spring before, given the fall score, differs only if something that was not measured drove both.
Source: Imbens and Rubin (2015), Causal Inference, chapter 21, on pseudo-outcomes; Ding and Li (2019).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.analysis import Analysis
from gainline.engine.evidence.document import Check, Estimate
from gainline.engine.evidence.estimate import outcome_sd, regress
from gainline.engine.evidence.frame import Frame
from gainline.engine.evidence.inference.cr2 import Inference
from gainline.engine.evidence.inference.distributions import normal_quantile, t_p_value
from gainline.engine.evidence.sample import Sample, covariate_columns, take, with_blocks
from gainline.engine.pilots.plan import Covariate, Direction, Outcome, Placebo, Plan

PLACEBO, GROWTH = "placebo", "differential growth"
SPEAKS_AT = 0.05
# A growth check that misses lets differing growth pass; one that asks in vain costs a tier. In known worlds
# (24 schools, growth that follows motivation) 0.05 sees six of ten, 0.15 more than eight, for one false alarm in ten.
GROWS_AT = 0.15
Again = Callable[[Plan, Frame, Outcome], Analysis | Refusal]
_ONE_TIME_POINT = frozenset({"randomized", "matched", "cutoff"})
_SEEN_AT = normal_quantile(0.975) + normal_quantile(0.80)
_FEWEST_DRAWS = 199
_SOURCE = "Imbens and Rubin (2015), Causal Inference, chapter 21"


def placebos(plan: Plan, frame: Frame, again: Again) -> tuple[Check, ...]:
    """One check per registered placebo, and one on earlier growth for each placebo that is an earlier outcome.

    Parameters
    ----------
    again
        Analyzes one outcome of a plan by the plan's design; called with the plan cut down to the placebo.

    Returns
    -------
    tuple
        Empty for designs over time, whose periods before the tool are their placebo.
    """
    if plan.design.kind not in _ONE_TIME_POINT:
        return ()
    return tuple(check for placebo in plan.placebos for check in _of_one(plan, frame, placebo, again))


def adjusted_for(plan: Plan, placebo: Placebo) -> tuple[Covariate, ...]:
    """The covariates that the placebo is adjusted for: those it names, or all that do not measure the same thing."""
    if placebo.adjust_for:
        return tuple(covariate for covariate in plan.covariates if covariate.key in placebo.adjust_for)
    return tuple(covariate for covariate in plan.covariates if covariate.source != placebo.source)


def cut_down(plan: Plan, placebo: Placebo) -> Plan:
    """The plan as if the placebo were its only outcome."""
    covariates = adjusted_for(plan, placebo)
    known = {covariate.key for covariate in covariates}
    rule = plan.design.matching
    matching = rule.model_copy(update={"exact": tuple(key for key in rule.exact if key in known)})
    design = plan.design.model_copy(update={"matching": matching, "draws": _FEWEST_DRAWS})
    changes = {"outcomes": (_as_outcome(plan, placebo),), "covariates": covariates, "design": design, "placebos": ()}
    return plan.model_copy(update=changes)


def _as_outcome(plan: Plan, placebo: Placebo) -> Outcome:
    """Without a baseline: its own measure before it is one covariate among others."""
    changes = {"key": placebo.key, "label": placebo.label, "source": placebo.source, "unit": placebo.unit}
    plain = {"baseline": None, "scale": "number", "levels": ()}
    return plan.primary.model_copy(update=changes | plain)


def _of_one(plan: Plan, frame: Frame, placebo: Placebo, again: Again) -> Iterator[Check]:
    values = frame.placebos.get(placebo.key)
    if values is None or np.isnan(values).all():
        yield _silent(placebo, "nobody has it")
        return
    own, alone = cut_down(plan, placebo), replace(frame, outcomes={placebo.key: values})
    found = again(own, alone, own.primary)
    yield _silent(placebo, found.because) if isinstance(found, Refusal) else _check(placebo, found.estimate)
    if plan.design.kind == "matched" and is_earlier_outcome(plan, placebo):
        yield from _growth(own, alone, placebo)


def is_earlier_outcome(plan: Plan, placebo: Placebo) -> bool:
    """Tell whether the placebo is another form of the outcome's assessment, to be compared at equal baselines."""
    same = placebo.source.result is not None and placebo.source.result == plan.primary.source.result
    return same and plan.primary.baseline in {covariate.key for covariate in adjusted_for(plan, placebo)}


def _silent(placebo: Placebo, because: str) -> Check:
    says = f"The registered placebo outcome '{placebo.label}' could not be looked at, so it speaks for nothing."
    return Check(PLACEBO, f"Placebo outcome: {placebo.label}", f"not analyzed: {because}", _rule(), False, says)


def _rule() -> str:
    return f"Flag when the tool seems to have changed what it cannot have changed, two-sided p at most {SPEAKS_AT:g}"


def _check(placebo: Placebo, found: Estimate) -> Check:
    flag = found.p <= SPEAKS_AT
    seen = _SEEN_AT * found.std_error / found.sd
    figures = (
        f"{found.effect / found.sd:+.3f} SD, 95 % interval {found.low / found.sd:+.3f} to "
        f"{found.high / found.sd:+.3f}, p = {found.p:.3f}; "
        f"a difference of {seen:.2f} SD would have been seen four times out of five"
    )
    says = f"The two sides do not visibly differ in '{placebo.label}', which the tool cannot have changed."
    if flag:
        says = (
            f"The two sides differ in '{placebo.label}' although the tool cannot have changed it: they were not alike "
            "to begin with, and that may stand behind the result too."
        )
    return Check(PLACEBO, f"Placebo outcome: {placebo.label}", figures, _rule(), flag, says, _SOURCE)


def _growth(plan: Plan, frame: Frame, placebo: Placebo) -> Iterator[Check]:
    found = growth(plan, frame)
    if isinstance(found, Refusal):
        return
    sample, head_start = found
    higher = plan.primary.direction is Direction.HIGHER
    t = head_start.estimate / head_start.std_error
    flattering = t > 0.0 if higher else t < 0.0
    two_sided = t_p_value(t, head_start.df)
    p = two_sided / 2.0 if flattering else 1.0 - two_sided / 2.0
    sd = outcome_sd(sample)
    figures = (
        f"{head_start.estimate / sd:+.3f} SD, standard error {head_start.std_error / sd:.3f}, one-sided p = {p:.3f}, "
        f"among {len(sample.y):,} students before matching"
    )
    yield _grown(placebo, figures, p <= GROWS_AT)


def _grown(placebo: Placebo, figures: str, flag: bool) -> Check:
    says = "The tool's students were not visibly gaining faster before they had the tool."
    if flag:
        says = (
            "The tool's students were already gaining faster before they had the tool: at equal scores at the start "
            "they came from further behind. The same gain would have looked like an effect of the tool."
        )
    rule = f"Flag when an earlier gain flatters the tool, one-sided p at most {GROWS_AT:g}"
    return Check(GROWTH, f"Growth before the tool, from {placebo.label}", figures, rule, flag, says, _SOURCE)


def growth(plan: Plan, frame: Frame) -> tuple[Sample, Inference] | Refusal:
    """How much more the tool's students had gained since the placebo, at equal later scores, and on whom.

    ``plan`` and ``frame`` are cut down to the placebo. The estimate is in the placebo's unit; positive: they gained
    more. CR2 with Satterthwaite degrees of freedom by the plan's cluster.

    Refuses
    -------
    EV003 to EV007, EV010, EV013.
    """
    covariates = covariate_columns(plan, frame)
    if isinstance(covariates, Refusal):
        return covariates
    keep = covariates.usable & ~np.isnan(frame.outcomes[plan.primary.key])
    sample = take(frame, plan.primary, keep, with_blocks(frame, covariates.columns, blocked=False))
    if isinstance(sample, Refusal):
        return sample
    found = regress(sample)
    if isinstance(found, Refusal):
        return found
    return sample, replace(found.effect, estimate=-found.effect.estimate)
