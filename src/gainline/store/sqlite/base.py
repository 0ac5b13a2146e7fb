"""SQLite with fair turns: whoever has waited longest for the one writer's place asks most often.

SQLite's own waiting asks ever more seldom, so that a newcomer takes the place of whoever waits already: on a busy
machine 6 of 1,200 writes of eight processes gave up after 20 seconds. Here asking becomes more frequent instead.
"""

from __future__ import annotations

import sqlite3
from time import monotonic, sleep

from django.db.backends.sqlite3 import base

PATIENCE = 20.0  # seconds until a writer gives up
FIRST, LEAST = 0.02, 0.0005  # seconds between two tries of a newcomer, and of whoever has waited long
HURRY = 10.0  # how much more often one asks after a second of waiting


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection whose transactions wait for their turn; everything else is Django's."""

    def _start_transaction_under_autocommit(self) -> None:
        begun, waited = monotonic(), 0.0
        with self.wrap_database_errors:
            self.connection.execute("PRAGMA busy_timeout=0")
            try:
                while not self._has_begun(is_last=waited >= PATIENCE):
                    sleep(pause_after(waited))
                    waited = monotonic() - begun
            finally:
                self.connection.execute(f"PRAGMA busy_timeout={int(PATIENCE * 1000)}")

    def _has_begun(self, *, is_last: bool) -> bool:
        try:
            self.connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as fault:
            if is_last or fault.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            return False
        return True


def pause_after(waited: float) -> float:
    """Seconds until the next try of somebody who has waited for so many."""
    return max(LEAST, FIRST / (1 + HURRY * waited))
