"""Panels: each outcome over the design's periods, by assigned unit or by student, and the gaps beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from gainline.engine.evidence.frame import Floats, Panel, Texts
from gainline.engine.indicators import Indicator
from gainline.engine.pilots.plan import Outcome, Plan
from gainline.lake import Reading
from gainline.road.framing.population import Population
from gainline.road.framing.roll import Roll, roll
from gainline.road.framing.sources import as_labels, coded, values_by_period, values_of

MIN_SIDE = 10  # students on each side of a gap; below it one student moves the mean by more than a tenth


@dataclass(frozen=True, slots=True)
class Panels:
    """Every outcome over time, the gaps of the primary one, and where everybody stood at the end.

    Parameters
    ----------
    outcomes, gaps
        As `Frame.panels` and `Frame.gaps`.
    last
        Outcome key -> each student of the population in the last period, in the order of the population's keys.
    """

    outcomes: dict[str, Panel]
    gaps: dict[str, Panel]
    last: dict[str, Floats]


@dataclass(frozen=True, slots=True)
class Rows:
    """What all panels of one cycle share: ids and draws of the rows, when each got the tool, who was where."""

    unit: Texts
    cluster: Texts
    first: NDArray[np.intp]
    transition: NDArray[np.bool_]  # (m, T): the tool came in the middle of the period
    keys: NDArray[np.int64]
    place: NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Students:
    """The population as the frame has it: who, in which arm, and the independent draw of each; all ``(n,)``."""

    who: Population
    tool: NDArray[np.bool_]
    clusters: Texts


def panels(plan: Plan, reading: Reading, catalogue: Mapping[str, Indicator], students: Students) -> Panels:
    """The outcomes of a plan whose design names periods; nothing for other plans.

    Units (schools, sections, or the whole population of a series) are followed as repeated cross-sections: the mean
    over the students who were in the unit in that period. Growth designs, and designs that assign students, follow the
    students of the population themselves, wherever they went.

    A unit has the tool from the first period that starts on or after its wave's day. A period in whose middle the wave
    began is neither before nor after; for designs over time it is left out for that unit.

    Raises
    ------
    UserFixable
        When an outcome comes from something that is not measured period by period.
    """
    if not plan.design.periods:
        return Panels({}, {}, {})
    by_student = not plan.design.over_time or _assigns_students(plan)
    rows = _student_rows(plan, students) if by_student else _unit_rows(plan, roll(plan, reading))
    built, last, primary = {}, {}, np.empty(0)
    for outcome in plan.outcomes:
        values = _values(outcome, plan, reading, catalogue, rows)
        built[outcome.key] = _panel(plan, rows, *_means(values, rows.place, len(rows.unit)))
        last[outcome.key] = _aligned(values[:, -1], rows.keys, students.who.keys)
        primary = values if outcome is plan.primary else primary
    return Panels(built, {} if by_student else _gaps(plan, reading, catalogue, rows, primary), last)


def _assigns_students(plan: Plan) -> bool:
    return plan.design.unit == "student" and plan.design.kind != "interrupted_series"


def _unit_rows(plan: Plan, found: Roll) -> Rows:
    days = [_start(plan, arm) for arm in found.arm]
    first, transition = _timing(plan, days)
    return Rows(_texts(found.units), _texts(found.cluster), first, transition, found.keys, found.place)


def _student_rows(plan: Plan, students: Students) -> Rows:
    """One row per student of the population; each is its own unit in every period."""
    keys = students.who.keys
    n, periods = len(keys), len(plan.design.periods)
    arms = zip(students.who.arm, students.tool, strict=True)
    begins = plan.design.waves
    days = [begins.get(arm or "", plan.window.start) if has else None for arm, has in arms]
    first, transition = _timing(plan, days)
    if not plan.design.over_time:
        transition = np.zeros((n, periods), dtype=np.bool_)
    own = np.repeat(np.arange(n, dtype=np.intp)[:, None], periods, axis=1)
    return Rows(_texts([str(key) for key in keys]), students.clusters, first, transition, keys, own)


def _start(plan: Plan, arm: str) -> date | None:
    """The day on which an arm's use begins; None for an arm that never gets the tool in the plan's time."""
    if arm not in plan.comparison.tool_arms:
        return None
    return plan.design.waves.get(arm, plan.window.start)


def _timing(plan: Plan, days: list[date | None]) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    periods = plan.design.periods
    first = np.full(len(days), len(periods), dtype=np.intp)
    transition = np.zeros((len(days), len(periods)), dtype=np.bool_)
    for row, day in enumerate(days):
        if day is None:
            continue
        after = [place for place, period in enumerate(periods) if period.days.start >= day]
        first[row] = after[0] if after else len(periods)
        transition[row] = [period.days.start < day <= period.days.end for period in periods]
    return first, transition


def _values(outcome: Outcome, plan: Plan, reading: Reading, catalogue: Mapping[str, Indicator], rows: Rows) -> Floats:
    """Each student's value in each period, shape ``(n, T)``; NaN where not measured or in no unit."""
    found = values_by_period(outcome.source, plan, reading, catalogue=catalogue, keys=rows.keys)
    columns = [coded(outcome, values) for values in found]
    return np.where(rows.place >= 0, np.column_stack(columns), np.nan)


def _means(values: Floats, place: NDArray[np.intp], m: int) -> tuple[Floats, Floats]:
    """Mean and number of students by unit and period, each ``(m, T)``."""
    periods = values.shape[1]
    means, sizes = np.full((m, periods), np.nan), np.zeros((m, periods))
    for column in range(periods):
        seen = ~np.isnan(values[:, column])
        unit = place[seen, column]
        sizes[:, column] = np.bincount(unit, minlength=m)
        sums = np.bincount(unit, values[seen, column], minlength=m)
        some = sizes[:, column] > 0
        means[some, column] = sums[some] / sizes[some, column]
    return means, sizes


def _panel(plan: Plan, rows: Rows, means: Floats, sizes: Floats) -> Panel:
    missing = rows.transition | np.isnan(means)
    return Panel(
        periods=tuple(period.key for period in plan.design.periods),
        days=tuple(period.days.start for period in plan.design.periods),
        unit=rows.unit,
        cluster=rows.cluster,
        first=rows.first,
        values=np.where(missing, np.nan, means),
        sizes=np.where(missing, 0.0, sizes),
    )


def _gaps(
    plan: Plan, reading: Reading, catalogue: Mapping[str, Indicator], rows: Rows, values: Floats
) -> dict[str, Panel]:
    """Disadvantaged mean minus the others' mean, by unit and period; NaN with fewer than 10 students on a side."""
    found = {}
    for split in plan.subgroups:
        labels = as_labels(values_of(split.source, plan, reading, catalogue, rows.keys))
        behind = np.array([label is not None and label in split.disadvantaged for label in labels], dtype=np.bool_)
        ahead = np.array([label is not None and label not in split.disadvantaged for label in labels], dtype=np.bool_)
        sides = [
            _means(np.where(member[:, None], values, np.nan), rows.place, len(rows.unit)) for member in (behind, ahead)
        ]
        (low, n_low), (high, n_high) = sides
        enough = np.minimum(n_low, n_high) >= MIN_SIDE
        found[split.key] = _panel(plan, rows, np.where(enough, low - high, np.nan), n_low + n_high)
    return found


def _aligned(values: Floats, keys: NDArray[np.int64], wanted: NDArray[np.int64]) -> Floats:
    place = {int(key): row for row, key in enumerate(keys)}
    found = [values[place[int(key)]] if int(key) in place else np.nan for key in wanted]
    return np.array(found, dtype=np.float64)


def _texts(values: list[str] | tuple[str, ...]) -> Texts:
    held = np.empty(len(values), dtype=object)
    held[:] = list(values)
    return held
