"""Draining: what waits in the spool goes into the lake, by the same road as any file."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from gainline.road.importing import ImportReport, import_files
from gainline.road.receiving.spool import Bundle, Spool
from gainline.road.workspace import Workspace

INBOX = "inbox"


def spool_of(workspace: Workspace) -> Spool:
    """The workspace's spool."""
    return Spool(workspace.root / INBOX)


def import_waiting(workspace: Workspace, *, as_of: date) -> list[ImportReport]:
    """Import what waits, one bundle after another; a crash anywhere loses and doubles nothing.

    A bundle that cannot be read, for want of a profile that fits, stays where it is.

    Parameters
    ----------
    workspace
        Where to.
    as_of
        The day that counts as today.

    Returns
    -------
    list
        One report a bundle; its issues say why where nothing was read.

    Raises
    ------
    Conflict
        When another process is importing.
    UserFixable
        When one of the district's own profiles is faulty.
    """
    spool = spool_of(workspace)
    return [_import_bundle(workspace, spool, bundle, as_of) for bundle in spool.bundles()]


def _import_bundle(workspace: Workspace, spool: Spool, bundle: Bundle, as_of: date) -> ImportReport:
    path: Path = spool.write(bundle)
    try:
        report = import_files(workspace, [path], as_of=as_of)
    finally:
        path.unlink(missing_ok=True)  # it names people, and can be written again
    if report.files:
        spool.close(bundle)
    return report
