"""Effect sizes as the What Works Clearinghouse computes them: Hedges' g, Cox index, their standard errors.

Source: WWC Procedures and Standards Handbook, Version 5.0, appendix E; clustered forms are equation E.21 and its
neighbors. Checked against the public export of WWC findings.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import floor, log, sqrt

from gainline.engine.evidence.inference.distributions import normal_cdf, t_p_value

COX = 1.65  # turns a log odds ratio into standard deviations (Cox 1970)
ICC_ACHIEVEMENT, ICC_OTHER = 0.20, 0.10  # WWC defaults where a study reports none


@dataclass(frozen=True, slots=True)
class Clustering:
    """How the assigned groups blur an effect size: average students per group and intraclass correlation."""

    per_cluster: float
    icc: float


@dataclass(frozen=True, slots=True)
class EffectSize:
    """Hedges' g with its standard error, the degrees of freedom h and the two-sided p of g / SE on h."""

    g: float
    std_error: float
    h: float

    @property
    def p(self) -> float:
        """Two-sided p on h degrees of freedom (WWC 5.0; the degrees of freedom from recall)."""
        return t_p_value(self.g / self.std_error, self.h)


def pooled_sd(sd_tool: float, n_tool: float, sd_usual: float, n_usual: float) -> float:
    """The student-level SD pooled over the arms, unadjusted."""
    return sqrt(((n_tool - 1) * sd_tool**2 + (n_usual - 1) * sd_usual**2) / (n_tool + n_usual - 2))


def small_sample(df: float) -> float:
    """Omega = 1 - 3 / (4 df - 1), which takes the upward bias out of a standardized difference."""
    return 1.0 - 3.0 / (4.0 * df - 1.0)


def cluster_df(n: float, grouped: Clustering) -> float:
    """h: the degrees of freedom that n students in groups are worth (Hedges 2007; WWC 5.0 eq. E.21)."""
    size, rho = grouped.per_cluster, grouped.icc
    above = ((n - 2) - 2 * (size - 1) * rho) ** 2
    below = (n - 2) * (1 - rho) ** 2 + size * (n - 2 * size) * rho**2 + 2 * (n - 2 * size) * rho * (1 - rho)
    return above / below


def cluster_shrink(n: float, grouped: Clustering) -> float:
    """gamma: the part of the student-level variance that the pooled SD understates in groups."""
    return 1.0 - 2.0 * (grouped.per_cluster - 1.0) * grouped.icc / (n - 2.0)


def hedges_g(difference: float, sd: float, n: float, grouped: Clustering | None = None) -> tuple[float, float]:
    """Hedges' g and its degrees of freedom h, from a difference, the pooled SD and all n students.

    Positive means more of the outcome in the tool arm, whichever way is good.
    """
    h = n - 2.0 if grouped is None else cluster_df(n, grouped)
    gamma = 1.0 if grouped is None else cluster_shrink(n, grouped)
    return small_sample(h) * difference / sd * sqrt(gamma), h


def effect_size(
    difference: float, std_error: float, sd: float, n: float, grouped: Clustering | None = None
) -> EffectSize:
    """G of a regression whose standard error already respects the groups.

    ``SE^2 = gamma (SE_b / S)^2 + g^2 / (2h)``.
    """
    g, h = hedges_g(difference, sd, n, grouped)
    gamma = 1.0 if grouped is None else cluster_shrink(n, grouped)
    return EffectSize(g, sqrt(gamma * (std_error / sd) ** 2 + g**2 / (2.0 * h)), h)


def effect_size_ignoring_groups(
    difference: float, std_error: float, sd: float, n: float, grouped: Clustering
) -> EffectSize:
    """G of a regression that took students of one group as independent: the design effect is put back.

    ``SE^2 = eta (SE_b / S)^2 + g^2 / (2h)``, ``eta = 1 + (n_bar - 1) rho``.
    """
    g, h = hedges_g(difference, sd, n, grouped)
    eta = 1.0 + (grouped.per_cluster - 1.0) * grouped.icc
    return EffectSize(g, sqrt(eta * (std_error / sd) ** 2 + g**2 / (2.0 * h)), h)


def clustered_t(g: float, n_tool: float, n_usual: float, grouped: Clustering) -> tuple[float, float]:
    """The t statistic and degrees of freedom with which WWC corrected findings that ignored groups (before 4.1)."""
    n, size, rho = n_tool + n_usual, grouped.per_cluster, grouped.icc
    shrink = sqrt(((n - 2) - 2 * (size - 1) * rho) / ((n - 2) * (1 + (size - 1) * rho)))
    return g * sqrt(n_tool * n_usual / n) * shrink, cluster_df(n, grouped)


def cox_index(share_tool: float, share_usual: float, n: float) -> float | None:
    """The standardized difference of two shares, ``omega (logit p_i - logit p_c) / 1.65``; None at 0 or 1."""
    if not (0.0 < share_tool < 1.0 and 0.0 < share_usual < 1.0):
        return None
    odds = log(share_tool / (1.0 - share_tool)) - log(share_usual / (1.0 - share_usual))
    return small_sample(n - 2.0) * odds / COX


def cox_size(
    usual: float, difference: float, std_error: float, *, n: float, grouped: Clustering | None = None
) -> EffectSize | None:
    """G of two shares as a Cox index, with the error of their difference; None where a share is 0 or 1.

    The error of the difference in log odds is that of the difference times the slope between the two shares. The
    groups enter as they do for `effect_size`.
    """
    tool = usual + difference
    if not (0.0 < usual < 1.0 and 0.0 < tool < 1.0):
        return None
    middle = (usual + tool) / 2.0
    odds = log(tool / (1.0 - tool)) - log(usual / (1.0 - usual))
    slope = odds / difference if abs(difference) > 1e-9 else 1.0 / (middle * (1.0 - middle))
    return effect_size(slope * difference, slope * std_error, COX, n, grouped)


def improvement_index(g: float) -> int:
    """By how many percentile ranks the average student would move; g in the favorable direction.

    ``100 Phi(g) - 50``, rounded half away from zero.
    """
    raw = 100.0 * normal_cdf(g) - 50.0
    return floor(abs(raw) + 0.5) * (1 if raw >= 0 else -1)
