"""Export: the rows and a plain script with which anyone can redo the main figure without Gainline."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from gainline.engine.core.context import RunContext
from gainline.engine.core.errors import Refused
from gainline.engine.core.refusals import Refusal
from gainline.engine.core.spreadsheet import csv_text
from gainline.engine.evidence import Frame
from gainline.engine.evidence.analysis import Analysis
from gainline.engine.evidence.designs.randomized import FROM_DRAW
from gainline.engine.evidence.estimate import regress
from gainline.engine.evidence.evaluate import analyze_primary
from gainline.engine.evidence.sample import TOOL, Sample
from gainline.engine.indicators import load_catalogue
from gainline.engine.pilots.plan import Plan, Source
from gainline.engine.privacy import Audience
from gainline.engine.privacy.catalog import catalogue
from gainline.engine.privacy.rows import release_rows
from gainline.road.briefing import read_evidence
from gainline.road.framing import build_frame
from gainline.road.leaving import THE_ROWS, Gone, Leave, ask, enter
from gainline.road.piloting.assigning import recorded_for
from gainline.road.registering import registration_of
from gainline.road.sharing import EXPORTED
from gainline.road.workspace import Workspace

SCRIPT, ROWS, EXPECTED = "redo.py", "rows.csv", "expected.json"
PARTS = ("effect", "std_error", "df", "low", "high")
_EQUAL = 1e-6  # relative, as in the script
_ELSEWHERE = "use the evidence document, whose tables gl.open_district(...).evaluate(...).table(...) gives"
_NOTE = (
    "Rows of single students, without names or ids. They stay with the district's analyst.\n\n"
    "    python redo.py\n\n"
    "computes the main figure again from rows.csv, by the textbook, and holds it against expected.json.\n"
    "It needs numpy and scipy, and nothing of Gainline.\n"
)


@dataclass(frozen=True, slots=True)
class Redo:
    """Where the export lies, and what the script must find."""

    folder: Path
    students: int
    expected: dict[str, float]


def export_main_figure(workspace: Workspace, key: str, folder: Path, *, leave: Leave) -> Redo:
    """Write the analyzed rows of the primary outcome, a plain script, and what it must find.

    The frame is built again from the snapshot that the evidence names, and the export is entered in the ledger; where
    it leaves the district, each student gets an entry of disclosure first.

    Parameters
    ----------
    leave
        Under which agreement the rows leave, or which office of the district keeps them.

    Raises
    ------
    Missing
        When the cycle is not registered or not evaluated.
    UserFixable
        PR094 as `leaving.ask`.
    Refused
        PR080, PR081 or PR093 as `leaving.ask`.
        When the main figure is no single regression on rows of students, so that the script would not find it; or when
        no honest estimate exists any more.
    """
    evidence = read_evidence(workspace, key)
    plan, frame = frame_of(workspace, key, snapshot=evidence["provenance"]["snapshot"])
    context = RunContext(as_of=_day(evidence), seed=evidence["provenance"]["seed"])
    found = analyze_primary(plan, frame, ctx=context)
    if isinstance(found, Refusal):
        raise Refused(f"{found.code} {found.because}", found.remedy)
    sample = _redoable(plan, found)
    expected = {part: float(evidence["estimates"][0][part]) for part in PARTS}
    _refuse_unequal(sample, expected)
    rows = release_rows(_columns(sample), audience=Audience.ANALYST)
    if isinstance(rows, Refusal):
        raise Refused(f"{rows.code} {rows.because}", rows.remedy)
    elements = _elements(plan)
    to = ask(workspace, leave, elements, on=workspace.today())
    people = frozenset(int(one) for one in frame.keys[sample.rows])
    enter(workspace, leave, to, Gone(THE_ROWS, elements, people), on=workspace.today())
    _write(folder, rows.head, rows.rows, expected)
    payload = {"key": key, "students": len(rows.rows), "what": THE_ROWS, "to": to}
    workspace.ledger.append(EXPORTED, payload, on=context.as_of)
    return Redo(folder, len(rows.rows), expected)


def _elements(plan: Plan) -> tuple[str, ...]:
    """What the rows say about students, in elements of the schedule of data."""
    sources = [plan.primary.source, *(one.source for one in plan.covariates)]
    return tuple(sorted({"program", *map(_element, sources)} - {"none"}))


def _element(source: Source) -> str:
    if source.field is not None:
        return str(catalogue().of_lake("students", source.field).kind.element.key)
    if source.attribute is not None:
        return "other-demographic"
    return "use" if source.indicator is not None else "test-score"


def _redoable(plan: Plan, found: Analysis) -> Sample:
    """The sample behind a main figure that one weighted regression with CR2 gives."""
    if found.sample is None:
        raise Refused("a design over time has no single row per student, and its figure is no regression", _ELSEWHERE)
    if plan.design.kind == "cutoff":
        raise Refused(
            "the jump at a cutoff is corrected for bias by a second, wider fit; one regression on the rows near the"
            " cutoff gives another figure",
            _ELSEWHERE,
        )
    if FROM_DRAW in dict(found.estimate.diagnostics):
        raise Refused(
            "with so few units the interval comes from re-drawing the assignment, which no regression on rows gives",
            _ELSEWHERE,
        )
    if "imputed" in found.estimate.method:
        raise Refused(
            "missing covariates were imputed many times and the estimates pooled, so no one table gives the figure",
            'export a cycle registered with missing = "complete_case" or "baseline_indicator"; or ' + _ELSEWHERE,
        )
    return found.sample


def _refuse_unequal(sample: Sample, expected: dict[str, float]) -> None:
    """Do not write a script of which we know that it would not find the figure."""
    again = regress(sample)
    if not isinstance(again, Refusal):
        effect = again.effect
        low, high = effect.estimate - effect.half_width, effect.estimate + effect.half_width
        found = dict(zip(PARTS, (effect.estimate, effect.std_error, effect.df, low, high), strict=True))
        if all(abs(found[part] - expected[part]) <= _EQUAL * max(abs(expected[part]), 1e-12) for part in PARTS):
            return
    raise Refused(
        "a plain regression on the rows does not give the main figure: the engine or the ledger changed since it was"
        " evaluated",
        "evaluate the plan again, then export",
    )


def frame_of(workspace: Workspace, key: str, *, snapshot: str | None = None) -> tuple[Plan, Frame]:
    """The registered plan with its amendments, and its frame from one snapshot (the head by default)."""
    plan = Plan.model_validate(registration_of(workspace, key).current_plan())
    catalogue, _ = load_catalogue([workspace.folder("indicators")])
    at = workspace.lake.snapshot(snapshot) if snapshot else workspace.lake.head()
    with workspace.lake.reading(at, cycle=key) as reading:
        return plan, build_frame(plan, reading, catalogue, assignment=recorded_for(workspace, plan)).frame


def _day(evidence: dict[str, Any]) -> date:
    return date.fromisoformat(evidence["provenance"]["as_of"])


def _columns(sample: Sample) -> dict[str, list[float]]:
    """What the regression used, column by column; clusters as numbers in an order that says nothing."""
    order = np.argsort(np.bincount(sample.clusters), kind="stable")
    code = np.empty(len(order))
    code[order] = np.arange(len(order))
    columns = {
        "outcome": sample.y,
        TOOL: sample.tool.astype(float),
        "cluster": code[sample.clusters],
        "weight": sample.weights,
    }
    names = [name for name in sample.others.names if name != "intercept"]
    kept = {name: sample.others.matrix[:, sample.others.names.index(name)] for name in names}
    return {name: column.tolist() for name, column in {**columns, **kept}.items()}


def _write(folder: Path, head: tuple[str, ...], rows: tuple[tuple[str, ...], ...], expected: dict[str, float]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder / ROWS, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", newline="", encoding="utf-8") as file:
        file.write(csv_text([head, *rows], line_end="\r\n"))
    (folder / EXPECTED).write_text(json.dumps(expected, indent=2) + "\n", encoding="utf-8")
    script = resources.files("gainline.road").joinpath("redo.txt").read_text(encoding="utf-8")
    (folder / SCRIPT).write_text(script, encoding="utf-8")
    (folder / "README.txt").write_text(_NOTE, encoding="utf-8")
