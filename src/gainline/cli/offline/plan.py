"""`gainline plan check | register | amend | show`: the document that is locked before anyone looks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gainline.cli import console
from gainline.cli.console import Format
from gainline.cli.options import HERE, AsOfOption, FormatOption, WorkspaceOption, day
from gainline.engine.core.errors import DataIssues, GainlineError
from gainline.road.registering import amend_plan, check_plan_file, register_plan, registration_of
from gainline.road.workspace import Workspace

app = typer.Typer(help="Plans: check, register, amend and show them.", no_args_is_help=True)
PlanArgument = Annotated[Path, typer.Argument(help="The plan's TOML file.")]


@app.command()
def check(
    path: PlanArgument, workspace: WorkspaceOption = HERE, as_of: AsOfOption = None, form: FormatOption = Format.TABLE
) -> None:
    """Say what is missing, impossible or unwise in a plan, with line numbers. Needs no workspace."""
    checked = check_plan_file(path, as_of=day(as_of), workspace=_optional(workspace))
    if form is Format.JSON:
        console.show_json([str(issue) for issue in checked.issues])
    else:
        console.show_issues(checked.issues)
    if not checked.may_register:
        console.talk("This plan cannot be registered yet.")
        raise typer.Exit(DataIssues.exit_code)
    console.talk("This plan can be registered: gainline plan register " + str(path))


@app.command()
def register(path: PlanArgument, workspace: WorkspaceOption = HERE, as_of: AsOfOption = None) -> None:
    """Lock a plan: its canonical form, hash, day and snapshot enter the ledger and cannot change unseen."""
    registration = register_plan(Workspace.open(workspace), path, as_of=day(as_of))
    console.talk(f"Registered on {registration.registered_on} as")
    console.show_text(registration.sha256)


@app.command()
def amend(
    path: PlanArgument,
    reason: Annotated[str, typer.Option(help="Why the registered plan changes; shown in every report.")],
    workspace: WorkspaceOption = HERE,
    as_of: AsOfOption = None,
) -> None:
    """Record a change to a registered plan, with its reason; reports show it as a deviation."""
    registration = amend_plan(Workspace.open(workspace), path, reason=reason, as_of=day(as_of))
    console.talk(f"{len(registration.amendments)} amendment(s) now stand with this registration.")


@app.command()
def show(key: Annotated[str, typer.Argument(help="The plan's key.")], workspace: WorkspaceOption = HERE) -> None:
    """Show the registered text of a plan, its hash and its amendments, as JSON."""
    console.show_json(registration_of(Workspace.open(workspace), key).to_payload())


def _optional(root: Path) -> Workspace | None:
    try:
        return Workspace.open(root)
    except GainlineError:
        return None
