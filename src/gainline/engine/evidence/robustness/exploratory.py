"""What was not registered: a few looks that an analyst will ask for, labeled so that nobody decides on them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.document import ArmCount, Estimate
from gainline.engine.evidence.estimate import regress, to_estimate
from gainline.engine.evidence.frame import Floats, Frame
from gainline.engine.evidence.inference.linear import Columns
from gainline.engine.evidence.sample import Sample
from gainline.engine.pilots.plan import Plan

_MIN_PER_SIDE = 20


def exploratory(plan: Plan, frame: Frame, found: Sample) -> tuple[Estimate, ...]:
    """The dose's association with the primary outcome; for a matched design also the gain since the baseline.

    In a matched design, ANCOVA leans upwards and the gain score downwards under the usual kinds of selection, so the
    two tend to bracket the truth (Ding and Li 2019, Political Analysis 27).
    """
    return tuple(_looks(plan, frame, found))


def _looks(plan: Plan, frame: Frame, found: Sample) -> Iterator[Estimate]:
    dosed = frame.dosed[found.rows]
    if min(int(dosed.sum()), int((~dosed).sum())) >= _MIN_PER_SIDE:
        label = f"{found.outcome.label}: students at the planned dose beside the others (association, not an effect)"
        method = f"regression on having reached the dose, CR2/Satterthwaite by {plan.design.cluster}"
        yield from _look(plan, frame, replace(found, tool=dosed, units=found.clusters), label, method)
    before = _before(frame, found)
    if plan.design.kind == "matched" and before is not None:
        label = f"{found.outcome.label}: gain since the baseline"
        method = f"difference of gains in the matched sample, CR2/Satterthwaite by {plan.design.cluster}"
        plain = Columns(("intercept",), np.ones((len(found.y), 1)))
        yield from _look(plan, frame, replace(found, y=found.y - before, others=plain), label, method)


def _before(frame: Frame, found: Sample) -> Floats | None:
    values = frame.numbers.get(found.outcome.baseline or "")
    if values is None or np.isnan(values[found.rows]).any():
        return None
    return values[found.rows]


def _look(plan: Plan, frame: Frame, sample: Sample, label: str, method: str) -> Iterator[Estimate]:
    """One labeled estimate, or nothing where it cannot be had: an unregistered look owes nobody a refusal."""
    sides = [len(np.unique(sample.clusters[side])) for side in (sample.tool, ~sample.tool)]
    found = regress(sample) if min(sides) >= 2 else None
    if found is not None and not isinstance(found, Refusal):
        estimate = to_estimate(sample, found, plan, frame, method)
        yield replace(estimate, label=label, role="exploratory", counts=_counts(sample))


def _counts(sample: Sample) -> tuple[ArmCount, ...]:
    """The two sides of the look; nobody was assigned to them, so the analyzed are all there are."""
    counts = []
    for name, side in (("tool", sample.tool), ("usual", ~sample.tool)):
        n, clusters = int(side.sum()), len(np.unique(sample.clusters[side]))
        counts.append(ArmCount(name, n, n, clusters, clusters))
    return tuple(counts)
