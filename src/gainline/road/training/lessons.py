"""Observed lessons of the lake, each as a percent of its rubric, and the hours of training that stood before them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from statistics import fmean
from typing import Any

from gainline.lake import Reading
from gainline.road.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Lesson:
    """One observed lesson: its day, its section, and the mean of its raters' levels in percent of the rubric."""

    on: date
    section: str | None
    fidelity: float


def lessons_of(workspace: Workspace, *, rubric: str, tool: str | None = None) -> dict[str, Lesson]:
    """Every lesson observed with a rubric, by the id of its observation.

    Parameters
    ----------
    tool
        Lessons with another tool are left out; those with none in particular count.
    """
    with workspace.lake.reading() as reading:
        return _lessons(reading, rubric, tool)


def practice_and_hours(workspace: Workspace, *, rubric: str, tool: str) -> list[tuple[float, float]]:
    """One pair for every teacher with an observed lesson: hours attended before it, and percent of the rubric.

    Means over a teacher's lessons, so that one who was watched often counts once. A section with several teachers
    counts for each. Nobody is named.
    """
    with workspace.lake.reading() as reading:
        lessons = _lessons(reading, rubric, tool).values()
        teachers = _teachers(reading)
        attended = _attended(reading, tool)
    pairs: dict[int, list[tuple[float, float]]] = defaultdict(list)
    for lesson in lessons:
        for person in teachers.get(lesson.section or "", ()):
            hours = sum(hours for on, hours in attended.get(person, ()) if on < lesson.on)
            pairs[person].append((hours, lesson.fidelity))
    return [(fmean(one[0] for one in own), fmean(one[1] for one in own)) for own in pairs.values()]


def _lessons(reading: Reading, rubric: str, tool: str | None) -> dict[str, Lesson]:
    rows: Any = reading.current("observations")
    rows = rows.filter(rows.rubric == rubric, rows.level.notnull(), rows.highest > rows.lowest)
    if tool is not None:
        rows = rows.filter(rows.tool.isnull() | (rows.tool == tool))
    share = (rows.level - rows.lowest) / (rows.highest - rows.lowest) * 100.0
    by = rows.group_by("observation_id")
    found = by.agg(on=rows.observed_on.max(), section=rows.section_id.max(), fidelity=share.mean())
    listed = reading.arrow(found.order_by("observation_id")).to_pylist()
    return {row["observation_id"]: Lesson(row["on"], row["section"], row["fidelity"]) for row in listed}


def _teachers(reading: Reading) -> Mapping[str, list[int]]:
    rows: Any = reading.current("enrollments")
    rows = rows.filter(rows.role == "teacher").select("section_id", "person_key").distinct()
    found: dict[str, list[int]] = defaultdict(list)
    for row in reading.arrow(rows.order_by("section_id", "person_key")).to_pylist():
        found[row["section_id"]].append(row["person_key"])
    return found


def _attended(reading: Reading, tool: str) -> Mapping[int, list[tuple[date, float]]]:
    rows: Any = reading.current("training")
    rows = rows.filter(rows.attended, rows.hours.notnull(), rows.tool.isnull() | (rows.tool == tool))
    found: dict[int, list[tuple[date, float]]] = defaultdict(list)
    for row in reading.arrow(rows.select("person_key", "held_on", "hours")).to_pylist():
        found[row["person_key"]].append((row["held_on"], row["hours"]))
    return found
