"""Sizing: smallest detectable effect, power, and how many schools or students are needed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from scipy import special

from gainline.engine.core.refusals import Refusal
from gainline.engine.pilots.power.layout import Layout, Spread
from gainline.engine.pilots.power.precision import Precision, precision

Vary = Literal["schools", "sections", "students"]
MOST: dict[Vary, int] = {"schools": 100_000, "sections": 1_000, "students": 1_000}
_COUNTED = {"schools": "schools", "sections": "sections in each school", "students": "students in each section"}


@dataclass(frozen=True, slots=True)
class Sureness:
    """How often one accepts to be wrong: `alpha` without an effect, 1 - `power` with one."""

    alpha: float = 0.05
    power: float = 0.80


USUAL = Sureness()


@dataclass(frozen=True, slots=True)
class Reach:
    """What a layout could see.

    Parameters
    ----------
    smallest_effect
        Smallest detectable effect in standard deviations of the outcome.
    std_error, df
        Of the standardized effect.
    units, students
        How many are assigned, and how many students stand behind them.
    """

    smallest_effect: float
    std_error: float
    df: float
    units: float
    students: float


def smallest_effect(exact: Precision, sure: Sureness = USUAL) -> float:
    """The smallest effect, in SDs, that would be found significant with the asked power: ``(t_a/2 + t_power) SE``.

    Source: Bloom (1995, 2006); Dong & Maynard (2013), eq. 1; two-sided.

    Examples
    --------
    >>> round(smallest_effect(Precision(std_error=0.12649, df=248)), 3)
    0.356
    """
    multiplier = special.stdtrit(exact.df, 1.0 - sure.alpha / 2.0) + special.stdtrit(exact.df, sure.power)
    return float(multiplier) * exact.std_error


def power(exact: Precision, effect: float, alpha: float = USUAL.alpha) -> float:
    """How often an effect of this size, in SDs, would be found significant at two-sided `alpha`.

    From the noncentral t. At what `smallest_effect` gives, which follows the published shortcut, it is .800 from 8
    degrees of freedom on, .795 at 5 and .784 at 3.
    """
    critical = float(special.stdtrit(exact.df, 1.0 - alpha / 2.0))
    shift = abs(effect) / exact.std_error
    if shift > 30.0:  # beyond what the noncentral t can be computed for; certain for any use of it
        return 1.0
    above = 1.0 - special.nctdtr(exact.df, shift, critical)
    return min(1.0, float(above + special.nctdtr(exact.df, shift, -critical)))


def reach(layout: Layout, spread: Spread, sure: Sureness = USUAL) -> Reach | Refusal:
    """What a layout could see.

    Refuses: PL100, PL101, PL102 as `precision` does.
    """
    exact = precision(layout, spread)
    if isinstance(exact, Refusal):
        return exact
    return Reach(smallest_effect(exact, sure), exact.std_error, exact.df, layout.units, layout.n_students)


def needed(
    layout: Layout, spread: Spread, effect: float, *, vary: Vary = "schools", sure: Sureness = USUAL
) -> int | Refusal:
    """The smallest number of schools, sections in each, or students in each section that could see an effect.

    Everything else stays as `layout` has it; groups of schools grow with the schools.

    Refuses: PL103 when no number can do it, because what the other levels differ in stays; PL100 for impossible sizes.
    """
    if effect <= 0.0:
        return Refusal("PL100", f"these sizes cannot be: the effect is {effect:g}", "give an effect above 0")

    def sees(count: int) -> bool:
        found = reach(varied(layout, vary, count), spread, sure)
        return isinstance(found, Reach) and found.smallest_effect <= effect

    if not sees(MOST[vary]):
        return _out_of_reach(layout, spread, effect, vary=vary, sure=sure)
    low, high = 0, MOST[vary]
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if sees(middle) else (middle, high)
    return high


def _out_of_reach(layout: Layout, spread: Spread, effect: float, *, vary: Vary, sure: Sureness) -> Refusal:
    found = reach(varied(layout, vary, MOST[vary]), spread, sure)
    if isinstance(found, Refusal):
        return found
    return Refusal(
        "PL103",
        f"{MOST[vary]:,} {_COUNTED[vary]} would still not see less than {found.smallest_effect:.2f} SD,"
        f" and {effect:.2g} is asked",
        "add schools, assign at a finer level, or use the baseline score as a covariate",
    )


def varied(layout: Layout, vary: Vary, count: float) -> Layout:
    """The layout with another number of one thing; groups of schools keep their size.

    Examples
    --------
    >>> varied(Layout("school", schools=12, sections=3, students=20, blocked="group", groups=6), "schools", 24).groups
    12
    """
    if vary == "sections":
        return replace(layout, sections=float(count))
    if vary == "students":
        return replace(layout, students=float(count))
    groups = round(layout.groups * count / layout.schools) if layout.groups else 0
    return replace(layout, schools=int(count), groups=max(groups, 1) if layout.groups else 0)
