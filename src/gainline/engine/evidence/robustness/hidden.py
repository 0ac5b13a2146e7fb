"""Hidden bias: how strong a cause that nobody measured would have to be to undo an estimate.

Two yardsticks. For matched pairs, how much likelier than its partner a student may have been to take the tool before
the signed-rank test gives way (Rosenbaum). For any regression, what share of the remaining variance of tool and outcome
the cause would have to hold, and what is left of the estimate if it were as strong as a measured one (Cinelli and
Hazlett).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite, sqrt

import numpy as np

from gainline.engine.evidence.frame import Floats
from gainline.engine.evidence.inference.distributions import normal_cdf, t_quantile

MOST_GAMMA = 64.0  # a study that stands up to more is as good as one that stands up to anything
_STEPS = 60


@dataclass(frozen=True, slots=True)
class Strength:
    """How strong a cause is: the share it holds of the remaining variance of the tool and of the outcome."""

    tool: float
    outcome: float


def partial_r2(t: float, df: float) -> float:
    """The share of the outcome's remaining variance that goes with a coefficient, from its t and df alone.

    Source: Cinelli and Hazlett (2020), Journal of the Royal Statistical Society B 82(1), section 4.2.
    """
    return t * t / (t * t + df)


def robustness_value(t: float, df: float, *, q: float = 1.0, level: float | None = None) -> float:
    """The share of both remaining variances that a hidden cause must hold to take away the share ``q`` of the estimate.

    With ``level``, to make it no longer significant at that two-sided level. Between 0 (falls at once) and 1.

    Source: Cinelli and Hazlett (2020), equations 19 and 20; the extreme case above ``1 / f_critical`` as in their
    software.
    """
    f = q * abs(t) / sqrt(df)
    critical = 0.0 if level is None else t_quantile(1.0 - level / 2.0, df - 1.0) / sqrt(df - 1.0)
    if critical > 0.0 and f > 1.0 / critical:
        return (f * f - critical * critical) / (1.0 + f * f)
    return robustness_of(f - critical)


def robustness_of(f: float) -> float:
    """The robustness value that belongs to a partial Cohen's f of this size; 0 where nothing has to be taken away."""
    if f <= 0.0:
        return 0.0
    return (sqrt(f**4 + 4.0 * f * f) - f * f) / 2.0


def as_strong_as(measured: Strength, times: float) -> Strength | None:
    """How strong at most a hidden cause would be that is ``times`` as strong as a measured one.

    None where no hidden cause could be so strong: the measured one already holds too much of who has the tool.

    Source: Cinelli and Hazlett (2020), equations 14 and 15, and their supplement for groups of covariates.
    """
    held = measured.tool
    if held >= 1.0 or measured.outcome >= 1.0 or times * held / (1.0 - held) >= 1.0:
        return None
    shared = times * held * held / ((1.0 - times * held) * (1.0 - held))
    if shared >= 1.0:
        return None
    reach = (sqrt(times) + sqrt(shared)) / sqrt(1.0 - shared)
    outcome = reach * reach * measured.outcome / (1.0 - measured.outcome)
    return Strength(times * held / (1.0 - held), min(outcome, 1.0))


def largest_bias(hidden: Strength, std_error: float, df: float) -> float:
    """How far at most the hidden cause moves the estimate, in the estimate's unit.

    ``std_error`` is the classical one, whatever inference is used: it only turns shares into the estimate's unit.

    Source: Cinelli and Hazlett (2020), equation 12.
    """
    return sqrt(hidden.outcome * hidden.tool / (1.0 - hidden.tool)) * std_error * sqrt(df)


def adjusted_error(hidden: Strength, std_error: float, df: float) -> float:
    """The standard error that the estimate would have with the hidden cause in the model.

    Source: Cinelli and Hazlett (2020), equation 13.
    """
    return std_error * sqrt((1.0 - hidden.outcome) / (1.0 - hidden.tool) * df / (df - 1.0))


def signed_rank_bound(differences: Floats, gamma: float) -> float:
    """The largest one-sided p of the signed-rank test if a student may be ``gamma`` times as likely to take the tool.

    Parameters
    ----------
    differences
        Shape ``(pairs,)``, tool minus usual, in the direction that is to be shown. Equal sizes share their rank; zeros
        hold ranks but speak for neither side.

    Source: Rosenbaum (2002), Observational Studies, section 4.3.3, with the large-sample normal law.
    """
    ranks = np.where(differences == 0.0, 0.0, _middle_ranks(np.abs(differences)))
    share = gamma / (1.0 + gamma)
    expected = share * float(ranks.sum())
    spread = sqrt(share * (1.0 - share) * float(np.sum(ranks**2)))
    if spread == 0.0:
        return 1.0
    return normal_cdf((expected - float(ranks[differences > 0.0].sum())) / spread)


def rosenbaum_gamma(differences: Floats, *, level: float = 0.05) -> float:
    """The largest gamma at which the signed-rank test still rejects; 1 where it does not even without hidden bias.

    Source: Rosenbaum (2002), section 4.3; found by bisection, as the bound grows with gamma.
    """
    if signed_rank_bound(differences, 1.0) > level:
        return 1.0
    if signed_rank_bound(differences, MOST_GAMMA) <= level:
        return inf
    low, high = 1.0, MOST_GAMMA
    for _ in range(_STEPS):
        middle = (low + high) / 2.0
        low, high = (middle, high) if signed_rank_bound(differences, middle) <= level else (low, middle)
    return low


def in_words(gamma: float) -> str:
    """The gamma as it is printed."""
    return f"{gamma:.2f}" if isfinite(gamma) else f"more than {MOST_GAMMA:g}"


def _middle_ranks(values: Floats) -> Floats:
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    middle: Floats = (last - (count - 1) / 2.0)[place]
    return middle
