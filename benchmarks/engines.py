"""Do DuckDB and Spark give the same numbers? Every shipped indicator, two splits and more, both engines, one table.

Counts must be equal, and values within one part in a billion. Stops with an error where one is not.

    python3 run.py cluster -- python benchmarks/engines.py --events 5_000_000
    python3 run.py cluster -- python benchmarks/engines.py --workspace path/to/an/imported/district
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa

from engine_district import WINDOW, build_lake
from gainline.engine.core.calendar import Window
from gainline.engine.core.errors import UserFixable
from gainline.engine.indicators import Indicator, compile_indicator, load_catalogue
from gainline.lake import Lake, Power, Reading

VARIABLE = "GAINLINE_ENGINE"
NEAR = 1e-9  # relative: two engines add the same terms in another order
DUST = 1e-14
CALENDAR = ("week_start",)
Grain = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """One indicator in one split on both engines: groups, counts that differ, and the widest relative difference."""

    key: str
    grain: Grain
    groups: int
    unequal: int
    widest: float
    seconds: tuple[float, float]

    @property
    def is_equal(self) -> bool:
        """Tell whether nothing differs that may not."""
        return self.unequal == 0 and self.widest <= NEAR


def splits(indicator: Indicator, *, every: bool) -> Iterator[Grain]:
    """The splits to compare: a coarse one, whose means run over many students, and the finest one; or each column."""
    columns = [name for name in indicator.grain_columns if name != "person_key"]
    fine = ("person_key", *(name for name in CALENDAR if name in columns))
    if every:
        yield ()
        yield from ((name,) for name in columns)
    else:
        yield tuple(columns[:2])
    if "person_key" in indicator.grain_columns:
        yield fine


def compare(first: pa.Table, second: pa.Table, grain: Grain) -> tuple[int, int, float]:
    """Groups, groups or counts that differ, and the widest relative difference of a value.

    Where gains and losses cancel, all that is left of a mean may be rounding: a difference below `DUST` of the largest
    value of the column is none.
    """
    one, two = (_by_group(table, grain) for table in (first, second))
    unequal = len(one.keys() ^ two.keys())
    dust = DUST * max((abs(value) for value, _ in one.values() if value is not None), default=0.0)
    widest = 0.0
    for group in one.keys() & two.keys():
        (value, n), (other, many) = one[group], two[group]
        unequal += n != many or (value is None) != (other is None)
        if value is not None and other is not None and abs(value - other) > dust:
            widest = max(widest, abs(value - other) / max(abs(value), abs(other), 1e-300))
    return len(one), unequal, widest


def _by_group(table: pa.Table, grain: Grain) -> dict[tuple[object, ...], tuple[float | None, int]]:
    columns = [table[name].to_pylist() for name in grain]
    groups = zip(*columns, strict=True) if columns else [()] * table.num_rows
    return dict(zip(groups, zip(table["value"].to_pylist(), table["n"].to_pylist(), strict=True), strict=True))


def ask(reading: Reading, indicator: Indicator, grain: Grain, where: dict[str, list[str]], window: Window) -> pa.Table:
    """One answer."""
    return reading.arrow(compile_indicator(indicator, reading.current, grain=grain, window=window, where=where))


def pairs(lake: Lake, address: str, wanted: Iterable[str], *, window: Window, every: bool) -> Iterator[Pair]:
    """Each indicator and split, asked of DuckDB and of Spark over the same snapshot."""
    catalogue = load_catalogue()[0]
    os.environ[VARIABLE] = "duckdb"
    with lake.reading(power=Power()) as near:
        ways = _assessment(near)
        os.environ[VARIABLE] = address
        with lake.reading() as far:
            for key in wanted or sorted(catalogue):
                indicator = catalogue[key]
                asked = _asked(indicator, near, ways)
                if asked is None:
                    continue
                for grain in splits(indicator, every=every):
                    begin = time.perf_counter()
                    first = ask(near, indicator, grain, asked, window)
                    middle = time.perf_counter()
                    second = ask(far, indicator, grain, asked, window)
                    seconds = (middle - begin, time.perf_counter() - middle)
                    yield Pair(key, grain, *compare(first, second, grain), seconds)


def _assessment(reading: Reading) -> list[dict[str, list[str]]]:
    """Ways to ask for the assessment with the most results: by two of its forms, by one, by the definition's own."""
    table = reading.table("results")
    scored = table.filter(table.score.notnull())
    counted = reading.arrow(scored.group_by("assessment", "form").agg(n=scored.count()))
    rows = sorted(counted.to_pylist(), key=lambda row: (-row["n"], row["assessment"], row["form"]))
    if not rows:
        return []
    one = rows[0]["assessment"]
    forms = sorted(row["form"] for row in [row for row in rows if row["assessment"] == one][:2])
    return [{"assessment": [one], "form": forms[:many]} for many in (2, 1)] + [{"assessment": [one]}]


def _asked(indicator: Indicator, reading: Reading, ways: list[dict[str, list[str]]]) -> dict[str, list[str]] | None:
    """The first way that the indicator takes; None where it needs an assessment and the lake has none."""
    if not indicator.needs_assessment:
        return {}
    for way in ways:
        try:
            compile_indicator(indicator, reading.current, grain=(), window=WINDOW, where=way)
        except UserFixable:
            continue
        return way
    return None


def _window(lake: Lake) -> Window:
    """The first half year in which anything was used: more weeks would only be more of the same rows."""
    with lake.reading() as reading:
        usage = reading.table("usage")
        found = reading.arrow(usage.aggregate(first=usage.first_day.min(), last=usage.last_day.max())).to_pylist()[0]
    first: date = found["first"] or WINDOW.start
    return Window(first, min(found["last"] or first + timedelta(weeks=1), first + timedelta(weeks=26)))


def report(found: Iterable[Pair]) -> bool:
    """Print a line per indicator; whether every one is equal."""
    print("| indicator | splits | groups | counts that differ | widest difference | DuckDB s | Spark s |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    key, rows, good, many = "", list[Pair](), True, 0
    for pair in itertools.chain(found, [None]):
        if pair is not None and not pair.is_equal:
            print(f"  differs: {pair.key} by {', '.join(pair.grain) or 'nothing'}: {pair}", file=sys.stderr)
        if rows and (pair is None or pair.key != key):
            good &= all(one.is_equal for one in rows)
            many += 1
            _line(key, rows)
            rows = []
        if pair is not None:
            key = pair.key
            rows.append(pair)
    print(f"\n{many} indicators: {'all equal' if good else 'NOT all equal'} (counts exactly, values within {NEAR:g})")
    return good


def _line(key: str, rows: list[Pair]) -> None:
    near, far = (sum(one.seconds[place] for one in rows) for place in (0, 1))
    groups, unequal = sum(one.groups for one in rows), sum(one.unequal for one in rows)
    widest = max(one.widest for one in rows)
    print(f"| {key} | {len(rows)} | {groups:,} | {unequal} | {widest:.1e} | {near:.2f} | {far:.2f} |", flush=True)


def main() -> int:
    """Build or open a lake, and compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=100_000, help="events of the generated district")
    parser.add_argument("--workspace", type=Path, help="compare on this workspace's lake instead")
    parser.add_argument("--address", default=os.environ.get(VARIABLE, ""), help="sc://host:port or spark://host:port")
    parser.add_argument("--only", nargs="*", default=[], help="keys of indicators; all of them by default")
    parser.add_argument("--every", action="store_true", help="every split, not only a coarse and the finest one")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if not options.address.startswith(("sc://", "spark://")):
        parser.error(f"name a cluster with --address or {VARIABLE}; python3 run.py cluster starts one")
    with tempfile.TemporaryDirectory() as folder:
        os.environ[VARIABLE] = "duckdb"
        if options.workspace:
            lake = Lake.open(options.workspace / "lake")
            window = _window(lake)
        else:
            lake, window = build_lake(Path(folder) / "lake", options.events, options.seed), WINDOW
        rows = {table.name: table.rows for table in lake.head().tables}
        print(json.dumps({"rows": rows, "window": [str(window.start), str(window.end)], "numpy": np.__version__}))
        good = report(pairs(lake, options.address, options.only, window=window, every=options.every))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
