"""Reading: one published snapshot as tables to query, untouched by whatever is written meanwhile."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import pyarrow as pa

from gainline.engine.core.errors import DataIssues, Missing
from gainline.engine.core.issues import Issue, Level
from gainline.engine.records import TABLES, arrow_schema
from gainline.lake.choosing import open_engine
from gainline.lake.durable import file_digest
from gainline.lake.engine import Power
from gainline.lake.guarding import Ban
from gainline.lake.shapes import ARRIVAL, stored_schema
from gainline.lake.snapshots import FileEntry, Manifest, Snapshot, SnapshotShelf

if TYPE_CHECKING:
    import ibis

_RESTORE = "restore the lake folder from a backup, or import the source files into a fresh lake"

_FAULTS = {"LK001": "a file was altered after it was published", "LK002": "a file of the snapshot is gone"}


class Reading:
    """The lake as one snapshot shows it. Close it, or use it in a `with` block.

    Assumes
    -------
    The files of published snapshots are never rewritten; `verify` tells where somebody did. A ``verified`` reading
    hashes the files of each table before it opens the table, and refuses where somebody did; tables that nobody asks
    for cost it nothing and can change nothing.
    """

    def __init__(
        self, manifest: Manifest, shelf: SnapshotShelf, tables: Path, *, spill: Path, power: Power, verified: bool
    ) -> None:
        self._manifest = manifest
        self._shelf = shelf
        self._folder = tables
        self._spill = spill
        self._engine = open_engine(spill, power)
        self._verified = verified
        self._open: dict[str, ibis.Table] = {}
        self._whole: dict[str, ibis.Table] = {}  # as attached, before anybody is left out
        self._bans: Sequence[Ban] = ()
        self._left_out: tuple[Ban, ...] = ()
        self._governed: set[str] = set()

    @property
    def snapshot(self) -> Snapshot:
        """The snapshot that is being read."""
        return self._manifest.snapshot

    def guard(self, bans: Sequence[Ban]) -> Self:
        """Leave out the rows that these bans are about, of people whom they bar, from here on."""
        self._bans = bans
        self._open.clear()
        return self

    @property
    def is_guarded(self) -> bool:
        """Tell whether anybody's word decides what this reading may show."""
        return bool(self._bans)

    def was_barred(self, keys: Iterable[int], on: date) -> list[bool]:
        """Tell of each of these people whether a ban that left somebody out barred them on a day, and ever since."""
        listed = [int(key) for key in keys]
        found = frozenset[int]().union(*(ban.of(listed, on) for ban in self._left_out))
        return [key in found for key in listed]

    @property
    def governed(self) -> frozenset[str]:
        """The tables under some ban that this reading has opened so far."""
        return frozenset(self._governed)

    def leave_out(self, tables: Collection[str], tools: Collection[str] = ()) -> None:
        """Leave whoever is barred from one of these tables out of every table about people, the roster's too.

        For numbers over a whole group, where a person whose facts may not be read would look like one without any.
        """
        chosen = (ban for ban in self._bans if not ban.tables.isdisjoint(tables) and ban.concerns(tools))
        self._left_out = tuple(Ban(frozenset(TABLES), ban.of) for ban in chosen)
        self._open.clear()

    def table(self, name: str) -> ibis.Table:
        """Every row of a canonical table, in its declared columns; no rows where nothing was imported.

        Raises
        ------
        Missing
            When no canonical table has this name.
        DataIssues
            When a file of the snapshot is gone (LK002), or was altered and the reading is a verified one (LK001).
        """
        return self._stored(name).select(arrow_schema(name).names)

    def current(self, name: str) -> ibis.Table:
        """The latest row per key by order of import, for tables with a key (rosters); else every row (facts).

        Raises
        ------
        Missing, DataIssues
            As `table`.
        """
        stored = self._stored(name)
        if key := TABLES[name].key:
            stored = self._engine.latest_per_key(stored, key, ARRIVAL)
        return stored.select(arrow_schema(name).names)

    def arrow(self, expression: ibis.Expr) -> pa.Table:
        """Run an expression over this reading's tables and give its rows."""
        return self._engine.arrow(expression)

    def people_in(self, table: ibis.Table, where: Mapping[str, Collection[str]] | None = None) -> set[int]:
        """Whoever has a row that holds one of these values in each column that the table has."""
        return self._engine.people_in(table, where or {})

    def verify(self) -> list[Issue]:
        """Hash every file of the snapshot again and tell which are not what was published.

        A lake in an object store is read there whole, beside what this machine has of it.

        Returns
        -------
        list of Issue
            LK001 for an altered file, LK002 for a missing one; empty when every byte stands.
        """
        names = sorted(self._manifest.files)
        stored = [issue for name in names for issue in self._altered_in_store(name)]
        return stored or [issue for name in names for issue in self._altered(name)]

    def close(self) -> None:
        """Let go of the engine and delete what it spilled to the disk."""
        self._engine.close()
        shutil.rmtree(self._spill, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _stored(self, name: str) -> ibis.Table:
        if name not in TABLES:
            raise Missing(f"no canonical table is called {name}", f"use one of: {', '.join(TABLES)}")
        if name not in self._open:
            if name not in self._whole:
                self._whole[name] = self._attach(name)
            table = self._whole[name]
            linked = self._as_linked(table) if _has_strangers(name) else table
            self._open[name] = self._without_barred(name, linked)
        return self._open[name]

    def _without_barred(self, name: str, table: ibis.Table) -> ibis.Table:
        """The rows that may be read; who is barred is asked for the people who have rows here, and for nobody else."""
        bans = [ban for ban in self._bans if ban.covers(name)]
        if bans:
            self._governed.add(name)
        if not TABLES[name].about_people:
            return table
        for ban in (*bans, *self._left_out):
            if barred := ban.of(self._engine.people_in(table, ban.where), None):
                table = self._engine.without_people(table, barred, ban.where)
        return table

    def _as_linked(self, table: ibis.Table) -> ibis.Table:
        """Rows of identities that somebody linked to a student, read as the student's; an undone link reads as none."""
        if not self._manifest.files.get("links"):
            return table
        latest = self._engine.latest_per_key(self._stored("links"), TABLES["links"].key, ARRIVAL)
        confirmed = latest.filter(latest.decision == "confirmed").group_by("alias_key")
        owners = confirmed.aggregate(linked_=lambda t: t.person_key.max(), many_=lambda t: t.person_key.nunique())
        one = owners.filter(owners.many_ == 1).drop("many_").rename(linked_alias_="alias_key")
        joined = table.left_join(one, table.person_key == one.linked_alias_)
        changed = {"person_key": joined.linked_.fill_null(joined.person_key)}
        if "matched" in table.columns:
            changed["matched"] = joined.matched | joined.linked_.notnull()
        return joined.mutate(**changed).select(table.columns)

    def _altered(self, name: str) -> list[Issue]:
        self._shelf.fetch(name, self._manifest.files.get(name, ()))
        found = (self._check(name, entry) for entry in self._manifest.files.get(name, ()))
        return [issue for issue in found if issue is not None]

    def _altered_in_store(self, name: str) -> list[Issue]:
        entries = self._manifest.files.get(name, ())
        found = ((self._shelf.fault_in_store(name, entry), entry) for entry in entries)
        return [_issue(code, f"{name}/{entry.path}") for code, entry in found if code is not None]

    def _attach(self, name: str) -> ibis.Table:
        self._shelf.fetch(name, self._manifest.files.get(name, ()))
        if self._verified and (altered := self._altered(name)):
            says = "\n".join(f"  {issue}" for issue in altered)
            raise DataIssues(f"the snapshot is not what it was:\n{says}", _RESTORE)
        paths = [self._folder / name / entry.path for entry in self._manifest.files.get(name, ())]
        if not paths:
            return self._engine.without_rows(name, stored_schema(name))
        gone = sum(not path.is_file() for path in paths)
        if gone:
            raise DataIssues(f"LK002: {gone} of {len(paths)} files of the table {name} are gone", _RESTORE)
        return self._engine.over_files(name, [str(path.absolute()) for path in paths], stored_schema(name))

    def _check(self, name: str, entry: FileEntry) -> Issue | None:
        path = self._folder / name / entry.path
        where = f"{name}/{entry.path}"
        if not path.is_file():
            return _issue("LK002", where)
        return _issue("LK001", where) if file_digest(path) != entry.sha256 else None


def _issue(code: str, where: str) -> Issue:
    return Issue(code, Level.ERROR, _FAULTS[code], _RESTORE, file=where)


def _has_strangers(name: str) -> bool:
    """Tell whether a table may hold rows of people whom the roster does not know."""
    return name == "attributes" or TABLES[name].has("matched")
