"""Spool: what was received and is not imported yet, on disk before the sender is told that it was taken.

A bundle is a batch of items that is imported as one file. Which items belong to it is written down before the file is,
so that after a crash the same file comes out again, and the lake knows its content if it holds it already.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from gainline.engine.intake.door import Item

FILE = "door.sqlite"
MOST = 100_000  # items of one bundle
_PATIENCE = 60.0  # seconds that a writer waits for the one before it
_TABLES = """
create table if not exists items (
    number integer primary key, standard text not null, id text not null, digest text not null, sender text not null,
    body blob, bundle integer, unique (standard, id)
);
create index if not exists waiting on items (bundle) where body is not null;
create table if not exists bundles (
    number integer primary key, standard text not null, sender text not null, done integer not null default 0
);
"""


@dataclass(frozen=True, slots=True)
class Bundle:
    """Items of one standard and one sender that are imported as one file."""

    number: int
    standard: str
    sender: str

    @property
    def file_name(self) -> str:
        """The name of its file; a profile's ``files`` may ask for it, as ``xapi-lumen-*``."""
        return f"{self.standard}-{self.sender}-{self.number:08d}.ndjson"


class Spool:
    """The items of one workspace. Safe for several threads and processes; each call is one transaction.

    Parameters
    ----------
    folder
        Where it lies; made when it is not there, for its owner only: what waits here names people.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(mode=0o700, exist_ok=True)
        path = folder / FILE
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
        with closing(self._open()) as base:
            base.executescript(_TABLES)

    def _open(self) -> sqlite3.Connection:
        base = sqlite3.connect(self.folder / FILE, timeout=_PATIENCE, isolation_level=None)
        base.execute("pragma synchronous = extra")  # on disk, the folder's entry too, before anybody is told
        base.execute("pragma secure_delete = on")
        return base

    @contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        with closing(self._open()) as base:
            base.execute("begin immediate")
            try:
                yield base
            except BaseException:
                base.execute("rollback")
                raise
            base.execute("commit")

    def keep(self, items: Sequence[Item], sender: str, whole: bool) -> list[str]:
        """Keep items, and give the ids that are here with other content.

        With `whole`, one such id keeps all of them out.
        """
        differ: list[str] = []
        with closing(self._open()) as base:
            base.execute("begin immediate")
            for item in items:
                base.execute(
                    "insert into items (standard, id, digest, sender, body) values (?, ?, ?, ?, ?)"
                    " on conflict do nothing",
                    (item.standard, item.id, item.digest, sender, item.body),
                )
                held = base.execute(
                    "select digest from items where standard = ? and id = ?", (item.standard, item.id)
                ).fetchone()
                if held[0] != item.digest:
                    differ.append(item.id)
            base.execute("rollback" if whole and differ else "commit")
        return differ

    def waiting(self) -> int:
        """How many items are not imported yet."""
        with closing(self._open()) as base:
            return int(base.execute("select count(*) from items where body is not null").fetchone()[0])

    def bundles(self) -> list[Bundle]:
        """Every bundle that is not imported yet; what waits without one is bundled first."""
        with self._change() as base:
            for standard, sender in base.execute(
                "select distinct standard, sender from items where body is not null and bundle is null order by 1, 2"
            ).fetchall():
                made = base.execute("insert into bundles (standard, sender) values (?, ?)", (standard, sender))
                base.execute(
                    "update items set bundle = ? where number in (select number from items where standard = ?"
                    " and sender = ? and body is not null and bundle is null order by number limit ?)",
                    (made.lastrowid, standard, sender, MOST),
                )
            found = base.execute("select number, standard, sender from bundles where not done order by 1").fetchall()
        return [Bundle(*row) for row in found]

    def write(self, bundle: Bundle) -> Path:
        """Write a bundle's file: always the same bytes."""
        path = self.folder / bundle.file_name
        with closing(self._open()) as base, os.fdopen(_for_the_owner(path), "wb") as out:
            bodies = base.execute(
                "select body from items where bundle = ? and body is not null order by number", (bundle.number,)
            )
            for (body,) in bodies:
                out.write(body + b"\n")
        return path

    def close(self, bundle: Bundle) -> None:
        """Forget what a bundle's items say, now that the lake has them; their ids stay, so that none comes twice."""
        with self._change() as base:
            base.execute("update items set body = null where bundle = ?", (bundle.number,))
            base.execute("update bundles set done = 1 where number = ?", (bundle.number,))
        (self.folder / bundle.file_name).unlink(missing_ok=True)


def _for_the_owner(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
