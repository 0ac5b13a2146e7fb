"""`gainline roadmap simulate`: how likely a plan is kept."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gainline.cli import console
from gainline.cli.console import Format
from gainline.cli.options import FormatOption
from gainline.engine.roadmap import Effort
from gainline.engine.roadmap.simulation import Shape
from gainline.road.simulating import (
    Wish,
    as_json,
    broken_rows,
    contingency_rows,
    driver_rows,
    figure_rows,
    said,
    simulate_file,
    step_rows,
)

MOST = 12  # activities in the table


def simulate(
    path: Annotated[Path, typer.Argument(help="The roadmap's TOML file.")],
    seed: Annotated[int, typer.Option(min=0, help="Seed of chance; the same seed gives the same figures.")] = 1,
    runs: Annotated[int, typer.Option(min=100, max=1_000_000, help="How many times the plan is run.")] = 10_000,
    shape: Annotated[Shape | None, typer.Option(help="How three-point estimates are read; the file's own.")] = None,
    early: Annotated[bool, typer.Option("--early", help="Let activities start before their planned dates.")] = False,
    work: Annotated[float, typer.Option(min=0.01, help="The solver's effort per stage, as in solve.")] = 2,
    form: FormatOption = Format.TABLE,
) -> None:
    """Date a roadmap, then run it many times over durations, costs and risks that vary.

    Says how likely planned dates and cost are kept, what P50, P80 and P90 are, how much contingency that takes, and
    which risks and activities matter. Every P-value names the shape of the estimates it rests on.

    Example: gainline roadmap simulate roadmap.toml --seed 7 --runs 10000
    """
    wish = Wish(runs=runs, seed=seed, shape=shape, held=not early)
    roadmap, found = simulate_file(path, Effort(work=work), wish)
    if form is Format.JSON:
        console.show_json(as_json(roadmap, found))
        return
    console.show_rows(figure_rows(roadmap, found), form=form, title=f"{roadmap.name}: {found.shape.value} estimates")
    if form is Format.TABLE:
        console.show_rows(contingency_rows(found), form=form, title="Contingency beyond the plan")
        if rows := driver_rows(roadmap, found):
            console.show_rows(rows, form=form, title="Risks by what they take from the P80")
        if rows := step_rows(found, MOST):
            console.show_rows(rows, form=form, title="Activities by what they do to the finish")
        if rows := broken_rows(found, MOST):
            console.show_rows(rows, form=form, title="Greatest distances by the share of runs that break them")
    for line in said(roadmap, found):
        console.talk(line)
