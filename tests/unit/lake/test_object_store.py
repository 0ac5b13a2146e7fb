"""A lake in an object store keeps the promises of one on a disk: all or nothing, one writer, bytes as published."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable

from canonical_rows import MONDAY, canonical, usage
from gainline.engine.core.errors import Conflict, DataIssues, GainlineError, Missing, UserFixable
from gainline.lake import Lake, Snapshot, Whom
from gainline.lake.copying import StoreShelf
from gainline.lake.objects import ObjectStore
from small_store import ADDRESS, SECRET, Store, serving

DAY = date(2026, 1, 15)
GONE = Whom(frozenset({7, 23}))
SAYS = {"number": "0001-aa", "on": "2026-02-01"}


def trusting(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in store.environment.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    with serving(tmp_path / "store") as made:
        trusting(made, monkeypatch)
        yield made


@pytest.fixture
def here(store: Store, tmp_path: Path) -> Path:
    """The copy of whoever made the lake; one import of forty people is published."""
    folder = tmp_path / "here"
    write(Lake.create(folder, ADDRESS), week=0)
    return folder


def write(lake: Lake, *, week: int) -> Snapshot:
    with lake.writing() as writer:
        day = MONDAY + timedelta(days=7 * week)
        writer.append("usage", canonical("usage", [usage(who, day, 10.0 + who) for who in range(1, 41)]))
        return writer.publish(as_of=DAY + timedelta(days=week))


def opened(folder: Path) -> Lake:
    return Lake.open(folder, ADDRESS)


def people(lake: Lake, snapshot: Snapshot | None = None) -> list[int]:
    with lake.reading(snapshot) as reading:
        return sorted(reading.arrow(reading.table("usage"))["person_key"].to_pylist())


def faults(lake: Lake) -> list[str]:
    with lake.reading() as reading:
        return [issue.code for issue in reading.verify()]


def test_another_machine_reads_what_was_published_and_writes_after_it(here: Path, tmp_path: Path) -> None:
    there = tmp_path / "there"
    assert people(opened(there)) == list(range(1, 41))
    later = write(opened(there), week=1)
    assert opened(here).head() == later
    assert len(people(opened(here))) == 80
    assert len(people(opened(here), opened(here).snapshots()[1])) == 40
    assert faults(opened(here)) == faults(opened(there)) == []


def test_a_reading_keeps_its_snapshot_while_another_machine_publishes(here: Path, tmp_path: Path) -> None:
    with opened(here).reading() as reading:
        write(opened(tmp_path / "there"), week=1)
        assert reading.arrow(reading.table("usage")).num_rows == 40


def test_other_tools_find_plain_delta_tables_in_the_store(here: Path) -> None:
    write(opened(here), week=1)
    assert DeltaTable(f"{ADDRESS}/tables/usage").count() == 80


def test_only_asked_tables_are_fetched_and_only_once(here: Path, store: Store, tmp_path: Path) -> None:
    lake = opened(tmp_path / "there")
    assert not list((tmp_path / "there").rglob("*.parquet"))
    people(lake)
    assert len(list((tmp_path / "there").rglob("*.parquet"))) == 16
    for key in store.names():
        if key.endswith(".parquet"):
            store.path(key).unlink()
    assert people(lake) == list(range(1, 41))  # from the copy: nobody asks the store again


def test_a_second_writer_is_refused_until_the_first_has_ended(here: Path, tmp_path: Path) -> None:
    there = tmp_path / "there"
    with opened(here).writing(), pytest.raises(Conflict, match="LK020"):
        write(opened(there), week=1)
    write(opened(there), week=1)
    assert len(people(opened(here))) == 80


def test_a_writer_whose_hold_was_taken_publishes_nothing(here: Path, tmp_path: Path) -> None:
    there = opened(tmp_path / "there")
    rows = canonical("usage", [usage(99, MONDAY, 1.0)])
    with opened(here).writing() as writer:
        writer.append("usage", rows)
        assert there.release()
        write(there, week=1)
        with pytest.raises(Conflict, match="LK021"):
            writer.publish(as_of=DAY)
    assert 99 not in people(opened(here))
    assert len(people(opened(here))) == 80
    write(opened(here), week=2)
    assert len(people(opened(tmp_path / "there"))) == 120
    assert faults(opened(tmp_path / "there")) == []


def test_whoever_was_overtaken_deletes_nothing_of_the_other(here: Path, store: Store, tmp_path: Path) -> None:
    shelf = StoreShelf(here, ADDRESS)
    shelf.hold()
    there = opened(tmp_path / "there")
    there.release()
    write(there, week=1)
    before = store.names()
    with pytest.raises(Conflict, match="LK021"):
        shelf.sweep_store()
    assert store.names() == before


@pytest.mark.slow
def test_a_record_that_an_overtaken_writer_left_is_no_snapshot(here: Path, store: Store, tmp_path: Path) -> None:
    assert killed("write", here, 20) == 9  # all of it lies in the store, but the head was not entered
    records = {name: store.path(name).read_bytes() for name in store.names() if name.startswith("snapshots/")}
    there = opened(tmp_path / "there")
    there.release()
    write(there, week=1)
    (stray,) = records.keys() - set(store.names())
    store.path(stray).write_bytes(records[stray])  # and again, late: the writer was only slow
    third = opened(tmp_path / "third")
    assert len(third.snapshots()) == 3
    with pytest.raises(Missing):
        third.snapshot(Path(stray).stem)
    write(third, week=2)
    assert stray not in store.names()
    assert faults(opened(here)) == []


def test_of_two_that_take_the_same_step_one_does(store: Store) -> None:
    one, two = ObjectStore(ADDRESS), ObjectStore(ADDRESS)
    assert one.begin("line", {"n": "one"})
    assert not two.begin("line", {"n": "two"})
    assert two.enter("line", 1, {"n": "two"})
    assert not one.enter("line", 1, {"n": "one"})
    assert not one.enter("line", 3, {"n": "one"})
    assert one.latest("line") == (1, {"n": "two"})


def test_a_store_that_lets_everybody_overwrite_is_refused(tmp_path: Path, monkeypatch) -> None:
    with serving(tmp_path / "store", is_conditional=False) as careless:
        trusting(careless, monkeypatch)
        with pytest.raises(UserFixable, match="LK023"):
            Lake.create(tmp_path / "here", ADDRESS)
        assert careless.names() == []


def test_a_lake_that_is_there_is_not_made_again(here: Path, tmp_path: Path) -> None:
    with pytest.raises(Conflict, match="already"):
        Lake.create(tmp_path / "there", ADDRESS)


def test_an_empty_address_holds_no_lake(store: Store, tmp_path: Path) -> None:
    with pytest.raises(Missing, match="no lake"):
        opened(tmp_path / "there")


@pytest.mark.parametrize(
    "address",
    ["ftp://box/lake", "s3://key:secret@box/lake", "s3://box/lake?sig=secret", "https://box.example/lake", "lake"],
)
def test_an_address_that_will_not_do_is_refused_and_not_repeated(address: str, tmp_path: Path) -> None:
    with pytest.raises(UserFixable, match="LK024") as refused:
        Lake.create(tmp_path / "here", address)
    assert "secret" not in f"{refused.value} {refused.value.remedy}"
    assert not (tmp_path / "here").exists()


def test_an_environment_that_asks_for_unsafe_commits_is_refused(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("AWS_S3_ALLOW_UNSAFE_RENAME", "true")
    with pytest.raises(UserFixable, match="LK024"):
        Lake.create(tmp_path / "here", ADDRESS)


def test_a_store_that_does_not_answer_is_told_without_the_credentials(here: Path, monkeypatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(UserFixable, match="LK022") as refused:
        opened(here)
    assert SECRET not in f"{refused.value} {refused.value.remedy} {refused.value.__cause__}"


def test_altered_and_missing_files_of_the_store_are_told(here: Path, store: Store, tmp_path: Path) -> None:
    keys = [key for key in store.names() if key.endswith(".parquet")]
    store.path(keys[0]).write_bytes(store.path(keys[0]).read_bytes()[:-1] + b"?")
    store.path(keys[1]).unlink()
    assert sorted(faults(opened(here))) == ["LK001", "LK002"]
    with pytest.raises(DataIssues, match=r"LK00[12]"):
        people(opened(tmp_path / "there"))


def erase(lake: Lake):
    with lake.erasing() as eraser:
        if eraser.begun() is None:
            eraser.begin(GONE, SAYS)
        done = eraser.apply()
        eraser.close()
    return done


def held_by(folder: Path) -> list[Path]:
    """Data files in a copy or in the store that hold one of the erased."""
    found = folder.rglob("*.parquet")
    return [
        path for path in found if GONE.keys & set(pq.ParquetFile(path).read(["person_key"])["person_key"].to_pylist())
    ]


def test_an_erasure_takes_people_from_the_store_and_from_every_copy(here: Path, store: Store, tmp_path: Path) -> None:
    there = tmp_path / "there"
    write(opened(there), week=1)
    assert held_by(store.folder)
    assert held_by(there)
    done = erase(opened(here))
    assert done.rows == {"usage": 4}
    assert held_by(store.folder) == held_by(here) == []
    after = opened(there)  # the other copy lets go when it is next used
    assert held_by(there) == []
    assert len(people(after)) == 76
    assert [len(people(after, one)) for one in after.snapshots()] == [0, 38, 76]
    assert len(after.tombstones()) == 2
    write(after, week=2)
    assert faults(opened(here)) == []


KILLED = """
import os, sys
from datetime import date
from pathlib import Path
sys.path[:0] = sys.argv[4].split(os.pathsep)
from gainline.lake import objects
left = int(sys.argv[3])
def counted(name):
    plain = getattr(objects.ObjectStore, name)
    def step(*words, **more):
        global left
        left -= 1
        if left == 0:
            os._exit(9)
        return plain(*words, **more)
    setattr(objects.ObjectStore, name, step)
import test_object_store as told
lake = told.opened(Path(sys.argv[2]))
for name in ("put", "put_file", "enter", "delete"):
    counted(name)
told.erase(lake) if sys.argv[1] == "erase" else told.write(lake, week=1)
"""


def killed(what: str, folder: Path, step: int) -> int:
    """Do it in a process that dies right before its n-th change of the store; its exit code."""
    paths = os.pathsep.join([str(Path(__file__).parent), str(Path(__file__).parents[2])])
    return subprocess.run([sys.executable, "-c", KILLED, what, str(folder), str(step), paths], check=False).returncode


@pytest.mark.parametrize("step", [1, 10, 19, 20, 21, 22])
@pytest.mark.slow
def test_an_import_that_is_killed_leaves_all_or_nothing(step: int, here: Path, store: Store, tmp_path: Path) -> None:
    before = opened(here).head()
    assert killed("write", here, step) in (0, 9)
    there = opened(tmp_path / "there")
    assert len(people(there)) in (40, 80)
    assert (there.head() == before) == (len(people(there)) == 40)
    seen = len(people(there))
    write(opened(here), week=2)  # the copy that died takes the lake again
    assert len(people(opened(here))) == seen + 40
    named = {
        f"tables/{t}/{one.path}" for each in StoreShelf(here, ADDRESS).all() for t, f in each.files.items() for one in f
    }
    assert {key for key in store.names() if key.endswith(".parquet")} == named
    assert DeltaTable(f"{ADDRESS}/tables/usage").count() == seen + 40
    write_elsewhere = write(opened(tmp_path / "third"), week=3)
    assert opened(here).head() == write_elsewhere
    assert faults(opened(here)) == []


def test_an_import_that_is_killed_before_the_head_is_not_there_and_can_be_done_again(
    here: Path, tmp_path: Path
) -> None:
    assert killed("write", here, 10) == 9
    there = opened(tmp_path / "there")
    assert len(people(there)) == 40
    with pytest.raises(Conflict, match="LK020"):
        write(there, week=1)
    assert there.release()
    assert not there.release()
    write(opened(tmp_path / "there"), week=1)
    assert len(people(opened(here))) == 80


@pytest.mark.parametrize("step", [2, 4, 6, 8, 9, 10])
@pytest.mark.slow
def test_an_erasure_that_is_killed_is_finished_by_doing_it_again(
    step: int, here: Path, store: Store, tmp_path: Path
) -> None:
    there = tmp_path / "there"
    people(opened(there))
    assert killed("erase", here, step) in (0, 9)
    assert len(people(opened(there))) in (38, 40)
    erase(opened(here))
    assert len(people(opened(there))) == 38
    assert held_by(store.folder) == held_by(here) == held_by(there) == []
    assert faults(opened(there)) == []


@pytest.mark.parametrize("step", [4, 8, 10])
@pytest.mark.slow
def test_an_erasure_that_others_overtook_is_worked_out_anew(
    step: int, here: Path, store: Store, tmp_path: Path
) -> None:
    assert killed("erase", here, step) == 9
    there = opened(tmp_path / "there")
    there.release()
    write(there, week=1)  # the same people again
    with pytest.raises(GainlineError, match="LK006"):
        write(opened(here), week=2)
    erase(opened(here))
    assert len(people(opened(tmp_path / "there"))) >= 76
    assert faults(opened(tmp_path / "there")) == []
