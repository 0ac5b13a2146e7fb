"""Imports: files that arrive are kept aside, read in the background, and every row is accounted for."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

from gainline.engine.core.progress import Progress
from gainline.road.importing import ImportReport, import_files, unmatched
from gainline.services import clock, desk, queue
from gainline.services.workspaces import folder_of, open_workspace
from gainline.store.models.accounts import Account
from gainline.store.models.imports import Import, Job
from gainline.store.words import JobKind

MOST_BYTES = 200 * 1024 * 1024
KINDS = frozenset({".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".zip", ".xlsx", ".xml", ".gz"})
NAME = re.compile(r"[^A-Za-z0-9._ -]")
LONGEST_NAME = 120


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
        SV030 when there is no file or one of a kind that is never read; SV031 when one is larger than 200 MB.
    """
    if not files:
        raise desk.refuse("SV030", "no file arrived", "choose at least one file")
    brought = Import(source=source, is_preview=preview, asked_by=by)
    aside = folder_of(by.district) / "incoming" / brought.public_id
    aside.mkdir(parents=True, mode=0o700)
    try:
        brought.files = [_keep_aside(file, aside) for file in files]
        brought.job = queue.put(by=by, kind=JobKind.IMPORT, words={"import": brought.public_id})
        brought.save()
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    return brought


@desk.carrying
def carry_out(job: Job, progress: Progress) -> None:
    """Read what was kept aside; each file enters the lake whole or not at all."""
    brought = Import.objects.get(public_id=job.words["import"])
    workspace = open_workspace(job.district)
    aside = folder_of(job.district) / "incoming" / brought.public_id
    paths = sorted(aside.iterdir())
    report = import_files(
        workspace, paths, as_of=clock.today(job.district), preview=brought.is_preview, progress=progress
    )
    with desk.finishing(job):
        _account(brought, report)
    shutil.rmtree(aside, ignore_errors=True)


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
def unmatched_count(*, by: Account) -> int:
    """How many identities in vendors' files nobody has tied to a student."""
    return unmatched(open_workspace(by.district)).num_rows


def _account(brought: Import, report: ImportReport) -> None:
    value = report.to_json_value()
    brought.rows, brought.account = value["rows"], value["files"]
    brought.issues = len(value["issues"]) + sum(len(file.issues) for file in report.files)
    brought.snapshot, brought.imported_at = report.snapshot, clock.now()
    brought.save()


def _keep_aside(file: Arriving, aside: Path) -> dict[str, object]:
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
    return {"name": name, "sha256": digest.hexdigest(), "bytes": size}
