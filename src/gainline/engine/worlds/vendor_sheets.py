"""The vendors' exports, with the faults that real ones have: ids that lost their zeros, test accounts, totals rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gainline.engine.worlds import names
from gainline.engine.worlds.draws import Ints, Texts, stream
from gainline.engine.worlds.people import Students
from gainline.engine.worlds.pilots import QUEST
from gainline.engine.worlds.places import Schools, grade_code
from gainline.engine.worlds.sheets import Planted, Sheet, choose, iso_days, lines_of, sheet, us_days
from gainline.engine.worlds.usage import LESSONS, DailyUse, Lessons

LUMEN_PATH = "incoming/lumen-reading-lessons.csv"
QUEST_PATH = "incoming/math-quest-daily.csv"
BAD_US_DAYS = ("02/30/2026", "13/14/2025", "00/00/0000")
BAD_ISO_DAYS = ("2026-02-30", "2025-13-04", "0000-00-00")


@dataclass(frozen=True, slots=True)
class Faults:
    """How many faults of each kind go into a vendor's file; shares are of students, counts of rows or accounts."""

    stripped: float  # share of the ids with leading zeros that lost them
    decimal: float  # share of the ids that end in .0
    username: float  # share named by user name
    nobody: int  # accounts of people whom the roster does not know
    ghosts: int  # teachers' test accounts
    negative: int
    bad_day: int


LUMEN_FAULTS = Faults(stripped=0.25, decimal=0.03, username=0.02, nobody=6, ghosts=5, negative=7, bad_day=5)
QUEST_FAULTS = Faults(stripped=0.15, decimal=0.0, username=0.0, nobody=4, ghosts=3, negative=4, bad_day=4)


@dataclass(frozen=True, slots=True)
class _Accounts:
    """How the vendor names each student; arrays of shape (n_students,). ``kind`` is empty for a clean id."""

    label: Texts
    kind: Texts


def _accounts(students: Students, faults: Faults, rng: np.random.Generator) -> _Accounts:
    n = len(students)
    label, kind = students.sis_id.copy(), np.full(n, "", dtype=object)
    draw = rng.random(n)
    zeros = np.array([sis.startswith("0") for sis in students.sis_id]) & (draw < faults.stripped)
    decimal = ~zeros & (draw >= 1 - faults.decimal)
    username = ~zeros & ~decimal & (draw >= 1 - faults.decimal - faults.username)
    label[zeros] = [sis.lstrip("0") for sis in students.sis_id[zeros]]
    label[decimal] = [f"{sis}.0" for sis in students.sis_id[decimal]]
    label[username] = students.username[username]
    kind[zeros], kind[decimal], kind[username] = "leading_zeros_stripped", "decimal_suffix", "username_for_id"
    return _Accounts(label, kind)


def _relabel(label: Texts, kind: Texts, student: Ints, faults: Faults, rng: np.random.Generator) -> None:
    """Hand the rows of a few students over to strangers and to test accounts, in place."""
    users = np.unique(student)
    count = min(faults.nobody + faults.ghosts, len(users) // 4)
    for position, user in enumerate(rng.choice(users, size=count, replace=False)):
        rows = np.flatnonzero(student == user)[:6]  # a handful of rows: the student keeps the rest
        ghost = position >= faults.nobody
        label[rows] = f"demo-teacher-{position + 1}" if ghost else f"8{position:06d}"
        kind[rows] = "test_account" if ghost else "unknown_student"


def _plant_rows(n: int, faults: Faults, kind: Texts, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Rows that get negative minutes and rows that get an impossible day; clean rows only, none twice."""
    clean = np.flatnonzero(kind == "")
    picked = rng.choice(clean, size=min(faults.negative + faults.bad_day, len(clean) // 4), replace=False)
    negative = picked[: faults.negative]
    return np.sort(negative), np.sort(picked[faults.negative :])


def _planted(path: str, kind: Texts, rows: Mapping[str, Ints]) -> list[Planted]:
    of_identity = {str(k): np.flatnonzero(kind == k) for k in sorted(set(kind) - {""})}
    return [Planted(path, name, lines_of(where)) for name, where in (of_identity | dict(rows)).items()]


def lumen_sheet(students: Students, schools: Schools, lessons: Lessons, seed: int) -> Sheet:
    """Lumen Reading's lesson-by-lesson export (the column layout of a personalized-instruction report)."""
    rng = stream(seed, "lumen faults")
    accounts = _accounts(students, LUMEN_FAULTS, rng)
    who = lessons.student
    label, kind = choose(accounts.label, who), choose(accounts.kind, who)
    _relabel(label, kind, who, LUMEN_FAULTS, rng)
    negative, bad_day = _plant_rows(len(who), LUMEN_FAULTS, kind, rng)
    minutes, on = lessons.minutes.copy(), us_days(lessons.on)
    minutes[negative] *= -1
    on[bad_day] = choose(BAD_US_DAYS, np.arange(len(bad_day)) % len(BAD_US_DAYS))
    school_label, aliased = _school_labels(schools, rng)
    columns = _lumen_columns(students, lessons, label, minutes, on)
    columns["School"] = choose(school_label, students.school[who])
    _name_test_accounts(columns, kind)
    totals = _totals(minutes)
    with_total = {name: [*column, totals.get(name, "")] for name, column in columns.items()}
    planted = _planted(
        LUMEN_PATH,
        kind,
        {
            "negative_minutes": negative,
            "impossible_day": bad_day,
            "totals_row": np.array([len(who)]),
            "school_alias": np.flatnonzero(aliased[students.school[who]]),
        },
    )
    return sheet(LUMEN_PATH, with_total, planted)


def _school_labels(schools: Schools, rng: np.random.Generator) -> tuple[Texts, np.ndarray]:
    """How the vendor names each school, and where that is not the district's name."""
    aliased = np.zeros(len(schools), dtype=np.bool_)
    aliased[rng.permutation(schools.elementary)[: schools.elementary // 3]] = True
    return np.where(aliased, schools.nicknames, schools.names), aliased


def _lumen_columns(students: Students, lessons: Lessons, label: Texts, minutes: Ints, on: Texts) -> dict[str, Texts]:
    who, domain = lessons.student, lessons.lesson % len(names.DOMAINS)
    topic = (lessons.lesson // len(names.DOMAINS)) % len(names.TOPICS)
    codes = [f"LR.ELA.{names.DOMAIN_CODES[i % len(names.DOMAINS)]}.{1000 + 10 * i}" for i in range(LESSONS)]
    grade = choose([grade_code(g) for g in range(9)], students.grade[who])
    passed = choose(["Not Passed", "Passed"], (lessons.score >= 67).astype(np.int64))
    constant = {"Academic Year": "2025-2026", "Subject": "Reading", "Lesson Language": "English"}
    fixed = {name: np.full(len(who), value, dtype=object) for name, value in constant.items()}
    return {
        "Last Name": choose(students.family, who),
        "First Name": choose(students.given, who),
        "Student ID": label,
        "Student Grade": np.array([str(int(g)) for g in grade], dtype=object),
        "Academic Year": fixed["Academic Year"],
        "School": label,
        "Subject": fixed["Subject"],
        "Domain": choose(names.DOMAINS, domain),
        "Lesson Grade": choose(["2", "3", "4", "5"], lessons.lesson * 4 // LESSONS),
        "Lesson Level": choose(["Early", "Mid", "Late"], lessons.lesson % 3),
        "Lesson ID": choose(codes, lessons.lesson),
        "Lesson Name": choose(names.TOPICS, topic),
        "Lesson Objective": choose([f"Practice the skill: {topic.lower()}." for topic in names.TOPICS], topic),
        "Lesson Language": fixed["Lesson Language"],
        "Completion Date": on,
        "Total Time on Lesson (min)": minutes.astype(object),
        "Score": lessons.score.astype(object),
        "Passed or Not Passed": passed,
        "Teacher-Assigned Lesson": choose(["N", "Y"], lessons.by_teacher.astype(np.int64)),
    }


def _name_test_accounts(columns: dict[str, Texts], kind: Texts) -> None:
    ghost = kind == "test_account"
    columns["First Name"][ghost], columns["Last Name"][ghost] = "Test", "Student"


def _totals(minutes: Ints) -> dict[str, str]:
    return {"Last Name": "Total", "Total Time on Lesson (min)": str(int(minutes.sum()))}


def quest_sheet(students: Students, use: DailyUse, seed: int) -> Sheet:
    """Math Quest's export: minutes a student and day, in the generic usage layout."""
    rng = stream(seed, "quest faults")
    accounts = _accounts(students, QUEST_FAULTS, rng)
    label, kind = choose(accounts.label, use.student), choose(accounts.kind, use.student)
    _relabel(label, kind, use.student, QUEST_FAULTS, rng)
    negative, bad_day = _plant_rows(len(use), QUEST_FAULTS, kind, rng)
    minutes, on = use.minutes.copy(), iso_days(use.on)
    minutes[negative] *= -1
    on[bad_day] = choose(BAD_ISO_DAYS, np.arange(len(bad_day)) % len(BAD_ISO_DAYS))
    n = len(use)
    planted = _planted(
        QUEST_PATH,
        kind,
        {
            "negative_minutes": negative,
            "impossible_day": bad_day,
            "totals_row": np.array([n]),
        },
    )
    return sheet(
        QUEST_PATH,
        {
            "tool": [*[QUEST] * n, "Total"],
            "student_id": [*label, ""],
            "day": [*on, ""],
            "metric": [*["minutes_active"] * n, ""],
            "value": [*minutes, int(minutes.sum())],
        },
        planted,
    )
