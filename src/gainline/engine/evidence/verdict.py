"""The verdict: what the registered rule says about the estimate. People decide; this is what they promised to be told.

Everything is turned so that up is good.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gainline.engine.evidence.belief import Belief, belief
from gainline.engine.evidence.document import Estimate, GapChange, Rating, Verdict, VerdictStep
from gainline.engine.evidence.gaps import GroupFinding
from gainline.engine.evidence.next_step import times_needed, would_change
from gainline.engine.evidence.rating import BEFORE, DOES_NOT, UNRAISED
from gainline.engine.pilots.plan import Plan

ADOPT, ADAPT, STOP, EXTEND, UNKNOWN = "adopt", "adapt", "stop", "extend", "not enough evidence"
NOTHING = "No decision follows from this pilot alone; what would change that stands below."


@dataclass(frozen=True, slots=True)
class Clauses:
    """What each clause of the rule met; the lists hold what met it, in words.

    Parameters
    ----------
    q
        P(effect >= smallest effect | data, prior).
    readable
        The study's difference may be read as an effect.
    harmed, widened, worse
        Groups harmed, gaps widened, second measures that got worse.
    reached
        Groups that reach the bar on their own.
    short
        Second measures that did not improve as the rule asks.
    extendable
        A longer or larger pilot within the registered limit would settle the rule, were the estimate to stay.
    """

    q: float
    readable: bool
    harmed: tuple[str, ...]
    widened: tuple[str, ...]
    worse: tuple[str, ...]
    reached: tuple[str, ...]
    short: tuple[str, ...]
    extendable: bool

    @property
    def guarded(self) -> bool:
        """Tell whether a guardrail was met."""
        return bool(self.harmed or self.widened or self.worse)


def verdict(
    plan: Plan,
    estimates: Sequence[Estimate],
    groups: Sequence[GroupFinding],
    gaps: Sequence[GapChange],
    rating: Rating,
) -> Verdict:
    """Apply the registered rule, clause by clause, to all registered outcomes.

    A study that does not meet the standards cannot carry a decision either way, whatever its numbers: its difference
    is not the tool's effect. That clause stands before the registered ones. A second measure that the rule names and
    that could not be estimated counts as not improved: silence does not carry an adoption.

    Parameters
    ----------
    estimates
        All registered outcomes that could be estimated, the primary first.

    Assumes
    -------
    The hypothesis has a size.
    """
    primary = estimates[0]
    held = belief(plan, primary)
    bound = plan.smallest_effect / primary.sd
    others = {estimate.outcome: estimate for estimate in estimates[1:]}
    met = Clauses(
        q=held.above(bound),
        readable=rating.label != DOES_NOT,
        harmed=_harmed(plan, groups),
        widened=_widened(plan, gaps),
        worse=_worse(plan, others),
        reached=_reached(plan, primary, groups),
        short=_short(plan, others),
        extendable=_extendable(plan, held, bound),
    )
    word, because = _word(plan, met)
    change = would_change(plan, primary, held, bound=bound, readable=met.readable)
    steps = (_standing(rating), *_before(rating), *_steps(plan, primary, met))
    return Verdict(word, _means(plan, word), because, steps, predicted(plan), change, compared(plan, primary))


def _means(plan: Plan, word: str) -> str:
    rule = plan.decision
    means = {ADOPT: rule.adopt_means, ADAPT: rule.adapt_means, STOP: rule.stop_means, EXTEND: rule.extend_means}
    return means.get(word) or NOTHING


def predicted(plan: Plan) -> float:
    """The hypothesis' size with its sign, in the outcome's unit."""
    size = plan.hypothesis.size or 0.0
    return -size if plan.hypothesis.change == "lower" else size


def compared(plan: Plan, primary: Estimate) -> str:
    """The prediction held against the interval, in one sentence."""
    said = predicted(plan)
    if primary.low <= said <= primary.high:
        return "The interval holds what was predicted."
    sign = 1.0 if said >= 0.0 else -1.0
    if sign * said > max(sign * primary.low, sign * primary.high):
        return "The result is smaller than predicted: the whole interval falls short of the prediction."
    return "The result is larger than predicted: the whole interval lies beyond the prediction."


def _extendable(plan: Plan, held: Belief, bound: float) -> bool:
    rule = plan.decision
    return rule.extend_means is not None and times_needed(rule, held, bound, most=rule.extend_up_to) is not None


def _harmed(plan: Plan, groups: Sequence[GroupFinding]) -> tuple[str, ...]:
    shown = [finding.shown for finding in groups]
    return tuple(
        f"{row.label} ({row.harm_probability:.2f})"
        for row in shown
        if row.harm_probability is not None and row.harm_probability >= plan.decision.harm_at
    )


def _widened(plan: Plan, gaps: Sequence[GapChange]) -> tuple[str, ...]:
    return tuple(
        f"{row.label} ({row.widen_probability:.2f})"
        for row in gaps
        if row.widen_probability is not None and row.widen_probability >= plan.decision.widen_at
    )


def _reached(plan: Plan, primary: Estimate, groups: Sequence[GroupFinding]) -> tuple[str, ...]:
    found = []
    for row in groups:
        if row.posterior is None:
            continue
        size = plan.smallest_effect
        q = row.posterior.above(size) if primary.favorable else row.posterior.below(-size)
        if q >= plan.decision.adopt_at:
            found.append(f"{row.shown.label} ({q:.2f})")
    return tuple(found)


def _worse(plan: Plan, others: dict[str, Estimate]) -> tuple[str, ...]:
    found = []
    for rail in plan.decision.guardrails:
        estimate = others.get(rail.outcome)
        if estimate is None:
            continue
        harm = belief(plan, estimate).below(-rail.worst / estimate.sd)
        if harm >= rail.harm_at:
            found.append(f"{estimate.label} ({harm:.2f})")
    return tuple(found)


def _short(plan: Plan, others: dict[str, Estimate]) -> tuple[str, ...]:
    labels = {outcome.key: outcome.label for outcome in plan.outcomes}
    found = []
    for asked in plan.decision.also:
        estimate = others.get(asked.outcome)
        if estimate is None:
            found.append(f"{labels[asked.outcome]} (could not be estimated)")
            continue
        reached = belief(plan, estimate).above(asked.at_least / estimate.sd)
        if reached < asked.adopt_at:
            found.append(f"{estimate.label} ({reached:.2f})")
    return tuple(found)


def _standing(rating: Rating) -> VerdictStep:
    clause = "The study meets the standards, so that its difference may be read as an effect"
    return VerdictStep(clause, rating.label, rating.label != DOES_NOT)


def _before(rating: Rating) -> Iterator[VerdictStep]:
    """What the placebo and growth checks found; it is told here, and weighs in the rating's tier."""
    for step in rating.steps:
        if step.step == BEFORE:
            clause = "The arms do not differ in what the tool cannot have changed (told, not a clause of the rule)"
            yield VerdictStep(clause, step.given, step.result == UNRAISED)


def _steps(plan: Plan, primary: Estimate, met: Clauses) -> tuple[VerdictStep, ...]:
    rule, q = plan.decision, met.q
    worth = f"the effect is at least {plan.smallest_effect:g} {primary.unit} in the good direction"
    found = f"probability {q:.3f}"
    return (
        VerdictStep(f"Adopt when the probability that {worth} is {rule.adopt_at:g} or more", found, q >= rule.adopt_at),
        *_second_measures(plan, met),
        VerdictStep(f"Stop when that probability is {rule.stop_at:g} or less", found, q <= rule.stop_at),
        VerdictStep(
            f"Adapt when a group is harmed with probability {rule.harm_at:g} or more",
            _listed(met.harmed),
            bool(met.harmed),
        ),
        VerdictStep(
            f"Adapt when a gap widens with probability {rule.widen_at:g} or more",
            _listed(met.widened),
            bool(met.widened),
        ),
        VerdictStep(
            f"Adapt instead of stop when one group alone reaches {rule.adopt_at:g}",
            _listed(met.reached) if q <= rule.stop_at else "not asked, as stopping is not in question",
            bool(met.reached) and q <= rule.stop_at,
        ),
        *_extension(plan, met),
    )


def _second_measures(plan: Plan, met: Clauses) -> tuple[VerdictStep, ...]:
    """The clauses on other outcomes, where the rule has any."""
    steps = []
    if plan.decision.also:
        missed = _listed(met.short) if met.short else "all of them did"
        steps.append(
            VerdictStep("Adopt only when the other measures the rule names improve too", missed, not met.short)
        )
    if plan.decision.guardrails:
        clause = "Adapt when a measure that must not get worse likely did"
        steps.append(VerdictStep(clause, _listed(met.worse), bool(met.worse)))
    return tuple(steps)


def _extension(plan: Plan, met: Clauses) -> tuple[VerdictStep, ...]:
    rule = plan.decision
    if rule.extend_means is None:
        return ()
    clause = f"Extend when up to {rule.extend_up_to:g} times the evidence would settle it, were the estimate to stay"
    return (VerdictStep(clause, "it would" if met.extendable else "it would not", met.extendable),)


def _listed(found: tuple[str, ...]) -> str:
    return ", ".join(found) if found else "none"


def _word(plan: Plan, met: Clauses) -> tuple[str, str]:
    rule = plan.decision
    worth = f"The effect is worth having with probability {met.q:.2f}"
    if not met.readable:
        return UNKNOWN, "The study does not meet the standards, so its difference may not be read as the tool's effect."
    if met.q >= rule.adopt_at:
        return _adopting(plan, met, worth)
    if met.q <= rule.stop_at and met.reached:
        return ADAPT, f"{worth} overall, but one group reaches the bar."
    if met.q <= rule.stop_at:
        return STOP, f"{worth}, at or below {rule.stop_at:g}."
    return EXTEND if met.extendable else UNKNOWN, f"{worth}, between {rule.stop_at:g} and {rule.adopt_at:g}."


def _adopting(plan: Plan, met: Clauses, worth: str) -> tuple[str, str]:
    if met.guarded:
        return ADAPT, f"{worth}, but a registered guardrail was met."
    if met.short:
        word = EXTEND if plan.decision.extend_means is not None else UNKNOWN
        return word, f"{worth}, but not every other measure that the rule names improved: {_listed(met.short)}."
    return ADOPT, f"{worth}, at or above {plan.decision.adopt_at:g}."
