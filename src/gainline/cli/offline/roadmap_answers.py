"""`gainline roadmap explain`: why there is no plan."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gainline.cli import console
from gainline.cli.console import Format
from gainline.cli.options import FormatOption
from gainline.road.explaining import explain_file, explanation_rows, verdict

FileArgument = Annotated[Path, typer.Argument(help="The roadmap's TOML file.")]


def explain(
    path: FileArgument,
    work: Annotated[float, typer.Option(min=0.01, help="Effort per question, in the solver's units.")] = 1,
    form: FormatOption = Format.TABLE,
) -> None:
    """Say which rules of a roadmap exclude each other, who may relax them, and the three cheapest concessions.

    A conflict is as small as can be: without any one of its rules, the others can be kept. Concessions are counted in
    points to compare them: a week 10, one per cent of a budget or a resource 2, a unit of change load 30, an extra
    board meeting 20, an extra day of professional learning 10. Exits with 11 when the roadmap can be kept.

    Example: gainline roadmap explain roadmap.toml
    """
    found = explain_file(path, work)
    for line in verdict(found):
        console.talk(line)
    console.show_rows(explanation_rows(found), form=form, title="What stands in the way, and what would help")
