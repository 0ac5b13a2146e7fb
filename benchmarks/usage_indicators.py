"""How fast are the usage indicators, and how much memory do they take: ours beside hand-written SQL, growing.

Every contender gives one value per student from the same Parquet files of one snapshot, with the same settings of the
same engine; the answers must agree. Each size runs in a process of its own, so that its peak memory is its own.

    python benchmarks/usage_indicators.py --events 1_000_000
    python benchmarks/usage_indicators.py --events 1_000_000 5_000_000 50_000_000 --folder /fast/disk
"""

from __future__ import annotations

import argparse
import json
import math
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from engine_district import WINDOW, build_lake
from gainline.engine.indicators import compile_indicator, load_catalogue
from gainline.lake import Lake, Power, Reading

START, END = f"date '{WINDOW.start}'", f"date '{WINDOW.end}'"
WEEKS, CALENDAR_WEEKS = WINDOW.weeks, 22
NEAR = 1e-9
KEY = ("person_key",)

PEOPLE = f"""
held as (select * from enrollments where role = 'student'),
people as (
    select distinct person_key from held
    where (begin_date is null or begin_date <= {END}) and (end_date is null or end_date >= {START})
    union all
    select distinct person_key from students where person_key not in (select person_key from held)),
holders as (
    select distinct person_key from licenses
    where (first_day is null or first_day <= {END}) and (last_day is null or last_day >= {START})),
licensed as (select p.person_key from people p semi join holders h on p.person_key = h.person_key)
"""

AMOUNTS = f"""
amounts as (
    select person_key, tool, metric, resource, first_day, last_day, week_start,
           case when first_day = last_day then value else value * (
               datediff('day', greatest(first_day, {START}), least(last_day, {END})) + 1)::double
               / (datediff('day', first_day, last_day) + 1) end as value
    from usage where last_day >= {START} and first_day <= {END}{{metrics}})
"""

SIGNS = f"""
signs as (
    select person_key, first_day, last_day, week_start from amounts where value > 0
    union all
    select person_key, local_date, local_date, week_start from events
    where local_date between {START} and {END} and epoch_s is not null)
"""


def answer(body: str, *, metrics: tuple[str, ...] = (), who: str = "people", absent: str = "0.0") -> str:
    """A whole query: people, amounts, the body's `own`, and every person's value."""
    named = ", ".join(f"'{one}'" for one in metrics)
    amounts = AMOUNTS.format(metrics=f" and metric in ({named})" if metrics else "")
    return (
        f"with {PEOPLE}, {amounts}, {body} select p.person_key, "
        f"case when o.person_key is null then {absent} else o.value end as value "
        f"from {who} p left join own o on p.person_key = o.person_key"
    )


def summed(by: str) -> str:
    """The sum of amounts, turned into the value."""
    return f"own as (select person_key, {by} as value from amounts group by 1)"


def counted(what: str, unclear: str) -> str:
    """Distinct days or weeks of any sign of use."""
    value = f"case when bool_or({unclear}) then null else {what} end"
    return f"{SIGNS}, own as (select person_key, {value} as value from signs group by 1)"


MINUTES, CLICKS = ("minutes_active",), ("clicks",)
ACTIONS = "('answered','completed')"
DAYS = "case when bool_or(first_day <> last_day) then null else count(distinct last_day)::double end"
CAPPED = (
    "daily as (select person_key, tool, last_day, least(sum(value) * 30.0 / 60.0, 120.0::double) as m from amounts "
    "group by all), own as (select person_key, sum(m) as value from daily group by 1)"
)
BY_WEEK = (
    "weekly as (select person_key, week_start, sum(value) as v, bool_or(first_day < week_start) as unclear "
    "from amounts group by 1, 2), own as (select person_key, case when bool_or(unclear) then null else "
    f"count(*) filter (v >= 30.0) / {CALENDAR_WEEKS}.0::double end as value from weekly group by 1)"
)
GAPS = (
    "gaps as (select person_key, epoch_s - lag(epoch_s) over (partition by person_key, tool order by epoch_s) as gap "
    f"from events where local_date between {START} and {END} and epoch_s is not null), "
    "own as (select person_key, sum(least(gap, 300)) / 60.0::double as value from gaps where gap <= 1800 group by 1)"
)
SHARE = (
    "own as (select person_key, sum(case when resource in ('quiz','forumng') then value else 0 end) "
    "/ nullif(sum(value), 0) as value from amounts group by 1)"
)
ACTED = (
    f"own as (select person_key, count(*) filter (action in {ACTIONS})::double / count(*) as value from events "
    f"where local_date between {START} and {END} and epoch_s is not null group by 1)"
)
ANY = f"{SIGNS}, own as (select distinct person_key, 1.0::double as value from signs)"
FINAL = (
    f"{SIGNS}, own as (select person_key, bool_or(last_day >= date '2026-01-05')::int::double as value "
    "from signs group by 1)"
)

BY_HAND: Mapping[str, str] = {
    "active_days": answer(counted("count(distinct last_day)::double", "first_day <> last_day")),
    "active_event_share": answer(ACTED, absent="null"),
    "active_weeks": answer(counted("count(distinct week_start)::double", "first_day < week_start")),
    "adoption": answer(ANY, who="licensed"),
    "clicks": answer(summed("sum(value)"), metrics=CLICKS),
    "days_with_clicks": answer(
        f"own as (select person_key, {DAYS} as value from amounts where value > 0 group by 1)", metrics=CLICKS
    ),
    "dosage": answer(summed(f"(sum(value) >= {30.0 * WEEKS})::int::double"), metrics=MINUTES, who="licensed"),
    "engagement_beyond_clicks": answer(SHARE, metrics=CLICKS, absent="null"),
    "fidelity_to_plan": answer(BY_WEEK, metrics=MINUTES, who="licensed"),
    "items_passed": answer(summed("sum(value)"), metrics=("items_passed", "lessons_passed")),
    "minutes_per_week": answer(summed(f"sum(value) / {WEEKS}::double"), metrics=MINUTES),
    "persistence": answer(FINAL, absent="null"),
    "regularity": answer(counted(f"count(distinct week_start) / {CALENDAR_WEEKS}.0::double", "first_day < week_start")),
    "time_on_task_clicks": answer(CAPPED, metrics=CLICKS),
    "time_on_task_events": answer(GAPS),
    "time_on_task_minutes": answer(summed("sum(value)"), metrics=MINUTES),
}
"""The usage indicators that say something of a single student. The rest sum these up by group."""


@dataclass(frozen=True, slots=True)
class Row:
    """One indicator at one size: best seconds of ours and of the hand-written SQL, and whether they agree."""

    key: str
    ours: float
    by_hand: float
    students: int
    equal: bool


def total(table: pa.Table) -> tuple[int, int, float]:
    """Students, students with a value, and the sum of the values."""
    column = table["value"].cast(pa.float64())
    return table.num_rows, len(column) - column.null_count, float(pc.sum(column).as_py() or 0.0)


def by_hand(reading: Reading, folder: Path) -> duckdb.DuckDBPyConnection:
    """A DuckDB of its own over the very files of the snapshot, with the product's settings."""
    power = Power()
    con = duckdb.connect(config={"threads": power.threads, "memory_limit": power.memory})
    con.execute("set preserve_insertion_order = false")
    con.execute(f"set temp_directory = '{folder / 'spill-by-hand'}'")
    for name in ("usage", "events", "enrollments", "students", "licenses"):
        files = [str(folder / "lake" / "tables" / name / one.path) for one in reading._manifest.files[name]]
        con.execute(f"create view {name} as select * from read_parquet({files}, hive_partitioning = false)")
    return con


def measured(folder: Path, events: int, rounds: int) -> list[Row]:
    """Every indicator, ours and by hand in turns, best of the rounds."""
    catalogue, rows = load_catalogue()[0], []
    lake = Lake.open(folder / "lake")
    with lake.reading() as reading:
        con = by_hand(reading, folder)
        for key, text in BY_HAND.items():
            best, answers = {"ours": math.inf, "hand": math.inf}, {}
            for _ in range(rounds):
                begin = time.perf_counter()
                query = compile_indicator(catalogue[key], reading.current, grain=KEY, window=WINDOW)
                answers["ours"] = total(reading.arrow(query))
                middle = time.perf_counter()
                answers["hand"] = total(con.execute(text).to_arrow_table())
                best["ours"] = min(best["ours"], middle - begin)
                best["hand"] = min(best["hand"], time.perf_counter() - middle)
            near = math.isclose(answers["ours"][2], answers["hand"][2], rel_tol=NEAR, abs_tol=1e-6)
            equal = answers["ours"][:2] == answers["hand"][:2] and near
            if not equal:
                print(f"differs: {key} at {events:,}: {answers}", file=sys.stderr)
            rows.append(Row(key, best["ours"], best["hand"], answers["ours"][0], equal))
    return rows


def one_size(folder: Path, events: int, rounds: int) -> None:
    """Measure in this process and print what was found, as JSON."""
    rows = measured(folder, events, rounds)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(json.dumps({"events": events, "peak_gb": peak, "rows": [asdict(row) for row in rows]}))


def report(sizes: list[dict[str, object]]) -> bool:
    """Print the table of the largest size with the growth since the smallest; whether all answers agree."""
    small, large = sizes[0], sizes[-1]
    before = {row["key"]: row for row in small["rows"]}  # type: ignore[attr-defined]
    print(f"\n{large['events']:,} events, one value per student; exponent from {small['events']:,} events")
    print("| indicator | ours, s | SQL by hand, s | ratio | grows as n to the | equal |\n|---|---:|---:|---:|---:|---|")
    good, sums = True, [0.0, 0.0, 0.0]
    for row in large["rows"]:  # type: ignore[attr-defined]
        first = before[row["key"]]["ours"]
        sums = [sums[0] + row["ours"], sums[1] + row["by_hand"], sums[2] + first]
        grown = _exponent(first, row["ours"], small, large)
        ratio = row["ours"] / row["by_hand"]
        print(f"| {row['key']} | {row['ours']:.2f} | {row['by_hand']:.2f} | {ratio:.2f} | {grown} | {row['equal']} |")
        good &= row["equal"]
    grown = _exponent(sums[2], sums[0], small, large)
    print(f"| **all** | {sums[0]:.2f} | {sums[1]:.2f} | {sums[0] / sums[1]:.2f} | {grown} | {good} |")
    for size in sizes:
        print(f"{size['events']:>12,} events: peak memory {size['peak_gb']:.2f} GB, both contenders in one process")
    return good


def _exponent(first: float, last: float, small: dict[str, object], large: dict[str, object]) -> str:
    times = large["events"] / small["events"]  # type: ignore[operator]
    return f"{math.log(last / first) / math.log(times):.2f}" if times > 1 else "-"


def main() -> int:
    """Build each size's lake, measure it in a process of its own, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, nargs="+", default=[1_000_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="where the lakes are built; a temporary folder by default")
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    os.environ["GAINLINE_ENGINE"] = "duckdb"
    if options.one:
        one_size(options.one, options.events[0], options.rounds)
        return 0
    sizes = []
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        for events in sorted(options.events):
            home = Path(folder) / str(events)
            home.mkdir()
            build_lake(home / "lake", events, seed=1)
            words = [sys.executable, __file__, "--one", str(home), "--events", str(events)]
            ran = subprocess.run(
                [*words, "--rounds", str(options.rounds)], stdout=subprocess.PIPE, text=True, check=True
            )
            sizes.append(json.loads(ran.stdout))
    return 0 if report(sizes) else 1


if __name__ == "__main__":
    sys.exit(main())
