"""Asks: what the API takes, with the bounds that the tables have, so that nothing reaches them that they refuse."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, TypeAlias

from ninja import File, Form, Path, Query, Schema
from ninja.files import UploadedFile
from pydantic import ConfigDict, Field, StringConstraints

from gainline.store.words import Choice

WRITTEN = r"^[^\x00]*$"  # PostgreSQL's texts hold no NUL
SOMETHING = r"^[^\x00]*[^\s\x00][^\x00]*$"
Line: TypeAlias = Annotated[str, StringConstraints(max_length=200, pattern=WRITTEN)]
Title: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=SOMETHING)]
Prose: TypeAlias = Annotated[str, StringConstraints(max_length=20_000, pattern=WRITTEN)]
PlanText: TypeAlias = Annotated[str, StringConstraints(max_length=200_000, pattern=WRITTEN)]
Key: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,79}$")]
Id: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[a-z]{3,4}_[0-9a-f]{20}$")]
PathId: TypeAlias = Annotated[str, Path(pattern=r"^[a-z]{3,4}_[0-9a-f]{20}$")]
Limit: TypeAlias = Annotated[int, Query(ge=1, le=200)]
Offset: TypeAlias = Annotated[int, Query(ge=0, le=1_000_000)]
Language: TypeAlias = Annotated[str, Query(pattern="^(en|es)$")]
Listener: TypeAlias = Annotated[Literal["public", "staff"], Query()]  # analysts read unrounded figures on the pages
Uploads: TypeAlias = Annotated[list[UploadedFile], File()]
Source: TypeAlias = Annotated[str, Form(max_length=200, pattern=WRITTEN)]
IsPreview: TypeAlias = Annotated[bool, Form()]


class Ask(Schema):
    """A body; a name that nobody knows is a fault, not something to pass over."""

    model_config = ConfigDict(extra="forbid")


class NewAim(Ask):
    """An aim for a unit."""

    unit: Id
    title: Title
    by_when: date
    because: Prose = ""


class NewTool(Ask):
    """A tool of the portfolio."""

    key: Key
    name: Title
    vendor: Line = ""
    what_for: Prose = ""


class NewContract(Ask):
    """A contract for a tool."""

    starts: date
    ends: date
    notice_by: date | None = None
    renews_itself: bool = False
    price: Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=2)] | None = None
    seats: Annotated[int, Field(ge=0, le=10_000_000)] | None = None


class NewCycle(Ask):
    """A question about a tool under an aim, to be answered by the day of a decision."""

    aim: Id
    tool: Id
    title: Title
    question: Annotated[str, StringConstraints(min_length=1, max_length=5_000, pattern=SOMETHING)]
    decide_by: date
    decide_because: Line = ""
    hypothesis: Prose = ""
    key: Key | None = None


class PlanToCheck(Ask):
    """A plan's text."""

    text: PlanText


class NewDraft(Ask):
    """A plan's text to keep; `version` is the one that the writer saw, 0 for none."""

    text: PlanText
    version: Annotated[int, Field(ge=0, le=1_000_000)] = 0


class NewDecision(Ask):
    """What is chosen and why; `deviation` says why it is not what the rule said, where it is not."""

    chosen: Choice
    reasons: Prose
    deviation: Prose = ""


class NewLearning(Ask):
    """What was learned, for those who were not there."""

    says: Annotated[str, StringConstraints(min_length=1, max_length=20_000, pattern=SOMETHING)]
    holds_for: Prose = ""
    not_tested: Prose = ""
