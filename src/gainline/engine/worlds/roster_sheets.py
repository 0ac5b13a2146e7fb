"""The district's roster as OneRoster 1.2 CSV, bulk.

Source: 1EdTech OneRoster 1.2 CSV binding; columns and rules as in our reference page on interoperability.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np

from gainline.engine.worlds.draws import NEVER, Days, Flags, Ints, Texts, day
from gainline.engine.worlds.people import Students, Teachers
from gainline.engine.worlds.places import DISTRICT_ID, Schools, Sections, grade_code
from gainline.engine.worlds.sheets import Sheet, choose, iso_days, sheet
from gainline.engine.worlds.spec import WorldSpec

FOLDER = "incoming/oneroster"
_PRESENT = ("academicSessions", "classes", "courses", "demographics", "enrollments", "orgs", "roles", "users")
_ABSENT = (
    "categories",
    "classResources",
    "courseResources",
    "lineItemLearningObjectiveIds",
    "lineItems",
    "lineItemScoreScales",
    "resources",
    "resultLearningObjectiveIds",
    "results",
    "resultScoreScales",
    "scoreScales",
    "userProfiles",
    "userResources",
)
_RACES = (
    "americanIndianOrAlaskaNative",
    "asian",
    "blackOrAfricanAmerican",
    "nativeHawaiianOrOtherPacificIslander",
    "white",
    "demographicRaceTwoOrMoreRaces",
    "hispanicOrLatinoEthnicity",
)
_SUBJECT = {True: "Mathematics", False: "English Language Arts"}


@dataclass(frozen=True, slots=True)
class Roster:
    """What the roster files are made of."""

    spec: WorldSpec
    schools: Schools
    sections: Sections
    students: Students
    teachers: Teachers


def student_source_ids(students: Students) -> Texts:
    """OneRoster sourcedIds of the students, shape (n_students,)."""
    return np.array([f"stu-{sis_id}" for sis_id in students.sis_id], dtype=object)


def roster_sheets(roster: Roster) -> list[Sheet]:
    """The nine files of the package, the manifest first."""
    return [
        _manifest(roster.spec),
        _orgs(roster),
        _sessions(roster.spec),
        _courses(roster),
        _classes(roster),
        _users(roster),
        _roles(roster),
        _enrollments(roster),
        _demographics(roster.students),
    ]


def _file(name: str, ids: Texts | list[str], columns: dict[str, object]) -> Sheet:
    empty = [""] * len(ids)  # bulk files leave both columns empty
    start: dict[str, object] = {"sourcedId": ids, "status": empty, "dateLastModified": empty}
    return sheet(f"{FOLDER}/{name}.csv", start | columns)


def _manifest(spec: WorldSpec) -> Sheet:
    files = [(name, "bulk") for name in _PRESENT] + [(name, "absent") for name in _ABSENT]
    files.sort(key=lambda file: file[0].lower())
    rows = [("manifest.version", "1.0"), ("oneroster.version", "1.2")]
    rows += [(f"file.{name}", mode) for name, mode in files]
    rows += [("source.systemName", f"{spec.name} SIS"), ("source.systemCode", DISTRICT_ID)]
    return sheet(f"{FOLDER}/manifest.csv", {"propertyName": [r[0] for r in rows], "value": [r[1] for r in rows]})


def _orgs(roster: Roster) -> Sheet:
    schools = roster.schools
    n = len(schools)
    return _file(
        "orgs",
        [DISTRICT_ID, *schools.ids],
        {
            "name": [f"{roster.spec.name} School District", *schools.names],
            "type": ["district"] + ["school"] * n,
            "identifier": ["4807"] + [f"4807{i + 1:03d}" for i in range(n)],
            "parentSourcedId": [""] + [DISTRICT_ID] * n,
        },
    )


def _sessions(spec: WorldSpec) -> Sheet:
    year = str(spec.calendar.last_day.year)
    first, last = spec.calendar.first_day.isoformat(), spec.calendar.last_day.isoformat()
    return _file(
        "academicSessions",
        ["SY26", "SY26-S1", "SY26-S2"],
        {
            "title": [f"School year {int(year) - 1}-{year[2:]}", "Fall semester", "Spring semester"],
            "type": ["schoolYear", "semester", "semester"],
            "startDate": [first, first, "2026-01-06"],
            "endDate": [last, "2025-12-19", last],
            "parentSourcedId": ["", "SY26", "SY26"],
            "schoolYear": [year] * 3,
        },
    )


def _course_id(grade: int, math: bool) -> str:
    return f"{'MATH' if math else 'HOME'}-{grade_code(grade)}"


def _courses(roster: Roster) -> Sheet:
    sections = roster.sections
    kinds = sorted({(int(g), bool(m)) for g, m in zip(sections.grade, sections.math, strict=True)})
    return _file(
        "courses",
        [_course_id(g, m) for g, m in kinds],
        {
            "schoolYearSourcedId": ["SY26"] * len(kinds),
            "title": [f"{_SUBJECT[m]} grade {grade_code(g)}" for g, m in kinds],
            "courseCode": [_course_id(g, m) for g, m in kinds],
            "grades": [grade_code(g) for g, _ in kinds],
            "orgSourcedId": [DISTRICT_ID] * len(kinds),
            "subjects": [_SUBJECT[m] for _, m in kinds],
            "subjectCodes": ["02" if m else "01" for _, m in kinds],
        },
    )


def _classes(roster: Roster) -> Sheet:
    sections = roster.sections
    grades = [int(g) for g in sections.grade]
    kinds = [bool(m) for m in sections.math]
    return _file(
        "classes",
        sections.ids,
        {
            "title": sections.titles,
            "grades": [grade_code(g) for g in grades],
            "courseSourcedId": [_course_id(g, m) for g, m in zip(grades, kinds, strict=True)],
            "classCode": sections.ids,
            "classType": ["scheduled" if m or g >= 6 else "homeroom" for g, m in zip(grades, kinds, strict=True)],
            "location": [""] * len(sections),
            "schoolSourcedId": choose(roster.schools.ids, sections.school),
            "termSourcedIds": ["SY26"] * len(sections),
            "subjects": [_SUBJECT[m] for m in kinds],
            "subjectCodes": ["02" if m else "01" for m in kinds],
            "periods": [""] * len(sections),
        },
    )


def _school_now(students: Students) -> Ints:
    return np.where(students.moved_school >= 0, students.moved_school, students.school)


def _users(roster: Roster) -> Sheet:
    students, teachers = roster.students, roster.teachers
    n, t = len(students), len(teachers)
    staff_names = _staff_names(teachers)
    schools_now = choose(roster.schools.ids, _school_now(students))
    enrolled = students.left == NEVER
    names = [*students.username, *staff_names]
    blank = [""] * (n + t)
    return _file(
        "users",
        [*student_source_ids(students), *_teacher_ids(teachers)],
        {
            "enabledUser": [*("true" if e else "false" for e in enrolled), *["true"] * t],
            "username": names,
            "userIds": [*(f"{{stateId:48{sis}}}" for sis in students.sis_id), *[""] * t],
            "givenName": [*students.given, *teachers.given],
            "familyName": [*students.family, *teachers.family],
            "middleName": blank,
            "identifier": [*students.sis_id, *teachers.sis_id],
            "email": [
                *_mail(students.username, "students.riverbend.example"),
                *_mail(staff_names, "riverbend.example"),
            ],
            "sms": blank,
            "phone": blank,
            "agentSourcedIds": blank,
            "grades": [*(grade_code(int(g)) for g in students.grade), *[""] * t],
            "password": blank,
            "userMasterIdentifier": blank,
            "preferredGivenName": blank,
            "preferredMiddleName": blank,
            "preferredFamilyName": blank,
            "primaryOrgSourcedId": [*schools_now, *choose(roster.schools.ids, teachers.school)],
            "pronouns": blank,
        },
    )


def _staff_names(teachers: Teachers) -> list[str]:
    people = zip(teachers.given, teachers.family, strict=True)
    return [f"{given[0]}{family}".lower() + f"{i:03d}" for i, (given, family) in enumerate(people)]


def _mail(names: Iterable[str], domain: str) -> list[str]:
    return [f"{name}@{domain}" for name in names]


def _teacher_ids(teachers: Teachers) -> list[str]:
    return [f"tea-{sis_id}" for sis_id in teachers.sis_id]


def _roles(roster: Roster) -> Sheet:
    students, teachers = roster.students, roster.teachers
    n, t = len(students), len(teachers)
    people = [*student_source_ids(students), *_teacher_ids(teachers)]
    return _file(
        "roles",
        [f"role-{person}" for person in people],
        {
            "userSourcedId": people,
            "roleType": ["primary"] * (n + t),
            "role": ["student"] * n + ["teacher"] * t,
            "beginDate": [*iso_days(students.joined), *[roster.spec.calendar.first_day.isoformat()] * t],
            "endDate": [*iso_days(students.left, blank_from=NEVER), *[""] * t],
            "orgSourcedId": [
                *choose(roster.schools.ids, _school_now(students)),
                *choose(roster.schools.ids, teachers.school),
            ],
            "userProfileSourcedId": [""] * (n + t),
        },
    )


@dataclass(frozen=True, slots=True)
class Stays:
    """A student's stays in sections; every array has the shape (n_stays,). ``end = NEVER`` means still there."""

    student: Ints
    section: Ints
    begin: Days
    end: Days


def stays_of(students: Students) -> Stays:
    """Every stay of every student, first the stays of those who never moved sections, homerooms before math."""
    moved = students.moved_school >= 0
    end = np.where(moved, students.moved_on - np.timedelta64(1, "D"), students.left)
    parts = []
    for first, later in ((students.homeroom, students.moved_homeroom), (students.math_section, students.moved_math)):
        for section, begin, until in ((first, students.joined, end), (later, students.moved_on, students.left)):
            rows = np.flatnonzero(section >= 0)
            parts.append((rows, section[rows], begin[rows], until[rows]))
    student, section, begin, until = (np.concatenate([part[i] for part in parts]) for i in range(4))
    order = np.lexsort((section, begin, student))
    return Stays(student[order], section[order], begin[order], until[order])


def _enrollments(roster: Roster) -> Sheet:
    stays, sections, schools = stays_of(roster.students), roster.sections, roster.schools
    n, s = len(stays.student), len(sections)
    first_day = roster.spec.calendar.first_day.isoformat()
    people = choose(student_source_ids(roster.students), stays.student)
    staff = choose(_teacher_ids(roster.teachers), sections.teacher)
    return _file(
        "enrollments",
        [*(f"enr-{i + 1:06d}" for i in range(n)), *(f"ent-{i + 1:05d}" for i in range(s))],
        {
            "classSourcedId": [*choose(sections.ids, stays.section), *sections.ids],
            "schoolSourcedId": [
                *choose(schools.ids, sections.school[stays.section]),
                *choose(schools.ids, sections.school),
            ],
            "userSourcedId": [*people, *staff],
            "role": ["student"] * n + ["teacher"] * s,
            "primary": [""] * n + ["true"] * s,
            "beginDate": [*iso_days(stays.begin), *[first_day] * s],
            "endDate": [*iso_days(stays.end, blank_from=NEVER), *[""] * s],
        },
    )


def _words(flags: Flags) -> list[str]:
    return ["true" if flag else "false" for flag in flags]


def _demographics(students: Students) -> Sheet:
    n = len(students)
    born = day(date(2020, 3, 1)) - (students.grade * 365 + np.arange(n) % 365).astype("timedelta64[D]")
    columns: dict[str, object] = {
        "birthDate": iso_days(born),
        "sex": ["female" if f else "male" for f in students.female],
    }
    columns |= {race: _words(students.race == race) for race in _RACES}
    blank = [""] * n
    columns |= dict.fromkeys(
        ("countryOfBirthCode", "stateOfBirthAbbreviation", "cityOfBirth", "publicSchoolResidenceStatus"), blank
    )
    columns |= {
        "metadata.economicallyDisadvantaged": _words(students.disadvantaged),
        "metadata.englishLearner": _words(students.learner),
        "metadata.disability": _words(students.disability),
    }
    return _file("demographics", student_source_ids(students), columns)
