"""Outcomes that are not amounts: yes or no, ordered levels, counts.

The registered estimate of all of them is a plain difference by least squares, whose meaning does not depend on which
covariates are in the model: of shares, of counts, or of ``P(higher) - P(lower)``. Models of odds and rates stand beside
it; their coefficients change with the covariates even when chance assigned the tool (Gail, Wieand and Piantadosi 1984).

Source: McCullagh and Nelder (1989), Generalized Linear Models, for the logistic and quasi-Poisson fits; McCullagh
(1980), Journal of the Royal Statistical Society B 42, for proportional odds; Bross (1958), Biometrics 14, for ridits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, sqrt
from typing import Literal

import numpy as np
from scipy import special

from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.finding import Finding, Notes
from gainline.engine.evidence.frame import Codes, Floats
from gainline.engine.evidence.inference.cr2 import Inference, cr2
from gainline.engine.evidence.inference.linear import Columns, Fit, independent, least_squares

_STEPS = 60
_SETTLED = 1e-11  # largest move of a linear predictor at which the fit has settled
_CERTAIN = 25.0  # a log odds beyond this is a certainty: the covariates decide the outcome
TOOL = "tool"


@dataclass(frozen=True, slots=True)
class Model:
    """The columns of a model with the tool among them, and who is independent of whom; one entry per student."""

    columns: Columns
    clusters: Codes
    weights: Floats


def ridits(values: Floats) -> Floats:
    """``P(another is lower) - P(another is higher)`` of each value among all that are not missing; NaN stays NaN.

    The difference of the means of two arms that make up everybody is exactly ``P(tool higher) - P(usual higher)`` for
    a student of each, drawn at random: the Mann-Whitney statistic on the scale from -1 to 1.
    """
    seen = ~np.isnan(values)
    levels, codes, counts = np.unique(values[seen], return_inverse=True, return_counts=True)
    below = np.cumsum(counts) - counts
    scores = (2.0 * below + counts) / max(float(counts.sum()), 1.0) - 1.0
    found = np.full(len(values), np.nan)
    found[seen] = scores[codes] if len(levels) else 0.0
    return found


def odds_ratio(y: Floats, model: Model) -> Finding | Refusal:
    """The log odds ratio of a yes-or-no outcome by logistic regression; y is 0 or 1.

    Refuses
    -------
    EV006, EV007 of `least_squares`; EV114 the columns decide the outcome for some students.
    """
    found = _scored(y, model, _logistic)
    if isinstance(found, Refusal):
        return found
    notes = _ratios("odds ratio", found)
    method = "logistic regression with the registered covariates, CR2/Satterthwaite of the working regression"
    return found.finding(
        "log odds ratio, given the covariates", method=method, source="McCullagh and Nelder (1989)", notes=notes
    )


def rate_ratio(y: Floats, model: Model) -> Finding | Refusal:
    """The log rate ratio of a count by quasi-Poisson regression; any spread is allowed, the clusters carry the error.

    Refuses
    -------
    EV006, EV007 of `least_squares`; EV114 an arm counts nothing at all.
    """
    found = _scored(y, model, _counting)
    if isinstance(found, Refusal):
        return found
    notes = _ratios("rate ratio", found)
    method = "quasi-Poisson regression with the registered covariates, CR2/Satterthwaite of the working regression"
    return found.finding("log rate ratio", method=method, source="McCullagh and Nelder (1989)", notes=notes)


def _ratios(name: str, found: Inference) -> Notes:
    return ((name, f"{exp(found.estimate):.4g} (95 % interval {exp(found.low):.4g} to {exp(found.high):.4g})"),)


def _logistic(eta: Floats) -> tuple[Floats, Floats]:
    mean = special.expit(eta)
    return mean, mean * (1.0 - mean)


def _counting(eta: Floats) -> tuple[Floats, Floats]:
    mean = np.exp(np.minimum(eta, _CERTAIN))
    return mean, mean


def _scored(y: Floats, model: Model, mean_of: Callable[[Floats], tuple[Floats, Floats]]) -> Inference | Refusal:
    """Iterated weighted least squares; the last working regression carries CR2 as any other regression does."""
    mean = (y + float(np.average(y, weights=model.weights))) / 2.0
    eta = special.logit(mean) if mean_of is _logistic else np.log(np.maximum(mean, 1e-6))
    settled = False
    fit: Fit | Refusal = _undecided()
    for _ in range(_STEPS):
        mean, slope = mean_of(eta)
        if float(slope.min()) <= exp(-_CERTAIN):
            return _undecided()
        working = eta + (y - mean) / slope
        fit = least_squares(working, model.columns, needed=[TOOL], weights=model.weights * slope)
        if isinstance(fit, Refusal):
            return fit
        moved = working - fit.residuals
        settled, eta = float(np.abs(moved - eta).max()) < _SETTLED * (1.0 + float(np.abs(eta).max())), moved
        if settled:
            return cr2(fit, model.clusters, fit.contrast(TOOL))
    return _undecided()


def _undecided() -> Refusal:
    return Refusal(
        "EV114",
        "the covariates or the arm decide the outcome for some students, so odds and rates have no finite ratio",
        "read the plain difference, which needs no such ratio, or register fewer covariates",
    )


def proportional_odds(levels: Codes, model: Model, *, df: float) -> Finding | Refusal:
    """The log odds of a higher level, the same at every step of the scale (proportional odds).

    Parameters
    ----------
    levels
        Shape ``(n,)``: 0..L-1, each present, worst first.
    df
        Degrees of freedom of the reference t: those of the plain difference on the same design.

    Refuses
    -------
    EV006 the tool is redundant; EV114 the columns decide the level for some students.

    Source: McCullagh (1980); Newton's method on the concave likelihood; errors by cluster with factor m / (m - 1).
    """
    found = _ordered_columns(model)
    if isinstance(found, Refusal):
        return found
    fitted = _newton(levels, found, model.weights)
    if isinstance(fitted, Refusal):
        return fitted
    parameters, scores, curve = fitted
    by_cluster = np.column_stack([np.bincount(model.clusters, column) for column in scores.T])
    m = len(by_cluster)
    bread = np.linalg.inv(curve)
    variance = float((bread @ by_cluster.T @ by_cluster @ bread)[-1, -1]) * m / (m - 1)
    effect = Inference(float(parameters[-1]), sqrt(variance), df)
    said = _ratios("odds ratio of a higher level", effect)
    method = "proportional odds with the registered covariates, errors by cluster"
    estimand = "log odds ratio of a higher level, given the covariates"
    return effect.finding(estimand, method=method, source="McCullagh (1980)", notes=said)


def _ordered_columns(model: Model) -> Floats | Refusal:
    """The columns without the intercept, which the thresholds replace; the tool last."""
    place = model.columns.names.index(TOOL)
    order = [*(k for k in range(len(model.columns.names)) if k != place), place]
    matrix = np.column_stack([np.ones(len(model.clusters)), model.columns.matrix[:, order]])
    kept = independent(Columns(tuple(str(k) for k in range(matrix.shape[1])), matrix))
    if matrix.shape[1] - 1 not in kept:
        return Refusal("EV006", "the covariates and blocks already determine who has the tool", "drop the covariate")
    return np.asarray(matrix[:, kept[1:]], dtype=np.float64)


def _newton(levels: Codes, x: Floats, weights: Floats) -> tuple[Floats, Floats, Floats] | Refusal:
    """Parameters (thresholds, then slopes), each student's score, and the curvature."""
    steps = int(levels.max())
    share = np.cumsum(np.bincount(levels, weights))[:-1] / float(weights.sum())
    now = np.concatenate([special.logit(share), np.zeros(x.shape[1])])
    value, scores, curve = _likelihood(now, levels, x, weights)
    for _ in range(_STEPS):
        move = np.linalg.solve(curve, scores.sum(axis=0))
        if float(np.abs(move).max()) < 1e-10:
            return now, scores, curve
        size = 1.0
        while size > 1e-4:
            ahead = now + size * move
            if np.all(np.diff(ahead[:steps]) > 0.0):
                found = _likelihood(ahead, levels, x, weights)
                if found[0] >= value - 1e-12 * abs(value):
                    break
            size /= 2.0
        else:
            return _undecided()
        now, (value, scores, curve) = ahead, found
        if float(np.abs(now).max()) > _CERTAIN * 4.0:
            return _undecided()
    return _undecided()


def _likelihood(point: Floats, levels: Codes, x: Floats, weights: Floats) -> tuple[float, Floats, Floats]:
    """Log-likelihood, scores ``(n, k)`` and minus the matrix of second derivatives ``(k, k)``."""
    steps, n = int(levels.max()), len(levels)
    edges = np.concatenate([[-np.inf], point[:steps], [np.inf]])
    eta = x @ point[steps:]
    top, bottom = special.expit(edges[levels + 1] - eta), special.expit(edges[levels] - eta)
    share = np.maximum(top - bottom, 1e-300)
    slope_top, slope_bottom = top * (1.0 - top), bottom * (1.0 - bottom)
    up, down = slope_top / share, slope_bottom / share
    # Each student's two thresholds as rows over all parameters; an outer edge at infinity has no derivative.
    member = np.zeros((n, steps + 2))
    member[np.arange(n), levels + 1] = 1.0
    above = np.column_stack([member[:, 1 : steps + 1], -x])
    member = np.zeros((n, steps + 2))
    member[np.arange(n), levels] = 1.0
    below = np.column_stack([member[:, 1 : steps + 1], -x])
    scores = weights[:, None] * (up[:, None] * above - down[:, None] * below)
    bend_top = slope_top * (1.0 - 2.0 * top) / share - up**2
    bend_bottom = -slope_bottom * (1.0 - 2.0 * bottom) / share - down**2
    mixed = above.T @ ((weights * up * down)[:, None] * below)
    second = above.T @ ((weights * bend_top)[:, None] * above) + below.T @ ((weights * bend_bottom)[:, None] * below)
    return float(weights @ np.log(share)), scores, -(second + mixed + mixed.T)


Scale = Literal["number", "binary", "count", "ordinal"]


def scale_fault(values: Floats, scale: Scale) -> Refusal | None:
    """Why the numbers of an outcome cannot be on the scale that the plan says, or None.  Refuses: EV112, EV113."""
    seen = values[~np.isnan(values)]
    if scale == "binary" and not np.all((seen == 0.0) | (seen == 1.0)):
        return Refusal(
            "EV112",
            "a yes-or-no outcome holds values other than 0 and 1",
            "register it as a number or as ordinal, or mend the file that holds it",
        )
    if scale == "count" and not np.all((seen >= 0.0) & (seen == np.round(seen))):
        return Refusal(
            "EV113",
            "a count holds values that are negative or not whole",
            "register it as a number, or mend the file that holds it",
        )
    return None
