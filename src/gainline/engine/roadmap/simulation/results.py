"""What a simulation says: chances and P-values of finish and cost, what drives them, and how sure the figures are."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gainline.engine.roadmap.simulation.shapes import Floats, Shape

LEVELS = (50, 80, 90)
NEAR = 1e-9  # weeks and money: what sums of floats may be off
NORMAL_95 = 1.96


@dataclass(frozen=True, slots=True)
class Spread:
    """How one figure varies over the runs.

    Parameters
    ----------
    planned
        What the plan says.
    chance
        The share of runs at or below the planned figure.
    levels
        By percentage, the smallest value that so many runs reach or stay below; infinite where too many runs find no
        week in the calendar.
    noise
        By percentage, between which values the level would lie in 95 of 100 simulations of this size.
    """

    planned: float
    chance: float
    levels: Mapping[int, float]
    noise: Mapping[int, tuple[float, float]]

    def contingency(self, level: int) -> float:
        """What has to be added to the plan so that the level is kept; 0 where the plan keeps it already."""
        return max(0.0, self.levels[level] - self.planned)


@dataclass(frozen=True, slots=True)
class Watched:
    """A milestone: its spread, and the share of runs in which it is not too late (None where nothing is due)."""

    key: str
    spread: Spread
    in_time: float | None


@dataclass(frozen=True, slots=True)
class Weight:
    """What one step does to the finish.

    Parameters
    ----------
    criticality
        The share of runs in which it belongs to the chain that set the finish.
    swing
        By how many weeks the mean finish differs between the quarter of runs in which it takes longest and the quarter
        in which it takes least; with it differ the members of its group. Zero where it does not vary.
    """

    key: str
    criticality: float
    swing: float


@dataclass(frozen=True, slots=True)
class Saving:
    """What the P80 would gain without one risk driver, in weeks and in money; `happened` is the share of runs."""

    key: str
    happened: float
    weeks: float
    cost: float


@dataclass(frozen=True, slots=True)
class Broken:
    """A greatest distance between two steps, and the share of runs that do not keep it."""

    before: str
    after: str
    share: float


@dataclass(frozen=True, slots=True)
class Simulated:
    """The answer of a simulation.

    Parameters
    ----------
    shape, runs, seed
        What makes the same figures again; no P-value stands without its shape.
    joint
        The share of runs that keep both the planned finish and the planned cost.
    joint_p80
        The share of runs that keep both their own P80: always less than, or equal to, 80 in 100 where they differ.
    held
        The share of fresh runs, from another seed, that end within the plan and its contingency for 80 in 100: for
        the finish and for the cost.
    outlast
        The share of runs that do not end within the calendar.
    """

    shape: Shape
    runs: int
    seed: int
    finish: Spread
    cost: Spread
    joint: float
    joint_p80: float
    held: tuple[float, float]
    outlast: float
    milestones: tuple[Watched, ...]
    weights: tuple[Weight, ...]
    savings: tuple[Saving, ...]
    broken: tuple[Broken, ...]


def level_of(ordered: Floats, level: float) -> float:
    """The smallest of ordered values that the share `level` of them does not exceed.

    Examples
    --------
    >>> level_of(np.array([1.0, 2.0, 3.0, 4.0, 5.0]), 0.8)
    4.0
    """
    return float(ordered[max(0, math.ceil(level * len(ordered) - NEAR) - 1)])


def spread_of(values: Floats, planned: float) -> Spread:
    """The spread of one figure over the runs, shape (runs,), beside what is planned."""
    ordered = np.sort(values)
    return Spread(
        planned,
        float(np.mean(values <= planned + NEAR)),
        {level: level_of(ordered, level / 100) for level in LEVELS},
        {level: _noise(ordered, level / 100) for level in LEVELS},
    )


def _noise(ordered: Floats, level: float) -> tuple[float, float]:
    """A 95 % interval of a quantile from the order statistics, by the normal approximation of the binomial."""
    count = len(ordered)
    width = NORMAL_95 * math.sqrt(level * (1.0 - level) / count)
    return level_of(ordered, max(level - width, 1.0 / count)), level_of(ordered, min(level + width, 1.0))
