"""The lot: what chance is to decide over, by which procedure, and what came out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gainline.engine.core.issues import Issue
from gainline.engine.pilots.assignment import Assignment, Kind

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Lot:
    """The units that chance is to decide over.

    Parameters
    ----------
    units, blocks
        Shape ``(m,)``: id of each unit (school, section or student) and the block within which it is drawn; one and the
        same label everywhere without blocks.
    names, covariates
        What is known of the units before: k names and a matrix ``(m, k)`` without missing values; k may be 0.
    """

    units: tuple[str, ...]
    blocks: tuple[str, ...]
    names: tuple[str, ...]
    covariates: Floats


@dataclass(frozen=True, slots=True)
class Procedure:
    """How chance is to be drawn.

    Parameters
    ----------
    kind
        ``complete``, ``blocked``, ``pairs`` (formed here, by the covariates), ``rerandomized`` or ``waves``.
    labels
        Names of the arms, the tool's first; or of the waves, in the order in which their use begins.
    shares
        Part of the units that each arm gets; empty for equal parts.
    acceptance
        For a rerandomized draw, the share of all draws that is accepted; ``None`` takes 1 in 100, or more where the
        units are so few that too few draws would be left for an inference.
    bound
        Instead of `acceptance`, the largest Mahalanobis distance that is accepted.
    candidates
        How many draws are scored to find the bound.
    """

    kind: Kind
    labels: tuple[str, ...] = ("tool", "usual")
    shares: tuple[float, ...] = ()
    acceptance: float | None = None
    bound: float | None = None
    candidates: int = 20_000


@dataclass(frozen=True, slots=True)
class Drawn:
    """A draw with what there is to know about its chance.

    Parameters
    ----------
    assignment
        The draw itself.
    log10_possible
        The power of ten of how many assignments were possible, those beyond the bound not counted.
    smallest_p
        The smallest two-sided p-value that a randomization test can reach.
    accepted
        Share of all draws that the bound accepts; 1 without a bound.
    remaining_variance
        Part of the covariates' chance imbalance that the bound leaves; 1 without a bound.
    notes
        What a reader should know: warnings and notes, never errors.
    """

    assignment: Assignment
    log10_possible: float
    smallest_p: float
    accepted: float = 1.0
    remaining_variance: float = 1.0
    notes: tuple[Issue, ...] = ()
