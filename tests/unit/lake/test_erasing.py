"""What an eraser promises: the rows are gone from every published state, and nothing else changes."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
from deltalake import DeltaTable

from canonical_rows import MONDAY, canonical, usage
from gainline.engine.core.errors import Conflict, DataIssues, Missing
from gainline.lake import Eraser, Lake, Whom

DAY = date(2026, 1, 15)
GONE = Whom(frozenset({7, 23}), frozenset({"can-7", "can@ry.example"}), frozenset({"Cana Ry"}))
SAYS = {"number": "0001-aa", "on": "2026-02-01"}


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Three published states of forty people, and a work list and feedback that name one of them."""
    made = Lake.create(tmp_path / "lake")
    for week in range(3):
        with made.writing() as writer:
            day = MONDAY + timedelta(days=7 * week)
            writer.append("usage", canonical("usage", [usage(who, day, 10.0 + who) for who in range(1, 41)]))
            if week == 1:
                writer.append("unmatched", canonical("unmatched", [{"value": " CAN-7"}, {"value": "other"}]))
                said = [{"person_key": 3, "text": "I sat beside cana ry today"}, {"person_key": 7, "text": "fine"}]
                writer.append("feedback", canonical("feedback", said))
                drawn = [{"pilot": "p", "unit": "student", "unit_id": str(who)} for who in (7, 8)]
                writer.append("assignments", canonical("assignments", drawn))
            writer.publish(as_of=DAY + timedelta(days=week))
    return made


def erase(lake: Lake):
    with lake.erasing() as eraser:
        eraser.begin(GONE, SAYS)
        done = eraser.apply()
        eraser.close()
    return done


def rows(lake: Lake, table: str, snapshot=None) -> list[dict]:
    with lake.reading(snapshot) as reading:
        return reading.arrow(reading.table(table)).to_pylist()


def ordered(found: list[dict]) -> list[dict]:
    return sorted(found, key=lambda row: (row["first_day"], row["person_key"]))


def test_the_rows_are_gone_from_every_published_state_and_all_others_stand(lake: Lake) -> None:
    before = [rows(lake, "usage", one) for one in lake.snapshots()]
    done = erase(lake)
    after = [rows(lake, "usage", one) for one in lake.snapshots()]
    for old, new in zip(before, after, strict=True):
        kept = [row for row in old if row["person_key"] not in GONE.keys]
        assert ordered(new) == ordered(kept)
    assert done.rows == {"usage": 6, "unmatched": 1, "feedback": 1, "assignments": 1}
    assert done.rows_now == done.rows
    assert done.cells == 1
    assert [row["text"] for row in rows(lake, "feedback")] == ["I sat beside [erased] today"]
    assert [row["value"] for row in rows(lake, "unmatched")] == ["other"]
    assert [row["unit_id"] for row in rows(lake, "assignments")] == ["8"]


def test_the_old_files_are_gone_and_the_new_states_hold(lake: Lake) -> None:
    erase(lake)
    named = {
        str(Path(table) / entry.path)
        for one in lake._shelf.all()
        for table, entries in one.files.items()
        for entry in entries
    }
    on_disk = {path.relative_to(lake._tables).as_posix() for path in lake._tables.rglob("*.parquet")}
    assert on_disk == named
    for one in lake.snapshots():
        with lake.reading(one) as reading:
            assert reading.verify() == []
    for folder in lake._tables.iterdir():
        table = DeltaTable(str(folder))
        assert {Path(uri).name for uri in table.file_uris()} == {
            Path(entry.path).name for entry in lake._shelf.head().files[folder.name]
        }
        assert table.to_pyarrow_table().num_rows == lake.head().version_of(folder.name).rows


def test_a_resealed_snapshot_is_found_by_its_earlier_id_and_says_so(lake: Lake) -> None:
    earlier = [one.id for one in lake.snapshots()]
    done = erase(lake)
    assert set(done.resealed) == set(earlier[1:]), "the empty lake held nobody"
    stones = {stone.id: stone for stone in lake.tombstones()}
    for old in earlier[1:]:
        assert lake.snapshot(old).id == done.resealed[old] == stones[old].resealed_as
        assert (stones[old].erasure, stones[old].on) == ("0001-aa", date(2026, 2, 1))
    again = [rows(lake, "usage", lake.snapshot(old)) for old in earlier[1:]]
    assert [len(found) for found in again] == [38, 76, 114]


def test_importing_goes_on_after_an_erasure(lake: Lake) -> None:
    erase(lake)
    with lake.writing() as writer:
        writer.append("usage", canonical("usage", [usage(41, MONDAY, 5.0)]))
        writer.publish(as_of=DAY)
    assert len(rows(lake, "usage")) == 3 * 38 + 1
    with lake.writing() as writer:  # an abandoned write rolls back to the erased state, not behind it
        writer.replace("usage", canonical("usage", [usage(42, MONDAY, 5.0)]))
    assert len(rows(lake, "usage")) == 3 * 38 + 1
    assert len(DeltaTable(str(lake._tables / "usage")).file_uris()) == len(lake._shelf.head().files["usage"])


def test_finding_changes_nothing_and_counts_what_would_go(lake: Lake) -> None:
    head = lake.head()
    found = lake.finding().find(GONE)
    assert found.rows == {"usage": 6, "unmatched": 1, "feedback": 1, "assignments": 1}
    assert found.resealed == {}
    assert lake.head() == head
    erase(lake)
    assert lake.finding().find(GONE).rows == {}
    assert not lake.finding().left(GONE)


STEPS = ("exchange", "reseal", "sweep", "close")


@pytest.mark.parametrize("step", STEPS)
def test_an_erasure_that_is_stopped_anywhere_is_finished_later(lake: Lake, monkeypatch, step: str) -> None:
    class Stop(Exception): ...

    def stop(*_: object, **__: object) -> None:
        raise Stop

    places = {"exchange": "gainline.lake.erasing.delta.exchange"}
    places["reseal"] = "gainline.lake.snapshots.SnapshotShelf.reseal"
    with monkeypatch.context() as patched:
        patched.setattr(places.get(step, f"gainline.lake.erasing.Eraser.{step}"), stop)
        with pytest.raises(Stop):
            erase(lake)
    with pytest.raises(Conflict, match="LK006"), lake.writing():
        pass
    assert {len(rows(lake, "usage", one)) for one in lake.snapshots()} in ({0, 40, 80, 120}, {0, 38, 76, 114})
    with lake.erasing() as eraser:
        assert eraser.begun() == SAYS
        done = eraser.apply()
        eraser.close()
    assert done.rows["usage"] == 6
    assert not lake.finding().left(GONE)
    with lake.writing():
        pass


def test_every_prefix_of_the_tombstones_is_a_state_that_can_be_finished(lake: Lake, tmp_path: Path) -> None:
    with lake.erasing() as eraser:
        eraser.begin(GONE, SAYS)
        shutil.copytree(tmp_path / "lake", tmp_path / "copy")
        eraser.apply()
        eraser.close()
    copy = Lake.open(tmp_path / "copy")
    with copy.erasing() as eraser:
        eraser.apply()
        eraser.close()
    assert [one.id for one in copy.snapshots()] == [one.id for one in lake.snapshots()], "the same files, the same ids"


def test_a_journal_that_cannot_be_read_is_said(lake: Lake, tmp_path: Path) -> None:
    (tmp_path / "lake" / "ERASING").write_text("{")
    with pytest.raises(DataIssues, match="LK008"):
        Eraser(tmp_path / "lake", lake._shelf).begun()


def test_an_erasure_that_is_stopped_while_it_is_written_down_has_not_begun(lake: Lake, monkeypatch) -> None:
    class Stop(Exception): ...

    def stop(*_: object) -> None:
        raise Stop

    journal = lake._root / "ERASING"
    with monkeypatch.context() as patched:
        patched.setattr("gainline.lake.durable.os.fsync", stop)
        with pytest.raises(Stop):
            erase(lake)
    draft = journal.with_name("ERASING.draft")
    assert not journal.exists(), "a journal that is there and empty would stop whoever comes next"
    assert draft.stat().st_mode & 0o077 == 0, "it says whom"
    with lake.writing():
        assert not draft.exists()
    assert erase(lake).rows["usage"] == 6


def test_the_journal_is_whole_and_its_owners_alone_at_every_moment(lake: Lake, monkeypatch) -> None:
    journal, seen = lake._root / "ERASING", []
    real = Path.replace

    def watched(draft: Path, target: Path) -> Path:
        before = journal.exists()
        done = real(draft, target)
        if target == journal:
            seen.append((before, journal.stat().st_mode & 0o077, lake.finding().begun() == SAYS))
        return done

    monkeypatch.setattr(Path, "replace", watched)
    erase(lake)
    assert seen == [(False, 0, True), (True, 0, True)]


def test_tombstones_in_a_circle_lead_nowhere(lake: Lake, tmp_path: Path) -> None:
    old = lake.snapshots()[1].id
    erase(lake)
    stone = tmp_path / "lake" / "snapshots" / f"{old}.json"
    stone.write_text(stone.read_text().replace(lake.snapshot(old).id, old))
    with pytest.raises((DataIssues, Missing), match="LK003"):
        lake.snapshot(old)
