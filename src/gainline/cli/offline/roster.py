"""`gainline roster export | pull`: the roster on its way to and from another system."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from gainline.cli import account, console
from gainline.cli.console import Format
from gainline.cli.options import (
    HERE,
    AsOfOption,
    FormatOption,
    PurposeOption,
    UnderOption,
    WithinOption,
    WorkspaceOption,
    day,
)
from gainline.engine.core.errors import DataIssues, UserFixable
from gainline.engine.core.issues import has_errors
from gainline.engine.privacy import Audience
from gainline.engine.privacy.purposes import Purpose
from gainline.road import adopting
from gainline.road.leaving import Leave
from gainline.road.pulling.credentials import read_credentials
from gainline.road.pulling.pull import FURTHER, PAGE_SIZE, PullReport, Wanted, pull_roster
from gainline.road.rostering import export_roster
from gainline.road.workspace import Workspace

app = typer.Typer(no_args_is_help=True, help="The roster on its way to and from another system.")
STAGES = {"files": "Collections"}


@app.command()
def export(
    path: Annotated[Path, typer.Argument(help="The zip to write.")],
    audience: Annotated[Audience, typer.Option("--for", help="Who gets it; a roster is for the analyst only.")],
    demographics: Annotated[
        bool, typer.Option("--demographics", help="With sex, race and the program markers of the students.")
    ] = False,
    under: UnderOption = "",
    purpose: PurposeOption = Purpose.OPERATION,
    within: WithinOption = "",
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = HERE,
) -> None:
    """Write the current roster as a OneRoster 1.2 CSV package.

    It names people, so it leaves under an agreement that covers what it holds, with an entry of disclosure for each
    student; or it stays with an office of the district. The export is entered in the ledger. Exits with 11 where no
    agreement covers it, and for any audience but the analyst.

    Example: gainline roster export roster.zip --for analyst --under lumen-reading
    """
    leave = Leave(under, purpose, within)
    done = export_roster(
        Workspace.open(workspace), path, as_of=day(as_of), audience=audience, leave=leave, demographics=demographics
    )
    for name, rows in done.rows.items():
        console.talk(f"{name}: {rows:,} rows")
    for name, rows in done.left_out.items():
        console.talk(f"Left out of {name}: {rows:,} rows that lack what the standard requires")
    console.show_text(str(done.path))


@app.command()
def pull(
    base: Annotated[str, typer.Argument(help="Base address, up to its version.", metavar="URL")],
    token_file: Annotated[
        Path,
        typer.Option(help="File with the bearer token, or with what it takes to get one or to sign (see the how-to)."),
    ],
    further: Annotated[
        list[str] | None, typer.Option("--with", help="Also: demographics, resources or gradebook.")
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Everything, not only what changed since.")] = False,
    page_size: Annotated[int, typer.Option(help="Records to ask for at once.", min=1)] = PAGE_SIZE,
    confirm_removals: Annotated[
        bool, typer.Option("--confirm-removals", help="Let the roster end more than a tenth of people or enrollments.")
    ] = False,
    inside: Annotated[
        bool, typer.Option("--inside", help="The server stands in your own network, or on this machine.")
    ] = False,
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = HERE,
    form: FormatOption = Format.TABLE,
) -> None:
    """Pull the roster from a OneRoster 1.1 or 1.2 server into the lake.

    The first pull asks for everything, later ones for what changed since. What comes is read as a package of files
    would be, by the same rules and with the same account. Exits with 10 when rows were rejected.

    Example: gainline roster pull https://sis.example.org/ims/oneroster/v1p1 --token-file token.txt
    """
    if unknown := set(further or ()) - set(FURTHER):
        raise UserFixable(f"--with does not know {sorted(unknown)[0]}", f"one of: {', '.join(FURTHER)}")
    wanted = Wanted(base, tuple(further or ()), full, page_size, confirm_removals, inside)
    with console.progress_bars(STAGES) as progress:
        report = pull_roster(
            Workspace.open(workspace),
            wanted,
            read_credentials(token_file),
            as_of=day(as_of),
            sleep=time.sleep,
            progress=progress,
        )
    _show(report, form=form, workspace=workspace)
    imported = report.imported
    if imported and (imported.rows["rejected"] or has_errors(imported.issues)):
        raise typer.Exit(DataIssues.exit_code)


@app.command()
def adopt(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="Source system, e.g. xapi; see link suggest.")],
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who says that these are the students.")] = "",
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = HERE,
) -> None:
    """Take everybody whom a source names as its roster, under pseudonyms, where no roster can be had.

    For open courses and the like. Figures are then about those who did something; whoever never came is unknown.
    Refused where the lake has a roster (exits with 14).

    Example: gainline roster adopt xapi --by "R. Keeper"
    """
    taken = adopting.adopt(Workspace.open(workspace), source, by=by, as_of=day(as_of))
    console.talk(f"Took {taken:,} people of {source} as students. Who never acted is not among them.")


def _show(report: PullReport, *, form: Format, workspace: Path) -> None:
    if form is Format.JSON:
        console.show_json(report.to_json_value())
        return
    for name, records in report.records.items():
        console.talk(f"{name}: {records:,} {'changed' if name in report.changes else 'records'}")
    console.show_issues(report.issues)
    if report.imported:
        account.show(report.imported, form=form, workspace=workspace)
    else:
        console.talk("Nothing has changed since the last pull.")
