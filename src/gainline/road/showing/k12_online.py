"""The main job on a real school: an online science school's gradebook, course minutes and motivation survey."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

from gainline.engine.core.progress import Progress, silent
from gainline.engine.worlds import K12_PLAN, plan_text
from gainline.road.briefing import write_index
from gainline.road.importing import import_files
from gainline.road.showing.story import Shown, decide_all, register_all
from gainline.road.workspace import Workspace

SETTINGS = '[district]\nname = "Online science school (dataedu)"\ntime_zone = "America/New_York"\n'
READ_ON = date(2026, 6, 8)


def show_k12_online(folder: Path, dataset: Path, *, progress: Progress = silent) -> Shown:
    """Import the three tables, register the plan on time in the course site, evaluate it and write the brief.

    The records lie years back, so that the plan is registered before this workspace has looked at them, not before they
    were made; the brief says so. The salt is fixed, because the data set's ids are public already.

    Raises
    ------
    Conflict
        When the folder already holds a workspace.
    """
    workspace = Workspace.create(folder, settings_text=SETTINGS, salt=hashlib.sha256(b"k12 online").digest())
    plan = workspace.folder("plans") / f"{K12_PLAN}.toml"
    plan.write_text(plan_text(K12_PLAN), encoding="utf-8")
    register_all(workspace, [plan], as_of=READ_ON, progress=progress)
    report = import_files(workspace, [dataset], as_of=READ_ON, progress=progress)
    evaluations, briefs = decide_all(workspace, [plan], as_of=READ_ON, progress=progress)
    return Shown(folder, (report,), evaluations, briefs, write_index(workspace), {})
