"""`gainline indicators list | show | measure`: the catalogue of definitions and what they give on your records."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Any

import typer

from gainline.cli import console
from gainline.cli.console import Format
from gainline.cli.options import HERE, FormatOption, WorkspaceOption, day
from gainline.engine.core.errors import UserFixable
from gainline.engine.privacy import Audience
from gainline.road.looks import measure_openly
from gainline.road.measuring import catalogue_of, doubts_of
from gainline.road.workspace import Workspace


class Reader(StrEnum):
    """Who reads a measurement."""

    STAFF = "staff"
    PUBLIC = "public"


app = typer.Typer(help="The catalogue of indicators, and measurements on your records.", no_args_is_help=True)


@app.command("list")
def list_(workspace: WorkspaceOption = HERE, form: FormatOption = Format.TABLE) -> None:
    """List every indicator with its unit, kind and good direction; needs no workspace."""
    rows = [
        {"key": i.key, "name": i.name, "unit": i.unit, "kind": str(i.kind), "good": str(i.direction)}
        for i in catalogue_of(workspace).values()
    ]
    console.show_rows(rows, form=form, title=f"{len(rows)} indicators")


@app.command()
def show(key: Annotated[str, typer.Argument(help="The indicator's key.")], workspace: WorkspaceOption = HERE) -> None:
    """Show one definition whole, as JSON.

    What it counts, its caveat, its source and what an empty value means.
    """
    catalogue = catalogue_of(workspace)
    if key not in catalogue:
        raise UserFixable(f"there is no indicator {key}", "see: gainline indicators list")
    console.show_json(catalogue[key].model_dump(mode="json"))


@app.command()
def measure(
    key: Annotated[str, typer.Argument(help="The indicator's key.")],
    by: Annotated[
        str,
        typer.Option(help="Groups, comma-separated: school_id, grade, week_start, tool, english_learner, ..."),
    ] = "",
    start: Annotated[str | None, typer.Option("--from", help="First day, YYYY-MM-DD.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Last day, YYYY-MM-DD.")] = None,
    where: Annotated[
        list[str] | None, typer.Option(metavar="COLUMN=VALUE", help="Only these rows; repeat to add.")
    ] = None,
    param: Annotated[
        list[str] | None, typer.Option(metavar="NAME=NUMBER", help="A parameter of the definition; repeat to add.")
    ] = None,
    audience: Annotated[
        Reader, typer.Option(help="Who reads it; for the public it goes beside what was released before.")
    ] = Reader.STAFF,
    workspace: WorkspaceOption = HERE,
    form: FormatOption = Format.TABLE,
) -> None:
    """Measure one indicator on your records, for groups of students.

    Groups too small to show without exposing a child say so. The question is written down among the district's looks;
    what the public gets, in the journal of releases as well, so that a later one that differs by a few does not pass.

    Example: gainline indicators measure adoption --by grade --where tool=lumen-reading
    """
    days = _window(start, end)
    home, filters = Workspace.open(workspace), _pairs(where)
    rows = measure_openly(
        home,
        key,
        by=tuple(part.strip() for part in by.split(",") if part.strip()),
        days=days,
        where=filters,
        params={name: _number(name, values[-1]) for name, values in _pairs(param).items()},
        on=day(None),
        audience=Audience(audience.value),
    )
    for doubt in doubts_of(home, key, where=filters):
        console.talk(str(doubt))
    if not rows and form is Format.TABLE:
        console.talk("Nobody in the lake stands behind this measurement: import rosters and usage first.")
        return
    console.show_rows(
        rows, form=form, title=f"{key}, {rows[0]['unit']}" if rows else "", cells=[_cells(r) for r in rows]
    )


def _window(start: str | None, end: str | None) -> tuple[date, date] | None:
    if bool(start) != bool(end):
        raise UserFixable("a window has two ends", "give both --from and --to, or neither")
    return (day(start), day(end)) if start and end else None


def _cells(row: dict[str, Any]) -> dict[str, Any]:
    """A measurement as a person reads it: the unit stands in the title, the note only where there is one."""
    shown = {name: value for name, value in row.items() if name not in {"unit", "note"}}
    return {**shown, "note": row["note"]}


def _number(name: str, word: str) -> float:
    try:
        return float(word)
    except ValueError as fault:
        raise UserFixable(f"the parameter {name} takes a number, not {word!r}", f"write --param {name}=30") from fault


def _pairs(words: list[str] | None) -> dict[str, list[str]]:
    pairs: dict[str, list[str]] = {}
    for word in words or []:
        name, sign, value = word.partition("=")
        if not sign:
            raise UserFixable(f"{word!r} is not of the form name=value", "write it like tool=lumen-reading")
        pairs.setdefault(name, []).append(value)
    return pairs
