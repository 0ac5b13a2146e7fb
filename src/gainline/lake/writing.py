"""Writing: rows go in as they come and become visible together, when the writer publishes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date
from pathlib import Path

import pyarrow as pa

from gainline.engine.records import arrow_schema
from gainline.lake import delta
from gainline.lake.durable import file_digest, settle_folder
from gainline.lake.shapes import to_stored
from gainline.lake.snapshots import (
    FileEntry,
    Manifest,
    Snapshot,
    SnapshotShelf,
    TableVersion,
    hash_table,
    hash_tables,
)

ROWS_PER_COMMIT = 2_000_000
"""Rows of one table that wait in memory before they go to disk: about 200 MB, and files of 100,000 rows and more."""


class Writer:
    """The lake's one writer. Nothing that it appends or replaces is visible before `publish`."""

    def __init__(self, tables: Path, shelf: SnapshotShelf) -> None:
        self._folder = tables
        self._shelf = shelf
        self._head = shelf.head()
        self._waiting: dict[str, list[pa.Table]] = {}  # rows per table that are not on disk yet
        self._written: Counter[str] = Counter()  # rows handed over since the last publish
        self._touched: set[str] = set()

    def append(self, table: str, rows: pa.Table) -> None:
        """Add rows to a canonical table; they go to disk in large pieces, each of them a commit nobody sees yet.

        Raises
        ------
        Missing
            When no canonical table has this name.
        ValueError
            When the rows are not in the canonical shape.
        UserFixable
            When the disk refuses (LK004).
        """
        stored = self._to_stored(table, rows)
        if not stored.num_rows:
            return
        waiting = self._waiting.setdefault(table, [])
        waiting.append(stored)
        if sum(part.num_rows for part in waiting) >= ROWS_PER_COMMIT:
            self._flush(table)

    def replace(self, table: str, rows: pa.Table) -> None:
        """Make these rows the whole content of a canonical table.

        Raises
        ------
        Missing, ValueError, UserFixable
            As `append`.
        """
        stored = self._to_stored(table, rows)
        self._waiting.pop(table, None)
        self._touched.add(table)
        delta.overwrite(self._folder / table, stored)

    def move(self, table: str, person: int, imports: Collection[str], *, to: int) -> int:
        """Give one person's rows of some imports to a pseudonym that the roster does not know; how many went.

        Snapshots that were published before show them as they were.

        Raises
        ------
        UserFixable
            When the disk refuses (LK004).
        """
        if table not in self._head.files:
            return 0
        self._shelf.fetch(table, self._head.files[table])
        taken = delta.take(self._folder / table, person, imports)
        if not taken.num_rows:
            return 0
        self._touched.add(table)
        schema = arrow_schema(table)
        changed = {"person_key": pa.scalar(to, pa.int64()), "matched": pa.scalar(False)}
        columns = {
            field.name: pa.array([changed[field.name].as_py()] * taken.num_rows, field.type)
            if field.name in changed
            else taken[field.name].cast(field.type)
            if field.name in taken.column_names
            else pa.nulls(taken.num_rows, field.type)
            for field in schema
        }
        self.append(table, pa.table(columns, schema=schema))
        return int(taken.num_rows)

    def publish(self, *, as_of: date) -> Snapshot:
        """Make everything written so far visible, at once, as a new snapshot.

        Returns
        -------
        Snapshot
            The new head; the old one when nothing was written.
        """
        for table in list(self._waiting):
            self._flush(table)
        if not self._touched:
            return self._head.snapshot
        manifest = self._next_manifest(as_of)
        self._shelf.publish(manifest)
        self._head = manifest
        self._touched.clear()
        self._written.clear()
        return manifest.snapshot

    def abandon(self) -> None:
        """Take back what was not published."""
        self._waiting.clear()
        if self._touched:
            self.recover()

    def recover(self) -> None:
        """Bring every table back to the published head and delete what no snapshot names."""
        self._shelf.drop_unpublished()
        names = {folder.name for folder in self._folder.iterdir() if folder.is_dir()}
        for name in names - self._head.files.keys():
            delta.drop(self._folder / name)
        for name in names & self._head.files.keys():
            self._recover_table(name)

    def _recover_table(self, name: str) -> None:
        folder, files = self._folder / name, frozenset(entry.path for entry in self._head.files[name])
        version = self._head.snapshot.version_of(name)
        if version is not None:
            delta.roll_back(folder, version.version, files)
        if delta.stray_files(folder, files):  # older snapshots may own them, so only now all are read
            kept = {entry.path for manifest in self._shelf.all() for entry in manifest.files.get(name, ())}
            delta.sweep(folder, frozenset(kept))

    def _to_stored(self, table: str, rows: pa.Table) -> pa.Table:
        stored = to_stored(table, rows, ordinal=self._head.ordinal + 1, before=self._written[table])
        self._written[table] += stored.num_rows
        return stored

    def _flush(self, table: str) -> None:
        self._touched.add(table)
        delta.append(self._folder / table, pa.concat_tables(self._waiting.pop(table)))

    def _next_manifest(self, as_of: date) -> Manifest:
        versions = {entry.name: entry for entry in self._head.snapshot.tables}
        files: dict[str, tuple[FileEntry, ...]] = dict(self._head.files)
        for name in sorted(self._touched):
            versions[name], files[name] = _read_state(self._folder / name, self._head.files)
        tables = tuple(sorted(versions.values()))
        snapshot = Snapshot(hash_tables(tables), tables, as_of)
        return Manifest(snapshot, self._head.ordinal + 1, self._head.snapshot.id, files)


def _read_state(
    folder: Path, before: Mapping[str, tuple[FileEntry, ...]]
) -> tuple[TableVersion, tuple[FileEntry, ...]]:
    """The table's newest version and its files; only files that no earlier snapshot hashed are read."""
    version, rows = delta.latest(folder)
    known = {entry.path: entry for entry in before.get(folder.name, ())}
    files = tuple(known.get(path) or _enter(folder, path) for path in sorted(rows))
    for parent in {(folder / entry.path).parent for entry in files if entry.path not in known}:
        settle_folder(parent)
    delta.settle_log(folder, version)
    return TableVersion(folder.name, version, hash_table(files), sum(rows.values())), files


def _enter(folder: Path, path: str) -> FileEntry:
    file = folder / path
    return FileEntry(path, file_digest(file, settle=True), file.stat().st_size)
