"""`gainline instrument list | score`: questionnaires scored as their authors published it."""

from __future__ import annotations

from typing import Annotated

import typer

from gainline.cli import console
from gainline.cli.console import Format
from gainline.cli.options import HERE, FormatOption, WorkspaceOption, day
from gainline.engine.core.errors import UserFixable
from gainline.engine.monitoring.instruments import INSTRUMENTS
from gainline.road.scoring import score_survey
from gainline.road.workspace import Workspace

app = typer.Typer(help="Questionnaires: usability and efficacy, scored as published.", no_args_is_help=True)


@app.command("list")
def list_(form: FormatOption = Format.TABLE) -> None:
    """List the questionnaires that can be scored, how to read them, and on what terms they may be used.

    Example: gainline instrument list
    """
    rows = [
        {"key": one.key, "items": one.items, "scale": f"{one.lowest}-{one.highest}", "reads": one.reads}
        | {"terms": one.terms, "source": one.source}
        for one in INSTRUMENTS.values()
    ]
    console.show_rows(rows, form=form)


@app.command()
def score(
    instrument: Annotated[str, typer.Argument(help="sus, umux-lite, tses-short or nps.")],
    survey: Annotated[str, typer.Option(help="What your records call the survey.")],
    by: Annotated[str, typer.Option(help="Groups, comma-separated: tool, school_id, respondent.")] = "",
    start: Annotated[str | None, typer.Option("--from", help="First day, YYYY-MM-DD.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Last day, YYYY-MM-DD.")] = None,
    workspace: WorkspaceOption = HERE,
    form: FormatOption = Format.TABLE,
) -> None:
    """Score a survey in the lake: the mean over people with its 95% interval, by group.

    Half a questionnaire has no score. Groups too small to show without exposing somebody say so.

    Example: gainline instrument score sus --survey sus --by tool
    """
    if bool(start) != bool(end):
        raise UserFixable("a window has two ends", "give both --from and --to, or neither")
    days = (day(start), day(end)) if start and end else None
    groups = tuple(part.strip() for part in by.split(",") if part.strip())
    rows = score_survey(Workspace.open(workspace), instrument, survey=survey, by=groups, days=days)
    console.show_rows(rows, form=form)
