"""A district opened in a notebook: import, register, evaluate, and look."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa

from gainline.engine.evidence import Frame
from gainline.engine.pilots import Registration
from gainline.notebook.answer import Answer
from gainline.notebook.bar import bar
from gainline.road.evaluating import evaluate_plan
from gainline.road.exporting import frame_of
from gainline.road.importing import ImportReport, import_files
from gainline.road.registering import register_plan
from gainline.road.workspace import Workspace

Day = date | str | None


@dataclass(frozen=True, slots=True)
class District:
    """A district's workspace with the verbs of the main job as methods.

    Parameters
    ----------
    workspace
        The folder behind it; the terminal works on the same one.
    """

    workspace: Workspace

    def import_files(self, *paths: str | Path, as_of: Day = None) -> ImportReport:
        """Read files or folders into the lake; every row is accounted for in what comes back.

        Raises
        ------
        Missing
            When a path does not exist.
        """
        with bar() as progress:
            return import_files(self.workspace, [Path(p) for p in paths], as_of=day(as_of), progress=progress)

    def register(self, plan: str | Path, *, as_of: Day = None) -> Registration:
        """Lock a plan, by its file or its key in the workspace's plans.

        Raises
        ------
        DataIssues, Conflict
            See `road.registering.register_plan`.
        """
        return register_plan(self.workspace, self.workspace.plan_path(Path(plan)), as_of=day(as_of))

    def evaluate(self, plan: str | Path, *, seed: int | None = None, as_of: Day = None) -> Answer:
        """Run what was registered, write the evidence document and give the answer.

        Raises
        ------
        Refused
            When no honest answer exists; the message says what would make one possible.
        Missing
            When the plan was never registered.
        """
        path = self.workspace.plan_path(Path(plan))
        on = None if as_of is None else day(as_of)
        with bar() as progress:
            done = evaluate_plan(self.workspace, path, seed=seed, as_of=on, progress=progress)
        return Answer(done.evidence, done.sha256, self.workspace)

    def frame(self, key: str) -> Frame:
        """The frame of a registered plan, for an analyst's own looks; rows of students under pseudonyms."""
        return frame_of(self.workspace, key)[1]

    def table(self, name: str) -> pa.Table:
        """One canonical table as it stands now: the latest row per key where the table has one."""
        with self.workspace.lake.reading() as reading:
            return reading.arrow(reading.current(name))

    def _repr_html_(self) -> str:
        """What a notebook shows: the tables and how many rows they hold."""
        tables = self.workspace.lake.head().tables
        rows = "".join(f"<tr><td>{table.name}</td><td>{table.rows:,}</td></tr>" for table in tables)
        head = "<thead><tr><th>table</th><th>rows</th></tr></thead>"
        return f"<table>{head}<tbody>{rows}</tbody></table>"


def open_district(folder: str | Path) -> District:
    """Open a workspace that exists, or make one in an empty or absent folder.

    Raises
    ------
    UserFixable
        When the folder's settings cannot be read.
    """
    root = Path(folder)
    is_new = not (root / "gainline.toml").exists()
    return District(Workspace.create(root) if is_new else Workspace.open(root))


def day(value: Day) -> date:
    """The day that a caller names, as a date or as YYYY-MM-DD; today without one."""
    if value is None:
        return datetime.now(tz=UTC).astimezone().date()
    return value if isinstance(value, date) else date.fromisoformat(value)
