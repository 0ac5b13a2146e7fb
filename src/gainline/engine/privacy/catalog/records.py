"""What is decided about a field: the record, the kind that it follows, and the catalogue of them all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from gainline.engine.core.issues import Issue, Level
from gainline.engine.privacy.purposes import Purpose
from gainline.engine.records import Retention, Sensitivity
from gainline.engine.records.table import Table

EVERY = "*"
"""The place that stands for the fields which every table of a room has."""
_PERSONAL = frozenset({Sensitivity.STUDENT, Sensitivity.SPECIAL})


class Export(StrEnum):
    """How a field may leave the district: freely, as counts only, row by row under an agreement, or not at all."""

    OPEN = "open"
    COUNTS = "counts"
    AGREEMENT = "agreement"
    WITHIN = "within"  # rows stay with the district's own staff
    NEVER = "never"  # not even within the district, except to the person


class Log(StrEnum):
    """How a field may stand in a log or an error."""

    OPEN = "open"
    PSEUDONYM = "pseudonym"
    NEVER = "never"


class Scrub(StrEnum):
    """What becomes of a field in a copy made for testing."""

    KEEP = "keep"
    REPLACE = "replace"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Element:
    """One element of the schedule of data in a national data privacy agreement.

    Parameters
    ----------
    key, category, name
        What agreements hold; the category under which it stands; what the element is.
    lay
        The element in a family's words, per language.
    """

    key: str
    category: str
    name: str
    lay: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Kind:
    """What is decided once for every field of a kind.

    Parameters
    ----------
    key
        Name of the kind.
    element, sensitivity, retention
        What it is in the schedule of data, who may see it, how long it stays.
    because
        Why it is kept so long.
    purposes
        What it may be processed for; empty where it says nothing about a person.
    export, log, scrub
        What holds when rows leave, when something is logged, and in a copy made for testing.
    """

    key: str
    element: Element
    sensitivity: Sensitivity
    retention: Retention
    because: str
    purposes: tuple[Purpose, ...]
    export: Export
    log: Log
    scrub: Scrub

    @property
    def is_personal(self) -> bool:
        """Tell whether it says something about a student or a family."""
        return self.sensitivity in _PERSONAL


@dataclass(frozen=True, slots=True)
class FieldRecord:
    """The one record of a field: where it is, and the kind that decides about it."""

    place: str
    name: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every field's record.

    Parameters
    ----------
    categories, elements
        The schedule of data: names of categories and the elements, in the order of the agreement.
    kinds
        Every kind by its key.
    lake, store
        Records per table of the lake, and per model of the database (``store.Tool``).
    """

    categories: Mapping[str, str]
    elements: Mapping[str, Element]
    kinds: Mapping[str, Kind]
    lake: Mapping[str, tuple[FieldRecord, ...]]
    store: Mapping[str, tuple[FieldRecord, ...]]

    def of_lake(self, table: str, name: str) -> FieldRecord:
        """The record of a field of the lake; provenance fields belong to every table.

        Raises
        ------
        KeyError
            When the field is not classified.
        """
        for record in (*self.lake.get(table, ()), *self.lake[EVERY]):
            if record.name == name:
                return record
        raise KeyError(f"{table}.{name} is not in the field catalogue")

    def records(self) -> tuple[FieldRecord, ...]:
        """Every record, the lake's first."""
        return tuple(record for room in (self.lake, self.store) for found in room.values() for record in found)

    def held(self) -> tuple[Element, ...]:
        """The elements that some field about a student or a family holds, in the order of the agreement."""
        used = {record.kind.element.key for record in self.records() if record.kind.is_personal}
        return tuple(element for element in self.elements.values() if element.key in used)


def unclassified(room: Mapping[str, tuple[FieldRecord, ...]], declared: Mapping[str, Iterable[str]]) -> list[Issue]:
    """Fields that stand in no record, and records whose field is gone.

    Parameters
    ----------
    room
        `Catalogue.lake` or `Catalogue.store`.
    declared
        The fields that there are, per place.

    Returns
    -------
    list of Issue
        PR070 for a field without a record, PR071 for a record without its field; sorted by place.
    """
    common = {record.name for record in room[EVERY]}
    found: list[Issue] = []
    for place in sorted({*declared, *room} - {EVERY}):
        there, known = set(declared.get(place, ())), {record.name for record in room.get(place, ())}
        found += [_unknown(f"{place}.{name}") for name in sorted(there - known - common)]
        found += [_gone(f"{place}.{name}") for name in sorted(known - there)]
    return found


def contradictions(catalogue: Catalogue, tables: Mapping[str, Table]) -> list[Issue]:
    """PR072 for every field of the lake of which the table's declaration says another thing than its record."""
    found = []
    for table in tables.values():
        for field in table.fields:
            kind = catalogue.of_lake(table.name, field.name).kind
            said = (kind.element.category, kind.sensitivity, kind.retention)
            if said != (field.ndpa, field.sensitivity, field.retention):
                found.append(_contradicts(f"{table.name}.{field.name}"))
    return found


def _unknown(where: str) -> Issue:
    says = f"nobody has decided what {where} is: it has no record in the field catalogue"
    return Issue("PR070", Level.ERROR, says, "list it under its kind in engine/privacy/catalog, or add a kind")


def _gone(where: str) -> Issue:
    says = f"the field catalogue knows {where}, which is not there any more"
    return Issue("PR071", Level.ERROR, says, "take it out of engine/privacy/catalog, or mend the renamed field's line")


def _contradicts(where: str) -> Issue:
    says = f"the table and the field catalogue say different things of {where}"
    return Issue("PR072", Level.ERROR, says, "let category, sensitivity and retention agree")
