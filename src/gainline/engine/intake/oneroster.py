"""OneRoster: a roster package, zip or folder, to schools, terms, sections, people, identifiers, students, enrollments."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pac

from gainline.engine.core.ids import person_key
from gainline.engine.intake.account import Tally
from gainline.engine.intake.blocks import Layout, read_rows
from gainline.engine.intake.cells import EPOCH, REPAIRED, WRONG, DateReader, Distinct, Flags, Typed, date_array, flags
from gainline.engine.intake.dialect import Header, match_columns
from gainline.engine.intake.encoding import utf8_chunks
from gainline.engine.intake.frames import Frame
from gainline.engine.intake.oneroster_spec import (
    GRADES,
    HISPANIC,
    LISTS,
    MARKER_FALSE,
    MARKER_TRUE,
    MARKERS,
    RACES,
    SPECS,
    TWO_OR_MORE,
    Spec,
)
from gainline.engine.intake.reading import Batch, Task, canonical
from gainline.engine.intake.sources import TextFile

_GUID = re.compile(r"^[0-9A-Za-z./@_-]{1,255}$")
_USER_ID = re.compile(r"\{\s*([^:{}]+?)\s*:\s*([^{}]+?)\s*\}")
_UTC_TIME = re.compile(r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$")
_NULLS = frozenset({"", "null", "none", "n/a"})


@dataclass(slots=True)
class _Package:
    """The files of a package as read, what their rows refer to, and what people turned out to be."""

    task: Task
    tally: Tally
    frames: dict[str, Frame] = field(default_factory=dict)
    modes: dict[str, str] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)  # user -> role
    keys: dict[str, int] = field(default_factory=dict)  # user -> person key

    def ids(self, name: str) -> set[str] | None:
        """The sourcedIds of a file; None when the package does not hold it."""
        frame = self.frames.get(name)
        return set(_texts(frame, "sourcedId")) if frame is not None else None

    def key(self, user: str) -> int:
        """The person key of a user."""
        if user not in self.keys:
            self.keys[user] = person_key(self.task.identity.salt, "roster", user)
        return self.keys[user]

    def batch(self, name: str, columns: dict[str, pa.Array | pa.Scalar], frame: Frame) -> Batch:
        """Canonical rows from the kept rows of a file."""
        mask = pa.array(frame.kept)
        chosen = {key: value if isinstance(value, pa.Scalar) else value.filter(mask) for key, value in columns.items()}
        chosen["source_line"] = pa.array(frame.lines).filter(mask)
        return canonical(name, chosen, rows=int(frame.kept.sum()), import_id=self.task.import_id)


def read_oneroster(task: Task, tally: Tally) -> Iterator[Batch]:
    """Read a package: manifest, then each file in the order of their references, then what people are made of."""
    package = _Package(task, tally)
    files = {file.part.stem.casefold(): file for file in task.source.files}
    _read_manifest(package, files)
    for number, spec in enumerate(SPECS.values()):
        task.progress("files", number, len(SPECS))
        file = files.get(spec.name.casefold())
        if file is not None and (frame := _read_file(package, spec, file)) is not None:
            package.frames[spec.name] = frame
        elif spec.needed:
            tally.book.add("IN071", detail=f": {spec.name}.csv", file=f"{spec.name}.csv")
    for spec in SPECS.values():
        if spec.name in package.frames:
            _check_references(package, spec)
    _settle_roles(package)
    batches = [batch for name, build in _BUILDERS.items() if name in package.frames for batch in build(package, package.frames[name])]
    for frame in package.frames.values():
        tally.count(**frame.counts())
    yield from batches
    task.progress("files", len(SPECS), len(SPECS))


def _read_manifest(package: _Package, files: dict[str, TextFile]) -> None:
    book, manifest = package.tally.book, files.get("manifest")
    if manifest is None:
        book.add("IN060")
        return
    said = {key: value for key, value in _manifest_pairs(manifest) if key}
    for name in SPECS:
        mode = said.get(f"file.{name}".casefold(), "").casefold()
        is_here = name.casefold() in files
        package.modes[name] = mode
        if mode in ("bulk", "delta") and not is_here:
            book.add("IN061", detail=f": {name}.csv is declared and not there", file=manifest.name)
        elif mode == "absent" and is_here:
            book.add("IN061", detail=f": {name}.csv is there and declared absent", file=manifest.name)
        elif mode == "delta":
            book.add("IN076", file=f"{name}.csv")


def _manifest_pairs(file: TextFile) -> Iterator[tuple[str, str]]:
    layout = Layout(file.header.delimiter if file.header else ",", 1, 2, {"name": 0, "value": 1})
    for rows in read_rows(utf8_chunks(file.part.chunks(), file.encoding), layout):
        for name, value in zip(rows.columns["name"].to_pylist(), rows.columns["value"].to_pylist(), strict=True):
            yield name.strip().casefold(), value.strip()


def _read_file(package: _Package, spec: Spec, file: TextFile) -> Frame | None:
    book = package.tally.book
    header = file.header or Header(",", 1, ("",))
    match = match_columns(header.cells, spec.asked())
    _remark_on_header(package, spec, file, header)
    if missing := [name for name in spec.required if name not in match.positions]:
        for name in missing:
            book.add("IN006", [header.line], column=name, file=file.name)
            if name in match.near:
                book.add("IN009", [header.line], column=match.near[name], detail=f" of {name!r}", file=file.name)
        return None
    layout = Layout(header.delimiter, header.line, len(header.cells), match.positions)
    blocks = list(read_rows(utf8_chunks(file.part.chunks(), file.encoding), layout))
    kept_out = 0
    for rows in blocks:
        kept_out += rows.read - len(rows.lines)
        for code, lines in rows.kept_out.items():
            if len(lines):
                book.add(code, lines, file=file.name)
    if not blocks:
        book.add("IN003", file=file.name)
        return None
    table = pa.concat_tables([rows.columns for rows in blocks]).combine_chunks()
    frame = Frame(file.name, table, np.concatenate([rows.lines for rows in blocks]), book, kept_out=kept_out)
    _check_rows(package, spec, frame)
    return frame


def _remark_on_header(package: _Package, spec: Spec, file: TextFile, header: Header) -> None:
    book, match = package.tally.book, match_columns(header.cells, spec.asked())
    for name in match.folded:
        book.add("IN007", [header.line], column=name, file=file.name)
    for name in match.aliased:
        if name not in MARKERS:  # these have no standard name, so an alias is no deviation
            book.add("IN070", [header.line], column=name, detail=f": {header.cells[match.positions[name]]!r}", file=file.name)
    for name, likely in match.near.items():
        if name not in spec.required:
            book.add("IN009", [header.line], column=likely, detail=f" of {name!r}", file=file.name)
    if file.encoding not in ("utf-8", "utf-8-sig"):
        book.add("IN010", detail=file.encoding, file=file.name)


def _check_rows(package: _Package, spec: Spec, frame: Frame) -> None:
    for name in spec.required:
        frame.reject("IN030", _empty(frame, name), name)
    if "sourcedId" in frame.table.column_names:
        bad = _each(frame, "sourcedId", lambda text: bool(text) and not _GUID.match(text))
        frame.say("IN073", bad & frame.kept, "sourcedId")
        _check_duplicates(spec, frame)
    if package.modes.get(spec.name) != "delta":
        filled = ~_empty(frame, "status") | ~_empty(frame, "dateLastModified")
        frame.say("IN062", filled & frame.kept)
    frame.say("IN063", _ended(frame) & frame.kept, "status")
    loose = _each(frame, "dateLastModified", lambda text: bool(text) and not _UTC_TIME.match(text))
    frame.say("IN069", loose & frame.kept, "dateLastModified")
    for column in ("orgSourcedIds", "termSourcedIds", "grades", "subjects"):
        frame.say("IN075", _each(frame, column, lambda text: ", " in text) & frame.kept, column)
    if "enabledUser" in frame.table.column_names:
        loose = _each(frame, "enabledUser", lambda text: text not in ("true", "false", ""))
        frame.say("IN068", loose & frame.kept, "enabledUser")


def _check_duplicates(spec: Spec, frame: Frame) -> None:
    """The same sourcedId twice: the same row is loaded once, differing rows are all kept out."""
    ids = np.array(_texts(frame, "sourcedId"), dtype=object)
    if spec.name == "roles" or len(set(ids)) == len(ids):
        return
    rows: dict[str, list[int]] = {}
    for number, one in enumerate(ids):
        if one:
            rows.setdefault(one, []).append(number)
    content = list(zip(*(frame.table[name].to_pylist() for name in frame.table.column_names if name != "dateLastModified"), strict=True))
    same, conflicting = np.zeros(len(frame), dtype=bool), np.zeros(len(frame), dtype=bool)
    for numbers in rows.values():
        if len(numbers) > 1 and len({content[number] for number in numbers}) == 1:
            same[numbers[1:]] = True
        elif len(numbers) > 1:
            conflicting[numbers] = True
    frame.reject("IN065", same, "sourcedId")
    frame.reject("IN066", conflicting, "sourcedId")


def _check_references(package: _Package, spec: Spec) -> None:
    """Report what points nowhere; only a row that cannot stand without its target is kept out."""
    frame = package.frames[spec.name]
    for column, target in spec.refers.items():
        known = package.ids(target)
        if known is None or column not in frame.table.column_names:
            frame.say("IN064", ~_empty(frame, column) & frame.kept, column) if known is None else None
            continue
        lost = _each(frame, column, lambda text, known=known: any(one not in known for one in _list(text)))
        if (spec.name, column) in (("roles", "userSourcedId"), ("demographics", "sourcedId")):
            frame.reject("IN077", lost, column)
        else:
            frame.say("IN064", lost & frame.kept, column)
    for column in ("schoolSourcedId", "primaryOrgSourcedId"):
        if spec.name in ("classes", "enrollments") and "orgs" in package.frames:
            others = _not_schools(package)
            frame.say("IN074", _each(frame, column, lambda text: text in others) & frame.kept, column)


def _not_schools(package: _Package) -> set[str]:
    orgs = package.frames["orgs"]
    return {one for one, kind in zip(_texts(orgs, "sourcedId"), _texts(orgs, "type"), strict=True) if kind.casefold() != "school"}


def _settle_roles(package: _Package) -> None:
    """One role a person: from users in 1.1, from the primary role in 1.2, else from their enrollments."""
    users = package.frames.get("users")
    if users is None:
        return
    for one, role in zip(_texts(users, "sourcedId"), _labels(users, "users", "role"), strict=True):
        if role:
            package.roles[one] = role
    roles = package.frames.get("roles")
    if roles is not None:
        for one, role, rank, kept in zip(
            _texts(roles, "userSourcedId"), _labels(roles, "roles", "role"), _texts(roles, "roleType"), roles.kept, strict=True
        ):
            if kept and role and (rank.casefold() == "primary" or one not in package.roles):
                package.roles[one] = role
    enrollments = package.frames.get("enrollments")
    if enrollments is not None:
        for one, role in zip(_texts(enrollments, "userSourcedId"), _labels(enrollments, "enrollments", "role"), strict=True):
            if role:
                package.roles.setdefault(one, role)


def _orgs(package: _Package, frame: Frame) -> Iterator[Batch]:
    yield package.batch("schools", {
        "school_id": _text(frame, "sourcedId"),
        "name": _text(frame, "name"),
        "kind": pa.array(_labels(frame, "orgs", "type"), pa.string()),
        "identifier": _text(frame, "identifier"),
        "parent_id": _text(frame, "parentSourcedId"),
    }, frame)


def _sessions(package: _Package, frame: Frame) -> Iterator[Batch]:
    start, end = _days(frame, "startDate", required=True), _days(frame, "endDate", required=True)
    frame.reject("IN043", start.good & end.good & (end.values < start.values), "endDate")
    yield package.batch("terms", {
        "term_id": _text(frame, "sourcedId"),
        "title": _text(frame, "title"),
        "kind": pa.array(_labels(frame, "academicSessions", "type"), pa.string()),
        "start_date": date_array(start),
        "end_date": date_array(end),
        "school_year": _text(frame, "schoolYear"),
    }, frame)


def _classes(package: _Package, frame: Frame) -> Iterator[Batch]:
    courses = package.frames.get("courses")
    titles = dict(zip(_texts(courses, "sourcedId"), _texts(courses, "title"), strict=True)) if courses is not None else {}
    subjects = dict(zip(_texts(courses, "sourcedId"), _texts(courses, "subjects"), strict=True)) if courses is not None else {}
    course = _texts(frame, "courseSourcedId")
    own = _texts(frame, "subjects")
    _labels(frame, "classes", "classType")
    yield package.batch("sections", {
        "section_id": _text(frame, "sourcedId"),
        "title": _text(frame, "title"),
        "school_id": _text(frame, "schoolSourcedId"),
        "course_title": pa.array([titles.get(one) or None for one in course], pa.string()),
        "subject": pa.array([(_list(mine) or _list(subjects.get(one, "")) or [None])[0] for mine, one in zip(own, course, strict=True)], pa.string()),
        "grades": pa.array([",".join(grade_codes(text)) or None for text in _texts(frame, "grades")], pa.string()),
        "term_ids": pa.array([",".join(_list(text)) or None for text in _texts(frame, "termSourcedIds")], pa.string()),
    }, frame)


def _users(package: _Package, frame: Frame) -> Iterator[Batch]:
    ids = _texts(frame, "sourcedId")
    roles = [package.roles.get(one) for one in ids]
    frame.reject("IN078", np.array([role is None for role in roles], dtype=bool) & frame.kept, "role")
    keys = pa.array([package.key(one) for one in ids], pa.int64())
    yield package.batch("people", {
        "person_key": keys,
        "role": pa.array(roles, pa.string()),
        "given_name": _text(frame, "givenName"),
        "family_name": _text(frame, "familyName"),
        "username": _text(frame, "username"),
        "email": pac.utf8_lower(_text(frame, "email")),
    }, frame)
    yield _identifiers(package, frame, ids)
    yield _students(package, frame, ids)


def _identifiers(package: _Package, frame: Frame, ids: list[str]) -> Batch:
    found: list[tuple[int, str, str, int]] = []
    columns = [
        ("SisSourcedId", _texts(frame, "identifier")),
        ("AccountUserName", _texts(frame, "username")),
        ("EmailAddress", [text.casefold() for text in _texts(frame, "email")]),
        ("Other", _texts(frame, "userMasterIdentifier")),
    ]
    other = _texts(frame, "userIds")
    for row in np.flatnonzero(frame.kept):
        key, line = package.key(ids[row]), int(frame.lines[row])
        mine = {("OneRosterSourcedId", ids[row])}
        mine |= {(kind, texts[row]) for kind, texts in columns if texts[row]}
        mine |= {(f"userIds.{kind}", value) for kind, value in _USER_ID.findall(other[row])}
        found.extend((key, kind, value, line) for kind, value in sorted(mine))
    return canonical("identifiers", {
        "person_key": pa.array([key for key, _, _, _ in found], pa.int64()),
        "source": pa.scalar("oneroster"),
        "kind": pa.array([kind for _, kind, _, _ in found], pa.string()),
        "value": pa.array([value for _, _, value, _ in found], pa.string()),
        "how": pa.scalar("roster"),
        "source_line": pa.array([line for _, _, _, line in found], pa.int64()),
    }, rows=len(found), import_id=package.task.import_id)


def _students(package: _Package, frame: Frame, ids: list[str]) -> Batch:
    is_student = np.array([package.roles.get(one) == "student" for one in ids], dtype=bool) & frame.kept
    rows = np.flatnonzero(is_student)
    school = _school_of_users(package, frame, ids)
    grade = [grade_codes(text) for text in _texts(frame, "grades")]
    more = _demographics(package)
    own = {name: _marker(frame, name) for name in MARKERS}
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


def _school_of_users(package: _Package, frame: Frame, ids: list[str]) -> list[str | None]:
    """1.2: the primary organization, else that of the primary role; 1.1: the first organization that is a school."""
    others = _not_schools(package) if "orgs" in package.frames else set()
    of_role: dict[str, str] = {}
    roles = package.frames.get("roles")
    if roles is not None:
        for one, org, kept in zip(_texts(roles, "userSourcedId"), _texts(roles, "orgSourcedId"), roles.kept, strict=True):
            if kept and org:
                of_role.setdefault(one, org)
    primary, orgs = _texts(frame, "primaryOrgSourcedId"), _texts(frame, "orgSourcedIds")
    found: list[str | None] = []
    for one, first, many in zip(ids, primary, orgs, strict=True):
        listed = _list(many)
        schools = [org for org in listed if org not in others]
        found.append(first or of_role.get(one) or next(iter(schools or listed), None))
    return found


def _demographics(package: _Package) -> dict[str, dict[str, object]]:
    frame = package.frames.get("demographics")
    if frame is None:
        return {}
    sexes = _texts(frame, "sex")
    races = {name: _flag(frame, name) for name in (*RACES, TWO_OR_MORE, HISPANIC)}
    markers = {name: _marker(frame, name) for name in MARKERS}
    found: dict[str, dict[str, object]] = {}
    for row, one in enumerate(_texts(frame, "sourcedId")):
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


def _enrollments(package: _Package, frame: Frame) -> Iterator[Batch]:
    users = _texts(frame, "userSourcedId")
    roles = _labels(frame, "enrollments", "role")
    begin, end = _days(frame, "beginDate"), _days(frame, "endDate")
    frame.reject("IN043", begin.good & end.good & (end.values < begin.values), "endDate")
    rostered = [package.roles.get(one) for one in users]
    differs = [(mine or "") != (theirs or mine or "") for mine, theirs in zip(roles, rostered, strict=True)]
    frame.say("IN072", np.array(differs or [False], dtype=bool)[: len(frame)] & frame.kept, "role")
    today = (package.task.as_of - EPOCH).days
    ended = _ended(frame)
    last = np.where(ended & ~end.good, today, end.values).astype(np.int32)
    states = np.where(ended & ~end.good, REPAIRED, end.states).astype(np.int8)
    own_school = _texts(frame, "schoolSourcedId")
    classes = package.frames.get("classes")
    of_class = dict(zip(_texts(classes, "sourcedId"), _texts(classes, "schoolSourcedId"), strict=True)) if classes is not None else {}
    sections = _texts(frame, "classSourcedId")
    yield package.batch("enrollments", {
        "person_key": pa.array([package.key(one) for one in users], pa.int64()),
        "section_id": _text(frame, "classSourcedId"),
        "school_id": pa.array([mine or of_class.get(one) or None for mine, one in zip(own_school, sections, strict=True)], pa.string()),
        "role": pa.array(roles, pa.string()),
        "begin_date": date_array(begin),
        "end_date": date_array(Typed(last, states)),
    }, frame)


def grade_codes(text: str) -> list[str]:
    """CEDS codes of a list of grades; an unknown grade stays as it is.

    Examples
    --------
    >>> grade_codes("K, 3,Grade 5")
    ['KG', '03', '05']
    """
    return [GRADES.get(one.casefold().removeprefix("grade").strip(), one) for one in _list(text)]


def _list(text: str) -> list[str]:
    return [one.strip() for one in text.split(",") if one.strip()]


def _texts(frame: Frame, name: str) -> list[str]:
    if name not in frame.table.column_names:
        return [""] * len(frame)
    distinct = Distinct.of(frame.table[name])
    cleaned = ["" if text.casefold() in _NULLS else text for text in distinct.texts]
    return [cleaned[code] for code in distinct.codes]


def _text(frame: Frame, name: str) -> pa.Array:
    return pa.array([text or None for text in _texts(frame, name)], pa.string())


def _each(frame: Frame, name: str, judged: Callable[[str], bool]) -> Flags:
    if name not in frame.table.column_names:
        return np.zeros(len(frame), dtype=bool)
    distinct = Distinct.of(frame.table[name])
    return np.array([judged(text) for text in distinct.texts] or [False], dtype=bool)[distinct.codes]


def _empty(frame: Frame, name: str) -> Flags:
    if name not in frame.table.column_names:
        return np.ones(len(frame), dtype=bool)
    return _each(frame, name, lambda text: text.casefold() in _NULLS)


def _ended(frame: Frame) -> Flags:
    return _each(frame, "status", lambda text: bool(text) and text.casefold() != "active")


def _labels(frame: Frame, file: str, name: str) -> list[str | None]:
    """Values of a closed list in the standard's spelling; others are kept and reported."""
    allowed = {one.casefold(): one for one in LISTS[f"{file}.{name}"]}
    texts = _texts(frame, name)
    cased = np.array([bool(t) and allowed.get(t.casefold(), t) != t for t in texts] or [False], dtype=bool)[: len(frame)]
    frame.repair("IN067", cased & frame.kept, name)
    strange = np.array([bool(t) and t.casefold() not in allowed and not t.startswith("ext:") for t in texts] or [False], dtype=bool)
    frame.say("IN079", strange[: len(frame)] & frame.kept, name)
    return [allowed.get(text.casefold(), text) or None for text in texts]


def _flag(frame: Frame, name: str) -> list[bool | None]:
    if name not in frame.table.column_names:
        return [None] * len(frame)
    typed = flags(frame.table[name], nulls=_NULLS, true=MARKER_TRUE, false=MARKER_FALSE)
    frame.say("IN039", typed.is_state(WRONG) & frame.kept, name)
    return [bool(value) if good else None for value, good in zip(typed.values, typed.good, strict=True)]


_marker = _flag


def _days(frame: Frame, name: str, *, required: bool = False) -> Typed:
    if name not in frame.table.column_names:
        return Typed(np.zeros(len(frame), np.int32), np.ones(len(frame), np.int8))
    typed = DateReader("ymd", _NULLS).column(Distinct.of(frame.table[name]))
    frame.reject("IN034", typed.is_state(WRONG), name)
    if required:
        frame.reject("IN030", ~typed.good & frame.kept, name)
    return typed


_BUILDERS: dict[str, Callable[[_Package, Frame], Iterator[Batch]]] = {
    "orgs": _orgs,
    "academicSessions": _sessions,
    "classes": _classes,
    "users": _users,
    "enrollments": _enrollments,
}
