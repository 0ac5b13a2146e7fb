"""A PostgreSQL server for one test run, on loopback, from Debian's binaries; thrown away afterwards."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

USER = "postgres"


def binaries() -> Path:
    """The folder of the newest server's programs; without them the test fails where they are required, else skips."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    if on_path := shutil.which("initdb"):
        return Path(on_path).resolve().parent
    if os.environ.get("GAINLINE_REQUIRE_POSTGRESQL"):
        pytest.fail("PostgreSQL's server is required here and not installed")
    pytest.skip("no PostgreSQL server is installed: apt-get install postgresql")


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def server(programs: Path) -> Iterator[str]:
    """Start one, give its URL, and take everything away again."""
    folder = Path(tempfile.mkdtemp(prefix="gainline-pg-"))
    as_root = os.getuid() == 0  # PostgreSQL refuses to run as root
    before = ["runuser", "-u", USER, "--"] if as_root else []
    if as_root:
        shutil.chown(folder, USER, USER)
    port, place = free_port(), folder / "base"
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"

    def run(program: str, *words: str) -> None:
        subprocess.run([*before, str(programs / program), *words], check=True, stdout=subprocess.DEVNULL, cwd=folder)

    run("initdb", "-D", str(place), "-U", USER, "-A", "trust", "--locale=C.UTF-8", "-E", "UTF8")
    run("pg_ctl", "-D", str(place), "-o", options, "-l", str(folder / "log"), "-w", "start")
    try:
        yield f"postgresql://{USER}@127.0.0.1:{port}/postgres"
    finally:
        run("pg_ctl", "-D", str(place), "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)
