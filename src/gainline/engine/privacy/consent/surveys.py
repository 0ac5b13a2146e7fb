"""Surveys: questions that touch a protected topic open only with consent, or after a window to opt out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from gainline.engine.core.errors import Conflict
from gainline.engine.privacy.consent.entries import Entry
from gainline.engine.privacy.consent.grounds import Ground
from gainline.engine.privacy.consent.standing import standing
from gainline.engine.privacy.purposes import Basis, Purpose


class Topic(StrEnum):
    """The eight protected topics. Source: 20 U.S.C. 1232h(b), Protection of Pupil Rights Amendment."""

    POLITICS = "political affiliations or beliefs"
    MIND = "mental or psychological problems"
    SEX = "sex behavior or attitudes"
    CONDUCT = "illegal, anti-social, self-incriminating or demeaning behavior"
    RELATIVES = "critical appraisals of close family"
    PRIVILEGE = "legally privileged relationships"
    RELIGION = "religious practices, affiliations or beliefs"
    INCOME = "income"


class Mode(StrEnum):
    """What a survey needs before it opens."""

    NOTHING = "nothing"
    WINDOW = "notice and a window to opt out"
    CONSENT = "prior written consent"


@dataclass(frozen=True, slots=True)
class Survey:
    """A survey of students.

    Parameters
    ----------
    key
        The instrument.
    topics
        One entry per item: its protected topic, or None.
    is_required, is_federal
        Whether students must answer, and whether federal education money pays for any of it.
    told_on, opens_on
        Days on which families were told and on which it opens; the days between are the window to opt out.
    """

    key: str
    topics: Sequence[Topic | None]
    is_required: bool
    is_federal: bool
    told_on: date | None = None
    opens_on: date | None = None

    @property
    def mode(self) -> Mode:
        """What it needs. Source: 20 U.S.C. 1232h(b) for consent, (c)(2) for notice with opt-out."""
        if not any(self.topics):
            return Mode.NOTHING
        return Mode.CONSENT if self.is_required and self.is_federal else Mode.WINDOW

    @property
    def ground(self) -> Ground | None:
        """What its answers rest on: families' consent, or their right to opt out; None without a protected question."""
        if self.mode is Mode.NOTHING:
            return None
        basis = Basis.CONSENT if self.mode is Mode.CONSENT else Basis.SCHOOL_OFFICIAL
        return Ground(
            f"survey-{self.key}", Purpose.INSTRUCTION, basis, tables=("responses",),
            where={"instrument": (self.key,)}, may_opt_out=self.mode is Mode.WINDOW,
        )  # fmt: skip

    def waits(self, on: date) -> bool:
        """Tell whether it is not open yet, so that nobody's answers are taken."""
        return self.opens_on is not None and on < self.opens_on

    def takes(self, answered_on: date | None, on: date) -> bool:
        """Tell whether an answer that comes in on a day is taken, whoever gave it and whether anybody is named.

        Not before the survey opens, and later none of the days on which families still had time to opt out. What was
        answered before they were told is of an earlier round; an answer without a day is of the day it comes in.
        """
        if self.waits(on):
            return False
        if answered_on is None or self.told_on is None or self.opens_on is None:
            return True
        return not self.told_on <= answered_on < self.opens_on

    def to_json_value(self) -> dict[str, Any]:
        """The survey as plain JSON values."""
        days = {name: getattr(self, name) for name in ("told_on", "opens_on")}
        return {
            "key": self.key,
            "topics": [str(one) if one else None for one in self.topics],
            "is_required": self.is_required,
            "is_federal": self.is_federal,
            **{name: day.isoformat() if day else None for name, day in days.items()},
        }

    @classmethod
    def from_json_value(cls, value: Mapping[str, Any]) -> Survey:
        """The survey as `to_json_value` wrote it."""
        days = {name: date.fromisoformat(value[name]) if value[name] else None for name in ("told_on", "opens_on")}
        topics = tuple(Topic(one) if one else None for one in value["topics"])
        return cls(value["key"], topics, value["is_required"], value["is_federal"], **days)


def may_open(survey: Survey, ground: Ground | None, on: date, *, window_days: int = 14) -> None:
    """Let a survey open, or say what is missing.

    Raises
    ------
    Conflict
        PR050 when an item has a protected topic and the survey's ground is neither consent nor, where the law lets
        that do, one that families could opt out of for a whole window.
    """
    if survey.mode is Mode.NOTHING:
        return
    if ground is not None and ground.basis is Basis.CONSENT:
        return
    if survey.mode is Mode.WINDOW and ground is not None and ground.may_opt_out and _had_time(survey, on, window_days):
        return
    raise Conflict(
        f"PR050: the survey has a protected question and needs {survey.mode} first",
        "tell families, and open it after the window, or on their consent; or take the question out",
    )


def may_answer(survey: Survey, ground: Ground, entries: Sequence[Entry], on: date, *, reviewed: frozenset[str]) -> bool:
    """Tell whether a student's answers are taken: the survey is open, and the student's family has not said no."""
    try:
        may_open(survey, ground, on)
    except Conflict:
        return False
    return standing(entries, ground, on, reviewed=reviewed).may_read


def _had_time(survey: Survey, on: date, window_days: int) -> bool:
    if survey.told_on is None or survey.opens_on is None or on < survey.opens_on:
        return False
    return (survey.opens_on - survey.told_on).days >= window_days
