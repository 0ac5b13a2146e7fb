"""The wild cluster bootstrap beside CR2: a second way to count few clusters, and whether it decides alike."""

from __future__ import annotations

from gainline.engine.core.context import RunContext
from gainline.engine.evidence.document import Check
from gainline.engine.evidence.estimate import Regression
from gainline.engine.evidence.inference.wild import WildTest, wild_bootstrap
from gainline.engine.evidence.sample import TOOL, Sample
from gainline.engine.pilots.plan import Plan

WILD = "wild bootstrap"
_LEVEL = 0.05
_RULE = "Flag when one of the two finds an effect at 5 % and the other does not"
_SOURCE = "Cameron, Gelbach and Miller (2008); Webb (2023); MacKinnon, Nielsen and Webb (2023)"


def wild_check(plan: Plan, sample: Sample, found: Regression, ctx: RunContext) -> tuple[Check, ...]:
    """The bootstrap's p and interval beside those of CR2; nothing where students are the independent draws."""
    if plan.design.cluster == "student":
        return ()
    tested = wild_bootstrap(found.fit, sample.clusters, TOOL, seed=ctx.seed_for("wild bootstrap"))
    flag = (tested.p <= _LEVEL) != (found.effect.p <= _LEVEL)
    figures = f"p = {tested.p:.4f} ({_worlds(tested)}), CR2/Satterthwaite p = {found.effect.p:.4f}; {_interval(tested)}"
    if flag:
        says = "Two ways to reckon with so few groups disagree on whether this is more than chance: it is undecided."
    else:
        says = "A second way to reckon with few groups comes to the same answer on whether this is more than chance."
    return (Check(WILD, "Bootstrap of whole clusters", figures, _RULE, flag, says, _SOURCE),)


def _worlds(tested: WildTest) -> str:
    how = "all" if tested.is_exact else "drawn"
    return f"{tested.draws:,} worlds, {how}, {tested.weights} weights"


def _interval(tested: WildTest) -> str:
    ends = ["without end" if abs(end) == float("inf") else f"{end:+.4g}" for end in (tested.low, tested.high)]
    return f"95 % interval {ends[0]} to {ends[1]}"
