"""`gainline roadmap explain | replan`: why there is no plan, and a plan made anew from today."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from gainline.cli import console
from gainline.cli.console import Format
from gainline.cli.options import FormatOption
from gainline.engine.roadmap import Effort
from gainline.road.explaining import explain_file, explanation_rows, verdict
from gainline.road.replanning import Asked, move_rows, replan_file, sentences

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


def replan(
    path: FileArgument,
    as_of: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Nothing new starts before this day.")],
    actual: Annotated[
        Path | None, typer.Option(help="CSV of what happened: activity,started,finished; empty days for not yet.")
    ] = None,
    decision: Annotated[
        list[str] | None, typer.Option(help="What was decided about a tool, such as reading=stop or reading=adapt.")
    ] = None,
    work: Annotated[float, typer.Option(min=0.01, help="Effort, in the solver's units of some seconds.")] = 2,
    keep: Annotated[bool, typer.Option(help="Keep the new plan as the next version.")] = True,
    form: FormatOption = Format.TABLE,
) -> None:
    """Make the latest kept plan anew from a day on, moving as few people's dates as can be, and say what moved and why.

    What has started stays as it is; what no row names happened as planned. Keep a first plan with: gainline roadmap
    solve roadmap.toml --keep. Exits with 11 when nothing from the day on keeps every rule.

    Example: gainline roadmap replan roadmap.toml --as-of 2026-11-02 --actual actual.csv
    """
    asked = Asked(as_of.date(), actual, tuple(decision or ()), keep)
    done = replan_file(path, asked, Effort(work=work))
    for line in sentences(done):
        console.talk(line)
    console.show_rows(move_rows(done.replan), form=form, title="What moves")
