"""The frame: one row per student of the population, as arrays, ready for an estimator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from gainline.engine.pilots.assignment import Assignment

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Texts = NDArray[np.object_]
Codes = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Panel:
    """One outcome followed over periods: one row per student or school, one column per period.

    Parameters
    ----------
    periods, days
        Name and first day of each of the T periods, in order of time.
    unit, cluster
        Shape ``(m,)``: the id of each row (a pseudonym or a school), and of the independent draw it belongs to.
    first
        Shape ``(m,)``: position of the first period in which the row had the tool; T for a row that never had it.
    values
        Shape ``(m, T)``, in the outcome's own unit; NaN where nothing was measured.
    sizes
        Shape ``(m, T)``: students behind each value; 1 for a student's own row, 0 where NaN.
    """

    periods: tuple[str, ...]
    days: tuple[date, ...]
    unit: Texts
    cluster: Texts
    first: Codes
    values: Floats
    sizes: Floats


@dataclass(frozen=True, slots=True)
class Frame:
    """The population of one cycle, sorted by person key, so that file order can never matter.

    All arrays have the shape ``(n_students,)``. A missing number is NaN, a missing category ``None``.

    Parameters
    ----------
    keys
        Pseudonyms.
    tool
        True for the arm that was assigned to (or chose) the tool.
    unit
        Id of the assigned unit: the student, section or school.
    cluster
        Id of the independent draw that inference counts.
    block
        Block within which chance decided; one constant label without blocks.
    school
        School id.
    outcomes
        Outcome key -> values in the outcome's own unit.
    numbers
        Covariate key -> values, for covariates of kind number.
    categories
        Covariate key -> labels, for covariates of kind category.
    subgroups
        Subgroup key -> group labels.
    used, dosed
        Whether the student used the tool at all / reached the planned dose, in the plan's window.
    dose
        Amount of the tool's metric per week of the window; NaN where no row may still be use.
    panels
        Outcome key -> the outcome over the design's periods; empty for designs with a single time point.
    gaps
        Subgroup key -> the primary outcome's panel of differences, disadvantaged minus others, one row per cluster.
    assignment
        How chance was really drawn, as it was recorded; ``None`` when only blocks are known.
    placebos
        Placebo key -> values in the placebo's own unit: outcomes that the tool cannot have changed.
    """

    keys: NDArray[np.int64]
    tool: Flags
    unit: Texts
    cluster: Texts
    block: Texts
    school: Texts
    outcomes: Mapping[str, Floats]
    numbers: Mapping[str, Floats]
    categories: Mapping[str, Texts]
    subgroups: Mapping[str, Texts]
    used: Flags
    dosed: Flags
    dose: Floats
    panels: Mapping[str, Panel] = field(default_factory=dict)
    gaps: Mapping[str, Panel] = field(default_factory=dict)
    assignment: Assignment | None = None
    placebos: Mapping[str, Floats] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.keys)
