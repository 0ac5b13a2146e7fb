"""`gainline init | import | status | unmatched | verify`: the records of a workspace."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gainline.cli import console
from gainline.cli.console import Format
from gainline.cli.options import HERE, AsOfOption, FormatOption, WorkspaceOption, day
from gainline.engine.core.errors import DataIssues
from gainline.road.checking import verify_workspace
from gainline.road.importing import ImportedFile, ImportReport, import_files
from gainline.road.importing import unmatched as unmatched_identities
from gainline.road.workspace import Workspace

STAGES = {"files": "Files", "rows": "Rows"}


def init(folder: Annotated[Path, typer.Argument(help="Folder to make the workspace in.")] = HERE) -> None:
    """Make a workspace: settings, a secret salt, an empty lake, and folders for plans and briefs."""
    workspace = Workspace.create(folder)
    console.talk(f"Made a workspace in {workspace.root.resolve()}.")
    console.talk("Next: gainline import FILES...  (a OneRoster zip first, then usage and results)")


def import_(
    paths: Annotated[list[Path], typer.Argument(help="Files, OneRoster zips or folders of them.", exists=True)],
    workspace: WorkspaceOption = HERE,
    as_of: AsOfOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Read files into the lake; every row is loaded, repaired and reported, or rejected with its line.

    Rosters are read first, whatever the order of the arguments. A file whose content is already in the lake changes
    nothing. Exits with 10 when rows were rejected or a file could not be read.
    """
    with console.progress_bars(STAGES) as progress:
        report = import_files(Workspace.open(workspace), paths, as_of=day(as_of), progress=progress)
    if form is Format.JSON:
        console.show_json(report.to_json_value())
    else:
        _tell(report, form)
    if report.rows["rejected"] or any(issue.level == "error" for issue in report.issues):
        raise typer.Exit(DataIssues.exit_code)


def _tell(report: ImportReport, form: Format) -> None:
    console.show_rows([_row(file) for file in report.files], form=form, title="What became of the rows")
    for file in report.files:
        if file.issues:
            console.talk(f"\n{file.name}")
            console.show_issues(file.issues, most=8)
    if report.issues:
        console.talk("\nFiles that were not read")
        console.show_issues(report.issues)
    console.talk(f"\nSnapshot {report.snapshot[:12]}. Identities nobody knows: gainline unmatched")


def _row(file: ImportedFile) -> dict[str, object]:
    account = file.account
    if account is None:
        return {
            "file": file.name,
            "read by": file.profile,
            "rows": "",
            "loaded": "",
            "repaired": "",
            "rejected": "",
            "matched": "already in the lake",
        }
    linkage = account.linkage
    return {
        "file": file.name,
        "read by": file.profile,
        "rows": f"{account.read:,}",
        "loaded": f"{account.loaded:,}",
        "repaired": f"{account.repaired:,}",
        "rejected": f"{account.rejected:,}",
        "matched": f"{linkage.matched / linkage.identities:.1%}" if linkage and linkage.identities else "",
    }


def status(workspace: WorkspaceOption = HERE, form: FormatOption = Format.TABLE) -> None:
    """Show what the lake holds: rows per table at the snapshot that stands now."""
    snapshot = Workspace.open(workspace).lake.head()
    rows = [{"table": t.name, "rows": t.rows, "version": t.version, "sha256": t.sha256[:12]} for t in snapshot.tables]
    console.show_rows(rows, form=form, title=f"Snapshot {snapshot.id[:12]}, {snapshot.as_of}")


def unmatched(workspace: WorkspaceOption = HERE, form: FormatOption = Format.TABLE) -> None:
    """List identities in vendors' files that the roster does not know, with a reason and what you could do.

    This list shows identifiers as the files have them: it is for the people who keep the roster, nobody else.
    """
    columns = ("source", "kind", "value", "school", "grade", "rows", "because", "suggestion")
    found = unmatched_identities(Workspace.open(workspace)).select(columns).to_pylist()
    console.show_rows(found, form=form, title=f"{len(found)} identities without a student")


def verify(workspace: WorkspaceOption = HERE) -> None:
    """Check that the ledger's chain holds and that every file of the snapshot is what it was."""
    issues = verify_workspace(Workspace.open(workspace))
    console.show_issues(issues)
    if issues:
        raise typer.Exit(DataIssues.exit_code)
    console.talk("The ledger's chain holds and the snapshot is unchanged.")
