"""The same tests of store, services and pages, on PostgreSQL."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from throwaway_postgresql import binaries, server

TESTS = Path(__file__).resolve().parents[1]
FEW = ("unit/store", "services/test_desk.py", "api/test_tokens.py")  # what the two databases do differently
ALL = ("unit/store", "services", "api", "pages")


@pytest.mark.postgresql
@pytest.mark.skipif("GAINLINE_DATABASE_URL" in os.environ, reason="this run is on PostgreSQL already")
@pytest.mark.parametrize("rooms", [FEW, pytest.param(ALL, marks=pytest.mark.slow)], ids=["few", "all"])
def test_store_services_api_and_pages_keep_their_promises_on_postgresql(rooms):
    with server(binaries()) as url:
        words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
        words += ["-m", "not postgresql and not slow and not browser", *(str(TESTS / room) for room in rooms)]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
        environment["GAINLINE_DATABASE_URL"] = url
        done = subprocess.run(words, cwd=TESTS.parent, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:]


@pytest.mark.postgresql
@pytest.mark.slow
def test_a_backup_of_postgresql_comes_back_whole(tmp_path):
    programs = binaries()
    with server(programs) as url:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
        environment["GAINLINE_DATABASE_URL"] = url

        def gainline(*words):
            asked = [str(Path(sys.executable).with_name("gainline")), *words]
            return subprocess.run(asked, env=environment, capture_output=True, text=True, check=True, cwd=tmp_path)

        found = ["found", "Hillview", "--lead", "Dana Lead", "--email", "dana@hillview.example", "--home", "first"]
        gainline(*found)
        gainline("backup", "kept", "--home", "first")
        subprocess.run([programs / "psql", url, "-qc", "UPDATE store_account SET name = 'Somebody else'"], check=True)
        gainline("restore", "kept", "--home", "second")
        asked = [programs / "psql", url, "-Atc", "SELECT name FROM store_account"]
        told = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    assert told == "Dana Lead\n"
    assert (tmp_path / "second" / "districts").is_dir()
