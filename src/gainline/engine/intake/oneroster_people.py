"""OneRoster people: users, their roles and demographics to people, identifiers, roles and students."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pac

from gainline.engine.core.ids import person_key
from gainline.engine.intake.cells import date_array
from gainline.engine.intake.dialect import fold
from gainline.engine.intake.oneroster_checks import not_schools
from gainline.engine.intake.oneroster_files import Package, RosterFile, listed
from gainline.engine.intake.oneroster_spec import GRADES, HISPANIC, LISTS, MARKERS, RACES, TWO_OR_MORE
from gainline.engine.intake.reading import Batch, canonical

_USER_ID = re.compile(r"\{\s*([^:{}]+?)\s*:\s*([^{}]+?)\s*\}")
_SIS, _SOURCED = "SisSourcedId", "OneRosterSourcedId"
_ABOUT = ("sex", "race_ethnicity", *MARKERS)
Row = dict[str, Any]


def settle_people(package: Package) -> None:
    """Who is who, and one role a person, before anything is made of them."""
    _know_again(package)
    _settle_roles(package)


def _know_again(package: Package) -> None:
    """Users under a new sourcedId whose number and name the roster knew under one that is gone keep their pseudonym."""
    users, before = package.frames.get("users"), package.before
    if users is None or package.is_delta("users") or not before.keys:
        return
    ids = users.texts("sourcedId")
    still = {before.keys[one] for one in ids if one in before.keys}
    rows = before.table("identifiers").to_pylist()
    held = {row["value"]: row["person_key"] for row in rows if row["source"] == "oneroster" and row["kind"] == _SIS}
    names = {
        row["person_key"]: _names(row["given_name"], row["family_name"]) for row in before.table("people").to_pylist()
    }
    times = Counter(users.texts("identifier"))
    columns = zip(ids, users.texts("identifier"), users.texts("givenName"), users.texts("familyName"), strict=True)
    known = np.zeros(len(users), dtype=bool)
    for row, (one, number, given, family) in enumerate(columns):
        key = held.get(number) if number and times[number] == 1 and one not in before.keys else None
        if key is not None and key not in still and names.get(key, set()) & _names(given, family):
            package.keys[one] = key
            known[row] = True
    users.say("IN178", known, "sourcedId")


def _names(given: str | None, family: str | None) -> set[str]:
    return {f"{place}{fold(name)}" for place, name in (("g", given), ("f", family)) if name}


def _settle_roles(package: Package) -> None:
    """One role a person: of users in 1.1, the primary one in 1.2, else of their enrollments, else what the lake has."""
    package.roles |= dict(_said(package, "users", "sourcedId"))
    _settle_by_rank(package)
    for one, role in _said(package, "enrollments", "userSourcedId"):
        package.roles.setdefault(one, role)
    people = package.before.table("people")
    held = dict(zip(people["person_key"].to_pylist(), people["role"].to_pylist(), strict=True))
    for one, key in package.before.keys.items():
        if key in held:
            package.roles.setdefault(one, held[key])


def _said(package: Package, name: str, user: str) -> Iterator[tuple[str, str]]:
    frame = package.frames.get(name)
    if frame is not None:
        roles = frame.choices("role", LISTS[f"{name}.role"])
        yield from ((one, role) for one, role in zip(frame.texts(user), roles, strict=True) if role)


def _settle_by_rank(package: Package) -> None:
    roles = package.frames.get("roles")
    if roles is None:
        return
    columns = (roles.texts("userSourcedId"), roles.choices("role", LISTS["roles.role"]), roles.texts("roleType"))
    for one, role, rank, kept in zip(*columns, roles.kept, strict=True):
        if kept and role and (rank.casefold() == "primary" or one not in package.roles):
            package.roles[one] = role


def build_users(package: Package, frame: RosterFile) -> Iterator[Batch]:
    """People, their identifiers, in 1.1 also their roles, and what is known of the students."""
    ids = frame.texts("sourcedId")
    roles = [package.roles.get(one) for one in ids]
    frame.reject("IN078", np.array([role is None for role in roles], dtype=bool) & frame.kept, "role")
    keys = [package.key(one) for one in ids]
    yield package.batch(
        "people",
        {
            "person_key": pa.array(keys, pa.int64()),
            "role": pa.array(roles, pa.string()),
            "given_name": frame.column("givenName"),
            "family_name": frame.column("familyName"),
            "username": frame.column("username"),
            "email": pac.utf8_lower(frame.column("email")),
            "enabled": pa.array(frame.flag("enabledUser"), pa.bool_()),
            "end_date": pa.array(_ends(package, frame, keys), pa.date32()),
        },
        frame,
    )
    yield _identifiers(package, frame, ids)
    yield _students(package, frame, ids)
    yield from _metadata(package)
    if "roles" not in package.frames and "orgSourcedIds" in frame.table.column_names:
        yield _roles_of_users(package, frame, ids)


def _ends(package: Package, frame: RosterFile, keys: list[int]) -> list[date | None]:
    """The day on which a status other than active took a person out; where the lake has it already, that one."""
    if not (ended := frame.is_ended()).any():
        return [None] * len(keys)
    rows = package.before.table("people").select(["person_key", "end_date"]).to_pylist()
    held = {row["person_key"]: row["end_date"] for row in rows}
    today = package.task.as_of
    return [(held.get(key) or today) if over else None for key, over in zip(keys, ended, strict=True)]


def _identifiers(package: Package, frame: RosterFile, ids: list[str]) -> Batch:
    found: list[tuple[int, str, str, int]] = []
    columns = [
        (_SIS, frame.texts("identifier")),
        ("AccountUserName", frame.texts("username")),
        ("EmailAddress", [text.casefold() for text in frame.texts("email")]),
        ("Other", frame.texts("userMasterIdentifier")),
    ]
    other = frame.texts("userIds")
    for row in np.flatnonzero(frame.kept):
        key, line = package.key(ids[row]), int(frame.lines[row])
        mine = {(_SOURCED, ids[row])}
        mine |= {(kind, texts[row]) for kind, texts in columns if texts[row]}
        mine |= {(f"userIds.{kind}", value) for kind, value in _USER_ID.findall(other[row])}
        found.extend((key, kind, value, line) for kind, value in sorted(mine))
    held = [row for row in package.before.table("identifiers").to_pylist() if row["source"] == "oneroster"]
    settled = _without_disputes(package, frame, ids, (found, held))
    since = {(row["person_key"], row["kind"], row["value"]): row["valid_from"] for row in held}
    days = [since.get(row[:3], package.task.as_of) for row, _ in settled]
    return canonical(
        "identifiers",
        {
            "person_key": pa.array([key for (key, _, _, _), _ in settled], pa.int64()),
            "source": pa.scalar("oneroster"),
            "kind": pa.array([kind for (_, kind, _, _), _ in settled], pa.string()),
            "value": pa.array([value for (_, _, value, _), _ in settled], pa.string()),
            "how": pa.array([how for _, how in settled], pa.string()),
            "valid_from": pa.array(days, pa.date32()),
            "source_line": pa.array([line for (_, _, _, line), _ in settled], pa.int64()),
        },
        rows=len(settled),
        import_id=package.task.import_id,
    )


def _without_disputes(
    package: Package, frame: RosterFile, ids: list[str], known: tuple[list[tuple[int, str, str, int]], list[Row]]
) -> list[tuple[tuple[int, str, str, int], str]]:
    """Identifiers, and how they are known: one that several share is the one student's among them, else nobody's.

    What is nobody's stays on record under a key that no person has: whoever brings this number in a file is then told
    that several people have it, and not that nobody does. A file of changes is held against everybody who is in the
    lake and not in the file.
    """
    found, held = known
    owners: dict[tuple[str, str], set[int]] = defaultdict(set)
    for key, kind, value, _ in found:
        owners[kind, value].add(key)
    if package.is_delta("users"):
        here = {row[0] for row in found}
        for row in held:
            name = (row["kind"], row["value"])
            if name in owners and row["how"] == "roster" and row["person_key"] not in here:
                owners[name].add(row["person_key"])
    shared = {name: keys for name, keys in owners.items() if len(keys) > 1}
    if not shared:
        return [(row, "roster") for row in found]
    students = {package.key(one) for one in ids if package.roles.get(one) == "student"}
    students |= set(package.before.table("students")["person_key"].to_pylist())
    owner = {name: next(iter(keys & students)) for name, keys in shared.items() if len(keys & students) == 1}
    lines = {line for _, kind, value, line in found if (kind, value) in shared}
    frame.say("IN176", np.isin(frame.lines, list(lines)))
    kept = [(row, "roster") for row in found if row[1:3] not in shared or owner.get(row[1:3]) == row[0]]
    nobody = {row[1:3]: row for row in reversed(found) if row[1:3] in shared and row[1:3] not in owner}
    salt = package.task.identity.salt
    for (kind, value), (*_, line) in nobody.items():
        key = person_key(salt, "disputed", f"{kind}\x1f{value}")
        kept.append(((key, kind, value, line), "disputed"))
    return kept


def _students(package: Package, frame: RosterFile, ids: list[str]) -> Batch:
    is_student = np.array([package.roles.get(one) == "student" for one in ids], dtype=bool) & frame.kept
    rows = np.flatnonzero(is_student)
    school, more = _school_of_users(package, frame, ids), _demographics(package)
    grade = [grade_codes(text) for text in frame.texts("grades")]
    own = {name: frame.flag(name) for name in MARKERS}
    held = _students_before(package)
    made = []
    for row in rows:
        key, line = package.key(ids[row]), int(frame.lines[row])
        before = held.get(key, {})
        about = more.get(ids[row], {name: before.get(name) for name in _ABOUT})
        student = {name: _first(own[name][row] if name in own else None, about.get(name)) for name in _ABOUT}
        place = school[row] or (before.get("school_id") if package.is_delta("users") else None)
        code = grade[row][0] if grade[row] else None
        made.append({"person_key": key, "school_id": place, "grade": code, "source_line": line, **student})
    return _student_batch(package, made)


def _students_before(package: Package) -> dict[int, Row]:
    return {row["person_key"]: row for row in package.before.table("students").to_pylist()}


def _student_batch(package: Package, made: list[Row]) -> Batch:
    kinds = {"person_key": pa.int64(), "school_id": pa.string(), "grade": pa.string(), "source_line": pa.int64()}
    kinds |= {"sex": pa.string(), "race_ethnicity": pa.string()} | dict.fromkeys(MARKERS, pa.bool_())
    columns = {name: pa.array([row[name] for row in made], kind) for name, kind in kinds.items()}
    return canonical("students", columns, rows=len(made), import_id=package.task.import_id)


def late_demographics(package: Package) -> Iterator[Batch]:
    """Demographics that come without their user's row, as a file of changes may have them."""
    users, frame = package.frames.get("users"), package.frames.get("demographics")
    if frame is None:
        return
    there = set(users.texts("sourcedId")) if users is not None else set()
    held, more = _students_before(package), _demographics(package)
    made = []
    for one, line in zip(frame.texts("sourcedId"), frame.lines, strict=True):
        before = held.get(package.key(one))
        if one in more and one not in there and before is not None:
            made.append(before | {name: more[one].get(name) for name in _ABOUT} | {"source_line": int(line)})
    yield _student_batch(package, made)


def _metadata(package: Package) -> Iterator[Batch]:
    """Further columns of users and demographics, as attributes of the students."""
    frames = [(name, package.frames[name]) for name in ("users", "demographics") if name in package.frames]
    found = [
        {"key": package.key(one), "name": column, "text": text, "line": int(line)}
        for name, frame in frames
        for column in package.metadata.get(name, [])
        for one, text, kept, line in zip(
            frame.texts("sourcedId"), frame.texts(column), frame.kept, frame.lines, strict=True
        )
        if kept and text and package.roles.get(one) == "student"
    ]
    yield canonical(
        "attributes",
        {
            "person_key": pa.array([row["key"] for row in found], pa.int64()),
            "attribute": pa.array([row["name"] for row in found], pa.string()),
            "text": pa.array([row["text"] for row in found], pa.string()),
            "source_line": pa.array([row["line"] for row in found], pa.int64()),
        },
        rows=len(found),
        import_id=package.task.import_id,
    )


def build_roles(package: Package, frame: RosterFile) -> Iterator[Batch]:
    """Roles as 1.2 has them, each with its days."""
    begin, end = frame.days("beginDate"), frame.days("endDate")
    frame.reject("IN043", begin.good & end.good & (end.values < begin.values), "endDate")
    today = package.task.as_of
    ends = [
        today if over and day is None else day
        for over, day in zip(frame.is_ended(), date_array(end).to_pylist(), strict=True)
    ]
    yield package.batch(
        "roles",
        {
            "person_key": pa.array([package.key(one) for one in frame.texts("userSourcedId")], pa.int64()),
            "school_id": frame.column("orgSourcedId"),
            "role": pa.array(frame.choices("role", LISTS["roles.role"]), pa.string()),
            "rank": pa.array(
                [rank or "primary" for rank in frame.choices("roleType", LISTS["roles.roleType"])], pa.string()
            ),
            "begin_date": date_array(begin),
            "end_date": pa.array(ends, pa.date32()),
        },
        frame,
    )


def _roles_of_users(package: Package, frame: RosterFile, ids: list[str]) -> Batch:
    """1.1: a user's one role in each of the organizations; the first one is the primary."""
    ended = frame.is_ended()
    made: list[tuple[int, str, str, str, date | None, int]] = []
    for row, orgs in enumerate(frame.texts("orgSourcedIds")):
        role = package.roles.get(ids[row])
        for place, org in enumerate(dict.fromkeys(listed(orgs)) if frame.kept[row] and role else ()):
            rank, end = "secondary" if place else "primary", package.task.as_of if ended[row] else None
            made.append((package.key(ids[row]), org, str(role), rank, end, int(frame.lines[row])))
    kinds = {
        "person_key": pa.int64(),
        "school_id": pa.string(),
        "role": pa.string(),
        "rank": pa.string(),
        "end_date": pa.date32(),
        "source_line": pa.int64(),
    }
    columns = {name: pa.array([row[i] for row in made], kind) for i, (name, kind) in enumerate(kinds.items())}
    return canonical("roles", columns, rows=len(made), import_id=package.task.import_id)


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
            found[one]["race_ethnicity"] = _race({name: values[row] for name, values in races.items()})
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


def grade_codes(text: str) -> list[str]:
    """CEDS codes of a list of grades; an unknown grade stays as it is.

    Examples
    --------
    >>> grade_codes("K, 3,Grade 5")
    ['KG', '03', '05']
    """
    return [GRADES.get(one.casefold().removeprefix("grade").strip(), one) for one in listed(text)]
