"""Carrying: files between an object store and this machine's copy of it."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from gainline.engine.core.errors import DataIssues, Missing
from gainline.lake import delta
from gainline.lake.durable import file_digest, write_whole
from gainline.lake.objects import ObjectStore
from gainline.lake.snapshots import FileEntry, Snapshot


class Carrier:
    """Files of tables on their way; nothing here decides what is published."""

    def __init__(self, store: ObjectStore, root: Path) -> None:
        self._store = store
        self._root = root
        self._tables = root / "tables"

    def fetch(self, table: str, entries: Iterable[FileEntry]) -> None:
        """Have these files in the copy, each hashed as it comes.

        Raises
        ------
        DataIssues
            When one is not in the store (LK002) or not what was published (LK001).
        """
        for entry in entries:
            if not (self._tables / table / entry.path).is_file():
                self._fetch(table, entry)

    def fault_in_store(self, table: str, entry: FileEntry) -> str | None:
        """LK001 where the file's bytes in the store are not what was published, LK002 where it is gone, else None."""
        try:
            return None if self._store.digest(f"tables/{table}/{entry.path}") == entry.sha256 else "LK001"
        except Missing:
            return "LK002"

    def stage(self, staged: str, before: Snapshot, after: Snapshot) -> None:
        """Put the commits between two snapshots beside their tables, where nobody takes them for published."""
        versions = {one.name: one.version for one in before.tables}
        for one in after.tables:
            for log in delta.logs(self._tables / one.name, after=versions.get(one.name, -1), until=one.version):
                self._store.put_file(f"{staged}/{one.name}/{log.name}", log)

    def settle(self, staged: str | None) -> None:
        """Put the commits of the last publish into their tables; done again, it changes nothing."""
        if staged is None:
            return
        for path in self._store.paths(staged):
            table, _, name = path.removeprefix(f"{staged}/").partition("/")
            self._store.put(f"tables/{table}/_delta_log/{name}", self._store.read(path))
            self._store.delete(path)

    def fetch_logs(self, snapshot: Snapshot) -> None:
        """The commits of every table, which a writer goes on from; a commit never changes."""
        for one in snapshot.tables:
            folder = f"tables/{one.name}/_delta_log"
            here = self._root / folder
            here.mkdir(parents=True, exist_ok=True)
            for name in self._store.sizes(folder):
                if not (here / name).is_file():
                    write_whole(here / name, self._store.read(f"{folder}/{name}"))

    def _fetch(self, table: str, entry: FileEntry) -> None:
        path = self._tables / table / entry.path
        waiting = self._root / "spill" / f"{os.getpid()}-{secrets.token_hex(4)}"
        waiting.mkdir(parents=True)
        draft = waiting / path.name
        try:
            with draft.open("wb") as out:
                for block in self._store.blocks(f"tables/{table}/{entry.path}"):
                    out.write(block)
            if file_digest(draft, settle=True) != entry.sha256:
                raise _broken("LK001", table, "was altered after it was published")
            path.parent.mkdir(parents=True, exist_ok=True)
            draft.replace(path)
        except Missing:
            raise _broken("LK002", table, "is gone") from None
        finally:
            draft.unlink(missing_ok=True)
            waiting.rmdir()


def _broken(code: str, table: str, says: str) -> DataIssues:
    return DataIssues(
        f"{code}: a file of the table {table} in the object store {says}",
        "restore it in the store from a backup, or import the source files into a fresh lake",
    )
