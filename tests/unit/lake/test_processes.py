"""Several processes: readers beside a writer, and writers that are killed at any moment."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest

from canonical_rows import MONDAY, canonical, usage
from gainline.engine.core.errors import Conflict
from gainline.lake import Lake

DAY = date(2026, 1, 15)
BATCH = 2_000

WRITER = """
import sys
from datetime import date
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from canonical_rows import MONDAY, canonical, usage
from gainline.lake import Lake
rows = canonical("usage", [usage(person, MONDAY, 1.0) for person in range(2000)])
roster = canonical("schools", [{"school_id": str(number)} for number in range(50)])
with Lake.open(Path(sys.argv[1])).writing() as writer:
    writer.replace("schools", roster)
    print("ready", flush=True)
    for _ in range(int(sys.argv[3])):
        writer.append("usage", rows)
    print("appended", flush=True)
    writer.publish(as_of=date(2026, 1, 15))
    print("published", flush=True)
"""

READER = """
import sys
from pathlib import Path
from gainline.lake import Lake
lake = Lake.open(Path(sys.argv[1]))
print("ready", flush=True)
seen = []
for line in sys.stdin:
    with lake.reading() as reading:
        usage = reading.arrow(reading.table("usage").count().name("n"))["n"][0].as_py()
        schools = reading.arrow(reading.table("schools").count().name("n"))["n"][0].as_py()
        print(usage, schools, len(reading.verify()), flush=True)
"""


def start(script: str, *words: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script, *map(str, words)], stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True
    )


def start_writer(lake: Lake, batches: int) -> subprocess.Popen[str]:
    return start(WRITER, lake._root, Path(__file__).parents[2], batches)


def read_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline().strip()
    assert line, "the process ended before it said so"
    return line


def end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    lake = Lake.create(tmp_path / "lake")
    with lake.writing() as writer:
        writer.append("usage", canonical("usage", [usage(person, MONDAY, 1.0) for person in range(100)]))
        writer.publish(as_of=DAY)
    return lake


def counts(lake: Lake) -> tuple[int, int]:
    with lake.reading() as reading:
        assert reading.verify() == []
        return tuple(reading.arrow(reading.table(name)).num_rows for name in ("usage", "schools"))


def test_two_processes_read_while_one_appends_and_see_all_or_nothing(lake: Lake) -> None:
    readers = [start(READER, lake._root) for _ in range(2)]
    writer = start_writer(lake, 20)
    try:
        assert [read_line(reader) for reader in readers] == ["ready", "ready"]
        assert read_line(writer) == "ready"
        seen: list[str] = []
        while writer.poll() is None or len(seen) < 4:
            for reader in readers:
                assert reader.stdin is not None
                reader.stdin.write("look\n")
                reader.stdin.flush()
            seen += [read_line(reader) for reader in readers]
    finally:
        for process in (*readers, writer):
            end(process)
    assert set(seen) <= {"100 0 0", f"{100 + 20 * BATCH} 50 0"}
    assert counts(lake) == (100 + 20 * BATCH, 50)


def test_a_writer_killed_at_any_moment_leaves_nothing_half_visible_and_may_start_again(lake: Lake) -> None:
    files = sorted(lake._tables.rglob("*.parquet"))
    for wait, pause in (("ready", 0.05), ("ready", 0.3), ("appended", 0.0)):
        process = start_writer(lake, 400)
        while read_line(process) != wait:
            pass
        time.sleep(pause)
        end(process)
        assert counts(lake) == (100, 0)
    with lake.writing():  # the next writer clears up, and the lock of the dead is gone
        pass
    assert sorted(lake._tables.rglob("*.parquet")) == files
    again = start_writer(lake, 3)
    assert [read_line(again) for _ in range(3)] == ["ready", "appended", "published"]
    again.communicate()
    assert counts(lake) == (100 + 3 * BATCH, 50)


def test_a_writer_in_another_process_is_a_conflict(lake: Lake) -> None:
    process = start_writer(lake, 10_000)
    try:
        assert read_line(process) == "ready"
        with pytest.raises(Conflict, match="another process"), lake.writing():
            pass
    finally:
        end(process)
