"""Noise for figures that leave the district: what a budget allows, and how far a figure may be off.

Nothing is drawn here: the noise comes from the operating system's secure randomness, on the road.

Source: Dwork, McSherry, Nissim & Smith (2006), Calibrating noise to sensitivity; Ghosh, Roughgarden & Sundararajan
(2009), Universally utility-maximizing privacy mechanisms, for the two-sided geometric noise of counts.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gainline.engine.core.refusals import Refusal

BUDGET = 1000  # thousandths of epsilon, for one school year and one family of data
PARTS = ("dosed", "used under the dose", "not used")
SMALLEST_N = 500  # people under whom noise drowns what it is added to


@dataclass(frozen=True, slots=True)
class Spending:
    """What one release costs.

    Parameters
    ----------
    year
        School year, as ``2025-26``; epsilon adds up over everything that is told of its students.
    family
        Family of data, such as ``use``.
    thousandths
        Epsilon in thousandths, so that ten tenths are one.
    """

    year: str
    family: str
    thousandths: int

    @property
    def epsilon(self) -> float:
        """The privacy loss itself."""
        return self.thousandths / 1000


def spent(entries: Iterable[Spending], year: str, family: str, *, budget: int = BUDGET) -> int:
    """How many thousandths were spent; an entry that did not fit any more was not served and cost nothing.

    Whether an entry fits depends on those before it alone, so that two commands at once agree on whose was first.
    """
    total = 0
    for one in entries:
        if (one.year, one.family) == (year, family) and total + one.thousandths <= budget:
            total += one.thousandths
    return total


def admit(asked: Spending, before: Iterable[Spending], *, budget: int = BUDGET) -> Refusal | None:
    """None when the budget still allows a release.

    Refuses
    -------
    PR100 the budget of the school year and family is spent, or what is left does not cover this release.
    """
    if asked.thousandths <= 0:
        raise ValueError("epsilon is above zero")
    left = budget - spent(before, asked.year, asked.family, budget=budget)
    if asked.thousandths <= left:
        return None
    return Refusal(
        "PR100",
        f"of the privacy budget for {asked.family} in {asked.year}, {left / 1000:g} is left, not {asked.epsilon:g}",
        "share the figures that were shared already, or wait for the next school year",
    )


def large_enough(people: int) -> Refusal | None:
    """None when noise leaves something to see.

    Refuses
    -------
    PR101 the figures are about too few people.
    """
    if people >= SMALLEST_N:
        return None
    return Refusal(
        "PR101",
        f"noisy figures say nothing about fewer than {SMALLEST_N} people",
        "share over more schools or grades at once",
    )


def off_by(epsilon: float, *, sensitivity: int = 1, sure: float = 0.95) -> int:
    """How far a figure is off at most, in 95 of 100 draws: the smallest whole number that holds.

    Notes
    -----
    Noise of size k has probability proportional to r to the power |k|, with r = exp(-epsilon / sensitivity); more than
    a has probability 2 r^(a+1) / (1 + r).

    Examples
    --------
    >>> [off_by(epsilon) for epsilon in (1, 0.25, 0.1)]
    [3, 12, 30]
    """
    ratio = math.exp(-epsilon / sensitivity)
    return max(0, math.ceil(math.log((1 - sure) * (1 + ratio) / 2) / math.log(ratio) - 1))


def parts_of_use(funnel: Mapping[str, int]) -> dict[str, int]:
    """Students by how far they came, each in one part only, so that one student changes one figure by one.

    Examples
    --------
    >>> parts_of_use({"enrolled": 900, "used": 700, "dosed": 400})
    {'dosed': 400, 'used under the dose': 300, 'not used': 200}
    """
    enrolled = max(0, funnel["enrolled"])
    used = min(funnel["used"], enrolled)
    dosed = min(funnel["dosed"], used)
    return dict(zip(PARTS, (dosed, used - dosed, enrolled - used), strict=True))
