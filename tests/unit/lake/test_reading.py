"""What a reading promises: one state, verified to the byte, and no trace left on the disk."""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path

import ibis
import pytest

from canonical_rows import MONDAY, canonical, usage
from gainline.engine.core.errors import DataIssues
from gainline.lake import Lake, Power, Snapshot

DAY = date(2026, 1, 15)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    lake = Lake.create(tmp_path / "lake")
    with lake.writing() as writer:
        writer.append("usage", canonical("usage", [usage(person, MONDAY, 1.0) for person in range(64)]))
        writer.publish(as_of=DAY)
    return lake


def first_file(lake: Lake) -> Path:
    return sorted((lake._tables / "usage").glob("bucket=*/*.parquet"))[0]


def test_an_untouched_snapshot_verifies(lake: Lake) -> None:
    with lake.reading() as reading:
        assert reading.verify() == []
        assert reading.snapshot == lake.head()


def test_one_altered_byte_is_an_issue_that_names_the_file(lake: Lake) -> None:
    file = first_file(lake)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    with lake.reading() as reading:
        [issue] = reading.verify()
    assert issue.code == "LK001"
    assert issue.file == f"usage/{file.relative_to(lake._tables / 'usage').as_posix()}"


def test_a_verified_reading_refuses_an_altered_table_and_reads_the_others(lake: Lake) -> None:
    file = first_file(lake)
    file.write_bytes(file.read_bytes() + b" ")
    with lake.reading(verified=True) as reading:
        assert reading.table("schools") is not None
        with pytest.raises(DataIssues, match=r"the snapshot is not what it was:\n.*LK001"):
            reading.table("usage")
        with pytest.raises(DataIssues, match="LK001"):
            reading.current("usage")


def test_a_missing_file_is_an_issue_and_stops_a_query(lake: Lake) -> None:
    first_file(lake).unlink()
    with lake.reading() as reading:
        assert [issue.code for issue in reading.verify()] == ["LK002"]
        with pytest.raises(DataIssues, match="LK002: 1 of 16"):
            reading.table("usage")


@pytest.mark.parametrize(
    ("part", "value"),
    [("tables", []), ("files", {"usage": []}), ("id", "0" * 64), ("ordinal", None)],
)
def test_an_altered_snapshot_record_is_refused(lake: Lake, part: str, value: object) -> None:
    path = lake._root / "snapshots" / f"{lake.head().id}.json"
    document = json.loads(path.read_bytes())
    if value is None:
        del document[part]
    else:
        document[part] = value
    path.write_text(json.dumps(document))
    with pytest.raises(DataIssues, match="LK003"):
        lake.head()


def test_a_record_that_is_no_json_is_refused(lake: Lake) -> None:
    head = lake.head().id
    (lake._root / "snapshots" / f"{head}.json").write_text("[")
    with pytest.raises(DataIssues, match="LK003"):
        lake.snapshot(head)


def test_the_id_depends_on_the_tables_alone(lake: Lake) -> None:
    head = lake.head()
    assert Snapshot(head.id, head.tables, date(2030, 1, 1)).id == head.id
    assert head.version_of("events") is None


def test_a_reading_keeps_its_state_while_others_publish(lake: Lake) -> None:
    with lake.reading() as reading:
        with lake.writing() as writer:
            writer.append("usage", canonical("usage", [usage(1, MONDAY, 1.0)]))
            writer.replace("schools", canonical("schools", [{}]))
            writer.publish(as_of=DAY)
        assert reading.arrow(reading.table("usage")).num_rows == 64
        assert reading.arrow(reading.table("schools")).num_rows == 0


def test_a_query_that_does_not_fit_into_memory_spills_and_leaves_nothing(lake: Lake) -> None:
    with lake.reading(power=Power(threads=1, memory="40MB")) as reading:
        rows = reading.table("usage").cross_join(ibis.range(30_000).unnest().name("copy").as_table())
        before = rows.value.lag().over(ibis.window(group_by="person_key", order_by="copy"))
        spilled = reading.arrow(rows.mutate(before=before).agg(total=lambda t: t.before.sum()))
        assert reading._spill.is_dir()
    assert spilled["total"].to_pylist() == [64 * 29_999.0]
    assert not list(lake._root.glob("spill/*"))


def test_a_writer_sweeps_the_spill_of_killed_readers_only(lake: Lake) -> None:
    killed, alive, strange = (lake._root / "spill" / name for name in ("4194305-1", f"{os.getpid()}-9", "x-1"))
    for folder in (killed, alive, strange):
        folder.mkdir(parents=True)
    with lake.writing():
        pass
    assert [folder.exists() for folder in (killed, alive, strange)] == [False, True, True]
