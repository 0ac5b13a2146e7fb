"""Purging: what was deleted goes from the bytes as well: of the database, its log, the lake and what lay aside."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from time import monotonic, sleep

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from gainline.engine.core.errors import Conflict, GainlineError
from gainline.services import desk
from gainline.services.imports import KEPT_FOR, clear_aside
from gainline.services.workspaces import open_workspace
from gainline.store.models.districts import District
from gainline.store.tenancy import across_districts

LOG = logging.getLogger("gainline.purge")
PATIENCE, PAUSE = 20.0, 0.1  # seconds to wait until nobody reads the database's log, and between two tries


@dataclass(frozen=True, slots=True)
class Purged:
    """What a purge gave back.

    Parameters
    ----------
    bytes
        How much smaller the embedded database and its log became; 0 on PostgreSQL, which keeps its own files.
    arrivals
        Arrivals that were kept aside for too long and are thrown away.
    lakes, busy
        Districts whose lake was swept, and those where somebody was writing, an erasure waits to be finished, or the
        settings cannot be read.
    """

    bytes: int
    arrivals: int
    lakes: int
    busy: int


@desk.carrying
def purge(*, aside_older_than: timedelta = KEPT_FOR) -> Purged:
    """Let nothing that was deleted stay readable in a file.

    A database only marks the place of a deleted row as free. After the deletion of 1,000 names SQLite's files still
    held 1,853 of them, with ``secure_delete`` 1,001, all in the log; only rewriting the file and cutting the log left
    none.

    Raises
    ------
    Conflict
        SV126 when somebody reads the database's log all the time, so that it cannot be cut.

    Source: measured on SQLite 3.40.1; https://sqlite.org/pragma.html#pragma_wal_checkpoint
    """
    before = _database_bytes()
    arrivals = clear_aside(older_than=aside_older_than)
    call_command("clearsessions", verbosity=0)
    with across_districts(why="whoever keeps the machine purges every district"):
        districts = list(District.objects.order_by("pk"))
    swept = [_swept(district) for district in districts]
    _rewrite_database()
    return Purged(max(0, before - _database_bytes()), arrivals, sum(swept), len(swept) - sum(swept))


def _swept(district: District) -> bool:
    """Delete the files that no state of a district's lake names, unless it is busy."""
    try:
        with open_workspace(district).records.erasing() as eraser:
            if eraser.begun() is not None:
                return False
            eraser.sweep()
    except GainlineError as error:  # one district's trouble keeps no other district waiting
        LOG.warning("a lake was not swept: %s", error.says)
        return False
    return True


def _rewrite_database() -> None:
    if connection.vendor != "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM (FULL)")
        return
    until = monotonic() + PATIENCE
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")
        while cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
            if monotonic() > until:
                raise Conflict("SV126 the database's log is being read, so it could not be cut", "purge once more")
            sleep(PAUSE)


def _database_bytes() -> int:
    if connection.vendor != "sqlite":
        return 0
    name = str(settings.DATABASES["default"]["NAME"])
    return sum(path.stat().st_size for path in map(Path, (name, f"{name}-wal")) if path.is_file())
