"""How long a cutoff, a synthetic control and an interrupted series take beside the usual way, same data, one run.

The peers are what an analyst would reach for: rdrobust where it is installed (it is GPL and no part of Gainline),
scipy's general constrained optimizer for the weights of every placebo, and statsmodels' GLSAR once per memory.

    python benchmarks/over_time.py
"""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Callable, Iterator

import numpy as np
from scipy.optimize import minimize

from gainline.engine.evidence.estimators.cutoff import discontinuity, scores_at
from gainline.engine.evidence.estimators.series import interrupted_series, segments
from gainline.engine.evidence.estimators.synthetic_control import synthetic_control
from timing import Task, on_one_thread, print_table


def cutoffs() -> Iterator[Task]:
    """The jump with bandwidths chosen, by number of students."""
    for n in (1_000, 10_000, 100_000):
        rng = np.random.default_rng(n)
        score = rng.normal(0, 10, n)
        y = 50 + 0.4 * score - 0.01 * score**2 + 3 * (score >= 0) + rng.normal(0, 4, n)

        def ours(score: np.ndarray = score, y: np.ndarray = y) -> float:
            return discontinuity(scores_at(score, y, 0.0, "at or above")).effect.effect

        fit = rdrobust() if n <= 10_000 else None

        def theirs(score: np.ndarray = score, y: np.ndarray = y, fit: Callable[..., object] | None = fit) -> float:
            fit(y, score)
            return 0.0

        beside = "rdrobust" if fit else "rdrobust: not installed" if n <= 10_000 else "rdrobust: too long at this size"
        yield Task("Cutoff, bandwidths chosen", f"{n:,} students", n, beside, ours, theirs if fit else None)


def rdrobust() -> Callable[..., object] | None:
    """The usual package; GPL, and no part of Gainline."""
    try:
        return importlib.import_module("rdrobust").rdrobust
    except ImportError:
        return None


def general(donors: np.ndarray, target: np.ndarray) -> np.ndarray:
    """The weights by a general optimizer with constraints."""
    apart = donors - target
    even = np.full(len(donors), 1 / len(donors))
    return minimize(
        lambda w: float(np.sum((w @ apart) ** 2)),
        even,
        bounds=[(0, None)] * len(donors),
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1},
        method="SLSQP",
    ).x


def mixtures() -> Iterator[Task]:
    """Weights, all placebos and the interval, by number of donors."""
    for pool in (20, 40, 80):
        rng = np.random.default_rng(pool)
        courses = rng.normal(size=(2, 24)).cumsum(axis=1)
        donors = 60 + rng.normal(1, 0.5, (pool, 2)) @ courses + rng.normal(0, 0.5, (pool, 24))
        own = donors[:3].mean(axis=0) + rng.normal(0, 0.3, 24)

        def ours(own: np.ndarray = own, donors: np.ndarray = donors) -> float:
            return synthetic_control(own, donors, 16).effect.effect

        def theirs(own: np.ndarray = own, donors: np.ndarray = donors) -> float:
            for k in range(len(donors)):
                general(np.delete(donors, k, 0)[:, :16], donors[k, :16])
            return float((own - general(donors[:, :16], own[:16]) @ donors)[16:].mean())

        size = f"{pool} donors, all placebos"
        yield Task("Synthetic control", size, pool, "scipy SLSQP", ours, theirs, near=0.05, their_repeats=1)


def series() -> Iterator[Task]:
    """The average over 50 memories, by number of periods."""
    gls = importlib.import_module("statsmodels.regression.linear_model").GLSAR
    for periods in (24, 48, 200):
        y = np.random.default_rng(periods).normal(size=periods) + 50
        start = periods * 2 // 3
        x = segments(periods, start).matrix

        def ours(y: np.ndarray = y, start: int = start) -> float:
            return interrupted_series(y, start).average.effect

        def theirs(y: np.ndarray = y, x: np.ndarray = x) -> float:
            return sum(gls(y, x, rho=np.array([rho])).fit().bse[0] for rho in np.linspace(0.0, 0.98, 50))

        size = f"{periods} periods, 50 memories"
        yield Task("Interrupted series", size, periods, "statsmodels GLSAR, 50 fits", ours, theirs)


def tasks() -> Iterator[Task]:
    """The three designs that follow few units over time, or stand at a cutoff."""
    yield from mixtures()
    yield from cutoffs()
    yield from series()


def main() -> None:
    on_one_thread()
    argparse.ArgumentParser(description=__doc__).parse_args()
    print_table(tasks())


if __name__ == "__main__":
    main()
