"""Laying out: from a plan, what the records say and what a person gives, to the layout that is sized."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from gainline.engine.core.errors import UserFixable
from gainline.engine.core.refusals import Refusal
from gainline.engine.pilots.plan import Plan
from gainline.engine.pilots.power.layout import Layout, Rollout, Spread, Unit, after_loss, after_matching
from gainline.engine.pilots.power.past import FEW_SCHOOLS, Components, published
from gainline.road.piloting.counting import Counted, Past

KEPT = 0.90  # of a matched design's users find a match, where nobody says otherwise
UNIT_AGAIN, STUDENT_AGAIN = 0.80, 0.50  # resemblance a period later, where past scores do not say
GROUP_SIZE = 4  # schools in a group that is still to be formed


@dataclass(frozen=True, slots=True)
class Given:
    """Numbers that a person gives; each takes the place of what the records or a default would say.

    Parameters
    ----------
    unit
        What is assigned; counts without a plan only.
    schools, sections, students
        Schools, sections in each school, students in each school.
    share
        Share of the units with the tool.
    groups
        Groups of alike schools within which the draw is made.
    icc, icc_section, r2
        Intraclass correlations, and the share that the baseline explains at every level.
    sd, effect
        The outcome's standard deviation, and the effect that is worth having, both in the outcome's unit; without an
        SD the effect is in SDs.
    lost, kept
        Share of students without a score in the end; share of a matched design's users who find a match.
    waves
        Waves in which the units begin; counts without a plan only.
    power
        How often an effect of that size should be seen.
    """

    unit: Unit = "school"
    schools: int | None = None
    sections: float | None = None
    students: float | None = None
    share: float | None = None
    groups: int | None = None
    icc: float | None = None
    icc_section: float | None = None
    r2: float | None = None
    sd: float | None = None
    effect: float | None = None
    lost: float = 0.0
    kept: float | None = None
    waves: int | None = None
    power: float = 0.80


@dataclass(frozen=True, slots=True)
class Laid:
    """What is sized, and what was taken for granted on the way.

    Parameters
    ----------
    layout, spread, sd
        Who is compared; how the scores spread, with what the plan's covariates explain; the SD in the outcome's unit.
    components, is_past_icc
        Where the spread is known from, and whether its school correlation is the one that counts.
    known
        The spread with the baseline's part where past scores say it, although the plan may not use it.
    notes
        In sentences.
    """

    layout: Layout
    spread: Spread
    sd: float | None
    components: Components
    is_past_icc: bool
    known: Spread | None
    notes: tuple[str, ...]


def lay_out(plan: Plan | None, counted: Counted | None, before: Past | None, given: Given) -> Laid:
    """The layout of a plan's pilot, or of one that is only numbers.

    Raises
    ------
    UserFixable
        When nothing says how many schools or students there are.
    """
    schools, sections, students = _sizes(counted, given)
    known, says = _components(plan, before)
    spread, adjusted = _spread(plan, known, given)
    layout = Layout(
        unit=plan.design.unit if plan else given.unit,
        schools=schools,
        sections=sections,
        students=students,
        share=_first(given.share, counted.share if counted else None, 0.5),
        covariates=int(adjusted),
    )
    layout = _blocked(layout, plan, counted, given)
    layout = replace(layout, rollout=_rollout(plan, known, given))
    if plan and plan.design.kind == "matched":
        layout = after_matching(layout, kept=_first(given.kept, KEPT), ratio=plan.design.matching.ratio)
    if given.lost:
        layout = after_loss(layout, given.lost)
    is_past = given.icc is None and known.is_own
    sd = given.sd if given.sd is not None else known.sd
    notes = (*says, *_notes(plan, layout, counted, given, adjusted=adjusted))
    own = known.spread if known.spread.r2_student > 0.0 else None
    return Laid(layout, spread, sd, known, is_past, own, notes)


def _first(*values: float | None) -> float:
    return next(value for value in values if value is not None)


def _sizes(counted: Counted | None, given: Given) -> tuple[int, float, float]:
    """Schools, sections in each and students in each section."""
    if counted is None and (given.schools is None or given.students is None):
        missing = "--schools" if given.schools is None else "--students"
        raise UserFixable(
            f"nothing says how many there are: {missing} is missing",
            "give --schools and --students (in each school), or a plan with a workspace that holds the roster",
        )
    sections = given.sections or (counted.sections if counted else 1.0)
    per_school = given.students or (counted.students * counted.sections if counted else 0.0)
    schools = given.schools if given.schools is not None else counted.schools if counted else 0
    return schools, sections, per_school / sections


def _components(plan: Plan | None, before: Past | None) -> tuple[Components, tuple[str, ...]]:
    """How scores spread, by the past or else by a published default, with what must be said about it."""
    kind = "achievement" if plan is None or plan.primary.source.result else "other"
    if before is None:
        found = published("achievement" if kind == "achievement" else "other")
        return found, (f"no past scores are at hand: the schools' correlation is {found.source}; give --icc or import",)
    if isinstance(before.found, Refusal):
        found = published("achievement" if kind == "achievement" else "other")
        return found, (f"{before.found.because}; the schools' correlation is {found.source}",)
    window = f"past scores are those of {before.score}"
    window += f", with {before.baseline} as the baseline" if before.baseline else ", without an earlier window"
    notes = [window]
    if before.found.schools < FEW_SCHOOLS:
        notes.append(f"{before.found.schools} schools tell little about how schools differ: mind the interval")
    return before.found, tuple(notes)


def _spread(plan: Plan | None, known: Components, given: Given) -> tuple[Spread, bool]:
    """The spread that counts, and whether a baseline is adjusted for."""
    spread = replace(
        known.spread,
        school=_first(given.icc, known.spread.school),
        section=_first(given.icc_section, known.spread.section),
    )
    if given.r2 is not None:
        return replace(spread, r2_school=given.r2, r2_section=given.r2, r2_student=given.r2), given.r2 > 0.0
    if plan is None or plan.primary.baseline is None:
        return replace(spread, r2_school=0.0, r2_section=0.0, r2_student=0.0), False
    return spread, max(spread.r2_school, spread.r2_section, spread.r2_student) > 0.0


def _blocked(layout: Layout, plan: Plan | None, counted: Counted | None, given: Given) -> Layout:
    """Within what chance decides, and what inference counts."""
    design = plan.design if plan else None
    if given.groups is not None:
        return replace(layout, blocked="group", groups=given.groups)
    if design and design.kind == "randomized" and design.blocked:
        if layout.unit != "school":
            return replace(layout, blocked="school")
        return replace(layout, blocked="group", groups=_drawn(counted, given) or max(1, layout.schools // GROUP_SIZE))
    if design and design.cluster != design.unit and design.cluster != "student" and not design.over_time:
        return replace(layout, blocked=design.cluster, effects="random")
    return layout


def _drawn(counted: Counted | None, given: Given) -> int | None:
    """Blocks of the recorded draw, as long as its schools are those that are sized."""
    return counted.blocks if counted and given.schools is None else None


def _rollout(plan: Plan | None, known: Components, given: Given) -> Rollout | None:
    """The waves of a plan or of given numbers, with resemblances from the past where it says them."""
    if plan is None and given.waves is None:
        return None
    if plan is not None and not plan.design.over_time:
        return None
    spread = known.spread
    again = spread.r2_school**0.5 if spread.r2_school else UNIT_AGAIN
    same = spread.r2_student**0.5 if spread.r2_student else STUDENT_AGAIN
    if plan is None:
        return Rollout(given.waves or 0, unit_again=again, student_again=same)
    days = sorted(set(plan.design.waves.values())) or [plan.window.start]
    early = sum(period.days.start < days[0] for period in plan.design.periods)
    late = max(0, len(plan.design.periods) - early - len(days))
    never = 0.0 if plan.design.kind == "stepped_wedge" else 1.0 / (len(days) + 1)
    return Rollout(len(days), before=early, after=late, unit_again=again, student_again=same, never=never)


def _notes(
    plan: Plan | None, layout: Layout, counted: Counted | None, given: Given, *, adjusted: bool
) -> Iterator[str]:
    """What was taken for granted."""
    if counted is not None and counted.share is None and given.share is None and layout.rollout is None:
        yield "nothing is drawn yet: half of them are supposed to get the tool (--share)"
    if plan and plan.design.kind == "randomized" and plan.design.blocked and layout.groups and not given.groups:
        says = (
            "as they were drawn"
            if _drawn(counted, given)
            else f"of {GROUP_SIZE} schools, still to be formed (--groups)"
        )
        yield f"chance decides within {layout.groups} blocks {says}; nothing is supposed of how alike they are"
    if plan and plan.design.kind == "matched":
        yield f"{100 * _first(given.kept, KEPT):.0f}% of those with the tool are supposed to find a match (--kept)"
    if layout.rollout is not None:
        yield "each period's scores count; how much schools and students resemble themselves a period later is supposed"
        if layout.rollout.never:
            yield f"{100 * layout.rollout.never:.0f}% of the {layout.unit}s are supposed never to begin"
    elif plan and plan.primary.baseline and not adjusted:
        yield "how much the baseline explains is not known, so it is left out (--r2); the list says what it would bring"
    if not given.lost:
        yield "everybody is supposed to have a score in the end (--lost)"
