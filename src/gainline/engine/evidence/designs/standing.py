"""From a finding to an estimate: the finding beside its outcome, in the students' own spread."""

from __future__ import annotations

from math import isfinite, sqrt

import numpy as np

from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.document import ArmCount, Estimate
from gainline.engine.evidence.effect_size import hedges_g, pooled_sd
from gainline.engine.evidence.finding import Finding
from gainline.engine.evidence.frame import Flags, Frame
from gainline.engine.evidence.inference.distributions import t_quantile
from gainline.engine.pilots.plan import Direction, Outcome

_FEWEST = 4  # students of a side whose spread counts
_MANY = 1e6  # degrees of freedom that stand for a normal law in the document, which holds no infinite number


def student_sd(frame: Frame, outcome: Outcome, side: Flags) -> tuple[float, int] | Refusal:
    """The unadjusted SD of students pooled over the sides that have them, and how many students it rests on.

    Refuses
    -------
    EV197 nobody's own values are known or they do not vary.
    """
    values = frame.outcomes[outcome.key]
    seen = ~np.isnan(values)
    parts = [values[seen & part] for part in (side, ~side)]
    parts = [part for part in parts if len(part) >= _FEWEST]
    n = sum(len(part) for part in parts)
    if len(parts) == 2:
        sd = pooled_sd(float(parts[0].std(ddof=1)), len(parts[0]), float(parts[1].std(ddof=1)), len(parts[1]))
    else:
        sd = float(parts[0].std(ddof=1)) if parts else 0.0
    if not sd > 0.0:
        return Refusal(
            "EV197",
            f"the students' own values of '{outcome.key}' do not vary or are not known",
            "import the students' results of the last period, not only the means of schools",
        )
    return sd, n


def to_estimate(
    found: Finding,
    outcome: Outcome,
    spread: tuple[float, int],
    *,
    mean_usual: float,
    counts: tuple[ArmCount, ...],
) -> Estimate:
    """The estimate as the document holds it; p adjusted and the probability are filled in later."""
    df = found.df if isfinite(found.df) else _MANY
    g, error, half = _standardized(found, spread, df)
    return Estimate(
        outcome=outcome.key,
        label=outcome.label,
        unit=outcome.unit,
        domain=outcome.domain,
        role=outcome.role,
        method=found.method,
        effect=found.effect,
        std_error=found.std_error,
        df=df,
        low=found.low,
        high=found.high,
        p=found.p,
        p_adjusted=None,
        p_randomization=None,
        g=g,
        g_std_error=error,
        g_low=g - half,
        g_high=g + half,
        sd=spread[0],
        mean_tool=mean_usual + found.effect,
        mean_usual=mean_usual,
        counts=counts,
        probability_worth_having=None,
        favorable=outcome.direction is Direction.HIGHER,
        diagnostics=found.diagnostics,
        estimand=found.estimand,
        source=found.source,
    )


def _standardized(found: Finding, spread: tuple[float, int], df: float) -> tuple[float, float, float]:
    """Hedges' g, its standard error, and half its 95 % interval."""
    sd, n = spread
    g, h = hedges_g(found.effect, sd, n)
    error = sqrt((found.std_error / sd) ** 2 + g**2 / (2.0 * h))
    return g, error, error * t_quantile(0.975, df)
