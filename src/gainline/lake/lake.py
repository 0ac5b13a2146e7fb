"""The lake: one folder that holds a district's facts and every state of them that was published."""

from __future__ import annotations

import fcntl
import itertools
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gainline.engine.core.errors import Conflict, Missing, UserFixable
from gainline.lake.engine import Power
from gainline.lake.erasing import Eraser
from gainline.lake.reading import Reading
from gainline.lake.snapshots import Snapshot, SnapshotShelf, Tombstone
from gainline.lake.writing import Writer

_STORES = frozenset({"s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "azure", "http", "https", "hdfs", "memory"})
_readings = itertools.count(1)  # a name for each reading's spill folder, never a value anybody sees


class Lake:
    """Facts at rest: append, publish, read a snapshot; one process writes while any number read.

    The folder holds ``tables/<name>`` (one Delta table each), ``snapshots/<id>.json`` and ``HEAD``.
    """

    def __init__(self, root: Path) -> None:
        _refuse_store(root)
        self._root = root
        self._tables = root / "tables"
        self._shelf = SnapshotShelf(root)

    @classmethod
    def create(cls, root: Path) -> Lake:
        """Make an empty lake.

        Raises
        ------
        Conflict
            When there is a lake already.
        """
        lake = cls(root)
        if lake._shelf.exists():
            raise Conflict("there is a lake in this folder already", "open it, or choose another folder")
        lake._tables.mkdir(parents=True, exist_ok=True)
        lake._shelf.create()
        return lake

    @classmethod
    def open(cls, root: Path) -> Lake:
        """Open the lake in this folder.

        Raises
        ------
        Missing
            When there is none.
        """
        lake = cls(root)
        if not lake._shelf.exists():
            raise Missing("there is no lake in this folder", "make the workspace first")
        return lake

    def head(self) -> Snapshot:
        """The snapshot that was published last; one without tables before the first publish."""
        return self._shelf.head().snapshot

    def snapshot(self, snapshot_id: str) -> Snapshot:
        """One snapshot by its id.

        Raises
        ------
        Missing
            When it is not known here.
        DataIssues
            When its record was altered (LK003).
        """
        return self._shelf.load(snapshot_id).snapshot

    def snapshots(self) -> list[Snapshot]:
        """Every published snapshot, oldest first."""
        return [manifest.snapshot for manifest in self._shelf.all()]

    def reading(
        self, snapshot: Snapshot | None = None, *, power: Power | None = None, verified: bool = False
    ) -> Reading:
        """Read a snapshot, the head when none is named; ``verified`` hashes each table's files before it is read.

        Raises
        ------
        Missing
            When the snapshot is not one of this lake's.
        """
        manifest = self._shelf.head() if snapshot is None else self._shelf.load(snapshot.id)
        spill = self._root / "spill"
        spill.mkdir(exist_ok=True)  # the engine makes its own folder when it must, but not the one above it
        own = spill / f"{os.getpid()}-{next(_readings)}"
        return Reading(manifest, tables=self._tables, spill=own, power=power or Power(), verified=verified)

    @contextmanager
    def writing(self) -> Iterator[Writer]:
        """Write alone. Leaving the block without `Writer.publish`, by an error or not, leaves nothing visible.

        Raises
        ------
        Conflict
            When another process is writing (LK005), or an erasure was stopped midway (LK006).
        """
        with self._alone():
            self._sweep_spill()
            eraser = Eraser(self._root, self._shelf)
            eraser.sweep_draft()
            if eraser.begun() is not None:
                raise Conflict(
                    "LK006: an erasure was stopped midway, and nothing is written before it is finished",
                    "finish it: gainline erase --resume",
                )
            writer = Writer(self._tables, self._shelf)
            writer.recover()
            try:
                yield writer
            finally:
                writer.abandon()

    @contextmanager
    def erasing(self) -> Iterator[Eraser]:
        """Erase alone; an erasure that was stopped midway is there to be finished.

        Raises
        ------
        Conflict
            When another process is writing (LK005).
        """
        with self._alone():
            self._sweep_spill()
            eraser = Eraser(self._root, self._shelf)
            eraser.sweep_draft()
            if eraser.begun() is None:
                Writer(self._tables, self._shelf).recover()
            yield eraser

    def finding(self) -> Eraser:
        """An eraser that may only look, beside whoever writes."""
        return Eraser(self._root, self._shelf)

    def tombstones(self) -> list[Tombstone]:
        """Snapshots that were resealed after an erasure, by their earlier ids."""
        return self._shelf.tombstones()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        # The kernel drops this lock with the process, however it dies: there is no stale lock to clear by hand.
        with (self._root / "WRITER").open("a") as door:
            try:
                fcntl.flock(door, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Conflict(
                    "LK005: another process is writing to this lake", "wait until its import has ended, then try again"
                ) from None
            try:
                yield
            finally:
                fcntl.flock(door, fcntl.LOCK_UN)

    def _sweep_spill(self) -> None:
        """Delete what readers spilled and, being killed, could not delete themselves."""
        for folder in self._root.glob("spill/*-*"):
            process = folder.name.partition("-")[0]
            if process.isdecimal() and not _is_running(int(process)):
                shutil.rmtree(folder, ignore_errors=True)


def _refuse_store(root: Path) -> None:
    """An address of an object store is no folder: as one, it would quietly become a folder called ``s3:`` here."""
    first = root.parts[0] if root.parts else ""
    if first.removesuffix(":") in _STORES and first.endswith(":"):
        raise UserFixable(
            "LK013: the lake does not lie in an object store: its head and its lock need a file system",
            "mount the store as a folder, or keep the lake on a disk and send copies to the store",
        )


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
