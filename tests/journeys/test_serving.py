"""From an empty folder to a served district, its backup, and the same district from the backup."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest

GAINLINE = [sys.executable, "-m", "gainline.cli.app"]
PATIENCE = 120.0


def environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("GAINLINE_")}


def gainline(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*GAINLINE, *words], env=environment(), capture_output=True, text=True, check=False)


@contextmanager
def served(home: Path):
    """A served home; gives its port."""
    words = [*GAINLINE, "serve", "--home", str(home), "--port", "0", "--workers", "1"]
    child = subprocess.Popen(words, env=environment(), stderr=subprocess.PIPE, text=True)
    try:
        port = 0
        for line in child.stderr:
            if "Gainline is at" in line:
                port = int(line.split("http://127.0.0.1:")[1].split("/")[0])
                break
        assert port, "it never said where it is"
        yield port
    finally:
        child.send_signal(signal.SIGTERM)
        child.stderr.read()
        child.stderr.close()
        assert child.wait(60) == 0


def health(port: int) -> dict[str, str]:
    """The health page's answer once every part says ok, or the last one before patience ends."""
    until, found = time.monotonic() + PATIENCE, {}
    while time.monotonic() < until:
        try:
            with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as line:
                line.request("GET", "/health/")
                found = json.loads(line.getresponse().read())
        except (OSError, ValueError):
            found = {}
        if set(found.values()) == {"ok"}:
            break
        time.sleep(0.3)
    return found


def rows(home: Path, table: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(home / "gainline.sqlite3")) as database:
        return database.execute(f"SELECT * FROM {table} ORDER BY id").fetchall()


@pytest.fixture(scope="module")
def founded(tmp_path_factory) -> Path:
    home = tmp_path_factory.mktemp("served") / "home"
    done = gainline("found", "Hillview", "--lead", "Dana Lead", "--email", "dana@hillview.example", "--home", str(home))
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.strip()) > 20, "the first password is shown once"
    return home


def test_a_lead_whom_nobody_can_help_is_given_a_password_again(founded):
    again = gainline("new-password", "dana@hillview.example", "--home", str(founded))
    assert again.returncode == 0, again.stderr
    assert len(again.stdout.strip()) > 20
    nobody = gainline("new-password", "nobody@hillview.example", "--home", str(founded))
    assert nobody.returncode != 0
    assert "SV191" in nobody.stderr
    assert "nobody@" not in nobody.stderr


def test_one_command_serves_pages_worker_and_database(founded):
    with served(founded) as port:
        assert health(port) == {"database": "ok", "lake": "ok", "worker": "ok"}
    assert (founded / "heads.jsonl").is_file(), "the clockwork wrote where the trail stands"


def test_a_backup_comes_back_whole_and_one_changed_byte_is_found(founded, tmp_path):
    kept, back = tmp_path / "kept", tmp_path / "back"
    assert gainline("backup", str(kept), "--home", str(founded)).returncode == 0
    again = gainline("backup", str(kept), "--home", str(founded))
    assert (again.returncode, "SV040" in again.stderr) == (14, True)
    assert gainline("restore", str(kept), "--home", str(back)).returncode == 0
    for table in ("store_district", "store_account", "store_grant", "store_auditevent"):
        assert rows(back, table) == rows(founded, table)
    [district] = (back / "districts").iterdir()
    assert (district / ".salt").read_bytes() == (founded / "districts" / district.name / ".salt").read_bytes()
    assert (back / ".secret-key").read_bytes() == (founded / ".secret-key").read_bytes()
    salt = kept / "districts" / district.name / ".salt"
    salt.write_bytes(salt.read_bytes()[:-1] + b"\0")
    spoiled = gainline("restore", str(kept), "--home", str(tmp_path / "third"))
    assert (spoiled.returncode, "SV042" in spoiled.stderr) == (14, True)
    none = gainline("restore", str(tmp_path), "--home", str(tmp_path / "fourth"))
    assert (none.returncode, "SV041" in none.stderr) == (13, True)
