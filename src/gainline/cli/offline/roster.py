"""`gainline roster export`: the roster on its way to another system."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gainline.cli import console
from gainline.cli.options import HERE, AsOfOption, WorkspaceOption, day
from gainline.engine.privacy import Audience
from gainline.road.rostering import export_roster
from gainline.road.workspace import Workspace

app = typer.Typer(no_args_is_help=True, help="The roster on its way to another system.")


@app.command()
def export(
    path: Annotated[Path, typer.Argument(help="The zip to write.")],
    audience: Annotated[Audience, typer.Option("--for", help="Who gets it; a roster is for the analyst only.")],
    demographics: Annotated[
        bool, typer.Option("--demographics", help="With sex, race and the program markers of the students.")
    ] = False,
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = HERE,
) -> None:
    """Write the current roster as a OneRoster 1.2 CSV package.

    It names people, so it is for whoever already holds the roster; the export is entered in the ledger. Exits with 11
    for anybody else.

    Example: gainline roster export roster.zip --for analyst
    """
    done = export_roster(
        Workspace.open(workspace), path, as_of=day(as_of), audience=audience, demographics=demographics
    )
    for name, rows in done.rows.items():
        console.talk(f"{name}: {rows:,} rows")
    for name, rows in done.left_out.items():
        console.talk(f"Left out of {name}: {rows:,} rows that lack what the standard requires")
    console.show_text(str(done.path))
