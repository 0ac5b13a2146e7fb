"""Rostering out: the roster as the lake has it, as a OneRoster 1.2 CSV package for another system."""

from __future__ import annotations

import os
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from gainline.engine.core.errors import Refused
from gainline.engine.core.refusals import Refusal
from gainline.engine.core.spreadsheet import csv_text
from gainline.engine.intake.oneroster_spec import HISPANIC, LISTS, RACES, SPECS, TWO_OR_MORE, Column, Spec
from gainline.engine.privacy import Audience
from gainline.engine.privacy.rows import release_records
from gainline.lake import Reading
from gainline.road.leaving import THE_ROSTER, Gone, Leave, ask, enter
from gainline.road.sharing import EXPORTED
from gainline.road.workspace import Workspace

VERSION = "1.2"
FIRST = ("sourcedId", "status", "dateLastModified")
METADATA = {
    "economically_disadvantaged": "metadata.economicallyDisadvantaged",
    "english_learner": "metadata.englishLearner",
    "disability": "metadata.disability",
}
_GUID = re.compile(r"^[0-9A-Za-z./@_-]{1,255}$")
_CEDS = frozenset({"IT", "PR", "PK", "TK", "KG", "PS", "UG", "Other", *(f"{n:02d}" for n in range(1, 14))})
_CLOSED = frozenset({"roles.roleType", "results.scoreStatus"})  # lists that may not be extended with ext:
_IN_SECTIONS = frozenset({"administrator", "proctor", "student", "teacher"})
_STATUS = {"scored": "fully graded", "missing": "not submitted", "exempt": "exempt"}
_ZIP_DAY = (1980, 1, 1, 0, 0, 0)  # the same roster gives the same bytes
ELEMENTS = {
    "users": ("name", "username", "student-contact", "district-number", "grade-level", "school"),
    "roles": ("school",),
    "enrollments": ("class",),
    "demographics": ("sex", "race-ethnicity", "low-income", "english-learner", "disability"),
    "results": ("test-score",),
}
"""What each file of the package says about students, in elements of the schedule of data."""
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class RosterExport:
    """What was written: rows by file, and rows by file that the standard does not take as the lake has them."""

    path: Path
    rows: dict[str, int]
    left_out: dict[str, int]


def export_roster(
    workspace: Workspace, path: Path, *, as_of: date, audience: Audience, leave: Leave, demographics: bool = False
) -> RosterExport:
    """Write the current roster as a OneRoster 1.2 bulk package, and enter it in the ledger.

    People who left are not in it, nor is what hangs on them; demographics only on request. A row that lacks what the
    standard requires is left out and counted, never filled with something made up.

    Parameters
    ----------
    leave
        Under which agreement it leaves, with an entry of disclosure for each student; or which office keeps it.

    Raises
    ------
    UserFixable
        PR094 as `leaving.ask`.
    Refused
        PR080, PR081 or PR093 as `leaving.ask`.
        When the audience has no right to rows about people (PR020), or there is no roster.
    """
    with workspace.lake.reading() as reading:
        lake = _Lake(reading, as_of)
        found, people = dict(lake.files(demographics=demographics)), lake.students()
    written, left_out = _by_the_standard(found)
    if not written.get("users"):
        raise Refused("there is no roster to write: nobody in the lake has names and a role", "import a roster first")
    released = {name: _released(name, rows, audience) for name, rows in written.items()}
    gone = Gone(THE_ROSTER, tuple(sorted(set().union(*(ELEMENTS.get(name, ()) for name in written)))), people)
    to = ask(workspace, leave, gone.elements, on=as_of)
    enter(workspace, leave, to, gone, on=as_of)
    _write(path, released)
    counts = {name: len(rows) for name, rows in written.items()}
    payload = {"what": THE_ROSTER, "rows": sum(counts.values()), "demographics": "demographics" in counts, "to": to}
    workspace.ledger.append(EXPORTED, payload, on=as_of)
    return RosterExport(path, counts, left_out)


class _Lake:
    """The lake's current rows as rows of the standard's files."""

    def __init__(self, reading: Reading, as_of: date) -> None:
        self._reading, self._as_of = reading, as_of
        rows = [row for row in self._rows("identifiers") if row["source"] == "oneroster"]
        self._kinds: dict[int, dict[str, str]] = {}
        for row in sorted(rows, key=lambda row: str(row["value"])):
            self._kinds.setdefault(row["person_key"], {})[row["kind"]] = row["value"]
        self._people = {row["person_key"]: row for row in self._rows("people") if self._is_here(row)}

    def _rows(self, name: str) -> list[Row]:
        return list(self._reading.arrow(self._reading.current(name)).to_pylist())

    def _is_here(self, row: Row) -> bool:
        return row["end_date"] is None or bool(row["end_date"] > self._as_of)

    def _user(self, key: int) -> str:
        return self._kinds.get(key, {}).get("OneRosterSourcedId", "") if key in self._people else ""

    def students(self) -> frozenset[int]:
        """Pseudonyms of the students who are in the roster now."""
        return frozenset(row["person_key"] for row in self._rows("students")) & frozenset(self._people)

    def files(self, *, demographics: bool) -> Iterator[tuple[str, list[Row]]]:
        """Every file that the lake has something for, in any order of rows."""
        yield "orgs", [_named(row, school_id="sourcedId", name="name", kind="type", identifier="identifier",
                              parent_id="parentSourcedId") for row in self._rows("schools")]  # fmt: skip
        yield "academicSessions", [_named(row, term_id="sourcedId", title="title", kind="type", start_date="startDate",
                                          end_date="endDate", parent_id="parentSourcedId", school_year="schoolYear")
                                   for row in self._rows("terms")]  # fmt: skip
        yield "courses", [_named(row, course_id="sourcedId", title="title", code="courseCode", grades="grades",
                                 subjects="subjects", subject_codes="subjectCodes", org_id="orgSourcedId",
                                 term_id="schoolYearSourcedId") for row in self._rows("courses")]  # fmt: skip
        yield "classes", [_named(row, section_id="sourcedId", title="title", grades="grades", code="classCode",
                                 course_id="courseSourcedId", kind="classType", school_id="schoolSourcedId",
                                 term_ids="termSourcedIds", subject="subjects")
                          for row in self._rows("sections")]  # fmt: skip
        students = {row["person_key"]: row for row in self._rows("students")}
        yield "users", [self._of_person(row, students.get(key, {})) for key, row in self._people.items()]
        yield "roles", self._numbered("role", [self._of_role(row) for row in self._rows("roles")])
        yield "enrollments", self._numbered("enr", [self._of_stay(row) for row in self._rows("enrollments")])
        if demographics:
            yield "demographics", [self._of_student(row) for row in students.values()]
        yield from self._resources()
        yield from self._gradebook()

    def _of_person(self, row: Row, student: Row) -> Row:
        kinds = self._kinds.get(row["person_key"], {})
        others = (f"{{{kind.removeprefix('userIds.')}:{value}}}" for kind, value in sorted(kinds.items())
                  if kind.startswith("userIds."))  # fmt: skip
        named = _named(row, given_name="givenName", family_name="familyName", username="username", email="email")
        return named | {
            "sourcedId": self._user(row["person_key"]),
            "enabledUser": "false" if row["enabled"] is False else "true",
            "userIds": ",".join(others),
            "identifier": kinds.get("SisSourcedId", ""),
            "userMasterIdentifier": kinds.get("Other", ""),
            "grades": _text(student.get("grade")),
            "primaryOrgSourcedId": _text(student.get("school_id")),
        }

    def _of_role(self, row: Row) -> Row:
        named = _named(row, rank="roleType", role="role", begin_date="beginDate", end_date="endDate",
                       school_id="orgSourcedId")  # fmt: skip
        named["role"] = {"administrator": "siteAdministrator"}.get(named["role"], named["role"])
        return named | {"userSourcedId": self._user(row["person_key"])}

    def _of_stay(self, row: Row) -> Row:
        named = _named(row, section_id="classSourcedId", school_id="schoolSourcedId", role="role",
                       begin_date="beginDate", end_date="endDate", is_primary="primary")  # fmt: skip
        return named | {"userSourcedId": self._user(row["person_key"])}

    def _of_student(self, row: Row) -> Row:
        race = row["race_ethnicity"]
        said = {name: _text(race == label) if race else "" for name, label in RACES.items()}
        said |= {TWO_OR_MORE: _text(race == "Two or more races") if race else ""}
        said |= {HISPANIC: _text(race == "Hispanic or Latino") if race else ""}
        markers = {column: _text(row[name]) for name, column in METADATA.items()}
        return {"sourcedId": self._user(row["person_key"]), "sex": _text(row["sex"])} | said | markers

    def _resources(self) -> Iterator[tuple[str, list[Row]]]:
        yield "resources", [_named(row, resource_id="sourcedId", vendor_resource_id="vendorResourceId", title="title",
                                   roles="roles", importance="importance", vendor_id="vendorId",
                                   application_id="applicationId") for row in self._rows("resources")]  # fmt: skip
        links = self._rows("resource_links")
        for name, column, target in (("classResources", "section_id", "classSourcedId"),
                                     ("courseResources", "course_id", "courseSourcedId")):  # fmt: skip
            names = {"link_id": "sourcedId", "title": "title", column: target, "resource_id": "resourceSourcedId"}
            yield name, [_named(row, **names) for row in links if row[column]]

    def _gradebook(self) -> Iterator[tuple[str, list[Row]]]:
        """Assessments of sections, which is all that the standard's line items can be, and their results."""
        school = {row["section_id"]: row["school_id"] for row in self._rows("sections")}
        items = [row for row in self._rows("assessments") if row["section_id"]]
        yield "categories", [{"sourcedId": "assessment", "title": "Assessment"}] if items else []
        yield "lineItems", [
            _named(row, assessment="sourcedId", title="title", assign_date="assignDate", due_date="dueDate",
                   section_id="classSourcedId", form="academicSessionSourcedId", scale_min="resultValueMin",
                   scale_max="resultValueMax")
            | {"categorySourcedId": "assessment", "schoolSourcedId": _text(school.get(row["section_id"]))}
            for row in items
        ]  # fmt: skip
        known = {row["assessment"] for row in items}
        results = [row for row in self._rows("results") if row["assessment"] in known] if known else []
        yield "results", self._numbered("res", [
            _named(row, assessment="lineItemSourcedId", score="score", taken_on="scoreDate",
                   section_id="classSourcedId")
            | {"studentSourcedId": self._user(row["person_key"]),
               "scoreStatus": _STATUS.get(row["status"], "submitted")}
            for row in results
        ])  # fmt: skip

    def _numbered(self, word: str, rows: list[Row]) -> list[Row]:
        """Rows that the lake knows by their content only, numbered in the order of that content."""
        ordered = sorted(rows, key=lambda row: sorted(row.items()))
        return [row | {"sourcedId": f"{word}-{number:07d}"} for number, row in enumerate(ordered, start=1)]


def _named(row: Row, **names: str) -> Row:
    return {column: _text(row[name]) for name, column in names.items()}


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return " ".join(str(value).split("\n"))


def _by_the_standard(found: Mapping[str, list[Row]]) -> tuple[dict[str, list[Row]], dict[str, int]]:
    """The rows that keep every rule of the standard, file by file in the order of their references."""
    kept: dict[str, list[Row]] = {}
    left_out: dict[str, int] = {}
    ids: dict[str, set[str]] = {}
    for name, spec in SPECS.items():
        rows = found.get(name, [])
        own = {row["sourcedId"] for row in rows}
        lawful = [row for row in rows if _GUID.match(row["sourcedId"]) and _is_lawful(spec, row, ids | {name: own})]
        if name == "demographics":
            lawful = [row for row in lawful if row["sourcedId"] in ids["users"]]
        ids[name] = {row["sourcedId"] for row in lawful}
        if len(lawful) < len(rows):
            left_out[name] = len(rows) - len(lawful)
        if lawful:
            kept[name] = sorted(lawful, key=lambda row: str(row["sourcedId"]))
    return kept, left_out


def _is_lawful(spec: Spec, row: Row, ids: Mapping[str, set[str]]) -> bool:
    """Bring a row's cells to the standard's form, and tell whether it then has all that is required."""
    for column in spec.of(VERSION):
        row[column.name] = _lawful(column, row.get(column.name, ""), ids)
    if spec.name == "enrollments" and row["role"] not in _IN_SECTIONS:
        row["role"] = f"ext:{row['role']}"
    if spec.name in ("courses", "classes") and len(_cut(row["subjects"])) != len(_cut(row["subjectCodes"])):
        row["subjectCodes"] = ""
    optional = {"resultValueMin", "resultValueMax", "score"}
    return all(row[c.name] for c in spec.of(VERSION) if c.asked and c.name not in optional)


def _lawful(column: Column, text: str, ids: Mapping[str, set[str]]) -> str:
    entries: Iterable[str] = _cut(text) if column.kind == "list" else [text] if text else []
    if column.refers:
        entries = [one for one in entries if one in ids.get(column.refers, set())]
    if column.name == "grades":
        entries = [one for one in entries if one in _CEDS]
    if column.kind in LISTS:
        listed = LISTS[column.kind]
        entries = [one if one in listed or one.startswith("ext:") else f"ext:{one}" for one in entries]
        entries = [one for one in entries if column.kind not in _CLOSED or one in listed]
    return ",".join(entries)


def _cut(text: str) -> list[str]:
    return [one.strip() for one in text.split(",") if one.strip()]


def _released(name: str, rows: list[Row], audience: Audience) -> list[list[str]]:
    further = tuple(METADATA.values()) if name == "demographics" else ()
    head = (*FIRST, *(column.name for column in SPECS[name].of(VERSION)), *further)
    released = release_records(head, [[str(row.get(column, "")) for column in head] for row in rows], audience=audience)
    if isinstance(released, Refusal):
        raise Refused(f"{released.code} {released.because}", released.remedy)
    return [list(released.head), *(list(row) for row in released.rows)]


def _write(path: Path, files: Mapping[str, list[list[str]]]) -> None:
    """A zip with the manifest and every file, readable by its owner only."""
    modes = [[f"file.{name}", "bulk" if name in files else "absent"] for name in sorted(SPECS, key=str.casefold)]
    manifest = [["propertyName", "value"], ["manifest.version", "1.0"], ["oneroster.version", VERSION], *modes]
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as out, zipfile.ZipFile(out, "w") as archive:
        for name, rows in {"manifest": manifest, **files}.items():
            entry = zipfile.ZipInfo(f"{name}.csv", _ZIP_DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, csv_text(rows, line_end="\r\n").encode())
