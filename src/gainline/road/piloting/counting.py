"""Counting: who a plan's pilot could hold, and how their past scores spread, from one snapshot."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from gainline.engine.core.errors import UserFixable
from gainline.engine.core.refusals import Refusal
from gainline.engine.indicators import Indicator
from gainline.engine.pilots.plan import Days, Plan, Source
from gainline.engine.pilots.power.past import Components, components
from gainline.lake import Reading
from gainline.road.framing.population import Population, population
from gainline.road.framing.sources import as_labels, as_numbers, values_of

MOST_LABELS = 20  # a category with more of them is no covariate but a name


@dataclass(frozen=True, slots=True)
class Counted:
    """Who the plan's population is, by the roster.

    Parameters
    ----------
    schools, sections, students
        Schools, sections in each, students in each section: the latter two as harmonic means, which count small
        groups for what they give.
    share, blocks
        Share of the assigned units in the tool's arms and number of blocks, where a draw is recorded; else ``None``.
    on
        The day on which the roster was read.
    """

    schools: int
    sections: float
    students: float
    share: float | None
    blocks: int | None
    on: date


@dataclass(frozen=True, slots=True)
class Past:
    """How past scores spread, and of which test window they are; `found` refuses where they cannot say."""

    found: Components | Refusal
    score: str
    baseline: str | None


def members(plan: Plan, reading: Reading, *, otherwise_on: date) -> Population:
    """Everyone whom the plan's question is about, drawn or not yet.

    Where the table `assignments` does not hold the pilot, the whole population of the plan on the first day of its
    window; where nobody is enrolled on that day yet, on `otherwise_on`.

    Raises
    ------
    UserFixable
        When the roster holds nobody of the plan's population.
    """
    if plan.comparison.assigned_by == "assignment" and _is_drawn(plan, reading):
        return population(plan, reading)
    # As if use decided: then the population is everyone of the plan, with no arm yet.
    undrawn = plan.model_copy(update={"comparison": plan.comparison.model_copy(update={"assigned_by": "use"})})
    found = population(undrawn, reading)
    if not len(found.keys):
        days = Days(start=otherwise_on, end=otherwise_on)
        found = population(undrawn.model_copy(update={"window": days}), reading)
    if not len(found.keys):
        raise UserFixable(
            "the roster holds nobody of the plan's population",
            "import the roster, look at [population] of the plan, or give --schools and --students",
        )
    return found


def _is_drawn(plan: Plan, reading: Reading) -> bool:
    table = reading.current("assignments")
    mine = table.filter((table.pilot == plan.pilot) & (table.unit == plan.design.unit))
    return bool(reading.arrow(mine.count().as_table())[0][0].as_py())


def count(plan: Plan, who: Population) -> Counted:
    """Schools, sections and students of a population."""
    sizes: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for school, section in zip(who.school, who.section, strict=True):
        if school is not None:
            sizes[school][section or ""] += 1
    if not sizes:
        raise UserFixable("the roster does not say in which schools the students are", "import schools and enrollments")
    per_section = [size for sections in sizes.values() for size in sections.values()]
    units = {unit: (arm, block) for unit, arm, block in zip(who.unit, who.arm, who.block, strict=True) if arm}
    tool = sum(arm in plan.comparison.tool_arms for arm, _ in units.values())
    return Counted(
        schools=len(sizes),
        sections=_harmonic([len(sections) for sections in sizes.values()]),
        students=_harmonic(per_section),
        share=tool / len(units) if units else None,
        blocks=len({block for _, block in units.values()}) if units else None,
        on=who.anchor,
    )


def _harmonic(sizes: Sequence[int]) -> float:
    return len(sizes) / sum(1.0 / size for size in sizes)


def past(plan: Plan, reading: Reading, catalogue: Mapping[str, Indicator], who: Population) -> Past | None:
    """How the primary outcome's scores spread before the pilot began; ``None`` where no earlier score is recorded.

    The latest test window before the plan's first day stands for the outcome, the one before it for the baseline, so
    that no score of the pilot itself is looked at. Where the outcome is no test, its registered baseline stands alone.
    """
    outcome = plan.primary.source
    windows = _windows_before(outcome, plan, reading) if outcome.result else []
    sources = [outcome.model_copy(update={"forms": (form,), "absent_as": None}) for form in windows[-2:][::-1]]
    if not sources:
        sources = [c.source for c in plan.covariates if c.key == plan.primary.baseline and c.kind == "number"]
    if not sources:
        return None
    values = [as_numbers(values_of(source, plan, reading, catalogue, who.keys)) for source in sources]
    if not np.isfinite(values[0]).any():
        return None
    known = _covariates(values[1:], plan, reading, catalogue, who)
    section = who.section if any(one is not None for one in who.section) else None
    found = components(values[0], who.school, section, known if len(values) > 1 else None)
    names = [", ".join(source.forms) or str(source.indicator or source.field or source.attribute) for source in sources]
    return Past(_without_r2(found) if len(values) == 1 else found, names[0], names[1] if len(names) > 1 else None)


def _without_r2(found: Components | Refusal) -> Components | Refusal:
    if isinstance(found, Refusal):
        return found
    return replace(found, source=f"{found.source}; without an earlier score the baseline's part is not known")


def _windows_before(source: Source, plan: Plan, reading: Reading) -> list[str]:
    """Forms of the outcome's assessment that were over before the plan's first day, in the order of time."""
    table = reading.table("results")
    table = table.filter((table.assessment == source.result) & table.matched & table.score.notnull())
    days = reading.arrow(table.group_by("form").aggregate(last=table.taken_on.max())).to_pylist()
    over = [(row["last"], row["form"]) for row in days if row["last"] is not None and row["last"] < plan.window.start]
    return [form for _, form in sorted(over)]


def _covariates(
    numbers: Sequence[NDArray[np.float64]],
    plan: Plan,
    reading: Reading,
    catalogue: Mapping[str, Indicator],
    who: Population,
) -> NDArray[np.float64]:
    """The baseline and the plan's categories of the roster, as columns."""
    columns = list(numbers)
    for covariate in plan.covariates:
        if covariate.kind != "category" or covariate.source.field is None:
            continue
        labels = as_labels(values_of(covariate.source, plan, reading, catalogue, who.keys))
        known = sorted({str(label) for label in labels if label is not None})
        if len(known) <= MOST_LABELS:
            columns += [np.array([str(one) == label for one in labels], dtype=np.float64) for label in known[1:]]
    return np.column_stack(columns) if columns else np.empty((len(who.keys), 0))
