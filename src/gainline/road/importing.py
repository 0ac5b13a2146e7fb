"""Import: strangers' files into the lake, each file whole or not at all, each row accounted for."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from gainline.engine.core.errors import UserFixable
from gainline.engine.core.issues import Issue, has_errors
from gainline.engine.core.progress import Progress, silent
from gainline.engine.intake import Account, Identity, Reading, Source, discover, load_profiles, read
from gainline.engine.records import arrow_schema, empty_table
from gainline.lake import Writer
from gainline.road.workspace import Workspace

IDENTITY_TABLES = ("identifiers", "students", "schools")


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """What became of one file: its account and issues, or that the lake already holds it."""

    name: str
    profile: str
    already: bool
    account: Account | None = None
    issues: tuple[Issue, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of every file that was named, and the snapshot that stands now."""

    files: tuple[ImportedFile, ...]
    issues: tuple[Issue, ...]
    snapshot: str

    @property
    def rows(self) -> dict[str, int]:
        """Rows read, loaded, repaired and rejected over all files that were newly read."""
        accounts = [file.account for file in self.files if file.account]
        return {
            "read": sum(account.read for account in accounts),
            "loaded": sum(account.loaded for account in accounts),
            "repaired": sum(account.repaired for account in accounts),
            "rejected": sum(account.rejected for account in accounts),
        }

    def to_json_value(self) -> dict[str, Any]:
        """The report as plain JSON values."""
        return {
            "snapshot": self.snapshot,
            "rows": self.rows,
            "files": [_file_value(file) for file in self.files],
            "issues": [str(issue) for issue in self.issues],
        }


@dataclass(slots=True)
class _Roster:
    """Who is known so far: the lake's identity tables, growing as the files of one import are read."""

    tables: dict[str, list[pa.Table]] = field(default_factory=dict)

    def add(self, name: str, rows: pa.Table) -> None:
        if name in IDENTITY_TABLES and rows.num_rows:
            self.tables.setdefault(name, []).append(rows)

    def table(self, name: str) -> pa.Table:
        parts = self.tables.get(name)
        return pa.concat_tables(parts) if parts else empty_table(name)


def import_files(
    workspace: Workspace, paths: Sequence[Path], *, as_of: date, progress: Progress = silent
) -> ImportReport:
    """Read files into the lake: rosters first, then what hangs on them.

    Each file is published whole; a file whose content the lake already holds changes nothing. A process that is
    killed leaves the files it had finished and nothing of the one it was reading.

    Parameters
    ----------
    workspace
        Where to.
    paths
        Files, OneRoster folders or zips, or folders that hold such files.
    as_of
        The day that counts as today.
    progress
        Told about each file and about rows within it.

    Raises
    ------
    UserFixable
        When no file could be recognized or a district's own profile is faulty.
    Conflict
        When another process is importing.
    """
    profiles, faults = load_profiles([workspace.root / "profiles"])
    if has_errors(faults):
        raise UserFixable("a profile is faulty: " + "; ".join(str(fault) for fault in faults), "mend the profile")
    sources, issues = discover(paths, profiles)
    if not sources and not issues:
        raise UserFixable("there is nothing to import in what was named", "name a file, a OneRoster zip or a folder")
    roster = _known_people(workspace)
    done = _known_contents(workspace)
    files = []
    for number, source in enumerate(sources):
        progress("files", number, len(sources))
        import_id = f"{len(done) + 1:06d}-{source.sha256[:12]}"
        if (source.kind, source.sha256) in done:
            files.append(ImportedFile(source.name, source.kind, already=True))
            continue
        identity = _identity(workspace, roster)
        reading = read(
            source, profiles=profiles, identity=identity, import_id=import_id, as_of=as_of, progress=progress
        )
        files.append(_publish(workspace, source, reading, roster, import_id=import_id, as_of=as_of))
        done.add((source.kind, source.sha256))
    progress("files", len(sources), len(sources))
    return ImportReport(tuple(files), tuple(issues), workspace.lake.head().id)


def _identity(workspace: Workspace, roster: _Roster) -> Identity:
    return Identity(
        salt=workspace.salt,
        known=roster.table("identifiers"),
        students=roster.table("students"),
        schools=roster.table("schools"),
        school_aliases=workspace.settings.school_aliases,
    )


def _publish(
    workspace: Workspace, source: Source, reading: Reading, roster: _Roster, *, import_id: str, as_of: date
) -> ImportedFile:
    with workspace.lake.writing() as writer:
        for batch in reading.batches:
            writer.append(batch.table, batch.rows)
            roster.add(batch.table, batch.rows)
        account = reading.account
        _append_account(writer, source, account, import_id=import_id, as_of=as_of)
        writer.publish(as_of=as_of)
    return ImportedFile(source.name, source.kind, already=False, account=account, issues=tuple(reading.issues))


def _append_account(writer: Writer, source: Source, account: Account, *, import_id: str, as_of: date) -> None:
    row = {
        "file_name": source.name,
        "file_sha256": source.sha256,
        "profile": source.kind,
        "imported_on": as_of,
        "read": account.read,
        "loaded": account.loaded,
        "repaired": account.repaired,
        "rejected": account.rejected,
        "account": json.dumps(account.to_json_value(), sort_keys=True),
        "import_id": import_id,
        "source_line": None,
    }
    writer.append("imports", pa.Table.from_pylist([row], schema=arrow_schema("imports")))


def _known_people(workspace: Workspace) -> _Roster:
    roster = _Roster()
    with workspace.lake.reading() as reading:
        for name in IDENTITY_TABLES:
            roster.add(name, reading.arrow(reading.current(name)).cast(arrow_schema(name)))
    return roster


def _known_contents(workspace: Workspace) -> set[tuple[str, str]]:
    with workspace.lake.reading() as reading:
        held = reading.arrow(reading.table("imports").select("profile", "file_sha256"))
    return set(zip(held["profile"].to_pylist(), held["file_sha256"].to_pylist(), strict=True))


def unmatched(workspace: Workspace) -> pa.Table:
    """The worklist: identities in vendors' files that the roster does not know, most rows first."""
    with workspace.lake.reading() as reading:
        rows = reading.arrow(reading.table("unmatched"))
    return rows.take(pc.sort_indices(rows, [("rows", "descending"), ("source", "ascending"), ("value", "ascending")]))


def _file_value(file: ImportedFile) -> dict[str, Any]:
    return {
        "name": file.name,
        "profile": file.profile,
        "already": file.already,
        "account": file.account.to_json_value() if file.account else None,
        "issues": [str(issue) for issue in file.issues],
    }
