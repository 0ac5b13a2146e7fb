"""A threshold rule as data: what is watched, when it is trouble, for how long, and when it is over."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

LONGEST = 500  # characters of an expression
Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
Weeks = Annotated[int, Field(ge=1, le=104)]
Level = Annotated[float, Field(allow_inf_nan=False)]
Expression = Annotated[str, Field(min_length=1, max_length=LONGEST)]


class Rule(BaseModel):
    """When a measurement is trouble. All durations count instructional weeks, so that a break decides nothing.

    A rule names one indicator with its two levels, or, in the rare case, expressions over several.

    Parameters
    ----------
    indicator, direction, enter, exit
        The measurement is trouble ``below`` (or ``above``) `enter`, and over once it is back at `exit` or past it.
        Between the two nothing changes: a measurement that trembles around one level calls nobody twice.
    uses, when, until
        In place of those: the indicators of the expressions, what is trouble, and what ends it (by default that `when`
        is false).
    grain
        By which groups it is watched apart, such as ``school_id``; the district as a whole by default.
    for, keep
        How many weeks in a row it must be trouble before somebody is called, and over before the call ends.
    minimum_n
        A week with fewer behind it counts as missing.
    silent_after
        After so many missing weeks in a row the silence itself is reported; a missing week neither starts a call nor
        ends one.
    where, params
        As `gainline indicators measure` takes them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    indicator: Key | None = None
    direction: Literal["below", "above"] | None = None
    enter: Level | None = None
    exit: Level | None = None
    uses: tuple[Key, ...] = ()
    when: Expression | None = None
    until: Expression | None = None
    grain: tuple[Key, ...] = ()
    for_: Weeks = Field(2, alias="for")
    keep: Weeks = 2
    minimum_n: Annotated[int, Field(ge=1)] = 1
    silent_after: Weeks = 3
    where: dict[Key, tuple[str, ...]] = Field(default_factory=dict)
    params: dict[Key, Level] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _is_one_of_two(self) -> Self:
        levels = (self.indicator, self.direction, self.enter, self.exit)
        words = (self.when, self.until, self.uses or None)
        if self.when is None and any(part is None for part in levels):
            raise ValueError("give indicator, direction, enter and exit, or uses and when")
        if self.when is not None and any(part is not None for part in levels):
            raise ValueError("give either indicator with its levels, or uses and when; not both")
        if self.when is None and any(part is not None for part in words):
            raise ValueError("uses and until belong to when")
        if self.when is not None and not self.uses:
            raise ValueError("name the indicators of the expression in uses")
        return self

    @model_validator(mode="after")
    def _is_ordered(self) -> Self:
        if self.enter is None or self.exit is None:
            return self
        past = self.exit - self.enter if self.direction == "below" else self.enter - self.exit
        if past < 0:
            side = "at or above" if self.direction == "below" else "at or below"
            raise ValueError(f"exit {self.exit:g} must lie {side} enter {self.enter:g}, or the trouble ends in trouble")
        return self

    @property
    def watched(self) -> tuple[str, ...]:
        """The indicators that must be measured."""
        return self.uses if self.indicator is None else (self.indicator,)
