"""`gainline link suggest | confirm | reject | undo | list`: who is who, where no rule knows."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from gainline.cli import console
from gainline.cli.console import Format
from gainline.cli.options import HERE, AsOfOption, FormatOption, WorkspaceOption, day
from gainline.engine.core.errors import UserFixable
from gainline.road import settling
from gainline.road.settling import Waiting
from gainline.road.workspace import Workspace

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Say whose identities are that no rule knows.")

IdsArgument = Annotated[list[str] | None, typer.Argument(metavar="ID...", help="Ids, as listed by link suggest.")]
ByOption = Annotated[str, typer.Option("--by", metavar="NAME", help="Who decides; kept with the decision.")]


@app.command()
def suggest(
    sure: Annotated[bool, typer.Option("--sure", help="List only the suggestions that are sure.")] = False,
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = HERE,
    form: FormatOption = Format.TABLE,
) -> None:
    """List identities that wait, each with the student whose it probably is. Nothing is changed.

    The list shows names and identifiers: it is for the people who keep the roster, nobody else.

    Example: gainline link suggest --format csv > worklist.csv
    """
    found = settling.waiting(Workspace.open(workspace), as_of=day(as_of))
    shown = [one for one in found if one.is_sure or not sure]
    rows = [_row(one) for one in shown]
    if not rows and form is Format.TABLE:
        console.talk("No identity waits for a person." if not found else "No suggestion is sure.")
        return
    cells = [_cells(one) for one in shown]
    console.show_rows(rows, form=form, title=f"{len(rows):,} identities wait", cells=cells)
    if form is Format.TABLE:
        certain = sum(one.is_sure for one in found)
        console.talk(f"\n{certain:,} suggestions are sure: gainline link confirm --sure --by NAME")
        console.talk("One by one: gainline link confirm ID --by NAME, or gainline link reject ID --by NAME")


@app.command()
def confirm(
    ids: IdsArgument = None,
    by: ByOption = "",
    sure: Annotated[bool, typer.Option("--sure", help="Confirm every suggestion that is sure.")] = False,
    student: Annotated[
        str | None,
        typer.Option(metavar="NUMBER", help="Number in the roster of the student who is meant."),
    ] = None,
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = HERE,
) -> None:
    """Link identities to students. Their rows, those in the lake too, count as the student's from now on.

    Example: gainline link confirm 3f9a12cd --by "R. Keeper"
    """
    home, chosen = Workspace.open(workspace), ids or []
    if student is not None:
        if len(chosen) != 1:
            raise UserFixable("--student goes with one ID", "confirm one identity at a time by hand")
        settling.choose(home, chosen[0], student, by=by, as_of=day(as_of))
        done = 1
    else:
        done = len(settling.confirm(home, _given(chosen, sure=sure), by=by, as_of=day(as_of), sure=sure))
    console.talk(f"Linked {done:,} identities. To take one back: gainline link undo ID --by NAME")


@app.command()
def reject(
    ids: IdsArgument = None, by: ByOption = "", as_of: AsOfOption = None, workspace: WorkspaceOption = HERE
) -> None:
    """Say that identities are not the suggested students'; they are not suggested for each other again.

    Example: gainline link reject 3f9a12cd --by "R. Keeper"
    """
    done = settling.reject(Workspace.open(workspace), _given(ids or []), by=by, as_of=day(as_of))
    console.talk(f"Rejected {len(done):,} suggestions.")


@app.command()
def undo(
    ids: IdsArgument = None, by: ByOption = "", as_of: AsOfOption = None, workspace: WorkspaceOption = HERE
) -> None:
    """Take links back, a person's or a rule's: their rows are nobody's again, and the identities wait.

    What a rule linked on import is not linked by a rule again. Ids: link list, and link list --by-rule.

    Example: gainline link undo 3f9a12cd --by "R. Keeper"
    """
    done = settling.undo(Workspace.open(workspace), _given(ids or []), by=by, as_of=day(as_of))
    console.talk(f"Took back {len(done):,} links.")


@app.command("list")
def list_(
    by_rule: Annotated[bool, typer.Option("--by-rule", help="What rules linked on import instead.")] = False,
    workspace: WorkspaceOption = HERE,
    form: FormatOption = Format.TABLE,
) -> None:
    """List every decision that stands: which identity, what, by whom, when; or what rules linked.

    Example: gainline link list --by-rule --format csv
    """
    home = Workspace.open(workspace)
    rows = settling.by_rule(home) if by_rule else settling.decided(home)
    if not rows and form is Format.TABLE:
        console.talk("No rule has linked anything yet." if by_rule else "Nobody has decided anything yet.")
        return
    console.show_rows(rows, form=form, title=f"{len(rows):,} decisions")


def _given(ids: list[str], *, sure: bool = False) -> list[str]:
    if not ids and not sure:
        raise UserFixable("no ID is given", "list them: gainline link suggest")
    return ids


def _row(one: Waiting) -> dict[str, Any]:
    student = {f"student_{name}": one.student.get(name) for name in ("given_name", "family_name", "school", "grade")}
    return {
        "id": one.id,
        "source": one.source,
        "kind": one.kind,
        "value": one.value,
        "given_name": one.given_name,
        "family_name": one.family_name,
        "school": one.school,
        "grade": one.grade,
        "rows": one.rows,
        **student,
        "how": one.how,
        "probability": None if one.probability is None else round(one.probability, 4),
        "is_sure": one.is_sure,
        "because": one.because,
    }


def _cells(one: Waiting) -> dict[str, Any]:
    said = _said(one.given_name, one.family_name, one.school, one.grade) or one.value
    student = one.student
    likely = _said(*(student.get(name) for name in ("given_name", "family_name", "school", "grade"))) if student else ""
    chance = one.how if one.probability is None else f"{one.probability:.1%}"
    word = "sure" if one.is_sure else "look" if one.person_key else "nobody"
    return {"id": one.id, "source": one.source, "in the file": said, "rows": one.rows, "probably": likely,
            "chance": chance or "", "word": word}  # fmt: skip


def _said(given: str | None, family: str | None, school: str | None, grade: str | None) -> str:
    name = " ".join(part for part in (given, family) if part)
    return ", ".join(part for part in (name, school, f"grade {grade}" if grade else None) if part)
