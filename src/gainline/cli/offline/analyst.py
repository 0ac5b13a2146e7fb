"""`gainline export | synthesize`: the way out for an analyst, and several cycles together."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gainline.cli import console
from gainline.cli.console import Format
from gainline.cli.options import HERE, FormatOption, PurposeOption, UnderOption, WithinOption, WorkspaceOption
from gainline.engine.core.errors import GainlineError
from gainline.engine.privacy.purposes import Purpose
from gainline.road.exporting import export_main_figure
from gainline.road.leaving import Leave
from gainline.road.synthesizing import synthesize_cycles
from gainline.road.workspace import Workspace


def export(
    key: Annotated[str, typer.Argument(metavar="KEY", help="The plan's key.")],
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where to write; made when missing.")],
    under: UnderOption = "",
    purpose: PurposeOption = Purpose.EVALUATION,
    within: WithinOption = "",
    workspace: WorkspaceOption = HERE,
) -> None:
    """Write the analyzed rows and a plain script that redoes the main figure without Gainline.

    The rows are those of single students, without names or ids. They stay with an office of the district, or leave
    under an agreement that covers them, with an entry of disclosure for each student. The export is entered in the
    ledger. Where the main figure is no single regression on rows of students, it is refused.

    Example: gainline export lumen-reading redo --within "Research office"
    """
    done = export_main_figure(Workspace.open(workspace), key, folder, leave=Leave(under, purpose, within))
    stays = f"They stay with {within}." if within else "Each student has an entry of disclosure."
    console.talk(f"{done.students:,} rows, without names or ids. {stays}")
    console.talk("Redo the main figure with: python redo.py (numpy and scipy, nothing of Gainline)")
    console.show_text(str(done.folder))


def synthesize(
    named: Annotated[
        list[str], typer.Argument(metavar="CYCLE", help="Keys of evaluated cycles, or evidence files of others.")
    ],
    workspace: WorkspaceOption = HERE,
    form: FormatOption = Format.TABLE,
) -> None:
    """Say what several pilots show together, as Hedges' g with an interval that is honest for few.

    Studies that do not meet the standards are left out and named. Exits with 11 when they cannot be pooled.

    Example: gainline synthesize lumen-reading ../other-district/evidence/lumen-reading.json
    """
    try:
        home = Workspace.open(workspace)
    except GainlineError:
        home = None
    pooled = synthesize_cycles(home, named)
    found = pooled.synthesis
    rows = [
        {"study": study.name, "g": study.effect, "std_error": study.std_error, "weight": weight, "shrunken": pulled}
        for study, weight, pulled in zip(pooled.studies, found.weights, found.shrunken, strict=True)
    ]
    together = {"study": "together", "g": found.effect, "std_error": found.std_error, "weight": 1.0}
    table = [*rows, {**together, "shrunken": found.effect}]
    cells = [
        {**row, "g": f"{row['g']:+.3f}", "std_error": f"{row['std_error']:.3f}", "weight": f"{row['weight']:.0%}"}
        | {"shrunken": f"{row['shrunken']:+.3f}"}
        for row in table
    ]
    console.show_rows(table, form=form, title=f"Pilots on {pooled.domain}, up is good", cells=cells)
    for title, reason in pooled.left_out:
        console.talk(f"Left out: {title} ({reason})")
    console.talk(f"Mean g {found.effect:+.2f} (95% interval {found.low:+.2f} to {found.high:+.2f}); {found.method}.")
    console.talk(f"A next place: {found.next_low:+.2f} to {found.next_high:+.2f}. {found.says}")
