"""How long intake takes beside `duckdb.read_csv` of the same file: ours validates, links and accounts for every row.

Both read the same file from disk in one process, in turns; the medians and their ratio are printed per size.

    python benchmarks/intake.py --rows 1_000_000 5_000_000
"""

from __future__ import annotations

import argparse
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.csv as pc

from gainline.engine.intake import Identity, discover, load_profiles, read
from gainline.engine.records import arrow_schema

STUDENTS, SCHOOLS, LESSONS, DAYS = 20_000, 30, 900, 200
FIRST_DAY = date(2025, 9, 1)


def write_usage(path: Path, rows: int) -> None:
    """Write a usage export; one row in a thousand has negative minutes, one in a thousand an impossible day."""
    rng = np.random.default_rng(7)
    days = np.array([(FIRST_DAY + timedelta(days=n)).isoformat() for n in range(DAYS)])
    ids = np.array([f"{100_000 + n}" for n in range(STUDENTS)])
    minutes = np.round(rng.gamma(2.0, 9.0, rows), 1)
    minutes[::1000] *= -1
    on = days[rng.integers(0, DAYS, rows)]
    on[1::1000] = "2025-02-30"
    columns = {
        "student_id": ids[rng.integers(0, STUDENTS, rows)],
        "school": np.array([f"School {n}" for n in range(SCHOOLS)])[rng.integers(0, SCHOOLS, rows)],
        "tool": np.full(rows, "mathly"),
        "day": on,
        "minutes": minutes,
        "lesson": np.array([f"L-{n:04d}" for n in range(LESSONS)])[rng.integers(0, LESSONS, rows)],
    }
    pc.write_csv(pa.table(columns), path, pc.WriteOptions(quoting_style="needed"))


def roster() -> Identity:
    """A roster that knows nine in ten of the students."""
    count = STUDENTS * 9 // 10
    same = {"source": "oneroster", "kind": "SisSourcedId", "how": "roster", "import_id": "r"}
    known = [{**same, "person_key": n, "value": f"{100_000 + n}"} for n in range(count)]
    return Identity(b"benchmark", pa.Table.from_pylist(known, schema=arrow_schema("identifiers")))


def ours(path: Path, identity: Identity) -> int:
    """Discover, read, validate, link and account for the file; the rows read."""
    profiles, _ = load_profiles()
    sources, _ = discover([path], profiles)
    reading = read(sources[0], profiles=profiles, identity=identity, import_id="b", as_of=date(2026, 6, 1))
    for batch in reading.batches:
        del batch
    return reading.account.read


def raw(path: Path) -> int:
    """Read the file as text into Arrow with DuckDB; the rows."""
    with duckdb.connect() as connection:
        table = connection.execute("select * from read_csv(?, all_varchar = true)", [str(path)]).to_arrow_table()
    return int(table.num_rows)


def seconds(run: Callable[[], int], rows: int) -> float:
    """How long one run takes; it must see every row."""
    start = time.perf_counter()
    seen = run()
    if seen != rows:
        raise SystemExit(f"saw {seen} rows instead of {rows}")
    return time.perf_counter() - start


def main() -> None:
    """Print one line per size."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 5_000_000])
    parser.add_argument("--repeats", type=int, default=5)
    asked = parser.parse_args()
    identity = roster()
    print(f"{'rows':>12} {'intake s':>9} {'read_csv s':>10} {'ratio':>6} {'rows/s':>10} {'peak MB':>8}")
    for rows in asked.rows:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "usage.csv"
            write_usage(path, rows)
            pairs = [
                (seconds(lambda p=path: ours(p, identity), rows), seconds(lambda p=path: raw(p), rows))
                for _ in range(asked.repeats)
            ]
        mine, theirs = (statistics.median(side) for side in zip(*pairs, strict=True))
        ratio = statistics.median(a / b for a, b in pairs)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # of both, read_csv's table included
        print(f"{rows:>12,} {mine:>9.2f} {theirs:>10.2f} {ratio:>6.2f} {rows / mine:>10,.0f} {peak:>8,.0f}")


if __name__ == "__main__":
    main()
