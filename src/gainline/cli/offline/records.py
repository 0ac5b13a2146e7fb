"""`gainline init | import | status | snapshots | unmatched | profiles`: the records of a workspace."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer

from gainline.cli import account, console
from gainline.cli.console import Format
from gainline.cli.options import HERE, AsOfOption, FormatOption, WorkspaceOption, day
from gainline.engine.core.errors import DataIssues, UserFixable
from gainline.engine.core.issues import has_errors
from gainline.road.importing import import_files, profiles_of
from gainline.road.importing import unmatched as unmatched_identities
from gainline.road.proposing import propose_profile
from gainline.road.registering import registered_plans
from gainline.road.workspace import Workspace

STAGES = {"files": "Files", "within": "Within the file"}
UNMATCHED = ("source", "kind", "value", "school", "grade", "rows", "because", "suggestion")


def init(
    folder: Annotated[Path, typer.Argument(help="Folder to make the workspace in.")] = HERE,
    lake: Annotated[
        str | None, typer.Option("--lake", help="Keep the facts in an object store, s3://bucket/prefix for instance.")
    ] = None,
) -> None:
    """Make a workspace: a folder that holds everything a district works with.

    It gets settings (gainline.toml), a secret salt for pseudonyms, an empty lake, and folders for plans, profiles,
    evidence and briefs. With --lake the facts lie in an object store (docs/how-to/keep-the-lake-in-an-object-store.md).

    Example: gainline init district --lake s3://bucket/district
    """
    workspace = Workspace.create(folder, store=lake)
    here = "" if folder == HERE else f" -w {folder}"
    console.talk(f"Made a workspace in {workspace.root.resolve()}.")
    console.talk(
        f"Next: gainline import{here} ROSTER.zip RESULTS.csv USAGE.csv   (what it can read: gainline profiles)"
    )


def release_lake(workspace: WorkspaceOption = HERE) -> None:
    """Take a lake in an object store from a writer that was stopped for good, so that others may write.

    Should that writer go on after all, nothing that it writes becomes visible: it is told so (LK021).

    Example: gainline release-lake -w district
    """
    if Workspace.open(workspace).lake.release():
        console.talk("Released: what the stopped writer had not published will never be visible.")
    else:
        console.talk("Nobody holds this lake; there is nothing to release.")


def import_(
    paths: Annotated[list[Path], typer.Argument(help="Files, OneRoster zips or folders of them.")],
    preview: Annotated[
        bool, typer.Option("--preview", help="Read everything and give the account, but keep nothing.")
    ] = False,
    confirm_removals: Annotated[
        bool, typer.Option("--confirm-removals", help="Let a roster end more than a tenth of people or enrollments.")
    ] = False,
    profile: Annotated[
        str | None,
        typer.Option(
            metavar="new", help="new: import nothing, but propose a profile for a FILE, each guess explained."
        ),
    ] = None,
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = HERE,
    form: FormatOption = Format.TABLE,
) -> None:
    """Read files into the lake; every row is loaded, repaired and reported, or rejected.

    Rosters are read first, whatever the order of the arguments. A file whose content is already in the lake changes
    nothing. Exits with 10 when rows were rejected or a file could not be read; the rest is in the lake. Exits with 11
    when a roster would end more than a tenth of the people or enrollments: nothing of it is kept then.

    Example: gainline import roster.zip scores.csv usage.csv
    For a vendor that nobody has described: gainline import --profile new usage.xlsx > profiles/vendor.toml
    """
    if profile is not None:
        _propose(profile, paths)
        return
    home = Workspace.open(workspace)
    with console.progress_bars(STAGES) as progress:
        report = import_files(
            home, paths, as_of=day(as_of), preview=preview, confirm_removals=confirm_removals, progress=progress
        )
    if form is Format.JSON:
        console.show_json(report.to_json_value())
    else:
        account.show(report, form=form, workspace=workspace)
    if report.rows["rejected"] or has_errors(report.issues):
        raise typer.Exit(DataIssues.exit_code)


def _propose(word: str, paths: list[Path]) -> None:
    if word != "new" or len(paths) != 1:
        raise UserFixable(
            f"--profile takes the word new and one FILE, not {word}", "gainline import --profile new FILE"
        )
    console.show_text(propose_profile(paths[0]))
    console.talk("Correct what is marked CHECK, and put the text into the workspace's profiles folder.")


def status(workspace: WorkspaceOption = HERE, form: FormatOption = Format.TABLE) -> None:
    """Show what the workspace holds: rows per table, registered plans, the ledger's head."""
    home = Workspace.open(workspace)
    snapshot = home.lake.head()
    rows = [{"table": t.name, "rows": t.rows, "version": t.version, "sha256": t.sha256[:12]} for t in snapshot.tables]
    if rows or form is not Format.TABLE:
        console.show_rows(rows, form=form, title=f"Snapshot {snapshot.id[:12]}, {snapshot.as_of}")
    else:
        console.talk("Nothing is imported yet. Next: gainline import FILES...")
    plans = registered_plans(home)
    for plan in plans:
        word = f"evaluated on {plan.evaluated_on}" if plan.evaluated_on else "not evaluated yet"
        console.talk(f"Plan {plan.key}: registered on {plan.registered_on}, {word}")
    if plans:
        console.talk(f"Ledger head {home.ledger.head()}")


def snapshots(workspace: WorkspaceOption = HERE, form: FormatOption = Format.TABLE) -> None:
    """List every published state of the lake, oldest first; evaluate --snapshot takes one.

    The first letters of an id are enough wherever one is asked for.
    """
    found = Workspace.open(workspace).lake.snapshots()
    rows = [
        {
            "snapshot": one.id,
            "as_of": str(one.as_of) if one.tables else None,
            "tables": len(one.tables),
            "rows": sum(t.rows for t in one.tables),
        }
        for one in found
    ]
    cells = [row | {"snapshot": str(row["snapshot"])[:12]} for row in rows]
    console.show_rows(rows, form=form, title=f"{len(rows)} snapshots", cells=cells)


def unmatched(workspace: WorkspaceOption = HERE, form: FormatOption = Format.TABLE) -> None:
    """List identities in vendors' files that the roster does not know, and what to do.

    This list shows identifiers as the files have them: it is for the people who keep the roster, nobody else.
    """
    found = unmatched_identities(Workspace.open(workspace)).select(UNMATCHED).to_pylist()
    if not found and form is Format.TABLE:
        console.talk("Every identity in the lake is matched to the roster.")
        return
    reasons = Counter((row["because"], row["suggestion"]) for row in found)
    number = {reason: str(place) for place, reason in enumerate(reasons, start=1)}
    cells = [_worklist_cells(row, number[row["because"], row["suggestion"]]) for row in found]
    console.show_rows(found, form=form, title=f"{len(found)} identities without a student", cells=cells)
    if form is Format.TABLE:
        for (because, suggestion), many in reasons.items():
            console.talk(f"\nwhy {number[because, suggestion]}: {because} ({many})\n  -> {suggestion}")


def _worklist_cells(row: dict[str, Any], why: str) -> dict[str, Any]:
    shown = {name: row[name] for name in UNMATCHED[:6] if name not in {"kind"}}
    return shown | {"why": why}


def profiles(workspace: WorkspaceOption = HERE, form: FormatOption = Format.TABLE) -> None:
    """List the kinds of files that can be read, and what each vendor means by a minute.

    OneRoster 1.1 and 1.2 packages need no profile. Your own profiles lie in the workspace's profiles folder.
    """
    rows = [
        {
            "key": profile.key,
            "gives": profile.target,
            "from": "Gainline" if profile.shipped else "you",
            "name": profile.name,
            "minute": profile.minute or "",
            "asks_for": "; ".join(profile.required() or [part.header for part in profile.identity]),
        }
        for profile in profiles_of(workspace).values()
    ]
    cells = [{name: row[name] for name in ("key", "gives", "from", "name")} for row in rows]
    console.show_rows(rows, form=form, title=f"{len(rows)} profiles, beside OneRoster 1.1 and 1.2", cells=cells)
    if form is Format.TABLE:
        console.talk("\nWhat a minute is, in the vendor's own words:")
        for row in rows:
            if row["minute"]:
                console.talk(f"  {row['key']}: {row['minute']}")
