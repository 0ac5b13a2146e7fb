"""What the vendors logged: Lumen Reading lesson by lesson, Math Quest day by day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gainline.engine.worlds.draws import Days, Flags, Floats, Ints, day, stream
from gainline.engine.worlds.people import Students
from gainline.engine.worlds.spec import WorldSpec

LESSON_MINUTES = 18.0
LESSONS = 80  # lessons in Lumen Reading's catalogue


@dataclass(frozen=True, slots=True)
class Lessons:
    """Completed lessons ordered by student and day; every array has the shape (n_lessons,)."""

    student: Ints
    on: Days
    lesson: Ints
    minutes: Ints
    score: Ints  # percent
    by_teacher: Flags

    def __len__(self) -> int:
        return len(self.student)


@dataclass(frozen=True, slots=True)
class DailyUse:
    """Minutes a day in Math Quest, ordered by student and day; every array has the shape (n_days,)."""

    student: Ints
    on: Days
    minutes: Ints

    def __len__(self) -> int:
        return len(self.student)


def school_weeks(spec: WorldSpec) -> Days:
    """Mondays of the weeks of the use window in which school is held."""
    calendar = spec.calendar
    mondays = np.arange(day(calendar.use_start), day(calendar.use_end), np.timedelta64(7, "D"))
    return mondays[~np.isin(mondays, [day(off) for off in calendar.no_school])]


def _sessions(spec: WorldSpec, rate: Floats, spans: tuple[Days, Days], rng: np.random.Generator) -> tuple[Ints, Days]:
    """Student and day of sessions that come at a weekly rate inside each student's span, ordered by both."""
    weeks = school_weeks(spec)
    # Use starts eagerly, sags in winter and picks up before the test.
    season = 1.05 - 0.25 * np.sin(np.pi * np.arange(len(weeks)) / len(weeks))
    counts = rng.poisson(rate[:, None] * season[None, :])
    student = np.repeat(np.arange(len(rate)), counts.sum(axis=1))
    week = np.repeat(np.tile(np.arange(len(weeks)), len(rate)), counts.ravel())
    on = weeks[week] + rng.integers(0, 5, len(student)).astype("timedelta64[D]")
    inside = (on >= spans[0][student]) & (on <= spans[1][student])
    student, on = student[inside], on[inside]
    order = np.lexsort((on, student))
    return student[order], on[order]


def lumen_lessons(spec: WorldSpec, students: Students, minutes: Floats, spans: tuple[Days, Days], seed: int) -> Lessons:
    """Lessons of the students who had the tool, from each student's own weekly minutes."""
    rng = stream(seed, "lumen lessons")
    student, on = _sessions(spec, minutes / LESSON_MINUTES, spans, rng)
    n = len(student)
    spent = np.maximum(2, np.round(rng.gamma(9.0, LESSON_MINUTES / 9.0, n))).astype(np.int64)
    skill = 74.0 + 9.0 * students.reading[student] + rng.normal(0.0, 13.0, n)
    starts = np.searchsorted(student, student)  # first lesson of the same student: the catalogue is walked in order
    lesson = ((students.grade[student] - 3) * 12 + np.arange(n) - starts) % LESSONS
    return Lessons(student, on, lesson, spent, np.clip(np.round(skill), 0, 100).astype(np.int64), rng.random(n) < 0.12)


def quest_days(spec: WorldSpec, students: Students, has_tool: Flags, spans: tuple[Days, Days], seed: int) -> DailyUse:
    """Days in Math Quest: nearly everybody in volunteered sections, and a few others who found it at home."""
    rng = stream(seed, "quest days")
    n = len(students)
    uses = np.where(has_tool, rng.random(n) < 0.93, (students.math_section >= 0) & (rng.random(n) < 0.03))
    rate = np.where(uses, rng.gamma(4.0, 0.5, n) * np.exp(0.15 * students.motivation), 0.0) * np.where(
        has_tool, 1.0, 0.3
    )
    student, on = _sessions(spec, rate, spans, rng)
    first_of_day = np.ones(len(student), dtype=np.bool_)
    first_of_day[1:] = (student[1:] != student[:-1]) | (on[1:] != on[:-1])
    spent = np.maximum(1, np.round(rng.gamma(4.0, 5.0, len(student)))).astype(np.int64)
    total = np.add.reduceat(spent, np.flatnonzero(first_of_day)) if len(spent) else spent
    return DailyUse(student[first_of_day], on[first_of_day], total)
