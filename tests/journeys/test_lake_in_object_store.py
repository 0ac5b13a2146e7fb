"""The main commands over a lake that lies in an object store, from two machines: import, measure, verify, erase."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from gainline.lake import Lake
from intake_files import ROSTER, zipped
from small_store import ADDRESS, SECRET, Store, serving
from terminal import gainline
from town import write_rows

DAY = ("--as-of", "2026-02-01")
USAGE = ("student_id", "tool", "day", "metric", "value")
GONE = "000124"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    with serving(tmp_path / "store") as made:
        for name, value in made.environment.items():
            monkeypatch.setenv(name, value)
        yield made


@pytest.fixture
def home(store: Store, tmp_path: Path) -> Path:
    """A workspace with its lake in the store, and the small roster with a week of use in it."""
    home, incoming = tmp_path / "home", tmp_path / "incoming"
    incoming.mkdir()
    (incoming / "roster.zip").write_bytes(zipped(ROSTER))
    rows = [(who, "quest", "2025-10-07", "minutes_active", 20) for who in ("000123", GONE, "060186")]
    write_rows(incoming / "usage.csv", USAGE, rows)
    assert gainline("init", home, "--lake", ADDRESS).code == 0
    for name in ("roster.zip", "usage.csv"):
        ran = gainline("import", incoming / name, "-w", home, *DAY)
        assert ran.code in {0, 10}, ran.err
    shutil.rmtree(incoming)
    return home


def second_machine(home: Path, tmp_path: Path) -> Path:
    shutil.copytree(home, tmp_path / "second", ignore=shutil.ignore_patterns("lake"))
    return tmp_path / "second"


def used(home: Path) -> list[dict]:
    with Lake.open(home / "lake", ADDRESS).reading() as reading:
        return sorted(reading.arrow(reading.table("usage")).to_pylist(), key=lambda row: row["person_key"])


def holding(root: Path, wanted: list[bytes]) -> list[str]:
    """Files below a folder in which any of these stands, columns unpacked."""
    found = []
    for path in root.rglob("*"):
        if path.is_file():
            held = path.read_bytes()
            if held[:4] == b"PAR1":
                plain = io.BytesIO()
                pq.write_table(pq.ParquetFile(path).read(), plain, compression="none", use_dictionary=False)
                held += plain.getvalue()
            if any(one in held for one in wanted):
                found.append(path.name)
    return found


def test_import_measure_verify_and_erase_from_two_machines(
    home: Path, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = second_machine(home, tmp_path)
    assert used(second) == used(home)
    assert len(used(home)) == 3
    shown = gainline("snapshots", "-w", second, "--format", "json")
    assert json.loads(shown.out) == json.loads(gainline("snapshots", "-w", home, "--format", "json").out)
    measured = [gainline("indicators", "measure", "adoption", "-w", one, "--format", "json") for one in (home, second)]
    assert measured[0].code == measured[1].code == 0, measured[0].err
    assert measured[0].out == measured[1].out
    assert gainline("verify", "-w", second).code == 0
    with Lake.open(home / "lake", ADDRESS).reading() as reading:
        keys = {row["value"]: row["person_key"] for row in reading.arrow(reading.table("identifiers")).to_pylist()}
    wanted = [GONE.encode(), b"bo.m", keys[GONE].to_bytes(8, "little")]
    assert holding(store.folder, wanted)
    assert holding(second / "lake", wanted)
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{GONE}\n"))
    ran = gainline("erase", "-w", home, "--by", "Records office", "--because", "request 17", *DAY)
    assert ran.code == 0, ran.err
    assert gainline("status", "-w", second).code == 0
    assert holding(store.folder, wanted) == holding(home, wanted) == holding(second / "lake", wanted) == []
    assert len(used(second)) == 2
    assert gainline("verify", "-w", home).code == 0


def test_the_secret_of_the_store_is_in_no_file_of_the_workspace(home: Path, store: Store) -> None:
    assert holding(home, [SECRET.encode()]) == holding(store.folder, [SECRET.encode()]) == []
    assert f'store = "{ADDRESS}"' in (home / "gainline.toml").read_text()


def test_a_stopped_writer_is_released_by_a_command(home: Path, tmp_path: Path) -> None:
    assert "nothing to release" in gainline("release-lake", "-w", home).err
    second = second_machine(home, tmp_path)
    write_rows(tmp_path / "more.csv", USAGE, [("000123", "quest", "2025-10-14", "minutes_active", 20)])
    with Lake.open(home / "lake", ADDRESS).writing():
        refused = gainline("import", tmp_path / "more.csv", "-w", second, *DAY)
        assert refused.code == 14
        assert "LK020" in refused.err
        ran = gainline("release-lake", "-w", second)
    assert ran.code == 0
    assert "Released" in ran.err
