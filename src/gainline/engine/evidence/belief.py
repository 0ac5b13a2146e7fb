"""The belief about an effect: the plan's prior times what the pilot found, in SDs, turned so that up is good.

The posterior is normal: a normal prior times a normal likelihood that has the same 95 % interval as the t interval of
the estimate.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

from gainline.engine.evidence.document import Estimate
from gainline.engine.evidence.inference.distributions import normal_cdf, normal_equivalent
from gainline.engine.pilots.plan import Plan


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

    def below(self, bound: float) -> float:
        """P(effect <= bound)."""
        return normal_cdf((bound - self.mean) / self.sd)

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
