"""Cluster-robust inference that stays honest with few clusters: CR2 variance with Satterthwaite degrees of freedom.

Everything is computed in the coordinates of `Fit.basis`, in which the bread of the sandwich is the identity. With the
working model of independent errors of equal variance, the adjustment matrix of a cluster is the inverse square root of

    B_i = I - X_i X_i'W_i - W_i X_i X_i' + X_i S X_i',   S = X'WWX,

which differs from the identity only in the span of ``[X_i, W_i X_i]``; a thin basis of that span is all that is needed,
never an ``n_i`` by ``n_i`` eigenproblem.

Source: Bell and McCaffrey (2002); Pustejovsky and Tipton (2018), Journal of Business & Economic Statistics 36(4),
equations 6, 7 and 11. One student per cluster gives HC2 (MacKinnon and White 1985).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gainline.engine.evidence.finding import Finding, Notes
from gainline.engine.evidence.frame import Codes, Floats, Texts
from gainline.engine.evidence.inference.distributions import t_half_width, t_p_value
from gainline.engine.evidence.inference.linear import Fit

_NOTHING = 1e-10  # an eigenvalue below this is zero: the fixed effects fit that direction exactly


@dataclass(frozen=True, slots=True)
class Inference:
    """An estimate with its cluster-robust standard error and degrees of freedom."""

    estimate: float
    std_error: float
    df: float

    @property
    def p(self) -> float:
        """Two-sided p of no effect."""
        return t_p_value(self.estimate / self.std_error, self.df)

    @property
    def half_width(self) -> float:
        """Half the width of the 95 % interval."""
        return t_half_width(self.std_error, self.df)

    @property
    def low(self) -> float:
        """Lower end of the 95 % interval."""
        return self.estimate - self.half_width

    @property
    def high(self) -> float:
        """Upper end of the 95 % interval."""
        return self.estimate + self.half_width

    def finding(self, estimand: str, *, method: str, source: str, notes: Notes = ()) -> Finding:
        """What was estimated, by which method, with this p and interval."""
        return Finding(
            estimand, self.estimate, self.std_error, self.df, self.low, self.high, self.p, method, source, notes
        )


def cluster_codes(labels: Texts) -> Codes:
    """Labels as 0..m-1 in sorted order; the order of the rows and the hash seed cannot matter."""
    _, codes = np.unique(labels.astype(str), return_inverse=True)
    return np.asarray(codes, dtype=np.intp)


def cr2(fit: Fit, clusters: Codes, contrast: Floats) -> Inference:
    """CR2 standard error and Satterthwaite degrees of freedom of one linear combination of coefficients.

    Parameters
    ----------
    clusters
        Shape ``(n,)``: codes 0..m-1 of the independent draws.
    contrast
        Shape ``(k,)``, in the order of ``fit.names``.

    Assumes
    -------
    At least two clusters.

    Source: see the module.
    """
    scores, df = cr2_scores(fit, clusters, contrast)
    return Inference(float(contrast @ fit.coefficients), float(scores @ scores) ** 0.5, df)


def cr2_scores(fit: Fit, clusters: Codes, contrast: Floats) -> tuple[Floats, float]:
    """The part of each cluster in the error of a linear combination, shape ``(m,)``, and its degrees of freedom.

    The sum of squares is the CR2 variance. Two outcomes on one design have the covariance of their scores' products;
    the degrees of freedom depend on the design alone.
    """
    sums = _cluster_sums(fit, clusters, fit.back.T @ contrast)
    return sums.scores, _satterthwaite(fit, sums)


def cr1(fit: Fit, clusters: Codes, contrast: Floats) -> Inference:
    """The usual CR1 standard error with m - 1 degrees of freedom, shown beside CR2 for whoever expects it.

    Source: the small-sample factor m/(m-1) * (n-1)/(n-k) of common packages. It rejects a true null 7 to 13 % of the
    time with eight schools, so nothing is decided on it.
    """
    raw = fit.weights * (fit.basis @ (fit.back.T @ contrast))
    scores = np.bincount(clusters, raw * fit.residuals)
    n, k = fit.basis.shape
    m = len(scores)
    factor = m / (m - 1) * (n - 1) / (n - k)
    return Inference(float(contrast @ fit.coefficients), float(factor * (scores @ scores)) ** 0.5, float(m - 1))


@dataclass(frozen=True, slots=True)
class _Sums:
    """Per cluster, of its adjusted steps ``p_i = A_i W_i X_i d``: all that variance and degrees of freedom need.

    ``scores`` and ``own``, shape ``(m,)``, are ``p_i'e_i`` and ``p_i'p_i``; ``plain`` and ``weighted``, shape
    ``(m, k)``, are ``X_i'p_i`` and ``X_i'W_i p_i``.
    """

    scores: Floats
    own: Floats
    plain: Floats
    weighted: Floats


def _cluster_sums(fit: Fit, clusters: Codes, direction: Floats) -> _Sums:
    sizes = np.bincount(clusters)
    order = np.argsort(clusters, kind="stable")
    parts = np.split(order, np.cumsum(sizes)[:-1])
    even = float(fit.weights.min()) == float(fit.weights.max())
    if even and len(clusters) >= len(sizes) * fit.basis.shape[1]:
        return _sums_even(fit, parts, direction)
    steps = _adjusted_steps(fit, parts, direction)
    m = len(sizes)
    scores, own = (_sum_by(clusters, part[:, None], m)[:, 0] for part in (steps * fit.residuals, steps**2))
    plain = _sum_by(clusters, fit.basis * steps[:, None], m)
    return _Sums(scores, own, plain, _sum_by(clusters, fit.basis * (fit.weights * steps)[:, None], m))


def _sums_even(fit: Fit, parts: list[Codes], direction: Floats) -> _Sums:
    """With one weight w for all, S = wI and B = I - wXX', so that ``B^(-1/2) X = X (I - wX'X)^(-1/2)``: k by k only."""
    weight, k = float(fit.weights[0]), fit.basis.shape[1]
    grams, crossed = np.empty((len(parts), k, k)), np.empty((len(parts), k))
    for place, rows in enumerate(parts):
        inside = fit.basis[rows]
        grams[place], crossed[place] = inside.T @ inside, inside.T @ fit.residuals[rows]
    values, vectors = np.linalg.eigh(np.eye(k) - weight * grams)
    turned = _inverse_root(values) * np.einsum("mij,i->mj", vectors, direction)
    adjusted = np.einsum("mij,mj->mi", vectors, turned)
    plain = weight * np.einsum("mij,mj->mi", grams, adjusted)
    scores, own = weight * np.sum(adjusted * crossed, axis=1), weight * np.sum(adjusted * plain, axis=1)
    return _Sums(scores, own, plain, weight * plain)


def _adjusted_steps(fit: Fit, parts: list[Codes], direction: Floats) -> Floats:
    raw = fit.weights * (fit.basis @ direction)
    spread = fit.basis.T @ (fit.weights[:, None] ** 2 * fit.basis)
    if len(parts) == len(raw):
        return _adjust_singletons(fit, spread, raw)
    steps = np.empty(len(raw))
    for rows in parts:
        steps[rows] = _adjust(fit.basis[rows], fit.weights[rows], spread, raw[rows])
    return steps


def _adjust_singletons(fit: Fit, spread: Floats, raw: Floats) -> Floats:
    leverage = np.einsum("ij,ij->i", fit.basis, fit.basis)
    kept = 1.0 - 2.0 * fit.weights * leverage + np.einsum("ij,jk,ik->i", fit.basis, spread, fit.basis)
    return np.asarray(raw * _inverse_root(kept))


def _adjust(basis: Floats, weights: Floats, spread: Floats, raw: Floats) -> Floats:
    """``B^(-1/2) raw`` of one cluster, the inverse taken as zero where B is zero."""
    weighted = weights[:, None] * basis
    q, size, _ = np.linalg.svd(np.column_stack([basis, weighted]), full_matrices=False)
    q = q[:, size > _NOTHING * max(size.max(), 1.0)]
    inside, inside_weighted = q.T @ basis, q.T @ weighted
    cross = inside @ inside_weighted.T
    middle = np.eye(q.shape[1]) - cross - cross.T + inside @ spread @ inside.T
    values, vectors = np.linalg.eigh((middle + middle.T) / 2.0)
    within = q.T @ raw
    adjusted: Floats = raw - q @ within + q @ (vectors @ (_inverse_root(values) * (vectors.T @ within)))
    return adjusted


def _inverse_root(values: Floats) -> Floats:
    real = values > _NOTHING
    return np.where(real, 1.0 / np.sqrt(np.where(real, values, 1.0)), 0.0)


def _satterthwaite(fit: Fit, sums: _Sums) -> float:
    """(trace G)^2 / ||G||^2 of G_ij = p_i'(I-H)_i (I-H)_j' p_j = d_i [i=j] + f_i' K f_j, without forming G."""
    spread = fit.basis.T @ (fit.weights[:, None] ** 2 * fit.basis)
    k = spread.shape[0]
    kernel = np.block([[spread, -np.eye(k)], [-np.eye(k), np.zeros((k, k))]])
    factor = np.column_stack([sums.plain, sums.weighted])
    diagonal = np.einsum("ij,jk,ik->i", factor, kernel, factor)
    mixed = kernel @ (factor.T @ factor)
    total = float(np.sum(sums.own + diagonal))
    squares = float(sums.own @ sums.own + 2.0 * (sums.own @ diagonal) + np.einsum("ij,ji->", mixed, mixed))
    return total**2 / squares


def _sum_by(clusters: Codes, rows: Floats, m: int) -> Floats:
    return np.column_stack([np.bincount(clusters, column, minlength=m) for column in rows.T]).astype(np.float64)
