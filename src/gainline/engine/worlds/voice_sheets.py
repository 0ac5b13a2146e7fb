"""What people of a synthetic district say, see and need: surveys, observations, support, training, access."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np

from gainline.engine.worlds.draws import Floats, Ints, stream, weekdays_from
from gainline.engine.worlds.people import Students, Teachers
from gainline.engine.worlds.pilots import LUMEN, QUEST
from gainline.engine.worlds.places import Schools
from gainline.engine.worlds.sheets import Sheet, choose, iso_days, sheet
from gainline.engine.worlds.spec import WorldSpec

RUBRIC = "district-technology-use"
_SURVEYED = range(3, 9)  # grades that a written survey reaches
_ANSWERED = 0.72
_VOICE = (("v1", "student_voice", ""), ("v2", "student_voice", "yes"), ("d1", "digital_citizenship", ""))
_TEACHER = (("e1", "teacher_efficacy", ""), ("e2", "teacher_efficacy", ""), ("w1", "teacher_workload", ""))
_FAMILY = (("t1", "family_trust", ""), ("t2", "family_trust", "yes"))
_ELEMENTS = ("questions", "feedback", "digital_citizenship")
_KINDS = ("access", "rostering", "defect", "question")
_LESSONS, _TICKETS, _OUTAGES, _SUS = 60, 240, 14, 60

Items = tuple[tuple[str, str, str], ...]


def voice_sheets(
    spec: WorldSpec, schools: Schools, students: Students, teachers: Teachers, *, seed: int
) -> list[Sheet]:
    """The office's files of words, eyes and service; none of them moves anybody's scores or use."""
    return [
        _student_survey(spec, schools, students, seed),
        _teacher_survey(spec, schools, teachers, seed),
        _family_survey(spec, schools, students, seed),
        _usability(spec, teachers, seed),
        _observations(spec, schools, teachers, seed),
        _tickets(spec, schools, seed),
        _outages(spec, seed),
        _training(spec, teachers, seed),
        _access(students, seed),
        _incidents(spec, students, seed),
    ]


def _levels(rng: np.random.Generator, lean: Floats, reverse: bool) -> Ints:
    """Choices 1 to 5 around a person's leaning, turned around for an item that is worded the other way."""
    ticked = np.clip(np.round(3.4 + 0.7 * lean + rng.normal(0.0, 0.8, len(lean))), 1, 5).astype(np.int64)
    return 6 - ticked if reverse else ticked


def _survey(path: str, items: Items, lean: Floats, columns: Mapping[str, object], rng: np.random.Generator) -> Sheet:
    """One row per person and question; a few questions are left out."""
    n = len(lean)
    answers = np.concatenate([_levels(rng, lean, bool(reverse)) for _, _, reverse in items]).astype(object)
    answers[rng.random(len(answers)) < 0.02] = ""
    repeated = {name: np.tile(np.asarray(column, dtype=object), len(items)) for name, column in columns.items()}
    return sheet(
        path,
        {
            **repeated,
            "item": np.repeat([item for item, _, _ in items], n),
            "construct": np.repeat([construct for _, construct, _ in items], n),
            "answer": answers,
            "lowest": np.full(len(answers), "1"),
            "highest": np.full(len(answers), "5"),
            "reverse": np.repeat(np.array([reverse for _, _, reverse in items], dtype=object), n),
        },
    )


def _asked_on(spec: WorldSpec, rng: np.random.Generator, n: int) -> Ints:
    return np.asarray(iso_days(weekdays_from(date(spec.calendar.use_end.year, 3, 2), 10)[rng.integers(0, 10, n)]))


def _student_survey(spec: WorldSpec, schools: Schools, students: Students, seed: int) -> Sheet:
    rng = stream(seed, "student survey")
    reached = np.isin(students.grade, _SURVEYED) & (rng.random(len(students)) < _ANSWERED)
    who = np.flatnonzero(reached)
    columns = {
        "instrument": np.full(len(who), "spring-voice"),
        "respondent": np.full(len(who), "student"),
        "student_id": students.sis_id[who],
        "school": choose(schools.names, students.school[who]),
        "answered_on": _asked_on(spec, rng, len(who)),
    }
    return _survey("incoming/survey-students.csv", _VOICE, students.motivation[who], columns, rng)


def _teacher_survey(spec: WorldSpec, schools: Schools, teachers: Teachers, seed: int) -> Sheet:
    rng = stream(seed, "teacher survey")
    n = len(teachers.sis_id)
    columns = {
        "instrument": np.full(n, "spring-staff"),
        "respondent": np.full(n, "teacher"),
        "staff_id": teachers.sis_id,
        "school": choose(schools.names, teachers.school),
        "answered_on": _asked_on(spec, rng, n),
    }
    return _survey("incoming/survey-teachers.csv", _TEACHER, rng.normal(0.0, 1.0, n), columns, rng)


def _family_survey(spec: WorldSpec, schools: Schools, students: Students, seed: int) -> Sheet:
    rng = stream(seed, "family survey")
    school = students.school[rng.random(len(students)) < 0.25]
    n = len(school)
    columns = {
        "instrument": np.full(n, "family-trust"),
        "respondent": np.full(n, "family"),
        "response_id": [f"F{place:05d}" for place in range(n)],
        "school": choose(schools.names, school),
        "answered_on": _asked_on(spec, rng, n),
    }
    return _survey("incoming/survey-families.csv", _FAMILY, rng.normal(0.3, 1.0, n), columns, rng)


def _usability(spec: WorldSpec, teachers: Teachers, seed: int) -> Sheet:
    rng = stream(seed, "usability")
    n = min(_SUS, len(teachers.sis_id))
    who = rng.permutation(len(teachers.sis_id))[:n]
    lean = rng.normal(0.4, 1.0, n)
    return sheet(
        "incoming/usability-sus.csv",
        {
            "staff_id": teachers.sis_id[who],
            "respondent": np.full(n, "teacher"),
            "tool": choose([LUMEN, QUEST], np.arange(n) % 2),
            "answered_on": _asked_on(spec, rng, n),
            **{f"SUS{item}": _levels(rng, lean, item % 2 == 0).astype(object) for item in range(1, 11)},
        },
    )


def _observations(spec: WorldSpec, schools: Schools, teachers: Teachers, seed: int) -> Sheet:
    """Every second lesson is watched by two raters, of whom one is stricter."""
    rng = stream(seed, "observations")
    lesson = np.concatenate([np.arange(_LESSONS), np.arange(0, _LESSONS, 2)])
    rater = np.where(np.arange(len(lesson)) < _LESSONS, 0, 1)
    rows, element = np.repeat(np.arange(len(lesson)), len(_ELEMENTS)), np.tile(np.arange(len(_ELEMENTS)), len(lesson))
    quality = rng.normal(2.6, 0.9, (_LESSONS, len(_ELEMENTS)))[lesson[rows], element]
    level = np.clip(np.round(quality - 0.3 * rater[rows] + rng.normal(0.0, 0.4, len(rows))), 1, 4).astype(np.int64)
    days = weekdays_from(date(spec.calendar.use_end.year, 1, 12), _LESSONS)
    return sheet(
        "incoming/observations.csv",
        {
            "observation_id": [f"O{one:03d}" for one in lesson[rows]],
            "rubric": np.full(len(rows), RUBRIC),
            "element": choose(_ELEMENTS, element),
            "level": level,
            "lowest": np.full(len(rows), "1"),
            "highest": np.full(len(rows), "4"),
            "rater_id": choose(teachers.sis_id, (lesson[rows] % 3) * 2 + rater[rows]),
            "observed_on": iso_days(days[lesson[rows]]),
            "minutes": np.full(len(rows), "20"),
            "school": choose(schools.names, lesson[rows] % len(schools)),
        },
    )


def _tickets(spec: WorldSpec, schools: Schools, seed: int) -> Sheet:
    rng = stream(seed, "tickets")
    opened = np.sort(rng.integers(0, 140, _TICKETS))
    hours = np.round(rng.lognormal(2.0, 1.0, _TICKETS), 1).astype(object)
    hours[rng.random(_TICKETS) < 0.05] = ""
    return sheet(
        "incoming/support-tickets.csv",
        {
            "ticket_id": [f"T{place:05d}" for place in range(_TICKETS)],
            "tool": choose([LUMEN, QUEST], rng.integers(0, 2, _TICKETS)),
            "opened_on": iso_days(weekdays_from(spec.calendar.use_start, 140)[opened]),
            "hours_to_solve": hours,
            "kind": choose(_KINDS, rng.integers(0, len(_KINDS), _TICKETS)),
            "caller": choose(["teacher", "family", "student"], rng.integers(0, 3, _TICKETS)),
            "school": choose(schools.names, rng.integers(0, len(schools), _TICKETS)),
        },
    )


def _outages(spec: WorldSpec, seed: int) -> Sheet:
    rng = stream(seed, "outages")
    began = np.sort(rng.choice(140, size=_OUTAGES, replace=False))
    return sheet(
        "incoming/outages.csv",
        {
            "outage_id": [f"D{place:03d}" for place in range(_OUTAGES)],
            "tool": choose([LUMEN, QUEST], rng.integers(0, 2, _OUTAGES)),
            "began_on": iso_days(weekdays_from(spec.calendar.use_start, 140)[began]),
            "minutes": np.round(rng.lognormal(3.5, 0.8, _OUTAGES)).astype(np.int64),
            "planned": choose(["no", "yes"], (rng.random(_OUTAGES) < 0.25).astype(np.int64)),
        },
    )


def _training(spec: WorldSpec, teachers: Teachers, seed: int) -> Sheet:
    rng = stream(seed, "training")
    n = len(teachers.sis_id)
    return sheet(
        "incoming/training-attendance.csv",
        {
            "staff_id": teachers.sis_id,
            "training": np.full(n, "first-steps"),
            "tool": choose([LUMEN, QUEST], np.arange(n) % 2),
            "held_on": iso_days(weekdays_from(spec.calendar.use_start, 5)[rng.integers(0, 5, n)]),
            "hours": np.full(n, "3"),
            "attended": choose(["no", "yes"], (rng.random(n) < 0.8).astype(np.int64)),
        },
    )


def _access(students: Students, seed: int) -> Sheet:
    """Homes of disadvantaged students more often lack a device or the internet; a few did not answer."""
    rng = stream(seed, "access")
    n, lack = len(students), np.where(students.disadvantaged, 0.25, 0.05)
    answers = {
        "device": np.full(n, "yes", dtype=object),
        "home_device": np.asarray(choose(["yes", "no"], (rng.random(n) < lack).astype(np.int64))),
        "home_internet": np.asarray(choose(["yes", "no"], (rng.random(n) < 0.8 * lack).astype(np.int64))),
    }
    silent = rng.random(n) < 0.1
    for column in answers.values():
        column[silent] = ""
    return sheet("incoming/access.csv", {"student_id": students.sis_id, **answers})


def _incidents(spec: WorldSpec, students: Students, seed: int) -> Sheet:
    rng = stream(seed, "incidents")
    n = max(len(students) // 150, 2)
    return sheet(
        "incoming/citizenship-incidents.csv",
        {
            "incident_id": [f"C{place:04d}" for place in range(n)],
            "student_id": choose(students.sis_id, rng.choice(len(students), size=n, replace=False)),
            "happened_on": iso_days(weekdays_from(spec.calendar.use_start, 140)[rng.integers(0, 140, n)]),
            "kind": choose(["privacy", "bullying", "plagiarism", "misuse"], rng.integers(0, 4, n)),
        },
    )
