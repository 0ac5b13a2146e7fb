"""`gainline agreement`: how far the raters of classroom observations agree."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from gainline.cli import console
from gainline.cli.console import Format
from gainline.cli.options import HERE, FormatOption, WorkspaceOption, day
from gainline.engine.core.errors import UserFixable
from gainline.engine.monitoring import Scale
from gainline.road.rating_lessons import rater_agreement
from gainline.road.workspace import Workspace


def agreement(
    rubric: Annotated[str, typer.Argument(help="The rubric, as the observations name it.")],
    scale: Annotated[
        str, typer.Option(help="What distances between levels count: nominal, ordinal or interval.")
    ] = "ordinal",
    start: Annotated[str | None, typer.Option("--from", help="First day, YYYY-MM-DD.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Last day, YYYY-MM-DD.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the bootstrap interval.")] = 1,
    workspace: WorkspaceOption = HERE,
    form: FormatOption = Format.TABLE,
) -> None:
    """Show how far raters of the same lessons give the same levels, beyond chance.

    Krippendorff's alpha with a 95% bootstrap interval, by element: 1 is the same everywhere, 0 is chance. His own
    advice: rely on 0.80 and more, draw tentative conclusions from 0.67, and none below.

    Example: gainline agreement district-technology-use --scale ordinal
    """
    known: dict[str, Scale] = {"nominal": "nominal", "ordinal": "ordinal", "interval": "interval"}
    if scale not in known:
        raise UserFixable(f"there is no scale {scale}", f"one of: {', '.join(known)}")
    if bool(start) != bool(end):
        raise UserFixable("a window has two ends", "give both --from and --to, or neither")
    days = (day(start), day(end)) if start and end else None
    rows = rater_agreement(Workspace.open(workspace), rubric, scale=known[scale], seed=seed, days=days)
    console.show_rows(
        rows, form=form, title=f"Krippendorff's alpha, {scale}: {rubric}", cells=[_cells(row) for row in rows]
    )


def _cells(row: dict[str, Any]) -> dict[str, Any]:
    return {name: round(value, 3) if isinstance(value, float) else value for name, value in row.items()}
