"""Link: who is this? Deterministic rules from the most to the least trustworthy; two answers are no answer."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from gainline.engine.core.ids import person_key
from gainline.engine.intake.dialect import fold
from gainline.engine.intake.roster_before import RosterBefore
from gainline.engine.records import empty_table

Keys = npt.NDArray[np.int64]
_SEVERAL = -1  # stands in an index for "more than one person"
_PREFIX = re.compile(r"^(?:stu|student|sis|id|tch|sta|par)[_\-:#]+(?=[0-9a-z])")
_SUFFIX = re.compile(r"^(\d+)\.0+$")
_WRAPPED = re.compile(r"^_(\d+)_\d+$")
EMAIL, USERNAME = "EmailAddress", "AccountUserName"

NAMES = "NamesGradeSchool"
"""Kind of an identity that has nothing but names: no rule matches it, only a person does."""

RULES = ("unmatched", "exact", "folded", "affix", "zeros", "email", "username", "ambiguous", "confirmed")
"""How an identifier was matched; `affix` and `zeros` are repairs that somebody should confirm."""

BY_RULE = frozenset({"exact", "folded", "affix", "zeros", "email", "username"})
"""Rules that link an identity to a student on import."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is known when a file is read.

    Parameters
    ----------
    salt
        The workspace's secret.
    known, students, schools
        Canonical tables `identifiers`, `students` and `schools` as they stand.
    school_aliases
        Folded other name of a school -> school_id.
    roster
        What the lake holds of the roster, for whoever reads the next one.
    totals
        What year-to-date counters said before, for whoever reads the next report of them.
    events
        Ids of the events that the lake holds, for whoever reads statements or envelopes.
    """

    salt: bytes
    known: pa.Table = field(default_factory=lambda: empty_table("identifiers"))
    students: pa.Table = field(default_factory=lambda: empty_table("students"))
    school_aliases: Mapping[str, str] = field(default_factory=dict)
    schools: pa.Table = field(default_factory=lambda: empty_table("schools"))
    roster: RosterBefore = field(default_factory=RosterBefore)
    totals: pa.Table = field(default_factory=lambda: empty_table("usage_totals"))
    events: pa.ChunkedArray = field(default_factory=lambda: empty_table("events")["event_id"])


@dataclass(frozen=True, slots=True)
class Hit:
    """The answer for one identifier: the person's key (None when there is none) and the rule that gave it."""

    key: int | None
    rule: str
    is_remembered: bool = False


def stripped(value: str, prefixes: Iterable[str] = ()) -> str:
    """An identifier without the prefixes and endings that exporters put around it, folded.

    Examples
    --------
    >>> stripped("STU_0012"), stripped("_80624_1"), stripped("60186.0")
    ('0012', '80624', '60186')
    """
    text = value.casefold()
    for prefix in prefixes:
        text = text.removeprefix(prefix.casefold())
    if found := _WRAPPED.match(text) or _SUFFIX.match(text):
        return found.group(1)
    return _PREFIX.sub("", text)


def unzeroed(value: str) -> str:
    """An identifier without leading zeros."""
    return value.lstrip("0")


class _Index:
    """Identifier -> person, remembering where one identifier stands for several people."""

    def __init__(self) -> None:
        self._people: dict[str, int] = {}

    def add(self, value: str, key: int) -> None:
        if value and self._people.setdefault(value, key) != key:
            self._people[value] = _SEVERAL

    def find(self, value: str) -> int | None:
        return self._people.get(value) if value else None


class Linker:
    """Finds people by the identifiers that the roster knows.

    Parameters
    ----------
    identity
        Who is known.
    source_system
        Name space of the file's own identifiers: an earlier confirmed match in it counts as exact.
    prefixes
        Further prefixes the profile declares.
    """

    def __init__(self, identity: Identity, *, source_system: str, prefixes: tuple[str, ...] = ()) -> None:
        self._prefixes = prefixes
        self._exact, self._folded, self._stripped, self._unzeroed = _Index(), _Index(), _Index(), _Index()
        self._email, self._username = _Index(), _Index()
        self._own: dict[tuple[str, str], Hit] = {}
        names = ("person_key", "source", "kind", "value", "how", "valid_to")
        columns = (identity.known[name].to_pylist() for name in names)
        for key, source, kind, value, how, ended in zip(*columns, strict=True):
            if how in ("roster", "disputed"):
                self._learn(key if how == "roster" else _SEVERAL, kind, value)
            elif source == source_system:  # what another vendor's file was matched by proves nothing here
                if ended is None:
                    self._own[kind, value] = Hit(key, how, is_remembered=True)
                elif how in BY_RULE:  # somebody took it back: no rule makes it again, only a person does
                    self._own[kind, value] = Hit(None, "unmatched")
                else:
                    self._own.pop((kind, value), None)

    def _learn(self, key: int, kind: str, value: str) -> None:
        if kind == EMAIL:
            self._email.add(value.casefold(), key)
        elif kind == USERNAME:
            self._username.add(value.casefold(), key)
        else:
            bare = stripped(value, self._prefixes)
            self._exact.add(value, key)
            self._folded.add(value.casefold(), key)
            self._stripped.add(bare, key)
            self._unzeroed.add(unzeroed(bare), key)

    def find(self, value: str, kind: str) -> Hit:
        """Who this identifier names: an earlier match, then the kind's rules; the first one with an answer decides."""
        text = unicodedata.normalize("NFC", value.strip())
        if earlier := self._own.get((kind, text)):
            return earlier
        if kind == NAMES:
            return Hit(None, "unmatched")
        for rule, index, asked in self._steps(text, kind):
            key = index.find(asked)
            if key == _SEVERAL:
                return Hit(None, "ambiguous")
            if key is not None:
                return Hit(key, rule)
        return Hit(None, "unmatched")

    def _steps(self, text: str, kind: str) -> Iterable[tuple[str, _Index, str]]:
        low = text.casefold()
        if kind == EMAIL or "@" in text:
            yield "email", self._email, low
            yield "username", self._username, low
            yield "username", self._username, low.partition("@")[0]
            return
        if kind == USERNAME:
            yield "username", self._username, low
        yield "exact", self._exact, text
        yield "folded", self._folded, low
        bare = stripped(text, self._prefixes)
        yield "affix", self._stripped, bare
        yield "zeros", self._unzeroed, unzeroed(bare)
        yield "username", self._username, low


class Schools:
    """Finds schools by id, number, name or a declared alias."""

    def __init__(self, identity: Identity) -> None:
        self._known: dict[str, str | None] = {}
        columns = [identity.schools[name].to_pylist() for name in ("school_id", "name", "identifier", "kind")]
        for school, name, number, _kind in zip(*columns, strict=True):
            self._learn(name, school)
            self._learn(number, school)
        for school in columns[0]:
            self._known[fold(school)] = school
        self._known.update({fold(alias): school for alias, school in identity.school_aliases.items()})

    def _learn(self, text: str | None, school: str) -> None:
        if text and self._known.setdefault(fold(text), school) != school:
            self._known[fold(text)] = None  # two schools with this name: an alias has to decide

    def find(self, text: str) -> str | None:
        """The school's id; None when no school or more than one answers to this."""
        return self._known.get(fold(text)) if text else None


@dataclass(slots=True)
class Person:
    """One identity of the file: what the file called it, who it is, and how many rows hang on it.

    ``alias`` is the pseudonym of an identity that somebody linked to a student: its rows are kept under that, and read
    as the student's for as long as the link stands, so that undoing it leaves nothing behind.
    """

    kind: str
    value: str
    key: int
    rule: str
    school: str = ""
    grade: str = ""
    rows: int = 0
    given: str = ""
    family: str = ""
    alias: int | None = None
    is_remembered: bool = False

    @property
    def matched(self) -> bool:
        """Tell whether the roster knows this person."""
        return self.rule not in ("unmatched", "ambiguous")

    @property
    def kept_under(self) -> int:
        """The pseudonym that goes into this person's rows."""
        return self.key if self.alias is None else self.alias

    @property
    def kept_as_matched(self) -> bool:
        """Tell whether the rows themselves say that the roster knows the person."""
        return self.matched and self.alias is None


class Roll:
    """The identities of one file, each settled once, in order of appearance."""

    def __init__(self, identity: Identity, linker: Linker, *, source_system: str) -> None:
        self.people: list[Person] = []
        self._places: dict[tuple[str, ...], int] = {}
        self._identity, self._linker, self._system = identity, linker, source_system

    def place(self, values: tuple[str, ...], kinds: tuple[str, ...]) -> int:
        """The number of the identity that these identifiers (one a kind, some may be empty) name."""
        number = self._places.get(values)
        if number is None:
            number = self._places[values] = len(self.people)
            self.people.append(self._settle(values, kinds))
        return number

    def _settle(self, values: tuple[str, ...], kinds: tuple[str, ...]) -> Person:
        best: Person | None = None
        for value, kind in zip(values, kinds, strict=True):
            if not value:
                continue
            hit = self._linker.find(value, kind)
            own = person_key(self._identity.salt, self._system, value)
            person = Person(kind, value, own if hit.key is None else hit.key, hit.rule)
            person.is_remembered = hit.is_remembered
            person.alias = own if hit.rule == "confirmed" else None
            if person.matched:
                return person
            best = best or person
        return best or Person(kinds[0], "", 0, "unmatched")
