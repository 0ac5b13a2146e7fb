"""`gainline cost`: what a piece of work costs, who pays, and what is got for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from gainline.cli import console
from gainline.cli.console import Format
from gainline.cli.options import FormatOption
from gainline.engine.core.errors import DataIssues
from gainline.engine.core.issues import has_errors
from gainline.engine.roadmap.cost import Accounted
from gainline.road.costing import (
    Row,
    account_file,
    as_json,
    balance_rows,
    contract_rows,
    day_rows,
    ingredient_rows,
    license_rows,
    said,
    student_rows,
    sum_rows,
    year_rows,
)
from gainline.road.workspace import Workspace

TABLES: tuple[tuple[str, Callable[[Accounted], list[Row]]], ...] = (
    ("Ingredients, dearest first", ingredient_rows),
    ("In all", sum_rows),
    ("By fiscal year and rate", year_rows),
    ("Per student and year", student_rows),
    ("Licenses", license_rows),
    ("Funding", balance_rows),
    ("Days that matter", day_rows),
    ("Outcomes-based contracts", contract_rows),
)


def cost(
    path: Annotated[Path, typer.Argument(help="The account's TOML file.")],
    workspace: Annotated[
        Path | None,
        typer.Option("--workspace", "-w", help="Count active licenses in the lake of this workspace."),
    ] = None,
    roadmap: Annotated[
        Path | None, typer.Option(help="Take go-lives that purchases must arrive for from this roadmap.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of chance for outcomes-based contracts.")] = 1,
    runs: Annotated[int, typer.Option(min=100, max=1_000_000, help="How often such a contract is run.")] = 10_000,
    form: FormatOption = Format.TABLE,
) -> None:
    """Price every ingredient of a piece of work, and say who bears it, when it is paid, and what is got for it.

    A missing local price is refused, never guessed. Rules of funding sources that planned payments break are named by
    line; then the command exits with 10. With --format csv you get the ingredients.

    Example: gainline cost reading.toml --format json
    """
    opened = Workspace.open(workspace) if workspace else None
    account, found = account_file(path, opened, roadmap, runs=runs, seed=seed)
    if form is Format.JSON:
        console.show_json(as_json(account, found))
    elif form is Format.CSV:
        console.show_rows(ingredient_rows(found), form=form)
    else:
        sheet = account.sheet
        console.talk(f"{sheet.name}, in {sheet.currency} of {sheet.year}, at prices of {sheet.place}")
        for title, rows_of in TABLES:
            if rows := rows_of(found):
                console.show_rows(rows, form=form, title=title)
    for line in said(account, found):
        console.talk(line)
    if form is not Format.JSON:
        console.show_issues(found.issues, most=40)
    if has_errors(found.issues):
        raise typer.Exit(DataIssues.exit_code)
