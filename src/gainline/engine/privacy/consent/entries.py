"""Entries: what a family said, once each; a change of mind is a new entry, and none is ever altered."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from gainline.engine.core.errors import UserFixable

_REFERENCE = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,63}$")


class Act(StrEnum):
    """What was said: yes, or no. No to a ground that rests on consent takes it back; to another one it opts out."""

    GIVEN = "given"
    REVOKED = "revoked"


class Relation(StrEnum):
    """Who spoke: the parent or guardian, or the student, to whom the rights pass at the age of majority."""

    PARENT = "parent"
    STUDENT = "student"


@dataclass(frozen=True, slots=True)
class Entry:
    """One word of one rights-holder about one ground.

    Parameters
    ----------
    person
        Who it is about: a keyed hash of the pseudonym, which says nothing to whoever lacks the workspace's secret.
    ground, act
        About what, and what was said.
    relation, holder
        Who spoke; `holder` tells two parents apart by a number of the office's, empty where there is one.
    on, at
        Day in the district, and the instant in UTC for the receipt. Entries count by their order, never by their time.
    notice, language
        Hash and language of the notice that was read.
    method, reference
        How it came (``link``, ``paper``, ``portal``), and the number under which the paper or message is kept.
    valid_until
        Last day on which a yes stands; None without end.
    rights_pass_on
        Day from which the student's own word counts; None where nobody said.
    receipt
        Number of the receipt that was shown.
    because
        Why, as one of the office's own codes; never the family's words.

    Raises
    ------
    UserFixable
        PR055 when a reference is no plain number or code, so that it could name somebody; PR047 when a yes would end
        before it starts.
    """

    person: str
    ground: str
    act: Act
    relation: Relation
    on: date
    at: str = ""
    holder: str = ""
    notice: str = ""
    language: str = ""
    method: str = ""
    reference: str = ""
    valid_until: date | None = None
    rights_pass_on: date | None = None
    receipt: str = ""
    because: str = ""

    def __post_init__(self) -> None:
        for said in (self.holder, self.method, self.reference, self.receipt, self.because):
            if said and not _REFERENCE.match(said):
                raise UserFixable(
                    "PR055: a reference holds letters, digits and . _ / - alone, and names nobody",
                    "give the number under which the paper or message is filed",
                )
        if self.act is Act.GIVEN and self.valid_until is not None and self.valid_until < self.on:
            raise UserFixable("PR047: this consent would end before it is given", "give a later last day, or none")

    def to_json_value(self) -> dict[str, Any]:
        """The entry as plain JSON values."""
        days = {name: getattr(self, name) for name in ("on", "valid_until", "rights_pass_on")}
        words = ("person", "ground", "at", "holder", "notice", "language", "method", "reference", "receipt", "because")
        return {
            **{name: getattr(self, name) for name in words},
            **{name: day.isoformat() if day else None for name, day in days.items()},
            "act": str(self.act),
            "relation": str(self.relation),
        }

    @classmethod
    def from_json_value(cls, value: Mapping[str, Any]) -> Entry:
        """The entry as `to_json_value` wrote it."""
        words = ("person", "ground", "at", "holder", "notice", "language", "method", "reference", "receipt", "because")
        return cls(
            **{name: value[name] for name in words},
            valid_until=_day(value["valid_until"]),
            rights_pass_on=_day(value["rights_pass_on"]),
            on=date.fromisoformat(value["on"]),
            act=Act(value["act"]),
            relation=Relation(value["relation"]),
        )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
