"""Rules about what the plan commits to: prediction, design, outcomes, subgroups and the decision rule."""

from __future__ import annotations

from collections.abc import Iterator

from gainline.engine.core.issues import Issue
from gainline.engine.pilots.hypothesis import check_hypothesis
from gainline.engine.pilots.plan import Direction
from gainline.engine.pilots.sheet import Sheet

MOST_SUBGROUPS = 8
FEW_CLUSTERS = 10  # below it even CR2 intervals are wide and the randomization distribution is coarse
FEW_DRAWS = 999  # smallest possible p is 1 / (draws + 1)
_FINENESS = {"student": 0, "section": 1, "school": 2}


def check_prediction(sheet: Sheet) -> Iterator[Issue]:
    """All six parts, and whether they fit the outcomes and the smallest effect."""
    plan, hypothesis = sheet.plan, sheet.plan.hypothesis
    for part in check_hypothesis(hypothesis):
        at = ("hypothesis", part.key)
        yield sheet.error(part.code, at, f"the hypothesis lacks its {part.name}: {part.asks}", f"write {part.write}")
    measured = next((o for o in plan.outcomes if o.key == hypothesis.measure), None)
    at = ("hypothesis", "measure")
    if hypothesis.measure and measured is None:
        keys = ", ".join(outcome.key for outcome in plan.outcomes)
        yield sheet.error("PL016", at, f"no outcome has the key {hypothesis.measure}", f"use one of: {keys}")
    if measured and measured.role != "primary":
        says = (
            f"the prediction is about {measured.key}, but the decision hangs on the primary outcome {plan.primary.key}"
        )
        yield sheet.warning("PL017", at, says, "predict the primary outcome, or make the predicted one primary")
    if measured and hypothesis.change == _UNWANTED[measured.direction]:
        says = f"it predicts to {hypothesis.change} {measured.key}, where {measured.direction.value} is good"
        yield sheet.warning("PL018", ("hypothesis", "change"), says, "check the outcome's direction and the prediction")
    if measured is plan.primary and hypothesis.size and hypothesis.size < plan.smallest_effect:
        says = f"it predicts {hypothesis.size:g}, less than the smallest effect worth having ({plan.smallest_effect:g})"
        remedy = "if the prediction comes true the rule will not say adopt; lower the one or raise the other"
        yield sheet.warning("PL019", ("smallest_effect",), says, remedy)


_UNWANTED = {Direction.HIGHER: "lower", Direction.LOWER: "raise"}


def check_design(sheet: Sheet) -> Iterator[Issue]:
    """Whether the design, its unit and its comparison can carry the inference."""
    design, comparison = sheet.plan.design, sheet.plan.comparison
    if design.kind == "randomized" and comparison.assigned_by != "assignment":
        says = "a randomized design is assigned by chance, but the arms here follow from use"
        remedy = 'set assigned_by = "assignment", or make the design matched'
        yield sheet.error("PL040", ("comparison", "assigned_by"), says, remedy)
    if _FINENESS[design.cluster] < _FINENESS[design.unit]:
        says = f"inference counts each {design.cluster} as a draw, but whole {design.unit}s were assigned together"
        yield sheet.error("PL041", ("design", "cluster"), says, f'set cluster = "{design.unit}" or coarser')
    if design.kind == "randomized" and design.draws < FEW_DRAWS:
        says = f"with {design.draws} draws the randomization check cannot show a p below {1 / (design.draws + 1):.4f}"
        yield sheet.warning("PL042", ("design", "draws"), says, "leave draws at 1999 or more")
    if design.kind == "matched" and design.blocked:
        says = "blocked is about chance within blocks, which a matched design does not have"
        yield sheet.warning(
            "PL043", ("design", "blocked"), says, "take it out; name exact covariates in [design.matching]"
        )
    yield from _check_matching(sheet)
    yield from _check_clusters(sheet)


def _check_matching(sheet: Sheet) -> Iterator[Issue]:
    plan = sheet.plan
    kinds = {covariate.key: covariate.kind for covariate in plan.covariates}
    if plan.design.kind == "matched" and not plan.covariates:
        says = "a matched comparison without covariates has nothing to match on"
        yield sheet.error("PL044", ("design",), says, "declare what the arms differed in before the tool's use")
    elif plan.design.kind == "matched" and plan.primary.baseline is None:
        at = ("outcomes", plan.outcomes.index(plan.primary))
        says = "the primary outcome has no baseline, so the arms cannot be shown to have started alike"
        remedy = "name the covariate that is the same measure before the pilot (WWC 5.0, baseline equivalence)"
        yield sheet.warning("PL045", at, says, remedy)
    for key in plan.design.matching.exact:
        if kinds[key] != "category":
            says = f"a match cannot share exactly the number {key}"
            yield sheet.error("PL046", ("design", "matching", "exact"), says, 'use covariates of kind = "category"')
    for position, outcome in enumerate(plan.outcomes):
        if outcome.baseline and kinds[outcome.baseline] != "number":
            says = f"the baseline of {outcome.key} is a category, but a baseline is the same measure before"
            yield sheet.error("PL047", ("outcomes", position, "baseline"), says, 'use a covariate of kind = "number"')


def _check_clusters(sheet: Sheet) -> Iterator[Issue]:
    """Where the plan lists the clusters itself, whether there are enough of them."""
    listed = {"school": sheet.plan.population.schools, "section": sheet.plan.population.sections}
    cluster = sheet.plan.design.cluster
    names = set(listed.get(cluster, ()))
    at = ("population", f"{cluster}s")
    if not names or sheet.plan.design.kind in {
        "interrupted_series",
        "synthetic_control",
    }:  # counted in single
        return
    if len(names) < FEW_CLUSTERS and len(names) >= _FEWEST_CLUSTERS:
        says = f"{len(names)} {cluster}s are few independent draws; the interval will be wide"
        yield sheet.warning("PL048", at, says, "add more of them, or expect `not enough evidence`")
    elif len(names) < _FEWEST_CLUSTERS:
        says = (
            f"with {len(names)} {cluster}s at least one arm is a single {cluster}, which cannot be told from the tool"
        )
        yield sheet.error("PL049", at, says, f"have two {cluster}s or more in each arm, or assign below the {cluster}")


_FEWEST_CLUSTERS = 4


def check_outcomes(sheet: Sheet) -> Iterator[Issue]:
    """Single-measure reliance and subgroups."""
    plan = sheet.plan
    if len(plan.outcomes) == 1:
        says = "the decision hangs on a single measure, which invites teaching to it and misses what gets worse"
        remedy = "add a secondary outcome in another domain, best one that could suffer"
        yield sheet.warning("PL050", ("outcomes",), says, remedy)
    if len(plan.subgroups) > MOST_SUBGROUPS:
        says = f"{len(plan.subgroups)} subgroups: among so many some gap will look real by chance"
        yield sheet.warning("PL051", ("subgroups",), says, f"keep the {MOST_SUBGROUPS} that the aim names, or fewer")
    if not plan.subgroups:
        says = "without a subgroup the evidence cannot say for whom the tool works"
        yield sheet.warning("PL052", (), says, "declare the groups that the aim wants to see catch up")
    for position, subgroup in enumerate(plan.subgroups):
        if not subgroup.disadvantaged:
            says = f"the subgroup {subgroup.key} names no group that is meant to catch up, so it has no gap"
            at = ("subgroups", position, "disadvantaged")
            yield sheet.error("PL053", at, says, "list at least one label")


def check_rule(sheet: Sheet) -> Iterator[Issue]:
    """Whether the decision rule can tell adopt from stop."""
    rule = sheet.plan.decision
    if rule.stop_at >= rule.adopt_at:
        says = f"stop_at ({rule.stop_at:g}) must lie below adopt_at ({rule.adopt_at:g}), or one estimate means both"
        yield sheet.error("PL060", ("decision", "stop_at"), says, "leave room between them for `not enough evidence`")
    elif rule.adopt_at < 0.5:
        says = f"the rule adopts at a probability of {rule.adopt_at:g}, when the effect is more likely not worth having"
        yield sheet.warning("PL061", ("decision", "adopt_at"), says, "set adopt_at above 0.5, as a rule at 0.8")
