"""What a reader can work out of the public pages: single tables, linked tables, releases over time; and hiding's cost.

Run it with: python benchmarks/disclosure.py [TABLES CUBES HISTORIES SHARES]
The reader is another program than the exit's own audit: it reads the printed texts, knows how counts add up, and solves
with CP-SAT. Zero exact counts, zero ranges under 5 and zero worked-out changes are wanted in each line. A second reader
of the histories knows how many people came and left between any two releases as well.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from disclosure_oracle import least_hidden
from disclosure_scenes import POLICY, Tally, counts_of, cube, history, public, single
from gainline.engine.privacy import two_way

SEED = 20261122


def attacks(tables: int, cubes: int, histories: int) -> None:
    """Print one line per kind of attack."""
    singles, linked, stranger, knowing = Tally(), Tally(), Tally(), Tally()
    chance = np.random.default_rng(SEED)
    for _ in range(tables):
        single(chance, singles)
    print("single tables:", singles, flush=True)
    chance = np.random.default_rng(SEED)
    for _ in range(cubes):
        cube(chance, linked)
    print("linked cubes:", linked, flush=True)
    chance = np.random.default_rng(SEED)
    for _ in range(histories):
        history(chance, stranger, knowing)
    print("histories:", stranger)
    print("histories, turnover known:", knowing, flush=True)


def shares(tables: int) -> None:
    """Print how many counts are not shown exactly beside the fewest possible, on small tables."""
    chance = np.random.default_rng(SEED)
    ours = hidden = least = judged = unproved = 0
    for _ in range(tables):
        rows, columns = chance.integers(2, 5), chance.integers(2, 4)
        counts = counts_of(chance, rows, columns)
        table = two_way("t", [f"r{i}" for i in range(rows)], [f"c{i}" for i in range(columns)], counts)
        fewest = least_hidden(table, POLICY)
        if not fewest:
            unproved += fewest is None
            continue
        released, _ = public(table)
        judged += 1
        least += fewest
        ours += sum(count.shown != "exact" for count in released.counts.values())
        hidden += sum(count.is_hidden for count in released.counts.values())
    print(f"hidden share: {judged} tables with a small count ({unproved} unproved); not exact {ours}, fewest {least},")
    print(f"ratio {ours / max(least, 1):.3f}; without those shown as a range {hidden / max(least, 1):.3f}")


def main() -> None:
    """Run everything at the size that was asked for."""
    sizes = [int(size) for size in sys.argv[1:5]] if len(sys.argv) == 5 else [500, 200, 50, 100]
    attacks(*sizes[:3])
    shares(sizes[3])


if __name__ == "__main__":
    main()
