"""Copying: a lake in an object store, and this machine's copy of as much of it as was asked for.

The store's line of heads decides what is published, and who writes. Files never change once they are published, so
that a copy holds what it has once fetched; only an erasure takes files away, and every copy then lets go of them.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from gainline.engine.core.errors import Conflict, Missing, UserFixable
from gainline.lake import delta
from gainline.lake.carrying import Carrier
from gainline.lake.durable import write_whole
from gainline.lake.heads import HEADS, Head, Heads
from gainline.lake.objects import ObjectStore
from gainline.lake.snapshots import EMPTY, FileEntry, Manifest, SnapshotShelf, Tombstone, dump_manifest


class StoreShelf(SnapshotShelf):
    """The shelf of a lake that lies in an object store, over this machine's copy of it."""

    def __init__(self, root: Path, address: str) -> None:
        super().__init__(root)
        self._root = root
        self._tables = root / "tables"
        self._at = root / "AT"  # how far along the store's line this copy has followed
        self._store = ObjectStore(address)
        self._line = Heads(self._store, root / "HOLD")
        self._carrier = Carrier(self._store, root)
        self.let_go, self.release = self._line.let_go, self._line.release

    def create(self) -> None:
        """Begin a lake in the store, and this copy of it.

        Raises
        ------
        Conflict
            When there is a lake already.
        UserFixable
            When the store would let two writers take the same step (LK023).
        """
        if self._store.paths(HEADS):
            raise _is_there()
        if not self._store.is_exclusive():
            raise UserFixable(
                "LK023: this object store lets two writers take the same step: it has no conditional put",
                "use a store that has (S3 and compatible ones with If-None-Match), or keep the lake on a disk",
            )
        self._store.put(_record(EMPTY.snapshot.id), dump_manifest(EMPTY))
        first = Head(0, EMPTY.snapshot.id)
        if not self._line.begin(first):
            raise _is_there()
        self._follow(first)

    def refresh(self) -> None:
        """Bring this copy to the store's head; beside a writer of this copy, who holds the head, nothing is done."""
        with _door(self._root, "COPY", wait=True), _door(self._root, "WRITER") as is_alone:
            if is_alone:
                self._follow(self._line.latest())

    @contextmanager
    def entering(self) -> Iterator[None]:
        """Keep readers of this copy from refreshing it in the moment in which a writer steps in."""
        with _door(self._root, "COPY", wait=True):
            yield

    def hold(self) -> None:
        """Take the lake for writing: from here on nobody else's publish is taken.

        Raises
        ------
        Conflict
            When another copy holds it (LK020), or took it in this moment (LK021).
        """
        self._forget_unpublished(self.head() if self.exists() else EMPTY)
        held = self._line.hold()
        self._carrier.settle(held.staged)
        self._follow(held)
        self.drop_unpublished()
        self._carrier.fetch_logs(self.head().snapshot)
        self.sweep_store()

    def publish(self, manifest: Manifest) -> None:
        """Put the manifest's files into the store, then make it the head there, then here.

        Raises
        ------
        Conflict
            When somebody else took the lake meanwhile (LK021); nothing of this is visible then.
        """
        self._push([manifest])
        super().publish(manifest)

    def reseal(self, manifests: Iterable[Manifest], tombstones: Iterable[Tombstone]) -> None:
        """As the shelf's own, in the store first.

        Raises
        ------
        Conflict
            As `publish`.
        """
        manifests, tombstones = list(manifests), list(tombstones)
        newest = max(manifests, key=lambda one: one.ordinal)
        if newest.ordinal >= self.head().ordinal:
            self._push(manifests)
            super().reseal(manifests, tombstones)
        else:  # this was published before a stop, and others have gone on from it
            super().reseal((), tombstones)
        for stone in tombstones:
            self._store.put(_record(stone.id), self._path(stone.id).read_bytes())

    def fetch(self, table: str, entries: Iterable[FileEntry]) -> None:
        """Have these files in the copy, each hashed as it comes.

        Raises
        ------
        DataIssues
            When one is not in the store (LK002) or not what was published (LK001).
        """
        self._carrier.fetch(table, entries)

    def fault_in_store(self, table: str, entry: FileEntry) -> str | None:
        """LK001 where the file's bytes in the store are not what was published, LK002 where it is gone, else None."""
        return self._carrier.fault_in_store(table, entry)

    def load(self, snapshot_id: str) -> Manifest:
        """As the shelf's own; a record that some overtaken writer left in the store is none of this lake's.

        Raises
        ------
        Missing, DataIssues
            As there.
        """
        manifest = super().load(snapshot_id)
        if manifest.snapshot.id not in {one.snapshot.id for one in self._shelved()}:
            raise Missing(f"no snapshot {snapshot_id[:12]} is known here", "list the snapshots and name one of them")
        return manifest

    def drop_unpublished(self) -> None:
        """Forget what a stopped writer left, commits of this copy's tables included."""
        known = {one.snapshot.id for one in self._shelved()}
        for path in self._folder.glob("*.json"):
            if path.stem not in known and self._tombstone(path.stem) is None:
                path.unlink()
        self._forget_unpublished(self.head())

    def sweep_store(self) -> None:
        """Delete what no published snapshot names from the store.

        What is to go is listed before it is asked who holds the lake: a file that was there while nobody else could
        write is nobody else's, however late it is deleted. Files of data have names that never come again.
        Commits lie in their tables only once they are published, so none of them ever goes.

        Raises
        ------
        Conflict
            When another copy took the lake meanwhile (LK021).
        """
        kept = {f"tables/{table}/{path}" for table, path in _files(self.all())}
        kept |= {f"snapshots/{path.name}" for path in self._folder.glob("*.json")}
        found = [path for folder in ("tables", "snapshots", "staged") for path in self._store.paths(folder)]
        gone = [path for path in found if path not in kept and "/_delta_log/" not in path]
        self._line.check()
        for path in gone:
            self._store.delete(path)

    def _push(self, manifests: Sequence[Manifest]) -> None:
        """Files first, the head last: whoever is stopped in between has published nothing."""
        held = self._line.holding()
        for table, path in sorted(_files(manifests) - _files(self.all())):
            self._store.put_file(f"tables/{table}/{path}", self._tables / table / path)
        staged = f"staged/{held.by}-{held.number}"
        newest = max(manifests, key=lambda one: one.ordinal)
        self._carrier.stage(staged, self.head().snapshot, newest.snapshot)
        for each in manifests:
            self._store.put(_record(each.snapshot.id), dump_manifest(each))
        self._carrier.settle(self._line.publish(newest.snapshot.id, staged).staged)

    def _follow(self, head: Head) -> None:
        at = f"{head.number} {head.snapshot}"
        if self.exists() and self._at.is_file() and self._at.read_text(encoding="ascii") == at:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        self._tables.mkdir(exist_ok=True)
        there = self._store.sizes("snapshots")
        here = {path.name: path.stat().st_size for path in self._folder.glob("*.json")}
        for name in there.keys() - {name for name, size in here.items() if there.get(name) == size}:
            # A tombstone is always shorter than the snapshot in whose place it stands: sizes tell them apart.
            write_whole(self._folder / name, self._store.read(f"snapshots/{name}"))
        for name in here.keys() - there.keys():
            (self._folder / name).unlink()
        self._sweep_copy(head.snapshot)
        write_whole(self._head, head.snapshot.encode() + b"\n")
        write_whole(self._at, at.encode())

    def _forget_unpublished(self, head: Manifest) -> None:
        """Commits of this copy's tables past its published head: they will never lie in the store."""
        versions = {one.name: one.version for one in head.snapshot.tables}
        if self._tables.is_dir():
            for folder in self._tables.iterdir():
                delta.forget_after(folder, versions.get(folder.name, -1))

    def _shelved(self) -> list[Manifest]:
        """The head and what it came from: a record is published by being one of these, not by lying in the store."""
        return self._line_to(self._head.read_text(encoding="ascii").strip())

    def _line_to(self, snapshot_id: str | None) -> list[Manifest]:
        found = []
        while snapshot_id is not None:
            found.append(self._load(snapshot_id))
            snapshot_id = found[-1].parent
        return found

    def _sweep_copy(self, head: str) -> None:
        """Let go of files that no snapshot names any more: people were erased, here or from another copy."""
        kept = _files(self._line_to(head))
        for folder in self._tables.iterdir():
            delta.sweep(folder, frozenset(path for table, path in kept if table == folder.name))


@contextmanager
def _door(root: Path, name: str, *, wait: bool = False) -> Iterator[bool]:
    root.mkdir(parents=True, exist_ok=True)
    with (root / name).open("a") as door:
        try:
            fcntl.flock(door, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
            return
        yield True


def _record(snapshot_id: str) -> str:
    return f"snapshots/{snapshot_id}.json"


def _files(manifests: Iterable[Manifest]) -> set[tuple[str, str]]:
    """Table and path of every file that the manifests name."""
    return {(table, one.path) for each in manifests for table, entries in each.files.items() for one in entries}


def _is_there() -> Conflict:
    return Conflict(
        "there is a lake at this address of the object store already", "give another address, or open the one there"
    )
