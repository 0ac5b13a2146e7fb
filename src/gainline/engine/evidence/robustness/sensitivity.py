"""Sensitivity: how strong a hidden cause would have to be to explain the effect away."""

from __future__ import annotations

from math import exp, sqrt

from gainline.engine.evidence.document import Sensitivity

_TO_LOG_RISK_RATIO = 0.91  # Chinn (2000) with the square-root approximation of VanderWeele (2017)


def e_value(d: float) -> float:
    """The E-value of a standardized mean difference; 1 at zero, the same for both signs.

    A hidden cause would have to be tied to both the tool and a good result by a risk ratio of at least this size, over
    and above the measured covariates.

    Source: VanderWeele and Ding (2017), Annals of Internal Medicine 167; RR is about exp(0.91 d).
    """
    ratio = exp(_TO_LOG_RISK_RATIO * abs(d))
    return ratio + sqrt(ratio * (ratio - 1.0))


def sensitivity(d: float, low: float, high: float) -> Sensitivity:
    """E-values of an effect in SDs and of the end of its interval nearer to zero (1 when the interval covers zero)."""
    covers = low <= 0.0 <= high
    limit = 1.0 if covers else e_value(min(abs(low), abs(high)))
    value = e_value(d)
    if covers:
        says = "The interval covers no effect, so no hidden cause is needed to explain the result."
    else:
        says = (
            f"A hidden cause tied to both the tool and the result by a risk ratio of {value:.2f} each, beyond the "
            f"measured covariates, could explain the effect away; {limit:.2f} would let the interval reach zero."
        )
    return Sensitivity(value, limit, says)
