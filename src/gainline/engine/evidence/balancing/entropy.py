"""Entropy balancing: the most even weights of the comparison students whose averages equal the tool students' averages.

The weights minimize ``sum w log w`` under exact balance. Their dual is an unconstrained convex problem in one number
per covariate, ``log sum exp(x_i'b)`` with x measured from the tool students' averages: Newton's method with a line
search finds it in about ten rounds.

Source: Hainmueller (2012), Political Analysis 20, equations 5 to 8.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import linalg, special

from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.frame import Flags, Floats
from gainline.engine.evidence.inference.linear import Columns, independent

_ROUNDS = 200
_CONVERGED = 1e-13  # largest difference of averages left, in units of a whitened covariate
_BALANCED = 1e-9  # in SDs: what a covariate that was redundant among the comparison students may still differ by
_ARMIJO = 1e-4
_ROUNDING = 1e-14  # of the dual: near its bottom a full step must not be turned down for a last digit
_MIN_EFFECTIVE = 4.0  # with fewer, the comparison is an anecdote about single students


@dataclass(frozen=True, slots=True)
class Balanced:
    """Weights that balance the arms.

    Parameters
    ----------
    weights
        Shape ``(n,)``.
    effective
        Kish's effective number of comparison students: how many of equal weight would be worth as much.
    largest
        The largest share of the comparison that one student carries.
    worst
        Largest standardized difference of averages that is left, over the covariates.
    """

    weights: Floats
    effective: float
    largest: float
    worst: float


def entropy_balance(tool: Flags, covariates: Columns) -> Balanced | Refusal:
    """Weigh the comparison students so that every covariate has the tool students' average.

    Parameters
    ----------
    tool
        Shape ``(n,)``, both arms present.
    covariates
        Shape ``(n, k)``, without an intercept; redundant columns do no harm.

    Returns
    -------
    Balanced
        1 for each tool student; the comparison students' weights sum to the number of tool students.

    Refuses
    -------
    EV015 no covariate varies; EV130 no weights reproduce the averages, because they lie outside what the comparison
    students span; EV131 the weights rest on fewer than four effective students.
    """
    spread = covariates.matrix.std(axis=0)
    if not (spread > 0.0).any():
        return Refusal("EV015", "no covariate varies, so there is nothing to balance", "register pre-pilot covariates")
    scaled = covariates.matrix[:, spread > 0.0] / spread[spread > 0.0]
    away = scaled[~tool] - scaled[tool].mean(axis=0)
    within = _not_beyond(away)
    found = _dual(away[within]) if within.any() else None
    if found is None or float(np.abs(found @ away[within]).max()) > _BALANCED:
        return _outside()
    shares = np.zeros(len(away))
    shares[within] = found
    weights = np.ones(len(tool))
    weights[~tool] = shares * int(tool.sum())
    return _worth(weights, tool, float(np.abs(shares @ away).max()))


def effective_number(weights: Floats) -> float:
    """Kish (1965): the square of the sum over the sum of squares."""
    return float(weights.sum() ** 2 / np.sum(weights**2))


def _worth(weights: Floats, tool: Flags, worst: float) -> Balanced | Refusal:
    usual = weights[~tool]
    effective = effective_number(usual)
    if effective < _MIN_EFFECTIVE:
        return Refusal(
            "EV131",
            "the balance would rest on fewer than four comparison students",
            "find more comparison students like the tool students, or register fewer covariates",
        )
    return Balanced(weights, effective, float(usual.max() / usual.sum()), worst)


def _not_beyond(away: Floats) -> Flags:
    """Who can have weight: where the tool students' average is the comparison students' extreme, only who is there.

    A label that no tool student carries is the common case. Taking students away can make another average extreme.
    """
    kept = np.ones(len(away), dtype=bool)
    while kept.any():
        low, high = away[kept].min(axis=0), away[kept].max(axis=0)
        edge = ((np.abs(low) <= _BALANCED) | (np.abs(high) <= _BALANCED)) & (high - low > _BALANCED)
        fewer = kept & (np.abs(away[:, edge]) <= _BALANCED).all(axis=1)
        if fewer.sum() == kept.sum():
            break
        kept = fewer
    return kept


def _dual(away: Floats) -> Floats | None:
    """Weights that sum to one and average `away` to zero; None when there are none."""
    ones = Columns(("",) * (away.shape[1] + 1), np.column_stack([np.ones(len(away)), away]))
    kept = [place - 1 for place in independent(ones) if place]
    if not kept:
        return np.full(len(away), 1.0 / len(away))
    x = away[:, kept]
    root = linalg.cholesky(np.cov(x.T, bias=True).reshape(len(kept), -1), lower=True)
    x = linalg.solve_triangular(root, x.T, lower=True).T
    b = np.zeros(len(kept))
    for _ in range(_ROUNDS):
        weights = special.softmax(x @ b)
        gradient = x.T @ weights
        step = None if np.abs(gradient).max() < _CONVERGED else _newton(x, weights, gradient)
        moved = None if step is None else _search(x, b, step, gradient)
        if moved is None:  # there, or flat to the last digit, or running away
            break
        b = moved
    return np.asarray(weights) if np.abs(gradient).max() < _BALANCED else None


def _newton(x: Floats, weights: Floats, gradient: Floats) -> Floats | None:
    curvature = x.T @ (weights[:, None] * x) - np.outer(gradient, gradient)
    try:
        return np.asarray(-linalg.cho_solve(linalg.cho_factor(curvature), gradient))
    except linalg.LinAlgError:
        return None


def _search(x: Floats, b: Floats, step: Floats, gradient: Floats) -> Floats | None:
    """The longest of the halved steps that lowers the dual enough; None when none does."""
    here, slope = float(special.logsumexp(x @ b)), float(gradient @ step)
    for halving in range(50):
        size = 0.5**halving
        allowed = here + _ARMIJO * size * slope + _ROUNDING * (1.0 + abs(here))
        if float(special.logsumexp(x @ (b + size * step))) <= allowed:
            return np.asarray(b + size * step)
    return None


def _outside() -> Refusal:
    return Refusal(
        "EV130",
        "no weights of the comparison students reproduce the averages of the tool students",
        "find comparison students who are like the tool students at their extremes, register fewer covariates, or "
        "use overlap weights or matching, which leave out whom nobody resembles",
    )
