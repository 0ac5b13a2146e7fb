"""Delta tables on a disk; it and `objects` know `deltalake`. Nothing here decides what is visible; snapshots do."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Collection, Mapping
from pathlib import Path
from urllib.parse import quote

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from deltalake import DeltaTable, WriterProperties, write_deltalake
from deltalake.exceptions import DeltaError

from gainline.engine.core.errors import UserFixable
from gainline.lake.durable import settle_file, settle_folder, write_whole

BUCKET = "bucket"
"""Partition column of every table about people: it lets one person be erased by rewriting one file in sixteen."""

BUCKETS = 16

_LOG = "_delta_log"
_LOG_FILE = re.compile(rf"{_LOG}/(\d{{20}})\..+")
_PROPERTIES = WriterProperties(compression="ZSTD", compression_level=1)
_CONFIGURATION = {
    # The log keeps minima and maxima of the first columns unless told not to: names would stand in it in the clear.
    "delta.dataSkippingNumIndexedCols": "0",
    # By default the log forgets versions after 30 days; a snapshot must be readable as long as its estimate stands.
    "delta.enableExpiredLogCleanup": "false",
    "delta.logRetentionDuration": "interval 36500 days",
    "delta.deletedFileRetentionDuration": "interval 36500 days",
}


def append(folder: Path, rows: pa.Table) -> None:
    """Add rows to a table, as one new version.

    The rows come whole, not as a stream: an open Delta append holds one of the few threads of its runtime while it
    waits for the next batch, so that three tables fed side by side on two cores would wait for each other for ever.

    Raises
    ------
    UserFixable
        When the table could not be written, a full disk for instance (LK004).
    """
    try:
        _write(folder, rows, mode="append")
    except (DeltaError, OSError) as fault:
        raise _cannot_write(folder.name) from fault


def overwrite(folder: Path, rows: pa.Table) -> None:
    """Make `rows` the table's whole content, as a new version.

    Raises
    ------
    UserFixable
        When the table could not be written (LK004).
    """
    try:
        _write(folder, rows, mode="overwrite")
    except (DeltaError, OSError) as fault:
        raise _cannot_write(folder.name) from fault


def _write(folder: Path, rows: pa.Table, *, mode: str) -> None:
    write_deltalake(
        str(folder),
        rows,
        mode=mode,
        # A table that was begun before a column existed gets it with the next rows; older rows have no value there.
        schema_mode="merge",
        partition_by=[BUCKET] if BUCKET in rows.schema.names else None,
        configuration=_CONFIGURATION,
        writer_properties=_PROPERTIES,
    )


def take(folder: Path, person: int, imports: Collection[str]) -> pa.Table:
    """Take one person's rows of some imports out of a table, as one new version; the rows that went, as they lay.

    Raises
    ------
    UserFixable
        When the table could not be written (LK004).
    """
    names = sorted(imports)
    theirs = (pc.field("person_key") == person) & pc.field("import_id").isin(names)
    table = DeltaTable(str(folder))
    found: pa.Table = table.to_pyarrow_dataset().to_table(filter=theirs & (pc.field(BUCKET) == person % BUCKETS))
    if found.num_rows:
        quoted = ", ".join("'" + name.replace("'", "''") + "'" for name in names)
        try:
            table.delete(f"{BUCKET} = {person % BUCKETS} and person_key = {person} and import_id in ({quoted})")
        except (DeltaError, OSError) as fault:
            raise _cannot_write(folder.name) from fault
    return found


def _cannot_write(table: str) -> UserFixable:
    return UserFixable(
        f"LK004: the table {table} could not be written; nothing of this import is visible",
        "look at the reason above: mostly a full disk or a folder without write permission; then import again",
    )


def latest(folder: Path) -> tuple[int, dict[str, int]]:
    """The newest version of a table, and rows per file path, published or not."""
    table = DeltaTable(str(folder))
    actions = pa.table(table.get_add_actions(flatten=True))
    rows = zip(actions["path"].to_pylist(), actions["num_records"].to_pylist(), strict=True)
    return table.version(), {str(path): int(count or 0) for path, count in rows}


def rows_of(file: Path) -> int:
    """How many rows a data file holds, as its own footer says."""
    return int(pq.read_metadata(file).num_rows)


def roll_back(folder: Path, version: int, paths: frozenset[str]) -> None:
    """Make the published version the newest again, when a killed writer left something after it."""
    if frozenset(latest(folder)[1]) != paths:
        DeltaTable(str(folder)).restore(version)


def exchange(folder: Path, version: int, files: Mapping[str, tuple[int, int] | None]) -> None:
    """Make the table's next version one in which each of these files is replaced, or gone.

    The commit is written by hand, because deltalake can delete rows by a condition, but cannot be told which file
    each rewritten one stands for, and snapshots have to be resealed file by file. Writing it again changes nothing.

    Parameters
    ----------
    version
        The number of the new version, one above the latest.
    files
        New path -> rows and bytes of a file that comes, or None for a path that goes.

    Source: the Delta transaction log protocol, "Add File and Remove File".
    """
    commit = folder / _LOG / f"{version:020d}.json"
    if commit.is_file():
        return
    lines: list[dict[str, object]] = [{"commitInfo": {"timestamp": 0, "operation": "DELETE", "engineInfo": "gainline"}}]
    for path, size in files.items():
        common = {"path": quote(path, safe="/=-_."), "dataChange": True, "partitionValues": _partition(path)}
        if size is None:
            lines.append({"remove": common | {"deletionTimestamp": 0, "extendedFileMetadata": False}})
        else:
            stats = json.dumps({"numRecords": size[0]})
            lines.append({"add": common | {"size": size[1], "modificationTime": 0, "stats": stats}})
    write_whole(commit, "".join(json.dumps(line) + "\n" for line in lines).encode())


def _partition(path: str) -> dict[str, str]:
    name, is_bucket, value = path.partition("/")[0].partition("=")
    return {name: value} if is_bucket else {}


def sweep(folder: Path, keep: frozenset[str]) -> None:
    """Delete every file that no snapshot names: what killed and abandoned writers left behind.

    Student data that nobody can see must not lie around either.
    """
    for path in folder.rglob("*"):
        relative = path.relative_to(folder)
        is_draft = path.suffix == ".tmp"
        if path.is_file() and (is_draft or (relative.parts[0] != _LOG and relative.as_posix() not in keep)):
            path.unlink()


def stray_files(folder: Path, known: frozenset[str]) -> bool:
    """Tell whether the folder holds a data file that `known` does not name."""
    files = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return any(path.parts[0] != _LOG and path.as_posix() not in known for path in files)


def log_version(path: str) -> int | None:
    """The version that a file of a table's log belongs to, its path named from the table's folder; else None."""
    found = _LOG_FILE.fullmatch(path)
    return int(found[1]) if found else None


def logs(folder: Path, *, after: int, until: int) -> list[Path]:
    """The commits of a table in a span of versions, oldest first."""
    return [
        path for path in sorted((folder / _LOG).glob("*.json"))
        if after < (-1 if (version := log_version(f"{_LOG}/{path.name}")) is None else version) <= until
    ]  # fmt: skip


def forget_after(folder: Path, version: int) -> None:
    """Take every commit past a version out of a table's log, as if it had never been made."""
    for path in (folder / _LOG).glob("*"):
        found = log_version(f"{_LOG}/{path.name}")
        if (found is not None and found > version) or path.name in ("_last_checkpoint", "_commit.tmp"):
            path.unlink()


def drop(folder: Path) -> None:
    """Delete a table that no snapshot names."""
    shutil.rmtree(folder)


def settle_log(folder: Path, version: int) -> None:
    """Wait until the table's newest commit is on the disk."""
    settle_file(folder / _LOG / f"{version:020d}.json")
    settle_folder(folder / _LOG)
