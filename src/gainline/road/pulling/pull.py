"""Pull: a server's roster into the lake, whole or what changed since the last time."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from gainline.engine.core.errors import Missing, UserFixable
from gainline.engine.core.issues import Issue
from gainline.engine.core.progress import Progress, silent
from gainline.engine.intake.oneroster_rest import (
    DEMOGRAPHICS,
    GRADEBOOK,
    NEEDED,
    RESOURCES,
    ROSTERING,
    Service,
    pull_issue,
    rows_of_record,
    service_at,
)
from gainline.road.importing import ImportReport, import_files
from gainline.road.pulling.client import Client, check_address
from gainline.road.pulling.credentials import SCOPES, Credentials
from gainline.road.pulling.guard import Guard
from gainline.road.pulling.package import Pulled, Row, write_package
from gainline.road.pulling.paging import NotServed, Pages
from gainline.road.workspace import Workspace

FOLDER = "pulls"
PAGE_SIZE = 1000
FURTHER: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "demographics": ((DEMOGRAPHICS,), ("roster-demographics.readonly",)),
    "resources": (RESOURCES, ("resource-core.readonly",)),
    "gradebook": (GRADEBOOK, ("gradebook-core.readonly",)),
}
"""What may be asked for beside the roster: its collections, and the scopes that they need."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to pull.

    Parameters
    ----------
    base
        Base address, ending in ``/ims/oneroster/v1p1`` or ``/ims/oneroster/rostering/v1p2``.
    further
        Keys of `FURTHER`.
    full
        Everything, although an earlier pull would allow asking for changes.
    page_size
        Records to ask for at once.
    confirm_removals
        Let the roster end more than a tenth of the people or enrollments.
    inside
        The server stands in the district's own network, or on this machine.
    """

    base: str
    further: tuple[str, ...] = ()
    full: bool = False
    page_size: int = PAGE_SIZE
    confirm_removals: bool = False
    inside: bool = False


@dataclass(frozen=True, slots=True)
class PullReport:
    """What came: records by collection, which of them were changes only, what was odd, and what became of it.

    ``imported`` is None where nothing has changed.
    """

    records: dict[str, int]
    changes: tuple[str, ...]
    issues: tuple[Issue, ...]
    imported: ImportReport | None

    def to_json_value(self) -> dict[str, Any]:
        """The report as plain JSON values."""
        return {
            "records": self.records,
            "changes_only": list(self.changes),
            "issues": [issue.to_json_value() for issue in self.issues],
            "imported": self.imported.to_json_value() if self.imported else None,
        }


@dataclass(slots=True)
class Fetched:
    """What a server gave: rows by file, records by collection, what was odd, and the latest change of each collection.

    The first six fields say how it was asked.
    """

    service: Service
    credentials: Credentials
    client: Client
    wanted: Wanted
    scopes: tuple[str, ...]
    since: Mapping[str, str]
    pulled: Pulled
    marks: dict[str, str] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)
    records: dict[str, int] = field(default_factory=dict)


def pull_roster(
    workspace: Workspace,
    wanted: Wanted,
    credentials: Credentials,
    *,
    as_of: date,
    sleep: Callable[[float], None],
    progress: Progress = silent,
) -> PullReport:
    """Pull a roster, and import it as the package that it would have been as files.

    The first pull asks for everything; later ones for what changed since, as far as the server tells when. What was
    pulled lies on disk only until it is imported. The mark that the next pull starts from moves only after the import.

    Raises
    ------
    UserFixable
        When the address names no OneRoster service, or is none that a token may be sent to.
    Missing
        When no answer comes (IN348), or a collection that no roster can do without is not served (IN349).
    NotAllowed
        When the server does not let us in (IN347), sends on to another host (IN346), or stands where no connector may
        go (IN441 to IN443).
    DataIssues
        When an answer holds no records, is too large or fewer records come than announced (IN341, IN342, IN350).
    Refused
        When the roster would end more than a tenth of the people or enrollments (IN190).
    """
    mark = workspace.root / FOLDER / f"{hashlib.sha256(wanted.base.rstrip('/').encode()).hexdigest()[:16]}.json"
    before = _marks(mark)
    pull = fetch(wanted, credentials, since={} if wanted.full else before, sleep=sleep, progress=progress)
    report = None
    if any(pull.pulled.rows.values()):
        path = mark.parent / f"{urlsplit(wanted.base).hostname}.zip"
        report = _import(workspace, pull.pulled, path, as_of=as_of, confirm_removals=wanted.confirm_removals)
    _write_marks(mark, {**before, **pull.marks})
    changes = tuple(name for name in pull.records if name in pull.pulled.changes)
    return PullReport(pull.records, changes, tuple(pull.issues), report)


def fetch(
    wanted: Wanted,
    credentials: Credentials,
    *,
    since: Mapping[str, str],
    sleep: Callable[[float], None],
    progress: Progress = silent,
) -> Fetched:
    """Ask a server for every collection that is wanted; nothing is written anywhere.

    Parameters
    ----------
    since
        Latest known change by collection; of those only what changed from then on is asked for.
    sleep
        Waits so many seconds.

    Raises
    ------
    UserFixable, Missing, NotAllowed, DataIssues
        As `pull_roster`.
    """
    service = _service(wanted)
    prefix = SCOPES.replace("v1p2", "v1p1") if service.version == "1.1" else SCOPES
    names = ["roster-core.readonly", *(name for key in wanted.further for name in FURTHER[key][1])]
    scopes = tuple(f"{prefix}{name}" for name in names)
    named = (wanted.base, *([credentials.client["token_url"]] if credentials.client else []))
    hosts = frozenset((urlsplit(one).hostname or "").rstrip(".") for one in named)
    client = Client(sleep, Guard(hosts, inside=wanted.inside))
    pull = Fetched(service, credentials, client, wanted, scopes, since, Pulled(service.version))
    collections = [*ROSTERING, *(name for key in wanted.further for name in FURTHER[key][0])]
    for number, name in enumerate(collections):
        progress("files", number, len(collections))
        _collect(pull, name)
    return pull


def _service(wanted: Wanted) -> Service:
    check_address(wanted.base)
    service = service_at(wanted.base)
    if service is None:
        raise UserFixable(
            "the address names no OneRoster service",
            "give it to its version: https://HOST/ims/oneroster/v1p1 or .../ims/oneroster/rostering/v1p2",
        )
    return service


def _marks(path: Path) -> dict[str, str]:
    """The latest change that the lake has, by collection."""
    if not path.is_file():
        return {}
    found: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _write_marks(path: Path, marks: dict[str, str]) -> None:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    beside = path.with_suffix(".new")
    beside.write_text(json.dumps(marks, indent=1, sort_keys=True), encoding="utf-8")
    beside.replace(path)


def _import(workspace: Workspace, pulled: Pulled, path: Path, *, as_of: date, confirm_removals: bool) -> ImportReport:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    try:
        write_package(pulled, path)
        return import_files(workspace, [path], as_of=as_of, confirm_removals=confirm_removals)
    finally:
        path.unlink(missing_ok=True)


def _collect(pull: Fetched, name: str) -> None:
    """All records of one collection, asked for in the best way that the server takes."""
    since = pull.since.get(name)
    order = {"sort": "sourcedId", "orderBy": "asc"}  # or records that change under way shift the pages
    changed = {"filter": f"dateLastModified>='{since}'"} if since else {}
    ways: Sequence[dict[str, str]] = ({**order, **changed}, changed, {}) if since else (order, {})
    for way in ways:
        pages = Pages(lambda address: _ask(pull, address), pull.service.address(name), name, pull.wanted.page_size, way)
        try:
            records = list(pages.records())
        except NotServed as answer:
            if way and answer.status != 404:
                continue
            _not_served(pull, name, answer.status)
            return
        pull.issues.extend(pages.issues.values())
        _take(pull, name, records, since=since)
        return


def _ask(pull: Fetched, address: str) -> Any:  # noqa: ANN401 - a page
    return pull.credentials.ask(pull.client, address, pull.scopes)


def _not_served(pull: Fetched, name: str, status: int) -> None:
    if name in NEEDED:
        raise Missing(
            f"IN349: {urlsplit(pull.wanted.base).hostname} does not serve {name} (status {status})",
            "check the address and the version; no roster can do without it",
        )
    pull.issues.append(pull_issue("IN349", name))


def _take(pull: Fetched, name: str, records: Iterable[Any], *, since: str | None) -> None:
    """Make rows of records; of a server that gives all where changes were asked for, only the changes."""
    old = 0
    for record in records:
        said = record.get("dateLastModified") if isinstance(record, dict) else None
        moment = _moment(said)
        if since and moment and moment < (_moment(since) or moment):
            old += 1
            continue
        if moment and moment > (_moment(pull.marks.get(name) or since) or datetime.min.replace(tzinfo=moment.tzinfo)):
            pull.marks[name] = str(said)
        for file, row in rows_of_record(name, record, pull.service.version):
            rows: list[Row] = pull.pulled.rows.setdefault(file, [])
            rows.append(row)
            if since:
                pull.pulled.changes.add(file)
        pull.records[name] = pull.records.get(name, 0) + 1
    pull.records.setdefault(name, 0)
    if old:
        pull.issues.append(pull_issue("IN344", name, rows=old))


def _moment(said: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(said) if isinstance(said, str) else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None
