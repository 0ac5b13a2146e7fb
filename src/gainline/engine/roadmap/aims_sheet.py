"""The aims in a roadmap's file, key by key: vision, capabilities, outcomes and phases."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from gainline.engine.roadmap.aims import Aims, Capability, Criterion, Outcome, Phase

AimName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,62}$")]


class AimPart(BaseModel):
    """A table of the aims: unknown keys are refused, and nothing changes after reading."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)


class VisionPart(AimPart):
    """The sentence that all of it serves, and who answers for it."""

    says: Annotated[str, Field(min_length=1)]
    owner: str = ""


class CapabilityPart(AimPart):
    """See `aims.Capability`."""

    key: AimName
    title: str
    owner: str = ""


class OutcomePart(AimPart):
    """See `aims.Outcome`."""

    key: AimName
    title: str
    capability: AimName | None = None
    measure: str = ""
    unit: str = ""
    baseline: float | None = None
    target: float | None = None
    by: date | None = None
    owner: str = ""


class CriterionPart(AimPart):
    """See `aims.Criterion`."""

    says: Annotated[str, Field(min_length=1)]
    measure: str = ""
    at_least: float | None = None
    at_most: float | None = None

    @model_validator(mode="after")
    def _is_ordered(self) -> CriterionPart:
        if self.at_least is not None and self.at_most is not None and self.at_most < self.at_least:
            raise ValueError(f"at_most {self.at_most:g} is less than at_least {self.at_least:g}")
        return self


class PhasePart(AimPart):
    """See `aims.Phase`."""

    key: AimName
    title: str
    criteria: tuple[CriterionPart, ...] = ()


Parts = tuple[VisionPart | None, tuple[CapabilityPart, ...], tuple[OutcomePart, ...], tuple[PhasePart, ...]]


def aims_of(parts: Parts) -> Aims:
    """The aims that the parts of a file stand for."""
    vision, capabilities, outcomes, phases = parts
    return Aims(
        vision=vision.says if vision else "",
        owner=vision.owner if vision else "",
        capabilities=tuple(Capability(**part.model_dump()) for part in capabilities),
        outcomes=tuple(Outcome(**(part.model_dump() | {"capability": part.capability or ""})) for part in outcomes),
        phases=tuple(_phase(part) for part in phases),
    )


def _phase(part: PhasePart) -> Phase:
    return Phase(part.key, part.title, tuple(Criterion(**one.model_dump()) for one in part.criteria))
