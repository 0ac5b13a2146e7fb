"""The synthetic control: one school with the tool beside the mixture of others that went the same way before."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from gainline.engine.core.context import RunContext
from gainline.engine.core.progress import Progress, silent
from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.analysis import Analysis
from gainline.engine.evidence.designs.standing import followed, student_sd, to_estimate
from gainline.engine.evidence.document import ArmCount, Check, EventPoint
from gainline.engine.evidence.estimators.synthetic_control import (
    POOREST_FIT,
    SyntheticFindings,
    synthetic_control,
)
from gainline.engine.evidence.finding import Finding
from gainline.engine.evidence.frame import Floats, Frame, Panel
from gainline.engine.evidence.inference.distributions import t_quantile
from gainline.engine.pilots.plan import Outcome, Plan

_COUNTS = 0.01  # share below which a donor hardly counts
_POOR = 0.25  # of the donors' SD, as in the bands of baseline equivalence


@dataclass(frozen=True, slots=True)
class _Schools:
    """One school, its donors, and the start, on the periods in which all of them were measured."""

    own: Floats
    donors: Floats
    start: int
    left_out: int


def analyze(
    plan: Plan, frame: Frame, outcome: Outcome, *, ctx: RunContext, progress: Progress = silent
) -> Analysis | Refusal:
    """The average gap between the school and its synthetic control after the start.

    Donors that were not measured in every period are left out; so are periods in which the school was not.

    Refuses
    -------
    EV193 to EV195 of the synthetic control; EV196 the outcome is not followed; EV197 no spread of students; EV198 more
    than one school has the tool.
    """
    schools = _schools(frame, outcome)
    if isinstance(schools, Refusal):
        return schools
    found = synthetic_control(schools.own, schools.donors, schools.start)
    if isinstance(found, Refusal):
        return found
    spread = student_sd(frame, outcome, frame.tool)
    if isinstance(spread, Refusal):
        return spread
    mean_usual = float((schools.own - found.gaps)[schools.start :].mean())
    counts = _counts(frame.panels[outcome.key], frame, len(schools.donors))
    main = to_estimate(found.effect, outcome, spread, mean_usual=mean_usual, counts=counts)
    beside = synthetic_control(schools.own, schools.donors, schools.start, demeaned=True)
    companions = [] if isinstance(beside, Refusal) else [_without_levels(beside.effect)]
    shown = tuple(to_estimate(one, outcome, spread, mean_usual=mean_usual, counts=counts) for one in companions)
    checks = (_fit(found, schools), _placebo_in_time(schools), _leave_one_out(found, schools, outcome))
    return Analysis(main, None, None, (), (), shown, checks, _events(found, schools))


def _without_levels(found: Finding) -> Finding:
    return replace(found, method=f"{found.method}, course without levels", source="Ferman and Pinto (2021)")


def _schools(frame: Frame, outcome: Outcome) -> _Schools | Refusal:
    panel = followed(frame, outcome)
    if isinstance(panel, Refusal):
        return panel
    with_tool = panel.first < len(panel.periods)
    if int(with_tool.sum()) > 1:
        return Refusal(
            "EV198",
            "more than one school has the tool, so a mixture for a single one answers another question",
            'register a design of kind = "differences"',
        )
    own, start = panel.values[with_tool][0], int(panel.first[with_tool][0])
    kept = ~np.isnan(own)
    donors = panel.values[~with_tool][:, kept]
    whole = ~np.isnan(donors).any(axis=1)
    order = np.argsort(panel.unit[~with_tool][whole].astype(str), kind="stable")
    return _Schools(own[kept], donors[whole][order], int(kept[:start].sum()), int((~whole).sum()))


def _counts(panel: Panel, frame: Frame, donors: int) -> tuple[ArmCount, ...]:
    measured = [int(panel.sizes[rows].sum(axis=0).max()) for rows in _sides(panel)]
    tool = int(frame.tool.sum())
    return (
        ArmCount("tool", tool, measured[0], 1, 1),
        ArmCount("usual", len(frame) - tool, measured[1], int((panel.first == len(panel.periods)).sum()), donors),
    )


def _sides(panel: Panel) -> tuple[np.ndarray, np.ndarray]:
    with_tool = panel.first < len(panel.periods)
    return with_tool, ~with_tool


def _fit(found: SyntheticFindings, schools: _Schools) -> Check:
    between = float(np.sqrt(schools.donors[:, : schools.start].var(axis=0, ddof=1).mean()))
    share = found.fit_before / between
    flag = share > _POOR
    figures = (
        f"{found.fit_before:.3g} apart before the start, {share:.2f} of the donors' SD; "
        f"{int((found.weights > _COUNTS).sum())} donors count, the largest with {found.weights.max():.2f}; "
        f"{schools.left_out} donors left out for missing periods"
    )
    rule = f"Flag above {_POOR:g} of the donors' SD; above {POOREST_FIT:g} there is no estimate"
    says = "The mixture went the same way as the school before the start."
    if flag:
        says = "The mixture follows the school only roughly before the start, so part of the gap may be old."
    source = "Abadie (2021), Journal of Economic Literature 59(2)"
    return Check("fit before", "How near the mixture was before the start", figures, rule, flag, says, source)


def _placebo_in_time(schools: _Schools) -> Check:
    """The same with a start that never was, two thirds of the way to the real one."""
    rule = "Flag when a gap opens at a date on which nothing began, permutation p at most 0.1"
    title, source = "Placebo date", "Abadie, Diamond and Hainmueller (2015), AJPS 59(2)"
    fake = max(2 * schools.start // 3, 5)
    found = None
    if fake < schools.start:
        before = schools.donors[:, : schools.start]
        found = synthetic_control(schools.own[: schools.start], before, fake)
    if found is None or isinstance(found, Refusal):
        says = "Too few periods lie before the start to try a date on which nothing began."
        return Check("placebo date", title, "not tried", rule, False, says, source)
    flag = found.effect.p <= 0.1
    says = "At a date on which nothing began, no gap opens."
    if flag:
        says = "A gap opens at a date on which nothing began, so the mixture is no guide."
    figures = f"gap {found.effect.effect:+.3g}, permutation p = {found.effect.p:.3f}"
    return Check("placebo date", title, figures, rule, flag, says, source)


def _leave_one_out(found: SyntheticFindings, schools: _Schools, outcome: Outcome) -> Check:
    """The gap again without each donor that counts."""
    effects = []
    for place in np.flatnonzero(found.weights > _COUNTS):
        again = synthetic_control(schools.own, np.delete(schools.donors, place, axis=0), schools.start)
        if not isinstance(again, Refusal):
            effects.append(again.effect.effect)
    rule = "Flag when leaving out one donor turns the gap's sign or takes away half of it"
    title, source = "Leaving out one donor at a time", "Abadie (2021), Journal of Economic Literature 59(2)"
    if not effects:
        says = "Without any one of its donors the school has no mixture, so the gap rests on all of them."
        return Check("one donor", title, "no mixture without any one of them", rule, True, says, source)
    whole = found.effect.effect
    flag = min(effect * np.sign(whole) for effect in effects) < 0.5 * abs(whole)
    figures = f"gap {min(effects):+.3g} to {max(effects):+.3g} {outcome.unit}; with all donors {whole:+.3g}"
    says = "No single donor makes the gap."
    if flag:
        says = "The gap hangs on a single donor, whose own history may be what is seen."
    return Check("one donor", title, figures, rule, bool(flag), says, source)


def _events(found: SyntheticFindings, schools: _Schools) -> tuple[EventPoint, ...]:
    """Gap of each period, with the spread of the donors' placebo gaps in the same period."""
    pool = len(found.placebo_gaps)
    errors = np.sqrt((found.placebo_gaps**2).mean(axis=0))
    half = t_quantile(0.975, pool - 1.0) * errors
    return tuple(
        EventPoint(place - schools.start, float(gap), float(gap - wide), float(gap + wide), pool + 1)
        for place, (gap, wide) in enumerate(zip(found.gaps, half, strict=True))
    )
