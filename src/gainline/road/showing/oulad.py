"""The main job on real records: the Open University's learning analytics dataset, all of it."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

from gainline.engine.core.progress import Progress, silent
from gainline.engine.worlds import OULAD_PLAN, plan_text
from gainline.road.briefing import write_index
from gainline.road.importing import import_files
from gainline.road.showing.story import Shown, decide_all, register_all
from gainline.road.workspace import Workspace

SETTINGS = '[district]\nname = "The Open University (OULAD)"\ntime_zone = "Europe/London"\n'
READ_ON = date(2026, 6, 8)


def show_oulad(folder: Path, dataset: Path, *, progress: Progress = silent) -> Shown:
    """Import the whole dataset, register the quiz-practice plan, evaluate it and write the brief.

    The records lie years back, so that the plan is registered before this workspace has looked at them, not before they
    were made; the brief says so. The salt is fixed, because the dataset's ids are public already.

    Raises
    ------
    Conflict
        When the folder already holds a workspace.
    """
    workspace = Workspace.create(folder, settings_text=SETTINGS, salt=hashlib.sha256(b"oulad").digest())
    plan = workspace.folder("plans") / f"{OULAD_PLAN}.toml"
    plan.write_text(plan_text(OULAD_PLAN), encoding="utf-8")
    register_all(workspace, [plan], as_of=READ_ON, progress=progress)
    report = import_files(workspace, [dataset], as_of=READ_ON, progress=progress)
    evaluations, briefs = decide_all(workspace, [plan], as_of=READ_ON, progress=progress)
    return Shown(folder, (report,), evaluations, briefs, write_index(workspace), {})
