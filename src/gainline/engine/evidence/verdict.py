"""The verdict: what the registered rule says about the estimate. People decide; this is what they promised to be told.

Everything is turned so that up is good. The posterior is normal: the plan's prior, in SDs of the outcome, times a
normal likelihood that has the same 95 % interval as the t interval of the estimate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, sqrt

from gainline.engine.evidence.document import Estimate, GapChange, Rating, Verdict, VerdictStep
from gainline.engine.evidence.gaps import GroupFinding
from gainline.engine.evidence.inference.distributions import normal_cdf, normal_equivalent, normal_quantile
from gainline.engine.evidence.rating import DOES_NOT
from gainline.engine.pilots.plan import Plan

ADOPT, ADAPT, STOP, UNKNOWN = "adopt", "adapt", "stop", "not enough evidence"
_MOST = 50.0  # nobody runs a pilot fifty times the size; past it we say so


@dataclass(frozen=True, slots=True)
class Belief:
    """The posterior of the favorable effect, and what it came from, all in SDs of the outcome."""

    mean: float
    sd: float
    estimate: float
    error: float
    prior_mean: float
    prior_sd: float

    def above(self, bound: float) -> float:
        """P(effect >= bound)."""
        return 1.0 - normal_cdf((bound - self.mean) / self.sd)

    def with_information(self, times: float) -> Belief:
        """The belief that so many times the information would give, were the estimate to stay."""
        return believe(self.estimate, self.error / sqrt(times), self.prior_mean, self.prior_sd)


def believe(estimate: float, error: float, prior_mean: float, prior_sd: float) -> Belief:
    """Precision-weighted mean of prior and estimate (Gelman et al., BDA3, equation 2.10)."""
    precision = 1.0 / prior_sd**2 + 1.0 / error**2
    mean = (prior_mean / prior_sd**2 + estimate / error**2) / precision
    return Belief(mean, sqrt(1.0 / precision), estimate, error, prior_mean, prior_sd)


def belief(plan: Plan, primary: Estimate) -> Belief:
    """The posterior of the primary effect under the registered prior."""
    sign = 1.0 if primary.favorable else -1.0
    error = normal_equivalent(primary.std_error, primary.df) / primary.sd
    prior = plan.decision.prior
    return believe(sign * primary.effect / primary.sd, error, prior.mean, prior.sd)


def verdict(
    plan: Plan, primary: Estimate, groups: Sequence[GroupFinding], gaps: Sequence[GapChange], rating: Rating
) -> Verdict:
    """Apply the registered rule, clause by clause.

    A study that does not meet the standards cannot carry a decision either way, whatever its numbers: its difference
    is not the tool's effect. That clause stands before the registered ones.

    Assumes
    -------
    The hypothesis has a size.
    """
    held = belief(plan, primary)
    bound = plan.smallest_effect / primary.sd
    q = held.above(bound)
    readable = rating.label != DOES_NOT
    harmed, widened = _harmed(plan, groups), _widened(plan, gaps)
    reached = _reached(plan, primary, groups)
    steps = (_standing(rating), *_steps(plan, primary, q, (harmed, widened, reached)))
    word, because = _word(plan, q, readable, bool(harmed or widened), bool(reached))
    rule = plan.decision
    means = {ADOPT: rule.adopt_means, ADAPT: rule.adapt_means, STOP: rule.stop_means}
    nothing = "No decision follows from this pilot alone; what would change that stands below."
    change = _would_change(plan, primary, held, bound, readable)
    return Verdict(word, means.get(word, nothing), because, steps, _predicted(plan), change)


def _predicted(plan: Plan) -> float:
    size = plan.hypothesis.size or 0.0
    return -size if plan.hypothesis.change == "lower" else size


def _harmed(plan: Plan, groups: Sequence[GroupFinding]) -> list[str]:
    shown = [finding.shown for finding in groups]
    return [
        f"{row.label} ({row.harm_probability:.2f})"
        for row in shown
        if row.harm_probability is not None and row.harm_probability >= plan.decision.harm_at
    ]


def _widened(plan: Plan, gaps: Sequence[GapChange]) -> list[str]:
    return [
        f"{row.label} ({row.widen_probability:.2f})"
        for row in gaps
        if row.widen_probability is not None and row.widen_probability >= plan.decision.widen_at
    ]


def _reached(plan: Plan, primary: Estimate, groups: Sequence[GroupFinding]) -> list[str]:
    found = []
    for row in groups:
        if row.posterior is None:
            continue
        size = plan.smallest_effect
        q = row.posterior.above(size) if primary.favorable else row.posterior.below(-size)
        if q >= plan.decision.adopt_at:
            found.append(f"{row.shown.label} ({q:.2f})")
    return found


def _standing(rating: Rating) -> VerdictStep:
    clause = "The study meets the standards, so that its difference may be read as an effect"
    return VerdictStep(clause, rating.label, rating.label != DOES_NOT)


def _steps(
    plan: Plan, primary: Estimate, q: float, found: tuple[list[str], list[str], list[str]]
) -> tuple[VerdictStep, ...]:
    rule, (harmed, widened, reached) = plan.decision, found
    worth = f"the effect is at least {plan.smallest_effect:g} {primary.unit} in the good direction"
    q_found = f"probability {q:.3f}"
    return (
        VerdictStep(
            f"Adopt when the probability that {worth} is {rule.adopt_at:g} or more", q_found, q >= rule.adopt_at
        ),
        VerdictStep(f"Stop when that probability is {rule.stop_at:g} or less", q_found, q <= rule.stop_at),
        VerdictStep(
            f"Adapt when a group is harmed with probability {rule.harm_at:g} or more", _listed(harmed), bool(harmed)
        ),
        VerdictStep(
            f"Adapt when a gap widens with probability {rule.widen_at:g} or more", _listed(widened), bool(widened)
        ),
        VerdictStep(
            f"Adapt instead of stop when one group alone reaches {rule.adopt_at:g}",
            _listed(reached) if q <= rule.stop_at else "not asked, as stopping is not in question",
            bool(reached) and q <= rule.stop_at,
        ),
    )


def _listed(found: list[str]) -> str:
    return ", ".join(found) if found else "none"


def _word(plan: Plan, q: float, readable: bool, guarded: bool, reached: bool) -> tuple[str, str]:
    rule = plan.decision
    if not readable:
        return UNKNOWN, "The study does not meet the standards, so its difference may not be read as the tool's effect."
    if q >= rule.adopt_at and guarded:
        return ADAPT, f"The effect is worth having with probability {q:.2f}, but a registered guardrail was met."
    if q >= rule.adopt_at:
        return ADOPT, f"The effect is worth having with probability {q:.2f}, at or above {rule.adopt_at:g}."
    if q <= rule.stop_at and reached:
        return ADAPT, f"The effect is worth having with probability {q:.2f} overall, but one group reaches the bar."
    if q <= rule.stop_at:
        return STOP, f"The effect is worth having with probability {q:.2f}, at or below {rule.stop_at:g}."
    return (
        UNKNOWN,
        f"The effect is worth having with probability {q:.2f}, between {rule.stop_at:g} and {rule.adopt_at:g}.",
    )


def _would_change(plan: Plan, primary: Estimate, held: Belief, bound: float, readable: bool) -> str:
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
    rule, times = plan.decision, 1.0
    while times <= _MOST:
        q = held.with_information(times).above(bound)
        if q >= rule.adopt_at or q <= rule.stop_at:
            return _how_many(plan, primary, times, ADOPT if q >= rule.adopt_at else STOP)
        times *= 1.05
    return (
        f"The estimate is so near the smallest effect worth having that even {_MOST:g} times as many students would "
        "not settle it; a decision would have to rest on cost, workload or equity."
    )


def _how_many(plan: Plan, primary: Estimate, times: float, word: str) -> str:
    unit = plan.design.cluster
    analyzed = sum(arm.clusters if unit != "student" else arm.analyzed for arm in primary.counts)
    noun = {"student": "students", "section": "sections", "school": "schools"}[unit]
    return (
        f"Were the estimate to stay, about {ceil(times * analyzed):,} {noun} for the same weeks, instead of "
        f"{analyzed:,}, would be enough to say {word}."
    )
