"""The frame of one cycle, built from one snapshot."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from gainline.engine.core.errors import UserFixable
from gainline.engine.evidence import Frame
from gainline.engine.indicators import Indicator
from gainline.engine.pilots.assignment import Assignment
from gainline.engine.pilots.plan import Plan, Source
from gainline.lake import Reading
from gainline.road.consented import over_whom_may
from gainline.road.framing.panels import Students, panels
from gainline.road.framing.population import Population, population
from gainline.road.framing.sources import as_labels, as_levels, as_numbers, coded, declares_zero, values_of
from gainline.road.framing.use import doses, funnel, linkage
from gainline.road.framing.withdrawn import Framed, blocks_of, clusters_of, schools_of, with_lost


def build_frame(
    plan: Plan, reading: Reading, catalogue: Mapping[str, Indicator], *, assignment: Assignment | None = None
) -> Framed:
    """Everything the plan registered, for everyone it is about, out of one snapshot, with the draw as it was recorded.

    Whose facts may not be read is not in it; see `gainline.road.framing.withdrawn` for those who were when the
    assignment was known.

    Raises
    ------
    UserFixable
        When the plan names records that the snapshot does not hold.
    """
    everybody = population(plan, reading) if reading.is_guarded else None
    framed = over_whom_may(reading, lambda: _built(plan, reading, catalogue, assignment), {plan.tool.key})
    if everybody is None or len(everybody.keys) == len(framed.frame.keys):
        return framed
    return with_lost(framed, plan, everybody, reading)


def _built(plan: Plan, reading: Reading, catalogue: Mapping[str, Indicator], assignment: Assignment | None) -> Framed:
    who = population(plan, reading)
    dose, used, dosed = doses(plan, reading, who.keys)
    tool_arm = _tool_arm(plan, reading, catalogue, who)
    clusters = clusters_of(plan, who)
    over_time = panels(plan, reading, catalogue, Students(who, tool_arm, clusters))
    sources: dict[str, Source] = {} if plan.design.over_time else {o.key: o.source for o in plan.outcomes}
    sources |= {c.key: c.source for c in plan.covariates} | {s.key: s.source for s in plan.subgroups}
    sources |= {p.key: p.source for p in plan.placebos}
    values = {key: values_of(source, plan, reading, catalogue, who.keys) for key, source in sources.items()}
    frame = Frame(
        keys=who.keys,
        tool=tool_arm,
        unit=np.array(who.unit, dtype=object),
        cluster=clusters,
        block=blocks_of(plan, who),
        school=schools_of(who),
        outcomes=over_time.last if plan.design.over_time else _outcomes(plan, values),
        numbers=_numbers(plan, values),
        categories={c.key: as_labels(values[c.key]) for c in plan.covariates if c.kind == "category"},
        subgroups={s.key: as_labels(values[s.key]) for s in plan.subgroups},
        used=used,
        dosed=dosed,
        dose=dose,
        panels=over_time.outcomes,
        gaps=over_time.gaps,
        placebos={p.key: as_numbers(values[p.key]) for p in plan.placebos},
        assignment=assignment,
    )
    bought = funnel(plan, reading, tool_arm, used, dosed)
    return Framed(frame, bought, linkage(plan, reading), who.joined_later)


def _outcomes(plan: Plan, values: Mapping[str, list[object]]) -> dict[str, np.ndarray]:
    return {outcome.key: coded(outcome, values[outcome.key]) for outcome in plan.outcomes}


def _numbers(plan: Plan, values: Mapping[str, list[object]]) -> dict[str, np.ndarray]:
    """Covariates of kind number; the baseline of an ordinal outcome is coded by the outcome's levels."""
    levels = {outcome.baseline: outcome.levels for outcome in plan.outcomes if outcome.scale == "ordinal"}
    return {
        covariate.key: as_levels(values[covariate.key], levels[covariate.key], covariate.label)
        if levels.get(covariate.key)
        else as_numbers(values[covariate.key])
        for covariate in plan.covariates
        if covariate.kind == "number"
    }


def _tool_arm(plan: Plan, reading: Reading, catalogue: Mapping[str, Indicator], who: Population) -> np.ndarray:
    use = plan.comparison.use
    if plan.design.kind == "interrupted_series":
        return np.ones(len(who.keys), dtype=bool)
    if use is None:
        return np.array([arm in plan.comparison.tool_arms for arm in who.arm], dtype=bool)
    amounts = as_numbers(values_of(use.source, plan, reading, catalogue, who.keys))
    check_known(amounts, use.source, reading, catalogue)
    return np.nan_to_num(amounts) >= use.at_least


def check_known(amounts: np.ndarray, source: Source, reading: Reading, catalogue: Mapping[str, Indicator]) -> None:
    """Refuse a comparison by use where nobody knows who did not use it.

    Raises
    ------
    UserFixable
        When amounts are missing and a source of the use does not say that no row means none (ID060).
    """
    indicator = catalogue.get(source.indicator or "")
    if indicator is None or not indicator.counts_use or indicator.missing_row != "zero":
        return
    if np.isnan(amounts).any() and not declares_zero(indicator, source, reading):
        raise UserFixable(
            "ID060: the arms are told apart by use, and the source of the use does not say that no row means no use",
            'ask the vendor; where it is so, say absent_row = "zero" in the profile and import the file again',
        )
