"""Health: whether the database, the districts' folders and the worker answer; nothing about anybody."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection

from gainline.services import desk, working

SILENT = 90.0  # seconds without a beat after which the worker counts as gone


@desk.carrying
def health() -> dict[str, str]:
    """Each part with ``ok`` or what is wrong with it."""
    database = _database()
    return {"database": database, "lake": _lake(), "worker": _worker() if database == "ok" else "unknown"}


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "does not answer"
    return "ok"


def _lake() -> str:
    home = Path(settings.GAINLINE_HOME)
    if not home.is_dir():
        return "has no home"
    return "ok" if desk.has_room() else "disk nearly full"


def _worker() -> str:
    silence = working.silence_of()
    if silence is None:
        return "never started"
    return "ok" if abs(silence) < SILENT else "silent"  # a beat that lies far ahead is a clock's that was set back
