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
_PLAINLY_NEW = 0.1  # above it one pass of Cholesky is orthogonal to 1e-13
_CLEARLY_NEW = 1e-3  # above it the squared condition of a Gram matrix still leaves ten digits to tell columns apart


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


def intercept(n: int) -> Columns:
    """The column of ones, for n rows."""
    return Columns(("intercept",), np.ones((n, 1)))


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
    would be as safe but may drop an early column in favor of a late one. Columns whose Gram matrix already shows that
    each is clearly new skip the work.
    """
    n, k = columns.matrix.shape
    if _gram_factor(columns.matrix) is not None:
        return list(range(k))
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
    weight = np.ones(len(y)) if weights is None else weights
    root = None if weights is None else np.sqrt(weight)
    quick = _orthonormal(_scaled(columns.matrix, root))
    kept = independent(columns) if quick is None else list(range(len(columns.names)))
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
    design = columns.matrix if quick else columns.matrix[:, kept]
    basis, back = quick or _orthonormal_slowly(_scaled(design, root))
    coefficients = back @ (basis.T @ (y if root is None else root * y))
    within = basis if root is None else basis / root[:, None]
    return Fit(names, coefficients, y - design @ coefficients, within, back, weight)


def _scaled(matrix: Floats, root: Floats | None) -> Floats:
    return matrix if root is None else matrix * root[:, None]


def _gram_factor(matrix: Floats) -> Floats | None:
    """The upper Cholesky factor of the Gram matrix; None where some column is not clearly new."""
    gram = matrix.T @ matrix
    size = np.sqrt(np.diag(gram))
    if matrix.shape[0] <= matrix.shape[1] or not np.all(size > 0.0):
        return None
    try:
        factor = linalg.cholesky(gram / np.outer(size, size))
    except linalg.LinAlgError:
        return None
    return factor * size if factor.size == 0 or float(np.diag(factor).min()) > _CLEARLY_NEW else None


def _orthonormal(matrix: Floats) -> tuple[Floats, Floats] | None:
    """Basis and ``back`` by Cholesky, twice where needed: faster than QR and as orthogonal; None where QR is needed.

    Source: Yamamoto, Nakatsukasa, Yanagisawa and Fukaya (2015), CholeskyQR2.
    """
    first = _gram_factor(matrix)
    if first is None or first.size == 0:
        return None
    unit = np.eye(len(first))
    once = linalg.solve_triangular(first, unit)
    basis = matrix @ once
    if float(np.min(np.diag(first) / np.linalg.norm(first, axis=0))) > _PLAINLY_NEW:
        return basis, once
    twice = linalg.solve_triangular(linalg.cholesky(basis.T @ basis), unit)
    return basis @ twice, once @ twice


def _orthonormal_slowly(matrix: Floats) -> tuple[Floats, Floats]:
    q, r = linalg.qr(matrix, mode="economic")
    return np.asarray(q, dtype=np.float64), np.asarray(linalg.solve_triangular(r, np.eye(len(r))), dtype=np.float64)
