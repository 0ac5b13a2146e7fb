"""Precision: the standard error that a layout promises, in standard deviations, and its degrees of freedom.

Sources: Dong & Maynard (2013), PowerUp!, Journal of Research on Educational Effectiveness 6(1), models 1.0 to 4.x;
Bloom (2006); Hussey & Hughes (2007), Contemporary Clinical Trials 28, eq. 8, with the correlations of Hooper et al.
(2016), Statistics in Medicine 35.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

from gainline.engine.core.refusals import Refusal
from gainline.engine.pilots.power.layout import Layout, Rollout, Spread, fault


@dataclass(frozen=True, slots=True)
class Precision:
    """How exactly a layout would know the effect.

    Parameters
    ----------
    std_error
        Of the standardized effect.
    df
        Degrees of freedom of its t reference.
    """

    std_error: float
    df: float


def precision(layout: Layout, spread: Spread) -> Precision | Refusal:
    """The standard error and degrees of freedom that a layout promises.

    The variance of the difference is the sum over the levels of (variance not explained by baseline or blocks) /
    (units at that level), divided by P(1-P); with random blocks the effect's own variance over the blocks is added.
    Where units begin in waves the baseline's shares are not used, because each unit's earlier periods take its place.

    Refuses: PL100 impossible sizes, PL101 fewer than two units in an arm, PL102 no degrees of freedom left.
    """
    if wrong := fault(layout, spread):
        return wrong
    variance = _in_waves(layout, layout.rollout, spread) if layout.rollout else _at_once(layout, spread)
    df = degrees_of_freedom(layout)
    if df < 1.0:
        blocks = f" in {layout.blocks:g} blocks" if layout.blocks else ""
        return Refusal(
            "PL102",
            f"{layout.units:g} {layout.unit}s{blocks} leave {df:g} degrees of freedom, so no interval could be given",
            "add units, or use fewer blocks or covariates",
        )
    return Precision(sqrt(variance), df)


def degrees_of_freedom(layout: Layout) -> float:
    """Units minus what the model estimates from them.

    Without blocks J-g-2; blocks with one effect m-K-g-1, with effects of their own m-2K-g, drawn from many K-g-1 (Dong
    & Maynard 2013). In waves units minus 2, which is stricter than the normal law of Hussey & Hughes.
    """
    if layout.rollout:
        return layout.units - 2.0
    blocks = layout.blocks
    if not blocks:
        return layout.units - layout.covariates - 2.0
    left = {"constant": layout.units - blocks - 1.0, "fixed": layout.units - 2.0 * blocks, "random": blocks - 1.0}
    return left[layout.effects] - layout.covariates


def _at_once(layout: Layout, spread: Spread) -> float:
    school = spread.school * (1.0 - spread.r2_school)
    section = spread.section * (1.0 - spread.r2_section)
    student = spread.student * (1.0 - spread.r2_student)
    if layout.blocked in {"school", "section"}:
        school = 0.0  # the comparison is within schools, so what schools differ in cancels
    if layout.blocked == "section":
        section = 0.0
    if layout.blocked == "group":
        school *= 1.0 - layout.between_groups
    schools = layout.schools if layout.unit == "school" else layout.units
    sections = layout.n_sections if layout.unit != "student" else layout.units
    summed = school / schools + section / sections + student / layout.n_students
    drawn = spread.effect / layout.blocks if layout.blocks and layout.effects == "random" else 0.0
    return summed / (layout.share * (1.0 - layout.share)) + drawn


def _in_waves(layout: Layout, rollout: Rollout, spread: Spread) -> float:
    """Hussey & Hughes (2007), eq. 8, on the means of units and periods.

    What a unit's means share over the periods takes the place of their tau squared, and what is each period's own that
    of sigma squared (Hooper et al. 2016): both kinds of sampling, of other students each time or of the same ones.
    """
    size = layout.n_students / layout.units
    above = _between_units(layout, spread)
    within = 1.0 - _total_above(layout, spread)
    shared = above * rollout.unit_again + within * rollout.student_again / size
    own = above * (1.0 - rollout.unit_again) + within * (1.0 - rollout.student_again) / size
    own = max(own, 1e-12)  # periods that repeat each other exactly
    total, periods = layout.units, rollout.periods
    each = total * (1.0 - rollout.never) / rollout.waves
    lengths = [periods - rollout.before - wave for wave in range(rollout.waves)]
    treated = each * sum(lengths)
    by_period = sum((each * sum(1 for length in lengths if length > periods - 1 - t)) ** 2 for t in range(periods))
    by_unit = each * sum(length**2 for length in lengths)
    above_line = total * own * (own + periods * shared)
    below = (total * treated - by_period) * own
    below += (treated**2 + total * periods * treated - periods * by_period - total * by_unit) * shared
    return above_line / below


def _between_units(layout: Layout, spread: Spread) -> float:
    """Variance of the units' true means."""
    if layout.unit == "school":
        return spread.school + spread.section / layout.sections
    return _total_above(layout, spread) if layout.unit == "section" else 0.0


def _total_above(layout: Layout, spread: Spread) -> float:
    """What is not between students of one unit and section."""
    return spread.school + spread.section if layout.unit != "student" else 0.0
