"""A training program, key by key, as somebody writes it."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,62}$")]
Text = Annotated[str, Field(min_length=1, max_length=500)]
Minutes = Annotated[int, Field(ge=1, le=600)]
Count = Annotated[int, Field(ge=1, le=10_000)]
Percent = Annotated[float, Field(ge=0, le=100)]
LONGEST_MODULE = 30  # minutes; what takes longer is a course


class Part(BaseModel):
    """A table of the file: unknown keys are refused, and nothing changes after reading."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Module(Part):
    """One small thing to learn: what for, how long, on which feature, and how it is tried in class and checked."""

    key: Name
    title: Text
    objective: Text
    minutes: Annotated[int, Field(ge=1, le=LONGEST_MODULE)]
    feature: Text
    pedagogy: Literal["collaboration", "inquiry", "practice", "differentiation", "assessment"]
    udl: Text
    practice: Text
    check: Text
    after: tuple[Name, ...] = ()


class Session(Part):
    """A day on which modules are learned together."""

    key: Name
    on: date
    modules: Annotated[tuple[Name, ...], Field(min_length=1)]
    leader: Text
    minutes: Minutes


class Phase(Part):
    """A phase of coaching: how much of it in a fortnight."""

    kind: Literal["co-teach", "observe-and-debrief", "on-call"]
    minutes_per_fortnight: Annotated[int, Field(ge=0, le=600)]


class Coaching(Part):
    """Coaching that fades by rule, never by the calendar.

    Parameters
    ----------
    phases
        From most to least help.
    rubric
        The rubric of the observations, as the lake names it.
    exit_at, observations
        A phase is left after so many observations in a row at or above this percent of the rubric.
    return_below
        An observation below it brings the phase before back.
    teachers, coach_minutes_per_fortnight
        How many are coached at once, and how much coaching there is for all of them.
    """

    phases: Annotated[tuple[Phase, ...], Field(min_length=1, max_length=6)]
    rubric: Text
    exit_at: Percent
    observations: Annotated[int, Field(ge=1, le=10)] = 2
    return_below: Percent
    teachers: Count
    coach_minutes_per_fortnight: Count

    @model_validator(mode="after")
    def _fades(self) -> Self:
        doses = [phase.minutes_per_fortnight for phase in self.phases]
        if any(later >= earlier for earlier, later in pairwise(doses)):
            raise ValueError(f"coaching fades: each phase takes less than the one before, not {doses}")
        if self.return_below > self.exit_at:
            raise ValueError(f"return_below {self.return_below:g} must not lie above exit_at {self.exit_at:g}")
        return self


class Spacing(Part):
    """When a module comes back: a default schedule, for its parameters come from flashcards and not from teaching."""

    retention: Annotated[float, Field(ge=0.7, le=0.97)] = 0.90
    longest_days: Annotated[int, Field(ge=7, le=365)] = 60
    reviews: Annotated[int, Field(ge=1, le=12)] = 4


class Credential(Part):
    """A micro-credential: it rests on observed practice and a reviewer, never on hours attended.

    Parameters
    ----------
    modules
        Whose checks must be passed.
    observations, at_least
        How many lessons must be on record at or above this percent of the coaching rubric.
    """

    key: Name
    name: Text
    description: Text
    criteria: Text
    modules: Annotated[tuple[Name, ...], Field(min_length=1)]
    observations: Annotated[int, Field(ge=1, le=20)] = 2
    at_least: Percent = 75.0


class Issuer(Part):
    """Who issues credentials."""

    name: Text
    url: Annotated[str, Field(pattern=r"^https://\S+$")]


class Program(Part):
    """The whole file."""

    format: Literal["gainline-training/1"]
    name: Text
    roadmap: Text
    tool: Name
    modules: Annotated[tuple[Module, ...], Field(min_length=1, max_length=200)]
    sessions: tuple[Session, ...] = ()
    coaching: Coaching | None = None
    spacing: Spacing = Spacing()
    issuer: Issuer | None = None
    credentials: tuple[Credential, ...] = ()

    @model_validator(mode="after")
    def _has_an_issuer(self) -> Self:
        if self.credentials and self.issuer is None:
            raise ValueError("credentials need an issuer: add [issuer]")
        return self
