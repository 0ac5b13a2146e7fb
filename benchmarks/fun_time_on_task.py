"""Time on task of the same people by four methods: how far the method alone moves the figure.

Statements of an open video course (FUN-MOOC), which has no roster: its actors are adopted as one. Every method goes the
product's own way, import, lake, indicator. Printed are figures over all learners, never one learner's.

    python benchmarks/fun_time_on_task.py statements.ndjson.gz
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import numpy as np
from scipy.stats import spearmanr

from gainline.engine.indicators import compile_indicator, load_catalogue
from gainline.road.adopting import adopt
from gainline.road.importing import import_files
from gainline.road.workspace import Workspace

AS_OF = date(2022, 1, 1)
BY_EVENTS, BY_MINUTES = "time_on_task_events", "time_on_task_minutes"
METHODS: dict[str, tuple[str, Mapping[str, float], Mapping[str, tuple[str, ...]]]] = {
    "events: pauses up to 30 min, each at most 5": (BY_EVENTS, {"gap_minutes": 30, "cap_minutes": 5}, {}),
    "events: pauses up to 30 min, whole": (BY_EVENTS, {"gap_minutes": 30, "cap_minutes": 30}, {}),
    "events: pauses up to 10 min, whole": (BY_EVENTS, {"gap_minutes": 10, "cap_minutes": 10}, {}),
    "the player's own: stretches played, each once": (BY_MINUTES, {}, {"metric": ("minutes_watched",)}),
}


def minutes_by_method(statements: Path, folder: Path) -> dict[str, np.ndarray]:
    """Minutes of every learner by each method; arrays of shape ``(n_learners,)``, learners in one order.

    A learner of whom a method knows nothing counts as 0 minutes.
    """
    home = Workspace.create(folder / "home")
    import_files(home, [statements], as_of=AS_OF)
    adopt(home, "xapi", by="benchmark", as_of=AS_OF)
    catalogue = load_catalogue()[0]
    found = {}
    with home.lake.reading() as reading:
        for name, (key, params, where) in METHODS.items():
            query = compile_indicator(
                catalogue[key], reading.current, grain=("person_key",), params=params, where=where
            )
            rows = reading.arrow(query.order_by("person_key"))
            found[name] = np.nan_to_num(rows["value"].to_numpy(zero_copy_only=False).astype(float))
    return found


def main() -> None:
    """Print one row per method."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("statements", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = minutes_by_method(asked.statements, Path(folder))
    first = next(iter(found.values()))
    print("| method | learners | with time | hours in all | mean min | median min | to the first | rank correlation |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    for name, minutes in found.items():
        rank = spearmanr(first, minutes).statistic
        print(f"| {name} | {len(minutes):,} | {(minutes > 0).sum():,} | {minutes.sum() / 60:,.1f} "
              f"| {minutes.mean():.2f} | {np.median(minutes):.2f} | {minutes.sum() / first.sum():.2f} "
              f"| {rank:.3f} |")  # fmt: skip
    print("\nA session's stated duration, a fifth method, has nothing to read: no statement of this set carries one.")


if __name__ == "__main__":
    main()
