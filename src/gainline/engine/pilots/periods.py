"""Rules about plans that follow outcomes over periods: what can be seen before, between and after the waves."""

from __future__ import annotations

from collections.abc import Iterator

from gainline.engine.core.issues import Issue
from gainline.engine.pilots.sheet import Sheet

WAVES = frozenset({"differences", "stepped_wedge", "synthetic_control"})
ENOUGH_BEFORE = 2  # with one period before nobody can see whether the paths were parallel


def check_periods(sheet: Sheet) -> Iterator[Issue]:
    """The periods and waves against each other, the outcomes and the deadline; silent for designs without periods."""
    design = sheet.plan.design
    if not design.periods and not design.waves:
        return
    yield from _check_sources(sheet)
    yield from _check_deadline(sheet)
    if design.kind in WAVES:
        yield from _check_waves(sheet)
        yield from _check_before(sheet)
    if design.kind == "stepped_wedge" and sheet.plan.comparison.assigned_by != "assignment":
        says = "a stepped wedge is dealt by lot, but the arms here follow from use"
        remedy = 'set assigned_by = "assignment", or make the design of kind differences'
        yield sheet.error("PL176", ("comparison", "assigned_by"), says, remedy)


def _check_sources(sheet: Sheet) -> Iterator[Issue]:
    for position, outcome in enumerate(sheet.plan.outcomes):
        if sheet.plan.design.periods and (outcome.source.field or outcome.source.attribute):
            says = f"the outcome {outcome.key} is held once in the records and cannot be followed over periods"
            at = ("outcomes", position, "from")
            yield sheet.error("PL171", at, says, "take it from results or from an indicator")


def _check_deadline(sheet: Sheet) -> Iterator[Issue]:
    decide_by = sheet.plan.deadline.decide_by
    for position, period in enumerate(sheet.plan.design.periods):
        if period.days.end >= decide_by:
            says = f"the period {period.key} ends on {period.days.end}, not before the decision of {decide_by}"
            at = ("design", "periods", position)
            yield sheet.error("PL172", at, says, "leave the period out, or move the decision")


def _check_waves(sheet: Sheet) -> Iterator[Issue]:
    plan = sheet.plan
    for wave, begins in plan.design.waves.items():
        at = ("design", "waves", wave)
        if wave not in plan.comparison.tool_arms:
            says = f"the wave {wave} is no arm of the tool, so its day would say nothing"
            yield sheet.error("PL170", at, says, f'add "{wave}" to comparison.tool_arms')
        inside = [period.key for period in plan.design.periods if period.days.start < begins <= period.days.end]
        if inside:
            says = f"the wave {wave} begins in the middle of the period {inside[0]}, which is then left out for it"
            yield sheet.warning("PL175", at, says, "let a wave begin between two periods where the calendar allows")
        if all(period.days.start < begins for period in plan.design.periods):
            says = f"the wave {wave} begins after the last period has started, so it is never seen with the tool"
            yield sheet.warning(
                "PL177", at, says, "add a later period, or let the wave stand for those not yet started"
            )


def _check_before(sheet: Sheet) -> Iterator[Issue]:
    """Whether enough was measured before the first wave to see where the groups were heading."""
    plan = sheet.plan
    begins = min(plan.design.waves.get(arm, plan.window.start) for arm in plan.comparison.tool_arms)
    before = sum(period.days.end < begins for period in plan.design.periods)
    at = ("design", "periods")
    if plan.design.kind == "stepped_wedge":
        return  # chance makes the waves alike; a period before them helps, but nothing hangs on it
    if before == 0:
        says = f"no period lies before the tool's use begins on {begins}, so no change can be read"
        yield sheet.error("PL174", at, says, "add periods from before the tool; past results will do")
    elif before < ENOUGH_BEFORE:
        says = f"a single period lies before {begins}, so nobody can see whether the groups moved in parallel"
        yield sheet.warning("PL173", at, says, "add earlier periods; past results will do")
