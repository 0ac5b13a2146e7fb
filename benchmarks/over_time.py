"""How long a cutoff, a synthetic control and an interrupted series take beside the usual way, same data, one run.

The peers are what an analyst would reach for: rdrobust where it is installed (it is GPL and no part of Gainline),
scipy's general constrained optimizer for the weights of every placebo, and statsmodels' GLSAR once per memory.

    python benchmarks/over_time.py
"""

from __future__ import annotations

import argparse
import importlib
import statistics
import time
import warnings
from collections.abc import Callable

import numpy as np
from scipy.optimize import minimize

from gainline.engine.evidence.estimators.cutoff import discontinuity, scores_at
from gainline.engine.evidence.estimators.series import interrupted_series, segments
from gainline.engine.evidence.estimators.synthetic_control import synthetic_control


def seconds(run: Callable[[], object], rounds: int) -> float:
    """Median processor seconds of several runs."""
    taken = []
    for _ in range(rounds):
        start = time.process_time()
        run()
        taken.append(time.process_time() - start)
    return statistics.median(taken)


def line(task: str, ours: float, peer: str, theirs: float | None) -> None:
    """One row of the table."""
    beside = "not installed" if theirs is None else f"{theirs:10.4f} s {theirs / ours:9.1f}x"
    print(f"{task:44s} {ours:10.4f} s   {peer:28s} {beside}")


def cutoffs(rounds: int) -> None:
    """The jump with bandwidths chosen, by number of students."""
    for n in (1_000, 10_000, 100_000):
        rng = np.random.default_rng(n)
        score = rng.normal(0, 10, n)
        y = 50 + 0.4 * score - 0.01 * score**2 + 3 * (score >= 0) + rng.normal(0, 4, n)

        def ours(score: np.ndarray = score, y: np.ndarray = y) -> object:
            return discontinuity(scores_at(score, y, 0.0, "at or above"))

        theirs = None
        try:
            rdrobust = importlib.import_module("rdrobust").rdrobust
        except ImportError:
            rdrobust = None
        if rdrobust is not None and n <= 10_000:
            theirs = seconds(lambda y=y, score=score, fit=rdrobust: fit(y, score), 1)
        line(f"cutoff, {n:,} students", seconds(ours, rounds), "rdrobust", theirs)


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


def mixtures(rounds: int) -> None:
    """Weights, all placebos and the interval, by number of donors."""
    for pool in (20, 40, 80):
        rng = np.random.default_rng(pool)
        courses = rng.normal(size=(2, 24)).cumsum(axis=1)
        donors = 60 + rng.normal(1, 0.5, (pool, 2)) @ courses + rng.normal(0, 0.5, (pool, 24))
        own = donors[:3].mean(axis=0) + rng.normal(0, 0.3, 24)

        def ours(own: np.ndarray = own, donors: np.ndarray = donors) -> object:
            return synthetic_control(own, donors, 16)

        def theirs(own: np.ndarray = own, donors: np.ndarray = donors) -> object:
            placebos = [general(np.delete(donors, k, 0)[:, :16], donors[k, :16]) for k in range(len(donors))]
            return [general(donors[:, :16], own[:16]), *placebos]

        line(f"synthetic control, {pool} donors, all placebos", seconds(ours, rounds), "SLSQP", seconds(theirs, 1))


def series(rounds: int) -> None:
    """The average over 50 memories, by number of periods."""
    gls = importlib.import_module("statsmodels.regression.linear_model").GLSAR
    for periods in (24, 48, 200):
        y = np.random.default_rng(periods).normal(size=periods) + 50
        start = periods * 2 // 3
        x = segments(periods, start).matrix

        def ours(y: np.ndarray = y, start: int = start) -> object:
            return interrupted_series(y, start)

        def theirs(y: np.ndarray = y, x: np.ndarray = x) -> object:
            return [gls(y, x, rho=np.array([rho])).fit().bse for rho in np.linspace(0.0, 0.98, 50)]

        line(f"series, {periods} periods, 50 memories", seconds(ours, rounds), "GLSAR, 50 fits", seconds(theirs, 3))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    warnings.simplefilter("ignore")
    for task in (cutoffs, mixtures, series):
        task(rounds)


if __name__ == "__main__":
    main()
