"""Notices: the very words that a family read, by version, language and who checked the translation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from gainline.engine.core.errors import UserFixable

HARDEST = 8.0
"""School grade that a family's text may ask for at most."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One text in one language; another word makes it another notice.

    Parameters
    ----------
    ground
        Key of the ground that it tells about.
    language, text
        Language code, and the exact text.
    grade
        School grade at which it can be read; None where nobody can measure the language.
    reviewed_by, reviewed_on
        The office of the person who checked it, and the day; empty and None while nobody has.

    Raises
    ------
    UserFixable
        PR042 when it is empty or harder than grade 8.
    """

    ground: str
    language: str
    text: str
    grade: float | None = None
    reviewed_by: str = ""
    reviewed_on: date | None = None

    def __post_init__(self) -> None:
        if not self.text.strip() or (self.grade is not None and self.grade > HARDEST):
            at = "" if self.grade is None else f" (grade {self.grade:.1f})"
            raise UserFixable(
                f"PR042: the notice is empty, or too hard for families{at}",
                f"use short words and sentences, up to grade {HARDEST:g}",
            )

    @property
    def hash(self) -> str:
        """SHA-256 over ground, language, grade and the exact text; what an entry names."""
        grade = "" if self.grade is None else f"{self.grade:.1f}"
        return sha256("\x1f".join((self.ground, self.language, grade, self.text)).encode()).hexdigest()

    @property
    def is_reviewed(self) -> bool:
        """Tell whether a competent person checked it; consent given under another one is not valid."""
        return bool(self.reviewed_by.strip()) and self.reviewed_on is not None

    def to_json_value(self) -> dict[str, Any]:
        """The notice as plain JSON values."""
        return {
            "hash": self.hash,
            "ground": self.ground,
            "language": self.language,
            "text": self.text,
            "grade": self.grade,
            "reviewed_by": self.reviewed_by,
            "reviewed_on": self.reviewed_on.isoformat() if self.reviewed_on else None,
        }

    @classmethod
    def from_json_value(cls, value: Mapping[str, Any]) -> Notice:
        """The notice as `to_json_value` wrote it."""
        reviewed_on = value["reviewed_on"]
        return cls(
            value["ground"],
            value["language"],
            value["text"],
            grade=value["grade"],
            reviewed_by=value["reviewed_by"],
            reviewed_on=date.fromisoformat(reviewed_on) if reviewed_on else None,
        )
