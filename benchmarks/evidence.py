"""The evidence engine's speed in one table: ours beside the obvious alternative, with growth in n, in one run.

CPU seconds, the least of several runs, on one thread. Packages that are no part of Gainline are timed where they can
be imported; where they cannot, their cells say so and stay empty.

    python3 run.py bench evidence
"""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Iterator
from dataclasses import replace

from gainline.engine.worlds.calibration import CalibrationSpec, district, plan
from gainline.engine.worlds.calibration.judged import judged
from timing import Task, on_one_thread, print_table

PARTS = ("inference", "matching", "differences", "over_time")


def replicates() -> Iterator[Task]:
    """A district made, its plan evaluated with every check and companion, and the answer held against the truth."""
    spec = CalibrationSpec(arms="students", selection="S2")
    for schools in (8, 24):
        asked = replace(spec, schools=schools)
        registered = plan(asked, groups=("low_income",))

        def ours(asked: CalibrationSpec = asked, registered: object = registered) -> float:
            return judged(district(asked, seed=1), registered, seed=1)["effect"]

        size = f"{schools} schools, {len(district(asked, seed=1).people):,} students"
        beside = "no package does the whole; eight estimators alone took a prototype 0.3"
        yield Task("One calibration world, matched", size, schools, beside, ours, repeats=3)


def tasks(quick: bool) -> Iterator[Task]:
    """Every row; the quick ones leave the largest sizes out."""
    smaller = {"inference": [20_000], "matching": [(500, 2_000)], "differences": [(1_000, 10_000)]} if quick else {}
    for part in PARTS:
        yield from importlib.import_module(part).tasks(*smaller.get(part, []))
    yield from replicates()


def main() -> None:
    """Print the table."""
    on_one_thread()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="without the largest sizes")
    print_table(tasks(parser.parse_args().quick))


if __name__ == "__main__":
    main()
