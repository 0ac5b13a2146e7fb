"""A strict judge of OneRoster 1.2 CSV packages, written from the standard alone: it shares nothing with our reader.

Source: 1EdTech OneRoster 1.2 CSV binding (1.2.1 corrections): columns in order, required cells, kinds, references.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from pathlib import Path

FIRST = ["sourcedId", "status", "dateLastModified"]
# a trailing * is required; >file is a reference; =a|b a closed list; other words after : are kinds
FILES = {
    "orgs": "name* type*=department|school|district|local|state|national identifier parentSourcedId>orgs",
    "academicSessions": "title* type*=gradingPeriod|semester|schoolYear|term startDate*:date endDate*:date"
    " parentSourcedId>academicSessions schoolYear*:year",
    "courses": "schoolYearSourcedId>academicSessions title* courseCode grades:grades orgSourcedId*>orgs subjects"
    " subjectCodes",
    "classes": "title* grades:grades courseSourcedId*>courses classCode classType*=homeroom|scheduled location"
    " schoolSourcedId*>orgs termSourcedIds*>academicSessions subjects subjectCodes periods",
    "users": "enabledUser*=true|false username* userIds givenName* familyName* middleName identifier email sms phone"
    " agentSourcedIds>users grades:grades password userMasterIdentifier preferredGivenName preferredMiddleName"
    " preferredFamilyName primaryOrgSourcedId>orgs pronouns",
    "roles": "userSourcedId*>users roleType*=primary|secondary role*=aide|counselor|districtAdministrator|guardian"
    "|parent|principal|proctor|relative|siteAdministrator|student|systemAdministrator|teacher"
    " beginDate:date endDate:date orgSourcedId*>orgs userProfileSourcedId>userProfiles",
    "enrollments": "classSourcedId*>classes schoolSourcedId*>orgs userSourcedId*>users"
    " role*=administrator|proctor|student|teacher primary=true|false beginDate:date endDate:date",
    "demographics": "birthDate:date sex=male|female|unspecified|other americanIndianOrAlaskaNative=true|false"
    " asian=true|false blackOrAfricanAmerican=true|false nativeHawaiianOrOtherPacificIslander=true|false"
    " white=true|false demographicRaceTwoOrMoreRaces=true|false hispanicOrLatinoEthnicity=true|false"
    " countryOfBirthCode stateOfBirthAbbreviation cityOfBirth publicSchoolResidenceStatus",
    "resources": "vendorResourceId* title roles importance=primary|secondary vendorId applicationId",
    "classResources": "title classSourcedId*>classes resourceSourcedId*>resources",
    "courseResources": "title courseSourcedId*>courses resourceSourcedId*>resources",
    "userResources": "userSourcedId*>users orgSourcedId>orgs classSourcedId>classes resourceSourcedId*>resources",
    "categories": "title* weight:int",
    "lineItems": "title* description assignDate*:date dueDate*:date classSourcedId*>classes"
    " categorySourcedId*>categories academicSessionSourcedId*>academicSessions schoolSourcedId*>orgs"
    " resultValueMin:float resultValueMax:float",
    "results": "lineItemSourcedId*>lineItems studentSourcedId*>users classSourcedId>classes"
    " scoreStatus*=exempt|fully graded|not submitted|partially graded|submitted score:float textScore scoreDate*:date"
    " comment inProgress=true|false incomplete=true|false late=true|false missing=true|false",
}
OTHERS = {
    "userProfiles", "scoreScales", "lineItemLearningObjectiveIds", "lineItemScoreScales", "resultLearningObjectiveIds",
    "resultScoreScales",
}  # fmt: skip
GRADES = {"IT", "PR", "PK", "TK", "KG", "PS", "UG", "Other", *(f"{n:02d}" for n in range(1, 14))}
KINDS = {"date": r"\d{4}-\d{2}-\d{2}", "year": r"\d{4}", "int": r"-?\d+", "float": r"-?\d+(\.\d+)?"}
COLUMN = re.compile(r"^(\w+)(\*?)(?:>(\w+)|=(.+)|:(\w+))?$")


def faults(path: Path) -> list[str]:
    """Every breach of the standard in a package; empty when it is conformant."""
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name).decode("utf-8") for name in archive.namelist()}
    tables = {
        name.removesuffix(".csv"): list(csv.reader(io.StringIO(text), strict=True)) for name, text in files.items()
    }
    found = list(_manifest(tables.pop("manifest", [])))
    modes = {row[0]: row[1] for row in csv.reader(io.StringIO(files.get("manifest.csv", "")))}
    for name in FILES.keys() | OTHERS:
        if (modes.get(f"file.{name}") == "bulk") != (name in tables):
            found.append(f"{name}: manifest and files disagree")
    ids = {name: {row[0] for row in rows[1:]} for name, rows in tables.items()}
    for name, rows in tables.items():
        found.extend(f"{name}: {fault}" for fault in _file(name, rows, ids))
    return found


def _manifest(rows: list[list[str]]) -> list[str]:
    names = [row[0] for row in rows]
    wanted = {
        "propertyName",
        "manifest.version",
        "oneroster.version",
        *(f"file.{name}" for name in FILES.keys() | OTHERS),
    }
    found = [f"manifest: {name} is wrong" for name in set(names) ^ wanted]
    return found + ([] if len(names) == len(set(names)) and all(len(row) == 2 for row in rows) else ["manifest: rows"])


def _file(name: str, rows: list[list[str]], ids: dict[str, set[str]]) -> set[str]:
    columns = []
    for token in re.split(r" (?=[a-z]\w*[*>=:]|[a-z]\w*(?: |$))(?!graded|submitted)", FILES[name]):
        match = COLUMN.match(token)
        assert match, token
        columns.append(match.groups())
    head, body = rows[0], rows[1:]
    standard = FIRST + [column[0] for column in columns]
    further = head[len(standard) :]
    found = set()
    if head[: len(standard)] != standard or not all(one.startswith("metadata.") for one in further):
        found.add("header")
    if not body or len({row[0] for row in body}) != len(body):
        found.add("no rows, or a sourcedId twice")
    for row in body:
        if len(row) != len(head) or any("\n" in cell for cell in row) or row[1] or row[2]:
            found.add("width, line break, or status in a bulk file")
        if not re.fullmatch(r"[0-9A-Za-z./@_-]{1,255}", row[0]):
            found.add("sourcedId")
        found |= {column[0] for column, cell in zip(columns, row[3:], strict=False) if not _fits(cell, column, ids)}
    if name == "demographics" and not {row[0] for row in body} <= ids["users"]:
        found.add("demographics of nobody")
    return found


def _fits(cell: str, column: tuple[str, ...], ids: dict[str, set[str]]) -> bool:
    _, required, target, listed, kind = column
    if not cell:
        return not required
    if target:
        return all(one in ids.get(target, set()) for one in cell.split(","))
    if listed:
        return cell in listed.split("|")
    if kind == "grades":
        return set(cell.split(",")) <= GRADES
    return kind is None or re.fullmatch(KINDS[kind], cell) is not None
