"""Designs over time with several units: staggered adoption without lots (differences), and by lot (stepped wedge)."""

from __future__ import annotations

from dataclasses import replace
from math import isfinite

import numpy as np

from gainline.engine.core.context import RunContext
from gainline.engine.core.progress import Progress, silent
from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.analysis import Analysis
from gainline.engine.evidence.attrition import attrition
from gainline.engine.evidence.balance import band
from gainline.engine.evidence.designs.standing import student_sd, to_estimate
from gainline.engine.evidence.document import ArmCount, Attrition, Balance, Check, EventPoint
from gainline.engine.evidence.effect_size import hedges_g
from gainline.engine.evidence.estimators.differences import Staggered, staggered
from gainline.engine.evidence.estimators.group_time import Cells
from gainline.engine.evidence.estimators.wedge import wedge
from gainline.engine.evidence.finding import Finding
from gainline.engine.evidence.frame import Flags, Frame, Panel
from gainline.engine.evidence.panel_gaps import deal_of, gaps_over_time, in_unit_order, units_of
from gainline.engine.evidence.robustness.over_time import bent_paths, false_date, paths_before
from gainline.engine.pilots.plan import Outcome, Plan

ESTIMAND = "mean effect over all periods with the tool, on those who got it"
_GROWING = "growing effect"


def differences(
    plan: Plan, frame: Frame, outcome: Outcome, *, ctx: RunContext, progress: Progress = silent
) -> Analysis | Refusal:
    """What the tool did in units that took it up at different times or never; nobody drew lots.

    Units count by their students, averaged over periods. Compared are units that do not have the tool yet or never get
    it. Checks: paths before, how far they may bend, a false date.

    Refuses
    -------
    EV170 to EV174 of the estimator; EV196 the outcome is not followed; EV197 no spread of students.
    """
    panel = _panel(frame, outcome)
    if isinstance(panel, Refusal):
        return panel
    units = units_of(panel)
    found = staggered(units)
    if isinstance(found, Refusal):
        return found
    progress("group-time effects", 1, 1)
    checks = (
        paths_before(found, outcome.unit),
        bent_paths(found, outcome.unit),
        false_date(units, outcome.unit),
    )
    done = _analysis(plan, frame, outcome, panel, found.finding(ESTIMAND))
    if isinstance(done, Refusal):
        return done
    return _told(plan, frame, outcome, replace(done, checks=checks), found, ctx)


def stepped_wedge(
    plan: Plan, frame: Frame, outcome: Outcome, *, ctx: RunContext, progress: Progress = silent
) -> Analysis | Refusal:
    """Intention to treat in units whose wave was drawn by lot; the waves are dealt again for p and interval.

    Units count alike: chance dealt units, not students. A wave that starts late counts from the day it was dealt.

    Refuses
    -------
    EV173, EV175, EV176 of the estimator; EV196, EV197 as `differences`; EV101, EV102, EV104 the waves are not those
    of the recorded draw.
    """
    panel = _panel(frame, outcome)
    if isinstance(panel, Refusal):
        return panel
    if fault := _dealt_otherwise(plan, panel, frame):
        return fault
    found = wedge(
        panel.values,
        deal_of(panel, frame),
        draws=plan.design.draws,
        seed=ctx.seed_for("randomization"),
        progress=progress,
    )
    if isinstance(found, Refusal):
        return found
    done = _analysis(plan, frame, outcome, panel, found)
    if isinstance(done, Refusal):
        return done
    notes = done.estimate.diagnostics
    if frame.assignment:
        notes += (("deals", f"within the blocks of the recorded draw: {frame.assignment.kind}"),)
    estimate = replace(done.estimate, p_randomization=found.p, diagnostics=notes)
    told = staggered(replace(units_of(panel), weights=np.ones(len(panel.unit))))
    checks = (_growing(found, told, outcome),)
    done = replace(done, estimate=estimate, attrition=_losses(plan, panel), checks=checks)
    return _told(plan, frame, outcome, done, told, ctx)


def _dealt_otherwise(plan: Plan, panel: Panel, frame: Frame) -> Refusal | None:
    """Whether the units began as the recorded draw says; without a record nobody can tell."""
    record = frame.assignment
    if record is None:
        return None
    if record.kind not in {"waves", plan.design.assignment} or isfinite(record.bound):
        return Refusal(
            "EV104",
            f"the plan deals waves, and the recorded draw is of kind {record.kind}",
            "draw again with gainline pilot assign PLAN and a reason, or register the design that was drawn",
        )
    drawn = {unit: record.labels[arm] for unit, arm in zip(record.units, record.arms, strict=True)}
    if strange := sum(str(unit) not in drawn for unit in panel.unit):
        return Refusal(
            "EV101",
            f"{strange} units of the waves are not among those that the record of the draw names",
            "import the assignments that were drawn, or restore the record that belongs to them",
        )
    begun = [_first_of(plan, panel, drawn[str(unit)]) for unit in panel.unit]
    if crossed := int(np.sum(np.array(begun, dtype=np.intp) != panel.first)):
        return Refusal(
            "EV102",
            f"{crossed} units are in another wave of the assignments table than chance dealt them into",
            "analyze units as they were drawn; who did not keep to it shows in use, not in the assignment",
        )
    return None


def _first_of(plan: Plan, panel: Panel, arm: str) -> int:
    """The first period with the tool of an arm: the first that starts on or after the day on which its use begins."""
    if arm not in plan.comparison.tool_arms:
        return len(panel.periods)
    begins = plan.design.waves.get(arm, plan.window.start)
    return next((place for place, day in enumerate(panel.days) if day >= begins), len(panel.periods))


def _told(
    plan: Plan, frame: Frame, outcome: Outcome, done: Analysis, told: Staggered | Refusal, ctx: RunContext
) -> Analysis:
    """The analysis with its event study and balance, and for the primary outcome the gaps."""
    gaps = gaps_over_time(plan, frame, done.estimate.sd, ctx=ctx) if outcome.role == "primary" else ()
    if isinstance(told, Refusal):
        return replace(done, gaps=gaps)
    students = sum(arm.analyzed for arm in done.estimate.counts)
    rows = (_before(told.cells, outcome, done.estimate.sd, students),)
    return replace(done, events=_events(told), balance=rows, gaps=gaps)


def _panel(frame: Frame, outcome: Outcome) -> Panel | Refusal:
    panel = frame.panels.get(outcome.key)
    if panel is None or np.isnan(panel.values).all():
        return Refusal(
            "EV196",
            f"'{outcome.key}' is not followed over the plan's periods",
            "name the forms or days of each period in the plan, and import them",
        )
    return in_unit_order(panel)


def _analysis(plan: Plan, frame: Frame, outcome: Outcome, panel: Panel, found: Finding) -> Analysis | Refusal:
    ever = np.isin(frame.unit.astype(str), panel.unit[panel.first < len(panel.periods)].astype(str))
    spread = student_sd(frame, outcome, frame.tool if plan.design.unit == "student" else ever)
    if isinstance(spread, Refusal):
        return spread
    without = _without(panel) & (panel.sizes > 0)
    mean_usual = (
        float(np.average(panel.values[without], weights=panel.sizes[without])) if without.any() else float("nan")
    )
    estimate = to_estimate(found, outcome, spread, mean_usual=mean_usual, counts=_counts(panel))
    return Analysis(estimate, None, None)


def _without(panel: Panel) -> Flags:
    """Shape ``(m, T)``: cells without the tool."""
    return np.asarray(np.arange(len(panel.periods))[None, :] < panel.first[:, None])


def _counts(panel: Panel) -> tuple[ArmCount, ...]:
    """Clusters with the tool at some time, and clusters without it at some time: most are both.

    Students are those of an average period, split by whether their unit had the tool then, so that nobody counts twice.
    """
    counts, periods = [], len(panel.periods)
    for arm, cells in (("tool", ~_without(panel)), ("usual", _without(panel))):
        students = round(float(panel.sizes[cells].sum()) / periods)
        assigned = np.unique(panel.cluster[cells.any(axis=1)].astype(str))
        seen = np.unique(panel.cluster[(cells & (panel.sizes > 0)).any(axis=1)].astype(str))
        counts.append(ArmCount(arm, students, students, len(assigned), len(seen)))
    return tuple(counts)


def _losses(plan: Plan, panel: Panel) -> tuple[Attrition, ...]:
    """Units by period that were dealt and measured; a period in whose middle a wave began was never to be measured."""
    without = _without(panel)
    sides = (~without, without)
    measured = ~np.isnan(panel.values)
    assigned = (int(sides[0].sum()), int(sides[1].sum()))
    analyzed = (int((sides[0] & measured).sum()), int((sides[1] & measured).sum()))
    if min(assigned) == 0:
        return ()
    return (attrition("cluster", assigned, analyzed, plan.design.boundary),)


def _before(cells: Cells, outcome: Outcome, sd: float, students: int) -> Balance:
    """How far apart the sides of all comparisons stood in the last period before the tool, in students' SDs."""
    values, weights = cells.units.values, cells.units.weights
    seen = ~np.isnan(values)
    top = np.column_stack(
        [np.bincount(cells.of, weights * np.where(seen[:, t], values[:, t], 0.0)) for t in range(values.shape[1])]
    )
    bottom = np.column_stack([np.bincount(cells.of, weights * seen[:, t]) for t in range(values.shape[1])])
    means = np.where(bottom > 0, top / np.where(bottom > 0, bottom, 1.0), 0.0)
    chosen = cells.after
    mass = np.bincount(cells.of, weights)[np.searchsorted(cells.cohorts, cells.group[chosen])]
    apart = np.einsum("ck,kc->c", cells.loads[chosen], means[:, cells.base[chosen]])
    g = hedges_g(float(mass @ apart / mass.sum()), sd, float(max(students, 4)))[0]
    return Balance(outcome.key, f"{outcome.label} before the tool", g, g, band(g), True)


def _events(found: Staggered) -> tuple[EventPoint, ...]:
    return tuple(EventPoint(e.at, e.effect, e.low, e.high, e.clusters) for e in found.events)


def _growing(found: Finding, told: Staggered | Refusal, outcome: Outcome) -> Check:
    """Whether one coefficient can stand for an effect that may grow with the time since the tool came."""
    title = "One effect for all periods"
    rule = "Flag when the intervals of the first and the last time since the tool came lie apart"
    source = "Kenny, Voldal, Xia, Heagerty and Hughes (2022), Statistics in Medicine 41(22)"
    after = [] if isinstance(told, Refusal) else [event for event in told.events if event.at >= 0]
    if isinstance(told, Refusal) or len(after) < 2:
        says = "Nobody can see whether the effect grows with time, because too few periods can be compared."
        return Check(_GROWING, title, "not looked at", rule, False, says, source)
    first, last = after[0], after[-1]
    figures = (
        f"{first.effect:+.3g} {outcome.unit} ({first.low:+.3g} to {first.high:+.3g}) in the first period, "
        f"{last.effect:+.3g} ({last.low:+.3g} to {last.high:+.3g}) {last.at} later; mean over all periods "
        f"with the tool {told.simple.effect:+.3g} ({told.simple.low:+.3g} to {told.simple.high:+.3g}) "
        f"beside {found.effect:+.3g}"
    )
    flag = first.high < last.low or last.high < first.low
    says = "The data fit one effect for all periods."
    if flag:
        says = "The effect changes with the time since the tool came, so the mean says little about what is to come."
    return Check(_GROWING, title, figures, rule, flag, says, source)
