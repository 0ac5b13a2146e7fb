"""Exposure: what hours of training go with in observed lessons; never what they cause."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from scipy import stats

from gainline.engine.core.errors import Refused
from gainline.engine.privacy import Policy
from gainline.road.training.lessons import practice_and_hours
from gainline.road.training.programs import open_file
from gainline.road.workspace import Workspace

FEWEST = 10  # teachers: with fewer, one of them carries the number, and could be known by it
_Z = 1.959964


@dataclass(frozen=True, slots=True)
class Exposure:
    """How training and practice go together among teachers.

    Parameters
    ----------
    rank_correlation, low, high
        Spearman's, with its 95 % interval.
    mean_hours, mean_practice
        Hours attended before the observed lessons, and percent of the rubric in them.
    says
        The finding in a sentence that promises nothing.
    """

    teachers: int
    rank_correlation: float
    low: float
    high: float
    mean_hours: float
    mean_practice: float
    says: str


def exposure(workspace: Workspace, path: Path) -> Exposure:
    """The dose of a program's training beside observed practice, teacher by teacher, told for all of them together.

    Raises
    ------
    Refused
        TR030 fewer than ten teachers with a lesson on record, or all alike in hours or in practice; TR023 no rubric.
    DataIssues
        When the program has errors.

    Source: Bonett and Wright (2000), Psychometrika 65:23-28, for the interval of a rank correlation.
    """
    program = open_file(path).program
    if program.coaching is None:
        raise Refused("TR023: the program names no rubric of observations", "add [coaching] with its rubric")
    pairs = practice_and_hours(workspace, rubric=program.coaching.rubric, tool=program.tool)
    n, needed = len(pairs), max(FEWEST, Policy().minimum_n)
    alike = any(len(set(side)) < 2 for side in zip(*pairs, strict=True)) if pairs else True
    if n < needed or alike:
        why = f"only {n} teachers" if n < needed else "teachers all alike in hours or in practice"
        raise Refused(f"TR030: {why} with a lesson on record say nothing", f"observe lessons of {needed} or more")
    hours, practice = (tuple(side) for side in zip(*pairs, strict=True))
    found = float(stats.spearmanr(hours, practice).statistic)
    low, high = _interval(found, n)
    means = sum(hours) / n, sum(practice) / n
    return Exposure(n, found, low, high, *means, _sentence(low, high, n))


def _interval(found: float, n: int) -> tuple[float, float]:
    if abs(found) >= 1:
        return found, found
    half = _Z * math.sqrt((1 + found**2 / 2) / (n - 3))
    return math.tanh(math.atanh(found) - half), math.tanh(math.atanh(found) + half)


def _sentence(low: float, high: float, n: int) -> str:
    if low > 0:
        goes = f"Among {n} teachers, more hours of training go with practice nearer to the rubric"
    elif high < 0:
        goes = f"Among {n} teachers, more hours of training go with practice farther from the rubric"
    else:
        goes = f"Among {n} teachers, hours of training and observed practice show no clear relation"
    return f"{goes}. Who comes to training differs from who does not, so this does not say what the training did."
