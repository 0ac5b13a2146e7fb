"""The same tests of store, services and pages, on PostgreSQL."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from throwaway_postgresql import binaries, server

TESTS = Path(__file__).resolve().parents[1]
ROOMS = ("unit/store", "services", "pages")


@pytest.mark.postgresql
@pytest.mark.skipif("GAINLINE_DATABASE_URL" in os.environ, reason="this run is on PostgreSQL already")
def test_store_services_and_pages_keep_their_promises_on_postgresql():
    programs = binaries()
    if programs is None:
        if os.environ.get("GAINLINE_REQUIRE_POSTGRESQL"):
            pytest.fail("PostgreSQL's server is required here and not installed")
        pytest.skip("no PostgreSQL server is installed: apt-get install postgresql")
    with server(programs) as url:
        words = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-p", "no:xdist"]
        words += ["-m", "not postgresql and not slow and not browser", *(str(TESTS / room) for room in ROOMS)]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
        environment["GAINLINE_DATABASE_URL"] = url
        done = subprocess.run(words, cwd=TESTS.parent, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:]
