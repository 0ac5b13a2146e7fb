"""Rules about designs without two drawn arms: a cutoff, one series before and after, one school beside others."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from gainline.engine.core.issues import Issue
from gainline.engine.pilots.plan import Cutoff, Plan, Source
from gainline.engine.pilots.sheet import Sheet

SERIES, SYNTHETIC = "interrupted_series", "synthetic_control"
BEFORE, AFTER = {SERIES: 8, SYNTHETIC: 5}, {SERIES: 4, SYNTHETIC: 1}  # periods without which the engine refuses
FEWEST_DONORS = 10


def check_single(sheet: Sheet) -> Iterator[Issue]:
    """Whether the score may decide, and whether there are periods and donors enough."""
    plan = sheet.plan
    if plan.design.cutoff is not None:
        yield from _check_score(sheet, plan.design.cutoff)
    if plan.design.kind in BEFORE:
        yield from _check_periods(sheet)


def _check_score(sheet: Sheet, rule: Cutoff) -> Iterator[Issue]:
    plan = sheet.plan
    at = ("design", "cutoff", "score")
    score = next(covariate for covariate in plan.covariates if covariate.key == rule.score)
    if score.kind != "number":
        says = f"the score {rule.score} is a category, so nothing can lie near a cutoff of it"
        yield sheet.error("PL180", at, says, 'use a covariate of kind = "number"')
    for outcome in plan.outcomes:
        if _shares(score.source, outcome.source):
            says = f"the score that decides is measured by what measures the outcome {outcome.key}"
            yield sheet.error("PL181", at, says, "name the score from before the tool, by which students were chosen")
    window = score.source.window
    if score.source.indicator is not None and (window is None or window.end >= plan.window.start):
        says = "the score that decides is counted while the tool is used, so the tool can change it"
        yield sheet.error("PL182", at, says, "give the score a window that ends before the tool's use")
    if plan.design.unit != "student":
        says = f"a cutoff on students' scores assigns students, not {plan.design.unit}s"
        yield sheet.error("PL183", ("design", "unit"), says, 'set unit = "student"; the cluster may be coarser')


def _shares(score: Source, outcome: Source) -> bool:
    if score.result is not None and score.result == outcome.result:
        return bool(set(score.forms) & set(outcome.forms))
    return score.model_dump() == outcome.model_dump()


def _check_periods(sheet: Sheet) -> Iterator[Issue]:
    plan = sheet.plan
    kind, start = plan.design.kind, _start(plan)
    before = sum(period.days.end < start for period in plan.design.periods)
    after = sum(period.days.start >= start for period in plan.design.periods)
    name = "an interrupted series" if kind == SERIES else "a synthetic control"
    if before < BEFORE[kind] or after < AFTER[kind]:
        says = (
            f"{name} needs {BEFORE[kind]} periods before the tool and {AFTER[kind]} after; "
            f"the plan has {before} and {after}"
        )
        remedy = "name more and shorter periods, or compare with schools that do not have the tool"
        yield sheet.error("PL184", ("design", "periods"), says, remedy)
    schools = len(plan.population.schools)
    if kind == SYNTHETIC and 0 < schools <= FEWEST_DONORS:
        says = f"with {schools - 1} other schools no p below {1 / schools:.2f} is possible, whatever happens"
        remedy = f"name at least {FEWEST_DONORS} schools without the tool"
        yield sheet.error("PL185", ("population", "schools"), says, remedy)
    says = f"{name} describes and cannot carry a decision: the verdict will be `not enough evidence`"
    remedy = 'give the tool to some schools first and use kind = "stepped_wedge" or "differences" where you can'
    yield sheet.warning("PL186", ("design", "kind"), says, remedy)


def _start(plan: Plan) -> date:
    days = [day for arm, day in plan.design.waves.items() if arm in plan.comparison.tool_arms]
    return min(days) if days else plan.window.start
