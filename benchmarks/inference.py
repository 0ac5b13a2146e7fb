"""How fast is inference for few clusters: ours beside the textbook's form or the usual package, same numbers, one run.

Each row checks that both contenders found the same, then prints the least CPU time of several runs of each, in turns,
and the ratio. Run it on one thread, because waiting threads count as CPU time:

    OPENBLAS_NUM_THREADS=1 python benchmarks/inference.py
"""

from __future__ import annotations

import argparse
import math
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import statsmodels.api as sm
from statsmodels.regression.mixed_linear_model import MixedLM

from gainline.engine.evidence.inference.cr2 import cr1, cr2
from gainline.engine.evidence.inference.linear import Columns, least_squares
from gainline.engine.evidence.inference.mixed import random_intercepts
from gainline.engine.evidence.inference.randomization import mechanism, randomization_test
from gainline.engine.evidence.inference.wild import multipliers, wild_bootstrap


@dataclass(frozen=True)
class Task:
    """One row: the two contenders, each giving the number by which they are compared, and how near it must be."""

    name: str
    size: str
    beside: str
    ours: Callable[[], float]
    theirs: Callable[[], float]
    near: float = 1e-6
    repeats: int = 5


@dataclass(frozen=True)
class Made:
    """Students in clusters, half of the clusters with the tool."""

    y: np.ndarray
    x: np.ndarray  # intercept, covariates, tool
    clusters: np.ndarray

    @property
    def columns(self) -> Columns:
        """The design under the names c0, c1, and so on."""
        return Columns(tuple(f"c{place}" for place in range(self.x.shape[1])), self.x)

    @property
    def last(self) -> str:
        """Name of the tool's column."""
        return f"c{self.x.shape[1] - 1}"


def made(n: int, m: int, k: int) -> Made:
    rng = np.random.default_rng(11)
    clusters = np.sort(rng.integers(0, m, n))
    tool = (np.arange(m) % 2)[clusters].astype(float)
    x = np.column_stack([np.ones(n), rng.normal(size=(n, k - 2)), tool])
    return Made(x @ np.linspace(0.5, 0.1, k) + 0.4 * rng.normal(size=m)[clusters] + rng.normal(size=n), x, clusters)


def our_cr2(given: Made) -> float:
    fit = least_squares(given.y, given.columns, needed=[given.last])
    found = cr2(fit, given.clusters, fit.contrast(given.last))
    return found.std_error * found.df


def dense_cr2(given: Made) -> float:
    """Pustejovsky and Tipton (2018), eq. 6 and 11, cluster by cluster with its own n_i by n_i eigenproblem."""
    x, m = given.x, int(given.clusters.max()) + 1
    bread = np.linalg.inv(x.T @ x)
    residual = given.y - x @ (bread @ (x.T @ given.y))
    contrast = bread[:, -1]
    parts = np.split(np.arange(len(x)), np.flatnonzero(np.diff(given.clusters)) + 1)
    meat, load, own = 0.0, np.empty((m, x.shape[1])), np.empty(m)
    for place, rows in enumerate(parts):
        inside = x[rows]
        values, vectors = np.linalg.eigh(np.eye(len(rows)) - inside @ bread @ inside.T)
        root = vectors @ np.diag(np.where(values > 1e-10, np.maximum(values, 1e-10) ** -0.5, 0.0)) @ vectors.T
        step = root @ inside @ contrast
        meat += float(step @ residual[rows]) ** 2
        load[place], own[place] = inside.T @ step, float(step @ step)
    gram = np.diag(own) - load @ bread @ load.T
    return meat**0.5 * float(np.trace(gram)) ** 2 / float(np.sum(gram**2))


def our_cr1(given: Made) -> float:
    fit = least_squares(given.y, given.columns, needed=[given.last])
    return cr1(fit, given.clusters, fit.contrast(given.last)).std_error


def statsmodels_cr1(given: Made) -> float:
    fit = sm.OLS(given.y, given.x).fit(cov_type="cluster", cov_kwds={"groups": given.clusters})
    return float(fit.bse[-1])


def our_redraws(given: Made, draws: int) -> float:
    names = np.array([f"s{code:03d}" for code in given.clusters], dtype=object)
    block = np.full(len(given.y), "", dtype=object)
    drawn = mechanism(names, block, given.x[:, -1] == 1.0)
    others = Columns(given.columns.names[:-1], given.x[:, :-1])
    return randomization_test(given.y, others, drawn, draws=draws, seed=1).effect


def looped_redraws(given: Made, draws: int) -> float:
    """The usual loop: permute the schools, solve least squares again, keep the coefficient."""
    rng = np.random.default_rng(1)
    m = int(given.clusters.max()) + 1
    arms, x = np.arange(m) % 2, given.x.copy()
    observed = float(np.linalg.lstsq(x, given.y, rcond=None)[0][-1])
    count = 0
    for _ in range(draws):
        x[:, -1] = rng.permutation(arms)[given.clusters]
        count += abs(float(np.linalg.lstsq(x, given.y, rcond=None)[0][-1])) >= abs(observed)
    return observed + 0.0 * count


def our_worlds(given: Made, draws: int) -> float:
    fit = least_squares(given.y, given.columns, needed=[given.last])
    return wild_bootstrap(fit, given.clusters, given.last, draws=draws, seed=1).p


def looped_worlds(given: Made, draws: int) -> float:
    """A plain loop over worlds: refit, cluster-robust t, compare; p alone, while ours gives the interval too."""
    x, y, clusters = given.x, given.y, given.clusters
    m = int(clusters.max()) + 1
    bread = np.linalg.inv(x.T @ x)
    hat = bread @ x.T
    others = x[:, :-1]
    fitted = others @ np.linalg.lstsq(others, y, rcond=None)[0]
    residual = y - fitted

    def t(values: np.ndarray) -> float:
        beta = hat @ values
        scores = np.column_stack(
            [np.bincount(clusters, column, minlength=m) for column in (x * (values - x @ beta)[:, None]).T]
        )
        return abs(float(beta[-1])) / math.sqrt(float((bread @ (scores.T @ scores) @ bread)[-1, -1]))

    observed = t(y)
    worlds = multipliers(m, draws=draws, seed=1)
    count = sum(t(fitted + v[clusters] * residual) >= observed * (1 - 1e-9) for v in worlds.values)
    return count / len(worlds.values) if worlds.is_exact else (1 + count) / (1 + len(worlds.values))


def our_intercepts(given: Made) -> float:
    return random_intercepts(given.y, given.columns, given.clusters, needed=[given.last]).effect(given.last).std_error


def statsmodels_intercepts(given: Made) -> float:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return float(MixedLM(given.y, given.x, given.clusters).fit(reml=True).bse_fe[-1])


def tasks(largest: int) -> Iterator[Task]:
    for n, m in ((20_000, 50), (200_000, 500)):
        if n <= largest:
            big = made(n, m, 7)
            size = f"{n:,} students, {m} clusters"
            dense = "textbook, one eigenproblem per cluster"
            yield Task(
                "CR2 and Satterthwaite", size, dense, lambda g=big: our_cr2(g), lambda g=big: dense_cr2(g), repeats=3
            )
            yield Task(
                "OLS with CR1", size, "statsmodels OLS", lambda g=big: our_cr1(g), lambda g=big: statsmodels_cr1(g)
            )
    for n, m in ((500, 10), (2_000, 40)):
        few = made(n, m, 6)
        size = f"2,000 draws, {n:,} students, {m} schools"
        yield Task(
            "Randomization inference",
            size,
            "numpy lstsq in a loop",
            lambda g=few: our_redraws(g, 2_000),
            lambda g=few: looped_redraws(g, 2_000),
            repeats=3,
        )
        size = f"9,999 worlds, {n:,} students, {m} schools"
        yield Task(
            "Wild bootstrap, p and interval",
            size,
            "refit in a loop, p alone",
            lambda g=few: our_worlds(g, 9_999),
            lambda g=few: looped_worlds(g, 9_999),
            repeats=2,
        )
    for n, m in ((1_000, 40), (7_185, 160)):
        nested = made(n, m, 3)
        yield Task(
            "Random intercepts, REML",
            f"{n:,} students, {m} schools",
            "statsmodels MixedLM",
            lambda g=nested: our_intercepts(g),
            lambda g=nested: statsmodels_intercepts(g),
            near=1e-3,
        )


def least(task: Task) -> tuple[float, float]:
    """The least CPU time of each contender, run in turns."""
    best = [math.inf, math.inf]
    for _ in range(task.repeats):
        found = []
        for place, run in enumerate((task.ours, task.theirs)):
            start = time.process_time()
            found.append(run())
            best[place] = min(best[place], time.process_time() - start)
        if not math.isclose(found[0], found[1], rel_tol=task.near):
            raise SystemExit(f"{task.name}: {found[0]!r} is not {found[1]!r}")
    return best[0], best[1]


def main() -> None:
    """Print one markdown row per task and size."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--largest", type=int, default=200_000, help="most students of the large rows")
    asked = parser.parse_args()
    print("| task | size | ours, CPU s | beside | CPU s | ratio |")
    print("|---|---|---:|---|---:|---:|")
    for task in tasks(asked.largest):
        ours, theirs = least(task)
        print(
            f"| {task.name} | {task.size} | {ours:.4f} | {task.beside} | {theirs:.3f} | {theirs / ours:.0f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
