"""What a showing leaves behind: the briefs to open and the figures to check them by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from gainline.engine.core.progress import Progress
from gainline.road.briefing import write_brief
from gainline.road.evaluating import Evaluation, evaluate_plan
from gainline.road.importing import ImportReport
from gainline.road.registering import register_plan
from gainline.road.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Shown:
    """The end of a showing.

    Parameters
    ----------
    workspace
        The folder that now holds everything.
    imports
        What became of the rows, one report per stage.
    evaluations
        One per cycle.
    briefs
        One page per cycle.
    index
        The page to open first.
    truth
        What is known to be true, for a synthetic district; empty for real records.
    """

    workspace: Path
    imports: tuple[ImportReport, ...]
    evaluations: tuple[Evaluation, ...]
    briefs: tuple[Path, ...]
    index: Path
    truth: dict[str, Any]


def register_all(workspace: Workspace, plans: Sequence[Path], *, as_of: date, progress: Progress) -> None:
    """Lock every plan, before the outcomes are in the lake."""
    for number, plan in enumerate(plans):
        progress("register", number, len(plans))
        register_plan(workspace, plan, as_of=as_of)
    progress("register", len(plans), len(plans))


def decide_all(
    workspace: Workspace, plans: Sequence[Path], *, as_of: date, progress: Progress
) -> tuple[tuple[Evaluation, ...], tuple[Path, ...]]:
    """Evaluate every registered plan and write its brief."""
    evaluations, briefs = [], []
    for number, plan in enumerate(plans):
        progress("decide", number, len(plans))
        evaluations.append(evaluate_plan(workspace, plan, as_of=as_of))
        briefs.append(write_brief(workspace, plan.stem))
    progress("decide", len(plans), len(plans))
    return tuple(evaluations), tuple(briefs)
