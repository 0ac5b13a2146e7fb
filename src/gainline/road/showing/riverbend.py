"""The demo district: two tools, one that helps those ahead and one that does nothing, judged without knowing it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from gainline.engine.core.progress import Progress, silent
from gainline.engine.worlds import INCOMING, build, riverbend, truth, write
from gainline.road.briefing import write_index
from gainline.road.importing import import_files
from gainline.road.showing.story import Shown, decide_all, register_all
from gainline.road.workspace import Workspace

SEED = 2026
AUTUMN, REGISTERED, SUMMER = date(2025, 9, 29), date(2025, 10, 1), date(2026, 6, 8)
LATER = ("results", "lessons", "daily")  # what a district has only after the pilot


def show_riverbend(folder: Path, *, seed: int = SEED, progress: Progress = silent) -> Shown:
    """Build Riverbend Unified, import its autumn files, register two cycles, import the rest, decide and write briefs.

    The salt follows from the seed, as there is nobody to protect here, so that the demo comes out the same everywhere.

    Raises
    ------
    Conflict
        When the folder already holds a workspace.
    """
    progress("world", 0, 1)
    world = build(riverbend(), seed=seed)
    files = write(world, folder / "files")
    progress("world", 1, 1)
    workspace = Workspace.create(
        folder,
        settings_text=(folder / "files" / "gainline.toml").read_text(encoding="utf-8"),
        salt=hashlib.sha256(f"riverbend {seed}".encode()).digest(),
    )
    _copied(folder / "files" / "profiles", workspace.folder("profiles"))
    early, late = _stages(files)
    autumn = import_files(workspace, early, as_of=AUTUMN, progress=_named(progress, "autumn"))
    plans = _copied(folder / "files" / "plans", workspace.folder("plans"))
    register_all(workspace, plans, as_of=REGISTERED, progress=progress)
    summer = import_files(workspace, late, as_of=SUMMER, progress=_named(progress, "summer"))
    evaluations, briefs = decide_all(workspace, plans, as_of=SUMMER, progress=progress)
    return Shown(folder, (autumn, summer), evaluations, briefs, write_index(workspace), truth(world))


def _stages(files: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """The files a district has in autumn, and those that come with the pilot's end; settings and plans are neither."""
    tables = [path for path in files if INCOMING in path.parts]
    packages = {path.parent for path in tables if (path.parent / "manifest.csv").exists()}
    loose = [path for path in tables if path.parent not in packages]
    late = [path for path in loose if any(word in path.name for word in LATER)]
    return [*sorted(packages), *sorted(set(loose) - set(late))], sorted(late)


def _copied(source: Path, target: Path) -> list[Path]:
    for file in sorted(source.glob("*.toml")):
        (target / file.name).write_bytes(file.read_bytes())
    return sorted(target.glob("*.toml"))


def _named(progress: Progress, name: str) -> Progress:
    """Report the files of one import under the name of its stage."""

    def on(stage: str, done: int, total: int) -> None:
        if stage == "files":
            progress(name, done, total)

    return on
