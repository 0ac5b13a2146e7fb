"""What the numbers of an outcome mean: amounts, yes or no, counts, or levels of which only the order counts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.estimators.categories import ridits, scale_fault
from gainline.engine.evidence.frame import Frame
from gainline.engine.pilots.plan import Plan


def scale_faults(plan: Plan, frame: Frame) -> Iterator[Refusal]:
    """Outcomes whose numbers cannot be on the scale that the plan registers.  Refuses: EV112, EV113."""
    for outcome in plan.outcomes:
        fault = scale_fault(frame.outcomes[outcome.key], outcome.scale) if outcome.key in frame.outcomes else None
        if fault is not None:
            yield replace(fault, because=f"'{outcome.key}': {fault.because}")


def on_scale(plan: Plan, frame: Frame) -> Frame:
    """The frame with every ordinal outcome, and its baseline, as ridits of everybody who has it.

    An effect on ridits is ``P(a tool student is higher) - P(lower)`` and needs no distance between levels. Designs over
    time keep the levels' numbers, because ridits of one period do not compare with those of another.
    """
    ordinal = [outcome for outcome in plan.outcomes if outcome.scale == "ordinal"]
    if not ordinal or plan.design.over_time:
        return frame
    keys = {outcome.key for outcome in ordinal}
    baselines = {outcome.baseline for outcome in ordinal if outcome.baseline in frame.numbers}
    outcomes = {key: ridits(values) if key in keys else values for key, values in frame.outcomes.items()}
    numbers = {key: ridits(values) if key in baselines else values for key, values in frame.numbers.items()}
    return replace(frame, outcomes=outcomes, numbers=numbers)
