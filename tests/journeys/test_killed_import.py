"""An import that is killed, stopped by Ctrl-C or met by another: nothing is lost, doubled or half visible."""

from __future__ import annotations

import fcntl
import json
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from gainline.lake import Lake
from terminal import gainline

ROWS = 300_000
DAY = "2025-09-30"
MOST_SECONDS = 60


@pytest.fixture(scope="module")
def usage_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A vendor's usage of 300,000 rows: enough that an import can be met in the middle."""
    path = tmp_path_factory.mktemp("usage") / "usage.csv"
    with path.open("w") as file:
        file.write("student_id,tool,day,metric,value\n")
        for row in range(ROWS):
            file.write(f"{row % 5000},quest,2025-09-{1 + row // 5000 % 28:02d},minutes_active,{1 + row % 47}\n")
    return path


def start(path: Path, home: Path) -> subprocess.Popen[bytes]:
    """An import in a process of its own, taken up when it has the lake to itself."""
    words = [sys.executable, "-m", "gainline.cli.app", "import", str(path), "-w", str(home), "--as-of", DAY]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    while process.poll() is None and not _is_locked(home):
        time.sleep(0.02)
    return process


def seconds_of_a_whole_import(path: Path, home: Path) -> float:
    began = time.monotonic()
    assert gainline("import", path, "-w", home, "--as-of", DAY).code == 0
    return time.monotonic() - began


def rows(home: Path, table: str) -> int:
    with Lake.open(home / "lake").reading() as reading:
        return int(reading.arrow(reading.table(table).count())[0][0].as_py())


def assert_all_or_nothing(home: Path, before: dict[str, int]) -> None:
    """What a reader sees is the state before the import or the one after it, and every file of it is sound."""
    imports = rows(home, "imports") - before["imports"]
    assert rows(home, "usage") == imports * ROWS
    with Lake.open(home / "lake").reading() as reading:
        assert reading.verify() == []


def kill_and_import_again(moments: Sequence[float], path: Path, home: Path) -> None:
    before = {table: rows(home, table) for table in ("imports", "usage")}
    assert before["usage"] == 0
    for moment in moments:
        process = start(path, home)
        time.sleep(moment)
        process.kill()
        process.communicate(timeout=MOST_SECONDS)
        assert_all_or_nothing(home, before)
    assert gainline("import", path, "-w", home, "--as-of", DAY).code == 0
    assert (rows(home, "imports"), rows(home, "usage")) == (before["imports"] + 1, ROWS)
    assert gainline("verify", "-w", home).code == 0
    again = gainline("import", path, "-w", home, "--as-of", DAY, "--format", "json")
    assert [file["already"] for file in json.loads(again.out)["files"]] == [True]
    assert rows(home, "usage") == ROWS
    named = {entry["path"] for entry in _named_files(home)}
    on_disk = {file.name for file in (home / "lake" / "tables" / "usage").rglob("*.parquet")}
    assert on_disk == {Path(name).name for name in named}, "what the dead left is swept"


def _named_files(home: Path) -> list[dict[str, str]]:
    head = (home / "lake" / "HEAD").read_text().strip()
    manifest = json.loads((home / "lake" / "snapshots" / f"{head}.json").read_text())
    found: list[dict[str, str]] = manifest["files"]["usage"]
    return found


def _moments(count: int, longest: float) -> list[float]:
    draw = random.Random(11)
    return [longest * (place + draw.random()) / count for place in range(count)]


def test_an_import_that_is_killed_leaves_all_or_nothing(rostered: Path, usage_file: Path, tmp_path: Path) -> None:
    shutil.copytree(rostered, tmp_path / "measured")
    whole = seconds_of_a_whole_import(usage_file, tmp_path / "measured")
    kill_and_import_again(_moments(3, whole), usage_file, rostered)


@pytest.mark.slow
def test_an_import_that_is_killed_at_fifty_moments_leaves_all_or_nothing(
    rostered: Path, usage_file: Path, tmp_path: Path
) -> None:
    shutil.copytree(rostered, tmp_path / "measured")
    whole = seconds_of_a_whole_import(usage_file, tmp_path / "measured")
    kill_and_import_again(_moments(50, whole), usage_file, rostered)


def test_an_import_that_is_stopped_by_ctrl_c_says_so_and_keeps_nothing_half(rostered: Path, usage_file: Path) -> None:
    process = start(usage_file, rostered)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=MOST_SECONDS)
    assert process.returncode == 130, said.decode()
    assert b"Traceback" not in said
    assert b"Stopped" in said
    assert rows(rostered, "usage") in {0, ROWS}


def test_a_second_import_at_the_same_time_is_told_to_wait(rostered: Path, usage_file: Path) -> None:
    with Lake.open(rostered / "lake").writing():
        ran = gainline("import", usage_file, "-w", rostered, "--as-of", DAY)
        assert ran.code == 14
        assert "LK005" in ran.err
        assert "wait" in ran.err
        assert gainline("import", usage_file, "-w", rostered, "--as-of", DAY, "--preview").code == 0
    assert rows(rostered, "usage") == 0


def _is_locked(home: Path) -> bool:
    with (home / "lake" / "WRITER").open("a") as door:
        try:
            fcntl.flock(door, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False
