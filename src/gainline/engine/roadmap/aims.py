"""What a roadmap is for: a vision, capabilities, outcomes with their measures, and phases with their criteria."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Capability:
    """What the district will be able to do that it cannot do today."""

    key: str
    title: str
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What changes for students or teachers, and what it is measured by.

    Parameters
    ----------
    capability
        Key of the capability that it shows; empty where it shows none.
    measure
        Indicator or measure that tells; empty where nobody has said.
    baseline, target
        Value today and value wanted, in `unit`; ``None`` where not said.
    by
        The day on which the target is looked at.
    """

    key: str
    title: str
    capability: str = ""
    measure: str = ""
    unit: str = ""
    baseline: float | None = None
    target: float | None = None
    by: date | None = None
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Criterion:
    """What must hold before a phase counts as reached: a measure and the least or most it may be."""

    says: str
    measure: str = ""
    at_least: float | None = None
    at_most: float | None = None


@dataclass(frozen=True, slots=True)
class Phase:
    """A part of the way, with the criteria by which it is reached; `initiatives` name theirs by key."""

    key: str
    title: str
    criteria: tuple[Criterion, ...] = ()


@dataclass(frozen=True, slots=True)
class Aims:
    """Where all of it leads; a roadmap without aims has an empty vision and no parts."""

    vision: str = ""
    owner: str = ""
    capabilities: tuple[Capability, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    phases: tuple[Phase, ...] = ()
