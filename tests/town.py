"""A town whose truth a test sets itself: one roster, made once, to which each design brings its own scores and arms."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from gainline.engine.worlds.over_time import TESTS, OverTimeSpec, build_over_time, write_over_time

SCHOOLS = 12
TEST_DAYS = dict(TESTS)
TESTED_ON = date(2025, 9, 12)
LATE = date(2026, 5, 20)


@dataclass(frozen=True)
class Town:
    """Students at the first test and where they were at each; every array has one row per student.

    ``ids`` and ``names`` of the m schools; ``student`` the district's own ids; ``place`` (n, 8) the position of the
    school at each test, -1 for who is gone.
    """

    roster: Path
    ids: tuple[str, ...]
    names: tuple[str, ...]
    student: np.ndarray
    place: np.ndarray
    sheets: Path

    @property
    def home(self) -> np.ndarray:
        """Position of each student's school at the first test."""
        return self.place[:, 0]

    def __len__(self) -> int:
        return len(self.student)


def build_town(folder: Path) -> Town:
    """Write the roster of a district of twelve schools, about 750 tested students."""
    world = build_over_time(OverTimeSpec(schools=SCHOOLS, missing=0.0), seed=3)
    write_over_time(world, folder)
    there = world.place[:, 0] >= 0
    return Town(
        roster=folder / "incoming" / "oneroster",
        ids=tuple(world.schools.ids[:SCHOOLS]),
        names=tuple(world.schools.names[:SCHOOLS]),
        student=np.array(world.students.sis_id[world.rows[there]], dtype=object),
        place=world.place[there],
        sheets=folder,
    )


def write_rows(path: Path, head: Sequence[str], rows: Sequence[Sequence[object]]) -> Path:
    """A CSV file as an office would save it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([head, *rows])
    return path


def write_results(town: Town, path: Path, scores: Mapping[tuple[str, str, date], np.ndarray]) -> Path:
    """Results by (assessment, form, day), each shape ``(n,)``; NaN leaves a student out."""
    rows = [
        (student, town.names[school], assessment, form, f"{score:.3f}", day)
        for (assessment, form, day), column in scores.items()
        for student, school, score in zip(town.student, town.home, column, strict=True)
        if not np.isnan(score)
    ]
    return write_rows(path, ("student_id", "school", "assessment", "form", "score", "taken_on"), rows)


def write_arms(path: Path, pilot: str, unit: str, arms: Mapping[str, str], *, how: str) -> Path:
    """Who is in which arm, by unit id."""
    rows = [(pilot, unit, one, arm, "", how, "2025-09-15") for one, arm in arms.items()]
    return write_rows(path, ("pilot", "unit", "unit_id", "arm", "block", "how", "assigned_on"), rows)


def write_plan(path: Path, value: Mapping[str, Any]) -> Path:
    """A plan as TOML: one key a line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{key} = {_toml(part)}\n" for key, part in value.items()), encoding="utf-8")
    return path


def _toml(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{json.dumps(key)} = {_toml(part)}" for key, part in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_toml(part) for part in value) + "]"
    return json.dumps(value)


def plan_value(key: str, design: Mapping[str, Any], **parts: Any) -> dict[str, Any]:
    """A whole plan about the score `spring`; parts are put in place of its own."""
    value: dict[str, Any] = {
        "format": "gainline-plan/1",
        "key": key,
        "title": f"Does the reading tool help ({key})?",
        "aim": "Every student reads at grade level by the end of grade 5.",
        "question": "Do students with the tool read better than they would without it?",
        "smallest_effect": 2.0,
        "hypothesis": {
            "change": "raise",
            "population": "students in grades 3 to 5",
            "measure": "reading",
            "size": 4.0,
            "by": date(2026, 5, 15),
            "because": "short daily practice at each student's own level",
        },
        "tool": {"key": "reader", "name": "Reader", "minutes_per_week": 30.0},
        "population": {"describe": "students in grades 3 to 5", "grades": ["03", "04", "05"]},
        "comparison": {"tool_arm": "with the tool", "usual_arm": "as usual", "assigned_by": "assignment"},
        "design": dict(design),
        "outcomes": [outcome()],
        "window": {"start": date(2025, 9, 22), "end": date(2026, 5, 1)},
        "decision": {
            "decider": "Curriculum council",
            "adopt_means": "Renew for all schools.",
            "adapt_means": "Renew for one year with support.",
            "stop_means": "Give notice by June 30.",
        },
        "deadline": {"decide_by": date(2026, 6, 16), "because": "the board votes on June 16"},
    }
    return value | parts


def outcome(key: str = "reading", test: str = "reading", form: str = "spring", **parts: Any) -> dict[str, Any]:
    """An outcome from one form of a test; the primary one unless told otherwise."""
    return {
        "key": key,
        "label": key.capitalize(),
        "role": "primary",
        "domain": "literacy",
        "unit": "points",
        "from": {"result": test, "forms": [form]},
    } | parts


def covariate(key: str, test: str, form: str, **parts: Any) -> dict[str, Any]:
    """A covariate from one form of a test."""
    return {"key": key, "label": key.capitalize(), "from": {"result": test, "forms": [form]}} | parts


def ability(town: Town, seed: int) -> tuple[np.random.Generator, np.ndarray]:
    """A generator, and each student's standing in points: schools differ with an SD of 4, students with one of 12."""
    rng = np.random.default_rng(seed)
    school = rng.normal(0.0, 4.0, len(town.ids))
    return rng, 200.0 + school[town.home] + rng.normal(0.0, 12.0, len(town))


def weeks(first: date, count: int, step: int = 7) -> list[tuple[str, date, date]]:
    """Name, first and last day of periods that follow each other."""
    days = [first + timedelta(days=step * place) for place in range(count)]
    return [(f"p{place + 1:02d}", day, day + timedelta(days=step - 1)) for place, day in enumerate(days)]


def copy_of(home: Path, folder: Path) -> Path:
    """A workspace of one's own."""
    shutil.copytree(home, folder)
    return folder
