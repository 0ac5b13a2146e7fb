"""A missing row is never zero minutes, unless every source of the amount says so."""

from __future__ import annotations

from datetime import date
from typing import Any

import ibis
import pytest

from canonical_rows import canonical, usage
from gainline.engine.core.calendar import Window
from gainline.engine.indicators import compile_indicator, count_population, load_catalogue, silence_is_zero
from gainline.engine.records import TABLES, empty_table

CATALOGUE, _ = load_catalogue()
WEEK = Window(date(2025, 9, 1), date(2025, 9, 7))
DAY = WEEK.start
LICENSED = [{"person_key": key, "tool": "algebra", "first_day": None, "last_day": None} for key in range(1, 5)]


def lake(*said: tuple[str, str], **rows: list[dict[str, Any]]) -> dict[str, ibis.Table]:
    """Four licensed students; students 1 and 2 have 30 and 0 minutes. `said`: tool -> what its source declares."""
    told = [{"source": f"s{n}", "tool": t, "facts": "usage", "metric": "minutes_active", "absent_row": word}
            for n, (t, word) in enumerate(said)]  # fmt: skip
    given = {
        "students": [{"person_key": key, "grade": "03" if key < 3 else "04"} for key in range(1, 5)],
        "licenses": LICENSED,
        "usage": [usage(1, DAY, 30.0), usage(2, DAY, 0.0)],
        "declarations": told,
    } | rows
    empty = {name: ibis.memtable(empty_table(name)) for name in TABLES}
    return empty | {name: ibis.memtable(canonical(name, found)) for name, found in given.items()}


def answer(key: str, tables: dict[str, ibis.Table], *grain: str, **asked: Any) -> list[tuple[Any, ...]]:
    query = compile_indicator(CATALOGUE[key], tables, grain=grain, window=WEEK, **asked)
    rows = (query.order_by(list(grain)) if grain else query).to_pyarrow().to_pylist()
    return [tuple(row.values()) for row in rows]


@pytest.mark.parametrize("said", [(), (("algebra", "unknown"),), (("algebra", "zero"), ("algebra", "unknown"))])
def test_students_without_a_row_are_missing_where_a_source_leaves_it_open(said: tuple[tuple[str, str], ...]) -> None:
    assert answer("minutes_per_week", lake(*said)) == [(15.0, 2)]


def test_students_without_a_row_have_no_minutes_where_every_source_says_so() -> None:
    assert answer("minutes_per_week", lake(("algebra", "zero"))) == [(7.5, 4)]


def test_a_share_of_users_among_users_alone_is_no_number() -> None:
    assert answer("adoption", lake()) == [(None, 2)]
    assert answer("adoption", lake(("algebra", "zero"))) == [(0.25, 4)]
    assert answer("adoption", lake(), "grade") == [("03", 0.5, 2), ("04", None, 0)]  # a row of 0 minutes says it all


@pytest.mark.parametrize("key", ["participation_equity", "gap_in_use"])
def test_groups_are_not_compared_by_those_who_happen_to_have_rows(key: str) -> None:
    assert {grade: value for grade, value, _ in answer(key, lake(), "grade")}["04"] is None
    assert all(value is not None for _, value, _ in answer(key, lake(("algebra", "zero")), "grade"))


def test_each_tool_is_counted_by_its_own_sources_word() -> None:
    tables = lake(
        ("algebra", "zero"), ("words", "unknown"), usage=[usage(1, DAY, 30.0), usage(1, DAY, 8.0, tool="words")]
    )
    assert answer("minutes_per_week", tables, "tool") == [("algebra", 7.5, 4), ("words", 8.0, 1)]
    assert answer("minutes_per_week", tables) == [(38.0, 1)]  # together, one open source leaves all of it open
    assert answer("minutes_per_week", tables, where={"tool": ["algebra"]}) == [(7.5, 4)]


def test_an_open_source_of_another_amount_changes_nothing() -> None:
    tables = lake(("algebra", "zero"))
    other = {"source": "x", "tool": "algebra", "facts": "usage", "metric": "logins", "absent_row": "unknown"}
    rows = [*tables["declarations"].to_pyarrow().to_pylist(), other]
    tables["declarations"] = ibis.memtable(canonical("declarations", rows))
    assert answer("minutes_per_week", tables) == [(7.5, 4)]
    assert answer("adoption", tables) == [(None, 2)]  # a login alone would be use, too


@pytest.mark.parametrize(("said", "value"), [((), None), ((("algebra", "zero"),), 0.1)])
def test_licenses_are_not_called_unused_where_use_may_have_no_row(said: Any, value: float | None) -> None:
    contract = {"tool": "algebra", "licenses": 10, "start_date": DAY, "end_date": WEEK.end, "cost": 90.0,
                "currency": "USD"}  # fmt: skip
    tables = lake(*said, contracts=[contract])
    assert answer("license_utilization", tables) == [(value, 4)]
    [(cost, _)] = answer("cost_per_dosed_student", tables)
    assert cost == (None if value is None else 90.0)


def test_everybody_is_counted_whether_or_not_there_is_a_row() -> None:
    counted = count_population(CATALOGUE["adoption"], lake(), grain=("grade",), window=WEEK)
    assert {tuple(row.values()) for row in counted.to_pyarrow().to_pylist()} == {("03", 2), ("04", 2)}


@pytest.mark.parametrize(
    ("key", "said", "zero"),
    [
        ("minutes_per_week", (), False),
        ("minutes_per_week", (("algebra", "zero"),), True),
        ("score_level", (("algebra", "zero"),), False),
        ("digital_citizenship_incidents", (), True),
    ],
)
def test_silence_says_by_itself_whether_it_is_zero(key: str, said: Any, zero: bool) -> None:
    tables = lake(*said)
    flag = silence_is_zero(CATALOGUE[key], tables.__getitem__, {}).to_pyarrow()["zero"].to_pylist()
    assert flag == [zero]
