"""Student's t and the normal law, from `scipy.special` alone: `scipy.stats` costs a second of start-up."""

from __future__ import annotations

from scipy import special

LEVEL = 0.95  # every interval of the evidence document


def normal_cdf(z: float) -> float:
    """P(Z <= z) of the standard normal law."""
    return float(special.ndtr(z))


def normal_quantile(p: float) -> float:
    """The z with P(Z <= z) = p."""
    return float(special.ndtri(p))


def t_p_value(t: float, df: float) -> float:
    """Two-sided p of a t statistic; `df` may be a fraction (Satterthwaite)."""
    return float(2.0 * special.stdtr(df, -abs(t)))


def t_quantile(p: float, df: float) -> float:
    """The t with P(T <= t) = p."""
    return float(special.stdtrit(df, p))


def t_half_width(std_error: float, df: float) -> float:
    """Half the width of the 95 % interval."""
    return std_error * t_quantile(0.5 + LEVEL / 2.0, df)


def normal_equivalent(std_error: float, df: float) -> float:
    """The standard error with which a normal law has the same 95 % interval as t with `df`.

    A posterior in closed form needs a normal likelihood; taking the raw standard error of eight schools would claim
    to know more than the t interval does.
    """
    return t_half_width(std_error, df) / normal_quantile(0.5 + LEVEL / 2.0)
