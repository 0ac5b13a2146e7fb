"""`gainline indicators list | show | measure`: the catalogue of definitions and what they give on your records."""

from __future__ import annotations

from typing import Annotated

import typer

from gainline.cli import console
from gainline.cli.console import Format
from gainline.cli.options import HERE, FormatOption, WorkspaceOption, day
from gainline.engine.core.errors import UserFixable
from gainline.road.measuring import catalogue_of
from gainline.road.measuring import measure as measure_indicator
from gainline.road.workspace import Workspace

app = typer.Typer(help="The catalogue of indicators, and measurements on your records.", no_args_is_help=True)


@app.command("list")
def list_(workspace: WorkspaceOption = HERE, form: FormatOption = Format.TABLE) -> None:
    """List every indicator: key, name, unit, kind and good direction. Works without a workspace, too."""
    rows = [
        {"key": i.key, "name": i.name, "unit": i.unit, "kind": str(i.kind), "good": str(i.direction)}
        for i in catalogue_of(workspace).values()
    ]
    console.show_rows(rows, form=form, title=f"{len(rows)} indicators")


@app.command()
def show(key: Annotated[str, typer.Argument(help="The indicator's key.")], workspace: WorkspaceOption = HERE) -> None:
    """Show one definition whole: what it says, its caveat, its source and what an empty value means."""
    catalogue = catalogue_of(workspace)
    if key not in catalogue:
        raise UserFixable(f"there is no indicator {key}", "see: gainline indicators list")
    console.show_json(catalogue[key].model_dump(mode="json"))


@app.command()
def measure(
    key: Annotated[str, typer.Argument(help="The indicator's key.")],
    by: Annotated[str, typer.Option(help="Group by, comma-separated: school_id, grade, week_start, ...")] = "",
    start: Annotated[str | None, typer.Option("--from", help="First day, YYYY-MM-DD.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Last day, YYYY-MM-DD.")] = None,
    where: Annotated[list[str] | None, typer.Option(help="Only rows like column=value; repeat to add.")] = None,
    param: Annotated[list[str] | None, typer.Option(help="A parameter of the definition: name=number.")] = None,
    workspace: WorkspaceOption = HERE,
    form: FormatOption = Format.TABLE,
) -> None:
    """Measure one indicator for groups. Groups too small to show without exposing a child say so."""
    days = (day(start), day(end)) if start and end else None
    if bool(start) != bool(end):
        raise UserFixable("a window has two ends", "give both --from and --to, or neither")
    rows = measure_indicator(
        Workspace.open(workspace),
        key,
        by=tuple(part.strip() for part in by.split(",") if part.strip()),
        days=days,
        where=_pairs(where),
        params={name: float(values[0]) for name, values in _pairs(param).items()},
    )
    console.show_rows(rows, form=form, title=key)


def _pairs(words: list[str] | None) -> dict[str, list[str]]:
    pairs: dict[str, list[str]] = {}
    for word in words or []:
        name, sign, value = word.partition("=")
        if not sign:
            raise UserFixable(f"{word!r} is not of the form name=value", "write it like tool=lumen-reading")
        pairs.setdefault(name, []).append(value)
    return pairs
