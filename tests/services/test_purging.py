"""What was deleted is gone from the bytes: planted names are looked for in every file of a home and of its backup."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gainline.engine.core.errors import Conflict
from gainline.jobs.weekly import purge as weekly
from gainline.services import purging

PROGRAM = Path(__file__).with_name("canaries.py")
REMEMBERS = 3  # files that hold the names while they are held: the lake, what lies aside, the database or its log


def purged(home: Path, count: int) -> dict[str, object]:
    home.mkdir()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "GAINLINE_"))}
    kept |= {"GAINLINE_HOME": str(home), "GAINLINE_LOG_LEVEL": "CRITICAL"}
    words = (sys.executable, str(PROGRAM), str(count))
    done = subprocess.run(words, env=kept, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.parametrize("count", [20, pytest.param(1000, marks=pytest.mark.slow)])
def test_names_that_were_erased_and_purged_stand_in_no_file_and_in_no_new_backup(tmp_path, count):
    found = purged(tmp_path / "home", count)
    assert found["held"] >= REMEMBERS, "the test looks where names are"
    assert (found["left"], found["backup"]) == ([], [])


@pytest.mark.django_db
def test_a_log_that_is_read_all_the_time_is_told(monkeypatch):
    asked = []

    class Cursor:
        def __enter__(self):
            return self

        def __exit__(self, *_):
            return None

        def execute(self, sql):
            asked.append(sql)
            return self

        def fetchone(self):
            return (1, 5, 0)

    monkeypatch.setattr(
        purging, "connection", type("Busy", (), {"vendor": "sqlite", "cursor": lambda self: Cursor()})()
    )
    monkeypatch.setattr(purging, "PATIENCE", -1.0)
    with pytest.raises(Conflict, match="SV126"):
        weekly.run()
    assert asked == ["VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"]
