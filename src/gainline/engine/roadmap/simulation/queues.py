"""The order in which a plan hands limited people and rooms from one activity to the next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Claim:
    """A node that holds units from its planned start for so many weeks."""

    node: int
    start: int
    weeks: int
    amount: int


def handovers(claims: Sequence[Claim], units: int) -> Iterator[tuple[int, int]]:
    """Which node waits for which other one's units, if the plan's order is kept.

    Units that nobody has held are taken first, then those that have been idle longest, so that as few delays as the
    order allows are handed on.

    Source: resource flow networks, e.g. Artigues, Michelon & Reusser (2003), European Journal of Operational Research
    149.
    """
    idle = units
    held: list[list[int]] = []  # week in which they are free again, node, units; ordered by week
    for claim in sorted(claims, key=lambda c: (c.start, c.node)):
        wanted = claim.amount
        taken = min(idle, wanted)
        idle, wanted = idle - taken, wanted - taken
        for holding in held:
            if wanted == 0 or holding[0] > claim.start:
                break
            taken = min(holding[2], wanted)
            holding[2] -= taken
            wanted -= taken
            if taken:
                yield holding[1], claim.node
        held = sorted([h for h in held if h[2]] + [[claim.start + claim.weeks, claim.node, claim.amount]])
