"""Least squares, weighted or not, with redundant columns set aside instead of silently mixed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.frame import Flags, Floats

Rows = NDArray[np.intp]

_REDUNDANT = 1e-9  # share of a column's length that must be new for it to count as a column of its own


@dataclass(frozen=True, slots=True)
class Columns:
    """A design matrix and the name of each column, shape ``(n, k)``; no missing values."""

    names: tuple[str, ...]
    matrix: Floats

    def beside(self, other: Columns) -> Columns:
        """Both, this one's columns first."""
        return Columns(self.names + other.names, np.column_stack([self.matrix, other.matrix]))

    def rows(self, keep: Flags | Rows) -> Columns:
        """The named rows."""
        return Columns(self.names, self.matrix[keep])


@dataclass(frozen=True, slots=True)
class Fit:
    """A least-squares fit of y on k independent columns.

    Parameters
    ----------
    names
        The k columns that were kept, in the order of the design.
    coefficients
        Shape ``(k,)``, in the unit of y per unit of the column.
    residuals
        Shape ``(n,)``, unweighted.
    basis
        Shape ``(n, k)``: the design in coordinates in which the weighted cross-product is the identity.
    back
        Shape ``(k, k)``: coefficients = back @ (coordinates in the basis).
    weights
        Shape ``(n,)``.
    """

    names: tuple[str, ...]
    coefficients: Floats
    residuals: Floats
    basis: Floats
    back: Floats
    weights: Floats

    def contrast(self, name: str) -> Floats:
        """The vector that picks one coefficient."""
        picked = np.zeros(len(self.names))
        picked[self.names.index(name)] = 1.0
        return picked


def independent(columns: Columns) -> list[int]:
    """Which columns say something that the columns before them did not, by position.

    Gram-Schmidt with a second pass, because one pass loses orthogonality on nearly collinear covariates; a pivoted QR
    would be as safe but may drop an early column in favor of a late one.
    """
    n, k = columns.matrix.shape
    basis = np.empty((n, min(n, k)))
    kept: list[int] = []
    for place in range(k):
        column = columns.matrix[:, place]
        size = float(np.linalg.norm(column))
        rest = column.copy()
        for _ in range(2):
            known = basis[:, : len(kept)]
            rest = rest - known @ (known.T @ rest)
        left = float(np.linalg.norm(rest))
        if size > 0.0 and left > _REDUNDANT * size and len(kept) < n:
            basis[:, len(kept)] = rest / left
            kept.append(place)
    return kept


def least_squares(
    y: Floats, columns: Columns, *, needed: Sequence[str], weights: Floats | None = None
) -> Fit | Refusal:
    """Fit y on the columns, dropping those that earlier columns already say.

    Parameters
    ----------
    y
        Shape ``(n,)``, no missing values.
    columns
        The design; put the columns of interest last, so that they are the ones found redundant.
    needed
        Names without which the fit answers nothing.
    weights
        Shape ``(n,)``, positive; one each when absent.

    Refuses
    -------
    EV006 a needed column is determined by the others; EV007 no degrees of freedom are left.
    """
    kept = independent(columns)
    names = tuple(columns.names[place] for place in kept)
    if len(y) <= len(names):
        return Refusal(
            "EV007",
            f"{len(y)} students cannot carry a model with {len(names)} terms",
            "register fewer covariates, or include more students",
        )
    if any(name not in names for name in needed):
        return Refusal(
            "EV006",
            "the covariates and blocks already determine who has the tool, so its effect cannot be told apart",
            "drop the covariate that equals the assignment, or compare within blocks that hold both arms",
        )
    weight = np.ones(len(y)) if weights is None else weights
    design = columns.matrix[:, kept]
    root = np.sqrt(weight)
    q, r = linalg.qr(design * root[:, None], mode="economic")
    back = linalg.solve_triangular(r, np.eye(len(names)))
    coefficients = back @ (q.T @ (root * y))
    return Fit(names, coefficients, y - design @ coefficients, q / root[:, None], back, weight)
