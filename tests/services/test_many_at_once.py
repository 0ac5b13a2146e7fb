"""Many who write at once, and processes that die in the middle: nothing is lost, doubled or half done."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from throwaway_postgresql import binaries, server

PROGRAM = Path(__file__).with_name("forked.py")


def ran(
    home: Path, *words: str, url: str | None = None, program: Path = PROGRAM, within: Sequence[str] = ()
) -> dict[str, object]:
    home.mkdir()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "GAINLINE_"))}
    kept |= {"GAINLINE_HOME": str(home), "GAINLINE_LOG_LEVEL": "CRITICAL"} | (
        {"GAINLINE_DATABASE_URL": url} if url else {}
    )
    words = (*within, sys.executable, str(program), *words)
    done = subprocess.run(words, env=kept, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return found


def all_written(found: dict[str, object], writes: int) -> bool:
    return (found["errors"], found["aims"], found["events"], found["broken"]) == (0, writes, writes, 0)


def all_whole(found: dict[str, object], times: int) -> bool:
    return (found["kills"], found["half"], found["broken"], found["ledger"]) == (2 * times, [], 0, 0)


def test_a_few_processes_write_at_once(tmp_path):
    assert all_written(ran(tmp_path / "home", "writers", "4", "10"), 40)


@pytest.mark.slow
def test_eight_processes_write_150_times_each_on_sqlite(tmp_path):
    assert all_written(ran(tmp_path / "home", "writers", "8", "150"), 1200)


@pytest.mark.slow
@pytest.mark.postgresql
def test_eight_processes_write_150_times_each_on_postgresql(tmp_path):
    with server(binaries()) as url:
        assert all_written(ran(tmp_path / "home", "writers", "8", "150", url=url), 1200)


def test_two_deaths_in_registrations_and_imports_leave_nothing_half_done(tmp_path):
    found = ran(tmp_path / "home", "kills", "2")
    assert all_whole(found, 2), found


def in_step(found: dict[str, object], times: int) -> bool:
    return (found["kills"], found["half"], found["broken"], found["ledger"]) == (times + 1, [], 0, 0)


@pytest.mark.slow
def test_two_hundred_deaths_in_handovers_leave_disclosures_and_files_in_step(tmp_path):
    found = ran(tmp_path / "home", "handovers", "200")
    assert in_step(found, 200), found


@pytest.mark.slow
def test_fifty_deaths_in_registrations_and_imports_leave_nothing_half_done(tmp_path):
    found = ran(tmp_path / "home", "kills", "50")
    assert all_whole(found, 50), found


BROKEN_OFF = Path(__file__).with_name("broken_off.py")


@pytest.mark.slow
def test_twenty_disks_that_run_full_lose_double_and_halve_nothing(tmp_path):
    alone = ["unshare", "--map-root-user", "--mount"]
    mount = [*alone, "mount", "-t", "tmpfs", "none", str(tmp_path)]
    if shutil.which("unshare") is None or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no small disk can be mounted here: user namespaces are switched off")
    found = ran(tmp_path / "home", "full", "20", program=BROKEN_OFF, within=alone)
    assert (found["disks"], found["faults"]) == (20, []), found
    assert found["refused"] > 0, "no disk was small enough"


UPGRADED = Path(__file__).with_name("upgraded.py")


def all_or_nothing(found: dict[str, object], times: int) -> bool:
    return (found["kills"], found["faults"], found["aims"], found["changed"]) == (times, [], 1, True)


def test_two_deaths_in_upgrades_leave_the_tables_of_before_or_of_after(tmp_path):
    found = ran(tmp_path / "home", "kills", "2", program=UPGRADED)
    assert all_or_nothing(found, 2), found


@pytest.mark.slow
def test_a_hundred_deaths_in_upgrades_leave_the_tables_of_before_or_of_after(tmp_path):
    found = ran(tmp_path / "home", "kills", "100", program=UPGRADED)
    assert all_or_nothing(found, 100), found


@pytest.mark.slow
@pytest.mark.postgresql
def test_six_deaths_in_upgrades_of_postgresql_leave_the_tables_of_before_or_of_after(tmp_path):
    with server(binaries()) as url:
        found = ran(tmp_path / "home", "kills", "6", url=url, program=UPGRADED)
    assert all_or_nothing(found, 6), found
