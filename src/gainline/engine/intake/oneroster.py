"""OneRoster: a roster package to schools, terms, sections, people, identifiers, students and enrollments."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np
import pyarrow as pa

from gainline.engine.intake.account import Tally
from gainline.engine.intake.cells import Typed, date_array
from gainline.engine.intake.oneroster_checks import check_references, check_rows
from gainline.engine.intake.oneroster_files import (
    Package,
    RosterFile,
    listed,
    read_file,
    read_manifest,
    remark_on_members,
)
from gainline.engine.intake.oneroster_gradebook import GRADEBOOK_BUILDERS, RESOURCE_BUILDERS
from gainline.engine.intake.oneroster_history import Stays, endings
from gainline.engine.intake.oneroster_people import (
    build_roles,
    build_users,
    grade_codes,
    late_demographics,
    settle_people,
)
from gainline.engine.intake.oneroster_spec import CHECKED_ONLY, LISTS, SPECS
from gainline.engine.intake.reading import Batch, Task


def read_oneroster(task: Task, tally: Tally) -> Iterator[Batch]:
    """Read a package: manifest, then each file in the order of their references, then what people are made of."""
    package = Package(task, tally)
    files = {file.part.stem.casefold(): file for file in task.source.files}
    read_manifest(package, files)
    remark_on_members(package)
    for number, spec in enumerate(SPECS.values()):
        task.progress("files", number, len(SPECS))
        file = files.get(spec.name.casefold())
        if file is not None and (frame := read_file(package, spec, file)) is not None:
            package.frames[spec.name] = frame
            check_rows(package, spec, frame)
        elif spec.needed and "delta" not in package.modes.values():
            tally.book.add("IN071", detail=f": {spec.name}.csv", file=f"{spec.name}.csv")
    yield from rows_of_package(package)
    task.progress("files", len(SPECS), len(SPECS))


def rows_of_package(package: Package) -> Iterator[Batch]:
    """What the frames of a package say: references, people, every file's rows, and whom and what it ends.

    Raises
    ------
    Refused
        When more than a tenth of the people or enrollments would end and nobody confirmed it (IN190).
    """
    for spec in SPECS.values():
        if spec.name in package.frames:
            check_references(package, spec)
    settle_people(package)
    batches = [
        batch
        for name, build in _BUILDERS.items()
        if name in package.frames
        for batch in build(package, package.frames[name])
    ]
    for name in sorted(CHECKED_ONLY & package.frames.keys()):
        package.tally.book.add("IN189", file=f"{name}.csv")
    batches.extend(late_demographics(package))
    batches.extend(endings(package, _together(batches)))
    for frame in package.frames.values():
        package.tally.count(**frame.counts())
    yield from batches


def _together(batches: list[Batch]) -> dict[str, pa.Table]:
    tables: dict[str, list[pa.Table]] = {}
    for batch in batches:
        tables.setdefault(batch.table, []).append(batch.rows)
    return {name: pa.concat_tables(parts) for name, parts in tables.items()}


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
            "parent_id": frame.column("parentSourcedId"),
        },
        frame,
    )


def _courses(package: Package, frame: RosterFile) -> Iterator[Batch]:
    yield package.batch(
        "courses",
        {
            "course_id": frame.column("sourcedId"),
            "title": frame.column("title"),
            "code": frame.column("courseCode"),
            "grades": _joined(grade_codes(text) for text in frame.texts("grades")),
            "subjects": _joined(listed(text) for text in frame.texts("subjects")),
            "subject_codes": _joined(listed(text) for text in frame.texts("subjectCodes")),
            "org_id": frame.column("orgSourcedId"),
            "term_id": frame.column("schoolYearSourcedId"),
        },
        frame,
    )


def _joined(lists: Iterable[list[str]]) -> pa.Array:
    return pa.array([",".join(entries) or None for entries in lists], pa.string())


def _about_courses(package: Package) -> tuple[dict[str, str], dict[str, str]]:
    """Title and subjects by course, as this package has them or an earlier one had."""
    rows = package.before.table("courses").select(["course_id", "title", "subjects"]).to_pylist()
    titles = {row["course_id"]: row["title"] for row in rows}
    subjects = {row["course_id"]: row["subjects"] or "" for row in rows}
    frame = package.frames.get("courses")
    if frame is not None:
        ids = frame.texts("sourcedId")
        titles |= dict(zip(ids, frame.texts("title"), strict=True))
        subjects |= dict(zip(ids, frame.texts("subjects"), strict=True))
    return titles, subjects


def _classes(package: Package, frame: RosterFile) -> Iterator[Batch]:
    titles, subjects = _about_courses(package)
    course = frame.texts("courseSourcedId")
    own = frame.texts("subjects")
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
            "grades": _joined(grade_codes(text) for text in frame.texts("grades")),
            "term_ids": _joined(listed(text) for text in frame.texts("termSourcedIds")),
            "course_id": frame.column("courseSourcedId"),
            "kind": pa.array(frame.choices("classType", LISTS["classes.classType"]), pa.string()),
            "code": frame.column("classCode"),
        },
        frame,
    )


def _first_of(*lists: str) -> str | None:
    return next((entry for text in lists for entry in listed(text)), None)


def _enrollments(package: Package, frame: RosterFile) -> Iterator[Batch]:
    users = frame.texts("userSourcedId")
    roles = frame.choices("role", LISTS["enrollments.role"])
    begin, end = frame.days("beginDate"), frame.days("endDate")
    frame.reject("IN043", begin.good & end.good & (end.values < begin.values), "endDate")
    rostered = [package.roles.get(one) for one in users]
    differs = [(mine or "") != (theirs or mine or "") for mine, theirs in zip(roles, rostered, strict=True)]
    frame.say("IN072", np.array(differs or [False], dtype=bool)[: len(frame)] & frame.kept, "role")
    sections = frame.texts("classSourcedId")
    keys = [package.key(one) for one in users]
    first, last = _days_of_stays(package, frame, list(zip(keys, sections, strict=True)), (begin, end))
    own_school = frame.texts("schoolSourcedId")
    classes = package.frames.get("classes")
    of_class = (
        dict(zip(classes.texts("sourcedId"), classes.texts("schoolSourcedId"), strict=True))
        if classes is not None
        else {}
    )
    yield package.batch(
        "enrollments",
        {
            "person_key": pa.array(keys, pa.int64()),
            "section_id": frame.column("classSourcedId"),
            "school_id": pa.array(
                [mine or of_class.get(one) or None for mine, one in zip(own_school, sections, strict=True)], pa.string()
            ),
            "role": pa.array(roles, pa.string()),
            "begin_date": first,
            "end_date": last,
            "is_primary": pa.array(frame.flag("primary"), pa.bool_()),
        },
        frame,
    )


def _days_of_stays(
    package: Package, frame: RosterFile, stays: list[tuple[int, str]], said: tuple[Typed, Typed]
) -> tuple[pa.Array, pa.Array]:
    """First and last day of every row; where only a status says that it is over, the lake knows which is meant."""
    first, last = (date_array(typed).to_pylist() for typed in said)
    blank = np.array([day is None for day in last], dtype=bool)
    before = Stays(package.before)
    for row in np.flatnonzero(frame.is_ended() & blank & frame.kept):
        first[row], last[row] = before.settle(stays[row], first[row], package.task.as_of)
    return pa.array(first, pa.date32()), pa.array(last, pa.date32())


_BUILDERS: dict[str, Callable[[Package, RosterFile], Iterator[Batch]]] = {
    "orgs": _orgs,
    "academicSessions": _sessions,
    "courses": _courses,
    "classes": _classes,
    "users": build_users,
    "roles": build_roles,
    "enrollments": _enrollments,
    **RESOURCE_BUILDERS,
    **GRADEBOOK_BUILDERS,
}
