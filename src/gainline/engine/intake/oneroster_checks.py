"""OneRoster checks: every cell against its column's kind, ids against each other, references against their files."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np

from gainline.engine.intake.cells import FALSE_WORDS, TRUE_WORDS, Flags
from gainline.engine.intake.oneroster_files import Package, RosterFile, listed
from gainline.engine.intake.oneroster_spec import LISTS, Column, Spec

_GUID = re.compile(r"^[0-9A-Za-z./@_-]{1,255}$")
_UTC_TIME = re.compile(r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$")
_INSEPARABLE = frozenset({("roles", "userSourcedId"), ("demographics", "sourcedId")})  # about a person and nothing else
_STATUSES = frozenset({"", "active", "tobedeleted"})
_KINDS: dict[str, re.Pattern[str]] = {
    "date": re.compile(r"^\d{4}-\d{2}-\d{2}$"),
    "year": re.compile(r"^\d{4}$"),
    "int": re.compile(r"^-?\d+$"),
    "float": re.compile(r"^-?\d+(\.\d+)?$"),
    "guid": _GUID,
}


def check_rows(package: Package, spec: Spec, frame: RosterFile) -> None:
    """Judge every row of a file by the standard's table."""
    for name in spec.required:
        frame.reject("IN030", frame.is_empty(name), name)
    if "sourcedId" in frame.table.column_names:
        bad = frame.each("sourcedId", lambda text: bool(text) and not _GUID.match(text))
        frame.say("IN073", bad & frame.kept, "sourcedId")
        _check_duplicates(spec, frame)
    _check_status(package, spec, frame)
    for column in spec.of(package.version):
        if column.name in frame.table.column_names:
            _check_cells(spec, frame, column)
    _check_pairs(package, spec, frame)


def _check_status(package: Package, spec: Spec, frame: RosterFile) -> None:
    status, modified = frame.is_empty("status"), frame.is_empty("dateLastModified")
    if package.is_delta(spec.name):
        frame.say("IN196", (status | modified) & frame.kept)
    else:
        frame.say("IN062", ~(status & modified) & frame.kept)
    frame.say("IN063", frame.is_ended() & frame.kept, "status")
    strange = frame.each("status", lambda text: text.casefold() not in _STATUSES)
    frame.say("IN172", strange & frame.kept, "status")
    loose = frame.each("dateLastModified", lambda text: bool(text) and not _UTC_TIME.match(text))
    frame.say("IN069", loose & frame.kept, "dateLastModified")


def _check_cells(spec: Spec, frame: RosterFile, column: Column) -> None:
    name, kind = column.name, column.kind
    if column.asked and not column.vital:
        frame.say("IN185", frame.is_empty(name) & frame.kept, name)
    if kind in LISTS:
        frame.check_choices(name, LISTS[kind])
    elif kind in ("flag", "yes"):
        frame.say("IN068", frame.each(name, _is_loose_flag) & frame.kept, name)
    elif kind in _KINDS and spec.name != "demographics":
        frame.say("IN183", frame.each(name, _unlike(_KINDS[kind])) & frame.kept, name)
    if kind == "flag":
        frame.say("IN183", frame.each(name, _is_no_flag) & frame.kept, name)
    if kind == "list":
        frame.say("IN075", frame.each(name, lambda text: ", " in text) & frame.kept, name)


def _unlike(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda text: bool(text) and pattern.match(text) is None


def _is_loose_flag(text: str) -> bool:
    return text not in ("", "true", "false") and not _is_no_flag(text)


def _is_no_flag(text: str) -> bool:
    return bool(text) and text.casefold() not in TRUE_WORDS | FALSE_WORDS


def _check_pairs(package: Package, spec: Spec, frame: RosterFile) -> None:
    """Rules over several cells: subjects with their codes, and one primary role a person and organization."""
    if spec.name in ("courses", "classes") and package.version == "1.2":
        pairs = zip(frame.texts("subjects"), frame.texts("subjectCodes"), strict=True)
        unequal = [bool(codes) and len(listed(subjects)) != len(listed(codes)) for subjects, codes in pairs]
        frame.say("IN187", np.array(unequal, dtype=bool) & frame.kept, "subjectCodes")
    if spec.name == "roles":
        seen: set[tuple[str, str]] = set()
        again = np.zeros(len(frame), dtype=bool)
        columns = (frame.texts(name) for name in ("userSourcedId", "orgSourcedId", "roleType"))
        for row, (user, org, rank) in enumerate(zip(*columns, strict=True)):
            if rank.casefold() == "primary":
                again[row] = (user, org) in seen
                seen.add((user, org))
        frame.say("IN188", again & frame.kept & ~frame.is_ended(), "roleType")


def _check_duplicates(spec: Spec, frame: RosterFile) -> None:
    """The same sourcedId twice: the same row is loaded once, differing rows are all kept out."""
    ids = np.array(frame.texts("sourcedId"), dtype=object)
    if spec.name == "roles" or len(set(ids)) == len(ids):
        return
    rows: dict[str, list[int]] = {}
    for number, one in enumerate(ids):
        if one:
            rows.setdefault(one, []).append(number)
    content = list(
        zip(
            *(frame.table[name].to_pylist() for name in frame.table.column_names if name != "dateLastModified"),
            strict=True,
        )
    )
    same, conflicting = np.zeros(len(frame), dtype=bool), np.zeros(len(frame), dtype=bool)
    for numbers in rows.values():
        if len(numbers) > 1 and len({content[number] for number in numbers}) == 1:
            same[numbers[1:]] = True
        elif len(numbers) > 1:
            conflicting[numbers] = True
    frame.reject("IN065", same, "sourcedId")
    frame.reject("IN066", conflicting, "sourcedId")


def check_references(package: Package, spec: Spec) -> None:
    """Report what points nowhere; only a row that cannot stand without its target is kept out."""
    frame = package.frames[spec.name]
    for column, target in spec.refers.items():
        known = package.ids(target)
        if known is None:
            frame.say("IN177", ~frame.is_empty(column) & frame.kept, column)
            continue
        lost = _points_nowhere(frame, column, known)
        if (spec.name, column) in _INSEPARABLE:
            frame.reject("IN077", lost, column)
        else:
            frame.say("IN064", lost & frame.kept, column)
    if spec.name in ("classes", "enrollments") and "orgs" in package.frames:
        others = not_schools(package)
        frame.say("IN074", frame.each("schoolSourcedId", others.__contains__) & frame.kept, "schoolSourcedId")


def _points_nowhere(frame: RosterFile, column: str, known: set[str]) -> Flags:
    return frame.each(column, lambda text: any(one not in known for one in listed(text)))


def not_schools(package: Package) -> set[str]:
    """Organizations that are districts, departments and the like."""
    orgs = package.frames["orgs"]
    return {
        one
        for one, kind in zip(orgs.texts("sourcedId"), orgs.texts("type"), strict=True)
        if kind.casefold() != "school"
    }
