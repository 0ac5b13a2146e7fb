"""The account: what became of every row of one import, and of every identity in it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from gainline.engine.core.issues import count_by_code
from gainline.engine.intake.faults import Book, Fold
from gainline.engine.intake.link import Identity, Keys, Person, Schools

SUBGROUPS = ("economically_disadvantaged", "english_learner", "disability", "grade", "school_id")


@dataclass(frozen=True, slots=True)
class GroupSeen:
    """How many of a group's rostered students the file has at least one row for.

    Only students of schools from which the file has anybody count as rostered here: a tool bought for one school is not
    missing in the others.
    """

    field: str
    value: str
    rostered: int
    seen: int

    @property
    def share(self) -> float | None:
        """Seen among rostered; None where nobody is rostered."""
        return self.seen / self.rostered if self.rostered else None

    def to_json_value(self) -> dict[str, Any]:
        """The group as plain JSON values."""
        counts = {"rostered": self.rostered, "seen": self.seen, "share": self.share}
        return {"field": self.field, "value": self.value, **counts}


@dataclass(frozen=True, slots=True)
class Linkage:
    """How well a file's people were found in the roster.

    Parameters
    ----------
    identities, matched
        Distinct people as the file names them, and how many of them are rostered.
    rows, matched_rows
        Rows that name a person, and how many of them name a rostered one.
    by_rule
        Identities per matching rule; ``unmatched`` and ``ambiguous`` among them.
    by_school
        Identities and matched ones per school as the file names it; empty where the file names none.
    seen
        Overall and by subgroup: the share of rostered students who occur in the file (see `GroupSeen`).
    """

    identities: int
    matched: int
    rows: int
    matched_rows: int
    by_rule: dict[str, int]
    by_school: dict[str, tuple[int, int]]
    seen: tuple[GroupSeen, ...]

    def to_json_value(self) -> dict[str, Any]:
        """The linkage as plain JSON values."""
        return {
            "identities": self.identities,
            "matched": self.matched,
            "match_rate": self.matched / self.identities if self.identities else None,
            "rows": self.rows,
            "matched_rows": self.matched_rows,
            "row_match_rate": self.matched_rows / self.rows if self.rows else None,
            "by_rule": self.by_rule,
            "by_school": {school: {"identities": n, "matched": m} for school, (n, m) in self.by_school.items()},
            "seen_means": "students of the schools that occur in the file: rostered, and with at least one row",
            "seen": [group.to_json_value() for group in self.seen],
        }


@dataclass(frozen=True, slots=True)
class Account:
    """What became of every row: ``read == loaded + repaired + rejected``, always.

    Parameters
    ----------
    file_name, profile
        Name without its folder, and what read it.
    read, loaded, repaired, rejected
        Rows of the file: in it, taken as they are, taken after a reported repair, kept out.
    by_code
        Rows per issue code.
    faults
        Each fault by file and column, with its level, rows and first lines.
    tables
        Rows written per canonical table; one row of a file may give several, or none.
    linkage
        How its people were found; None for files that name nobody or are themselves the roster.
    """

    file_name: str
    profile: str
    read: int
    loaded: int
    repaired: int
    rejected: int
    by_code: dict[str, int] = field(default_factory=dict)
    faults: tuple[Fold, ...] = ()
    tables: dict[str, int] = field(default_factory=dict)
    linkage: Linkage | None = None

    def to_json_value(self) -> dict[str, Any]:
        """The account as plain JSON values."""
        return {
            "file_name": self.file_name,
            "profile": self.profile,
            "rows": {"read": self.read, "loaded": self.loaded, "repaired": self.repaired, "rejected": self.rejected},
            "codes": self.by_code,
            "faults": [fold.to_json_value() for fold in self.faults],
            "tables": self.tables,
            "linkage": self.linkage.to_json_value() if self.linkage else None,
        }


@dataclass(slots=True)
class Tally:
    """What a reading counts as it goes; turned into an `Account` at its end."""

    book: Book
    read: int = 0
    repaired: int = 0
    rejected: int = 0
    tables: Counter[str] = field(default_factory=Counter)
    linkage: Linkage | None = None

    def count(self, *, read: int, repaired: int = 0, rejected: int = 0) -> None:
        """Add one block's rows."""
        self.read += read
        self.repaired += repaired
        self.rejected += rejected

    def account(self, file_name: str, profile: str) -> Account:
        """Close the books."""
        return Account(
            file_name=file_name,
            profile=profile,
            read=self.read,
            loaded=self.read - self.repaired - self.rejected,
            repaired=self.repaired,
            rejected=self.rejected,
            by_code=count_by_code(self.book.issues()),
            faults=tuple(self.book.folds()),
            tables=dict(sorted(self.tables.items())),
            linkage=self.linkage,
        )


def linkage_of(people: list[Person], identity: Identity, known_schools: Schools) -> Linkage:
    """Sum up the identities of one file against the roster; schools by their roster id where it knows them."""
    named = [person for person in people if person.rows]
    matched = [person for person in named if person.matched]
    schools: dict[str, tuple[int, int]] = {}
    for person in named:
        if person.school:
            school = known_schools.find(person.school) or person.school
            n, m = schools.get(school, (0, 0))
            schools[school] = (n + 1, m + person.matched)
    keys = np.unique(np.array([person.key for person in matched], dtype=np.int64))
    return Linkage(
        identities=len(named),
        matched=len(matched),
        rows=sum(person.rows for person in named),
        matched_rows=sum(person.rows for person in matched),
        by_rule=dict(sorted(Counter(person.rule for person in named).items())),
        by_school=dict(sorted(schools.items())),
        seen=_seen(keys, identity.students),
    )


def _seen(keys: Keys, students: pa.Table) -> tuple[GroupSeen, ...]:
    if not students.num_rows:
        return ()
    who = students["person_key"].to_numpy()
    is_seen = np.isin(who, keys)
    school = np.array(students["school_id"].to_pylist(), dtype=object)
    touched = {name for name in school[is_seen] if name is not None}
    counted = np.array([name in touched for name in school], dtype=bool) | is_seen
    groups = [GroupSeen("all", "all", int(counted.sum()), int(is_seen.sum()))]
    for name in SUBGROUPS:
        values = np.array([_label(value) for value in students[name].to_pylist()], dtype=object)
        for value in sorted(set(values[counted])):
            here = counted & (values == value)
            groups.append(GroupSeen(name, value, int(here.sum()), int((here & is_seen).sum())))
    return tuple(groups)


def _label(value: object) -> str:
    if value is None:
        return "not given"
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
