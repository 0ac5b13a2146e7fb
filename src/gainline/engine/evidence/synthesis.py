"""Synthesis: what several pilots say together, across schools, cycles and districts.

Random effects, because pilots differ in more than chance; Hartung and Knapp's interval, because there are few of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, sqrt

import numpy as np
from scipy import optimize, special

from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.frame import Floats
from gainline.engine.evidence.inference.distributions import normal_quantile, t_p_value, t_quantile

FEW = 5  # below this the plain Hartung-Knapp interval can be far too short by luck


@dataclass(frozen=True, slots=True)
class Study:
    """One finding to be pooled: a name for people, effect and standard error, students behind it, outcome domain."""

    name: str
    effect: float
    std_error: float
    students: int = 0
    domain: str = ""


@dataclass(frozen=True, slots=True)
class Synthesis:
    """What the studies say together, in the unit of their effects (Hedges' g as a rule).

    Parameters
    ----------
    studies, students
        How many were pooled.
    effect, std_error, df, low, high, p
        The mean of the true effects, with Hartung and Knapp's interval.
    wald_low, wald_high
        The usual normal interval, for whoever expects it; too short with few studies.
    tau, i_squared
        SD of the true effects; share of the observed variance that is real.
    heterogeneity_p
        Of no difference among the true effects (Cochran's Q).
    next_low, next_high
        Where the true effect in a next, similar place lies with 95 %.
    shrunken
        Each study's effect, pulled toward the mean, in the order given.
    weights
        Each study's share, in the order given.
    """

    studies: int
    students: int
    effect: float
    std_error: float
    df: float
    low: float
    high: float
    p: float
    wald_low: float
    wald_high: float
    tau: float
    i_squared: float
    heterogeneity_p: float
    next_low: float
    next_high: float
    shrunken: tuple[float, ...]
    weights: tuple[float, ...]
    method: str = "random effects (REML), Hartung-Knapp interval"
    source: str = "Viechtbauer (2005); Hartung and Knapp (2001); IntHout, Ioannidis and Borm (2014)"

    @property
    def says(self) -> str:
        """One sentence that a steering committee can read."""
        if self.low <= 0.0 <= self.high:
            return f"Taken together, {self.studies} pilots cannot tell whether the effect is above or below zero."
        side = "above" if self.effect > 0.0 else "below"
        reach = (
            "and a next place can expect the same"
            if self.next_low > 0.0 or self.next_high < 0.0
            else ("but the next place may still see the opposite")
        )
        return f"Taken together, {self.studies} pilots show a mean effect {side} zero, {reach}."


def synthesize(studies: Sequence[Study]) -> Synthesis | Refusal:
    """Pool independent findings of the same contrast and outcome domain.

    Parameters
    ----------
    studies
        Effects on one scale (g), positive in the same direction.

    Refuses
    -------
    EV200 fewer than two studies; EV201 a study without a finite effect and a positive standard error;
    EV202 outcomes of different domains.

    Source
    ------
    REML: Viechtbauer (2005), Journal of Educational and Behavioral Statistics 30, eq. 10. Interval: Hartung and Knapp
    (2001), with the factor kept at 1 or above for fewer than 5 studies (Jackson et al. 2017). Prediction interval:
    Higgins, Thompson and Spiegelhalter (2009), with k - 1 degrees of freedom.
    """
    fault = _fault(studies)
    if fault is not None:
        return fault
    y = np.array([study.effect for study in studies])
    v = np.array([study.std_error for study in studies]) ** 2
    tau2 = between_variance(y, v)
    w = 1.0 / (v + tau2)
    mean, plain = float(w @ y / w.sum()), sqrt(1.0 / float(w.sum()))
    k = len(y)
    factor = float(w @ (y - mean) ** 2) / (k - 1)
    error = plain * sqrt(max(1.0, factor) if k < FEW else factor)
    half = error * t_quantile(0.975, k - 1)
    further = sqrt(tau2 + error**2) * t_quantile(0.975, k - 1)
    keep = tau2 / (tau2 + v)
    return Synthesis(
        studies=k,
        students=sum(study.students for study in studies),
        effect=mean,
        std_error=error,
        df=float(k - 1),
        low=mean - half,
        high=mean + half,
        p=t_p_value(mean / error, k - 1) if error > 0.0 else 1.0,
        wald_low=mean - plain * normal_quantile(0.975),
        wald_high=mean + plain * normal_quantile(0.975),
        tau=sqrt(tau2),
        i_squared=_i_squared(v, tau2),
        heterogeneity_p=_heterogeneity(y, v),
        next_low=mean - further,
        next_high=mean + further,
        shrunken=tuple(float(value) for value in keep * y + (1.0 - keep) * mean),
        weights=tuple(float(value) for value in w / w.sum()),
    )


def _fault(studies: Sequence[Study]) -> Refusal | None:
    if len(studies) < 2:
        return Refusal("EV200", "one study cannot be pooled with itself", "name the evidence of at least two pilots")
    if any(not isfinite(study.effect) or not study.std_error > 0.0 for study in studies):
        return Refusal(
            "EV201",
            "a study has no effect with a positive standard error",
            "leave it out, or evaluate it again",
        )
    domains = sorted({study.domain for study in studies})
    if len(domains) > 1:
        return Refusal(
            "EV202",
            f"the outcomes belong to different domains: {', '.join(domains)}",
            "pool cycles whose primary outcomes are of one domain",
        )
    return None


def between_variance(y: Floats, v: Floats) -> float:
    """Restricted maximum likelihood of the variance of the true effects, at least 0; arrays of shape ``(k,)``."""

    def minus_log_likelihood(tau2: float) -> float:
        w = 1.0 / (v + tau2)
        mean = float(w @ y / w.sum())
        return float(0.5 * (np.log(v + tau2).sum() + np.log(w.sum()) + w @ (y - mean) ** 2))

    most = 10.0 * float(y.var(ddof=1) + v.max())
    grid = np.concatenate([[0.0], np.geomspace(1e-9 * most, most, 200)])
    values = [minus_log_likelihood(float(tau2)) for tau2 in grid]
    place = int(np.argmin(values))
    if place == 0:
        return 0.0
    bounds = (float(grid[place - 1]), float(grid[min(place + 1, len(grid) - 1)]))
    found = optimize.minimize_scalar(
        minus_log_likelihood, bounds=bounds, method="bounded", options={"xatol": 1e-12 * most}
    )
    return float(found.x)


def _i_squared(v: Floats, tau2: float) -> float:
    """Higgins and Thompson (2002), eq. 9: with the typical within-study variance."""
    w = 1.0 / v
    typical = (len(v) - 1) * float(w.sum()) / (float(w.sum()) ** 2 - float(w @ w))
    return tau2 / (tau2 + typical)


def _heterogeneity(y: Floats, v: Floats) -> float:
    w = 1.0 / v
    mean = float(w @ y / w.sum())
    return float(special.chdtrc(len(y) - 1, float(w @ (y - mean) ** 2)))
