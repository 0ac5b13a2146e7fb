"""How fast is inference for few clusters: ours beside the textbook's form or the usual package, same numbers, one run.

Each row checks that both contenders found the same, then prints the least CPU time of several runs of each and the
ratio.

    python benchmarks/inference.py
"""

from __future__ import annotations

import argparse
import math
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import statsmodels.api as sm
from statsmodels.regression.mixed_linear_model import MixedLM

from gainline.engine.evidence.inference.cr2 import cr1, cr2
from gainline.engine.evidence.inference.linear import Columns, least_squares
from gainline.engine.evidence.inference.mixed import random_intercepts
from gainline.engine.evidence.inference.randomization import mechanism, randomization_test, recorded_mechanism
from gainline.engine.evidence.inference.wild import multipliers, wild_bootstrap
from gainline.engine.pilots.assigning.draw import draw
from gainline.engine.pilots.assigning.lot import Lot, Procedure
from gainline.engine.pilots.assignment import Assignment
from timing import Task, on_one_thread, print_table


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


def rerandomized(m: int) -> Assignment:
    """A draw of m schools in two halves, held to a bound of balance on five covariates."""
    rng = np.random.default_rng(5)
    units = tuple(f"s{place:03d}" for place in range(m))
    lot = Lot(units, ("all",) * m, tuple("abcde"), rng.normal(size=(m, 5)))
    return draw(lot, Procedure("rerandomized"), seed=1).assignment


def our_accepted(given: Made, record: Assignment, draws: int) -> float:
    names = np.array([record.units[code] for code in given.clusters], dtype=object)
    tool = record.arms[given.clusters] == 0
    drawn = recorded_mechanism(names, tool, record, tool_arms=("tool",), usual_arms=("usual",))
    others = Columns(given.columns.names[:-1], given.x[:, :-1])
    return randomization_test(given.y, others, drawn, draws=draws, seed=1).effect


def looped_accepted(given: Made, record: Assignment, draws: int) -> float:
    """Permute until the Mahalanobis distance is within the bound, then solve least squares again."""
    rng = np.random.default_rng(1)
    arms, x = record.arms == 0, given.x.copy()
    centered = record.balance - record.balance.mean(axis=0)
    inverse = np.linalg.inv(np.cov(centered.T))
    m = len(arms)
    x[:, -1] = arms[given.clusters]
    observed = float(np.linalg.lstsq(x, given.y, rcond=None)[0][-1])
    count = 0
    for _ in range(draws):
        while True:
            one = rng.permutation(arms)
            apart = centered[one].mean(axis=0) - centered[~one].mean(axis=0)
            if m / 4 * float(apart @ inverse @ apart) <= record.bound:
                break
        x[:, -1] = one[given.clusters]
        count += abs(float(np.linalg.lstsq(x, given.y, rcond=None)[0][-1])) >= abs(observed)
    return observed + 0.0 * count


def tasks(largest: int = 200_000) -> Iterator[Task]:
    """Regression by cluster, redrawn assignments, the wild bootstrap and random intercepts."""
    yield from _regressions(largest)
    for n, m in ((500, 10), (2_000, 40)):
        yield from _redraws(n, m)
    for n, m in ((1_000, 40), (7_185, 160)):
        nested = made(n, m, 3)
        yield Task(
            "Random intercepts, REML",
            f"{n:,} students, {m} schools",
            n,
            "statsmodels MixedLM",
            lambda g=nested: our_intercepts(g),
            lambda g=nested: statsmodels_intercepts(g),
            near=1e-3,
            goal=42 if n == 7_185 else None,
        )


def _regressions(largest: int) -> Iterator[Task]:
    sizes = [(n, m) for n, m in ((20_000, 50), (200_000, 500)) if n <= largest]
    worlds = [(n, f"{n:,} students, {m} clusters", made(n, m, 7)) for n, m in sizes]
    for n, size, big in worlds:
        us, them = lambda g=big: our_cr1(g), lambda g=big: statsmodels_cr1(g)
        yield Task("OLS with CR1", size, n, "statsmodels OLS", us, them, near=1e-6, goal=5.5 if n == 200_000 else None)
    for n, size, big in worlds:
        us, them = lambda g=big: our_cr2(g), lambda g=big: dense_cr2(g)
        beside = "textbook, one eigenproblem per cluster"
        goal = 50 if n == 200_000 else None
        yield Task("CR2 and Satterthwaite", size, n, beside, us, them, near=1e-6, their_repeats=2, goal=goal)
    yield Task(
        "Two sets of fixed effects", "500 and 5,000 groups", 1, "not built: no registered design asks for it", None
    )


def _redraws(n: int, m: int) -> Iterator[Task]:
    few, record, size = made(n, m, 6), rerandomized(m), f"{n:,} students, {m} schools"
    yield Task(
        "Randomization inference, 2,000 draws",
        size,
        n,
        "numpy lstsq in a loop",
        lambda: our_redraws(few, 2_000),
        lambda: looped_redraws(few, 2_000),
        near=1e-6,
        their_repeats=2,
        goal=30 if n == 2_000 else None,
    )
    yield Task(
        "the same, rerandomized",
        size,
        n,
        "numpy, permuted until accepted",
        lambda: our_accepted(few, record, 2_000),
        lambda: looped_accepted(few, record, 2_000),
        near=1e-6,
        their_repeats=1,
        goal=30 if n == 2_000 else None,
    )
    yield Task(
        "Wild bootstrap, 9,999 worlds, p and interval",
        size,
        n,
        "refit in a loop, p alone",
        lambda: our_worlds(few, 9_999),
        lambda: looped_worlds(few, 9_999),
        near=1e-6,
        their_repeats=1,
    )


def main() -> None:
    """Print one markdown row per task and size."""
    on_one_thread()
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--largest", type=int, default=200_000, help="most students of the large rows")
    print_table(tasks(parser.parse_args().largest))


if __name__ == "__main__":
    main()
