"""`gainline calibrate`: districts whose truth is known, to see how often the engine is right."""

from __future__ import annotations

from math import isnan
from pathlib import Path
from typing import Annotated, Any

import typer

from gainline.cli import console
from gainline.cli.console import Format
from gainline.cli.options import FormatOption
from gainline.engine.worlds.calibration.cells import WORLDS
from gainline.engine.worlds.calibration.summary import Figure, Summary
from gainline.road.calibrating import SEED, Calibration, Run, Through, chosen
from gainline.road.calibrating import calibrate as run_worlds

STAGES = {"worlds": "Worlds"}
_SHOWN = {
    "coverage": "coverage",
    "bias": "bias, SD",
    "rejection": "rejects",
    "adopt": "adopt",
    "stop": "stop",
    "not enough evidence": "not enough",
    "naive bias": "naive bias",
    "naive coverage": "naive coverage",
    "naive adopt": "naive adopt",
}


def calibrate(
    cell: Annotated[
        list[str] | None, typer.Option("--cells", help="Cell, or the beginning of several as in 'lot-*'; repeat; all.")
    ] = None,
    worlds: Annotated[int, typer.Option(min=1, help="Worlds per cell.")] = WORLDS,
    seed: Annotated[int, typer.Option(min=0, help="World w is made from seed + w in every cell.")] = SEED,
    through: Annotated[
        Through, typer.Option(help="Evaluate frames, or walk the whole road from files to verdict: the same digits.")
    ] = Through.FRAMES,
    jobs: Annotated[int, typer.Option(min=1, help="Processes; the rows do not depend on it.")] = 2,
    out: Annotated[
        Path | None, typer.Option(help="File of JSON lines, one per world; a stopped run goes on from it.")
    ] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Run districts whose truth is known, and say how often the engine is right.

    Prints, for each kind of district: coverage of the 95 % intervals, bias, how often an effect is claimed (an error
    where there is none, power where there is one), the shares of verdicts, and what users against the others would
    have said. Then, in words, which bars are met and which are not. All cells take about an hour on two cores.
    """
    wanted = chosen(cell or [])
    with console.progress_bars(STAGES) as progress:
        found = run_worlds(wanted, Run(worlds, seed, through, jobs, out), progress=progress)
    if form is Format.JSON:
        console.show_json({"versions": list(found.versions), "cells": [_value(one) for one in found.summaries]})
        return
    title = "Known worlds, judged; effects in SD of the outcome, Monte Carlo errors in brackets"
    console.show_rows(
        [_row(one) for one in found.summaries], form=form, title=title, cells=[_cells(one) for one in found.summaries]
    )
    _tell(found)


def _value(summary: Summary) -> dict[str, Any]:
    figures = [
        {
            "figure": figure.name,
            "value": None if isnan(figure.value) else figure.value,
            "error": None if isnan(figure.error) else figure.error,
            "bar": None if figure.bar is None else _within(figure),
            "met": figure.met,
        }
        for figure in summary.figures
    ]
    refused = dict(summary.refused)
    named = {"cell": summary.cell.key, "says": summary.cell.says, "worlds": summary.worlds, "refused": refused}
    return named | {"figures": figures}


def _row(summary: Summary) -> dict[str, Any]:
    found = {figure.name: figure.value for figure in summary.figures}
    shown = {name.replace(" ", "_"): found.get(name) for name in _SHOWN}
    refused = sum(count for _, count in summary.refused)
    return {"cell": summary.cell.key, "worlds": summary.worlds, "refused": refused} | shown


def _cells(summary: Summary) -> dict[str, Any]:
    """A cell's line as a person reads it."""
    refused = sum(count for _, count in summary.refused)
    shown: dict[str, Any] = {"cell": summary.cell.key, "worlds": summary.worlds, "refused": refused}
    for name, title in _SHOWN.items():
        figure = summary.figure(name)
        shown[title] = "" if figure is None else _read(figure)
    return shown


def _read(figure: Figure) -> str:
    sign = "+" if "bias" in figure.name else ""
    return f"{round(figure.value, 3) + 0.0:{sign}.3f} ({figure.error:.3f})"


def _tell(found: Calibration) -> None:
    """Every bar in words, those that are not met first."""
    held = [(summary, figure) for summary in found.summaries for figure in summary.figures if figure.bar]
    missed = [(summary, figure) for summary, figure in held if not figure.met]
    console.talk(f"\n{len(held) - len(missed)} of {len(held)} bars are met.")
    for summary, figure in missed:
        console.talk(f"Not met: {_sentence(summary, figure)}")
    for summary, figure in held:
        if figure.met:
            console.talk(f"Met: {_sentence(summary, figure)}")
    for summary in found.summaries:
        for code, count in summary.refused:
            console.talk(f"{summary.cell.key}: {count} of {summary.worlds} worlds refused with {code}")
    if len(found.versions) > 1:
        console.talk(f"The rows come from {len(found.versions)} versions of the code: run again into a new file.")


def _sentence(summary: Summary, figure: Figure) -> str:
    if isnan(figure.value):
        return f"{summary.cell.key}: {figure.name} could not be computed; asked for {_within(figure)}"
    close = "" if figure.settled else "; too close to the bar for so many worlds"
    return f"{summary.cell.key}: {figure.name} {_read(figure)}, asked for {_within(figure)}{close}"


def _within(figure: Figure) -> str:
    bar = figure.bar
    if bar is None:
        return "nothing"
    if bar.least == float("-inf"):
        return f"at most {bar.most:g}"
    if bar.most == float("inf"):
        return f"at least {bar.least:g}"
    return f"{bar.least:g} to {bar.most:g}"
