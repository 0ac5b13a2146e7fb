"""Snapshots: which version of every table was published together, down to the bytes of each file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import rfc8785

from gainline.engine.core.errors import DataIssues, Missing
from gainline.engine.core.ids import digest_bytes
from gainline.lake.durable import write_whole

FORMAT = "gainline-snapshot/1"
TOMBSTONE = "gainline-tombstone/1"


class TableVersion(NamedTuple):
    """One table of a snapshot: its name, Delta version, content hash and number of rows."""

    name: str
    version: int
    sha256: str
    rows: int


class FileEntry(NamedTuple):
    """One file of a table: path below the table's folder, SHA-256 of its bytes, size in bytes."""

    path: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What an estimate names so that it can be run again: one published state of the whole lake.

    Parameters
    ----------
    id
        SHA-256 of the canonical JSON of `tables`; equal ids mean equal bytes in every table.
    tables
        One `TableVersion` per table that has been written, by name.
    as_of
        The day that the publishing command counted as today; ``date.min`` for the empty lake.
    """

    id: str
    tables: tuple[TableVersion, ...]
    as_of: date

    def version_of(self, table: str) -> TableVersion | None:
        """The table's entry, or ``None`` where nothing was written to it yet."""
        return next((entry for entry in self.tables if entry.name == table), None)


@dataclass(frozen=True, slots=True)
class Manifest:
    """A snapshot with what only the lake needs: its place in the line and the exact files of each table."""

    snapshot: Snapshot
    ordinal: int
    parent: str | None
    files: Mapping[str, tuple[FileEntry, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What stands in the place of a snapshot from whose tables a person was erased.

    Parameters
    ----------
    id, resealed_as
        The snapshot's id before the erasure, and the one it has now.
    erasure, on
        Number of the erasure's certificate, and its day.
    """

    id: str
    resealed_as: str
    erasure: str
    on: date


def hash_table(files: Iterable[FileEntry]) -> str:
    """The content hash of a table: over its files' paths and hashes, sorted by path."""
    return digest_bytes(rfc8785.dumps(sorted([entry.path, entry.sha256] for entry in files)))


def hash_tables(tables: Iterable[TableVersion]) -> str:
    """The id of the snapshot that holds these tables."""
    return digest_bytes(rfc8785.dumps([entry._asdict() for entry in sorted(tables)]))


EMPTY = Manifest(Snapshot(hash_tables(()), (), date.min), ordinal=0, parent=None)
"""The lake before its first publish."""


class SnapshotShelf:
    """The folder of published snapshots and the HEAD that says which one is current."""

    def __init__(self, root: Path) -> None:
        self._folder = root / "snapshots"
        self._head = root / "HEAD"

    def create(self) -> None:
        """Make the shelf with the empty snapshot as its head."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self.publish(EMPTY)

    def exists(self) -> bool:
        """Tell whether a lake was created here."""
        return self._head.is_file()

    def head(self) -> Manifest:
        """The published head."""
        return self._load(self._head.read_text(encoding="ascii").strip())

    def publish(self, manifest: Manifest) -> None:
        """Shelve the manifest and make it the head; the second step is the moment at which it becomes visible."""
        name = manifest.snapshot.id
        write_whole(self._path(name), dump_manifest(manifest))
        write_whole(self._head, name.encode() + b"\n")

    def all(self) -> list[Manifest]:
        """Every published manifest, oldest first."""
        head = self.head().ordinal
        return sorted((one for one in self._shelved() if one.ordinal <= head), key=lambda one: one.ordinal)

    def load(self, snapshot_id: str) -> Manifest:
        """One published manifest by its snapshot's id.

        Raises
        ------
        Missing
            When no published snapshot has this id.
        DataIssues
            When the snapshot's file no longer says what was published (LK003).
        """
        manifest = self._load(snapshot_id)
        if manifest.ordinal > self.head().ordinal:
            raise _unknown(snapshot_id)
        return manifest

    def tombstones(self) -> list[Tombstone]:
        """Every snapshot that was resealed after an erasure, by its earlier id."""
        found = (self._tombstone(path.stem) for path in sorted(self._folder.glob("*.json")))
        return [one for one in found if one is not None]

    def reseal(self, manifests: Iterable[Manifest], tombstones: Iterable[Tombstone]) -> None:
        """Put these manifests on the shelf, the latest as head, and tombstones in the place of those they replace.

        Doing it again, after it was stopped anywhere in between, ends in the same state.
        """
        ordered = sorted(manifests, key=lambda one: one.ordinal)
        for manifest in ordered:
            write_whole(self._path(manifest.snapshot.id), dump_manifest(manifest))
        if ordered:
            write_whole(self._head, ordered[-1].snapshot.id.encode() + b"\n")
        for stone in tombstones:
            value = {"format": TOMBSTONE, "id": stone.id, "resealed_as": stone.resealed_as}
            value |= {"erasure": stone.erasure, "on": stone.on.isoformat()}
            write_whole(self._path(stone.id), json.dumps(value, indent=1).encode())

    def fetch(self, table: str, entries: Iterable[FileEntry]) -> None:
        """Have these files at hand; on a disk they are."""

    def fault_in_store(self, table: str, entry: FileEntry) -> str | None:
        """The code of what is wrong with the file where the lake lies, if that is elsewhere; on a disk None."""
        return None

    def sweep_store(self) -> None:
        """Delete what no snapshot names where the lake lies, if that is elsewhere."""

    def _tombstone(self, snapshot_id: str) -> Tombstone | None:
        """The tombstone that stands under this id; None where a snapshot or nothing does."""
        try:
            document = json.loads(self._path(snapshot_id).read_bytes())
            if document["format"] != TOMBSTONE:
                return None
            on = date.fromisoformat(document["on"])
            return Tombstone(snapshot_id, document["resealed_as"], document["erasure"], on)
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def drop_unpublished(self) -> None:
        """Take off the shelf what a killed writer laid there without making it the head."""
        head = self.head().ordinal
        for one in self._shelved():
            if one.ordinal > head:
                self._path(one.snapshot.id).unlink()

    def _shelved(self) -> list[Manifest]:
        names = [path.stem for path in self._folder.glob("*.json")]
        return [self._load(name) for name in names if self._tombstone(name) is None]

    def _resealed(self, snapshot_id: str) -> str:
        """The id that the snapshot has after every erasure since."""
        passed = set()
        while snapshot_id.isalnum() and (stone := self._tombstone(snapshot_id)):
            passed.add(snapshot_id)
            snapshot_id = stone.resealed_as
            if snapshot_id in passed:
                raise _altered(snapshot_id)
        return snapshot_id

    def _load(self, snapshot_id: str) -> Manifest:
        snapshot_id = self._resealed(snapshot_id)
        path = self._path(snapshot_id)
        if not snapshot_id.isalnum() or not path.is_file():
            raise _unknown(snapshot_id)
        try:
            manifest = load_manifest(path.read_bytes())
        except (ValueError, KeyError, TypeError, AttributeError) as fault:
            raise _altered(snapshot_id) from fault
        if not _is_whole(manifest, snapshot_id):
            raise _altered(snapshot_id)
        return manifest

    def _path(self, snapshot_id: str) -> Path:
        return self._folder / f"{snapshot_id}.json"


def _unknown(snapshot_id: str) -> Missing:
    return Missing(f"no snapshot {snapshot_id[:12]} is known here", "list the snapshots and name one of them")


def _altered(snapshot_id: str) -> DataIssues:
    return DataIssues(
        f"LK003: the record of snapshot {snapshot_id[:12]} was altered after it was published",
        "restore the lake folder from a backup; estimates that name this snapshot cannot be trusted until then",
    )


def _is_whole(manifest: Manifest, snapshot_id: str) -> bool:
    hashes_hold = all(entry.sha256 == hash_table(manifest.files[entry.name]) for entry in manifest.snapshot.tables)
    return hashes_hold and snapshot_id == manifest.snapshot.id == hash_tables(manifest.snapshot.tables)


def dump_manifest(manifest: Manifest) -> bytes:
    """The manifest as the text of its file."""
    return json.dumps(_to_json(manifest), indent=1).encode()


def load_manifest(text: bytes) -> Manifest:
    """The manifest that a file's text says; whether it holds is for the shelf to check."""
    return _from_json(json.loads(text))


def _to_json(manifest: Manifest) -> dict[str, object]:
    return {
        "format": FORMAT,
        "id": manifest.snapshot.id,
        "ordinal": manifest.ordinal,
        "parent": manifest.parent,
        "as_of": manifest.snapshot.as_of.isoformat(),
        "tables": [entry._asdict() for entry in manifest.snapshot.tables],
        "files": {name: [entry._asdict() for entry in files] for name, files in manifest.files.items()},
    }


def _from_json(document: dict[str, Any]) -> Manifest:
    tables = tuple(TableVersion(**entry) for entry in document["tables"])
    snapshot = Snapshot(document["id"], tables, date.fromisoformat(document["as_of"]))
    return Manifest(
        snapshot=snapshot,
        ordinal=document["ordinal"],
        parent=document["parent"],
        files={name: tuple(FileEntry(**entry) for entry in files) for name, files in document["files"].items()},
    )
