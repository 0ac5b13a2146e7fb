"""What a writer promises: all or nothing, one at a time, and every published state stays readable."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import DeltaTable

from canonical_rows import MONDAY, canonical, usage
from gainline.engine.core.errors import Conflict, Missing, UserFixable
from gainline.engine.records import TABLES, arrow_schema
from gainline.lake import Lake, Writer, delta

DAY = date(2026, 1, 15)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake.create(tmp_path / "a lake")


def fill(lake: Lake, people: range, minutes: float = 10.0):
    with lake.writing() as writer:
        writer.append("usage", canonical("usage", [usage(person, MONDAY, minutes) for person in people]))
        return writer.publish(as_of=DAY)


def append_then_fail(writer: Writer) -> None:
    writer.append("usage", canonical("usage", [usage(1, MONDAY, 1.0)]))
    writer.append("usage", canonical("usage", [usage(1, MONDAY, 1.0) | {"value": None}]))


def count(lake: Lake, table: str = "usage", snapshot=None) -> int:
    with lake.reading(snapshot) as reading:
        return reading.arrow(reading.table(table).count().name("n"))["n"][0].as_py()


def data_files(lake: Lake) -> set[Path]:
    return {path for path in lake._tables.rglob("*") if path.is_file() and "_delta_log" not in path.parts}


def test_a_new_lake_is_empty_and_has_a_head(lake: Lake) -> None:
    assert lake.head().tables == ()
    assert lake.snapshots() == [lake.head()]
    assert count(lake) == 0


def test_what_was_appended_comes_back_in_the_canonical_shape(lake: Lake) -> None:
    rows = canonical("usage", [usage(person, MONDAY, person / 2, resource="quiz") for person in range(1, 40)])
    with lake.writing() as writer:
        writer.append("usage", rows)
        snapshot = writer.publish(as_of=DAY)
    with lake.reading() as reading:
        back = reading.arrow(reading.table("usage").order_by("person_key"))
    assert back.to_pylist() == rows.to_pylist()
    assert back.schema.names == arrow_schema("usage").names
    entry = snapshot.version_of("usage")
    assert entry is not None
    assert entry.rows == 39
    assert snapshot.as_of == DAY


def test_many_appends_of_one_table_become_one_commit(lake: Lake) -> None:
    with lake.writing() as writer:
        for start in range(0, 500, 100):
            writer.append("usage", canonical("usage", [usage(p, MONDAY, 1.0) for p in range(start, start + 100)]))
        snapshot = writer.publish(as_of=DAY)
    assert count(lake) == 500
    assert [entry.version for entry in snapshot.tables] == [0]


def test_nothing_is_visible_before_publish(lake: Lake) -> None:
    with lake.writing() as writer:
        writer.append("usage", canonical("usage", [usage(1, MONDAY, 1.0)]))
        assert count(lake) == 0
        writer.publish(as_of=DAY)
        assert count(lake) == 1


@pytest.mark.parametrize("published_before", [False, True])
def test_leaving_without_publish_leaves_nothing_behind(lake: Lake, published_before: bool) -> None:
    if published_before:
        fill(lake, range(20))
    head, files = lake.head(), data_files(lake)
    with lake.writing() as writer:
        writer.append("usage", canonical("usage", [usage(p, MONDAY, 1.0) for p in range(50)]))
        writer.replace("schools", canonical("schools", [{"school_id": "A"}]))
    assert lake.head() == head
    assert data_files(lake) == files


def test_an_error_inside_the_block_leaves_nothing_behind(lake: Lake) -> None:
    fill(lake, range(20))
    files = data_files(lake)
    with pytest.raises(ValueError, match="required"), lake.writing() as writer:
        append_then_fail(writer)
    assert count(lake) == 20
    assert data_files(lake) == files
    fill(lake, range(5))
    assert count(lake) == 25


def test_an_append_after_a_rollback_starts_from_the_published_version(lake: Lake) -> None:
    fill(lake, range(20))
    with lake.writing() as writer:
        writer.replace("usage", canonical("usage", [usage(99, MONDAY, 1.0)]))
    fill(lake, range(3))
    assert count(lake) == 23


def test_a_writer_that_dies_between_the_record_and_the_head_has_published_nothing(lake: Lake) -> None:
    before = fill(lake, range(20))
    files, head = data_files(lake), (lake._root / "HEAD").read_bytes()
    unpublished = fill(lake, range(5))
    (lake._root / "HEAD").write_bytes(head)  # as it stands when the power goes just before the last step
    assert lake.head() == before
    assert unpublished not in lake.snapshots()
    with pytest.raises(Missing):
        lake.snapshot(unpublished.id)
    with lake.writing():
        pass
    assert data_files(lake) == files
    assert fill(lake, range(3)) != unpublished
    assert count(lake) == 23


def test_replace_makes_the_rows_the_whole_content(lake: Lake) -> None:
    before = fill(lake, range(20))
    with lake.writing() as writer:
        writer.append("usage", canonical("usage", [usage(7, MONDAY, 1.0)]))
        writer.replace("usage", canonical("usage", [usage(1, MONDAY, 3.0)]))
        writer.append("usage", canonical("usage", [usage(2, MONDAY, 4.0)]))
        after = writer.publish(as_of=DAY)
    assert count(lake) == 2
    assert count(lake, snapshot=before) == 20
    assert before.id != after.id


def test_a_table_may_be_replaced_by_nothing(lake: Lake) -> None:
    fill(lake, range(20))
    with lake.writing() as writer:
        writer.replace("usage", canonical("usage", []))
        snapshot = writer.publish(as_of=DAY)
    assert count(lake) == 0
    assert snapshot.tables[0].rows == 0
    fill(lake, range(4))
    assert count(lake) == 4


def test_every_snapshot_reads_as_it_was_published(lake: Lake) -> None:
    taken = [fill(lake, range(10)) for _ in range(4)]
    assert [count(lake, snapshot=snapshot) for snapshot in taken] == [10, 20, 30, 40]
    assert lake.snapshots()[1:] == taken
    assert lake.snapshot(taken[1].id) == taken[1]


def test_the_snapshot_lists_the_files_that_delta_lists_for_the_version(lake: Lake) -> None:
    for _ in range(3):
        snapshot = fill(lake, range(40))
    folder = lake._tables / "usage"
    listed = {entry.path for entry in lake._shelf.head().files["usage"]}
    actions = pa.table(DeltaTable(str(folder), version=snapshot.tables[0].version).get_add_actions(flatten=True))
    assert listed == set(actions["path"].to_pylist())


def test_publishing_nothing_keeps_the_head(lake: Lake) -> None:
    head = fill(lake, range(3))
    with lake.writing() as writer:
        writer.append("usage", canonical("usage", []))
        assert writer.publish(as_of=date(2026, 2, 1)) == head
    assert len(lake.snapshots()) == 2


def test_one_writer_may_publish_twice(lake: Lake) -> None:
    with lake.writing() as writer:
        for person in (1, 2):
            writer.append("usage", canonical("usage", [usage(person, MONDAY, 1.0)]))
            writer.publish(as_of=DAY)
    assert count(lake) == 2
    assert len(lake.snapshots()) == 3


def test_the_later_row_with_the_same_key_is_the_current_one(lake: Lake) -> None:
    def roster(rows: list[tuple[int, str]]) -> pa.Table:
        return canonical("students", [{"person_key": person, "grade": grade} for person, grade in rows])

    with lake.writing() as writer:
        writer.append("students", roster([(1, "03"), (2, "04"), (1, "05")]))
        writer.publish(as_of=DAY)
    with lake.writing() as writer:
        writer.append("students", roster([(2, "06"), (3, "07")]))
        writer.publish(as_of=DAY)
    with lake.reading() as reading:
        now = reading.arrow(reading.current("students").order_by("person_key"))
        assert now["grade"].to_pylist() == ["05", "06", "07"]
        assert now.schema.names == arrow_schema("students").names
        assert reading.arrow(reading.table("students")).num_rows == 5


def test_empty_parts_of_a_key_count_as_equal(lake: Lake) -> None:
    row = {"person_key": 1, "section_id": None, "begin_date": None}
    with lake.writing() as writer:
        writer.append("enrollments", canonical("enrollments", [row | {"school_id": "A"}, row | {"school_id": "B"}]))
        writer.publish(as_of=DAY)
    with lake.reading() as reading:
        assert reading.arrow(reading.current("enrollments"))["school_id"].to_pylist() == ["B"]


def test_facts_have_no_key_and_are_all_current(lake: Lake) -> None:
    fill(lake, range(3))
    fill(lake, range(3))
    with lake.reading() as reading:
        assert reading.arrow(reading.current("usage")).num_rows == 6


def test_every_canonical_table_can_be_stored_and_read(lake: Lake) -> None:
    with lake.writing() as writer:
        for name in TABLES:
            writer.append(name, canonical(name, [{}]))
        writer.publish(as_of=DAY)
    with lake.reading() as reading:
        for name in TABLES:
            assert reading.arrow(reading.current(name)).to_pylist() == canonical(name, [{}]).to_pylist()


def test_only_tables_about_people_are_partitioned(lake: Lake) -> None:
    fill(lake, range(64))
    with lake.writing() as writer:
        writer.append("schools", canonical("schools", [{"school_id": str(n)} for n in range(64)]))
        writer.publish(as_of=DAY)
    assert len(list((lake._tables / "usage").glob("bucket=*"))) == 16
    assert not list((lake._tables / "schools").glob("bucket=*"))


def test_the_commit_log_holds_no_value_of_any_person(lake: Lake) -> None:
    with lake.writing() as writer:
        writer.append("people", canonical("people", [{"person_key": 1, "given_name": "Lena", "family_name": "Vos"}]))
        writer.publish(as_of=DAY)
    log = "".join(path.read_text() for path in (lake._tables / "people" / "_delta_log").glob("*.json"))
    assert "Lena" not in log
    assert "Vos" not in log


def test_an_unknown_table_is_missing(lake: Lake) -> None:
    with pytest.raises(Missing, match="no canonical table"), lake.writing() as writer:
        writer.append("grades", canonical("usage", []))
    with lake.reading() as reading, pytest.raises(Missing, match="no canonical table"):
        reading.table("grades")


def test_an_empty_required_value_is_refused_by_name_of_the_column(lake: Lake) -> None:
    rows = canonical("usage", [usage(1, MONDAY, 1.0)]).drop_columns("tool")
    rows = rows.append_column("tool", pa.array([None], pa.string()))
    with pytest.raises(ValueError, match="tool"), lake.writing() as writer:
        writer.append("usage", rows)


def test_a_second_writer_meets_a_conflict(lake: Lake) -> None:
    with lake.writing(), pytest.raises(Conflict, match="LK005"), Lake.open(lake._root).writing():
        pass
    with lake.writing():
        pass


def test_a_lake_is_created_once_and_opened_only_where_it_is(lake: Lake, tmp_path: Path) -> None:
    with pytest.raises(Conflict):
        Lake.create(lake._root)
    with pytest.raises(Missing):
        Lake.open(tmp_path)
    assert Lake.open(lake._root).head() == lake.head()


@pytest.mark.parametrize("snapshot_id", ["0" * 64, "", "../HEAD"])
def test_an_unknown_snapshot_is_missing(lake: Lake, snapshot_id: str) -> None:
    with pytest.raises(Missing):
        lake.snapshot(snapshot_id)


def test_a_disk_that_refuses_is_told_plainly(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(delta, "write_deltalake", full)
    with pytest.raises(UserFixable, match="LK004"):
        fill(lake, range(3))
    with pytest.raises(UserFixable, match="LK004"), lake.writing() as writer:
        writer.replace("usage", canonical("usage", [usage(1, MONDAY, 1.0)]))
    assert count(lake) == 0


def test_many_tables_grow_side_by_side_in_one_publish(lake: Lake) -> None:
    """Streams held open side by side once waited for each other for ever on two cores."""
    with lake.writing() as writer:
        for _ in range(6):
            for name in ("usage", "licenses", "results", "attributes", "unmatched"):
                writer.append(name, pa.Table.from_pylist([some_row(name)], schema=arrow_schema(name)))
        writer.publish(as_of=DAY)
    assert [table.rows for table in lake.head().tables] == [6] * 5


def some_row(name: str) -> dict[str, object]:
    some: dict[pa.DataType, object] = {pa.string(): "x", pa.int64(): 1, pa.float64(): 1.0, pa.bool_(): True}
    return {field.name: some.get(field.type, MONDAY) for field in arrow_schema(name)}
