"""What would change the verdict: how much more evidence would settle it, in students or schools and in weeks."""

from __future__ import annotations

from math import ceil, sqrt

from gainline.engine.evidence.belief import Belief
from gainline.engine.evidence.document import Estimate
from gainline.engine.evidence.inference.distributions import normal_quantile
from gainline.engine.pilots.plan import DecisionRule, Plan

MOST = 50.0  # nobody runs a pilot fifty times the size; past it we say so
_STEP = 1.05


def times_needed(rule: DecisionRule, held: Belief, bound: float, *, most: float = MOST) -> float | None:
    """How many times the information would settle the rule, were the estimate to stay; ``None`` beyond ``most``.

    ``bound`` is the smallest effect worth having, in SDs of the outcome.
    """
    times = 1.0
    while times <= most:
        q = held.with_information(times).above(bound)
        if q >= rule.adopt_at or q <= rule.stop_at:
            return times
        times *= _STEP
    return None


def would_change(plan: Plan, primary: Estimate, held: Belief, *, bound: float, readable: bool) -> str:
    """One or two sentences on what further evidence could change the verdict, or settle it."""
    if not readable:
        return (
            "Only a better comparison: the outcome's own measure before the pilot, similar arms, or assignment by lot."
        )
    rule = plan.decision
    q = held.above(bound)
    if rule.stop_at < q < rule.adopt_at:
        return _more_needed(plan, primary, held, bound)
    edge = rule.adopt_at if q >= rule.adopt_at else rule.stop_at
    needed = _second_study(held, bound, edge) * primary.sd
    side = "or less" if q >= rule.adopt_at else "or more"
    good = "" if primary.favorable else ", counted so that more is good"
    return (
        f"A second study of the same size would undo this verdict if it found {needed:+.1f} {primary.unit} {side}"
        f"{good}; this one found {held.estimate * primary.sd:+.1f}."
    )


def _second_study(held: Belief, bound: float, edge: float) -> float:
    """The estimate of a second study with the same error at which the probability crosses the edge, in SDs."""
    precision = 1.0 / held.sd**2 + 1.0 / held.error**2
    mean_at_edge = bound + normal_quantile(edge) / sqrt(precision)
    return (mean_at_edge * precision - held.mean / held.sd**2) * held.error**2


def _more_needed(plan: Plan, primary: Estimate, held: Belief, bound: float) -> str:
    times = times_needed(plan.decision, held, bound)
    if times is None:
        return (
            f"The estimate is so near the smallest effect worth having that even {MOST:g} times as many students "
            "would not settle it; a decision would have to rest on cost, workload or equity."
        )
    word = "adopt" if held.with_information(times).above(bound) >= plan.decision.adopt_at else "stop"
    return _how_many(plan, primary, times, word)


def _how_many(plan: Plan, primary: Estimate, times: float, word: str) -> str:
    unit = plan.design.cluster
    analyzed = sum(arm.clusters if unit != "student" else arm.analyzed for arm in primary.counts)
    noun = {"student": "students", "section": "sections", "school": "schools"}[unit]
    weeks = weeks_of(plan)
    again = ceil(times)
    longer = "" if again < 2 else f" The same {noun} with new students would take {again} runs, {again * weeks} weeks."
    return (
        f"Were the estimate to stay, about {ceil(times * analyzed):,} {noun} for the same {weeks} weeks, instead of "
        f"{analyzed:,}, would be enough to say {word}.{longer}"
    )


def weeks_of(plan: Plan) -> int:
    """Weeks of the plan's window, begun ones counted."""
    return ceil(((plan.window.end - plan.window.start).days + 1) / 7)
