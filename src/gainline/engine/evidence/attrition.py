"""Attrition: how many were lost between assignment and analysis, and whether that is tolerable.

Source: WWC Procedures and Standards Handbook, Version 5.0, attrition boundary (model of Deke and Chiang 2017). The
table is embedded rather than computed; two public copies of it are wrong.
"""

from __future__ import annotations

from math import floor

from gainline.engine.evidence.document import Attrition

_CAUTIOUS = """
    5.7 5.8 5.9 5.9 6.0 6.1 6.2 6.3 6.3 6.3  6.3 6.2 6.2 6.1 6.0 5.9 5.9 5.8 5.7 5.5
    5.4 5.3 5.2 5.1 4.9 4.8 4.7 4.5 4.4 4.3  4.1 4.0 3.8 3.6 3.5 3.3 3.2 3.1 2.9 2.8
    2.6 2.5 2.3 2.1 2.0 1.8 1.6 1.5 1.3 1.2  1.0 0.9 0.7 0.6 0.4 0.3 0.2 0.0
"""
_OPTIMISTIC = """
    10.0 10.1 10.2 10.3 10.4 10.5 10.7 10.8 10.9 10.9  10.9 10.9 10.9 10.8 10.8 10.7 10.6 10.5 10.3 10.2
    10.0 9.9 9.7 9.5 9.4 9.2 9.0 8.8 8.6 8.4  8.2 8.0 7.8 7.6 7.4 7.2 7.0 6.7 6.5 6.3
    6.0 5.8 5.6 5.3 5.1 4.9 4.6 4.4 4.2 3.9  3.7 3.5 3.2 3.0 2.8 2.6 2.3 2.1 1.9 1.6
    1.4 1.1 0.9 0.7 0.5 0.3
"""
LARGEST_DIFFERENTIAL: dict[str, tuple[float, ...]] = {  # percentage points, by overall percentage lost from 0
    "cautious": tuple(float(cell) for cell in _CAUTIOUS.split()),
    "optimistic": tuple(float(cell) for cell in _OPTIMISTIC.split()),
}
_ROUNDING = 1e-9


def tolerable(overall: float, boundary: str) -> float | None:
    """The largest tolerable differential at an overall rate, both as shares; None past the end of the boundary."""
    limits = LARGEST_DIFFERENTIAL[boundary]
    percent = floor(100.0 * overall + 0.5 + _ROUNDING)
    return limits[percent] / 100.0 if percent < len(limits) else None


def attrition(level: str, assigned: tuple[int, int], analyzed: tuple[int, int], boundary: str) -> Attrition:
    """Judge the loss at one level.

    Parameters
    ----------
    level
        ``cluster`` or ``student``; students are counted within the clusters that remained.
    assigned, analyzed
        Tool arm, usual arm; everyone assigned counts, whatever became of them.
    boundary
        ``cautious`` or ``optimistic``, as registered.

    Assumes
    -------
    Somebody was assigned to each arm.
    """
    rates = [1.0 - kept / all_ for kept, all_ in zip(analyzed, assigned, strict=True)]
    overall = 1.0 - sum(analyzed) / sum(assigned)
    differential = abs(rates[0] - rates[1])
    limit = tolerable(overall, boundary)
    is_low = limit is not None and differential <= limit + _ROUNDING
    return Attrition(level, overall, differential, boundary, limit if limit is not None else 0.0, is_low)
