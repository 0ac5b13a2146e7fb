"""Who reads, and what they may see: the audience and the district's disclosure policy."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum, auto


class Audience(StrEnum):
    """Who will read the page.

    `public` is everybody: board, families, press. `staff` works for the district but has no right to single records.
    `analyst` already holds a grant to the rows, so that nothing is hidden from them; their page says it is not for
    passing on.
    """

    PUBLIC = auto()
    STAFF = auto()
    ANALYST = auto()


@dataclass(frozen=True, slots=True)
class BandRule:
    """Groups of up to `up_to` people show bands `width` points wide, or whole percents but for `tail` at either end."""

    up_to: int
    width: int
    tail: int = 1


# Bands of the kind that the federal EDFacts public files use: with these, no printed percentage of a group of 10 or
# more leaves fewer than three possible counts.
BANDS = (BandRule(15, 50), BandRule(30, 20), BandRule(60, 10), BandRule(300, 5))


@dataclass(frozen=True, slots=True)
class Policy:
    """The thresholds below which numbers about people are not shown.

    Parameters
    ----------
    minimum_n
        Smallest count that may be shown; counts from 1 to one less are hidden.
    minimum_range
        How far apart the smallest and the largest count must lie that anybody can work out for a hidden cell.
    bands
        Percentage bands by size of the group, smallest first; larger groups show whole percents.
    staff_minimum_n
        Another smallest count for staff; None for the same as the public's.
    source
        Where the thresholds come from; printed on the method page.
    """

    minimum_n: int = 10
    minimum_range: int = 5
    bands: tuple[BandRule, ...] = BANDS
    staff_minimum_n: int | None = None
    source: str = "Gainline's default: at least 10 people, as most states require of public school reports"

    def __post_init__(self) -> None:
        for smallest in (self.minimum_n, self.staff_minimum_n or self.minimum_n):
            if not 3 <= smallest <= 100:
                raise ValueError(f"the smallest count shown lies between 3 and 100, got {smallest}")
        if not 1 <= self.minimum_range < min(self.minimum_n, self.staff_minimum_n or self.minimum_n):
            raise ValueError("the range of a hidden count is at least 1 and below the smallest count shown")
        if list(self.bands) != sorted(self.bands, key=lambda band: band.up_to):
            raise ValueError("percentage bands are ordered by size of group")

    def is_small(self, count: int) -> bool:
        """Tell whether a count is too small to show. Zero is nobody, so it may be shown."""
        return 0 < count < self.minimum_n

    def for_audience(self, audience: Audience) -> Policy:
        """The policy as it holds for one audience, with that audience's smallest count."""
        if audience is not Audience.STAFF or self.staff_minimum_n is None:
            return self
        return replace(self, minimum_n=self.staff_minimum_n, staff_minimum_n=None)
