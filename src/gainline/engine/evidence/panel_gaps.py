"""Equity over time: how the tool changes each registered gap, by the estimator of the design on the gaps themselves.

The gap of a unit in a period is its disadvantaged students' mean minus its other students' mean. What moves the whole
unit falls out of it, so its panel needs fewer assumptions than the outcome's own.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gainline.engine.core.context import RunContext
from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.document import GapChange
from gainline.engine.evidence.estimators.differences import staggered
from gainline.engine.evidence.estimators.group_time import Units
from gainline.engine.evidence.estimators.wedge import Deal, wedge
from gainline.engine.evidence.finding import Finding
from gainline.engine.evidence.frame import Flags, Frame, Panel
from gainline.engine.evidence.gaps import MIN_DF, gap_row, no_gap
from gainline.engine.evidence.inference.cr2 import cluster_codes
from gainline.engine.pilots.plan import Plan, Subgroup

KINDS = frozenset({"differences", "stepped_wedge"})


def in_unit_order(panel: Panel) -> Panel:
    """The panel sorted by unit, so that the order of rows cannot change what is dealt again."""
    order = np.argsort(panel.unit.astype(str), kind="stable")
    return replace(
        panel,
        unit=panel.unit[order],
        cluster=panel.cluster[order],
        first=panel.first[order],
        values=panel.values[order],
        sizes=panel.sizes[order],
    )


def units_of(panel: Panel) -> Units:
    """The panel's rows as the estimators want them; a row counts by its students, averaged over its periods."""
    seen = panel.sizes > 0
    weights = np.where(seen, panel.sizes, 0.0).sum(axis=1) / np.maximum(seen.sum(axis=1), 1)
    return Units(panel.values, np.where(weights > 0, weights, 1.0), panel.first, cluster_codes(panel.cluster))


def deal_of(panel: Panel, frame: Frame) -> Deal:
    """What chance decided about the panel's rows: waves within the blocks that were recorded, else over all rows."""
    if frame.assignment is not None:
        block = dict(zip(frame.assignment.units, frame.assignment.blocks, strict=True))
    else:
        block = dict(zip(frame.unit.astype(str), frame.block.astype(str), strict=True))
    labels = np.empty(len(panel.unit), dtype=object)
    labels[:] = [block.get(str(unit), "") for unit in panel.unit]
    return Deal(panel.first, cluster_codes(labels))


def gaps_over_time(plan: Plan, frame: Frame, sd: float, *, ctx: RunContext) -> tuple[GapChange, ...]:
    """The change of each registered gap, in the plan's order; "too few to say" where the design has no answer.

    ``sd`` is the primary outcome's student-level SD, in which the prior on a change is stated.
    """
    return tuple(_gap(plan, frame, split, sd, ctx) for split in plan.subgroups)


def _gap(plan: Plan, frame: Frame, split: Subgroup, sd: float, ctx: RunContext) -> GapChange:
    panel = frame.gaps.get(split.key)
    if panel is None or np.isnan(panel.values).all():
        return no_gap(split)
    panel = in_unit_order(panel)
    found = _estimate(plan, frame, panel, ctx)
    if isinstance(found, Refusal) or not found.df >= MIN_DF:
        return no_gap(split)
    before = _mean(panel, ~_once_begun(panel))
    usual = _mean(panel, ~_with_tool(panel) & _once_begun(panel))
    return gap_row(plan, split, found, before=before, usual=usual, sd=sd)


def _estimate(plan: Plan, frame: Frame, panel: Panel, ctx: RunContext) -> Finding | Refusal:
    if plan.design.kind == "stepped_wedge":
        seed = ctx.seed_for("randomization")
        return wedge(panel.values, deal_of(panel, frame), draws=plan.design.draws, seed=seed)
    found = staggered(units_of(panel))
    return found if isinstance(found, Refusal) else found.finding("change of the gap")


def _with_tool(panel: Panel) -> Flags:
    return np.asarray(np.arange(len(panel.periods))[None, :] >= panel.first[:, None])


def _once_begun(panel: Panel) -> Flags:
    """Cells of periods in which somebody had the tool already."""
    begun = np.arange(len(panel.periods)) >= int(panel.first.min())
    return np.asarray(np.broadcast_to(begun, panel.values.shape))


def _mean(panel: Panel, cells: Flags) -> float | None:
    chosen = cells & (panel.sizes > 0)
    return float(np.average(panel.values[chosen], weights=panel.sizes[chosen])) if chosen.any() else None
