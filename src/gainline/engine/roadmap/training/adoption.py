"""Adoption: how far a tool has become part of somebody's teaching, from logs and observed lessons, not opinion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """The stages in their order."""

    NONE = "none"
    TRIED = "tried"
    MONTHLY = "monthly"
    WEEKLY = "weekly"
    EMBEDDED = "embedded"


@dataclass(frozen=True, slots=True)
class AdoptionRule:
    """What the stages ask for; weeks are instructional weeks.

    Parameters
    ----------
    months
        So many spans of four weeks, each with use, make ``monthly``.
    weeks, share
        Use in this share of so many weeks makes ``weekly``.
    fidelity
        A lesson at this percent of the rubric makes ``embedded`` of ``weekly``.
    """

    months: int = 3
    weeks: int = 8
    share: float = 0.75
    fidelity: float = 75.0


WEEKS_OF_A_MONTH = 4


def adoption_stage(used: Sequence[bool], fidelity: Sequence[float], rule: AdoptionRule | None = None) -> Stage:
    """The stage at the end of these weeks; it can go back as well as forward.

    Parameters
    ----------
    used
        Whether the tool was used with students, by instructional week, the latest last.
    fidelity
        Percent of the rubric of the lessons observed in those weeks; none were observed where it is empty.
    """
    asks = rule or AdoptionRule()
    if not any(used):
        return Stage.NONE
    recent = used[-asks.weeks :]
    if len(recent) >= asks.weeks and sum(recent) / len(recent) >= asks.share:
        return Stage.EMBEDDED if any(one >= asks.fidelity for one in fidelity) else Stage.WEEKLY
    spans = [used[-WEEKS_OF_A_MONTH * (back + 1) :][:WEEKS_OF_A_MONTH] for back in range(asks.months)]
    if len(used) >= WEEKS_OF_A_MONTH * asks.months and all(any(span) for span in spans):
        return Stage.MONTHLY
    return Stage.TRIED
