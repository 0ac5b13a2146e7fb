"""`gainline evaluate | brief`: from a registered plan to the page that is decided on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gainline.cli import console
from gainline.cli.console import Format
from gainline.cli.options import HERE, AsOfOption, FormatOption, WorkspaceOption, day
from gainline.engine.privacy import Audience
from gainline.road.briefing import write_brief, write_index
from gainline.road.evaluating import evaluate_plan
from gainline.road.workspace import Workspace

STAGES = {"frame": "Reading the records", "estimates": "Estimating", "draws": "Randomization draws"}


def evaluate(
    path: Annotated[Path, typer.Argument(help="The registered plan's TOML file.")],
    workspace: WorkspaceOption = HERE,
    snapshot: Annotated[str | None, typer.Option(help="Snapshot id; the one that stands now by default.")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed; follows from the registration by default.")] = None,
    as_of: AsOfOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Run what was registered on a snapshot and write the evidence document (evidence/KEY.json).

    The same registration, snapshot and seed give the same bytes. Exits with 11 when no honest answer exists.
    """
    home = Workspace.open(workspace)
    with console.progress_bars(STAGES) as progress:
        done = evaluate_plan(
            home, path, snapshot_id=snapshot, seed=seed, as_of=day(as_of) if as_of else None, progress=progress
        )
    evidence = done.evidence
    if form is Format.JSON:
        console.show_json(evidence)
        return
    console.show_rows([_row(e) for e in evidence["estimates"]], form=form, title="Registered outcomes, tool - usual")
    for deviation in evidence["deviations"]:
        console.talk(f"Deviation: {deviation['path']}: registered {deviation['registered']}, now {deviation['now']}")
    console.talk(f"\nRating: {evidence['rating']['label']}")
    console.talk(f"Verdict by the registered rule: {evidence['verdict']['word']}. {evidence['verdict']['because']}")
    again = " (same as before)" if done.is_repeat else ""
    console.talk(f"Evidence: {done.path}  sha256 {done.sha256[:12]}{again}")


def _row(estimate: dict[str, object]) -> dict[str, object]:
    names = {"label": "outcome", "effect": "effect", "unit": "unit", "low": "from", "high": "to", "g": "g", "p": "p"}
    return {title: estimate[name] for name, title in names.items()}


def brief(
    key: Annotated[str, typer.Argument(help="The plan's key.")],
    workspace: WorkspaceOption = HERE,
    audience: Annotated[Audience, typer.Option(help="Who reads it; decides what may show.")] = Audience.PUBLIC,
    language: Annotated[str, typer.Option(help="en or es.")] = "en",
) -> None:
    """Write the brief of an evaluated cycle: one self-contained HTML page (briefs/KEY.html)."""
    home = Workspace.open(workspace)
    console.show_text(str(write_brief(home, key, audience=audience, language=language)))
    write_index(home)
