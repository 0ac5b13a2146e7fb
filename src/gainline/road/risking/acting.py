"""Act on a risk: report its task as done, or draw the money that was kept for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from gainline.engine.core.errors import Missing, Refused
from gainline.engine.core.refusals import Refusal
from gainline.engine.roadmap.risk import Draw, draw_down
from gainline.road.risking.journal import Journal
from gainline.road.risking.reading import open_file
from gainline.road.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Asked:
    """A draw that somebody asks for: how much, what for, and which decision right approves it."""

    amount: int
    what_for: str
    right: str


def draw(workspace: Workspace, path: Path, key: str, asked: Asked, *, as_of: date) -> int:
    """Draw from a risk's contingency; what is left.

    Raises
    ------
    Refused
        RK026 more than is left, RK027 by a right that may not.
    Missing, DataIssues, Conflict
        No such risk; a register with errors; a journal that goes on after the day.
    """
    opened = open_file(path, workspace_root=workspace.root)
    journal = Journal(workspace, as_of=as_of)
    journal.refuse_the_past()
    new = Draw(key, asked.amount, asked.what_for, as_of, asked.right)
    left = draw_down(opened.register, opened.risk(key), journal.draws(), new)
    if isinstance(left, Refusal):
        raise Refused(f"{left.code}: {left.because}", left.remedy)
    journal.add_draw(new)
    return left


def done(workspace: Workspace, path: Path, key: str, *, by: str, note: str, as_of: date) -> None:
    """Report the open task of a risk as done.

    Raises
    ------
    Missing
        When the risk or an open task of it does not exist.
    DataIssues, Conflict
        As `draw`.
    """
    opened = open_file(path, workspace_root=workspace.root)
    journal = Journal(workspace, as_of=as_of)
    journal.refuse_the_past()
    open_tasks = [task for task in journal.tasks(opened.risk(key).key) if task.done is None]
    if not open_tasks:
        raise Missing(f"no task of {key} is open", "see: gainline risk show")
    journal.add_done(open_tasks[-1], by=by, note=note)
