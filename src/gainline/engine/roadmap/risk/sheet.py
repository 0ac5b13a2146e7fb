"""The register of a roadmap's risks, key by key, as somebody writes it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from gainline.engine.monitoring.thresholds import Rule

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,62}$")]
Text = Annotated[str, Field(min_length=1, max_length=500)]
Amount = Annotated[int, Field(ge=0, le=10**12)]
Share = Annotated[float, Field(ge=0, le=1)]
WeekCount = Annotated[int, Field(ge=0, le=260)]
Days = Annotated[int, Field(ge=1, le=365)]


class Part(BaseModel):
    """A table of the file: unknown keys are refused, and nothing changes after reading."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Right(Part):
    """A decision right: who holds it, and how many days they have before the next one is asked."""

    key: Name
    holder: Text
    within_days: Days = 5


class Impact(Part):
    """What would follow: weeks at best, most likely, at worst on the named activities; money; and who bears it."""

    activities: tuple[str, ...] = ()
    weeks: tuple[WeekCount, WeekCount, WeekCount] = (0, 0, 0)
    cost: Amount = 0
    equity: bool = False

    @model_validator(mode="after")
    def _is_ordered(self) -> Self:
        if list(self.weeks) != sorted(self.weeks):
            raise ValueError("weeks are [at best, most likely, at worst], so they may not fall")
        if any(self.weeks) and not self.activities:
            raise ValueError("weeks fall on activities: name them")
        return self


class Action(Part):
    """One thing that is done against the risk."""

    does: Text
    by: date | None = None
    cost: Amount = 0


class Response(Part):
    """How the risk is met."""

    strategy: Literal["avoid", "reduce", "transfer", "accept", "exploit"]
    actions: tuple[Action, ...] = ()


class Contingency(Part):
    """Money that is kept for the case: from which source, how much, and who may release it."""

    source: Name
    amount: Amount
    approves: Name


class Risk(Part):
    """One risk, written as cause, event and effect.

    Parameters
    ----------
    likelihood
        From and to: nobody knows a single number.
    watch
        The early-warning rule on a live measurement; without it somebody must look.
    fallback
        What is done when the response fails.
    escalation
        Decision rights in the order in which they are asked when a task is overdue.
    due_days
        Days that the owner has once the rule calls.
    review
        ``board``: on each of the roadmap's board days; a number: every so many working weeks.
    """

    key: Name
    cause: Text
    event: Text
    effect: Text
    category: Literal[
        "workload", "data-migration", "compatibility", "vendor", "privacy", "funding", "equity", "evaluation-validity"
    ]
    owner: Text
    opened: date
    closed: date | None = None
    likelihood: tuple[Share, Share]
    impact: Impact = Impact()
    watch: Rule | None = None
    response: Response
    fallback: Text
    contingency: Contingency | None = None
    escalation: Annotated[tuple[Name, ...], Field(min_length=1)]
    due_days: Days = 5
    review: Literal["board"] | Annotated[int, Field(ge=1, le=52)] = "board"

    @model_validator(mode="after")
    def _is_ordered(self) -> Self:
        if self.likelihood[0] > self.likelihood[1]:
            raise ValueError("likelihood is from and to, so it may not fall")
        if self.closed is not None and self.closed < self.opened:
            raise ValueError(f"closed on {self.closed}, before it was opened on {self.opened}")
        return self

    def is_open(self, day: date) -> bool:
        """Tell whether the risk stands on the day."""
        return self.opened <= day and (self.closed is None or day <= self.closed)


class Register(Part):
    """The whole file: the roadmap that the risks are of, decision rights, and risks."""

    format: Literal["gainline-risks/1"]
    roadmap: Text
    rights: Annotated[tuple[Right, ...], Field(min_length=1)]
    risks: Annotated[tuple[Risk, ...], Field(min_length=1, max_length=500)]

    def right(self, key: str) -> Right:
        """The decision right of this key.

        Raises
        ------
        KeyError
            When none has it; `read_register` lets no such register through.
        """
        return {right.key: right for right in self.rights}[key]
