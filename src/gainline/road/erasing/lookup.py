"""Look-up: who is meant, by a pseudonym or an identifier; all pseudonyms, identifiers and names of the same person."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from gainline.engine.core.errors import Missing, UserFixable
from gainline.engine.core.ids import person_key
from gainline.engine.records import TABLES
from gainline.lake import Reading, Whom
from gainline.road.importing import profiles_of
from gainline.road.workspace import Workspace

_PSEUDONYM = re.compile(r"^\d{12,19}$")
_ROSTER = "roster"
Rows = list[dict[str, Any]]


def people_named(workspace: Workspace, said: Sequence[str]) -> Whom:
    """The people whom these pseudonyms or identifiers name, one person each.

    An identifier is looked up in the roster's and the vendors' identifiers, in e-mail addresses and user names, and in
    the work list of identities that nobody knows. What lies under an identity that was linked to the person later, or
    that only this person can be, is the person's, too.

    Raises
    ------
    Missing
        When one names nobody; which one is said by its place, never by its text.
    UserFixable
        When one names several people, or nothing was said.
    """
    wanted = [text.strip() for text in said if text.strip()]
    if not wanted:
        raise UserFixable("nobody is named", "give one pseudonym or identifier a line on standard input")
    with workspace.records.reading() as reading:
        known = _Known(reading)
    keys: set[int] = set()
    for place, text in enumerate(wanted, start=1):
        keys |= known.who(text, place, systems=_systems(workspace), salt=workspace.salt)
    keys |= known.aliases(keys)
    values = known.values(keys) | {text for text in wanted if not _PSEUDONYM.match(text)}
    keys |= known.stranded(values, keys, systems=_systems(workspace), salt=workspace.salt)
    return Whom(frozenset(keys), frozenset(value.casefold() for value in values), known.names(keys))


def people_under(workspace: Workspace, keys: frozenset[int]) -> Whom:
    """The people of these pseudonyms with everything under which they stand, as `people_named` finds them."""
    with workspace.records.reading() as reading:
        known = _Known(reading)
    whole = keys | known.aliases(set(keys))
    values = known.values(set(whole))
    systems = _systems(workspace)
    whole |= known.stranded(values, set(whole), systems=systems, salt=workspace.salt)
    return Whom(frozenset(whole), frozenset(value.casefold() for value in values), known.names(set(whole)))


class _Known:
    """Who is who, as the lake has it."""

    def __init__(self, reading: Reading) -> None:
        self._identifiers = _rows(reading, "identifiers", "person_key", "value", "source")
        self._people = _rows(reading, "people", "person_key", "given_name", "family_name", "username", "email")
        self._unmatched = _rows(reading, "unmatched", "value", "source", "system")
        self._links = (
            _rows(reading, "links", "person_key", "alias_key", "decision", "value") if "links" in TABLES else []
        )
        self._all = pseudonyms(reading)

    def who(self, text: str, place: int, *, systems: frozenset[str], salt: bytes) -> set[int]:
        """The one person whom a text names."""
        if _PSEUDONYM.match(text) and int(text) in self._all:
            return {int(text)}
        low = text.casefold()
        found = {row["person_key"] for row in self._identifiers if row["value"].casefold() == low}
        found |= {row["person_key"] for row in self._people if low in _accounts(row)}
        if not found:
            found = self._nobody_knows(text, systems, salt)
        if not found:
            raise Missing(
                f"line {place} names nobody in the lake", "give a pseudonym, or an identifier as the roster has it"
            )
        if len(found) > 1:
            raise UserFixable(
                f"line {place} names {len(found)} people",
                "give an identifier that only one of them has, or a pseudonym",
            )
        return found

    def _nobody_knows(self, text: str, systems: frozenset[str], salt: bytes) -> set[int]:
        """The pseudonyms of an identity on the work list: made of its own text in the file's own system."""
        low = text.casefold()
        mine = [row for row in self._unmatched if row["value"].casefold() == low]
        made = {person_key(salt, system, row["value"]) for row in mine for system in systems | _own_systems(row)}
        return made & self._all

    def aliases(self, keys: set[int]) -> set[int]:
        """Pseudonyms under which rows of the same person lie, because somebody confirmed it."""
        confirmed = (row for row in self._links if row["person_key"] in keys and row["decision"] == "confirmed")
        return {int(row["alias_key"]) for row in confirmed}

    def values(self, keys: set[int]) -> set[str]:
        """Every identifier of these people."""
        found = {row["value"] for row in self._identifiers if row["person_key"] in keys}
        found |= {row["value"] for row in self._links if row["person_key"] in keys and row["decision"] == "confirmed"}
        for row in self._people:
            if row["person_key"] in keys:
                found |= _accounts(row)
        return found - {""}

    def stranded(self, values: set[str], keys: set[int], *, systems: frozenset[str], salt: bytes) -> set[int]:
        """Pseudonyms that were made of their identifiers when no roster knew them, and that only they can be."""
        others = {row["value"] for row in self._identifiers if row["person_key"] not in keys}
        made = {person_key(salt, system, value) for system in systems for value in values - others}
        return made & self._all

    def names(self, keys: set[int]) -> frozenset[str]:
        """Their full names, as they are written in running text and in lists."""
        found = set()
        for row in self._people:
            given, family = row["given_name"], row["family_name"]
            if row["person_key"] in keys and given and family:
                found |= {f"{given} {family}", f"{family}, {given}", f"{family} {given}"}
        return frozenset(found)


def _accounts(row: dict[str, Any]) -> set[str]:
    return {str(row[name]).casefold() for name in ("username", "email") if row[name]}


def _own_systems(row: dict[str, Any]) -> set[str]:
    return {row[name] for name in ("source", "system") if row.get(name)}


def _rows(reading: Reading, table: str, *columns: str) -> Rows:
    found = reading.table(table)
    return list(reading.arrow(found.select([name for name in columns if name in found.columns])).to_pylist())


def pseudonyms(reading: Reading) -> set[int]:
    """Every pseudonym that the lake holds a row of."""
    parts = []
    for name, table in TABLES.items():
        if table.about_people:
            parts.append(reading.arrow(reading.table(name).select("person_key").distinct())["person_key"])
    return set(pc.unique(pa.chunked_array([chunk for part in parts for chunk in part.chunks], pa.int64())).to_pylist())


def _systems(workspace: Workspace) -> frozenset[str]:
    """The name spaces in which pseudonyms are made."""
    return frozenset({_ROSTER, *(profile.source_system for profile in profiles_of(workspace.root).values())})
