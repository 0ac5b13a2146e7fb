"""`gainline roadmap check | solve | show`: initiatives in time."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gainline.cli import console
from gainline.cli.console import Format
from gainline.cli.offline.roadmap_answers import explain, replan
from gainline.cli.offline.roadmap_files import calendar, export, import_, map_, new, report
from gainline.cli.offline.simulate import simulate
from gainline.cli.options import FormatOption
from gainline.engine.core.errors import DataIssues
from gainline.engine.core.issues import has_errors
from gainline.engine.roadmap import Effort
from gainline.road.plan_versions import keep_version
from gainline.road.roadmapping import plan_rows, read_file, roadmap_rows, said, solve_file

app = typer.Typer(help="Roadmaps: check, date and show them.", no_args_is_help=True)
FileArgument = Annotated[Path, typer.Argument(help="The roadmap's TOML file.")]
app.command()(simulate)
app.command()(explain)
app.command()(replan)
app.command()(new)
app.command("import")(import_)
app.command()(export)
app.command()(report)
app.command("map")(map_)
app.command()(calendar)


@app.command()
def check(path: FileArgument, form: FormatOption = Format.TABLE) -> None:
    """Say what is wrong in a roadmap, with line numbers, and what cannot be done in time.

    Dates are counted backwards from the dates that matter. Exits with 10 when something is of level error.

    Example: gainline roadmap check roadmap.toml
    """
    read = read_file(path)
    if form is Format.TABLE:
        console.show_issues(read.issues, most=40)
    else:
        console.show_rows([issue.to_json_value() for issue in read.issues], form=form)
    if has_errors(read.issues):
        console.talk("This roadmap cannot be dated yet.")
        raise typer.Exit(DataIssues.exit_code)
    console.talk(f"Nothing stands in the way. Next: gainline roadmap solve {path}")


@app.command()
def solve(
    path: FileArgument,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the search; the same seed gives the same dates.")] = 1,
    work: Annotated[float, typer.Option(min=0.01, help="Effort per stage, in the solver's units of some seconds.")] = 2,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the plan as a version that never changes.")] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Date every activity so that all rules are kept, the roadmap ends first, and tools go live early.

    Says how good the dates are: proved best, or by how much a better plan could be better. An independent checker
    has gone over them. Exits with 11 when no plan keeps every rule.

    Example: gainline roadmap solve roadmap.toml --format csv
    """
    effort = Effort(seed=seed, work=work)
    roadmap, plan = solve_file(path, effort, lambda found: console.talk(said(found)))
    for stage in plan.stages:
        console.talk(said(stage))
    if keep:
        version = keep_version(path, plan.dates, {"seed": seed, "work": work, "solver": plan.version})
        console.talk(f"Kept as version {version.number}, digest {version.digest[:12]}.")
    console.show_rows(plan_rows(roadmap, plan), form=form, title=f"{roadmap.name}: done on {plan.finish}")


@app.command()
def show(path: FileArgument, form: FormatOption = Format.TABLE) -> None:
    """Show every activity that a roadmap stands for, with its earliest and latest start.

    Example: gainline roadmap show roadmap.toml --format json
    """
    read = read_file(path)
    if read.roadmap is None:
        raise DataIssues("the roadmap has errors", f"see them with: gainline roadmap check {path}")
    console.show_rows(roadmap_rows(read.roadmap), form=form, title=read.roadmap.name)
