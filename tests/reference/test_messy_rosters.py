"""Real deviations of OneRoster packages: each one is reported by its code, and in the samples none is lost.

The two lists stand in the reference that this reader is built to: what importers met in the field, and what the makers
of the two sample packages left in them. The second is counted here cell by cell, by code that shares nothing with ours.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from gainline.engine.core.errors import Refused
from gainline.road.importing import import_files
from gainline.road.workspace import Workspace
from intake_files import Office, roster_with, zipped
from shared_data import shared

Row = dict[str, str]
Count = Counter[tuple[str, str, str | None]]
LISTS = {"classes": ("grades", "termSourcedIds", "subjects", "subjectCodes", "periods"), "users": ("grades",)}
REFERENCES = {
    "academicSessions": {"parentSourcedId": "academicSessions"},
    "orgs": {"parentSourcedId": "orgs"},
    "classes": {"courseSourcedId": "courses", "schoolSourcedId": "orgs", "termSourcedIds": "academicSessions"},
    "users": {"orgSourcedIds": "orgs", "agentSourcedIds": "users"},
    "enrollments": {"classSourcedId": "classes", "schoolSourcedId": "orgs", "userSourcedId": "users"},
}
CLASS_TYPES = {"homeroom", "scheduled"}


def tables(path: Path) -> tuple[dict[str, list[Row]], dict[str, str], dict[str, bytes]]:
    with zipfile.ZipFile(path) as archive:
        raw = {name.removesuffix(".csv"): archive.read(name) for name in archive.namelist()}
    read = {name: list(csv.DictReader(io.StringIO(content.decode()))) for name, content in raw.items()}
    manifest = {row["propertyName"]: row["value"] for row in read.pop("manifest")}
    return read, manifest, raw


def deviations(path: Path) -> Count:
    """Every deviation of a package that the samples' own description names: rows by code, file and column."""
    read, manifest, raw = tables(path)
    found: Count = Counter()
    for name, content in raw.items():
        found["IN181", name, None] += not content.endswith(b"\n")
    for key, value in manifest.items():
        found["IN180", "manifest", None] += key.startswith("source.") and value == "absent"
    for name, rows in read.items():
        for row in rows:
            for code, column in (*_of_row(name, row, manifest), *_of_references(name, row, read)):
                found[code, name, column] += 1
    roles = {row["sourcedId"]: row["role"] for row in read["users"]}
    for row in read["enrollments"]:
        found["IN072", "enrollments", "role"] += row["role"] != roles.get(row["userSourcedId"], row["role"])
    return +found


def _of_row(name: str, row: Row, manifest: dict[str, str]) -> Iterator[tuple[str, str | None]]:
    if manifest[f"file.{name}"] == "bulk" and (row["status"] or row["dateLastModified"]):
        yield "IN062", None
    if row["status"] not in ("", "active"):
        yield "IN063", "status"
    if row["status"] not in ("", "active", "tobedeleted"):
        yield "IN172", "status"
    if row["dateLastModified"] and not re.fullmatch(r"[\d-]{10}T[\d:]{8}(\.\d+)?Z", row["dateLastModified"]):
        yield "IN069", "dateLastModified"
    if row.get("enabledUser", "true") not in ("true", "false"):
        yield "IN068", "enabledUser"
    if row.get("classType", "homeroom") not in CLASS_TYPES and row["classType"].lower() in CLASS_TYPES:
        yield "IN067", "classType"
    yield from (("IN075", column) for column in LISTS.get(name, ()) if ", " in row[column])


def _of_references(name: str, row: Row, read: dict[str, list[Row]]) -> Iterator[tuple[str, str | None]]:
    for column, target in REFERENCES[name].items():
        asked = [one.strip() for one in row[column].split(",") if one.strip()]
        if asked and target not in read:
            yield "IN177", column
        elif {*asked} - {other["sourcedId"] for other in read.get(target, [])}:
            yield "IN064", column
    kinds = {org["sourcedId"]: org["type"] for org in read["orgs"]}
    if name in ("classes", "enrollments") and kinds.get(row["schoolSourcedId"], "school") != "school":
        yield "IN074", "schoolSourcedId"


@pytest.mark.shared_data
@pytest.mark.parametrize(("name", "kinds"), [("full", 13), ("minimal", 7)])
def test_every_deviation_of_the_sample_packages_is_reported_with_all_of_its_rows(name: str, kinds: int):
    path = shared(f"oneroster_samples/v1p1_{name}_messy.zip")
    asked = deviations(path)
    account = Office().take(path).account
    said: Count = Counter()
    for fold in account.faults:
        column = None if fold.code == "IN062" else fold.column
        said[fold.code, fold.file.removesuffix(".csv"), column] += fold.rows
    people_by_the_same_id = {key: rows for key, rows in said.items() if key[0] == "IN176"}
    assert {key: rows for key, rows in said.items() if key not in people_by_the_same_id} == dict(asked)
    assert len({code for code, *_ in asked}) == kinds
    assert account.read == account.loaded + account.repaired + account.rejected == 20 + account.rejected


def _users_1_2(files: dict[str, str]) -> dict[str, str]:
    return {f"export/{name}": text for name, text in files.items()} | {"__MACOSX/._users.csv": "x"}


FIELD = [
    ("a byte order mark before sourcedId", {"users.csv": lambda text: "\ufeff" + text}, "IN309"),
    ("headers in another case", {"users.csv": lambda text: text.replace("givenName", "GivenName")}, "IN007"),
    ("no manifest at all", {"manifest.csv": None}, "IN060"),
    ("status filled in a full file", {"users.csv": lambda text: text.replace("u1,,,", "u1,active,,")}, "IN062"),
    ("a status such as inactive", {"users.csv": lambda text: text.replace("u2,,,", "u2,inactive,,")}, "IN172"),
    ("a bare date as time", {"users.csv": lambda text: text.replace("u1,,,", "u1,,2025-09-01,")}, "IN069"),
    ("a date by day first as time", {"users.csv": lambda text: text.replace("u1,,,", "u1,,1/9/2025,")}, "IN069"),
    ("enabledUser TRUE", {"users.csv": lambda text: text.replace("u1,,,true", "u1,,,TRUE")}, "IN068"),
    ("enabledUser 1", {"users.csv": lambda text: text.replace("u1,,,true", "u1,,,1")}, "IN068"),
    (
        "userSourcedId in demographics",
        {"demographics.csv": lambda text: text.replace("sourcedId", "userSourcedId", 1)},
        "IN070",
    ),
    ("birthdate", {"demographics.csv": lambda text: text.replace("birthDate", "birthdate")}, "IN007"),
    ("schoolYearId", {"academicSessions.csv": lambda text: text.replace("schoolYear", "schoolYearId")}, "IN070"),
    ("grade", {"users.csv": lambda text: text.replace("grades", "grade")}, "IN070"),
    ("userId", {"users.csv": lambda text: text.replace("userIds", "userId")}, "IN070"),
    ("agents", {"users.csv": lambda text: text.replace("agentSourcedIds", "agents")}, "IN070"),
    ("isPrimary", {"enrollments.csv": lambda text: text.replace("primary", "isPrimary")}, "IN070"),
    ("ext_ without metadata.", {"users.csv": lambda text: text.replace("sms", "ext_color")}, "IN173"),
    ("a misspelt header", {"users.csv": lambda text: text.replace("middleName", "midleName")}, "IN009"),
    ("dataLastModified", {"users.csv": lambda text: text.replace("dateLast", "dataLast")}, "IN070"),
    ("an empty header", {"users.csv": lambda text: text.replace(",sms,", ",,")}, "IN175"),
    ("a file name in another case", {"Users.csv": "users.csv"}, "IN174"),
    ("the same row twice", {"orgs.csv": lambda text: text + text.splitlines()[2] + "\n"}, "IN065"),
    (
        "one sourcedId with two contents",
        {"classes.csv": lambda text: text + text.splitlines()[2].replace("Room 2", "Room 3") + "\n"},
        "IN066",
    ),
    ("one number for several people", {"users.csv": lambda text: text.replace("T-9", "000123")}, "IN176"),
    ("an enrollment of nobody", {"enrollments.csv": lambda text: text.replace("k2,s2,u3", "k2,s2,u9")}, "IN064"),
    ("courses absent", {"courses.csv": None}, "IN177"),
    ("a department as school", {"orgs.csv": lambda text: text.replace("Oak School,school", "Oak,department")}, "IN074"),
    ("a time of day", {"enrollments.csv": lambda text: text.replace("2026-01-10", "2026-01-10T00:00:00Z")}, "IN179"),
    ("a manifest that disagrees", {"manifest.csv": lambda text: text.replace("users,bulk", "users,absent")}, "IN061"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "code"), [one[1:] for one in FIELD], ids=[one[0] for one in FIELD])
def test_a_deviation_met_in_the_field_is_read_and_reported(tmp_path: Path, change: dict[str, object], code: str):
    files: dict[str, str] = roster_with()
    for name, what in change.items():
        if what is None:
            del files[name]
        elif isinstance(what, str):
            files[name] = files.pop(what)
        else:
            files[name] = what(files[name])  # type: ignore[operator]
    (tmp_path / "roster.zip").write_bytes(zipped(files))
    taken = Office().take(tmp_path / "roster.zip")
    assert code in taken.codes()
    assert taken.adds_up()
    assert taken.tables["people"].num_rows == 4


def test_a_folder_in_the_zip_and_what_a_mac_leaves_there_are_reported(tmp_path: Path):
    (tmp_path / "roster.zip").write_bytes(zipped(_users_1_2(roster_with())))
    taken = Office().take(tmp_path / "roster.zip")
    assert {"IN171", "IN311"} <= set(taken.codes())
    assert taken.tables["people"].num_rows == 4


def test_a_file_that_is_cut_short_tonight_stops_for_confirmation(tmp_path: Path):
    home = Workspace.create(tmp_path / "home", salt=b"a salt of thirty-two bytes, kept.")
    (tmp_path / "a.zip").write_bytes(zipped(roster_with()))
    import_files(home, [tmp_path / "a.zip"], as_of=date(2026, 6, 1))
    cut = roster_with(users=[("u3,,,true,s2,student,cy.n,,Cy,N,,060186,cy.n@x.example,,,,4,\n", "")])
    (tmp_path / "b.zip").write_bytes(zipped(cut))
    with pytest.raises(Refused, match="IN190"):
        import_files(home, [tmp_path / "b.zip"], as_of=date(2026, 6, 2))
