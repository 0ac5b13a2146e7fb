"""The compiler: what it refuses, what it keeps to, and what time zones cannot do to it."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace

import ibis
import pyarrow as pa
import pytest

from canonical_rows import canonical
from gainline.engine.core.calendar import Window
from gainline.engine.core.errors import UserFixable
from gainline.engine.indicators import SUBGROUPS, compile_indicator, load_catalogue, outside_subset
from gainline.engine.records import TABLES, empty_table

CATALOGUE, _ = load_catalogue()
SEPTEMBER = Window(date(2025, 9, 1), date(2025, 9, 28))
SAID = [{"facts": "usage", "metric": metric, "absent_row": "zero"} for metric in ("minutes_active", "clicks")]
SAID += [{"facts": "events", "absent_row": "zero"}]
DECLARED = ibis.memtable(canonical("declarations", SAID))
EMPTY = {name: ibis.memtable(empty_table(name)) for name in TABLES}
ALIKE = set(SUBGROUPS[1:])  # columns of students, all compiled in the way of the first
GRAINS = [
    pytest.param(key, g, marks=() if g in ("", "all") else pytest.mark.slow)
    for key, one in CATALOGUE.items()
    for g in ("", *one.grain_columns, "all")
    if g not in ALIKE
]


def where_for(key: str) -> dict[str, list[str]]:
    return {"assessment": ["map"]} if CATALOGUE[key].needs_assessment else {}


def grain_of(key: str, grain: str) -> tuple[str, ...]:
    if grain == "all":
        return CATALOGUE[key].grain_columns
    return (grain,) if grain else ()


@pytest.mark.parametrize(("key", "grain"), GRAINS)
def test_every_definition_keeps_to_the_subset_in_every_split(key: str, grain: str) -> None:
    query = compile_indicator(CATALOGUE[key], EMPTY, grain=grain_of(key, grain), window=SEPTEMBER, where=where_for(key))
    assert outside_subset(query) == []
    assert query.schema().names == (*grain_of(key, grain), "value", "n")


@pytest.mark.parametrize("key", CATALOGUE)
def test_every_definition_can_be_written_for_spark(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # Ibis asks an option of the Spark backend while it writes SQL, which only exists where pyspark is installed.
    monkeypatch.setattr(type(ibis.options), "pyspark", SimpleNamespace(treat_nan_as_null=False), raising=False)
    query = compile_indicator(CATALOGUE[key], EMPTY, grain=grain_of(key, "all"), window=SEPTEMBER, where=where_for(key))
    assert "SELECT" in ibis.to_sql(query, dialect="pyspark")


@pytest.mark.parametrize("key", CATALOGUE)
def test_an_empty_lake_gives_no_groups_and_one_honest_total(key: str) -> None:
    total = compile_indicator(CATALOGUE[key], EMPTY, grain=(), window=SEPTEMBER, where=where_for(key)).to_pyarrow()
    assert total.to_pylist() == [{"value": None, "n": 0}]
    grain = "school_id" if "school_id" in CATALOGUE[key].grains else "tool"
    split = compile_indicator(CATALOGUE[key], EMPTY, grain=(grain,), window=SEPTEMBER, where=where_for(key))
    assert split.to_pyarrow().num_rows == 0


def test_subgroup_stands_for_the_students_columns() -> None:
    assert set(SUBGROUPS) < set(CATALOGUE["adoption"].grain_columns)
    assert "subgroup" not in CATALOGUE["adoption"].grain_columns


@pytest.mark.parametrize(
    ("key", "asked", "code"),
    [
        ("active_students_per_week", {"grain": ("person_key",)}, "ID010"),
        ("adoption", {"grain": ("planet",)}, "ID010"),
        ("adoption", {"grain": ("grade", "grade")}, "ID010"),
        ("adoption", {"where": {"assessment": ["map"]}}, "ID011"),
        ("time_on_task_events", {"where": {"metric": ["clicks"]}}, "ID011"),
        ("dosage", {"params": {"minutes": 3}}, "ID012"),
        ("clicks", {"params": {"minutes": 3}}, "ID012"),
        ("dosage", {"params": {"recommended_per_week": -3}}, "ID012"),
        ("time_on_task_events", {"params": {"gap_minutes": 1e9}}, "ID012"),
        ("minutes_per_week", {"window": None}, "ID013"),
        ("regularity", {"window": None}, "ID013"),
        ("dosage", {"window": None}, "ID013"),
        ("score_gain", {}, "ID014"),
        ("score_gain", {"where": {"assessment": ["a", "b"]}}, "ID014"),
        ("score_gain", {"where": {"assessment": ["a"], "form": ["fall"]}}, "ID014"),
        ("mastery", {}, "ID014"),
        ("score_level", {"where": {"assessment": ["a"], "form": ["fall", "spring"]}}, "ID014"),
        ("growth_percentile", {"where": {"assessment": ["a"], "form": ["fall"]}}, "ID014"),
        ("persistence", {"window": None}, "ID013"),
        ("usability_sus", {"grain": ("grade",)}, "ID010"),
        ("usability_sus", {"where": {"grade": ["03"]}}, "ID011"),
        ("outage_minutes", {"grain": ("school_id",)}, "ID010"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_a_remedy(key: str, asked: dict[str, object], code: str) -> None:
    request = {"grain": (), "window": SEPTEMBER} | asked
    with pytest.raises(UserFixable, match=code) as refused:
        compile_indicator(CATALOGUE[key], EMPTY, **request)
    assert refused.value.remedy


@pytest.mark.parametrize("key", CATALOGUE)
def test_needs_window_says_when_a_window_must_be_given(key: str) -> None:
    def ask() -> None:
        compile_indicator(CATALOGUE[key], EMPTY, grain=(), where=where_for(key))

    if CATALOGUE[key].needs_window:
        with pytest.raises(UserFixable, match="ID013"):
            ask()
    else:
        ask()


def test_weeks_without_a_window_are_those_with_any_use() -> None:
    rows = [
        {"person_key": 1, "value": 8.0, "first_day": day, "last_day": day} for day in (SEPTEMBER.start, SEPTEMBER.end)
    ]
    tables = EMPTY | {
        "declarations": DECLARED,
        "usage": ibis.memtable(canonical("usage", rows)),
        "students": ibis.memtable(canonical("students", [{"person_key": 1}])),
    }
    answer = compile_indicator(CATALOGUE["minutes_per_week"], tables, grain=("week_start",)).order_by("week_start")
    assert [tuple(row.values()) for row in answer.to_pyarrow().to_pylist()] == [
        (date(2025, 9, 1), 8.0, 1),
        (date(2025, 9, 22), 8.0, 1),
    ]


def test_minutes_follow_the_epoch_and_not_the_wall_clock() -> None:
    # 26 October 2025, 02:58 to 02:01 by the wall clocks of a district that sets them back: three minutes passed.
    before = 1_761_440_280
    events = [{"person_key": 1, "epoch_s": before + seconds, "local_date": date(2025, 10, 26)} for seconds in (0, 180)]
    tables = EMPTY | {
        "declarations": DECLARED,
        "events": ibis.memtable(canonical("events", events)),
        "students": ibis.memtable(canonical("students", [{"person_key": 1}])),
    }
    answer = compile_indicator(CATALOGUE["time_on_task_events"], tables, grain=())
    assert answer.to_pyarrow()["value"].to_pylist() == [3.0]


def test_a_roster_with_a_thousand_idle_students_counts_them_all() -> None:
    used = [{"person_key": 1, "value": 40.0, "first_day": SEPTEMBER.start, "last_day": SEPTEMBER.start}]
    tables = EMPTY | {
        "declarations": DECLARED,
        "usage": ibis.memtable(canonical("usage", used)),
        "students": ibis.memtable(canonical("students", [{"person_key": key} for key in range(1000)])),
    }
    answer = compile_indicator(CATALOGUE["time_on_task_minutes"], tables, grain=(), window=SEPTEMBER).to_pyarrow()
    assert answer.to_pylist() == [{"value": 0.04, "n": 1000}]


@pytest.mark.parametrize(
    ("build", "fault"),
    [
        (lambda t: t.mutate(q=t.a / t.b.nullif(0)), "numerator is not float64"),
        (lambda t: t.mutate(q=t.x / t.x), "denominator may be zero"),
        (lambda t: t.mutate(q=t.x / ibis.literal(0.0)), "denominator may be zero"),
        (lambda t: t.mutate(q=t.x.cast("decimal(10, 2)")), "decimal"),
        (lambda t: t.agg(q=t.x.approx_median()), "ApproxMedian"),
        (lambda t: t.agg(q=t.x.first()), "First"),
        (lambda t: t.mutate(q=t.d.strftime("%V")), "Strftime"),
        (lambda t: t.agg(q=ibis.ifelse(t.a > 1, 1.0, 0.0).mean()), "written as fractions"),
        (lambda t: t.mutate(q=ibis.ifelse(t.a > 1, 1.0, None)).agg(q=lambda u: u.q.sum()), "written as fractions"),
        (lambda t: t.mutate(q=ibis.literal(1.0) / ibis.literal(3.0)), "written as fractions"),
    ],
)
def test_the_lint_finds_what_engines_disagree_on(build, fault: str) -> None:
    table = ibis.table({"a": "int64", "b": "int64", "x": "float64", "d": "date"}, name="t")
    assert any(fault in found for found in outside_subset(build(table)))


@pytest.mark.parametrize(
    "build",
    [
        lambda t: t.agg(q=ibis.ifelse(t.a > 1, 1, 0).cast("float64").mean()),
        lambda t: t.agg(q=ibis.ifelse(t.a > 1, 0.0, t.x).mean()),
        lambda t: t.mutate(q=t.x / ibis.literal(7.0)),
    ],
)
def test_the_lint_lets_pass_what_engines_agree_on(build) -> None:
    assert outside_subset(build(ibis.table({"a": "int64", "x": "float64"}, name="t"))) == []


def test_where_on_a_flag_reads_true_and_false() -> None:
    students = [{"person_key": key, "english_learner": key == 1} for key in (1, 2)]
    tables = EMPTY | {"students": ibis.memtable(canonical("students", students))}
    query = compile_indicator(CATALOGUE["clicks"], tables, grain=("person_key",), where={"english_learner": ["true"]})
    assert query.to_pyarrow()["person_key"].to_pylist() == [1]


def test_a_prorated_row_never_counts_more_than_itself() -> None:
    days = [
        (SEPTEMBER.start - timedelta(days=back), SEPTEMBER.end + timedelta(days=on)) for back in (0, 3) for on in (0, 4)
    ]
    rows = [{"person_key": 1, "value": 28.0, "first_day": first, "last_day": last} for first, last in days]
    expected = sum(28.0 * SEPTEMBER.days / ((last - first).days + 1) for first, last in days)
    tables = EMPTY | {
        "declarations": DECLARED,
        "usage": ibis.memtable(canonical("usage", rows)),
        "students": ibis.memtable(canonical("students", [{"person_key": 1}])),
    }
    answer = compile_indicator(CATALOGUE["time_on_task_minutes"], tables, grain=(), window=SEPTEMBER).to_pyarrow()
    assert answer["value"].to_pylist() == [pytest.approx(expected, rel=1e-12)]
    assert answer["value"].type == pa.float64()
