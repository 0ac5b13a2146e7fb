"""What is simulated: steps with three-point durations and costs, links of four types, calendars, and risk drivers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from gainline.engine.core.refusals import Refusal
from gainline.engine.roadmap.model import Tie
from gainline.engine.roadmap.simulation.shapes import Floats, Shape

Three = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Step:
    """One node.

    Parameters
    ----------
    weeks
        At best, most likely, at worst; the middle one is what the plan gives it.
    not_before
        The earliest start, in working weeks from the roadmap's first Monday.
    cost
        At best, most likely, at worst.
    weekly
        What every week beyond the most likely duration costs besides.
    group
        Which correlated group it belongs to, as an index into `RiskNetwork.correlations`.
    opening
        Which table of `RiskNetwork.openings` says when it may start; None for at any time.
    """

    key: str
    weeks: Three
    not_before: float = 0.0
    cost: Three = (0.0, 0.0, 0.0)
    weekly: float = 0.0
    group: int | None = None
    opening: int | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """The end of `after` that `tie` names lies at least `weeks` after that of `before`."""

    before: int
    after: int
    tie: Tie = Tie.FINISH_START
    weeks: float = 0.0


@dataclass(frozen=True, slots=True)
class Driver:
    """A risk that may happen, acts on many steps at once, and may cost money of its own.

    Parameters
    ----------
    weeks
        By which factor the durations of its steps grow when it happens: at best, most likely, at worst.
    cost
        What it costs once when it happens, apart from durations.
    """

    key: str
    probability: float
    steps: tuple[int, ...] = ()
    weeks: Three = (1.0, 1.0, 1.0)
    cost: Three = (0.0, 0.0, 0.0)
    group: int | None = None


@dataclass(frozen=True, slots=True)
class Milestone:
    """A date to be watched: the last end, or start, of its steps; `due` is the last week by whose end it must stand."""

    key: str
    steps: tuple[int, ...]
    at_start: bool = False
    due: float | None = None


@dataclass(frozen=True)
class RiskNetwork:
    """One network under uncertainty.

    Parameters
    ----------
    limits
        Greatest distances between ends, such as training that grows stale: nothing is moved to keep them, and how
        often they are broken is counted.
    openings
        Tables, shape (weeks, horizon + 1): in row n - 1, the next week on or after each week in which a step of n
        weeks may start; infinite where there is none.
    correlations
        By group: how strongly its members go together, 0 to below 1, by one common factor (Gaussian copula).
    horizon
        How many working weeks the calendar knows; infinite without a calendar.
    """

    steps: tuple[Step, ...]
    links: tuple[Link, ...] = ()
    limits: tuple[Link, ...] = ()
    drivers: tuple[Driver, ...] = ()
    milestones: tuple[Milestone, ...] = ()
    openings: tuple[Floats, ...] = ()
    correlations: tuple[float, ...] = ()
    shape: Shape = Shape.TRIANGULAR
    horizon: float = float("inf")

    @cached_property
    def into(self) -> Mapping[int, tuple[Link, ...]]:
        """By step, the links that push it."""
        found: dict[int, list[Link]] = {place: [] for place in range(len(self.steps))}
        for link in self.links:
            found[link.after].append(link)
        return {place: tuple(links) for place, links in found.items()}


def order_of(network: RiskNetwork) -> tuple[int, ...] | Refusal:
    """The steps, every one after all that push it.

    Refuses
    -------
    RM061 links run in a circle.
    """
    waiting = {place: len(links) for place, links in network.into.items()}
    after: dict[int, list[int]] = {place: [] for place in waiting}
    for link in network.links:
        after[link.before].append(link.after)
    ready = [place for place, count in waiting.items() if count == 0]
    for place in ready:
        for other in after[place]:
            waiting[other] -= 1
            if waiting[other] == 0:
                ready.append(other)
    if len(ready) == len(waiting):
        return tuple(ready)
    stuck = next(network.steps[place].key for place, count in waiting.items() if count)
    return Refusal("RM061", f"the links around {stuck} run in a circle", "take a tie with a negative distance out")
