"""Western Electric rules: which points of a control chart are unlike a process that only varies.

A point alone says little; four rules together find smaller shifts, and pay for it with a false alarm every 92 points
instead of every 370. Whoever shows a signal says which rule gave it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: so many of the last so many points on one side, farther from the center than so many SDs."""

    name: str
    points: int
    among: int
    beyond: float


RULES = (
    Rule("one point beyond three SDs", 1, 1, 3.0),
    Rule("two of three beyond two SDs", 2, 3, 2.0),
    Rule("four of five beyond one SD", 4, 5, 1.0),
    Rule("eight in a row on one side", 8, 8, 0.0),
)


def western_electric(standardized: Floats, rules: tuple[Rule, ...] = RULES) -> Flags:
    """Which points signal, by rule.

    Parameters
    ----------
    standardized
        Shape ``(..., n)``: each point's distance from the center line in SDs, in order of time; NaN where nothing was
        measured, which is on neither side. Several series may be stacked.
    rules
        The rules to apply.

    Returns
    -------
    Flags
        Shape ``(len(rules), ..., n)``: True where a rule is met by the point and those before it. The first points of a
        series count with as many as there are.

    Source: Western Electric (1956), Statistical Quality Control Handbook; Champ and Woodall (1987), Technometrics 29,
    for the exact rules and their run lengths.
    """
    return np.stack([_met(standardized, rule) for rule in rules])


def _met(standardized: Floats, rule: Rule) -> Flags:
    above = _counts(standardized > rule.beyond, rule.among) >= rule.points
    below = _counts(standardized < -rule.beyond, rule.among) >= rule.points
    met: Flags = above | below
    return met


def _counts(there: Flags, among: int) -> NDArray[np.int64]:
    """How many of the last `among` points are there, at each point."""
    summed = np.cumsum(there, axis=-1, dtype=np.int64)
    counts = summed.copy()
    counts[..., among:] -= summed[..., :-among]
    return counts
