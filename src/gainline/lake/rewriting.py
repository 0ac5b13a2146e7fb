"""Rewriting: one Parquet file of the lake without the people who are erased."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from gainline.lake.delta import BUCKETS
from gainline.lake.durable import file_digest, settle_folder
from gainline.lake.snapshots import FileEntry
from gainline.lake.whom import Whom, is_about, looked_at, mentions

_ROWS = 500_000  # at a time, so that the largest file takes no more memory than a small one


@dataclass(frozen=True, slots=True)
class Found:
    """What a file holds of them: rows that go, and cells of free text that lose a name."""

    rows: int = 0
    cells: int = 0

    def __add__(self, other: Found) -> Found:
        return Found(self.rows + other.rows, self.cells + other.cells)

    def __bool__(self) -> bool:
        return bool(self.rows or self.cells)


def find_in(table: str, folder: Path, entry: FileEntry, whom: Whom) -> Found:
    """What one file holds of them; a file of another bucket is not even opened."""
    if not may_hold(table, entry, whom):
        return Found()
    with pq.ParquetFile(folder / entry.path) as file:
        columns = [name for name in looked_at(table, whom) if name in file.schema_arrow.names]
        batches = (pa.Table.from_batches([batch]) for batch in file.iter_batches(_ROWS, columns=columns))
        return sum((_found(table, _whole(table, rows), whom) for rows in batches), Found())


def rewrite(table: str, folder: Path, entry: FileEntry, whom: Whom, *, erasure: str) -> FileEntry | None:
    """The file without them, beside the old one and under a name that says so; None when nothing is left of it.

    Doing it again gives the same file, so that an erasure that was stopped can go on.
    """
    old = folder / entry.path
    new = old.with_name(f"erased-{erasure}-{file_digest_of(entry)}.parquet")
    draft = new.with_name(new.name + ".tmp")
    rows = 0
    with pq.ParquetFile(old) as file, pq.ParquetWriter(draft, file.schema_arrow, compression="zstd") as writer:
        for batch in file.iter_batches(_ROWS):
            kept = _without(table, pa.Table.from_batches([batch]), whom)
            writer.write_table(kept)
            rows += kept.num_rows
    if not rows:
        draft.unlink()
        return None
    draft.replace(new)
    sha256 = file_digest(new, settle=True)
    settle_folder(new.parent)
    return FileEntry(os.fspath(Path(entry.path).with_name(new.name)), sha256, new.stat().st_size)


def file_digest_of(entry: FileEntry) -> str:
    """The first letters of the hash of the file that an entry names."""
    return entry.sha256[:16]


def may_hold(table: str, entry: FileEntry, whom: Whom) -> bool:
    """Tell whether a file could hold them, by the bucket it lies in."""
    if whom.only and table not in whom.only:
        return False
    if whom.everybody:
        return True
    folder = Path(entry.path).parent.name
    if not folder.startswith("bucket=") or not set(looked_at(table)) <= {"person_key"}:
        return bool(looked_at(table))
    return int(folder.removeprefix("bucket=")) in {key % BUCKETS for key in whom.keys}


def _whole(table: str, rows: pa.Table) -> pa.Table:
    """The rows with every column that is looked at; a file that is older than a column has no value there."""
    for name in looked_at(table):
        if name not in rows.column_names:
            rows = rows.append_column(name, pa.nulls(rows.num_rows, pa.string()))
    return rows


def _found(table: str, rows: pa.Table, whom: Whom) -> Found:
    gone = is_about(table, rows, whom)
    kept = rows.filter(pc.invert(pc.fill_null(gone, False)))
    cells = sum(_changed(kept[name], words) for name, words in mentions(table, kept, whom))
    return Found(rows.num_rows - kept.num_rows, cells)


def _changed(before: pa.ChunkedArray, after: pa.ChunkedArray) -> int:
    return int(pc.sum(pc.not_equal(before.cast(pa.string()), after)).as_py() or 0)


def _without(table: str, rows: pa.Table, whom: Whom) -> pa.Table:
    gone = is_about(table, _whole(table, rows), whom)
    kept = rows.filter(pc.invert(pc.fill_null(gone, False)))
    for name, words in mentions(table, _whole(table, kept), whom):
        place = kept.column_names.index(name)
        kept = kept.set_column(place, kept.schema.field(name), words.cast(kept.schema.field(name).type))
    return kept
