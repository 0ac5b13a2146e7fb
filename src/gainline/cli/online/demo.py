"""`gainline demo`: the main job from files to decision briefs, then the district as a site, with nothing to prepare."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from gainline.cli import console
from gainline.cli.console import Format
from gainline.cli.online.serving import Address, open_site
from gainline.cli.options import FormatOption
from gainline.engine.core.errors import UserFixable
from gainline.road.showing import Shown, show_k12_online, show_oulad, show_riverbend
from gainline.road.showing.riverbend import SEED

STAGES = {
    "world": "Building Riverbend Unified",
    "autumn": "Importing autumn files",
    "register": "Registering the plans",
    "files": "Importing files",
    "within": "Within the file",
    "summer": "Importing usage and scores",
    "decide": "Evaluating and writing briefs",
}


def demo(
    folder: Annotated[Path, typer.Argument(help="New folder for the demo workspace.")] = Path("demo"),
    oulad: Annotated[
        Path | None, typer.Option(help="Folder of the Open University dataset: do the main job on it instead.")
    ] = None,
    k12: Annotated[
        Path | None, typer.Option(help="Folder of the online science school of dataedu: do the main job on it instead.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the synthetic district.")] = SEED,
    serve: Annotated[
        bool | None,
        typer.Option(
            "--serve/--no-serve",
            help="Then open the district as a site, until Ctrl-C. By default when somebody sits at the terminal.",
        ),
    ] = None,
    port: Annotated[int, typer.Option(help="Port of the site; 0 takes a free one.")] = 8000,
    form: FormatOption = Format.TABLE,
) -> None:
    """Start here: from files to two decision briefs, on a made-up district, then the district as a site.

    Builds the district, imports its files, registers two cycles, evaluates them and writes the briefs; takes a minute.
    With --oulad the same road is walked on ten million real records, with --k12 on those of an online school.

    Example: gainline demo --no-serve
    """
    if oulad and k12:
        raise UserFixable("--oulad and --k12 were both given", "give one of them: each fills its own workspace")
    with console.progress_bars(STAGES) as progress:
        if oulad:
            shown = show_oulad(folder, oulad, progress=progress)
        elif k12:
            shown = show_k12_online(folder, k12, progress=progress)
        else:
            shown = show_riverbend(folder, seed=seed, progress=progress)
    rows = [_row(done.evidence, shown.truth) for done in shown.evaluations]
    console.talk()
    _tell_rows(shown)
    console.talk()
    units = {row["unit"] for row in rows}
    title = f"Verdicts by the registered rules; effects in {' or '.join(sorted(units))}"
    console.show_rows(rows, form=form, title=title, cells=[_cells(row) for row in rows])
    console.talk(f"\nOpen {shown.index.resolve()}")
    console.talk(f"Then look around: gainline status -w {folder}, gainline unmatched -w {folder}, gainline --help")
    if not (oulad or k12):
        _show_site(shown, port, serve=sys.stdout.isatty() if serve is None else serve)


def _show_site(shown: Shown, port: int, *, serve: bool) -> None:
    """The same district in the web application, beside its workspace."""
    home = shown.workspace.with_name(f"{shown.workspace.name}-site")
    if not serve:
        console.talk(f"See it as a site: gainline serve --demo --home {home}")
        return
    console.talk("\nOpening the district as a site ...")
    open_site(home, Address(port=port), demo=True, shown=shown)


def _row(evidence: dict[str, Any], truth: dict[str, Any]) -> dict[str, Any]:
    primary, naive = evidence["estimates"][0], evidence["naive"]
    known = truth.get("tools", {}).get(evidence["plan"]["tool"]["key"])
    true = float(known["outcomes"][primary["outcome"]]["average"]["points"]) if known else None
    return {
        "tool": evidence["plan"]["tool"]["name"],
        "verdict": evidence["verdict"]["word"],
        "effect": primary["effect"],
        "low": primary["low"],
        "high": primary["high"],
        "unit": primary["unit"],
        "truth": true,
        "users_minus_others": naive["effect"] if naive else None,
        "bias_of_that": naive["effect"] - true if naive and true is not None else None,
    }


def _cells(row: dict[str, Any]) -> dict[str, Any]:
    """A verdict as a person reads it."""
    shown = {
        "tool": row["tool"],
        "verdict": row["verdict"],
        "effect": _signed(row["effect"]),
        "95% interval": f"{_signed(row['low'])} to {_signed(row['high'])}",
    }
    wanted = {"truth": "truth", "users_minus_others": "users minus others", "bias_of_that": "bias of that"}
    if row["truth"] is None:  # real records: nobody knows it
        wanted = {"users_minus_others": "users minus others"}
    return shown | {title: "" if row[name] is None else _signed(row[name]) for name, title in wanted.items()}


def _signed(value: float) -> str:
    return f"{round(value, 1) + 0.0:+.1f}"


def _tell_rows(shown: Shown) -> None:
    for report in shown.imports:
        rows = report.rows
        console.talk(
            f"{len(report.files)} file(s): {rows['read']:,} rows read = {rows['loaded']:,} loaded + "
            f"{rows['repaired']:,} repaired and reported + {rows['rejected']:,} rejected with their line."
        )
