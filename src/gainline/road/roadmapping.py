"""The verbs of the roadmap: read a file, date it, and hand over rows that people and programs read."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from gainline.engine.core.errors import DataIssues, Missing, Refused, UserFixable
from gainline.engine.core.issues import Issue, has_errors
from gainline.engine.core.refusals import Refusal
from gainline.engine.roadmap import Effort, Found, Plan, Roadmap, check_plan, margins, plan_dates, read_roadmap
from gainline.engine.roadmap.solving import Listener, unheard

Row = dict[str, str | int | bool | None]


@dataclass(frozen=True, slots=True)
class Read:
    """A roadmap's file with what is wrong with it; no roadmap where an issue is an error of the text or a name."""

    roadmap: Roadmap | None
    issues: list[Issue]


def read_file(path: Path) -> Read:
    """Read a roadmap's file and check what can be checked without solving.

    Raises
    ------
    Missing
        When there is no such file.
    UserFixable
        When it is no text in UTF-8.
    """
    if not path.is_file():
        raise Missing(f"there is no file {path}", "name the roadmap's TOML file")
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as fault:
        raise UserFixable(f"{path} is no text in UTF-8", "save it as UTF-8") from fault
    return Read(*read_roadmap(text, file=path.name))


def solve_file(path: Path, effort: Effort, on_found: Listener = unheard) -> tuple[Roadmap, Plan]:
    """Date a roadmap; the plan has passed the independent checker.

    Raises
    ------
    DataIssues
        When the file has errors; `gainline roadmap check` says them.
    Refused
        When no plan keeps every rule (RM020) or none was found (RM021).
    """
    read = read_file(path)
    if read.roadmap is None or has_errors(read.issues):
        raise DataIssues("the roadmap has errors", f"see them with: gainline roadmap check {path}")
    plan = plan_dates(read.roadmap, effort, on_found)
    if isinstance(plan, Refusal):
        raise Refused(f"{plan.code}: {plan.because}", plan.remedy)
    if broken := check_plan(read.roadmap, plan.dates):
        raise RuntimeError(f"the solver's plan breaks {broken[0]}")  # a defect of ours: never handed out
    return read.roadmap, plan


def plan_rows(roadmap: Roadmap, plan: Plan) -> list[Row]:
    """One row per activity, by start: its dates and what of them is still free."""
    free = margins(roadmap)
    rows: list[Row] = []
    for activity in sorted(roadmap.activities, key=lambda a: (plan.dates[a.key].start, a.key)):
        dates = plan.dates[activity.key]
        rows.append(
            {
                "activity": activity.key,
                "kind": activity.kind.value,
                "school": activity.school,
                "wave": activity.wave,
                "start": dates.start.isoformat(),
                "finish": dates.finish.isoformat(),
                "latest_start": str(free[activity.key].latest),
                "owner": activity.owner,
                "cost": activity.cost,
            }
        )
    return rows


def roadmap_rows(roadmap: Roadmap) -> list[Row]:
    """One row per activity as the file means it, with its earliest and latest start."""
    free = margins(roadmap)
    return [
        {
            "activity": activity.key,
            "kind": activity.kind.value,
            "school": activity.school,
            "wave": activity.wave,
            "weeks": activity.weeks,
            "earliest_start": _shown(free[activity.key].earliest),
            "latest_start": _shown(free[activity.key].latest),
            "owner": activity.owner,
        }
        for activity in roadmap.activities
    ]


def _shown(day: object) -> str | None:
    return None if day is None else str(day)


def said(found: Found) -> str:
    """What a stage has reached, in a sentence that never says more than is proved."""
    if found.stage == "first plan":
        return f"First plan: done after {found.value} working weeks."
    what = "finish" if found.stage == "finish" else "early go-lives"
    unit = " working weeks" if found.stage == "finish" else ""
    if found.proved:
        return f"Best {what}: {found.value:,}{unit}, proved."
    most = math.ceil(found.gap * 1000) / 1000  # rounded up: to say less would be to say more than is proved
    return f"Best {what} so far: {found.value:,}{unit}; no plan can be more than {most:.1%} better."
