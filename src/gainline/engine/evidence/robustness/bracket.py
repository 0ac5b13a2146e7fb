"""The bracket: the adjusted estimate and the change since the baseline, side by side.

Adjusting for the baseline errs upward when the able and willing choose the tool; comparing gains errs downward when
students choose by a score that fell short of themselves by chance. Under either story alone the truth lies between.
Source: Ding and Li (2019), Political Analysis 27(4), "A bracketing relationship between difference-in-differences and
lagged-dependent-variable adjustment".
"""

from __future__ import annotations

from gainline.engine.evidence.document import Check, Estimate
from gainline.engine.pilots.plan import Plan

BRACKET = "bracket"
_RULE = (
    "Flag when the two point opposite ways, both significantly, or lie further apart than the smallest effect worth "
    "having"
)


def bracket(plan: Plan, adjusted: Estimate, gain: Estimate | None) -> tuple[Check, ...]:
    """Both estimates and the range that holds both intervals; empty where there is no gain to compare.

    ``gain`` is `exploratory.gain`: everybody who could have been compared, before any matching.
    """
    if gain is None:
        return ()
    least, most = outer(adjusted, gain)
    figures = (
        f"adjusted for the baseline {_shown(adjusted)}, change since the baseline {_shown(gain)}; "
        f"both intervals together {least:+.3g} to {most:+.3g} {adjusted.unit}"
    )
    opposed = adjusted.effect * gain.effect < 0.0 and max(adjusted.p, gain.p) <= 0.05
    apart = abs(adjusted.effect - gain.effect)
    flag = opposed or apart > plan.smallest_effect
    title = "Adjusted estimate and change since the baseline"
    return (Check(BRACKET, title, figures, _RULE, flag, _says(opposed, flag), "Ding and Li (2019)"),)


def outer(adjusted: Estimate, gain: Estimate) -> tuple[float, float]:
    """The range from the lower of the two lower ends to the higher of the two upper ends, in the outcome's unit."""
    return min(adjusted.low, gain.low), max(adjusted.high, gain.high)


def _shown(found: Estimate) -> str:
    return f"{found.effect:+.3g} {found.unit} (95 % interval {found.low:+.3g} to {found.high:+.3g})"


def _says(opposed: bool, flag: bool) -> str:
    if opposed:
        return "Two defensible ways to compare point opposite ways: this comparison cannot tell help from harm."
    if flag:
        return (
            "Two defensible ways to compare differ by more than what is worth having, so how students came to the tool "
            "matters for the answer."
        )
    return "Two defensible ways to compare agree within what is worth having."
