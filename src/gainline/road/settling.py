"""Settling who is who: suggestions for identities that no rule knows, and what people decide about them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import pyarrow as pa

from gainline.engine.core.errors import Conflict, Missing, UserFixable
from gainline.engine.core.ids import person_key
from gainline.engine.intake import Identity
from gainline.engine.intake.link import Linker, Schools
from gainline.engine.intake.oneroster_people import grade_codes
from gainline.engine.intake.plain_names import PlainName, plain_name
from gainline.engine.records import arrow_schema
from gainline.lake import Reading
from gainline.road.importing import profiles_of
from gainline.road.likely_owners import Described, likely_owners
from gainline.road.unlinking import RuleLinks
from gainline.road.workspace import Workspace

LIKELY, CHOSEN = "likely", "chosen"
_TABLES = ("identifiers", "students", "schools", "people", "links", "unmatched", "imports")
_BELIEVED = frozenset({"exact", "folded", "email", "username"})  # rules that repair nothing
Row = dict[str, Any]
Name = tuple[str, str, str]  # source system, kind, value


@dataclass(frozen=True, slots=True)
class Waiting:
    """An identity that waits for a person: what the files say of it, and whose it probably is.

    ``id`` is short and says nothing about anybody, so it may stand in a shell's history; everything else is for the
    people who keep the roster. Without a suggestion `person_key` and what belongs to it are None.
    """

    id: str
    source: str
    kind: str
    value: str
    rows: int
    given_name: str | None
    family_name: str | None
    school: str | None
    grade: str | None
    because: str
    person_key: int | None = None
    how: str | None = None
    probability: float | None = None
    is_sure: bool = False
    student: Row = field(default_factory=dict)

    @property
    def name(self) -> Name:
        """What the identity goes by."""
        return self.source, self.kind, self.value


@dataclass(frozen=True)
class _Known:
    """What the lake knows of people when somebody settles who is who."""

    workspace: Workspace
    tables: Mapping[str, pa.Table]

    def identity(self) -> Identity:
        return Identity(
            salt=self.workspace.salt,
            known=self.tables["identifiers"],
            students=self.tables["students"],
            schools=self.tables["schools"],
            school_aliases=self.workspace.settings.school_aliases,
        )

    def decisions(self, decision: str) -> list[Row]:
        return [row for row in self.tables["links"].to_pylist() if row["decision"] == decision]

    @cached_property
    def students(self) -> dict[int, Row]:
        """Every student of the roster, with names, school and grade."""
        names = {row["person_key"]: row for row in self.tables["people"].to_pylist()}
        schools = dict(zip(*(self.tables["schools"][name].to_pylist() for name in ("school_id", "name")), strict=True))
        return {
            row["person_key"]: {
                "given_name": names.get(row["person_key"], {}).get("given_name"),
                "family_name": names.get(row["person_key"], {}).get("family_name"),
                "school": schools.get(row["school_id"], row["school_id"]),
                "school_id": row["school_id"],
                "grade": row["grade"],
            }
            for row in self.tables["students"].to_pylist()
        }


def waiting(workspace: Workspace, *, as_of: date) -> list[Waiting]:
    """Every identity that waits, those with a sure suggestion first, then by how many rows hang on it.

    The rules are asked again, because a roster that came later may know what an earlier one did not. For whom they do
    not find, names, grade and school are compared; nobody is linked by either.

    Parameters
    ----------
    workspace
        Where.
    as_of
        The day that counts as today.
    """
    del as_of
    known = _known(workspace)
    rejected = {(*_name(row), row["person_key"]) for row in known.decisions("rejected")}
    found = [_by_rule(known, system, those) for system, those in _by_system(_open(known))]
    settled = [one for part in found for one in part]
    by_name = [
        one
        for system, those in _by_system(one for one in settled if one.person_key is None)
        for one in _by_likeness(known, system, those, rejected)
    ]
    whole = [one for one in settled if one.person_key is not None] + by_name
    clear = [one if (*one.name, one.person_key) not in rejected else _without(one) for one in whole]
    return sorted(clear, key=lambda one: (not one.is_sure, one.person_key is None, -one.rows, one.id))


def confirm(
    workspace: Workspace,
    ids: Collection[str],
    *,
    by: str,
    as_of: date,
    sure: bool = False,
    found: Sequence[Waiting] | None = None,
) -> list[Waiting]:
    """Link identities to the students that were suggested for them; what was linked.

    Rows that are in the lake already are read as the student's from now on, and later files find the identity known.

    Parameters
    ----------
    ids
        Identities by their ids.
    by
        Who says so.
    sure
        Also every sure suggestion.
    found
        What `waiting` gave on the snapshot that stands now; looked for again when left out.

    Raises
    ------
    Missing
        When no identity that waits has one of the ids (IN405).
    Conflict
        When there is no suggestion to confirm (IN406), or two of them are one student's in one source (IN407).
    """
    found = waiting(workspace, as_of=as_of) if found is None else found
    chosen = _chosen(found, ids) + [one for one in found if sure and one.is_sure and one.id not in ids]
    if empty := [one.id for one in chosen if one.person_key is None]:
        raise Conflict(f"IN406: nobody is suggested for {empty[0]}", "name the student: --student NUMBER")
    refuse_twins(chosen)
    _decide(workspace, chosen, "confirmed", by=by, as_of=as_of)
    return chosen


def choose(workspace: Workspace, identity: str, number: str, *, by: str, as_of: date) -> Waiting:
    """Link one identity to the student with this number in the roster, whatever was suggested.

    Raises
    ------
    Missing
        When no identity waits under this id (IN405), or the roster has no such number or several (IN408).
    """
    (one,) = _chosen(waiting(workspace, as_of=as_of), [identity])
    hit = Linker(_known(workspace).identity(), source_system="").find(number, "SisSourcedId")
    if hit.key is None:
        raise Missing("IN408: the roster knows no single person by that number", "look it up in the roster")
    settled = replace(one, person_key=hit.key, how=CHOSEN, probability=None)
    _decide(workspace, [settled], "confirmed", by=by, as_of=as_of)
    return settled


def reject(
    workspace: Workspace, ids: Collection[str], *, by: str, as_of: date, found: Sequence[Waiting] | None = None
) -> list[Waiting]:
    """Say that identities are not the suggested students'; nobody is asked about these pairs again.

    Parameters
    ----------
    found
        As for `confirm`.

    Raises
    ------
    Missing, Conflict
        As `confirm`.
    """
    chosen = _chosen(waiting(workspace, as_of=as_of) if found is None else found, ids)
    if any(one.person_key is None for one in chosen):
        raise Conflict("IN406: nobody is suggested for one of them", "there is nothing to reject")
    _decide(workspace, chosen, "rejected", by=by, as_of=as_of)
    return chosen


def undo(workspace: Workspace, ids: Collection[str], *, by: str, as_of: date) -> list[Waiting]:
    """Take links back, a person's or a rule's: the rows are nobody's again and the identities wait.

    What a rule linked is not linked by a rule again; only a person does.

    Raises
    ------
    Missing
        When nothing is linked under one of the ids (IN405).
    Conflict
        When rows of two identifiers cannot be told apart (IN422).
    """
    if not by.strip():
        raise UserFixable("IN409: a decision needs somebody who made it", "say who decides: --by NAME")
    known = _known(workspace)
    rules = _rule_links(known)
    by_rule = {_id(known, _name(row)): row for row in rules.standing()}
    held = [_of_link(known, row) for row in known.decisions("confirmed")]
    chosen = _chosen([*held, *(_of_link(known, row | {"probability": None}) for row in by_rule.values())], ids)
    ruled = [by_rule[one.id] for one in chosen if one.id in by_rule]
    rules.refuse_shared(ruled)
    _decide(workspace, [one for one in chosen if one.id not in by_rule], "undone", by=by, as_of=as_of)
    if ruled:
        with workspace.lake.writing() as writer:
            rules.take_back(writer, ruled, by=by.strip(), as_of=as_of)
            writer.publish(as_of=as_of)
    return chosen


def by_rule(workspace: Workspace) -> list[Row]:
    """Every link that a rule made and that stands, repairs first; without names."""
    known = _known(workspace)
    rows = sorted(_rule_links(known).standing(), key=lambda row: (row["how"] in _BELIEVED, row["source"], row["value"]))
    shown = ("source", "kind", "value", "how", "valid_from")
    return [{"id": _id(known, _name(row))} | {name: row[name] for name in shown} for row in rows]


def decided(workspace: Workspace) -> list[Row]:
    """Every decision that stands, latest first; without names."""
    known = _known(workspace)
    rows = sorted(known.tables["links"].to_pylist(), key=lambda row: (row["decided_on"], row["value"]), reverse=True)
    shown = ("source", "kind", "value", "decision", "how", "probability", "decided_by", "decided_on")
    return [{"id": _id(known, _name(row))} | {name: row[name] for name in shown} for row in rows]


def rostered(workspace: Workspace) -> dict[int, Row]:
    """Every student of the roster by the pseudonym's key: names, school and grade, for those who may read them."""
    return _known(workspace).students


def _known(workspace: Workspace) -> _Known:
    with workspace.lake.reading() as reading:
        return _Known(workspace, {name: _current(reading, name) for name in _TABLES})


def _rule_links(known: _Known) -> RuleLinks:
    systems = {key: profile.source_system for key, profile in profiles_of(known.workspace.root).items()}
    imports = {row["import_id"]: systems.get(row["profile"], "") for row in known.tables["imports"].to_pylist()}
    return RuleLinks(tuple(known.tables["identifiers"].to_pylist()), imports, known.workspace.salt)


def _current(reading: Reading, name: str) -> pa.Table:
    return reading.arrow(reading.current(name)).cast(arrow_schema(name))


def _name(row: Row) -> Name:
    return row["source"], row["kind"], row["value"]


def _id(known: _Known, name: Name) -> str:
    return f"{person_key(known.workspace.salt, 'waiting', chr(31).join(name)):016x}"[:8]


def _open(known: _Known) -> list[Waiting]:
    """Identities on the worklist that nobody has linked since, one each however many files name them."""
    systems = {key: profile.source_system for key, profile in profiles_of(known.workspace.root).items()}
    linked = {_name(row) for row in known.decisions("confirmed")}
    held: dict[Name, Row] = {}
    for row in sorted(known.tables["unmatched"].to_pylist(), key=lambda row: row["import_id"]):
        name = (row["system"] or systems.get(row["source"], row["source"]), row["kind"], row["value"])
        before = held.get(name, {"rows": 0})
        held[name] = before | {key: value for key, value in row.items() if value is not None}
        held[name]["rows"] = before["rows"] + row["rows"]
    return [
        Waiting(
            _id(known, name),
            *name,
            rows=row["rows"],
            given_name=row.get("given_name"),
            family_name=row.get("family_name"),
            school=row.get("school"),
            grade=row.get("grade"),
            because=row["because"],
        )
        for name, row in held.items()
        if name not in linked
    ]


def _by_system(found: Iterable[Waiting]) -> Iterator[tuple[str, list[Waiting]]]:
    parts: dict[str, list[Waiting]] = {}
    for one in found:
        parts.setdefault(one.source, []).append(one)
    yield from sorted(parts.items())


def _by_rule(known: _Known, system: str, found: list[Waiting]) -> list[Waiting]:
    linker = Linker(known.identity(), source_system=system)
    students = known.students
    settled = []
    for one in found:
        hit = linker.find(one.value, one.kind)
        is_student = hit.key is not None and hit.key in students
        sure = is_student and hit.rule in _BELIEVED
        settled.append(
            replace(one, person_key=hit.key, how=hit.rule, is_sure=sure, student=students[hit.key])
            if is_student and hit.key is not None
            else one
        )
    return settled


def _by_likeness(
    known: _Known, system: str, found: list[Waiting], rejected: set[tuple[str, str, str, int]]
) -> list[Waiting]:
    """The likeliest student for each identity that has a name."""
    students = known.students
    keys = sorted(students)
    named = [one for one in found if one.given_name or one.family_name]
    if not named or not keys:
        return found
    schools = Schools(known.identity())
    theirs = [
        Described(plain_name(each["given_name"], each["family_name"]), each["school_id"], _grade(each["grade"]))
        for each in (students[key] for key in keys)
    ]
    place = {key: row for row, key in enumerate(keys)}
    out = {(row, place[key]) for row, one in enumerate(named) for *name, key in rejected
           if tuple(name) == one.name and key in place}  # fmt: skip
    found_for = likely_owners(
        [Described(_named(one.given_name, one.family_name), schools.find(one.school or ""), _grade(one.grade))
         for one in named],
        theirs,
        has_account=np.isin(keys, sorted(_accounts(known, system))),
        ruled_out=out,
    )  # fmt: skip
    filled = {
        named[one.identity].id: replace(
            named[one.identity],
            person_key=keys[one.student],
            how=LIKELY,
            probability=one.probability,
            is_sure=one.is_sure,
            student=students[keys[one.student]],
        )
        for one in found_for
    }
    return [filled.get(one.id, one) for one in found]


def _named(given: str | None, family: str | None) -> PlainName:
    """A name as the file has it; a full name in one cell is taken apart at its comma or before its last word."""
    if given or not family:
        return plain_name(given, family)
    last, comma, first = family.partition(",")
    if not comma:
        first, _, last = family.rpartition(" ")
    return plain_name(first, last)


@lru_cache(maxsize=1024)
def _grade(text: str | None) -> int | None:
    code = next(iter(grade_codes(text or "")), "")
    early = {"PK": -1, "TK": -1, "KG": 0}
    return early.get(code, int(code) if code.isdecimal() else None)


def _accounts(known: _Known, system: str) -> set[int]:
    """Students whom the source knows by an identifier of theirs."""
    rows = known.tables["identifiers"].to_pylist()
    return {row["person_key"] for row in rows if row["source"] == system and row["valid_to"] is None}


def _without(one: Waiting) -> Waiting:
    return replace(one, person_key=None, how=None, probability=None, is_sure=False, student={})


def _chosen(found: Sequence[Waiting], ids: Collection[str]) -> list[Waiting]:
    by_id = {one.id: one for one in found}
    if unknown := [one for one in ids if one not in by_id]:
        raise Missing(f"IN405: nothing goes by {unknown[0]} here", "list them: gainline link suggest, or link list")
    return [by_id[one] for one in dict.fromkeys(ids)]


def refuse_twins(chosen: Sequence[Waiting]) -> None:
    """Two identities of one alias cannot be two students'."""
    owners: dict[tuple[str, str], int | None] = {}
    for one in chosen:
        if owners.setdefault((one.source, one.value), one.person_key) != one.person_key:
            raise Conflict(
                f"IN407: {one.id} and another identity have one value in one source, and two students are suggested",
                "confirm one of them, and ask the vendor about the other",
            )


def _of_link(known: _Known, row: Row) -> Waiting:
    name = _name(row)
    nothing = (None, None, None, None)
    blank = Waiting(_id(known, name), *name, 0, *nothing, because="")
    return replace(blank, person_key=row["person_key"], how=row["how"], probability=row["probability"])


def _decide(workspace: Workspace, chosen: Sequence[Waiting], decision: str, *, by: str, as_of: date) -> None:
    if not by.strip():
        raise UserFixable("IN409: a decision needs somebody who made it", "say who decides: --by NAME")
    if not chosen:
        return
    alias = [person_key(workspace.salt, one.source, one.value) for one in chosen]
    shared = {
        "person_key": [one.person_key for one in chosen],
        "source": [one.source for one in chosen],
        "kind": [one.kind for one in chosen],
        "value": [one.value for one in chosen],
        "import_id": [f"link-{as_of.isoformat()}"] * len(chosen),
        "source_line": [None] * len(chosen),
    }
    links = shared | {
        "alias_key": alias,
        "decision": [decision] * len(chosen),
        "how": [one.how or CHOSEN for one in chosen],
        "probability": [one.probability for one in chosen],
        "decided_by": [by.strip()] * len(chosen),
        "decided_on": [as_of] * len(chosen),
    }
    ended = as_of if decision == "undone" else None
    identifiers = shared | {
        "how": ["confirmed"] * len(chosen),
        "valid_from": [None if ended else as_of] * len(chosen),
        "valid_to": [ended] * len(chosen),
        "confirmed_by": [by.strip()] * len(chosen),
    }
    with workspace.lake.writing() as writer:
        writer.append("links", pa.table(links, schema=arrow_schema("links")))
        if decision != "rejected":
            writer.append("identifiers", pa.table(identifiers, schema=arrow_schema("identifiers")))
        writer.publish(as_of=as_of)
