"""`gainline evaluate | brief`: from a registered plan to the page that is decided on."""

from __future__ import annotations

from math import floor, log10
from pathlib import Path
from typing import Annotated, Any

import typer

from gainline.cli import console
from gainline.cli.console import Format
from gainline.cli.options import HERE, AsOfOption, FormatOption, PlanArgument, WorkspaceOption, day, tell_head
from gainline.engine.privacy import Audience
from gainline.road.briefing import write_brief, write_index
from gainline.road.evaluating import evaluate_plan
from gainline.road.workspace import Workspace

STAGES = {
    "frame": "Reading the records",
    "estimating outcomes": "Estimating outcomes",
    "redrawing assignments": "Redrawing assignments",
}
WITH_AND_WITHOUT = "students with the tool minus students as usual"
_COMPARED = {
    "differences": "with the tool minus not yet or never with it, over the periods",
    "stepped_wedge": "with the tool minus still waiting for it, over the periods",
    "interrupted_series": "what was seen minus the path from before the start",
    "cutoff": "students just on the tool's side of the cutoff minus those just on the other",
    "synthetic_control": "the school minus the mixture of others",
}
MOST_PLACES = 4


def evaluate(
    path: PlanArgument,
    snapshot: Annotated[
        str | None, typer.Option(help="Snapshot id, or its first letters; the one that stands now by default.")
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Seed; follows from the registration by default.")] = None,
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = HERE,
    form: FormatOption = Format.TABLE,
) -> None:
    """Run what was registered and write the evidence document (evidence/KEY.json).

    The same registration, snapshot and seed give the same bytes. Exits with 11 when no honest answer exists.
    """
    home = Workspace.open(workspace)
    found = home.plan_path(path)
    snapshot_id = home.snapshot_id(snapshot) if snapshot else None
    with console.progress_bars(STAGES) as progress:
        done = evaluate_plan(
            home, found, snapshot_id=snapshot_id, seed=seed, as_of=day(as_of) if as_of else None, progress=progress
        )
    evidence = done.evidence
    if form is Format.JSON:
        console.show_json(evidence)
        return
    estimates = evidence["estimates"]
    title = f"Registered outcomes: {_COMPARED.get(evidence['plan']['design']['kind'], WITH_AND_WITHOUT)}"
    console.show_rows([_row(e) for e in estimates], form=form, title=title, cells=[_cells(e) for e in estimates])
    for deviation in evidence["deviations"]:
        console.talk(f"Deviation: {deviation['path']}: registered {deviation['registered']}, now {deviation['now']}")
    _tell_what_stands_beside(evidence)
    console.talk(f"\nRating: {evidence['rating']['label']}")
    console.talk(f"Verdict by the registered rule: {evidence['verdict']['word']}. {evidence['verdict']['because']}")
    console.talk(f"{evidence['verdict']['compared']} {evidence['verdict']['would_change']}")
    again = " (the very result the ledger holds already)" if done.is_repeat else ""
    console.talk(f"Evidence: {done.path}, sha256 {done.sha256[:12]}{again}")
    tell_head(home)
    here = "" if workspace == HERE else f" -w {workspace}"
    console.talk(f"Next: gainline brief {evidence['plan']['key']}{here}")


def _tell_what_stands_beside(evidence: dict[str, Any]) -> None:
    """The same question asked otherwise, and every raised check with its figures: this is an analyst's view."""
    for other in evidence["companions"]:
        places = _places(other)
        interval = f"{other['low']:+.{places}f} to {other['high']:+.{places}f}"
        figure = f"{other['effect']:+.{places}f} {other['unit']} ({interval})"
        console.talk(f"Beside it: {other['label']}: {figure}; {other['estimand']}")
    raised = [check for check in evidence["checks"] if check["flag"]]
    for check in raised:
        console.talk(f"Check raised: {check['title']}: {check['says']} ({check['found']})")
    quiet = len(evidence["checks"]) - len(raised)
    console.talk(f"{quiet} {'other checks were' if raised else 'checks were made and all'} quiet.")


def _places(estimate: dict[str, Any]) -> int:
    """Decimals that the standard error leaves a meaning to; a share needs more of them than a score."""
    error = float(estimate["std_error"])
    return min(max(1, -floor(log10(error))), MOST_PLACES) if error > 0.0 else MOST_PLACES


def _row(estimate: dict[str, Any]) -> dict[str, Any]:
    names = {"label": "outcome", "role": "role", "effect": "effect", "low": "low", "high": "high", "unit": "unit"}
    figures = {"g": "g", "p": "p", "p_adjusted": "p_adjusted"}
    return {title: estimate[name] for name, title in (names | figures).items()}


def _cells(estimate: dict[str, Any]) -> dict[str, Any]:
    """An estimate as a person reads it."""
    places = _places(estimate)
    return {
        "outcome": f"{estimate['label']} ({estimate['unit']})",
        "effect": f"{estimate['effect']:+.{places}f}",
        "95% interval": f"{estimate['low']:+.{places}f} to {estimate['high']:+.{places}f}",
        "g": f"{estimate['g']:+.2f}",
        "p": "<0.001" if estimate["p"] < 0.001 else f"{estimate['p']:.3f}",
    }


def brief(
    key: Annotated[str, typer.Argument(help="The plan's key.")],
    audience: Annotated[Audience, typer.Option(help="Who reads it; decides what may show.")] = Audience.PUBLIC,
    language: Annotated[str, typer.Option(help="en or es.")] = "en",
    workspace: WorkspaceOption = HERE,
) -> None:
    """Write the brief of an evaluated cycle: one HTML page that needs nothing else.

    It goes to briefs/KEY.html; for another audience or language to briefs/KEY.staff.html, briefs/KEY.es.html and so on.
    Prints the path.
    """
    home = Workspace.open(workspace)
    console.show_text(
        str(write_brief(home, Path(key).name.removesuffix(".toml"), audience=audience, language=language))
    )
    write_index(home)
