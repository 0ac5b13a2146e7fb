"""Imports: files that arrive are kept aside, read in the background, and every row is accounted for."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from django.conf import settings

from gainline.engine.core.progress import Progress
from gainline.engine.intake.arrivals import check_arrival
from gainline.road.importing import Asked, ImportReport, import_asked, unmatched
from gainline.road.proposing import glimpses
from gainline.services import clock, desk, queue
from gainline.services.agreed import vendors_agreed
from gainline.services.workspaces import folder_of, open_workspace
from gainline.store.models.accounts import Account
from gainline.store.models.imports import Import, Job
from gainline.store.models.tools import Tool
from gainline.store.words import JobKind, JobState

MOST_BYTES = 200 * 1024 * 1024
KINDS = frozenset({".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".zip", ".xlsx", ".xml", ".gz"})
NAME = re.compile(r"[^A-Za-z0-9._ -]")
LONGEST_NAME = 120
QUOTA_FOR = timedelta(days=1)
MOST_FILES_A_DAY = 1_000
MOST_BYTES_A_DAY = 4 * 1024**3
KEPT_FOR = timedelta(days=7)  # previews that nobody imports hold copies of records; they are thrown away


class Arriving(Protocol):
    """A file on its way in, as a browser's upload offers it."""

    @property
    def name(self) -> str | None:
        """What the sender calls it."""

    def chunks(self) -> Iterator[bytes]:
        """Its bytes, in pieces."""


@desk.verb("record.import", words=("source", "preview"))
def receive(*, by: Account, source: str, files: Sequence[Arriving], preview: bool = False) -> Import:
    """Keep files aside and let them be read in the background; a preview publishes nothing.

    Raises
    ------
    Conflict
        SV030 when there is no file or one of a kind that is never read; SV031 when one is larger than 200 MB; IN444 to
        IN449 when one is not what it says or would unpack without end; SV118 beyond an account's quota of a day; SV100
        when the source is a tool of the portfolio or its vendor, and no agreement about data runs for it.
    """
    _ask_for_agreement(by, source)
    if not files:
        raise desk.refuse("SV030", "no file arrived", "choose at least one file")
    brought = Import(source=source, is_preview=preview, asked_by=by)
    aside = folder_of(by.district) / "incoming" / brought.public_id
    aside.mkdir(parents=True, mode=0o700)
    try:
        brought.files = [keep_one_aside(file, aside) for file in files]
        _check_quota(by, brought.files)
        brought.job = queue.put(by=by, kind=JobKind.IMPORT, words={"import": brought.public_id})
        brought.save()
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    return brought


@desk.verb("record.import", on="seen", words=("confirm_removals",))
def take_in(*, by: Account, seen: Import, confirm_removals: bool = False) -> Import:
    """Import the files of a preview, or of an import that was refused or broke off, as they were kept aside.

    Parameters
    ----------
    confirm_removals
        Let a roster end more than a tenth of the people or enrollments.

    Raises
    ------
    Conflict
        SV060 when the files are kept no more; SV061 while they are being read.
    """
    return _read_aside(by, seen, confirm_removals=confirm_removals)


def _read_aside(by: Account, seen: Import, *, is_preview: bool = False, confirm_removals: bool = False) -> Import:
    """Have what was kept aside for an earlier arrival read once more, as another one."""
    name = _aside_of(seen)
    if not (folder_of(by.district) / "incoming" / name).is_dir():
        raise desk.refuse("SV060", "these files are no longer kept aside", "send them again")
    busy = Job.objects.filter(state__in=(JobState.WAITING, JobState.RUNNING), words__aside=name).exists()
    if busy or (seen.job and seen.job.state in {JobState.WAITING, JobState.RUNNING}):
        raise desk.refuse("SV061", "these files are being read just now", "wait until that is done")
    brought = Import(source=seen.source, files=seen.files, asked_by=by, is_preview=is_preview)
    words = {"import": brought.public_id, "aside": name, "confirm_removals": confirm_removals}
    brought.job = queue.put(by=by, kind=JobKind.IMPORT, words=words)
    brought.save()
    return brought


@desk.verb("record.import", on="seen", without_room=True)
def discard(*, by: Account, seen: Import) -> Import:
    """Throw away files that were kept aside; nothing of the lake changes.

    Raises
    ------
    Conflict
        SV061 while they are being read.
    """
    if seen.job and seen.job.state in {JobState.WAITING, JobState.RUNNING}:
        raise desk.refuse("SV061", "these files are being read just now", "wait until that is done")
    shutil.rmtree(folder_of(by.district) / "incoming" / _aside_of(seen), ignore_errors=True)
    return seen


@desk.carrying
def carry_out(job: Job, progress: Progress) -> None:
    """Read what was kept aside; each file enters the lake whole or not at all.

    Files of a preview, and of an import that is refused, stay aside, so that nobody has to send them again.
    """
    brought = Import.objects.get(public_id=job.words["import"])
    workspace = open_workspace(job.district)
    aside = folder_of(job.district) / "incoming" / job.words.get("aside", brought.public_id)
    asked = Asked(brought.is_preview, job.words.get("confirm_removals", False), _agreed(job))
    report = import_asked(workspace, sorted(aside.iterdir()), asked, as_of=clock.today(job.district), progress=progress)
    seen = glimpses(sorted(aside.iterdir())) if brought.is_preview else []
    with desk.finishing(job):
        _account(brought, report)
        if seen:
            Job.objects.filter(pk=job.pk).update(result={"glimpses": seen})
    if not brought.is_preview:
        shutil.rmtree(aside, ignore_errors=True)


@desk.carrying
def clear_aside(*, older_than: timedelta = KEPT_FOR) -> int:
    """Throw away files that have been kept aside for longer: how many arrivals."""
    before, cleared = clock.now().timestamp() - older_than.total_seconds(), 0
    for folder in (Path(settings.GAINLINE_HOME) / "districts").glob("*/incoming/*"):
        if folder.is_dir() and folder.stat().st_mtime < before:
            shutil.rmtree(folder, ignore_errors=True)
            cleared += 1
    return cleared


@desk.reading("record.read")
def imports(*, by: Account, at_most: int = 100) -> list[Import]:
    """The latest imports with their jobs."""
    return list(Import.objects.select_related("job", "asked_by")[:at_most])


@desk.reading("record.read")
def brought(*, by: Account, public_id: str) -> Import:
    """One import with its job and the account of its rows."""
    found: Import = desk.find(Import, public_id, "job", "asked_by")
    return found


@desk.reading("record.read")
def is_kept_aside(*, by: Account, brought: Import) -> bool:
    """Whether the files of an import still wait aside, to be imported or thrown away."""
    return (folder_of(by.district) / "incoming" / _aside_of(brought)).is_dir()


@desk.reading("record.import")
def kept_file(*, by: Account, brought: Import, name: str) -> Path:
    """Where one file of an arrival waits aside.

    Raises
    ------
    Conflict
        SV060 when it is kept no more.
    """
    path = folder_of(by.district) / "incoming" / _aside_of(brought) / Path(name).name
    if name not in {str(file["name"]) for file in brought.files} or not path.is_file():
        raise desk.refuse("SV060", "these files are no longer kept aside", "send them again")
    return path


@desk.verb("record.import", on="seen")
def look_again(*, by: Account, seen: Import) -> Import:
    """Look at files once more as they were kept aside: after a profile was written for one of them.

    Raises
    ------
    Conflict
        SV060 when the files are kept no more; SV061 while they are being read.
    """
    return _read_aside(by, seen, is_preview=True)


@desk.reading("record.read")
def unmatched_count(*, by: Account) -> int:
    """How many identities in vendors' files nobody has tied to a student."""
    return unmatched(open_workspace(by.district)).num_rows


def _check_quota(by: Account, files: Sequence[dict[str, object]]) -> None:
    """Turn away what would be more in a day than one account may send."""
    since = clock.now() - QUOTA_FOR
    before = [one for row in Import.objects.filter(asked_by=by, created__gte=since) for one in row.files]
    sizes = [one.get("bytes", 0) for one in [*before, *files]]
    if len(sizes) > MOST_FILES_A_DAY or sum(sizes) > MOST_BYTES_A_DAY:
        raise desk.refuse(
            "SV118", "this account has sent more in a day than is taken", "go on tomorrow, or at the terminal"
        )


def _ask_for_agreement(by: Account, source: str) -> None:
    """Turn a vendor's files away at the door where their source tells; what they hold is asked again when read."""
    said = source.strip().casefold()
    named = [tool for tool in Tool.objects.all() if said in {tool.key, tool.name.casefold(), tool.vendor.casefold()}]
    if said and named and not {tool.key.casefold() for tool in named} & vendors_agreed(clock.today(by.district)):
        raise desk.refuse(
            "SV100", "no agreement about data runs with this vendor, so its files are not taken in",
            "have the privacy lead enter the agreement on the tool's page",
        )  # fmt: skip


def _agreed(job: Job) -> Callable[[str], bool]:
    running = vendors_agreed(clock.today(job.district))
    return lambda tool: tool.casefold() in running


@desk.founding
def enter(*, by: Account, source: str, report: ImportReport, at: datetime) -> Import:
    """An import that was done before its district stood as a site: the whole account of its rows, and when it was."""
    brought = Import(source=source, asked_by=by, files=[{"name": file.name} for file in report.files])
    _account(brought, report, at=at)
    return brought


def _account(brought: Import, report: ImportReport, *, at: datetime | None = None) -> None:
    value = report.to_json_value()
    named = {file["name"] for file in value["files"]}
    unread = [issue for issue in value["issues"] if issue["file"] not in named]  # files that nothing could be read from
    loose = [{"name": issue["file"] or "", "profile": "", "already": False, "account": None, "issues": [issue]}
             for issue in unread]  # fmt: skip
    kinds = sorted({kind for file in report.files for kind in file.brought})
    brought.rows, brought.account = value["rows"] | {"brought": kinds}, value["files"] + loose
    brought.issues = len(value["issues"]) + sum(len(file.issues) for file in report.files)
    brought.snapshot, brought.imported_at = report.snapshot, at or clock.now()
    brought.save()


def _aside_of(brought: Import) -> str:
    """The folder that an import's files came to: its own, or that of the preview which it follows."""
    return str(brought.job.words.get("aside", brought.public_id)) if brought.job else str(brought.public_id)


def keep_one_aside(file: Arriving, aside: Path) -> dict[str, object]:
    """Write a file under a name that can never be a path; its digest and size come back."""
    name = NAME.sub("_", Path(file.name or "file").name).lstrip(". ")[-LONGEST_NAME:]
    if Path(name).suffix.lower() not in KINDS or (aside / name).exists():
        raise desk.refuse("SV030", "one of the files is of a kind that is never read, or came twice", "leave it out")
    digest, size = hashlib.sha256(), 0
    with (aside / name).open("xb") as kept:
        for chunk in file.chunks():
            size += len(chunk)
            if size > MOST_BYTES:
                raise desk.refuse("SV031", "a file is larger than 200 MB", "split it, or import it at the terminal")
            digest.update(chunk)
            kept.write(chunk)
    check_arrival(aside / name)
    return {"name": name, "sha256": digest.hexdigest(), "bytes": size}
