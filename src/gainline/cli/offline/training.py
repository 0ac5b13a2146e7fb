"""`gainline training check | schedule | credential | verify | exposure`: people learn to use it, and it shows."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from gainline.cli import console
from gainline.cli.console import Format
from gainline.cli.options import HERE, AsOfOption, FormatOption, WorkspaceOption, day
from gainline.engine.core.errors import DataIssues, Missing
from gainline.engine.core.issues import has_errors
from gainline.road.training.badges import Asked, issue, issuer_of
from gainline.road.training.badges import verify as verify_badge
from gainline.road.training.exposure import exposure as measure_exposure
from gainline.road.training.programs import check_file
from gainline.road.training.programs import schedule as lay_out
from gainline.road.workspace import Workspace

app = typer.Typer(help="Training: check a program, schedule it, issue credentials.", no_args_is_help=True)
FileArgument = Annotated[Path, typer.Argument(help="The program's TOML file.")]


@app.command()
def check(path: FileArgument, form: FormatOption = Format.TABLE) -> None:
    """Say what is wrong in a training program, with line numbers, and whether there is enough coaching for it.

    Exits with 10 when something is of level error.

    Example: gainline training check training.toml
    """
    _, issues = check_file(path)
    if form is Format.TABLE:
        console.show_issues(issues, most=40)
    else:
        console.show_rows([one.to_json_value() for one in issues], form=form)
    if has_errors(issues):
        raise typer.Exit(DataIssues.exit_code)
    console.talk(f"Nothing stands in the way. Next: gainline training schedule {path}")


@app.command()
def schedule(path: FileArgument, form: FormatOption = Format.TABLE) -> None:
    """Show sessions and the days of school on which each module comes back to be practiced.

    A default schedule: its intervals were fitted to flashcards, not to teaching.

    Example: gainline training schedule training.toml --format csv
    """
    rows, refused = lay_out(path)
    console.show_rows(rows, form=form)
    for one in refused:
        console.talk(str(one))


@app.command()
def credential(
    path: FileArgument,
    key: Annotated[str, typer.Argument(help="The credential's key.")],
    recipient: Annotated[str, typer.Option("--for", help="Mail address of who receives it; only its hash is kept.")],
    reviewer: Annotated[str, typer.Option("--reviewed-by", help="Mail address of who reviewed the evidence.")],
    out: Annotated[Path, typer.Option(help="File for the signed credential.")],
    passed: Annotated[list[str], typer.Option(help="A module whose check was passed; repeat to add.")],
    observation: Annotated[list[str], typer.Option(help="Id of an observed lesson on record; repeat to add.")],
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = HERE,
) -> None:
    """Issue a micro-credential as Open Badges 3.0, on evidence and a review; hours attended never earn one.

    Example: gainline training credential training.toml feedback --for t@district.example --reviewed-by
    lead@district.example --passed see --passed group --observation o1 --observation o2 --out feedback.jwt
    """
    asked = Asked(key, recipient, reviewer, tuple(passed), tuple(observation))
    home = Workspace.open(workspace)
    out.write_text(issue(home, path, asked, as_of=day(as_of)) + "\n", encoding="utf-8")
    console.talk(f"Written to {out}. Anybody can verify it with this issuer:")
    console.show_text(issuer_of(home))


@app.command()
def verify(
    path: Annotated[Path, typer.Argument(help="The file of a signed credential.")],
    issuer: Annotated[str, typer.Option(help="The issuer's did:key, from somewhere that you trust.")],
) -> None:
    """Check that a credential is what its issuer signed.

    Example: gainline training verify feedback.jwt --issuer did:key:z6Mk...
    """
    if not path.is_file():
        raise Missing(f"there is no file {path}", "name the file of the credential")
    name = verify_badge(path.read_text(encoding="utf-8").strip(), issuer=issuer)
    console.talk(f"Signed by this issuer and valid: {name}")


@app.command()
def exposure(path: FileArgument, workspace: WorkspaceOption = HERE, form: FormatOption = Format.TABLE) -> None:
    """Show what hours of training go with in observed lessons, over all teachers together; says nothing of causes.

    Example: gainline training exposure training.toml
    """
    found = measure_exposure(Workspace.open(workspace), path)
    console.show_rows([asdict(found)], form=form)
