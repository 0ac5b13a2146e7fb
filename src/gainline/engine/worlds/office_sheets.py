"""What the district office keeps: test results, contracts, licenses and who was put into which arm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from gainline.engine.worlds.draws import NEVER, Flags, Floats, Ints, stream, weekdays_from
from gainline.engine.worlds.people import Students
from gainline.engine.worlds.pilots import LUMEN, QUEST
from gainline.engine.worlds.places import Schools, Sections
from gainline.engine.worlds.sheets import Planted, Sheet, choose, iso_days, lines_of, sheet
from gainline.engine.worlds.spec import WorldSpec


@dataclass(frozen=True, slots=True)
class Sitting:
    """One window of one assessment: whole points per student, NaN for who did not sit it."""

    assessment: str
    form: str
    start: date
    scores: Floats


def results_sheet(path: str, students: Students, schools: Schools, sittings: Sequence[Sitting], seed: int) -> Sheet:
    """A results export in the generic layout; a few scores are blank and a few numbers belong to nobody here."""
    rng = stream(seed, f"results {path}")
    rows = [np.flatnonzero(~np.isnan(sitting.scores)) for sitting in sittings]
    student = np.concatenate(rows)
    n = len(student)
    numbers = choose(students.sis_id, student)
    scores = np.concatenate([s.scores[r] for s, r in zip(sittings, rows, strict=True)])
    cells = np.array([f"{score:g}" for score in scores], dtype=object)
    picked = rng.choice(n, size=min(8, n), replace=False)
    blank, strange = picked[: len(picked) // 2], picked[len(picked) // 2 :]
    cells[blank] = ""
    # A blank takes the score away; a strange number takes the student's whole row away. Both are few by design.
    numbers[strange] = [f"9{i:06d}" for i in range(len(strange))]
    taken = np.concatenate(
        [weekdays_from(s.start, 10)[rng.integers(0, 10, len(r))] for s, r in zip(sittings, rows, strict=True)]
    )
    late = np.concatenate([np.full(len(r), s.form == "spring") for s, r in zip(sittings, rows, strict=True)])
    return sheet(
        path,
        {
            "student_id": numbers,
            "school": choose(schools.names, _school_at(students, student, late)),
            "assessment": np.repeat(np.array([s.assessment for s in sittings], dtype=object), [len(r) for r in rows]),
            "form": np.repeat(np.array([s.form for s in sittings], dtype=object), [len(r) for r in rows]),
            "score": cells,
            "taken_on": iso_days(taken),
        },
        [Planted(path, "blank_score", lines_of(blank)), Planted(path, "unknown_student", lines_of(strange))],
    )


def _school_at(students: Students, student: Ints, late: Flags) -> Ints:
    moved = late & (students.moved_school[student] >= 0)
    return np.where(moved, students.moved_school[student], students.school[student])


def contracts_sheet(spec: WorldSpec, licensed: tuple[int, int]) -> Sheet:
    """Two yearly contracts with price, licenses bought and the last day to give notice."""
    calendar = spec.calendar
    bought = [-(-count // 50) * 50 + 50 for count in licensed]  # licenses come in packs, and somebody rounded up
    return sheet(
        "incoming/contracts.csv",
        {
            "tool": [LUMEN, QUEST],
            "tool_name": ["Lumen Reading", "Math Quest"],
            "vendor": ["Lumen Learning Co.", "Questory Inc."],
            "licenses": bought,
            "cost": [f"{bought[0] * 34.0:.2f}", f"{bought[1] * 26.5:.2f}"],
            "currency": ["USD", "USD"],
            "start_date": ["2025-08-01"] * 2,
            "end_date": ["2026-07-31"] * 2,
            "notice_date": [calendar.notice.isoformat()] * 2,
        },
    )


def licenses_sheet(spec: WorldSpec, students: Students, holders: tuple[Ints, Ints]) -> Sheet:
    """Who holds a license of which tool, one row a student and tool."""
    who = np.concatenate(holders)
    return sheet(
        "incoming/licenses.csv",
        {
            "tool": [LUMEN] * len(holders[0]) + [QUEST] * len(holders[1]),
            "student_id": choose(students.sis_id, who),
            "first_day": [spec.calendar.use_start.isoformat()] * len(who),
            "last_day": iso_days(students.left[who], blank_from=NEVER),
        },
    )


def lumen_assignments(spec: WorldSpec, schools: Schools, tool: Flags, block: Ints) -> Sheet:
    """The schools of the reading pilot, their block and the arm that chance put them in."""
    n = schools.elementary
    return sheet(
        "incoming/assignments-lumen-reading.csv",
        {
            "pilot": [LUMEN] * n,
            "unit": ["school"] * n,
            "unit_id": schools.ids[:n],
            "arm": ["tool" if t else "usual" for t in tool],
            "block": [f"block-{b + 1}" for b in block],
            "how": ["randomized"] * n,
            "assigned_on": [spec.calendar.assigned_on.isoformat()] * n,
        },
    )


def quest_assignments(spec: WorldSpec, sections: Sections, volunteered: Flags) -> Sheet:
    """The math sections, and which of them a teacher volunteered."""
    rows = np.flatnonzero(sections.math)
    return sheet(
        "incoming/assignments-math-quest.csv",
        {
            "pilot": [QUEST] * len(rows),
            "unit": ["section"] * len(rows),
            "unit_id": sections.ids[rows],
            "arm": ["tool" if v else "usual" for v in volunteered[rows]],
            "block": [""] * len(rows),
            "how": ["volunteered"] * len(rows),
            "assigned_on": [spec.calendar.assigned_on.isoformat()] * len(rows),
        },
    )
