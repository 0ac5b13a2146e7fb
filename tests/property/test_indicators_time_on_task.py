"""Time on task from events against a slow twin that walks the events one by one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import ibis
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from gainline.engine.indicators import compile_indicator, load_catalogue
from gainline.engine.records import TABLES, arrow_schema, empty_table

INDICATOR = load_catalogue()[0]["time_on_task_events"]
SUNDAY_EVENING = int(datetime(2025, 9, 7, 22, tzinfo=UTC).timestamp())
PEOPLE, TOOLS = (1, 2, 3), ("algebra", "words")
CONNECTION = ibis.duckdb.connect()

events_of_a_night = st.lists(
    st.tuples(
        st.sampled_from(PEOPLE),
        st.sampled_from(TOOLS),
        st.one_of(st.none(), st.integers(0, 4 * 3600), st.sampled_from([0, 300, 301, 1800, 3600, 7199, 7200])),
    ),
    max_size=40,
)


def week_of(epoch_s: int) -> date:
    day = datetime.fromtimestamp(epoch_s, UTC).date()
    return day - timedelta(days=day.weekday())


def walked(events: list[tuple[int, str, int | None]], gap: int, cap: int) -> dict[tuple[int, date], float]:
    """Minutes per person and week, one event after the other."""
    minutes: dict[tuple[int, date], float] = {}
    for person in PEOPLE:
        for tool in TOOLS:
            moments = sorted(at for who, what, at in events if (who, what) == (person, tool) and at is not None)
            last = None
            for at in moments:
                if last is not None and at - last <= gap:
                    key = (person, week_of(SUNDAY_EVENING + at))
                    minutes[key] = minutes.get(key, 0.0) + min(at - last, cap) / 60
                last = at
    return minutes


def table_of(events: list[tuple[int, str, int | None]]) -> pa.Table:
    rows = [
        {
            "person_key": person,
            "tool": tool,
            "action": "open",
            "epoch_s": None if at is None else SUNDAY_EVENING + at,
            "local_date": datetime.fromtimestamp(SUNDAY_EVENING + (at or 0), UTC).date(),
            "week_start": week_of(SUNDAY_EVENING + (at or 0)),
            "matched": True,
            "import_id": "i",
        }
        for person, tool, at in events
    ]
    loose = pa.schema([field.with_nullable(True) for field in arrow_schema("events")])
    return pa.Table.from_pylist(rows, schema=loose)


def compiled(events: list[tuple[int, str, int | None]], gap: int, cap: int) -> dict[tuple[int, date], float]:
    tables = {name: ibis.memtable(empty_table(name)) for name in TABLES}
    tables["events"] = ibis.memtable(table_of(events))
    said = [
        {"source": "s", "tool": tool, "facts": "events", "absent_row": "zero", "import_id": "i"}
        for tool in sorted({tool for _, tool, _ in events})
    ]
    tables["declarations"] = ibis.memtable(pa.Table.from_pylist(said, schema=arrow_schema("declarations")))
    roster = pa.Table.from_pylist(
        [{"person_key": person, "import_id": "i"} for person in PEOPLE], schema=arrow_schema("students")
    )
    tables["students"] = ibis.memtable(roster)
    query = compile_indicator(
        INDICATOR,
        tables,
        grain=("person_key", "week_start"),
        params={"gap_minutes": gap / 60, "cap_minutes": cap / 60},
    )
    return {(row["person_key"], row["week_start"]): row["value"] for row in CONNECTION.to_pyarrow(query).to_pylist()}


@settings(max_examples=60, deadline=None, derandomize=True)
@given(events=events_of_a_night, gap=st.sampled_from([300, 1800]), cap=st.sampled_from([60, 300, 1800]))
def test_the_compiled_query_agrees_with_the_walk(events: list[tuple[int, str, int | None]], gap: int, cap: int) -> None:
    by_walk, by_query = walked(events, gap, cap), compiled(events, gap, cap)
    assert by_walk.keys() <= by_query.keys()
    for key, minutes in by_query.items():
        assert minutes is not None
        assert abs(minutes - by_walk.get(key, 0.0)) < 1e-9


@settings(max_examples=20, deadline=None, derandomize=True)
@given(events=events_of_a_night, order=st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(events: list[tuple[int, str, int | None]], order) -> None:
    shuffled = list(events)
    order.shuffle(shuffled)
    assert compiled(events, 1800, 300) == compiled(shuffled, 1800, 300)
