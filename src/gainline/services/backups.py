"""Backups: the database by its own online copy, the districts' folders by their files, and a list of digests."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection

from gainline.engine.core.errors import Conflict, Missing, UserFixable
from gainline.road.consenting import mark_restored
from gainline.services import desk

LIST, DUMP, COPY = "gainline-backup.json", "database.dump", "gainline.sqlite3"
LEFT_OUT = {"static", COPY, f"{COPY}-wal", f"{COPY}-shm", ".restoring"}  # made anew, or copied by the database itself
CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Kept:
    """How much a backup holds."""

    files: int
    bytes: int


@desk.founding
def back_up(*, target: Path) -> Kept:
    """Copy the home into a new folder: facts first, then the rows, so that no row points to facts that are missing.

    A copy of the embedded database's main file alone is torn while somebody writes (30 of 30 tries); its own online
    copy never is. The ledger and the lake only ever grow, and what they point to stands before they point to it.

    Raises
    ------
    Conflict
        SV040 when the folder holds something already.
    UserFixable
        When `pg_dump` is missing or fails.
    """
    if target.exists() and any(target.iterdir()):
        raise Conflict("SV040 the backup's folder holds something already", "name a new folder")
    part = target.with_name(f"{target.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True, mode=0o700)
    home = Path(settings.GAINLINE_HOME)
    for entry in sorted(home.iterdir()):
        if entry.name not in LEFT_OUT:
            shutil.copytree(entry, part / entry.name) if entry.is_dir() else shutil.copy2(entry, part / entry.name)
    _copy_database(part)
    listed = {name: _digest(part / name) for name in _names(part)}
    value = {"format": "gainline-backup/1", "database": connection.vendor, "files": listed}
    (part / LIST).write_text(json.dumps(value, indent=1, sort_keys=True), encoding="utf-8")
    if target.exists():
        target.rmdir()
    part.rename(target)
    return _counted(target, listed)


@desk.founding
def restore(*, source: Path) -> Kept:
    """Put a checked backup into an empty home.

    Where families were asked for consent, the records open only after the copy of the journal that was kept apart is
    applied: ``gainline consent reapply`` (PR052 until then).

    Raises
    ------
    Missing
        SV041 when the folder is no backup.
    Conflict
        SV042 when a file is not what was backed up; SV040 when the home holds a database already.
    UserFixable
        When the backup is of the other kind of database, or `pg_restore` is missing or fails.
    """
    home = Path(settings.GAINLINE_HOME)
    vendor, listed = _checked(source)
    if (home / COPY).exists() or (home / "districts").exists():
        raise Conflict("SV040 the home holds something already", "name a new, empty home")
    if vendor != connection.vendor:
        raise UserFixable(f"the backup is of {vendor}, the settings name {connection.vendor}", "use the same")
    for entry in sorted(source.iterdir()):
        if entry.name not in {LIST, DUMP, COPY}:
            _put(entry, home / entry.name)
    for root in sorted((home / "districts").glob("*")):
        mark_restored(root)  # nobody is read before what families took back since the backup is applied
    if connection.vendor == "sqlite":
        shutil.copy2(source / COPY, home / COPY)
    else:
        _run("pg_restore", "--clean", "--if-exists", "--no-owner", "--dbname", _dsn(), str(source / DUMP))
    return _counted(source, listed)


def _put(entry: Path, target: Path) -> None:
    if entry.is_dir():
        shutil.copytree(entry, target)
        return
    shutil.copy2(entry, target)  # the secret key that this process made in the new home gives way to the old one


def _copy_database(part: Path) -> None:
    if connection.vendor == "sqlite":
        source = str(settings.DATABASES["default"]["NAME"])
        with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(part / COPY)) as copy:
            live.backup(copy)
        return
    _run("pg_dump", "--format", "custom", "--no-owner", "--file", str(part / DUMP), _dsn())


def _run(*words: str) -> None:
    found = shutil.which(words[0])
    if found is None:
        raise UserFixable(f"{words[0]} is not installed here", "install PostgreSQL's client programs")
    done = subprocess.run([found, *words[1:]], capture_output=True, text=True, check=False)  # noqa: S603 - our words
    if done.returncode:
        raise UserFixable(f"{words[0]} failed with exit code {done.returncode}", "look at the database server's log")


def _dsn() -> str:
    of = settings.DATABASES["default"]
    parts = {
        "host": of["HOST"],
        "port": of["PORT"],
        "user": of["USER"],
        "password": of["PASSWORD"],
        "dbname": of["NAME"],
    }
    return " ".join(
        f"{name}='{str(value).replace(chr(39), chr(92) + chr(39))}'" for name, value in parts.items() if value
    )


def _checked(source: Path) -> tuple[str, dict[str, str]]:
    path = source / LIST
    if not path.is_file():
        raise Missing("SV041 the folder is no backup, or one that was never finished", "name another folder")
    value = json.loads(path.read_text(encoding="utf-8"))
    listed: dict[str, str] = value["files"]
    if sorted(listed) != sorted(_names(source)) or any(_digest(source / n) != d for n, d in listed.items()):
        raise Conflict("SV042 a file of the backup is missing or not what was backed up", "use another backup")
    return str(value["database"]), listed


def _names(folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != LIST:
            yield path.relative_to(folder).as_posix()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _counted(folder: Path, listed: dict[str, str]) -> Kept:
    return Kept(len(listed), sum((folder / name).stat().st_size for name in listed))
