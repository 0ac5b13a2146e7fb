"""Rules about placebo outcomes: that there is one where it is needed, and that it can do its work."""

from __future__ import annotations

from collections.abc import Iterator

from gainline.engine.core.issues import Issue
from gainline.engine.pilots.plan import Placebo, Source
from gainline.engine.pilots.sheet import Place, Sheet


def check_placebos(sheet: Sheet) -> Iterator[Issue]:
    """Whether a matched comparison has a placebo, and whether each placebo is out of the tool's reach."""
    plan = sheet.plan
    if plan.design.kind == "matched" and not plan.placebos:
        says = "a matched comparison without a placebo outcome can't see differing growth"
        remedy = "register [[placebos]]: best the outcome's score from the test before the baseline"
        yield sheet.warning("PL150", ("design",), says, remedy)
    for position, placebo in enumerate(plan.placebos):
        yield from _check_one(sheet, ("placebos", position), placebo)


def _check_one(sheet: Sheet, at: Place, placebo: Placebo) -> Iterator[Issue]:
    plan = sheet.plan
    known = {covariate.key: covariate for covariate in plan.covariates}
    baseline = known.get(plan.primary.baseline or "")
    if plan.design.kind == "matched" and baseline is not None and _meet(placebo.source, baseline.source):
        says = f"{placebo.key} is the baseline itself, by which students may have chosen, so it differs without a fault"
        yield sheet.warning("PL151", (*at, "from"), says, "take the score before the baseline")
    for key in placebo.adjust_for:
        if key not in known:
            yield sheet.error("PL152", (*at, "adjust_for"), f"no covariate has the key {key}", "name covariates only")
        elif _meet(placebo.source, known[key].source):
            says = f"{placebo.key} is adjusted for {key}, which measures the same, so nothing is left to look at"
            yield sheet.error("PL153", (*at, "adjust_for"), says, f"leave {key} out")
    for outcome in plan.outcomes:
        if _meet(placebo.source, outcome.source):
            says = f"{placebo.key} is measured by what measures the outcome {outcome.key}, which the tool can change"
            yield sheet.error("PL154", (*at, "from"), says, "take a score from before the tool's use")


def _meet(one: Source, other: Source) -> bool:
    """Tell whether two sources are the same, or share a form of one assessment."""
    return one == other or (
        one.result is not None and one.result == other.result and bool({*one.forms} & {*other.forms})
    )
