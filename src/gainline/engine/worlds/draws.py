"""Chance by name: every part of a world draws from its own stream, so that adding a part never reshuffles another."""

from __future__ import annotations

from datetime import date

import numpy as np
from numpy.typing import NDArray

from gainline.engine.core.context import RunContext

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Texts = NDArray[np.object_]
Days = NDArray[np.datetime64]

NEVER = np.datetime64("2999-12-31", "D")
"""Stands for a day that does not come."""


def stream(seed: int, purpose: str) -> np.random.Generator:
    """The generator of one named purpose."""
    # The day plays no part in the seed; any fixed one serves.
    return np.random.default_rng(RunContext(as_of=date(2025, 8, 18), seed=seed).seed_for(f"worlds/{purpose}"))


def logistic(x: Floats) -> Floats:
    """The probability behind a log-odds."""
    return np.asarray(1.0 / (1.0 + np.exp(-x)), dtype=np.float64)


def day(when: date) -> np.datetime64:
    """A calendar day as NumPy counts it."""
    return np.datetime64(when.isoformat(), "D")


def weekdays_from(start: date, count: int) -> Days:
    """The first `count` Mondays to Fridays on or after the start, shape (count,)."""
    days: Days = np.busday_offset(day(start), np.arange(count), roll="forward")
    return days


def group_means(values: Floats, groups: Ints, count: int) -> Floats:
    """Mean of the values in each group 0..count-1, shape (count,); 0 for an empty group."""
    sizes = np.bincount(groups, minlength=count)
    return np.asarray(np.bincount(groups, weights=values, minlength=count) / np.maximum(sizes, 1), dtype=np.float64)
