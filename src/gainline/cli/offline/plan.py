"""`gainline plan check | register | amend | show`: the document that is locked before anyone looks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gainline.cli import console
from gainline.cli.console import Format
from gainline.cli.options import HERE, AsOfOption, FormatOption, PlanArgument, WorkspaceOption, day, tell_head
from gainline.engine.core.errors import DataIssues, GainlineError
from gainline.road.registering import amend_plan, check_plan_file, register_plan, registration_of
from gainline.road.workspace import Workspace

app = typer.Typer(help="Plans: check, register, amend and show them.", no_args_is_help=True)


@app.command()
def check(
    path: PlanArgument, workspace: WorkspaceOption = HERE, as_of: AsOfOption = None, form: FormatOption = Format.TABLE
) -> None:
    """Say what is missing, impossible or unwise in a plan, with line numbers.

    Needs no workspace. Exits with 10 when the plan cannot be registered as it stands.
    """
    home = _optional(workspace)
    found = home.plan_path(path) if home else path
    checked = check_plan_file(found, as_of=day(as_of), workspace=home)
    if form is Format.TABLE:
        console.show_issues(checked.issues, most=40)
    else:
        console.show_rows([issue.to_json_value() for issue in checked.issues], form=form)
    if not checked.may_register:
        console.talk("This plan cannot be registered yet.")
        raise typer.Exit(DataIssues.exit_code)
    warned = "This plan can be registered, once the warnings are weighed" if checked.issues else "Nothing is wrong"
    console.talk(f"{warned}. Next: gainline plan register {path}{_here(workspace)}")


@app.command()
def register(path: PlanArgument, workspace: WorkspaceOption = HERE, as_of: AsOfOption = None) -> None:
    """Lock a plan in the ledger, before anyone looks; prints its hash.

    Its canonical form, hash, day and snapshot cannot change unseen from then on. Registering the same plan again
    changes nothing; a changed plan is amended.
    """
    home = Workspace.open(workspace)
    found = home.plan_path(path)
    today = day(as_of)
    console.show_issues(check_plan_file(found, as_of=today, workspace=home).warnings)
    registration = register_plan(home, found, as_of=today)
    again = "Already registered" if registration.is_repeat else "Registered"
    console.talk(f"{again} on {registration.registered_on} as")
    console.show_text(registration.sha256)
    if not home.lake.head().tables:
        console.talk("Nothing was imported when this was registered; that is fine, and the registration says so.")
    tell_head(home)
    console.talk(f"Next, when the records are in: gainline evaluate {path}{_here(workspace)}")


@app.command()
def amend(
    path: PlanArgument,
    reason: Annotated[str, typer.Option(help="Why the registered plan changes; shown in every report.")],
    workspace: WorkspaceOption = HERE,
    as_of: AsOfOption = None,
) -> None:
    """Record a change to a registered plan, with its reason.

    From then on the amended plan is what runs; every report shows the change as a deviation.
    """
    home = Workspace.open(workspace)
    registration = amend_plan(home, home.plan_path(path), reason=reason, as_of=day(as_of))
    many = len(registration.amendments)
    for change in registration.amendments[-1].changes:
        console.talk(f"{change.path}: registered {change.registered}, now {change.now}")
    console.talk(
        f"{many} amendment{'s' if many > 1 else ''} now stand{'' if many > 1 else 's'} with this registration."
    )
    tell_head(home)


@app.command()
def show(key: Annotated[str, typer.Argument(help="The plan's key.")], workspace: WorkspaceOption = HERE) -> None:
    """Show what is registered under a key: plan, hash and amendments, as JSON."""
    console.show_json(registration_of(Workspace.open(workspace), key).to_payload())


def _here(workspace: Path) -> str:
    return "" if workspace == HERE else f" -w {workspace}"


def _optional(root: Path) -> Workspace | None:
    try:
        return Workspace.open(root)
    except GainlineError:
        return None
