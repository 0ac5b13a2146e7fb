"""Power: how small an effect a planned pilot could show, from the district's own records or from given numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn

from gainline.engine.core.errors import Refused
from gainline.engine.core.refusals import Refusal
from gainline.engine.indicators import load_catalogue
from gainline.engine.pilots.plan import Plan
from gainline.engine.pilots.power.curves import Curve, Lever, curve, sentence, usual_counts, what_helps
from gainline.engine.pilots.power.layout import Layout, Spread
from gainline.engine.pilots.power.past import Components
from gainline.engine.pilots.power.precision import Precision
from gainline.engine.pilots.power.sizing import Reach, Sureness, needed, power, reach
from gainline.road.piloting.counting import Counted, Past, count, members, past
from gainline.road.piloting.laying import Given, Laid, lay_out
from gainline.road.workspace import Workspace, read_plan


@dataclass(frozen=True, slots=True)
class Sized:
    """What a planned pilot could show.

    Parameters
    ----------
    sentence
        The answer in one sentence.
    layout, spread, components, sd
        What was sized, with the spread that counted and where it is known from; the outcome's SD in its own unit.
    reach
        Smallest detectable effect with its standard error, in SDs.
    band
        The smallest effects, in SDs, at both ends of the interval of the schools' correlation; ``None`` without one.
    unit, effect, power, schools_needed
        Unit of the outcome; the effect worth having in it, how often it would be seen, and the schools it takes;
        ``None`` where no effect is given or no number of schools is enough.
    curve, levers
        By the number of schools; and what would help most, first.
    notes
        What was taken for granted, in sentences.
    """

    sentence: str
    layout: Layout
    spread: Spread
    components: Components
    sd: float | None
    reach: Reach
    band: tuple[float, float] | None
    unit: str
    effect: float | None
    power: float | None
    schools_needed: int | None
    curve: Curve
    levers: tuple[Lever, ...]
    notes: tuple[str, ...]


def size_plan(plan_path: Path, given: Given, *, workspace: Workspace | None) -> Sized:
    """Size the pilot of a plan draft: by its workspace's roster and past scores, or by given numbers.

    Raises
    ------
    UserFixable
        When the plan cannot be read, or neither the records nor the given numbers say how many schools and students.
    Refused
        When no honest size exists (PL100 to PL102, PL106).
    """
    return size(read_plan(plan_path), given, workspace=workspace)


def size(plan: Plan, given: Given, *, workspace: Workspace | None) -> Sized:
    """Size the pilot of a plan that was read already; as `size_plan`.

    Raises
    ------
    UserFixable
        When neither the records nor the given numbers say how many schools and students.
    Refused
        When no honest size exists (PL100 to PL102, PL106).
    """
    _check_kind(plan)
    snapshot = workspace.lake.head() if workspace else None
    if workspace is None or snapshot is None or not snapshot.tables:
        return _sized(plan, None, None, given)
    catalogue, _ = load_catalogue([workspace.folder("indicators")])
    with workspace.lake.reading(snapshot) as reading:
        who = members(plan, reading, otherwise_on=snapshot.as_of)
        return _sized(plan, count(plan, who), past(plan, reading, catalogue, who), given)


def size_numbers(given: Given) -> Sized:
    """Size a pilot from given numbers alone.

    Raises
    ------
    UserFixable
        When schools or students are not given.
    Refused
        When no honest size exists.
    """
    return _sized(None, None, None, given)


_UNSIZED = {
    "interrupted_series": "count on the series itself: with fewer than eight periods before the start say nothing",
    "cutoff": "plan for about three times the students of a draw, all of them near the cutoff",
    "synthetic_control": "rely on the placebo ranks: with n other schools no p below 1 / (n + 1) can be reached",
}


def _check_kind(plan: Plan) -> None:
    kind = plan.design.kind
    if kind in _UNSIZED:
        _stop(Refusal("PL106", f"a design of kind {kind} has no size that a formula could give", _UNSIZED[kind]))


def _stop(refusal: Refusal) -> NoReturn:
    raise Refused(f"{refusal.code} {refusal.because}", refusal.remedy)


def _sized(plan: Plan | None, counted: Counted | None, before: Past | None, given: Given) -> Sized:
    laid = lay_out(plan, counted, before, given)
    sure = Sureness(power=given.power)
    found = reach(laid.layout, laid.spread, sure)
    if isinstance(found, Refusal):
        _stop(found)
    unit, sd = plan.primary.unit if plan else "points", laid.sd
    effect = given.effect if given.effect is not None else plan.smallest_effect if plan else None
    scaled = _in_sds(effect, sd, plan)
    notes = laid.notes
    if effect is not None and scaled is None:
        notes += (f"the effect of {effect:g} {unit} cannot be weighed: the scores' SD is not known; give --sd",)
    schools = None if scaled is None else needed(laid.layout, laid.spread, scaled, sure=sure)
    if isinstance(schools, Refusal):
        notes += (f"{schools.because}; {schools.remedy}",)
    return Sized(
        sentence=sentence(laid.layout, found, sd=sd, unit=unit, sure=sure),
        layout=laid.layout,
        spread=laid.spread,
        components=laid.components,
        sd=sd,
        reach=found,
        band=_band(laid, sure),
        unit=unit if sd is not None else "SD",
        effect=effect,
        power=None if scaled is None else power(Precision(found.std_error, found.df), scaled),
        schools_needed=schools if isinstance(schools, int) else None,
        curve=curve(laid.layout, laid.spread, usual_counts(laid.layout), sure=sure),
        levers=what_helps(laid.layout, laid.spread, laid.known, sure),
        notes=notes,
    )


def _in_sds(effect: float | None, sd: float | None, plan: Plan | None) -> float | None:
    """The effect in SDs; a number without a plan and without an SD already is one."""
    if effect is None or (sd is None and plan is not None):
        return None
    return abs(effect) / (sd or 1.0)


def _band(laid: Laid, sure: Sureness) -> tuple[float, float] | None:
    """The smallest effect if schools differ as little, and as much, as the past scores leave open."""
    interval = laid.components.school_interval
    if interval is None or not laid.is_past_icc:
        return None
    ends = []
    for icc in interval:
        spread = replace(laid.spread, school=min(icc, 0.95 - laid.spread.section))
        found = reach(laid.layout, spread, sure)
        if isinstance(found, Refusal):
            return None
        ends.append(found.smallest_effect)
    return min(ends), max(ends)
