"""How fast is matching: ours beside the obvious alternatives, same students, one run.

Greedy 1:1 without replacement within a caliper of 0.2 SD of the logit score, beside pymatchit where it can be imported
(it is no dependency of ours) and beside a numpy loop (one pass over all free comparison students per tool student).
Exact nearest neighbors in 15 dimensions beside scipy's tree. Optimal pairs beside scipy's dense assignment, which knows
no caliper.

    python benchmarks/matching.py
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import io
import warnings
from collections.abc import Callable, Iterator

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.spatial import KDTree

from gainline.engine.evidence.balancing.entropy import entropy_balance
from gainline.engine.evidence.balancing.full import match_fully
from gainline.engine.evidence.balancing.matching import match_on_score, match_on_vector, pooled_caliper, whitened
from gainline.engine.evidence.balancing.optimal import match_optimally
from gainline.engine.evidence.balancing.propensity import propensity
from gainline.engine.evidence.inference.linear import Columns
from timing import Task, on_one_thread, print_table

DENSE_CEILING = 40_000_000  # distances: 320 MB
PYMATCHIT_CEILING = 20_000  # students; 10,000 of 100,000 took more than five minutes and was then stopped
NOT_INSTALLED = "pymatchit-causal is not installed"


def students(tool_students: int, controls: int) -> tuple[np.ndarray, Columns]:
    rng = np.random.default_rng(1)
    n = tool_students * (1 + controls)
    tool = np.arange(n) < tool_students
    return tool, Columns(tuple("abcde"), rng.normal(size=(n, 5)) + 0.3 * tool[:, None])


def loop(score: np.ndarray, tool: np.ndarray, caliper: float) -> int:
    offered, taken, pairs = score[~tool], np.zeros(int((~tool).sum()), dtype=bool), 0
    for value in np.sort(score[tool])[::-1]:
        apart = np.where(taken, np.inf, np.abs(offered - value))
        best = int(np.argmin(apart))
        if apart[best] <= caliper:
            taken[best] = True
            pairs += 1
    return pairs


def dense(score: np.ndarray, tool: np.ndarray) -> int:
    return len(linear_sum_assignment(np.abs(score[tool][:, None] - score[~tool][None, :]))[0])


def pymatchit(tool: np.ndarray, covariates: Columns) -> Callable[[], float] | None:
    try:
        MatchIt, pd = importlib.import_module("pymatchit").MatchIt, importlib.import_module("pandas")
    except ImportError:
        return None
    table = pd.DataFrame(covariates.matrix, columns=list(covariates.names)).assign(treat=tool.astype(int))
    formula = "treat ~ " + " + ".join(covariates.names)

    def run() -> float:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            MatchIt(table, method="nearest", distance="glm", replace=False, caliper=0.2).fit(formula)
        return 0.0

    return run


def pairs(found: object) -> float:
    """How many tool students were matched: the number by which two ways are compared."""
    return float(found.sets.max() + 1)


def tasks(sizes: tuple[int, ...] = (500, 2_000, 10_000), controls: int = 9) -> Iterator[Task]:
    """Each way of matching, by number of tool students, each with so many comparison students."""
    worlds = [(size, f"{size:,} of {size * (1 + controls):,} students", *students(size, controls)) for size in sizes]
    for each in (on_scores, given_scores, in_many_dimensions, optimal, full, balanced):
        for n, size, tool, covariates in worlds:
            yield from each(n, size, tool, covariates)


def on_scores(n: int, size: str, tool: np.ndarray, covariates: Columns) -> Iterator[Task]:
    whole = np.zeros(len(tool), dtype=np.intp)

    def ours() -> float:
        score = propensity(tool, covariates).logit
        return pairs(match_on_score(score, tool, whole, caliper=pooled_caliper(score, tool, 0.2), ratio=1))

    theirs = pymatchit(tool, covariates) if len(tool) <= PYMATCHIT_CEILING else None
    why = NOT_INSTALLED if len(tool) <= PYMATCHIT_CEILING else "not run, it grows beyond this machine"
    beside = "pymatchit" if theirs else f"pymatchit: {why}"
    goal = 100 if n >= 2_000 else None
    yield Task("Propensity score and greedy pairs", size, n, beside, ours, theirs, their_repeats=1, goal=goal)


def given_scores(n: int, size: str, tool: np.ndarray, covariates: Columns) -> Iterator[Task]:
    whole, score = np.zeros(len(tool), dtype=np.intp), propensity(tool, covariates).logit
    caliper = pooled_caliper(score, tool, 0.2)
    yield Task(
        "greedy pairs on a given score",
        size,
        n,
        "numpy loop",
        lambda: pairs(match_on_score(score, tool, whole, caliper=caliper, ratio=1)),
        lambda: float(loop(score, tool, caliper)),
        near=0.01,
        their_repeats=1,
    )


def in_many_dimensions(n: int, size: str, tool: np.ndarray, covariates: Columns) -> Iterator[Task]:
    rng = np.random.default_rng(2)
    points = whitened(rng.normal(size=(len(tool), 15)), tool)
    whole = np.zeros(len(tool), dtype=np.intp)

    def theirs() -> float:
        return float(KDTree(points[~tool]).query(points[tool])[0].sum())

    yield Task(
        "Mahalanobis pairs in 15 dimensions",
        size,
        n,
        "scipy KDTree, nearest with replacement",
        lambda: pairs(match_on_vector(points, tool, whole, caliper=100.0, ratio=1)),
        theirs,
        repeats=1,
        their_repeats=1,
    )


def optimal(n: int, size: str, tool: np.ndarray, covariates: Columns) -> Iterator[Task]:
    whole, score = np.zeros(len(tool), dtype=np.intp), propensity(tool, covariates).logit
    caliper = pooled_caliper(score, tool, 0.2)
    fits = n * int((~tool).sum()) <= DENSE_CEILING
    yield Task(
        "Optimal pairs within the caliper",
        size,
        n,
        "scipy dense assignment" if fits else "scipy dense assignment: 7 GB of distances",
        lambda: pairs(match_optimally(score[:, None], tool, whole, caliper=caliper, ratio=1).matched),
        (lambda: float(dense(score, tool))) if fits else None,
        repeats=2,
        their_repeats=2,
    )


def full(n: int, size: str, tool: np.ndarray, covariates: Columns) -> Iterator[Task]:
    if n * int((~tool).sum()) > DENSE_CEILING:
        return
    whole, score = np.zeros(len(tool), dtype=np.intp), propensity(tool, covariates).logit
    caliper = pooled_caliper(score, tool, 0.2)
    work = lambda: pairs(match_fully(score[:, None], tool, whole, caliper=caliper))  # noqa: E731 - one row, one call
    yield Task("Optimal full matching", size, n, "", work, repeats=2)


def balanced(n: int, size: str, tool: np.ndarray, covariates: Columns) -> Iterator[Task]:
    yield Task("Entropy balancing", size, n, "", lambda: entropy_balance(tool, covariates).effective)


def main() -> None:
    on_one_thread()
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--sizes", type=int, nargs="+", default=[500, 2_000, 10_000])
    reader.add_argument("--controls", type=int, default=9)
    asked = reader.parse_args()
    print_table(tasks(tuple(asked.sizes), asked.controls))


if __name__ == "__main__":
    main()
