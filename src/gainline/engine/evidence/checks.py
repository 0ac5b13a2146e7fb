"""What must be true of a plan and its frame before anything is estimated."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.frame import Frame
from gainline.engine.evidence.scales import scale_faults
from gainline.engine.pilots.plan import Plan


def refuse(plan: Plan, frame: Frame) -> Refusal | None:
    """The first reason why no honest estimate exists, or None.

    Refuses
    -------
    EV001 an outcome is not in the frame; EV002 an arm is empty; EV010 a covariate is not; EV012 no predicted size;
    EV014 the frame is empty or its columns differ in length; EV016 a subgroup is not in the frame;
    EV150 a student is in it twice.
    """
    return next(_reasons(plan, frame), None)


def in_order(frame: Frame) -> Frame:
    """The frame sorted by key, whatever order it came in."""
    order = np.argsort(frame.keys, kind="stable")
    if np.array_equal(order, np.arange(len(order))):
        return frame
    return replace(
        frame,
        keys=frame.keys[order],
        tool=frame.tool[order],
        unit=frame.unit[order],
        cluster=frame.cluster[order],
        block=frame.block[order],
        school=frame.school[order],
        outcomes={key: values[order] for key, values in frame.outcomes.items()},
        numbers={key: values[order] for key, values in frame.numbers.items()},
        categories={key: values[order] for key, values in frame.categories.items()},
        subgroups={key: values[order] for key, values in frame.subgroups.items()},
        used=frame.used[order],
        dosed=frame.dosed[order],
        dose=frame.dose[order],
        placebos={key: values[order] for key, values in frame.placebos.items()},
    )


def _reasons(plan: Plan, frame: Frame) -> Iterator[Refusal]:
    yield from _shape(frame)
    yield from _arms(plan, frame)
    yield from _columns(plan, frame)
    yield from scale_faults(plan, frame)
    if plan.hypothesis.size is None or plan.hypothesis.change is None:
        yield Refusal("EV012", "the plan predicts no size and direction", "complete the hypothesis and register it")


def _shape(frame: Frame) -> Iterator[Refusal]:
    columns = [frame.tool, frame.unit, frame.cluster, frame.block, frame.school, frame.used, frame.dosed, frame.dose]
    held = (frame.outcomes, frame.numbers, frame.categories, frame.subgroups, frame.placebos)
    named = [values for kind in held for values in kind.values()]
    if len(frame) == 0:
        yield Refusal("EV014", "nobody is in the population", "check the population's grades, schools and sections")
    elif any(len(column) != len(frame) for column in [*columns, *named]):
        yield Refusal("EV014", "the frame's columns differ in length", "build the frame again from one snapshot")
    elif len(np.unique(frame.keys)) < len(frame):
        twice = len(frame) - len(np.unique(frame.keys))
        says = f"{twice:,} rows belong to students who stand in the frame already, so they would be counted twice"
        yield Refusal("EV150", says, "link the identities of each student, then build the frame again")


def _arms(plan: Plan, frame: Frame) -> Iterator[Refusal]:
    if frame.tool.all() and not plan.design.over_time:  # there everybody may have it in the end: the past is compared
        yield Refusal("EV002", "everybody is in the tool arm", "find students without the tool to compare with")
    elif not frame.tool.any():
        yield Refusal("EV002", "nobody is in the tool arm", "check the assignments file or the floor of use")


def _columns(plan: Plan, frame: Frame) -> Iterator[Refusal]:
    remedy = "import the file that holds it, or register an amendment without it"
    for outcome in plan.outcomes:
        if outcome.key not in frame.outcomes:
            yield Refusal("EV001", f"the outcome '{outcome.key}' is registered, but not in the frame", remedy)
    for covariate in plan.covariates:
        held = frame.numbers if covariate.kind == "number" else frame.categories
        if covariate.key not in held:
            yield Refusal("EV010", f"the covariate '{covariate.key}' is registered, but not in the frame", remedy)
    for subgroup in plan.subgroups:
        if subgroup.key not in frame.subgroups:
            yield Refusal("EV016", f"the subgroup '{subgroup.key}' is registered, but not in the frame", remedy)
