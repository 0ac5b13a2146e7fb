"""`gainline demo`: the main job from files to decision briefs, with nothing to prepare."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from gainline.cli import console
from gainline.cli.console import Format
from gainline.cli.options import FormatOption
from gainline.road.showing import Shown, show_oulad, show_riverbend
from gainline.road.showing.riverbend import SEED

STAGES = {
    "world": "Building Riverbend Unified",
    "autumn": "Importing autumn files",
    "register": "Registering the plans",
    "files": "Importing files",
    "rows": "Reading rows",
    "summer": "Importing usage and scores",
    "decide": "Evaluating and writing briefs",
}


def demo(
    folder: Annotated[Path, typer.Argument(help="New folder for the demo workspace.")] = Path("demo"),
    oulad: Annotated[
        Path | None, typer.Option(help="Folder of the Open University dataset: do the main job on it instead.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the synthetic district.")] = SEED,
    form: FormatOption = Format.TABLE,
) -> None:
    """Go from a district's files to two decision briefs, on a synthetic district whose truth is known.

    Builds the district, imports its files, registers two cycles, evaluates them and writes the briefs. With --oulad the
    same road is walked on ten million real records.
    """
    with console.progress_bars(STAGES) as progress:
        if oulad:
            shown = show_oulad(folder, oulad, progress=progress)
        else:
            shown = show_riverbend(folder, seed=seed, progress=progress)
    rows = [_row(done.evidence, shown.truth) for done in shown.evaluations]
    console.talk()
    _tell_rows(shown)
    console.show_rows(rows, form=form, title="Verdicts by the registered rules")
    console.talk(f"\nOpen {shown.index.resolve()}")
    console.talk(f"Then look around: gainline status -w {folder}   gainline unmatched -w {folder}   gainline --help")


def _row(evidence: dict[str, Any], truth: dict[str, Any]) -> dict[str, object]:
    primary, naive = evidence["estimates"][0], evidence["naive"] or {}
    known = truth.get("tools", {}).get(evidence["plan"]["tool"]["key"], {})
    row: dict[str, object] = {
        "tool": evidence["plan"]["tool"]["name"],
        "verdict": evidence["verdict"]["word"],
        "effect": f"{primary['effect']:+.1f} {primary['unit']}",
        "95% interval": f"{primary['low']:+.1f} to {primary['high']:+.1f}",
        "users minus others": f"{naive['effect']:+.1f}" if naive else "",
    }
    if known:
        true = float(known["outcomes"][primary["outcome"]]["average"]["points"])
        row["truth"] = f"{true:+.1f}"
        row["bias of that figure"] = f"{naive['effect'] - true:+.1f}" if naive else ""
    return row


def _tell_rows(shown: Shown) -> None:
    for report in shown.imports:
        rows = report.rows
        console.talk(
            f"{len(report.files)} files: {rows['read']:,} rows read = {rows['loaded']:,} loaded + "
            f"{rows['repaired']:,} repaired and reported + {rows['rejected']:,} rejected with their line."
        )
