"""Erasing: people go from every published state of the lake, and the states are sealed again without them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from gainline.engine.core.errors import DataIssues
from gainline.lake import delta
from gainline.lake.durable import draft_of, write_whole
from gainline.lake.rewriting import Found, find_in, may_hold, rewrite
from gainline.lake.snapshots import (
    FileEntry,
    Manifest,
    Snapshot,
    SnapshotShelf,
    TableVersion,
    Tombstone,
    dump_manifest,
    hash_table,
    hash_tables,
    load_manifest,
)
from gainline.lake.whom import Whom

FORMAT = "gainline-erasing/1"
Place = tuple[str, str]  # table and path of a file


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure took from the lake.

    Parameters
    ----------
    rows, rows_now
        Rows per table: of every published state, each counted once, and of the state that was current.
    cells
        Cells of free text from which a name was taken.
    files
        Files that were written anew or are gone.
    resealed
        Snapshot ids before -> after.
    """

    rows: Mapping[str, int]
    rows_now: Mapping[str, int]
    cells: int
    files: int
    resealed: Mapping[str, str]


class Eraser:
    """The lake's one eraser; what it is about to do stands in a journal, so that it can be finished after a stop."""

    def __init__(self, root: Path, shelf: SnapshotShelf) -> None:
        self._tables = root / "tables"
        self._journal = root / "ERASING"
        self._shelf = shelf

    def begun(self) -> dict[str, Any] | None:
        """What the erasure that is under way was told to do; None when none is.

        Raises
        ------
        DataIssues
            When the journal cannot be read (LK008).
        """
        if not self._journal.is_file():
            return None
        try:
            found: dict[str, Any] = json.loads(self._journal.read_bytes())
            said: dict[str, Any] = found["says"]
        except (ValueError, KeyError, TypeError) as fault:
            raise DataIssues(
                "LK008: the journal of an erasure cannot be read",
                "delete the file ERASING in the lake's folder and erase again; what was done stays done",
            ) from fault
        return said

    def begin(self, whom: Whom, says: Mapping[str, Any]) -> None:
        """Write down whom, and what the caller needs to finish: ``number`` and ``on`` of the erasure, and its own."""
        value = {"format": FORMAT, "whom": whom.to_json_value(), "says": dict(says)}
        self._keep(value)

    def sweep_draft(self) -> None:
        """Delete the draft of a journal that a killed process left: it says whom, and nobody will read it."""
        draft_of(self._journal).unlink(missing_ok=True)

    def find(self, whom: Whom) -> Erased:
        """What would be erased; nothing is changed."""
        places = self._places()
        found = {place: self._find(place[0], entry, whom) for place, entry in places.items()}
        return self._sum({place: one for place, one in found.items() if one}, {})

    def apply(self) -> Erased:
        """Do what was begun, or what is left of it; readers see the state before or the one after."""
        value = json.loads(self._journal.read_bytes())
        if not self._still_holds(value):
            value |= self._rewritten(Whom.from_json_value(value["whom"]), value["says"])
            self._keep(value)
        manifests = [load_manifest(text.encode()) for text in value["manifests"]]
        for table, (version, changes) in value["commits"].items():
            files = {path: None if size is None else (size[0], size[1]) for path, size in changes.items()}
            delta.exchange(self._tables / table, version, files)
        on = date.fromisoformat(value["says"]["on"])
        stones = [Tombstone(old, new, value["says"]["number"], on) for old, new in value["resealed"].items()]
        self._shelf.reseal(manifests, stones)
        self.sweep()
        found = {name: value[name] for name in ("rows", "rows_now", "cells", "files", "resealed")}
        return Erased(**found)

    def left(self, whom: Whom) -> Found:
        """What the lake still holds of them, looked for in every file of every snapshot."""
        places = self._places()
        return sum((self._find(table, entry, whom) for (table, _), entry in places.items()), Found())

    def close(self) -> None:
        """Forget whom: the last step."""
        self._journal.unlink(missing_ok=True)

    def whom(self) -> Whom:
        """The people of the erasure that is under way."""
        return Whom.from_json_value(json.loads(self._journal.read_bytes())["whom"])

    def recall(self, name: str, value: Any) -> Any:  # noqa: ANN401 - any JSON value
        """What was written down under this name before a stop; else the value, written down now."""
        journal = json.loads(self._journal.read_bytes())
        noted = journal.setdefault("noted", {})
        if name not in noted:
            noted[name] = value
            self._keep(journal)
        return noted[name]

    def _keep(self, value: Mapping[str, Any]) -> None:
        # Never a journal that is there and empty: whoever comes after a stop must find the whole order or none.
        write_whole(self._journal, json.dumps(value).encode(), private=True)

    def _still_holds(self, value: Mapping[str, Any]) -> bool:
        """Tell whether what was worked out before a stop is still what has to be done, or was done.

        Another copy of a lake in an object store may have been given the lake meanwhile, and have gone on.
        """
        if "manifests" not in value:
            return False
        published = self._shelf.all()
        if value["resealed"] and set(value["resealed"].values()) <= {one.snapshot.id for one in published}:
            return True
        head = self._shelf.head().snapshot.id
        manifests = [load_manifest(text.encode()) for text in value["manifests"]]
        files = {
            self._tables / t / entry.path for one in manifests for t, found in one.files.items() for entry in found
        }
        known = {self._tables / table / path for table, path in self._places()}
        return value.get("base", head) == head and all(path.is_file() for path in files - known)

    def _find(self, table: str, entry: FileEntry, whom: Whom) -> Found:
        if may_hold(table, entry, whom):
            self._shelf.fetch(table, [entry])
        return find_in(table, self._tables / table, entry, whom)

    def _places(self) -> dict[Place, FileEntry]:
        """Every file of every published snapshot, once."""
        manifests = self._shelf.all()
        return {(t, entry.path): entry for one in manifests for t, entries in one.files.items() for entry in entries}

    def _rewritten(self, whom: Whom, says: Mapping[str, Any]) -> dict[str, Any]:
        """Write every file that holds them anew, and say what has to be put in whose place."""
        found, new = {}, {}
        for place, entry in self._places().items():
            folder = self._tables / place[0]
            if one := self._find(place[0], entry, whom):
                found[place] = one
                new[place] = rewrite(place[0], folder, entry, whom, erasure=says["number"])
        gone = {place: one.rows for place, one in found.items()}
        commits = self._commits(new)
        sealed = list(_resealed(self._shelf.all(), new, gone, commits))
        resealed = {old: one.snapshot.id for old, one in sealed if old != one.snapshot.id}
        erased = self._sum(found, resealed)
        return {
            "manifests": [dump_manifest(one).decode() for _, one in sealed],
            "base": self._shelf.head().snapshot.id,
            "commits": commits,
            "rows": dict(erased.rows),
            "rows_now": dict(erased.rows_now),
            "cells": erased.cells,
            "files": erased.files,
            "resealed": resealed,
        }

    def _commits(self, new: Mapping[Place, FileEntry | None]) -> dict[str, tuple[int, dict[str, Any]]]:
        """Per table whose current files change: the number of its next Delta version, and the files to exchange."""
        commits: dict[str, tuple[int, dict[str, Any]]] = {}
        for table, entries in self._shelf.head().files.items():
            paths = [entry.path for entry in entries if (table, entry.path) in new]
            if paths:
                changes: dict[str, Any] = dict.fromkeys(paths)
                for entry in (new[table, path] for path in paths):
                    if entry is not None:
                        changes[entry.path] = (delta.rows_of(self._tables / table / entry.path), entry.size)
                commits[table] = (delta.latest(self._tables / table)[0] + 1, changes)
        return commits

    def _sum(self, found: Mapping[Place, Found], resealed: Mapping[str, str]) -> Erased:
        rows: Counter[str] = Counter()
        rows_now: Counter[str] = Counter()
        now = {(table, entry.path) for table, entries in self._shelf.head().files.items() for entry in entries}
        for place, one in found.items():
            rows[place[0]] += one.rows
            rows_now[place[0]] += one.rows if place in now else 0
        cells = sum(one.cells for one in found.values())
        return Erased(dict(rows), dict(rows_now), cells, len(found), dict(resealed))

    def sweep(self) -> None:
        """Delete every file that no snapshot names: the rows are gone from the disk only now."""
        kept: dict[str, set[str]] = {folder.name: set() for folder in self._tables.iterdir() if folder.is_dir()}
        for table, path in self._places():
            kept[table].add(path)
        for table, paths in kept.items():
            delta.sweep(self._tables / table, frozenset(paths))
        self._shelf.sweep_store()


def _resealed(
    manifests: list[Manifest],
    new: Mapping[Place, FileEntry | None],
    gone: Mapping[Place, int],
    commits: Mapping[str, tuple[int, dict[str, Any]]],
) -> Iterator[tuple[str, Manifest]]:
    """Each manifest under its id before, with the files and the id that it has from now on."""
    ids: dict[str, str] = {}
    for manifest in manifests:
        versions = {table: version for table, (version, _) in commits.items()} if manifest is manifests[-1] else {}
        files = {table: _exchanged(table, entries, new) for table, entries in manifest.files.items()}
        tables = tuple(
            TableVersion(
                one.name,
                versions.get(one.name, one.version),
                hash_table(files[one.name]),
                one.rows - sum(gone.get((one.name, entry.path), 0) for entry in manifest.files[one.name]),
            )
            for one in manifest.snapshot.tables
        )
        snapshot = Snapshot(hash_tables(tables), tables, manifest.snapshot.as_of)
        parent = ids.get(manifest.parent or "", manifest.parent)
        ids[manifest.snapshot.id] = snapshot.id
        yield manifest.snapshot.id, replace(manifest, snapshot=snapshot, parent=parent, files=files)


def _exchanged(
    table: str, entries: tuple[FileEntry, ...], new: Mapping[Place, FileEntry | None]
) -> tuple[FileEntry, ...]:
    put = (new.get((table, entry.path), entry) for entry in entries)
    return tuple(sorted((entry for entry in put if entry is not None), key=lambda entry: entry.path))
