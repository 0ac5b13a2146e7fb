"""Import: strangers' files into the lake, each file whole or not at all, each row accounted for."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from gainline.engine.core.errors import Conflict, Missing, UserFixable
from gainline.engine.core.issues import Issue, has_errors
from gainline.engine.core.progress import Progress, silent
from gainline.engine.intake import Account, Identity, Profile, Source, discover, load_profiles, read
from gainline.engine.intake.roster_before import ROSTER_TABLES, RosterBefore
from gainline.engine.records import arrow_schema, empty_table
from gainline.lake import Writer
from gainline.road.admitting import Admission
from gainline.road.arriving import kinds_of
from gainline.road.consented import bans_of, dated_surveys
from gainline.road.declaring import TABLE as DECLARATIONS
from gainline.road.declaring import Counted, counted, declarations
from gainline.road.linking import match_rates, school_rates
from gainline.road.workspace import Workspace

ROSTER, TOTALS = "oneroster", "usage_totals"
EVENT_STANDARDS = frozenset({"xapi", "caliper"})
ROSTER_PROFILES = frozenset({"roster", "edfi"})
IDENTITY_TABLES = ("identifiers", "students", "schools")
FROM_VENDORS = frozenset({"usage", "usage_totals", "events"})
"""Tables whose rows a tool's vendor counted: they come under an agreement about data, where one is asked for."""


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """What became of one file: its account and issues, or that the lake already holds it."""

    name: str
    profile: str
    already: bool
    account: Account | None = None
    issues: tuple[Issue, ...] = ()
    brought: tuple[str, ...] = ()  # kinds of records that entered or would enter, as `arriving` names them


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of every file that was named, and the snapshot that stands now."""

    files: tuple[ImportedFile, ...]
    issues: tuple[Issue, ...]
    snapshot: str
    is_preview: bool = False

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
            "is_preview": self.is_preview,
            "rows": self.rows,
            "files": [_file_value(file) for file in self.files],
            "issues": [issue.to_json_value() for issue in self.issues],
        }


@dataclass(frozen=True, slots=True)
class Asked:
    """How an import is meant.

    Parameters
    ----------
    preview, confirm_removals
        As `import_files` takes them.
    agreed
        Whether an agreement about data runs for the tool with this key; None where nobody keeps agreements.
    """

    preview: bool = False
    confirm_removals: bool = False
    agreed: Callable[[str], bool] | None = None


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
    workspace: Workspace,
    paths: Sequence[Path],
    *,
    as_of: date,
    preview: bool = False,
    confirm_removals: bool = False,
    progress: Progress = silent,
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
    preview
        Read everything and give the account, but publish nothing.
    confirm_removals
        Let a roster end more than a tenth of the people or enrollments.
    progress
        Told about each file (stage ``files``) and about what is read within it (stage ``within``).

    Raises
    ------
    Missing
        When a named path does not exist.
    UserFixable
        When there is nothing to import or a district's own profile is faulty.
    Conflict
        When another process is importing.
    Refused
        When a roster would end more than a tenth of the people or enrollments and nobody confirmed it (IN190).
    """
    asked = Asked(preview=preview, confirm_removals=confirm_removals)
    return import_asked(workspace, paths, asked, as_of=as_of, progress=progress)


def import_asked(
    workspace: Workspace, paths: Sequence[Path], asked: Asked, *, as_of: date, progress: Progress = silent
) -> ImportReport:
    """Read files into the lake as `import_files` does, where agreements about data are kept as well.

    Raises
    ------
    Missing, UserFixable, Refused
        As `import_files`.
    Conflict
        As `import_files`; PR085 when a vendor's file counts the use of a tool without an agreement.
    """
    for path in paths:
        if not path.exists():
            raise Missing(f"there is no {path}", "name files, OneRoster zips or folders that exist; nothing was read")
    profiles = profiles_of(workspace.root)
    with ExitStack() as stack:
        # one lock around the whole import: what the lake already holds cannot change between looking and writing
        writer = None if asked.preview else stack.enter_context(workspace.lake.writing())
        sources, issues = discover(paths, profiles)
        if not sources and not issues:
            raise UserFixable(
                "there is nothing to import in what was named", "name a file, a OneRoster zip or a folder"
            )
        known = _known_people(workspace)
        work = _Import(workspace, profiles, as_of, writer, known, _known_contents(workspace), asked)
        files = []
        for number, source in enumerate(sources):
            progress("files", number, len(sources))
            files.append(_import_one(work, source, progress))
        progress("files", len(sources), len(sources))
    return ImportReport(tuple(files), tuple(issues), workspace.lake.head().id, is_preview=asked.preview)


def profiles_of(root: Path) -> dict[str, Profile]:
    """The shipped profiles with those of the workspace at `root`, if there is one.

    Raises
    ------
    UserFixable
        When one of the district's own profiles is faulty.
    """
    profiles, faults = load_profiles([root / "profiles"])
    if has_errors(faults):
        raise UserFixable("a profile is faulty: " + "; ".join(str(fault) for fault in faults), "mend the profile")
    return profiles


@dataclass(frozen=True, slots=True)
class _Import:
    """One import under way; without a writer it only looks."""

    workspace: Workspace
    profiles: dict[str, Profile]
    as_of: date
    writer: Writer | None
    roster: _Roster
    done: set[tuple[str, str]]
    asked: Asked


def _import_one(work: _Import, source: Source, progress: Progress) -> ImportedFile:
    if (source.kind, source.sha256) in work.done:
        return ImportedFile(source.name, source.kind, already=True)
    import_id = f"{len(work.done) + 1:06d}-{source.sha256[:12]}"
    reading = read(
        source,
        profiles=work.profiles,
        identity=_identity(work, source),
        import_id=import_id,
        as_of=work.as_of,
        progress=lambda _, done, total: progress("within", done, total),
    )
    found: set[Counted] = set()
    brought: set[str] = set()
    root = work.workspace.root
    bans = bans_of(root, lambda: work.workspace.salt, work.workspace.today, None)
    door = Admission(bans, dated_surveys(root), on=work.workspace.today())
    for batch in map(door.admit, reading.batches):
        _ask_for_agreement(work, batch.table, batch.rows)
        work.roster.add(batch.table, batch.rows)
        found |= counted(batch.table, batch.rows)
        brought |= kinds_of(batch.table, batch.rows)
        if work.writer:
            work.writer.append(batch.table, batch.rows)
    progress("within", 1, 1)
    if work.writer:
        said = declarations(source.kind, work.profiles.get(source.kind), found, import_id)
        work.writer.append(DECLARATIONS, said)
        _append_account(work.writer, source, door.told(reading.account), import_id=import_id, as_of=work.as_of)
        work.writer.publish(as_of=work.as_of)
    work.done.add((source.kind, source.sha256))
    issues = (*reading.issues, *door.issues(source.name))
    account, kinds = door.told(reading.account), tuple(sorted(brought))
    return ImportedFile(source.name, source.kind, already=False, account=account, issues=issues, brought=kinds)


def _ask_for_agreement(work: _Import, table: str, rows: pa.Table) -> None:
    """Stop at the first row of a tool without a running agreement; nothing of its file is published then.

    A preview passes: it publishes nothing anyway, and shows what is wrong with a file before anybody signs for it.
    """
    if work.asked.agreed is None or work.writer is None or table not in FROM_VENDORS:
        return
    for tool in pc.unique(rows["tool"]).to_pylist():
        if not work.asked.agreed(tool):
            raise Conflict(
                f"PR085 no agreement about data runs for the tool {tool!r}, so its vendor's files are not taken in",
                "enter the agreement on the tool's page, then import the file again",
            )


def _identity(work: _Import, source: Source) -> Identity:
    workspace, roster = work.workspace, work.roster
    return Identity(
        salt=workspace.salt,
        known=roster.table("identifiers"),
        students=roster.table("students"),
        schools=roster.table("schools"),
        school_aliases=workspace.settings.school_aliases,
        roster=_roster_before(work) if _is_roster(work, source) else RosterBefore(),
        totals=_totals_before(work, source),
        events=_events_before(work, source),
    )


def _events_before(work: _Import, source: Source) -> pa.ChunkedArray:
    """Ids of events that the lake holds, whichever way they came: what is sent twice counts once."""
    profile = work.profiles.get(source.kind)
    if profile is None or profile.target not in EVENT_STANDARDS:
        return empty_table("events")["event_id"]
    with work.workspace.records.reading() as reading:
        events = reading.table("events")
        return reading.arrow(events.filter(events.event_id.notnull()).select("event_id"))["event_id"]


def _is_roster(work: _Import, source: Source) -> bool:
    profile = work.profiles.get(source.kind)
    return source.kind == ROSTER or (profile is not None and profile.target in ROSTER_PROFILES)


def _totals_before(work: _Import, source: Source) -> pa.Table:
    """What the year-to-date counters of this tool said in earlier reports."""
    profile = work.profiles.get(source.kind)
    if profile is None or profile.grain != "year-to-date":
        return empty_table(TOTALS)
    with work.workspace.records.reading() as reading:
        return reading.arrow(reading.current(TOTALS)).cast(arrow_schema(TOTALS))


def _roster_before(work: _Import) -> RosterBefore:
    """What the lake holds now: each file of an import is published before the next one is read."""
    with work.workspace.records.reading() as reading:
        tables = {name: reading.arrow(reading.current(name)).cast(arrow_schema(name)) for name in ROSTER_TABLES}
    return RosterBefore(tables, work.asked.confirm_removals)


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
    with workspace.records.reading() as reading:
        for name in IDENTITY_TABLES:
            roster.add(name, reading.arrow(reading.current(name)).cast(arrow_schema(name)))
    return roster


def _known_contents(workspace: Workspace) -> set[tuple[str, str]]:
    with workspace.records.reading() as reading:
        held = reading.arrow(reading.table("imports").select("profile", "file_sha256"))
    return set(zip(held["profile"].to_pylist(), held["file_sha256"].to_pylist(), strict=True))


def unmatched(workspace: Workspace) -> pa.Table:
    """The worklist: identities in vendors' files that the roster does not know and nobody linked, most rows first."""
    with workspace.records.reading() as reading:
        rows = reading.arrow(reading.table("unmatched"))
        links = reading.arrow(reading.current("links")).to_pylist()
    if linked := {(row["source"], row["kind"], row["value"]) for row in links if row["decision"] == "confirmed"}:
        names = zip(*(rows[name].to_pylist() for name in ("system", "kind", "value")), strict=True)
        rows = rows.filter(pa.array([name not in linked for name in names], pa.bool_()))
    # The lake keeps no order, and one identity may stand in several files: only all of these settle who comes first.
    tied = ("source", "kind", "value", "import_id", "source_line", "school", "grade", "because")
    return rows.take(pc.sort_indices(rows, [("rows", "descending"), *((name, "ascending") for name in tied)]))


def _account_value(account: Account) -> dict[str, Any]:
    """The account; how many of each group occur in the file leaves through the exit for numbers about people."""
    value = account.to_json_value()
    if account.linkage:
        value["linkage"]["seen"] = [asdict(rate) for rate in match_rates(account.linkage)]
        value["linkage"]["by_school"] = [asdict(rate) for rate in school_rates(account.linkage)]
    return value


def _file_value(file: ImportedFile) -> dict[str, Any]:
    return {
        "name": file.name,
        "profile": file.profile,
        "already": file.already,
        "brought": list(file.brought),
        "account": _account_value(file.account) if file.account else None,
        "issues": [issue.to_json_value() for issue in file.issues],
    }
