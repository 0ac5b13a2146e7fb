"""`gainline risk check | watch | show | chart | draw | done`: what could go wrong, and whether it does."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from gainline.cli import console
from gainline.cli.console import Format
from gainline.cli.options import HERE, AsOfOption, FormatOption, WorkspaceOption, day
from gainline.engine.core.errors import DataIssues
from gainline.engine.core.issues import has_errors
from gainline.engine.core.refusals import Refusal
from gainline.road.risking.acting import Asked
from gainline.road.risking.acting import done as report_done
from gainline.road.risking.acting import draw as draw_money
from gainline.road.risking.charting import Chart
from gainline.road.risking.charting import chart as chart_risk
from gainline.road.risking.reading import check_file
from gainline.road.risking.watching import Standing
from gainline.road.risking.watching import show as stand
from gainline.road.risking.watching import watch as watch_risks
from gainline.road.workspace import Workspace

app = typer.Typer(help="Risks: check the register, watch it, act on it.", no_args_is_help=True)
FileArgument = Annotated[Path, typer.Argument(help="The register's TOML file.")]
RiskArgument = Annotated[str, typer.Argument(help="The risk's key.")]


@app.command()
def check(path: FileArgument, workspace: WorkspaceOption = HERE, form: FormatOption = Format.TABLE) -> None:
    """Say what is wrong in a register, with line numbers; a rule that could never ring is refused here.

    Exits with 10 when something is of level error.

    Example: gainline risk check risks.toml
    """
    _, issues = check_file(path, workspace_root=workspace)
    if form is Format.TABLE:
        console.show_issues(issues, most=40)
    else:
        console.show_rows([issue.to_json_value() for issue in issues], form=form)
    if has_errors(issues):
        raise typer.Exit(DataIssues.exit_code)
    console.talk(f"Every rule can ring. Next: gainline risk watch {path}")


@app.command()
def watch(
    path: FileArgument,
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = HERE,
    form: FormatOption = Format.TABLE,
) -> None:
    """Measure what the risks watch, open a task for whoever owns one that is called, and say what to plan anew.

    Only instructional weeks count; a week that no file reached neither calls nor clears. Running it again adds nothing.

    Example: gainline risk watch risks.toml --as-of 2026-10-05
    """
    _print(watch_risks(Workspace.open(workspace), path, as_of=day(as_of)), form)


@app.command()
def show(
    path: FileArgument,
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = HERE,
    form: FormatOption = Format.TABLE,
) -> None:
    """Show how the risks stand, or stood on a day, by what had been watched; measures and writes nothing.

    Example: gainline risk show risks.toml --format json
    """
    _print(stand(Workspace.open(workspace), path, as_of=day(as_of)), form)


@app.command()
def chart(
    path: FileArgument,
    risk: RiskArgument,
    change: Annotated[list[str] | None, typer.Option(help="Day of a recorded change, YYYY-MM-DD; repeat.")] = None,
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = HERE,
    form: FormatOption = Format.TABLE,
) -> None:
    """Chart what a risk watches: limits from its own past (XmR), signals, and how probable its runs are.

    Limits start anew only at a change that you name, with twelve weeks on both sides.

    Example: gainline risk chart risks.toml low-use --change 2026-11-02
    """
    home, changes = Workspace.open(workspace), [day(one) for one in change or []]
    charts = chart_risk(home, path, risk, changes=changes, as_of=day(as_of))
    console.show_rows([row for one in charts for row in one.rows], form=form)
    for one in charts:
        console.talk(_runs(one))


@app.command()
def draw(
    path: FileArgument,
    risk: RiskArgument,
    amount: Annotated[int, typer.Option(min=1, help="Whole units of money.")],
    what_for: Annotated[str, typer.Option("--for", help="What it pays.")],
    right: Annotated[str, typer.Option("--approved-by", help="The decision right that approves it.")],
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = HERE,
) -> None:
    """Draw money from a risk's contingency; never more than is left, and only by whoever may.

    Example: gainline risk draw risks.toml low-use --amount 2000 --for "two more coaching days" --approved-by director
    """
    asked = Asked(amount, what_for, right)
    left = draw_money(Workspace.open(workspace), path, risk, asked, as_of=day(as_of))
    console.talk(f"{amount:,} drawn; {left:,} left for {risk}.")


@app.command()
def done(
    path: FileArgument,
    risk: RiskArgument,
    by: Annotated[str, typer.Option(help="Who reports it: a role.")],
    note: Annotated[str, typer.Option(help="What was done.")],
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = HERE,
) -> None:
    """Report the open task of a risk as done.

    Example: gainline risk done risks.toml low-use --by "coach lead" --note "coached at Birch twice"
    """
    report_done(Workspace.open(workspace), path, risk, by=by, note=note, as_of=day(as_of))
    console.talk(f"The task of {risk} is done.")


def _print(standings: list[Standing], form: Format) -> None:
    rows = [_row(one) for one in standings]
    if form is Format.TABLE:
        short = [{key: row[key] for key in ("risk", "state", "groups", "silent", "turn", "due")} for row in rows]
        console.show_rows(rows, form=form, cells=short)
        for one in standings:
            _talk(one)
    else:
        console.show_rows(rows, form=form)


def _runs(one: Chart) -> str:
    soft = "" if one.is_firm else " Fewer than twelve weeks: the limits will still move."
    if isinstance(one.runs, Refusal):
        return f"{one.group}, {one.indicator}: {one.runs.because}.{soft}"
    found = one.runs
    few, many = f"so few: p = {found.p_few:.3f}", f"so many: p = {found.p_many:.3f}"
    said = "; ".join(found.signals) or "nothing that chance would not do"
    return f"{one.group}, {one.indicator}: {found.runs} runs around the median ({few}, {many}); {said}.{soft}"


def _talk(one: Standing) -> None:
    if one.state != "called" or one.replan is None:
        return
    command, inputs = one.replan
    console.talk(f"\n{one.risk.key}: {one.risk.event}")
    for action in one.risk.response.actions:
        console.talk(f"  to do: {action.does}")
    console.talk(f"  if that fails: {one.risk.fallback}")
    console.talk(f"  at risk: {', '.join(one.marked) or 'no activity is named'}")
    for line in inputs:
        console.talk(f"  put into the roadmap: {line}")
    console.talk(f"  then plan anew: {command}")


def _row(one: Standing) -> dict[str, Any]:
    command, inputs = one.replan or ("", ())
    week, readings = one.latest or (None, {})
    latest = {group: dict(reading.values) for group, reading in readings.items()}
    return {
        "risk": one.risk.key,
        "category": one.risk.category,
        "owner": one.risk.owner,
        "state": one.state,
        "groups": ", ".join(one.groups),
        "silent": ", ".join(one.silent),
        "week": week.isoformat() if week else None,
        "latest": "; ".join(f"{group}: {_values(values)}" for group, values in latest.items()),
        "turn": one.turn.holder if one.turn else "",
        "due": one.turn.due.isoformat() if one.turn else None,
        "escalated": one.turn.step if one.turn else 0,
        "marked": ", ".join(one.marked),
        "replan": command,
        "inputs": "; ".join(inputs),
        "contingency_left": one.left,
        "next_review": one.next_review.isoformat() if one.next_review else None,
    }


def _values(values: dict[str, float | None]) -> str:
    return ", ".join(f"{key} {'too few to show' if value is None else f'{value:.4g}'}" for key, value in values.items())
