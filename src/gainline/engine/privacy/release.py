"""Release: the only exit for numbers about people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum, auto

from gainline.engine.privacy.attack import HIDDEN, Span, prove
from gainline.engine.privacy.percent import PercentBand, percent_band
from gainline.engine.privacy.policy import Audience, Policy
from gainline.engine.privacy.suppress import suppress
from gainline.engine.privacy.tables import Cell, Key, ReleaseTable

WIDTHS = (10, 20, 50, 100, 200, 500, 1000)  # of the bands that stand for a count that protects another


class Shown(StrEnum):
    """How a count may be shown."""

    EXACT = auto()
    BAND = auto()  # large enough, but exact it would give a small one away
    HIDDEN = auto()


@dataclass(frozen=True, slots=True)
class Count:
    """A count as the audience may see it.

    ``low`` and ``high`` are equal for an exact count, the ends of a band, and None for a hidden one.
    """

    shown: Shown
    low: int | None
    high: int | None

    @property
    def is_hidden(self) -> bool:
        """Whether nothing about the count may be shown."""
        return self.shown is Shown.HIDDEN

    @property
    def middle(self) -> float | None:
        """A place to draw the count at; None when hidden."""
        return None if self.low is None or self.high is None else (self.low + self.high) / 2


@dataclass(frozen=True, slots=True)
class Released:
    """Counts and percentages that have passed the exit."""

    audience: Audience
    policy: Policy
    counts: Mapping[Key, Count]
    small: frozenset[Key]  # under the minimum: effects of these groups are hidden as well

    def count(self, *key: str) -> Count:
        """One count, as it may be shown."""
        return self.counts[key]

    def may_show_effect(self, *keys: Key) -> bool:
        """Tell whether an effect or a mean of these people may be shown: none of their counts is hidden."""
        return not any(self.counts[key].is_hidden or key in self.small for key in keys)

    def share(self, part: Key, whole: Key) -> PercentBand | None:
        """A percentage made only of what is shown; None when either count is hidden."""
        top, bottom = self.counts[part], self.counts[whole]
        if top.low is None or bottom.low is None or top.high is None or bottom.high is None or not bottom.low:
            return None
        if Shown.BAND in (top.shown, bottom.shown):
            return _outer(top.low, top.high, bottom.low, bottom.high)
        return percent_band(top.low, bottom.low, audience=self.audience, policy=self.policy)

    @property
    def hides(self) -> bool:
        """Whether any count is not shown exactly."""
        return any(count.shown is not Shown.EXACT for count in self.counts.values())


def release(table: ReleaseTable, *, audience: Audience, policy: Policy) -> Released:
    """Counts of people as the audience may see them, audited together.

    Counts from 1 to the policy's minimum are hidden. Counts that would give a hidden one away are shown as a band, as
    narrow as the attack allows, or hidden. An analyst sees every count.

    Parameters
    ----------
    table
        Everything that is published side by side, joined: tables that are each safe alone can undo each other.
    """
    small = frozenset(cell.key for cell in table.cells if policy.is_small(cell.count))
    if audience is Audience.ANALYST:
        return Released(audience, policy, {cell.key: _exact(cell) for cell in table.cells}, frozenset())
    hidden = suppress(table, policy)
    spans = _banded(table, hidden, policy)
    counts = {cell.key: _count(cell, spans) for cell in table.cells}
    return Released(audience, policy, counts, small)


def _exact(cell: Cell) -> Count:
    return Count(Shown.EXACT, cell.count, cell.count)


def _count(cell: Cell, spans: Mapping[Key, Span]) -> Count:
    span = spans.get(cell.key)
    if span is None:
        return _exact(cell)
    return Count(Shown.HIDDEN, None, None) if span == HIDDEN else Count(Shown.BAND, span.low, span.high)


def _banded(table: ReleaseTable, hidden: frozenset[Key], policy: Policy) -> dict[Key, Span]:
    """Bands for the hidden counts that are large enough to be spoken of, where every hidden count stays safe."""
    spans = dict.fromkeys(hidden, HIDDEN)
    large = [cell for cell in table.cells if cell.key in hidden and cell.is_printed and cell.count >= policy.minimum_n]
    proof = prove(table, spans, policy.minimum_range)
    for cell in sorted(large, key=lambda cell: (-cell.weight * cell.count, cell.key)):
        for band in _bands(cell.count, policy):
            found = prove(table, {**spans, cell.key: band}, policy.minimum_range, proof)
            if found is not None:
                spans[cell.key], proof = band, found
                break
    return spans


def _bands(count: int, policy: Policy) -> Iterator[Span]:
    """Bands of round ends that hold the count, narrowest first; none reaches under the minimum.

    Each width is tried on two grids, half a width apart: 300 of 304 is safe as 295 to 304, not as 300 to 309.
    """
    for width in WIDTHS:
        for shift in (0, width // 2):
            low = (count + shift) // width * width - shift
            if width <= 2 * count:
                yield Span(max(low, policy.minimum_n), low + width - 1)


def _outer(part_low: int, part_high: int, whole_low: int, whole_high: int) -> PercentBand:
    """The widest percentages that two bands allow, to whole fives."""
    low = 100 * part_low // whole_high // 5 * 5
    high = -(-100 * min(part_high, whole_low) // whole_low)
    return PercentBand(low, min(100, -(-high // 5) * 5))
