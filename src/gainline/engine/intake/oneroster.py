"""OneRoster: a roster package to schools, terms, sections, people, identifiers, students and enrollments."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pac

from gainline.engine.intake.account import Tally
from gainline.engine.intake.cells import EPOCH, REPAIRED, Typed, date_array
from gainline.engine.intake.oneroster_files import (
    Package,
    RosterFile,
    check_references,
    listed,
    not_schools,
    read_file,
    read_manifest,
)
from gainline.engine.intake.oneroster_spec import GRADES, HISPANIC, LISTS, MARKERS, RACES, SPECS, TWO_OR_MORE
from gainline.engine.intake.reading import Batch, Task, canonical

_USER_ID = re.compile(r"\{\s*([^:{}]+?)\s*:\s*([^{}]+?)\s*\}")


def read_oneroster(task: Task, tally: Tally) -> Iterator[Batch]:
    """Read a package: manifest, then each file in the order of their references, then what people are made of."""
    package = Package(task, tally)
    files = {file.part.stem.casefold(): file for file in task.source.files}
    read_manifest(package, files)
    for number, spec in enumerate(SPECS.values()):
        task.progress("files", number, len(SPECS))
        file = files.get(spec.name.casefold())
        if file is not None and (frame := read_file(package, spec, file)) is not None:
            package.frames[spec.name] = frame
        elif spec.needed:
            tally.book.add("IN071", detail=f": {spec.name}.csv", file=f"{spec.name}.csv")
    for spec in SPECS.values():
        if spec.name in package.frames:
            check_references(package, spec)
    _settle_roles(package)
    batches = [
        batch
        for name, build in _BUILDERS.items()
        if name in package.frames
        for batch in build(package, package.frames[name])
    ]
    for frame in package.frames.values():
        tally.count(**frame.counts())
    yield from batches
    task.progress("files", len(SPECS), len(SPECS))


def _settle_roles(package: Package) -> None:
    """One role a person: from users in 1.1, from the primary role in 1.2, else from their enrollments."""
    users = package.frames.get("users")
    if users is None:
        return
    for one, role in zip(users.texts("sourcedId"), users.choices("role", LISTS["users.role"]), strict=True):
        if role:
            package.roles[one] = role
    roles = package.frames.get("roles")
    if roles is not None:
        for one, role, rank, kept in zip(
            roles.texts("userSourcedId"),
            roles.choices("role", LISTS["roles.role"]),
            roles.texts("roleType"),
            roles.kept,
            strict=True,
        ):
            if kept and role and (rank.casefold() == "primary" or one not in package.roles):
                package.roles[one] = role
    enrollments = package.frames.get("enrollments")
    if enrollments is not None:
        for one, role in zip(
            enrollments.texts("userSourcedId"), enrollments.choices("role", LISTS["enrollments.role"]), strict=True
        ):
            if role:
                package.roles.setdefault(one, role)


def _orgs(package: Package, frame: RosterFile) -> Iterator[Batch]:
    yield package.batch(
        "schools",
        {
            "school_id": frame.column("sourcedId"),
            "name": frame.column("name"),
            "kind": pa.array(frame.choices("type", LISTS["orgs.type"]), pa.string()),
            "identifier": frame.column("identifier"),
            "parent_id": frame.column("parentSourcedId"),
        },
        frame,
    )


def _sessions(package: Package, frame: RosterFile) -> Iterator[Batch]:
    start, end = frame.days("startDate", required=True), frame.days("endDate", required=True)
    frame.reject("IN043", start.good & end.good & (end.values < start.values), "endDate")
    yield package.batch(
        "terms",
        {
            "term_id": frame.column("sourcedId"),
            "title": frame.column("title"),
            "kind": pa.array(frame.choices("type", LISTS["academicSessions.type"]), pa.string()),
            "start_date": date_array(start),
            "end_date": date_array(end),
            "school_year": frame.column("schoolYear"),
        },
        frame,
    )


def _classes(package: Package, frame: RosterFile) -> Iterator[Batch]:
    courses = package.frames.get("courses")
    titles = dict(zip(courses.texts("sourcedId"), courses.texts("title"), strict=True)) if courses is not None else {}
    subjects = (
        dict(zip(courses.texts("sourcedId"), courses.texts("subjects"), strict=True)) if courses is not None else {}
    )
    course = frame.texts("courseSourcedId")
    own = frame.texts("subjects")
    frame.choices("classType", LISTS["classes.classType"])
    yield package.batch(
        "sections",
        {
            "section_id": frame.column("sourcedId"),
            "title": frame.column("title"),
            "school_id": frame.column("schoolSourcedId"),
            "course_title": pa.array([titles.get(one) or None for one in course], pa.string()),
            "subject": pa.array(
                [_first_of(mine, subjects.get(one, "")) for mine, one in zip(own, course, strict=True)], pa.string()
            ),
            "grades": pa.array([",".join(grade_codes(text)) or None for text in frame.texts("grades")], pa.string()),
            "term_ids": pa.array(
                [",".join(listed(text)) or None for text in frame.texts("termSourcedIds")], pa.string()
            ),
        },
        frame,
    )


def _first_of(*lists: str) -> str | None:
    return next((entry for text in lists for entry in listed(text)), None)


def _users(package: Package, frame: RosterFile) -> Iterator[Batch]:
    ids = frame.texts("sourcedId")
    roles = [package.roles.get(one) for one in ids]
    frame.reject("IN078", np.array([role is None for role in roles], dtype=bool) & frame.kept, "role")
    keys = pa.array([package.key(one) for one in ids], pa.int64())
    yield package.batch(
        "people",
        {
            "person_key": keys,
            "role": pa.array(roles, pa.string()),
            "given_name": frame.column("givenName"),
            "family_name": frame.column("familyName"),
            "username": frame.column("username"),
            "email": pac.utf8_lower(frame.column("email")),
        },
        frame,
    )
    yield _identifiers(package, frame, ids)
    yield _students(package, frame, ids)


def _identifiers(package: Package, frame: RosterFile, ids: list[str]) -> Batch:
    found: list[tuple[int, str, str, int]] = []
    columns = [
        ("SisSourcedId", frame.texts("identifier")),
        ("AccountUserName", frame.texts("username")),
        ("EmailAddress", [text.casefold() for text in frame.texts("email")]),
        ("Other", frame.texts("userMasterIdentifier")),
    ]
    other = frame.texts("userIds")
    for row in np.flatnonzero(frame.kept):
        key, line = package.key(ids[row]), int(frame.lines[row])
        mine = {("OneRosterSourcedId", ids[row])}
        mine |= {(kind, texts[row]) for kind, texts in columns if texts[row]}
        mine |= {(f"userIds.{kind}", value) for kind, value in _USER_ID.findall(other[row])}
        found.extend((key, kind, value, line) for kind, value in sorted(mine))
    return canonical(
        "identifiers",
        {
            "person_key": pa.array([key for key, _, _, _ in found], pa.int64()),
            "source": pa.scalar("oneroster"),
            "kind": pa.array([kind for _, kind, _, _ in found], pa.string()),
            "value": pa.array([value for _, _, value, _ in found], pa.string()),
            "how": pa.scalar("roster"),
            "source_line": pa.array([line for _, _, _, line in found], pa.int64()),
        },
        rows=len(found),
        import_id=package.task.import_id,
    )


def _students(package: Package, frame: RosterFile, ids: list[str]) -> Batch:
    is_student = np.array([package.roles.get(one) == "student" for one in ids], dtype=bool) & frame.kept
    rows = np.flatnonzero(is_student)
    school = _school_of_users(package, frame, ids)
    grade = [grade_codes(text) for text in frame.texts("grades")]
    more = _demographics(package)
    own = {name: frame.flag(name) for name in MARKERS}
    columns: dict[str, pa.Array | pa.Scalar] = {
        "person_key": pa.array([package.key(ids[row]) for row in rows], pa.int64()),
        "school_id": pa.array([school[row] for row in rows], pa.string()),
        "grade": pa.array([grade[row][0] if grade[row] else None for row in rows], pa.string()),
        "sex": pa.array([more.get(ids[row], {}).get("sex") for row in rows], pa.string()),
        "race_ethnicity": pa.array([more.get(ids[row], {}).get("race") for row in rows], pa.string()),
        "source_line": pa.array(frame.lines[rows]),
    }
    for name in MARKERS:
        columns[name] = pa.array([_first(own[name][row], more.get(ids[row], {}).get(name)) for row in rows], pa.bool_())
    return canonical("students", columns, rows=len(rows), import_id=package.task.import_id)


def _first(one: object, other: object) -> object:
    return other if one is None else one


def _school_of_users(package: Package, frame: RosterFile, ids: list[str]) -> list[str | None]:
    """1.2: the primary organization, else that of the primary role; 1.1: the first organization that is a school."""
    others = not_schools(package) if "orgs" in package.frames else set()
    of_role: dict[str, str] = {}
    roles = package.frames.get("roles")
    if roles is not None:
        for one, org, kept in zip(roles.texts("userSourcedId"), roles.texts("orgSourcedId"), roles.kept, strict=True):
            if kept and org:
                of_role.setdefault(one, org)
    primary, orgs = frame.texts("primaryOrgSourcedId"), frame.texts("orgSourcedIds")
    found: list[str | None] = []
    for one, first, many in zip(ids, primary, orgs, strict=True):
        orgs_of_user = listed(many)
        schools = [org for org in orgs_of_user if org not in others]
        found.append(first or of_role.get(one) or next(iter(schools or orgs_of_user), None))
    return found


def _demographics(package: Package) -> dict[str, dict[str, object]]:
    frame = package.frames.get("demographics")
    if frame is None:
        return {}
    sexes = frame.texts("sex")
    races = {name: frame.flag(name) for name in (*RACES, TWO_OR_MORE, HISPANIC)}
    markers = {name: frame.flag(name) for name in MARKERS}
    found: dict[str, dict[str, object]] = {}
    for row, one in enumerate(frame.texts("sourcedId")):
        if frame.kept[row]:
            found[one] = {name: values[row] for name, values in markers.items()}
            found[one]["sex"] = _sex(sexes[row])
            found[one]["race"] = _race({name: values[row] for name, values in races.items()})
    return found


def _sex(text: str) -> str | None:
    return {"m": "male", "f": "female", "male": "male", "female": "female", "unspecified": "unspecified"}.get(
        text.casefold(), "other" if text else None
    )


def _race(said: dict[str, bool | None]) -> str | None:
    """One label as U.S. federal reporting folds it: Hispanic of any race first, then two or more, then the one."""
    if said[HISPANIC]:
        return "Hispanic or Latino"
    races = [label for name, label in RACES.items() if said[name]]
    if said[TWO_OR_MORE] or len(races) > 1:
        return "Two or more races"
    return races[0] if races else None


def _enrollments(package: Package, frame: RosterFile) -> Iterator[Batch]:
    users = frame.texts("userSourcedId")
    roles = frame.choices("role", LISTS["enrollments.role"])
    begin, end = frame.days("beginDate"), frame.days("endDate")
    frame.reject("IN043", begin.good & end.good & (end.values < begin.values), "endDate")
    rostered = [package.roles.get(one) for one in users]
    differs = [(mine or "") != (theirs or mine or "") for mine, theirs in zip(roles, rostered, strict=True)]
    frame.say("IN072", np.array(differs or [False], dtype=bool)[: len(frame)] & frame.kept, "role")
    today = (package.task.as_of - EPOCH).days
    ended = frame.is_ended()
    last = np.where(ended & ~end.good, today, end.values).astype(np.int32)
    states = np.where(ended & ~end.good, REPAIRED, end.states).astype(np.int8)
    own_school = frame.texts("schoolSourcedId")
    classes = package.frames.get("classes")
    of_class = (
        dict(zip(classes.texts("sourcedId"), classes.texts("schoolSourcedId"), strict=True))
        if classes is not None
        else {}
    )
    sections = frame.texts("classSourcedId")
    yield package.batch(
        "enrollments",
        {
            "person_key": pa.array([package.key(one) for one in users], pa.int64()),
            "section_id": frame.column("classSourcedId"),
            "school_id": pa.array(
                [mine or of_class.get(one) or None for mine, one in zip(own_school, sections, strict=True)], pa.string()
            ),
            "role": pa.array(roles, pa.string()),
            "begin_date": date_array(begin),
            "end_date": date_array(Typed(last, states)),
        },
        frame,
    )


def grade_codes(text: str) -> list[str]:
    """CEDS codes of a list of grades; an unknown grade stays as it is.

    Examples
    --------
    >>> grade_codes("K, 3,Grade 5")
    ['KG', '03', '05']
    """
    return [GRADES.get(one.casefold().removeprefix("grade").strip(), one) for one in listed(text)]


_BUILDERS: dict[str, Callable[[Package, RosterFile], Iterator[Batch]]] = {
    "orgs": _orgs,
    "academicSessions": _sessions,
    "classes": _classes,
    "users": _users,
    "enrollments": _enrollments,
}
