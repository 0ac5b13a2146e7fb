"""The file of a pedagogy map, key by key."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

FORMAT = "gainline-pedagogy/1"
Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,62}$")]
Words = Annotated[str, Field(min_length=1, max_length=500)]


class TeachingActivity(StrEnum):
    """What students and teachers do with a tool."""

    COLLABORATION = "collaboration"
    INQUIRY = "inquiry"
    PRACTICE = "practice"
    DIFFERENTIATION = "differentiation"
    ASSESSMENT = "assessment"


class PedagogyPart(BaseModel):
    """A table of the file: unknown keys are refused, and nothing changes after reading."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class GroupPart(PedagogyPart):
    """Students who reach tools alike, such as those with a screen reader or without internet at home."""

    key: Key
    title: Words


class StandardPart(PedagogyPart):
    """A statement of what is to be learned: its CASE identifier or code, and its words unless the lake has them."""

    id: Words
    says: str = ""


class ToolPart(PedagogyPart):
    """A tool with the groups that can reach it; `barrier` says what keeps the others out."""

    key: Key
    title: Words
    groups: tuple[Key, ...] = ()
    barrier: str = ""


class UsePart(PedagogyPart):
    """What a tool affords, for which teaching activity, and towards which standards."""

    tool: Key
    affordance: Words
    activity: TeachingActivity
    standards: Annotated[tuple[Words, ...], Field(min_length=1)]


class PedagogySheet(PedagogyPart):
    """The whole file; `activities` are those that the district wants each standard to be taught with."""

    format: Literal["gainline-pedagogy/1"]
    name: Words
    activities: tuple[TeachingActivity, ...] = ()
    groups: Annotated[tuple[GroupPart, ...], Field(min_length=1)]
    standards: Annotated[tuple[StandardPart, ...], Field(min_length=1)]
    tools: Annotated[tuple[ToolPart, ...], Field(min_length=1)]
    uses: tuple[UsePart, ...] = ()
