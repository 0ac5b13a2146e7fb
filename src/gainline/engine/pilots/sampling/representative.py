"""How well a sample stands for its population: differences per covariate, and one index over all of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

LIKE, NEAR = 0.10, 0.25  # in standard deviations of the population
BANDS = (
    (0.9, "like a random sample of the population"),
    (0.8, "close enough that weighting can mend the rest"),
    (0.5, "so different that results carry over only with caution"),
    (0.0, "too different: results say nothing about the population"),
)
"""Bands of the index from the best down. Source: Tipton (2014)."""
_RIDGE = 1.0  # weight of a prior of variance 1 on each standardized coefficient: few schools separate perfectly
_STEPS = 50


@dataclass(frozen=True, slots=True)
class Difference:
    """One covariate in the sample and in the population.

    ``difference`` is in standard deviations of the population; ``says`` puts it into words.
    """

    covariate: str
    sample: float
    population: float
    difference: float
    says: str


@dataclass(frozen=True, slots=True)
class Representation:
    """How well a sample stands for its population.

    Parameters
    ----------
    index
        Tipton's generalizability index B: 1 for the same distribution of selection scores, 0 for none in common.
    band
        What that means, in words.
    differences
        Per covariate.
    usual
        Median and lower 5 % point of the index over simple random samples of the same size: what chance alone gives
        when so few units are drawn from so few.
    """

    index: float
    band: str
    differences: tuple[Difference, ...]
    usual: tuple[float, float]


def differences(names: tuple[str, ...], population: Floats, chosen: Flags) -> tuple[Difference, ...]:
    """Each covariate's mean in the sample against that in the population ``(n, p)``."""
    spread = population.std(axis=0)
    means, whole = population[chosen].mean(axis=0), population.mean(axis=0)
    gaps = (means - whole) / np.where(spread > 0.0, spread, 1.0)
    rows = zip(names, means, whole, gaps, strict=True)
    return tuple(Difference(name, float(a), float(b), float(gap), _words(float(gap))) for name, a, b, gap in rows)


def _words(gap: float) -> str:
    side = "higher" if gap > 0.0 else "lower"
    if abs(gap) <= LIKE:
        return "like the population"
    if abs(gap) <= NEAR:
        return f"a little {side} than the population"
    return f"clearly {side} than the population"


def generalizability(sample: Floats, population: Floats) -> float:
    """Tipton's index B of a sample ``(n, p)`` against its population ``(N, p)``; 1 without covariates.

    The logit of being in the sample is estimated from both, and B is the overlap of its two distributions, taken as
    normal with their common spread: a distance of d standard deviations gives ``exp(-d^2 / 8)``. A kernel estimate
    would flatter samples that are far away, and spreads of their own would punish a sample whose means are right: its
    logit is flat, and the spread along a flat logit is noise. The index thus compares means, alone and together; a
    sample of extremes with the right means it does not see.

    Source: Tipton (2014), How generalizable is your experiment?, Journal of Educational and Behavioral Statistics 39,
    equation 8; Bhattacharyya coefficient of two normals.
    """
    if not sample.shape[1]:
        return 1.0
    scores = _logit(np.vstack([sample, population]), np.arange(len(sample) + len(population)) < len(sample))
    return overlap(scores[: len(sample)], scores[len(sample) :])


def overlap(one: Floats, other: Floats) -> float:
    """The Bhattacharyya coefficient of two samples of scores, as normal distributions of one common spread."""
    apart, spread = float(one.mean() - other.mean()), float(one.var() + other.var()) / 2.0
    if spread <= 1e-18:
        return 1.0 if abs(apart) <= 1e-9 else 0.0
    return float(np.exp(-(apart**2) / (8.0 * spread)))


def _logit(x: Floats, member: Flags) -> Floats:
    """Linear scores of a logistic regression with a weak ridge, by Newton's method; shape ``(n,)``."""
    spread = x.std(axis=0)
    z = np.column_stack([np.ones(len(x)), (x - x.mean(axis=0)) / np.where(spread > 0.0, spread, 1.0)])
    ridge = np.diag([0.0] + [_RIDGE] * (z.shape[1] - 1))
    weights = np.zeros(z.shape[1])
    for _ in range(_STEPS):
        p = 1.0 / (1.0 + np.exp(-np.clip(z @ weights, -30.0, 30.0)))
        slope = z.T @ (member - p) - ridge @ weights
        step = np.linalg.solve((z * (p * (1.0 - p))[:, None]).T @ z + ridge + 1e-12 * np.eye(len(ridge)), slope)
        weights = weights + step
        if float(np.abs(step).max()) < 1e-10:
            break
    scores: Floats = z @ weights
    return scores


def band(index: float) -> str:
    """The index in words."""
    return next(words for floor, words in BANDS if index >= floor)


def represent(
    names: tuple[str, ...], population: Floats, chosen: Flags, *, seed: int, draws: int = 200
) -> Representation:
    """How well the chosen of a population ``(n, p)`` stand for it, beside what simple random samples would reach."""
    index = generalizability(population[chosen], population)
    generator = np.random.Generator(np.random.PCG64(seed))
    size = int(chosen.sum())
    reached = [
        generalizability(population[generator.permutation(len(population))[:size]], population) for _ in range(draws)
    ]
    usual = (float(np.median(reached)), float(np.quantile(reached, 0.05)))
    return Representation(index, band(index), differences(names, population, chosen), usual)
