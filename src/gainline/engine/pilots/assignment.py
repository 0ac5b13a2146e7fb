"""An assignment: who was drawn into which arm, and how, so that chance can be drawn again in the same way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Kind = Literal["complete", "blocked", "pairs", "rerandomized", "waves"]
Arms = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Assignment:
    """One recorded draw.

    Parameters
    ----------
    kind
        How chance was drawn; within blocks always, with one block for a complete draw and blocks of two for pairs.
    seed
        What the draw came from.
    labels
        The arms' names in the table ``assignments``; waves in the order in which their use begins.
    units, blocks
        Shape ``(m,)``: id and block of each unit.
    arms
        Shape ``(m,)``: position of each unit's arm in ``labels``.
    balance
        Shape ``(m, k)``: the covariates that a rerandomized draw was held to, standardized; k is 0 otherwise.
    bound
        Largest Mahalanobis distance that a rerandomized draw accepted; infinite otherwise.
    """

    kind: Kind
    seed: int
    labels: tuple[str, ...]
    units: tuple[str, ...]
    blocks: tuple[str, ...]
    arms: Arms
    balance: NDArray[np.float64]
    bound: float
