"""`gainline privacy`: papers about data on students, printed from the field catalogue and the agreements."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from gainline.cli import console
from gainline.cli.options import HERE, AsOfOption, WorkspaceOption, day
from gainline.engine.core.errors import UserFixable
from gainline.engine.privacy import Policy
from gainline.engine.privacy.catalog import catalogue
from gainline.engine.reports.accountability import Paper, Told, dpia, exhibit_b, transparency
from gainline.road.agreeing import agreement_named, read_agreements
from gainline.road.workspace import Workspace

app = typer.Typer(
    help="Papers about data on students: Exhibit B, a DPIA draft, the page for families.", no_args_is_help=True
)


class Shape(StrEnum):
    """How a paper is written."""

    MARKDOWN = "markdown"
    HTML = "html"
    CSV = "csv"


class Language(StrEnum):
    """The language of a paper's words."""

    EN = "en"
    ES = "es"


ShapeOption = Annotated[Shape, typer.Option("--as", "--format", help="Markdown, one HTML page, or the tables as CSV.")]
OutOption = Annotated[Path | None, typer.Option("--out", "-o", help="Write it to this file instead of the terminal.")]
LanguageOption = Annotated[Language, typer.Option("--language", help="The language of its words.")]


@app.command("exhibit-b")
def print_exhibit(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The agreement's file in agreements/, without .toml.")],
    shape: ShapeOption = Shape.MARKDOWN,
    language: LanguageOption = Language.EN,
    out: OutOption = None,
    workspace: WorkspaceOption = HERE,
) -> None:
    """Print Exhibit B of a national data privacy agreement: category, element, checked.

    Example: gainline privacy exhibit-b lumen-reading --as html --out exhibit-b.html
    """
    home = Workspace.open(workspace)
    agreement = agreement_named(home, name)
    _give(exhibit_b(agreement, catalogue(), district=home.settings.district.name, lang=language), shape, out)


@app.command("dpia")
def print_dpia(shape: ShapeOption = Shape.MARKDOWN, out: OutOption = None, workspace: WorkspaceOption = HERE) -> None:
    """Print a draft of a data protection impact assessment: purposes, fields, recipients, retention, risks, measures.

    The same catalogue and agreements give the same bytes.

    Example: gainline privacy dpia --as csv --out fields.csv
    """
    home = Workspace.open(workspace)
    agreements = tuple(read_agreements(home).values())
    _give(dpia(catalogue(), agreements, district=home.settings.district.name, policy=Policy()), shape, out)


@app.command("transparency")
def print_transparency(
    shape: ShapeOption = Shape.MARKDOWN,
    language: LanguageOption = Language.EN,
    refreshed: Annotated[str | None, typer.Option(help="The day somebody last checked it, YYYY-MM-DD.")] = None,
    out: OutOption = None,
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = HERE,
) -> None:
    """Print the page for families: what is kept, who gets it and what can be asked for, in plain words.

    Breaches are entered in the web application, whose page lists them, too.

    Example: gainline privacy transparency --language es --as html --out familias.html
    """
    home = Workspace.open(workspace)
    checked: date | None = day(refreshed) if refreshed else None
    told = Told(home.settings.district.name, tuple(read_agreements(home).values()), refreshed_on=checked)
    _give(transparency(told, catalogue(), on=day(as_of), lang=language), shape, out)


def _give(paper: Paper, shape: Shape, out: Path | None) -> None:
    text = {Shape.MARKDOWN: paper.markdown, Shape.HTML: paper.html, Shape.CSV: paper.csv}[shape]()
    if out is None:
        typer.echo(text, nl=False)
        return
    try:
        out.write_text(text, encoding="utf-8", newline="")
    except OSError as fault:
        says = f"{out} cannot be written: {fault.strerror}"
        raise UserFixable(says, "name a file in a folder that exists") from fault
    console.talk(f"Written to {out}.")
