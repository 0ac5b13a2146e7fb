"""A tiny district whose people all bear canaries, with groups of one to four planted among them."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from functools import cache
from pathlib import Path

from builders.tiny_district import files, incoming

CANARY = "zyx"  # begins every name, number and address of a person in the files, and no word of ours
NUMBER = re.compile(r"(?<![\w.])(\d{7}|T\d{4})\b|(?<=stu-)(\d{7})\b|(?<=stateId:)(\d{9})\b")
ANNEX = ("RB-E09", "Zephyr Annex", "RB-E09-HR04-01")  # a school of three
FEW = {"annex": 3, "native_hawaiian": 2, "english_learner": 3}
NOT_PEOPLE = {"orgs.csv", "academicSessions.csv", "courses.csv", "manifest.csv"}
TESTED = "04"
MISTAKEN = (  # each line has a fault that somebody is told of
    b"student_id,school,assessment,form,score,taken_on\n"
    b"zyxid0000001,Zyxgiven0001 School,reading,fall,Zyxfamily0001,2025-09-12\n"
    b"zyxid0000002,Oak Elementary School,reading,fall,40,zyxid0000003\n"
    b"Zyxgiven0001 Zyxfamily0001,Oak Elementary School,reading,fall,41,2025-09-12\n"
)


@cache
def uploads() -> dict[str, bytes]:
    """Each file as it comes in: the roster as one package, then the vendors' and the district's files."""
    roster = {path.name: _rows(path) for path in sorted((incoming() / "oneroster").glob("*.csv"))}
    _plant(roster)
    names = {row["identifier"]: (row["familyName"], row["givenName"]) for row in roster["users.csv"]}
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        for name, rows in roster.items():
            archive.writestr(name, _text(name, rows))
    found = {"oneroster.zip": package.getvalue()}
    annexed = {row["identifier"] for row in roster["users.csv"] if row["primaryOrgSourcedId"] == ANNEX[0]}
    for path in sorted(incoming().glob("*.csv")):
        rows = _rows(path)
        for row in rows:
            _renamed(row, names, annexed)
        found[path.name] = _text(path.name, rows).encode()
    return found


def settings_text() -> str:
    """The district's own settings."""
    return (files() / "gainline.toml").read_text(encoding="utf-8")


def profiles() -> list[Path]:
    """The district's own profiles for its vendors' files."""
    return sorted((files() / "profiles").glob("*.toml"))


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _text(name: str, rows: list[dict[str, str]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue() if name in NOT_PEOPLE else NUMBER.sub(lambda found: CANARY + found[0], out.getvalue())


def _plant(roster: dict[str, list[dict[str, str]]]) -> None:
    """Name everybody by a canary; three students of grade 4 in a school of their own, three who learn English."""
    for place, row in enumerate(roster["users.csv"]):
        row["givenName"], row["familyName"] = f"Zyxgiven{place:04d}", f"Zyxfamily{place:04d}"
        row["username"], row["email"] = f"zyxuser{place:04d}", f"zyxuser{place:04d}@students.example"
    fourth = [row["sourcedId"] for row in roster["users.csv"] if row["grades"] == TESTED]
    _move(roster, set(fourth[: FEW["annex"]]))
    tested = {row["sourcedId"] for row in roster["users.csv"] if row["grades"] in {"03", "04", "05"}}
    learners, islanders = set(fourth[5 : 5 + FEW["english_learner"]]), set(fourth[9 : 9 + FEW["native_hawaiian"]])
    for row in roster["demographics.csv"]:
        row["nativeHawaiianOrOtherPacificIslander"] = str(row["sourcedId"] in islanders).lower()
        if row["sourcedId"] in islanders:
            races = [
                name for name in row if name.startswith(("asian", "black", "white", "demographicRace", "hispanic"))
            ]
            row.update(dict.fromkeys(races, "false"))
        if row["sourcedId"] in tested:
            row["metadata.englishLearner"] = str(row["sourcedId"] in learners).lower()


def _move(roster: dict[str, list[dict[str, str]]], who: set[str]) -> None:
    school, name, section = ANNEX
    roster["orgs.csv"].append({**roster["orgs.csv"][1], "sourcedId": school, "name": name, "identifier": "4807009"})
    like = next(row for row in roster["classes.csv"] if row["grades"] == TESTED)
    own = {"sourcedId": section, "classCode": section, "schoolSourcedId": school}
    roster["classes.csv"].append(like | own)
    for row in roster["users.csv"]:
        if row["sourcedId"] in who:
            row["primaryOrgSourcedId"] = school
    for row in roster["roles.csv"]:
        if row["userSourcedId"] in who:
            row["orgSourcedId"] = school
    for row in roster["enrollments.csv"]:
        if row["userSourcedId"] in who:
            row["schoolSourcedId"], row["classSourcedId"] = school, section


def _renamed(row: dict[str, str], names: dict[str, tuple[str, str]], annexed: set[str]) -> None:
    number = row.get("student_id") or row.get("Student ID") or ""
    if "Last Name" in row:
        nobody = ("Zyxfamilynone", "Zyxgivennone")
        row["Last Name"], row["First Name"] = names.get(number.lstrip("0").zfill(7), nobody)
    for column in ("school", "School"):
        if column in row and number in annexed:
            row[column] = ANNEX[1]
