"""Release: the only exit for numbers about people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum, auto

from gainline.engine.core.issues import Issue
from gainline.engine.privacy.attack import Asked, Pair, Work, WorkSpent, prove
from gainline.engine.privacy.history import Held, Past, standing, still_shown, watch
from gainline.engine.privacy.percent import PercentBand, percent_band
from gainline.engine.privacy.policy import Audience, Policy
from gainline.engine.privacy.reasons import CHANGED, COARSER, NOTHING_HOLDS, TOO_COSTLY, stands
from gainline.engine.privacy.suppress import everything, suppress
from gainline.engine.privacy.tables import CEILING, UNSEEN, Cell, Key, ReleaseTable, Span, margins

BUDGET = 2_000_000
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
    reasons: tuple[Issue, ...] = ()  # why more is hidden than small counts and what protects them, for the reader
    held: Mapping[Key, Held] = field(default_factory=dict)  # what an earlier release showed and still stands

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


def release(
    table: ReleaseTable, *, audience: Audience, policy: Policy, earlier: Sequence[Past] = (), budget: int = BUDGET
) -> Released:
    """Counts of people as the audience may see them, audited together.

    Counts from 1 to the policy's minimum are hidden. Counts that would give a hidden one away are shown as a band, as
    narrow as the attack allows, or hidden. An analyst sees every count.

    Parameters
    ----------
    table
        Everything that is published side by side, joined: tables that are each safe alone can undo each other.
    earlier
        What the same readers were shown of the same people before, newest last. A count that changed by a few since
        then is hidden or banded, so that nobody learns where those few belong; while fewer people than the minimum
        came or left in all, the earlier figures stand.
    budget
        What the audit may cost, in columns and nodes of integer programs. Beyond it only the margins are tried, at the
        same cost once more, and then everything is hidden.

    Notes
    -----
    The reasons of the answer are PR021 (the audit cost too much), PR022 (margins only), PR023 (the earlier figures
    stand), PR024 (counts that changed by a few) and PR025 (nothing is safe beside what was shown before).
    """
    policy = policy.for_audience(audience)
    if audience is Audience.ANALYST:
        return Released(audience, policy, {cell.key: _exact(cell) for cell in table.cells}, frozenset())
    still = standing(table, earlier, policy)
    if still is not None:
        return _standing(table, still, audience, policy)
    try:
        answer = _answer(table, policy, earlier, Work(budget))
        return _released(table, audience, policy, earlier, answer)
    except (WorkSpent, NothingHolds) as stopped:
        why = TOO_COSTLY if isinstance(stopped, WorkSpent) else NOTHING_HOLDS
    coarser = margins(table)
    try:
        spans, said = _answer(coarser, policy, earlier, Work(budget))
        spans |= {cell.key: UNSEEN for cell in coarser.cells if cell.seen is not None}
        return _released(table, audience, policy, earlier, (spans, (COARSER, *said)))
    except (WorkSpent, NothingHolds):
        spans = {cell.key: UNSEEN for cell in table.cells if cell.seen is None}  # a zero that is shown tells as well
        return _released(table, audience, policy, earlier, (spans, (why,)))


Answer = tuple[dict[Key, Span], tuple[Issue, ...]]


class NothingHolds(Exception):
    """What was shown before leaves no safe way of showing this."""


def _answer(table: ReleaseTable, policy: Policy, earlier: Sequence[Past], work: Work) -> Answer:
    """What may be thought of each count that is not shown exactly, and why that is more than usual."""
    watched, changed = watch(table, earlier, policy)
    hidden = suppress(watched, policy, forced=changed.keys(), work=work)
    asked = Asked(policy.minimum_range, policy.minimum_n, work)
    for pattern in (hidden, everything(table)) if hidden is not None else ():
        spans = {cell.key: cell.unknown for cell in table.cells if cell.key in pattern}
        proof = prove(watched, spans, asked)
        if proof is not None:
            return _banded(watched, spans, proof, changed, asked), (CHANGED,) if changed else ()
    raise NothingHolds


def remember(label: str, table: ReleaseTable, released: Released, *, joined: int = 0, left: int = 0) -> Past:
    """What to keep of a release, so that later ones know of it.

    Parameters
    ----------
    label
        How a reader will know it, e.g. its day.
    joined, left
        How many people came into the population and left it from then to the release that asks.

    Raises
    ------
    ValueError
        When the answer only repeats an earlier one, which is the one to keep.
    """
    if any(reason.code == "PR023" for reason in released.reasons):
        raise ValueError("an answer that repeats an earlier release is not a release of its own")
    counts = ((cell, released.counts[cell.key]) for cell in table.cells)
    return Past(label, table, {cell.key: published(cell, one.low, one.high) for cell, one in counts}, joined, left)


def published(cell: Cell, low: int | None, high: int | None) -> Span:
    """What a reader has of a count that was shown from `low` to `high`; None where nothing of it was."""
    if low is None or high is None:
        return cell.unknown if cell.count else UNSEEN  # where nothing was shown, a zero was hidden too
    return Span(low, high)


def _released(
    table: ReleaseTable, audience: Audience, policy: Policy, earlier: Sequence[Past], answer: Answer
) -> Released:
    """The answer as the audience may see it, with the earlier figures of what is hidden now."""
    spans, reasons = answer
    counts = {cell.key: _count(cell, spans) for cell in table.cells}
    held = still_shown([key for key, count in counts.items() if count.is_hidden], earlier)
    return Released(audience, policy, counts, _small(table, policy), reasons, held)


def _small(table: ReleaseTable, policy: Policy) -> frozenset[Key]:
    return frozenset(cell.key for cell in table.cells if policy.is_small(cell.count))


def _standing(table: ReleaseTable, past: Past, audience: Audience, policy: Policy) -> Released:
    """The answer of an earlier release once more: too few people came or left since."""
    counts = {cell.key: _seen(past.shown.get(cell.key)) for cell in table.cells}
    held = still_shown(counts, [past])
    small = _small(table, policy) | _small(past.table, policy)
    return Released(audience, policy, counts, small, (stands(past.label),), held)


def _seen(span: Span | None) -> Count:
    if span is None or span.high == CEILING:
        return Count(Shown.HIDDEN, None, None)
    return Count(Shown.BAND if span.width else Shown.EXACT, span.low, span.high)


def _exact(cell: Cell) -> Count:
    return Count(Shown.EXACT, cell.count, cell.count)


def _count(cell: Cell, spans: Mapping[Key, Span]) -> Count:
    if cell.key in spans:
        return _seen(spans[cell.key])
    return _exact(cell) if cell.seen is None else Count(Shown.HIDDEN, None, None)


def _banded(
    table: ReleaseTable, spans: dict[Key, Span], proof: dict[Key, Pair], changed: Mapping[Key, Span], asked: Asked
) -> dict[Key, Span]:
    """Bands for the hidden counts that may be spoken of, where every hidden count stays safe."""
    cells = [cell for cell in table.cells if cell.key in spans]
    large = [cell for cell in cells if cell.is_printed and (cell.is_outcome or cell.count >= asked.minimum_n)]
    for cell in sorted(large, key=lambda cell: (-cell.weight * cell.count, cell.key)):
        for band in _bands(cell, asked.minimum_n):
            if not _holds(band, changed.get(cell.key)):
                continue
            try:
                found = prove(table, {**spans, cell.key: band}, asked, proof)
            except WorkSpent:  # what is proved so far is safe; further bands would only be nicer
                return spans
            if found is not None:
                spans[cell.key], proof = band, found
                break
    return spans


def _holds(band: Span, needed: Span | None) -> bool:
    """Whether a band has room for all that a few people could have made of an earlier figure."""
    return needed is None or (band.low <= needed.low and band.high >= needed.high)


def _bands(cell: Cell, minimum_n: int) -> Iterator[Span]:
    """Bands of round ends that hold the count, narrowest first; none reaches under the minimum.

    A small outcome has one band, from nobody to one less than the minimum: it stands for the tails of a rate. Each
    width is tried on two grids, half a width apart: 300 of 304 is safe as 295 to 304, not as 300 to 309.
    """
    count = cell.count
    if count < minimum_n:
        yield Span(0, minimum_n - 1)
        return
    for width in WIDTHS:
        for shift in (0, width // 2):
            low = (count + shift) // width * width - shift
            if width <= 2 * count:
                yield Span(max(low, minimum_n), low + width - 1)


def _outer(part_low: int, part_high: int, whole_low: int, whole_high: int) -> PercentBand:
    """The widest percentages that two bands allow, to whole fives."""
    low = 100 * part_low // whole_high // 5 * 5
    high = -(-100 * min(part_high, whole_low) // whole_low)
    return PercentBand(low, min(100, -(-high // 5) * 5))
