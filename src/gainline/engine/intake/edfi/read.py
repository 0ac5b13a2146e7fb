"""Read: one interchange or file of resources to canonical rows, each element accounted for.

An element whose kind no canonical table has is read and counted; nothing of it is kept, and the account says so.

Source: Ed-Fi Data Standard 5.2, core interchanges and the resources of its API.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator

from gainline.engine.intake.account import Tally
from gainline.engine.intake.edfi import outcomes, roster
from gainline.engine.intake.edfi.desk import Desk, Odd
from gainline.engine.intake.edfi.guard import check_endings
from gainline.engine.intake.edfi.nodes import Node, Unreadable, is_called, nodes_of_json, nodes_of_xml
from gainline.engine.intake.encoding import utf8_chunks
from gainline.engine.intake.event_rows import People, close_roll
from gainline.engine.intake.reading import Batch, Task

_KEPT: dict[str, Callable[[Node, Desk], None]] = {
    **dict.fromkeys(
        ("school", "localeducationagency", "stateeducationagency", "educationservicecenter", "organizationdepartment"),
        roster.organization,
    ),
    "session": roster.session,
    "course": roster.course,
    "courseoffering": roster.offering,
    "section": roster.section,
    "student": roster.student,
    "staff": roster.staff,
    "studenteducationorganizationassociation": roster.in_organization,
    "studentschoolassociation": roster.in_school,
    "studentsectionassociation": roster.in_section,
    "staffsectionassociation": roster.teaches,
    "staffeducationorganizationassignmentassociation": roster.assigned,
    "assessment": outcomes.assessment,
    "studentassessment": outcomes.result,
    "gradebookentry": outcomes.gradebook_entry,
    "studentgradebookentry": outcomes.gradebook_result,
    "studentschoolattendanceevent": outcomes.attendance,
    "studentsectionattendanceevent": outcomes.attendance,
    "surveyquestion": outcomes.question,
    "surveyresponse": outcomes.survey_response,
    "surveyquestionresponse": outcomes.answer,
    "educationcontent": outcomes.content,
    "intervention": outcomes.intervention,
    "interventionprescription": outcomes.intervention,
    "studentinterventionassociation": outcomes.intervened,
    "studentinterventionattendanceevent": outcomes.intervention_minutes,
}
_PROGRAM = re.compile(r"student\w*programassociation")
_PLAIN = re.compile(r"[a-z]+")
_MARKERS = ("english_learner", "disability")


def read_edfi(task: Task, tally: Tally) -> Iterator[Batch]:
    """Read one file.

    Raises
    ------
    Refused
        When it would end more than a tenth of the students' stays and nobody confirmed it (IN190).
    """
    desk = Desk(task, tally, People(task))
    seen: set[bytes] = set()
    try:
        for node in _nodes(task):
            tally.read += 1
            if node is None:
                _keep_out(desk, "IN117", 1)
            else:
                _take(desk, node, seen)
    except Unreadable as stop:
        tally.read += 1
        _keep_out(desk, stop.code, stop.line)
    _mark(desk)
    check_endings(desk)
    tally.repaired += len(desk.repaired)
    if tally.read == 0:
        tally.book.add("IN003")
    yield from desk.batches()
    # what an interchange calls people by is the roster's own word for them, so no match of it is remembered as a guess
    yield from (batch for batch in close_roll(task, tally, desk.people) if batch.table != "identifiers")


def _nodes(task: Task) -> Iterator[Node | None]:
    file = task.source.files[0]
    if file.part.head(256).lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n")[:1] == b"<":
        yield from nodes_of_xml(file.part.chunks())
    else:
        yield from nodes_of_json(utf8_chunks(file.part.chunks(), file.encoding), file.part.stem.casefold())


def _keep_out(desk: Desk, code: str, line: int, *, column: str | None = None, detail: str = "") -> None:
    desk.tally.rejected += 1
    desk.tally.book.add(code, [line], column=column, detail=detail)


def _take(desk: Desk, node: Node, seen: set[bytes]) -> None:
    name, build = _builder(node.name)
    if build is None:
        is_kind = _PLAIN.fullmatch(node.name)
        desk.tally.book.add("IN354", [node.line], detail=f": {node.name}" if is_kind else "")
        return
    node.name = name
    content = hashlib.sha256(_written(node).encode()).digest()
    if content in seen:
        _keep_out(desk, "IN045", node.line)
        return
    seen.add(content)
    try:
        build(node, desk)
    except Odd as fault:
        _keep_out(desk, fault.code, node.line, column=fault.column, detail=fault.detail)


def _builder(name: str) -> tuple[str, Callable[[Node, Desk], None] | None]:
    """The kind of a node under its own name, and what makes rows of it; the API's names are plurals."""
    if name in _KEPT:
        return name, _KEPT[name]
    for known, build in _KEPT.items():
        if is_called(name, known):
            return known, build
    single = name.removesuffix("s")
    return (single, outcomes.program) if _PROGRAM.fullmatch(single) else (name, None)


def _written(node: Node) -> str:
    inside = "".join(_written(kid) for kid in node.kids if kid.name not in ("_etag", "_lastmodifieddate"))
    return f"<{node.name}>{node.text.strip()}{inside}</>"


def _mark(desk: Desk) -> None:
    """Markers that follow from programs, for students whom a roster describes."""
    described = set(desk.task.identity.students["person_key"].to_pylist())
    for marker in _MARKERS:
        for key, line in desk.names[marker].items():
            if int(key) in described or (int(key),) in desk.rows["students"]:
                desk.lay("students", int(line), person_key=int(key), **{marker: True})
