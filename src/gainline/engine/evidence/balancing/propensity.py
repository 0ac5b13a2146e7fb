"""Propensity scores: how likely each student was to be in the tool arm, by a logistic regression of our own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.frame import Flags, Floats
from gainline.engine.evidence.inference.linear import Columns, independent, intercept

_ROUNDS = 30  # well-behaved data need about ten
_CONVERGED = 1e-10
_SINGULAR = 1e13  # condition number of an information matrix that has nothing left to say
_SLACK = 1e-12
_RIDGE = 1e-2  # penalty on standardized coefficients, in units of one student's information


@dataclass(frozen=True, slots=True)
class Scores:
    """Fitted log odds of the tool arm, shape ``(n,)``, and how they were found."""

    logit: Floats
    ridge: bool  # True when maximum likelihood ran away and a small penalty held it

    @property
    def probability(self) -> Floats:
        """Fitted probabilities."""
        return np.asarray(1.0 / (1.0 + np.exp(-self.logit)))


def propensity(tool: Flags, covariates: Columns) -> Scores | Refusal:
    """Fit the log odds of the tool arm on the covariates by iteratively reweighted least squares.

    Parameters
    ----------
    tool
        Shape ``(n,)``, both arms present.
    covariates
        Shape ``(n, k)``, without an intercept; redundant columns do no harm.

    Returns
    -------
    Scores
        Maximum likelihood; where that has no finite answer (a category with users only, say), a ridge penalty on
        standardized coefficients, and ``ridge`` says so.

    Refuses
    -------
    EV008 the covariates separate the arms completely, so that no comparison student resembles a tool student;
    EV015 no covariate varies.

    Source: McCullagh and Nelder (1989), section 2.5.
    """
    scaled = _standardized(covariates)
    if scaled.shape[1] == 1:
        return Refusal("EV015", "no covariate varies, so there is nothing to match on", "register pre-pilot covariates")
    plain = _irls(tool, scaled, 0.0)
    logit = plain if plain is not None else _irls(tool, scaled, _RIDGE)
    if logit is None or float(logit[tool].min()) > float(logit[~tool].max()):
        return Refusal(
            "EV008",
            "the covariates separate tool and comparison students completely",
            "compare with students who could have had the tool, or drop the covariate that decides who had it",
        )
    return Scores(logit, ridge=plain is None)


def _standardized(covariates: Columns) -> Floats:
    full = intercept(len(covariates.matrix)).beside(covariates)
    kept = full.matrix[:, independent(full)]
    centered = kept[:, 1:] - kept[:, 1:].mean(axis=0)
    return np.column_stack([kept[:, :1], centered / centered.std(axis=0)])


def _irls(tool: Flags, x: Floats, ridge: float) -> Floats | None:
    """Fitted log odds, or None when they do not settle: under separation each round adds about one to them for ever."""
    y = tool.astype(float)
    penalty = np.full(x.shape[1], ridge)
    penalty[0] = 0.0
    beta = np.zeros(x.shape[1])
    beta[0] = np.log(y.mean() / (1.0 - y.mean()))
    loss = _loss(x @ beta, y, penalty, beta)
    for _ in range(_ROUNDS):
        mean = special.expit(x @ beta)
        information = x.T @ ((mean * (1.0 - mean))[:, None] * x) + np.diag(penalty)
        step = _solve(information, x.T @ (y - mean) - penalty * beta)
        if step is None:
            return None
        while (new := _loss(x @ (beta + step), y, penalty, beta + step)) > loss + _SLACK * (1.0 + loss):
            step = step / 2.0  # Newton overshoots where one arm is a hundredth of the other
        beta, loss = beta + step, new
        if np.abs(step).max() < _CONVERGED * (1.0 + np.abs(beta).max()):
            return np.asarray(x @ beta)
    return None


def _solve(information: Floats, score: Floats) -> Floats | None:
    if np.linalg.cond(information) > _SINGULAR:
        return None
    return np.asarray(np.linalg.solve(information, score))


def _loss(eta: Floats, y: Floats, penalty: Floats, beta: Floats) -> float:
    """Minus the penalized log likelihood."""
    return float(np.sum(np.logaddexp(0.0, eta) - y * eta) + 0.5 * penalty @ beta**2)
