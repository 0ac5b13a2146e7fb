"""The frame: one row per student of the population, as arrays, ready for an estimator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Texts = NDArray[np.object_]


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
        Amount of the tool's metric per week of the window.
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

    def __len__(self) -> int:
        return len(self.keys)
