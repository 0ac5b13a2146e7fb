"""What one student costs, and what one step of an outcome costs, where the outcome is there at all."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.special import ndtri

from gainline.engine.core.refusals import Refusal
from gainline.engine.roadmap.cost.ingredients import Costs
from gainline.engine.roadmap.cost.money import Money
from gainline.engine.roadmap.cost.sheet import Effect, Sheet


@dataclass(frozen=True, slots=True)
class PerStudent:
    """The equal sum per year over so many students; None where nobody is left to divide by."""

    base: str
    students: int
    cost: Money | None


@dataclass(frozen=True, slots=True)
class PerOutcome:
    """Money per student for one step of the outcome, with its interval, in units of the currency."""

    value: float
    low: float
    high: float
    step: float
    unit: str
    base: str
    level: float


def per_student(sheet: Sheet, costs: Costs) -> list[PerStudent]:
    """The cost a year by student licensed, enrolled, using, and reaching the dosage, as far as these are known."""
    a_year = at_own_rate(sheet, costs)
    found = []
    for base, students in sheet.students.model_dump().items():
        if students is not None:
            each = Money.of(a_year.amount / students, a_year.currency) if students else None
            found.append(PerStudent(base, students, each))
    return found


def at_own_rate(sheet: Sheet, costs: Costs) -> Money:
    """The equal sum per year at the account's own rate."""
    return next(yearly.a_year for yearly in costs.yearly if yearly.rate == sheet.discount)


def per_outcome(sheet: Sheet, costs: Costs) -> PerOutcome | Refusal | None:
    """What one step of the outcome costs per student; None where the account holds no effect.

    Refuses
    -------
    CO014 the effect's interval does not lie above nil; CO015 the number of students of its base is not known, or nil;
    CO016 cost and effect are too uncertain for a bounded interval.
    """
    effect = sheet.effect
    if effect is None:
        return None
    if effect.low <= 0:
        says = f"the effect may be nil or worse ({effect.low:g} to {effect.high:g} {effect.unit})"
        return Refusal("CO014", says, "show cost and effect apart; a ratio with nil in it means nothing")
    students = getattr(sheet.students, effect.base)
    if not students:
        says = f"how many students are {effect.base} is not known, or nobody is"
        return Refusal("CO015", says, "write their number under [students]")
    each = float(at_own_rate(sheet, costs).amount) / students
    return _ratio(effect, each)


def _ratio(effect: Effect, cost: float) -> PerOutcome | Refusal:
    half = float(ndtri(0.5 + effect.level / 2))
    if effect.cost_error == 0:
        ends: tuple[float, float] | None = cost / effect.high, cost / effect.low
    else:
        error = (effect.high - effect.low) / (2 * half)
        ends = fieller(cost, effect.cost_error, effect.estimate, error, half=half)
    if ends is None:
        return Refusal("CO016", "the interval of the ratio has no end", "show cost and effect apart")
    low, high = (effect.step * end for end in ends)
    value = effect.step * cost / effect.estimate
    return PerOutcome(value, low, high, effect.step, effect.unit, effect.base, effect.level)


def fieller(
    top: float, top_error: float, bottom: float, bottom_error: float, *, half: float
) -> tuple[float, float] | None:
    """The interval of a ratio of two independent estimates; None where it has no end.

    Parameters
    ----------
    half
        How many standard errors an interval of a single estimate reaches to each side.

    Source: Fieller (1954), Some problems in interval estimation, Journal of the Royal Statistical Society B 16.
    """
    g = (half * bottom_error / bottom) ** 2
    if g >= 1:
        return None
    ratio = top / bottom
    spread = half / bottom * math.sqrt(top_error**2 + ratio**2 * bottom_error**2 - g * top_error**2)
    return (ratio - abs(spread)) / (1 - g), (ratio + abs(spread)) / (1 - g)
