"""How fast is staggered adoption: ours beside the obvious alternatives, same panel, one run.

Group-time effects without covariates against the never-treated, all averages with their standard errors. Beside ours
a numpy loop over cohorts, periods and averages (the influence function of each cell as a vector over all units), and
diff-diff where it can be imported; it is no dependency of ours.

    python benchmarks/differences.py --sizes 1_000 10_000 100_000 --periods 10
"""

from __future__ import annotations

import argparse
import importlib
import warnings
from collections.abc import Callable, Iterator

import numpy as np

from gainline.engine.evidence.estimators.differences import staggered
from gainline.engine.evidence.estimators.group_time import Units
from timing import Task, on_one_thread, print_table


def panel(units: int, periods: int) -> Units:
    rng = np.random.default_rng(1)
    first = rng.choice([*range(3, periods - 1), periods], units).astype(np.intp)
    values = rng.normal(size=(units, periods)).cumsum(axis=1)
    values += 0.3 * (np.arange(periods)[None, :] >= first[:, None])
    return Units(values, np.ones(units), first, np.arange(units))


def loop(units: Units) -> tuple[float, float]:
    """The simple average and its large-sample error, and all event times, cell by cell."""
    periods = units.values.shape[1]
    never = units.first == periods
    cells = {}
    for group in np.unique(units.first[~never]):
        for period in range(periods):
            if period == group - 1:
                continue
            change = units.values[:, period] - units.values[:, group - 1]
            mine = units.first == group
            effect = change[mine].mean() - change[never].mean()
            influence = mine / mine.sum() * (change - change[mine].mean())
            influence = influence - never / never.sum() * (change - change[never].mean())
            cells[int(group), period] = (effect, influence)
    events = sorted({period - group for group, period in cells})
    chosen = [[key for key in cells if key[1] >= key[0]]]
    chosen += [[key for key in cells if key[1] - key[0] == event] for event in events]
    told = [average(units, cells, keys) for keys in chosen]
    return told[0]


def average(units: Units, cells: dict, keys: list[tuple[int, int]]) -> tuple[float, float]:
    share = {group: float(np.mean(units.first == group)) for group, _ in keys}
    mass = sum(share[group] for group, _ in keys)
    effect = sum(share[group] * cells[group, period][0] for group, period in keys) / mass
    influence = np.zeros(len(units.first))
    for group, period in keys:
        influence += share[group] / mass * cells[group, period][1]
        drawn = (units.first == group) / len(units.first)
        influence += drawn * (cells[group, period][0] - effect) / mass
    return effect, float(np.sqrt(influence @ influence))


def diff_diff(units: Units) -> Callable[[], float] | None:
    try:
        package, pandas = importlib.import_module("diff_diff"), importlib.import_module("pandas")
    except ImportError:
        return None
    m, periods = units.values.shape
    long = pandas.DataFrame(
        {
            "unit": np.repeat(np.arange(m), periods),
            "period": np.tile(np.arange(periods) + 1, m),
            "y": units.values.ravel(),
            "first": np.repeat(np.where(units.first == periods, 0, units.first + 1), periods),
        }
    )
    columns = {"outcome": "y", "unit": "unit", "time": "period", "first_treat": "first"}

    def run() -> float:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = package.CallawaySantAnna(control_group="never_treated").fit(long, **columns, aggregate="all")
        return float(found.overall_se)

    return run


def ours(units: Units) -> float:
    return staggered(units, "never").simple.std_error_large


def tasks(sizes: tuple[int, ...] = (1_000, 10_000, 100_000), periods: int = 10) -> Iterator[Task]:
    """By number of units: beside the next package, then beside the loop; the standard errors must agree."""
    panels = [(size, f"{size:,} units, {periods} periods", panel(size, periods)) for size in sizes]
    for n, size, units in panels:
        package = diff_diff(units)
        beside = "diff-diff" if package else "diff-diff: not installed"
        us = lambda units=units: ours(units)  # noqa: E731 - one row, one call
        yield Task(
            "Group-time effects, no covariate", size, n, beside, us, package, near=1e-6, goal=3 if n == 10_000 else None
        )
    for n, size, units in panels:
        us, them = lambda units=units: ours(units), lambda units=units: loop(units)[1]
        yield Task("the same effects", size, n, "numpy loop over cells", us, them, near=1e-6)


def main() -> None:
    on_one_thread()
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    asked.add_argument("--periods", type=int, default=10)
    options = asked.parse_args()
    print_table(tasks(tuple(options.sizes), options.periods))


if __name__ == "__main__":
    main()
