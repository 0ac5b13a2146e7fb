"""10,000 runs of networks of 100 to 3,000 activities, beside a plain loop over runs and activities.

Run it with: python benchmarks/simulation.py [--runs 10000] [--plain 50]
Ours counts everything `gainline roadmap simulate` does with a network: drawing, five risks each taken out once, chains,
tails, and the second, fresh simulation that checks the contingency; "core" is one pass alone. The plain loop draws and
passes through the network with the standard library, on fewer runs; its seconds are scaled up. Both draw from the same
three-point estimates; that they agree is a property test, and here their mean finishes are shown side by side.
"""

from __future__ import annotations

import argparse
import math
import random
import time

import numpy as np

from gainline.engine.core.refusals import Refusal
from gainline.engine.roadmap.simulation import Driver, Link, RiskNetwork, Shape, Step, simulate
from gainline.engine.roadmap.simulation.network import order_of
from gainline.engine.roadmap.simulation.simulating import run_many
from timing import on_one_thread

SIZES = (100, 1_000, 3_000)
GROUPS = 10
RHO = 0.3
COLUMNS = (
    "activities",
    "links",
    "shape",
    "core, CPU s",
    "all, CPU s",
    "plain loop, CPU s",
    "ratio",
    "mean finish",
    "P80",
)


def made_up(count: int, shape: Shape) -> RiskNetwork:
    draw = np.random.default_rng(1)
    steps, links = [], []
    for place in range(count):
        likely = float(draw.integers(2, 9))
        steps.append(Step(f"s{place}", (0.7 * likely, likely, 2.0 * likely), group=place % GROUPS, weekly=1.0))
        for before in sorted({int(b) for b in draw.integers(max(0, place - 60), place, size=2)} if place else ()):
            links.append(Link(before, place))
    drivers = tuple(
        Driver(f"d{n}", 0.3, tuple(int(p) for p in draw.choice(count, count // 10, replace=False)), (1.1, 1.3, 1.8))
        for n in range(5)
    )
    return RiskNetwork(tuple(steps), tuple(links), drivers=drivers, correlations=(RHO,) * GROUPS, shape=shape)


def plain(network: RiskNetwork, runs: int) -> float:
    """The mean finish by one loop over runs and one over activities."""
    chance = random.Random(1)
    own, common = math.sqrt(1.0 - RHO), math.sqrt(RHO)
    total = 0.0
    for _ in range(runs):
        shared = [chance.gauss(0.0, 1.0) for _ in range(GROUPS)]
        weeks = []
        for step in network.steps:
            normal = own * chance.gauss(0.0, 1.0) + common * shared[step.group or 0]
            weeks.append(three_point(step.weeks, 0.5 * math.erfc(-normal / math.sqrt(2.0))))
        for driver in network.drivers:
            if chance.random() < driver.probability:
                factor = three_point(driver.weeks, chance.random())
                for place in driver.steps:
                    weeks[place] *= factor
        ends: list[float] = []
        for place in range(len(network.steps)):
            start = max((ends[link.before] for link in network.into[place]), default=0.0)
            ends.append(start + weeks[place])
        total += max(ends)
    return total / runs


def three_point(three: tuple[float, float, float], below: float) -> float:
    low, likely, high = three
    mode = (likely - low) / (high - low)
    if below < mode:
        return low + math.sqrt(below * (high - low) * (likely - low))
    return high - math.sqrt((1.0 - below) * (high - low) * (high - likely))


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--runs", type=int, default=10_000)
    asked.add_argument("--plain", type=int, default=50)
    given = asked.parse_args()
    on_one_thread()
    print("| " + " | ".join(COLUMNS) + " |\n|" + "---|" * len(COLUMNS), flush=True)
    for count in SIZES:
        for shape in Shape:
            row(made_up(count, shape), given.runs, given.plain)


def row(network: RiskNetwork, runs: int, few: int) -> None:
    order = order_of(network)
    if isinstance(order, Refusal):
        raise TypeError(str(order))
    begun = time.process_time()
    core = run_many(network, order, runs, np.random.SeedSequence(1), look_closer=False)
    core_seconds, begun = time.process_time() - begun, time.process_time()
    found = simulate(network, runs=runs, seed=1)
    all_seconds, begun = time.process_time() - begun, time.process_time()
    if isinstance(found, Refusal):
        raise TypeError(str(found))
    beside = plain(network, few) if network.shape is Shape.TRIANGULAR else math.nan
    plain_seconds = (time.process_time() - begun) * runs / few
    cells = [len(network.steps), len(network.links), network.shape.value, f"{core_seconds:.2f}", f"{all_seconds:.2f}"]
    if math.isnan(beside):
        cells += ["", "", f"{core.finish.mean():.1f}"]
    else:
        ratio, both = f"{plain_seconds / core_seconds:.0f}", f"{core.finish.mean():.1f} ({beside:.1f})"
        cells += [f"{plain_seconds:.0f} ({few} runs, scaled)", ratio, both]
    print("| " + " | ".join(map(str, [*cells, f"{found.finish.levels[80]:.1f}"])) + " |", flush=True)


if __name__ == "__main__":
    main()
