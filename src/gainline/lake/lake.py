"""The lake: one folder that holds a district's facts and every state of them that was published."""

from __future__ import annotations

import fcntl
import itertools
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import IO

from gainline.engine.core.errors import Conflict, Missing, UserFixable
from gainline.lake.copying import StoreShelf
from gainline.lake.engine import Power
from gainline.lake.erasing import Eraser
from gainline.lake.guarding import Ban
from gainline.lake.reading import Reading
from gainline.lake.room import refuse_when_nearly_full
from gainline.lake.snapshots import Snapshot, SnapshotShelf, Tombstone
from gainline.lake.writing import Writer

_STORES = frozenset({"s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "azure", "http", "https", "hdfs", "memory"})
_readings = itertools.count(1)  # a name for each reading's spill folder, never a value anybody sees


class Lake:
    """Facts at rest: append, publish, read a snapshot; one process writes while any number read.

    The folder holds ``tables/<name>`` (one Delta table each), ``snapshots/<id>.json`` and ``HEAD``. With ``store``, the
    address of an object store, the lake lies there, and the folder is this machine's copy of what was asked for.
    """

    def __init__(self, root: Path, store: str | None = None) -> None:
        _refuse_store(root)
        self._bans: Callable[[str | None], Sequence[Ban]] = _nobody
        self._root = root
        self._tables = root / "tables"
        self._store = StoreShelf(root, store) if store else None
        self._shelf = self._store or SnapshotShelf(root)

    @classmethod
    def create(cls, root: Path, store: str | None = None) -> Lake:
        """Make an empty lake.

        Raises
        ------
        Conflict
            When there is a lake already.
        UserFixable
            When the object store does not answer (LK022), lets two writers take the same step (LK023), or the address
            is of no kind that is known (LK024).
        """
        lake = cls(root, store)
        if lake._shelf.exists():
            raise Conflict("there is a lake in this folder already", "open it, or choose another folder")
        lake._tables.mkdir(parents=True, exist_ok=True)
        lake._shelf.create()
        return lake

    @classmethod
    def open(cls, root: Path, store: str | None = None) -> Lake:
        """Open the lake in this folder, or in an object store: then its newest snapshot is known from here on.

        Raises
        ------
        Missing
            When there is none.
        UserFixable
            When the object store does not answer (LK022).
        """
        lake = cls(root, store)
        if lake._store:
            lake._store.refresh()
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
        self,
        snapshot: Snapshot | None = None,
        *,
        power: Power | None = None,
        verified: bool = False,
        cycle: str | None = None,
    ) -> Reading:
        """Read a snapshot, the head when none is named; ``verified`` hashes each table's files before it is read.

        Who may not be read is asked now, whatever snapshot is read; ``cycle`` names what the reading is for.

        Raises
        ------
        Missing
            When the snapshot is not one of this lake's.
        """
        manifest = self._shelf.head() if snapshot is None else self._shelf.load(snapshot.id)
        spill = self._root / "spill"
        spill.mkdir(exist_ok=True)  # the engine makes its own folder when it must, but not the one above it
        own = spill / f"{os.getpid()}-{next(_readings)}"
        reading = Reading(manifest, self._shelf, self._tables, spill=own, power=power or Power(), verified=verified)
        return reading.guard(self._bans(cycle))

    def guarded(self, bans: Callable[[str | None], Sequence[Ban]]) -> Lake:
        """The same lake, each of whose readings leaves out whom these bans bar when it starts."""
        self._bans = bans
        return self

    @contextmanager
    def writing(self) -> Iterator[Writer]:
        """Write alone. Leaving the block without `Writer.publish`, by an error or not, leaves nothing visible.

        Raises
        ------
        Conflict
            When another process is writing (LK005), another copy of a lake in an object store is (LK020), an erasure
            was stopped midway (LK006), or the disk is nearly full (LK026).
        """
        refuse_when_nearly_full(self._root)
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
            When another process is writing (LK005), or another copy of a lake in an object store is (LK020).
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

    def release(self) -> bool:
        """Take a lake in an object store from a writer that was stopped for good; False where nobody holds it.

        Should that writer go on after all, nothing that it writes becomes visible (LK021).
        """
        return self._store.release() if self._store else False

    @contextmanager
    def _alone(self) -> Iterator[None]:
        # The kernel drops this lock with the process, however it dies: there is no stale lock to clear by hand.
        with (self._root / "WRITER").open("a") as door:
            with self._store.entering() if self._store else nullcontext():
                _close_behind(door)
            try:
                if self._store:
                    self._store.hold()
                yield
            finally:
                if self._store:
                    self._store.let_go()
                fcntl.flock(door, fcntl.LOCK_UN)

    def _sweep_spill(self) -> None:
        """Delete what readers spilled and, being killed, could not delete themselves."""
        for folder in self._root.glob("spill/*-*"):
            process = folder.name.partition("-")[0]
            if process.isdecimal() and not _is_running(int(process)):
                shutil.rmtree(folder, ignore_errors=True)


def _nobody(cycle: str | None) -> Sequence[Ban]:
    return ()


def _close_behind(door: IO[str]) -> None:
    try:
        fcntl.flock(door, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Conflict(
            "LK005: another process is writing to this lake", "wait until its import has ended, then try again"
        ) from None


def _refuse_store(root: Path) -> None:
    """An address of an object store is no folder: as one, it would quietly become a folder called ``s3:`` here."""
    first = root.parts[0] if root.parts else ""
    if first.removesuffix(":") in _STORES and first.endswith(":"):
        raise UserFixable(
            "LK013: a workspace is a folder on a disk; only its lake may lie in an object store",
            "make the workspace in a folder, and give the address as its lake: gainline init FOLDER --lake ADDRESS",
        )


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
