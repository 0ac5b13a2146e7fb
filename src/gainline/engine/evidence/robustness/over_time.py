"""Checks of designs over time: were the paths parallel before, how far may they bend, does a false date show nothing.

The honesty bound asks: if the paths of cohorts could bend after the tool came by up to M times as much per period as
they did before it, is there still an effect? It is the relative-magnitudes restriction for the registered average; the
interval takes the largest bend at its upper confidence limit and splits the error between the two (Bonferroni), which
is wider than the conditional test of the paper and never narrower than 95 %.

Source: Rambachan and Roth (2023), Review of Economic Studies 90(5), section 2.4.1; Roth (2022), American Economic
Review: Insights 4(3), on what passing a pre-trend test does not show.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite

import numpy as np

from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.document import Check
from gainline.engine.evidence.estimators.cohort_inference import Combination, combine, spread_of
from gainline.engine.evidence.estimators.differences import Staggered, staggered
from gainline.engine.evidence.estimators.group_time import Units
from gainline.engine.evidence.frame import Floats
from gainline.engine.evidence.inference.distributions import t_quantile
from gainline.engine.evidence.robustness.placebo import GROWTH, PLACEBO

HONESTY = "bent paths"
AS_BENT_AS_BEFORE = 1.0


@dataclass(frozen=True, slots=True)
class Honesty:
    """How far the registered average stands when paths may bend by M times the largest bend before the tool.

    Parameters
    ----------
    largest
        The largest change per period among the steps before the tool, in absolute value.
    largest_limit
        Its upper confidence limit.
    reach
        Periods over which a bend builds up, on average: the bias is at most ``M * largest * reach``.
    breakdown
        M at which the conservative interval reaches zero; 0 where it covers zero without any bend.
    breakdown_point
        The same for the estimates taken as if they were known.
    """

    largest: float
    largest_limit: float
    reach: float
    breakdown: float
    breakdown_point: float
    effect: float
    half_width: float

    def interval(self, bend: float) -> tuple[float, float]:
        """The conservative 95 % interval when paths may bend by `bend` times as much as before."""
        half = self.half_width + bend * self.largest_limit * self.reach
        return self.effect - half, self.effect + half


def honesty(found: Staggered) -> Honesty | None:
    """Relative-magnitude bounds of the simple average; None with fewer than two periods before the tool."""
    steps = steps_before(found)
    if not steps:
        return None
    cells, own = found.cells, found.simple
    mass = np.bincount(cells.of, cells.units.weights)
    weight = np.where(cells.after, mass[np.searchsorted(cells.cohorts, cells.group)], 0.0)
    reach = float(weight @ (cells.period - cells.base) / weight.sum())
    largest = max(abs(step.effect) for step in steps)
    limit = max(abs(step.effect) + t_quantile(0.9875, step.df) * step.std_error for step in steps)
    half = t_quantile(0.9875, own.df) * own.std_error
    room = max(abs(own.effect) - half, 0.0)
    point = abs(own.effect) / (largest * reach) if largest > 0.0 else inf
    return Honesty(largest, limit, reach, room / (limit * reach), point, own.effect, half)


def steps_before(found: Staggered) -> list[Combination]:
    """Changes of the event study per period, between neighboring periods before the tool, the base counting as zero."""
    before = [place for place, event in enumerate(found.events) if event.at < 0]
    if not before:
        return []
    times = [found.events[place].at for place in before]
    columns = [found.event_weights[:, place] for place in before]
    base = max(-1, max(times) + 1)
    times.append(base)
    columns.append(np.zeros(len(found.cells.effect)))
    differences: list[Floats] = [
        (columns[k + 1] - columns[k]) / (times[k + 1] - times[k]) for k in range(len(columns) - 1)
    ]
    weights = np.column_stack(differences)
    cells = found.cells
    return combine(cells, spread_of(cells), weights, np.zeros((len(cells.cohorts), weights.shape[1])))


def paths_before(found: Staggered, unit: str) -> Check:
    """Whether cohorts moved alike before the tool: every lead of the event study, Bonferroni over the leads."""
    title = "Paths before the tool"
    leads = [event for event in found.events if event.at < 0]
    rule = "Flag when some period before the tool differs from zero, p at most 0.05 after Bonferroni"
    source = "Callaway and Sant'Anna (2021); Roth (2022) on its low power"
    if not leads:
        says = "Only one period lies before the tool, so nobody can see whether the paths were parallel."
        return Check(GROWTH, title, "no lead could be estimated", rule, False, says, source)
    p = min(1.0, min(lead.p for lead in leads) * len(leads))
    largest = max(leads, key=lambda lead: abs(lead.effect))
    figures = (
        f"{len(leads)} periods before the base; largest {largest.effect:+.3g} {unit} "
        f"({largest.low:+.3g} to {largest.high:+.3g}) {-largest.at} periods before the tool; "
        f"smallest adjusted p = {p:.3f}"
    )
    says = "No difference of the paths before the tool shows; with few clusters that is a weak sign."
    if p <= 0.05:
        says = (
            "The groups were already growing apart before the tool came, so part of the difference is not the tool's."
        )
    return Check(GROWTH, title, figures, rule, p <= 0.05, says, source)


def bent_paths(found: Staggered, unit: str) -> Check:
    """How much more than before the paths would have to bend to explain the effect away."""
    title = "How far the paths may bend"
    rule = "Flag when a bend as large as the largest before the tool would explain the effect away"
    source = "Rambachan and Roth (2023), relative magnitudes; conservative interval by Bonferroni"
    bounds = honesty(found)
    if bounds is None:
        says = "With a single period before the tool nobody can say how far the paths might bend."
        return Check(HONESTY, title, "no bend before the tool was seen", rule, False, says, source)
    low, high = bounds.interval(AS_BENT_AS_BEFORE)
    point = f"{bounds.breakdown_point:.2f}" if isfinite(bounds.breakdown_point) else "any"
    figures = (
        f"largest bend before the tool {bounds.largest:.3g} {unit} a period, builds up over {bounds.reach:.1f} "
        f"periods; breakdown at {bounds.breakdown:.2f} times that bend at its upper limit, at {point} times for the "
        f"estimates alone; with as much bend as before {low:+.3g} to {high:+.3g}"
    )
    flag = bounds.breakdown_point < AS_BENT_AS_BEFORE
    if flag:
        says = "Scores already moved apart and together before the tool came, by enough to explain the result."
    elif bounds.breakdown >= AS_BENT_AS_BEFORE:
        says = "The effect would stand even if the paths bent as much as the data allow for the time before the tool."
    else:
        says = (
            "The estimate is larger than the bends seen before the tool could make it, but the data cannot rule out "
            "larger bends."
        )
    return Check(HONESTY, title, figures, rule, flag, says, source)


def false_date(units: Units, unit: str) -> Check:
    """What shows when the tool is said to have come earlier than it did, on the periods before it alone."""
    title = "Placebo date"
    rule = "Flag when an effect shows before the tool came, two-sided p at most 0.05"
    source = "Callaway and Sant'Anna (2021), estimated on the periods before adoption"
    periods = units.values.shape[1]
    ever = (units.first > 0) & (units.first < periods)
    earlier = max(1, int(units.first[ever].min()) // 2) if ever.any() else 1
    before = np.arange(periods)[None, :] < np.where(units.first < periods, units.first, periods)[:, None]
    # what a unit did with the tool is left out, so that nothing but its time before can show
    values = np.where(before, units.values, np.nan)
    moved = np.where(ever, units.first - earlier, units.first)
    found = staggered(Units(values, units.weights, moved, units.cluster))
    if isinstance(found, Refusal):
        says = "Too few periods lie before the tool to try a date on which nothing began."
        return Check(PLACEBO, title, f"not tried: {found.because}", rule, False, says, source)
    own = found.simple
    figures = (
        f"tool moved {earlier} period{'s' if earlier > 1 else ''} ahead: {own.effect:+.3g} {unit} "
        f"({own.low:+.3g} to {own.high:+.3g}), p = {own.p:.3f}"
    )
    says = "At a date on which nothing began, nothing shows."
    if own.p <= 0.05:
        says = "An effect shows at a date before the tool came, so the groups differed for another reason."
    return Check(PLACEBO, title, figures, rule, own.p <= 0.05, says, source)
