"""OneRoster REST: what a page of records says, as rows of the standard's CSV files, so that one reader decides.

Source: 1EdTech OneRoster 1.1 and 1.2, REST bindings; the odd envelopes are those that consumers report of real servers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json

from gainline.engine.core.issues import Issue, Level
from gainline.engine.intake.oneroster_spec import SPECS, Column, Spec

ROSTERING = ("orgs", "academicSessions", "courses", "classes", "users", "enrollments")
NEEDED = frozenset({"orgs", "users", "classes", "enrollments"})
DEMOGRAPHICS = "demographics"
RESOURCES = ("resources",)
GRADEBOOK = ("categories", "lineItems", "results")
_SERVICE = {**dict.fromkeys(RESOURCES, "resources"), **dict.fromkeys(GRADEBOOK, "gradebook")}
_BASE = re.compile(r"^(?P<root>.*?/ims/oneroster)(?:/(?:rostering|gradebook|resources))?/(?P<version>v1p[12])/?$")
_NOTE, _WARN, _ERROR = Level.NOTE, Level.WARNING, Level.ERROR

PULL_FAULTS: dict[str, tuple[Level, str, str]] = {
    "IN340": (_WARN, "the records came under another name than the collection's; they were taken", "tell the vendor"),
    "IN341": (_ERROR, "the answer is not JSON with a list of records", "ask the vendor; the address may be wrong"),
    "IN342": (_ERROR, "fewer records came than were announced", "pull again; if it stays so, ask the vendor"),
    "IN343": (_WARN, "the server gives the same page again and again; its records were taken once", "tell the vendor"),
    "IN344": (_WARN, "the server cannot give changes only; older records were left out", "tell the vendor"),
    "IN349": (
        _WARN,
        "the server does not serve this collection; the package goes without",
        "ask for it",
    ),
}
"""Level, sentence and remedy of what may be odd about the answers to a pull."""


def pull_issue(code: str, collection: str, *, rows: int = 1) -> Issue:
    """What is odd about one collection."""
    level, says, remedy = PULL_FAULTS[code]
    return Issue(code, level, says, remedy, file=f"{collection}.csv", rows=rows)


class OddAnswer(Exception):
    """An answer from which no records can be taken; the code says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Service:
    """Where a server's collections are, and in which version."""

    root: str
    version: str

    def address(self, collection: str) -> str:
        """The address of a collection; 1.2 has three services, 1.1 one."""
        if self.version == "1.1":
            return f"{self.root}/v1p1/{collection}"
        return f"{self.root}/{_SERVICE.get(collection, 'rostering')}/v1p2/{collection}"


def service_at(base: str) -> Service | None:
    """The service that a base address names, as ``https://sis.example.org/ims/oneroster/v1p1``; None if it names none.

    Examples
    --------
    >>> service_at("https://x.example/ims/oneroster/rostering/v1p2/").address("results")
    'https://x.example/ims/oneroster/gradebook/v1p2/results'
    """
    found = _BASE.match(base)
    return Service(found["root"], {"v1p1": "1.1", "v1p2": "1.2"}[found["version"]]) if found else None


def records_of(body: bytes, collection: str) -> tuple[list[Any], bool]:
    """The records of a page, and whether they stood under the collection's own name.

    A single array under another name is taken, as is a bare array.

    Raises
    ------
    OddAnswer
        When it is no JSON, or holds no array or several (IN341).
    """
    try:
        found = from_json(body, allow_inf_nan=False)
    except ValueError as fault:
        raise OddAnswer("IN341") from fault
    if type(found) is list:
        return found, False
    if type(found) is not dict:
        raise OddAnswer("IN341")
    own = found.get(collection)
    if type(own) is list:
        return own, True
    arrays = [value for name, value in found.items() if type(value) is list and not name.startswith("imsx_")]
    if len(arrays) != 1:
        raise OddAnswer("IN341")
    return arrays[0], False


def rows_of_record(collection: str, record: object, version: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The rows that one record gives: file and cells by column, empty ones left out; passwords never.

    A record that is no object gives a row without anything, which the reader keeps out and counts.
    """
    said: dict[str, Any] = record if type(record) is dict else {}
    spec = SPECS[collection]
    cells = {name: _text(said.get(name)) for name in ("sourcedId", "status", "dateLastModified")}
    folded = {name.casefold(): value for name, value in said.items()}
    cells |= {
        column.name: _cell(spec, column, said, folded) for column in spec.of(version) if column.name != "password"
    }
    metadata = said.get("metadata")
    if type(metadata) is dict:
        cells |= {
            f"metadata.{name}": _text(value) for name, value in metadata.items() if re.fullmatch(r"[\w.:-]+", name)
        }
    yield collection, {name: text for name, text in cells.items() if text}
    if collection == "users" and version == "1.2":
        yield from _roles(said, cells)


def _cell(spec: Spec, column: Column, said: dict[str, Any], folded: dict[str, Any]) -> str:
    """A column's value: under its own name, its reference's, or another spelling that is met."""
    for name in (column.name, *_reference_names(column.name), *spec.aliases.get(column.name, ())):
        if name in said:
            return _text(said[name])
        if name.casefold() in folded:
            return _text(folded[name.casefold()])
    return ""


def _reference_names(column: str) -> tuple[str, ...]:
    """Under which names JSON has what CSV calls ``classSourcedId`` or ``termSourcedIds``."""
    if column.endswith("SourcedIds"):
        stem = column.removesuffix("SourcedIds")
        return (f"{stem}s", stem)
    return (column.removesuffix("SourcedId"),) if column.endswith("SourcedId") else ()


def _roles(said: dict[str, Any], user: dict[str, str]) -> Iterator[tuple[str, dict[str, str]]]:
    """The roles of a 1.2 user, which CSV has in a file of their own."""
    found = said.get("roles")
    for number, one in enumerate(found if type(found) is list else (), start=1):
        role = one if type(one) is dict else {}
        cells = {name: _text(role.get(name)) for name in ("roleType", "role", "beginDate", "endDate")}
        cells |= {"sourcedId": f"{user['sourcedId']}-role{number}", "userSourcedId": user["sourcedId"]}
        cells |= {"orgSourcedId": _text(role.get("org")), "status": user["status"]}
        cells["dateLastModified"] = user["dateLastModified"]
        yield "roles", {name: text for name, text in cells.items() if text}


def _text(value: object) -> str:
    """A value as CSV writes it: references by their sourcedId, lists with commas, no line ends."""
    if value is None:
        return ""
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, dict):
        if "sourcedId" in value:
            return _text(value["sourcedId"])
        if {"type", "identifier"} <= value.keys():
            return f"{{{_text(value['type'])}:{_text(value['identifier'])}}}"
        return ""
    if isinstance(value, list):
        return ",".join(text for one in value if (text := _text(one).replace(",", " ")))
    return " ".join(str(value).split())
