"""Regression to the mean: whoever was chosen for a low score gains by the next one, with nothing done."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np

from gainline.engine.audit.check import AuditCheck, Word, cannot_tell
from gainline.engine.evidence.document import Estimate
from gainline.engine.evidence.frame import Floats, Frame
from gainline.engine.evidence.inference.distributions import t_half_width
from gainline.engine.pilots.plan import Plan

LOW = 0.25  # SDs below everybody's mean: from there on the population counts as chosen for low scores
RELIABILITY = 0.80  # of a usual test, where nobody told us better
FEWEST = 20


@dataclass(frozen=True, slots=True)
class Drift:
    """What those chosen for a low score gain, beside what they would gain by regression to the mean alone.

    All in the measure's unit; ``low`` and ``high`` bound the 95 % interval of the gain beyond the predicted one.
    """

    gain: float
    predicted: float
    low: float
    high: float


def predicted_gain(before: Floats, everybody: Floats, reliability: float) -> float:
    """What the chosen gain with nothing done: their distance from everybody's mean, times what is noise in a score.

    Source: Davis (1976), American Journal of Epidemiology 104; James (1973), Biometrics 29.
    """
    return (1.0 - reliability) * float(np.mean(everybody) - np.mean(before))


def beyond_regression(
    before: Floats, after: Floats, everybody: Floats, *, reliability: float = RELIABILITY
) -> Drift | None:
    """The gain of the chosen held against the predicted one; None with fewer than 20 of them.

    Parameters
    ----------
    before, after
        Shape ``(n,)``: the chosen students' scores on the same scale.
    everybody
        Everybody's first scores, the chosen among them.
    """
    seen = ~np.isnan(before) & ~np.isnan(after)
    if int(seen.sum()) < FEWEST:
        return None
    gains = (after - before)[seen]
    predicted = predicted_gain(before[seen], everybody[~np.isnan(everybody)], reliability)
    gain = float(gains.mean())
    half = t_half_width(float(gains.std(ddof=1)) / sqrt(len(gains)), float(len(gains) - 1))
    return Drift(gain, predicted, gain - predicted - half, gain - predicted + half)


def regression_check(plan: Plan, frame: Frame, primary: Estimate, everybody: Floats | None) -> AuditCheck:
    """Whether a gain could be regression to the mean: asked of every cycle, answered by its comparison.

    With others who were compared at the same time the difference is free of it, as both sides regress. Without them
    nothing is claimed: the gain stands beside the line that regression predicts, and the check cannot tell.
    """
    if plan.design.kind != "interrupted_series":
        return AuditCheck("regression", primary.label, Word.CLEAR, why="compared")
    return without_comparison(_before(plan, frame), frame.outcomes[plan.primary.key], everybody, primary)


def without_comparison(before: Floats | None, after: Floats, everybody: Floats | None, primary: Estimate) -> AuditCheck:
    """A gain without a comparison is never told as an improvement; flagged where the students were chosen low."""
    if before is None or everybody is None or not (~np.isnan(everybody)).any():
        return cannot_tell("regression", "no_comparison", primary.label)
    found = beyond_regression(before, after, everybody)
    if found is None:
        return cannot_tell("regression", "too_few", primary.label)
    low = float(np.nanmean(everybody) - np.nanmean(before)) > LOW * float(np.nanstd(everybody))
    return AuditCheck(
        "regression", primary.label, Word.FLAG if low else Word.CANNOT, found.gain, found.predicted + found.low,
        found.predicted + found.high, primary.unit, null=found.predicted, why="no_comparison",
    )  # fmt: skip


def _before(plan: Plan, frame: Frame) -> Floats | None:
    return None if plan.primary.baseline is None else frame.numbers.get(plan.primary.baseline)
