"""The release ledger: what the same readers were shown before, so that no difference of two releases is one person.

Source: NIST SP 800-53 revision 5, SI-19(5), whose example of differencing is a school: 10 to 19 students in January,
20 to 29 in March, and everybody knows the group of the one who came in February.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from gainline.engine.privacy.moves import fewest_moves
from gainline.engine.privacy.policy import Policy
from gainline.engine.privacy.tables import CEILING, UNSEEN, Cell, Key, ReleaseTable, Span, Sum

THEN, CHANGE = "then", "change"


@dataclass(frozen=True, slots=True)
class Past:
    """An earlier release of the same people to the same readers. It holds true counts and stays inside.

    Parameters
    ----------
    label
        How the reader knows it, e.g. its day.
    table
        The true counts of then.
    shown
        What was published of each of its cells; a hidden one has no upper limit.
    joined, left
        How many people came into the population and left it between then and now. A reader is taken to know both.
    """

    label: str
    table: ReleaseTable
    shown: Mapping[Key, Span]
    joined: int
    left: int

    def __post_init__(self) -> None:
        if self.joined < 0 or self.left < 0:
            raise ValueError("how many came and left is not negative")

    @property
    def turnover(self) -> int:
        """How many people make the difference between the two populations."""
        return self.joined + self.left


@dataclass(frozen=True, slots=True)
class Held:
    """A count that an earlier release showed and that this one neither repeats as today's nor takes back."""

    low: int
    high: int
    label: str


def standing(table: ReleaseTable, earlier: Sequence[Past], policy: Policy) -> Past | None:
    """The newest earlier release from which too few people make a difference; its figures stand.

    Whether it stands depends on how many came and left in all and on nothing else, so that the answer itself says
    nothing about where they belong. Another table of the very same people is no repetition; it is audited beside the
    earlier one.
    """
    keys = {cell.key for cell in table.cells}
    close = [past for past in earlier if past.turnover < policy.minimum_n]
    close = [past for past in close if past.turnover or keys <= past.shown.keys()]
    return close[-1] if close else None


def still_shown(keys: Iterable[Key], earlier: Sequence[Past]) -> dict[Key, Held]:
    """For each count what the newest release that showed it showed."""
    found: dict[Key, Held] = {}
    for key in keys:
        for past in reversed(earlier):
            span = past.shown.get(key)
            if span is not None and span.high < CEILING:
                found[key] = Held(span.low, span.high, past.label)
                break
    return found


def watch(table: ReleaseTable, earlier: Sequence[Past], policy: Policy) -> tuple[ReleaseTable, dict[Key, Span]]:
    """The table with everything the reader knows from before tied to it, and the counts that changed by a few.

    Returns
    -------
    ReleaseTable
        `table` itself when there is nothing earlier. The unknowns of earlier releases keep their sums, and from each
        release to the next and to now no count moved further than people came and left, all counts together.
    dict
        For each count that changed by a few, or whose total did, what a band of it has to hold: all that those few
        could have made of the figure shown before.
    """
    cells, sums = list(table.cells), list(table.sums)
    changed: dict[Key, Span] = {}
    for number, past in enumerate(earlier):
        name = _name(number)
        cells += _printed(past, name)
        sums += [_under(one, name) for one in past.table.sums]
        tied = [_tie(past.table, table, (name, ""), (past.joined, past.left))]
        if number:
            tied.append(_tie(earlier[number - 1].table, past.table, (_name(number - 1), name)))
        for more, ties in tied:
            cells += more
            sums += ties
        for key, span in _changed(table, past, policy).items():
            before = changed.get(key, span)
            changed[key] = Span(min(before.low, span.low), max(before.high, span.high))
    return (ReleaseTable(tuple(cells), tuple(sums)) if earlier else table), changed


def _changed(table: ReleaseTable, past: Past, policy: Policy) -> dict[Key, Span]:
    """Counts that changed by a few since they were shown, and the parts of totals that did."""
    now, then = table.counts(), past.table.counts()
    few = {key: abs(now[key] - then[key]) for key in now if key in then}
    few = {key: many for key, many in few.items() if 0 < many < policy.minimum_n}
    for one in table.sums:
        if one.total in few and one.total in past.shown:
            for part in one.parts:
                few[part] = max(few.get(part, 0), few[one.total])
    can_move = {cell.key for cell in table.cells if cell.seen is None and cell.can_move}
    told = {key: past.shown[key] for key in few if key in can_move and key in past.shown}
    return {key: Span(span.high - few[key], span.low + few[key]) for key, span in told.items() if span.high < CEILING}


def _name(number: int) -> str:
    return f"{THEN} {number}"


def _printed(past: Past, name: str) -> list[Cell]:
    """An earlier release as cells that are no longer decided on."""
    return [
        replace(cell, key=(name, *cell.key), seen=past.shown.get(cell.key, cell.seen or UNSEEN), is_printed=False)
        for cell in past.table.cells
    ]


def _tie(
    then: ReleaseTable, now: ReleaseTable, names: tuple[str, str], most: tuple[int, int] | None = None
) -> tuple[list[Cell], list[Sum]]:
    """The counts of now are those of then with all who joined and without all who left; so are their sums.

    Written with sums only: then + came = reached = now + went.

    Parameters
    ----------
    names
        Under which the counts of then and of now stand in the system; "" for those that are decided on.
    most
        How many joined and left; None for the fewest that explain the counts.
    """
    moves = fewest_moves(then, now)
    joined, left = most or (moves.joined, moves.left)
    was, place = then.counts(), (CHANGE, *names)
    cells: list[Cell] = []
    sums: list[Sum] = []
    for key, came in moves.came.items():
        came_in, went_out, reached = ((*place, word, *key) for word in ("came", "went", "reached"))
        cells += [
            _only_tied(came_in, came, Span(0, joined)),
            _only_tied(went_out, moves.went[key], Span(0, left)),
            _only_tied(reached, was[key] + came, UNSEEN),
        ]
        before, after = ((name, *key) if name else key for name in names)
        sums += [Sum(reached, (before, came_in)), Sum(reached, (after, went_out))]
    sums += [_under(one, *place, way) for one in moves.sums for way in ("came", "went")]
    return cells, sums


def _under(one: Sum, *place: str) -> Sum:
    """A sum of counts that stand in the system under these words."""
    return Sum((*place, *one.total), tuple((*place, *part) for part in one.parts))


def _only_tied(key: Key, many: int, seen: Span) -> Cell:
    """A number that says nothing about people by itself."""
    return Cell(key, many, is_printed=False, seen=seen, is_guarded=False)
