"""How fast is time on task from events: ours through Ibis beside hand-written SQL and pandas, same rows, one run.

Every contender answers the same question: minutes per enrolled student and week, students without events as zero.

    python benchmarks/time_on_task.py --rows 1_000_000 10_000_000
"""

from __future__ import annotations

import argparse
import itertools
import math
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from gainline.engine.core.calendar import Window
from gainline.engine.indicators import compile_indicator, load_catalogue

WINDOW = Window(date(2025, 9, 1), date(2026, 2, 1))
WEEKS = 22
EVENTS_PER_STUDENT = 250
TOOLS = ("algebra-now", "read-well", "word-lab")
PANDAS_CEILING = 5_000_000
CHUNK = 5_000_000

ONE_WINDOW = """
with gaps as (
    select person_key, week_start, epoch_s - lag(epoch_s) over (partition by person_key, tool order by epoch_s) as gap
    from events where local_date between date '2025-09-01' and date '2026-02-01'),
minutes as (
    select person_key, week_start, sum(least(gap, 300)) / 60.0::double as value
    from gaps where gap <= 1800 group by 1, 2)
select e.person_key, w.week_start, coalesce(m.value, 0) as value
from (select distinct person_key from enrollments where role = 'student') e
cross join (select unnest(range(date '2025-09-01', date '2026-02-02', interval 7 day))::date as week_start) w
left join minutes m on m.person_key = e.person_key and m.week_start = w.week_start
"""

TWO_WINDOWS = """
with gaps as (
    select person_key, tool, week_start, epoch_s,
           epoch_s - lag(epoch_s) over (partition by person_key, tool order by epoch_s) as gap
    from events where local_date between date '2025-09-01' and date '2026-02-01'),
numbered as (
    select *, sum(case when gap is null or gap > 1800 then 1 else 0 end)
                  over (partition by person_key, tool order by epoch_s rows unbounded preceding) as session
    from gaps),
sessions as (
    select person_key, tool, session, min(week_start) as week_start,
           sum(case when gap <= 1800 then least(gap, 300) else 0 end) as seconds
    from numbered group by 1, 2, 3),
minutes as (select person_key, week_start, sum(seconds) / 60.0::double as value from sessions group by 1, 2)
select e.person_key, w.week_start, coalesce(m.value, 0) as value
from (select distinct person_key from enrollments where role = 'student') e
cross join (select unnest(range(date '2025-09-01', date '2026-02-02', interval 7 day))::date as week_start) w
left join minutes m on m.person_key = e.person_key and m.week_start = w.week_start
"""


@dataclass
class Contender:
    """One way to the answer, with its seconds per round (wall and processor) and the checksum of its answer."""

    name: str
    run: Callable[[], pa.Table]
    seconds: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)
    checksum: tuple[int, float] = (0, 0.0)

    @property
    def best(self) -> float:
        """The quickest round: what the machine can do when nobody disturbs it."""
        return min(self.seconds)


def event_chunks(rows: int, seed: int) -> Iterator[pa.Table]:
    """Synthetic events, unsorted, in bursts of about twenty, with ties; `rows` of them."""
    students = max(1, rows // EVENTS_PER_STUDENT)
    for number, start in enumerate(range(0, rows, CHUNK)):
        size = min(CHUNK, rows - start)
        rng = np.random.default_rng([seed, number])
        bursts = size // 20 + 1
        person = (rng.integers(1, students + 1, bursts) * 2_654_435_761) % 2**62
        day = rng.integers(0, 154, bursts)
        begin = (20_332 + day) * 86_400 + rng.integers(8 * 3600, 20 * 3600, bursts)
        of = np.repeat(np.arange(bursts), 20)[:size]
        steps = rng.exponential(90, (bursts, 20)).astype(np.int64).cumsum(axis=1).ravel()[:size]
        order = rng.permutation(size)
        yield pa.table(
            {
                "person_key": person[of][order],
                "tool": pa.DictionaryArray.from_arrays(rng.integers(0, 3, bursts)[of][order].astype("int8"), TOOLS),
                "action": pa.DictionaryArray.from_arrays(rng.integers(0, 2, size).astype("int8"), ["open", "answer"]),
                "epoch_s": (begin[of] + steps)[order],
                "local_date": pa.array((20_332 + day)[of][order].astype("int32"), pa.date32()),
                "week_start": pa.array((20_332 + day - day % 7)[of][order].astype("int32"), pa.date32()),
                "resource": pa.nulls(size, pa.string()),
            }
        )


def write_events(rows: int, seed: int, folder: Path) -> None:
    """The events as Parquet, and the roster: every student, a tenth of whom never used a tool."""
    writer = None
    for chunk in event_chunks(rows, seed):
        writer = writer or pq.ParquetWriter(folder / "events.parquet", chunk.schema)
        writer.write_table(chunk)
    if writer:
        writer.close()
    students = max(1, rows // EVENTS_PER_STUDENT)
    keys = (np.arange(1, int(students * 1.1) + 1) * 2_654_435_761) % 2**62
    pq.write_table(pa.table({"person_key": keys}), folder / "roster.parquet")


def connect(folder: Path) -> ibis.BaseBackend:
    """DuckDB with the product's own settings, over the files."""
    con = ibis.duckdb.connect(
        threads=2, memory_limit="3GB", preserve_insertion_order=False, temp_directory=str(folder / "spill")
    )
    con.raw_sql(f"create view events as select * from '{folder}/events.parquet'")
    con.raw_sql(f"create view students as select person_key from '{folder}/roster.parquet'")
    con.raw_sql(
        "create view enrollments as select person_key, 'S' as section_id, 'student' as role, "
        f"null::date as begin_date, null::date as end_date from '{folder}/roster.parquet'"
    )
    con.raw_sql(  # the source says that it leaves out nobody who did anything, so that no events are zero minutes
        "create view declarations as select 'benchmark' as source, 'events' as facts, null::varchar as tool, "
        "null::varchar as metric, 'zero' as absent_row"
    )
    return con


def contenders(con: ibis.BaseBackend, rows: int, folder: Path) -> list[Contender]:
    """Ours, the two hand-written forms, and pandas where the rows fit."""
    indicator = load_catalogue()[0]["time_on_task_events"]

    def ours() -> pa.Table:
        query = compile_indicator(indicator, con.table, grain=("person_key", "week_start"), window=WINDOW)
        return query.to_pyarrow()

    def by_sql(text: str) -> Callable[[], pa.Table]:
        return lambda: con.con.execute(text).to_arrow_table()

    found = [
        Contender("ours, Ibis on DuckDB", ours),
        Contender("hand SQL, one window", by_sql(ONE_WINDOW)),
        Contender("hand SQL, session ids", by_sql(TWO_WINDOWS)),
    ]
    if rows <= PANDAS_CEILING:
        found.append(Contender("pandas", lambda: with_pandas(folder)))
    return found


def with_pandas(folder: Path) -> pa.Table:
    """The same minutes, computed in pandas by somebody who knows it well."""
    import pandas as pd

    columns = ["person_key", "tool", "epoch_s", "week_start"]
    rows = pq.read_table(folder / "events.parquet", columns=columns).to_pandas()
    rows = rows.sort_values(["person_key", "tool", "epoch_s"], kind="stable")
    same = rows.person_key.eq(rows.person_key.shift()) & rows.tool.astype(str).eq(rows.tool.astype(str).shift())
    gap = rows.epoch_s.diff().where(same)
    minutes = gap.where(gap <= 1800).clip(upper=300).groupby([rows.person_key, rows.week_start]).sum() / 60
    people = pq.read_table(folder / "roster.parquet")["person_key"].to_numpy()
    weeks = pd.date_range("2025-09-01", periods=WEEKS, freq="7D").date
    every = pd.MultiIndex.from_product([people, weeks], names=["person_key", "week_start"])
    return pa.table({"value": minutes.reindex(every, fill_value=0.0).to_numpy()})


def measure(found: list[Contender], rounds: int) -> None:
    """Run all in turn, round by round, the order turning, so that a slow spell of the machine hits everybody."""
    for turn in range(rounds):
        for contender in found[turn % len(found) :] + found[: turn % len(found)]:
            begin, busy = time.perf_counter(), time.process_time()
            answer = contender.run()
            contender.seconds.append(time.perf_counter() - begin)
            contender.busy.append(time.process_time() - busy)
            contender.checksum = (answer.num_rows, round(pc.sum(answer["value"]).as_py(), 3))


def report(rows: int, found: list[Contender]) -> None:
    """Print the table; stop where two answers differ."""
    base = found[1]
    print(f"\n{rows:,} events; ratios to the hand-written one-window form, by wall and by processor seconds")
    print(f"{'contender':24} {'best s':>7} {'median':>7} {'CPU s':>7} {'M/s':>6} {'wall x':>6} {'CPU x':>6}  answer")
    for one in found:
        middle, speed = statistics.median(one.seconds), rows / one.best / 1e6
        ratio, busy = one.best / base.best, min(one.busy) / min(base.busy)
        times = f"{one.best:7.2f} {middle:7.2f} {min(one.busy):7.2f} {speed:6.2f} {ratio:6.2f} {busy:6.2f}"
        print(f"{one.name:24} {times}  {one.checksum[0]:,} rows, {one.checksum[1]:,.3f} minutes")
    answers = {one.checksum for one in found}
    if len(answers) > 1:
        raise SystemExit(f"the answers differ: {answers}")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")


def main() -> None:
    """Measure every size and print how the time grows between the sizes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    seconds: dict[int, float] = {}
    for rows in sorted(asked.rows):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            write_events(rows, asked.seed, folder)
            con = connect(folder)
            found = contenders(con, rows, folder)
            measure(found, asked.rounds)
            report(rows, found)
            seconds[rows] = found[0].best
            con.disconnect()
    sizes = sorted(seconds)
    for small, large in itertools.pairwise(sizes):
        exponent = math.log(seconds[large] / seconds[small]) / math.log(large / small)
        print(f"growth of ours from {small:,} to {large:,}: rows^{exponent:.2f}")


if __name__ == "__main__":
    main()
