"""What may be claimed: a closed grammar of strength by movement, tied to the design and the interval.

No other module writes "raised" or "shows". A claim without its n, its interval, its design and its registration does
not exist.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, auto

from gainline.engine.reports import numbers
from gainline.engine.reports.words import Words

STRONG = "Meets WWC Standards Without Reservations"
FAIR = "Meets WWC Standards With Reservations"


class Strength(StrEnum):
    """How firmly it may be said."""

    CANNOT = auto()
    SUGGESTS = auto()
    SHOWS = auto()


class Move(StrEnum):
    """What happened to the outcome."""

    ROSE = auto()
    FELL = auto()
    SAME = auto()


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement about one effect, with everything that it must be read with.

    Parameters
    ----------
    tool, outcome, unit, usual
        Words for the sentence.
    effect, low, high
        In the outcome's unit; the interval is the 95 % interval.
    smallest
        Smallest effect worth having, above zero.
    n
        How many students, as the audience may see it.
    design
        ``randomized`` or ``matched``.
    rating
        The rating's label; it decides whether the tool may be called the cause.
    registration, registered_on
        The plan that the claim was promised in.
    is_forked
        The audit counted more unregistered looks at the records than registered ones: nothing is "shown" any more.
    """

    tool: str
    outcome: str
    unit: str
    usual: str
    effect: float
    low: float
    high: float
    smallest: float
    n: str
    design: str
    rating: str
    registration: str
    registered_on: str
    is_forked: bool = False

    def __post_init__(self) -> None:
        missing = [part for part in ("n", "design", "rating", "registration") if not getattr(self, part)]
        if missing:
            raise ValueError(f"RP001: a claim without its {', '.join(missing)} is not made")
        if not self.low <= self.effect <= self.high:
            raise ValueError("RP001: a claim is not made without an interval that holds its effect")

    @property
    def may_name_cause(self) -> bool:
        """Whether the tool may be called the cause: randomized, or a quasi-experiment that passes."""
        return self.rating in (STRONG, FAIR)

    @property
    def move(self) -> Move:
        """Which way the outcome went; `SAME` when the interval covers zero."""
        if self.low > 0:
            return Move.ROSE
        return Move.FELL if self.high < 0 else Move.SAME

    @property
    def strength(self) -> Strength:
        """How firmly it may be said.

        An interval that covers zero says "no change" only when it also leaves no room for an effect worth having. With
        more looks than were registered one of them is clear by chance, so that even a draw only suggests.
        """
        if self.move is Move.SAME and not (-self.smallest < self.low and self.high < self.smallest):
            return Strength.CANNOT
        if self.move is Move.SAME and not self.may_name_cause:
            return Strength.CANNOT
        return Strength.SHOWS if self.rating == STRONG and not self.is_forked else Strength.SUGGESTS


def sentence(claim: Claim, words: Words) -> str:
    """The claim in words, without its tail."""
    places = numbers.places_for(claim.low, claim.high)
    parts = {
        "tool": claim.tool,
        "outcome": claim.outcome,
        "unit": claim.unit,
        "usual": claim.usual,
        "effect": numbers.signed(claim.effect, places),
        "size": numbers.number(abs(claim.effect), places),
        "low": numbers.signed(claim.low, places),
        "high": numbers.signed(claim.high, places),
    }
    return words(f"claim.{key(claim)}", **parts)


def tail(claim: Claim, words: Words) -> str:
    """What every claim is read with: interval, n, design, registration, and whether too much was looked at."""
    places = numbers.places_for(claim.low, claim.high)
    said = words(
        "claim.tail",
        low=numbers.signed(claim.low, places),
        high=numbers.signed(claim.high, places),
        n=claim.n,
        design=words(f"design.{claim.design}"),
        day=numbers.day(claim.registered_on, words.lang),
        plan=numbers.short_hash(claim.registration),
    )
    return f"{said} {words('claim.forked')}" if claim.is_forked else said


def key(claim: Claim) -> str:
    """The place of the claim in the grammar."""
    if claim.strength is Strength.CANNOT:
        return "cannot.tell"
    if claim.move is Move.SAME:
        return f"{claim.strength}.same"
    return f"{claim.strength}.{claim.move}_{'cause' if claim.may_name_cause else 'seen'}"
