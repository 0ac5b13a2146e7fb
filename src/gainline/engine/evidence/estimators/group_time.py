"""Group-time effects: what each cohort's tool did in each period, against those who did not have it yet.

A cohort is the set of units that got the tool in the same period. Its effect in a period is the cohort's change since
the last period before the tool, minus the same change of the comparison units: a difference of differences of its own
for each cohort and period, so that no unit that already has the tool ever serves as a comparison.

Source: Callaway and Sant'Anna (2021), Journal of Econometrics 225(2), equations 2.6 to 2.8 without covariates; long
differences before the tool as well (a universal base), as event studies and honesty bounds need them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.frame import Codes, Flags, Floats

Comparison = Literal["not yet", "never"]


@dataclass(frozen=True, slots=True)
class Units:
    """Units over periods, as arrays.

    Parameters
    ----------
    values
        Shape ``(m, T)``; NaN where nothing was measured.
    weights
        Shape ``(m,)``, positive: how much a unit counts in the mean of its cohort.
    first
        Shape ``(m,)``: first period with the tool; T for never.
    cluster
        Shape ``(m,)``: codes of the independent draws.
    """

    values: Floats
    weights: Floats
    first: Codes
    cluster: Codes

    def rows(self, keep: Flags) -> Units:
        """The named rows."""
        return Units(self.values[keep], self.weights[keep], self.first[keep], self.cluster[keep])


@dataclass(frozen=True, slots=True)
class Cells:
    """All group-time effects of one panel; c cells, m units, K cohorts in the order of their first period.

    Parameters
    ----------
    units
        The units that took part; those that had the tool from the first period on cannot.
    cohorts
        Shape ``(K,)``: first period of each cohort, T for the never-treated.
    of
        Shape ``(m,)``: cohort of each unit, as a position in `cohorts`.
    group, period, base
        Shape ``(c,)``: cohort's first period, period of the effect, and the period before the tool it is compared with.
    effect
        Shape ``(c,)``, in the unit of the values.
    influence
        Shape ``(m, c)``: what each unit adds to the error of each effect; ``None`` where every unit was measured in
        every period, because there it follows from `loads` and the paths.
    loads
        Shape ``(c, K)``: weight with which each cohort's mean change enters, 1 for the cohort itself and negative
        shares that sum to -1 for the comparison.
    dropped
        Units that had the tool from the first period on.
    """

    units: Units
    cohorts: Codes
    of: Codes
    group: Codes
    period: Codes
    base: Codes
    effect: Floats
    influence: Floats | None
    loads: Floats
    dropped: int

    @property
    def after(self) -> Flags:
        """Shape ``(c,)``: the cells in which the cohort has the tool."""
        return np.asarray(self.period >= self.group)

    def reach(self, weights: Floats) -> Floats:
        """Weight of each cohort's mean in each period in averages with ``weights`` (c, a), shape ``(a, K, T)``."""
        rows = np.arange(len(self.group))
        signs = np.zeros((len(self.group), self.units.values.shape[1]))
        signs[rows, self.period] += 1.0
        signs[rows, self.base] -= 1.0
        return np.asarray(np.einsum("ca,ck,ct->akt", weights, self.loads, signs, optimize=True))

    def contributions(self, weights: Floats) -> Floats:
        """What each unit adds to the error of averages with ``weights`` (c, a), shape ``(m, a)``."""
        if self.influence is not None:
            return np.asarray(self.influence @ weights)
        share = unit_shares(self.units.weights, self.of)
        means = cohort_means(self.units.values, share, self.of)
        reach, offsets = self.reach(weights), self.offsets(weights)
        found = np.empty((len(share), weights.shape[1]))
        for cohort in range(len(self.cohorts)):
            rows = np.flatnonzero(self.of == cohort)
            centered = self.units.values[rows] - means[cohort]
            found[rows] = share[rows, None] * (centered @ reach[:, cohort].T + offsets[cohort])
        return found

    def offsets(self, weights: Floats) -> Floats:
        """How far each cohort's mean stands from its side's mean in each average, shape ``(K, a)``; without gaps."""
        share = unit_shares(self.units.weights, self.of)
        means = cohort_means(self.units.values, share, self.of)
        change = (means[:, self.period] - means[:, self.base]).T  # (c, K)
        compared = np.sum(np.minimum(self.loads, 0.0) * change, axis=1, keepdims=True)
        off = np.where(self.loads < 0.0, self.loads * (change + compared), 0.0)
        return np.asarray(off.T @ weights)


def unit_shares(weights: Floats, of: Codes) -> Floats:
    """Each unit's part of its cohort's weight, shape ``(m,)``."""
    return np.asarray(weights / np.bincount(of, weights)[of])


def cohort_means(values: Floats, share: Floats, of: Codes) -> Floats:
    """Mean path of each cohort, shape ``(K, T)``, of values without gaps."""
    return np.column_stack([np.bincount(of, share * column) for column in values.T])


@dataclass(frozen=True, slots=True)
class _Cell:
    group: int
    period: int
    base: int
    effect: float
    influence: Floats | None
    load: Floats


@dataclass(frozen=True, slots=True)
class _Ready:
    """Units with their cohorts; ``means`` (K, T) and ``mass`` (K,) only where there are no gaps."""

    units: Units
    cohorts: Codes
    of: Codes
    comparison: Comparison
    means: Floats | None
    mass: Floats


def group_time(units: Units, comparison: Comparison = "not yet") -> Cells | Refusal:
    """Estimate every cohort's effect in every period.

    Parameters
    ----------
    comparison
        ``not yet``: all units without the tool in both periods; ``never``: only those that never get it.

    Refuses
    -------
    EV170 no unit was seen before it got the tool; EV171 nobody is left to compare with.
    """
    periods = units.values.shape[1]
    late = units.first > 0
    dropped = int(np.sum(~late))
    units = units.rows(late & np.any(~np.isnan(units.values), axis=1))
    if not np.any(units.first < periods):
        return Refusal(
            "EV170",
            "no unit was measured both before and after it got the tool",
            "add periods from before the tool, or choose a design that needs none",
        )
    ready = _ready(units, comparison)
    cohorts = ready.cohorts
    found = [cell for cohort in cohorts[cohorts < periods] for cell in _of_cohort(ready, int(cohort))]
    if not any(cell.period >= cell.group for cell in found):
        return _nothing(units, cohorts)
    gaps = ready.means is None
    return Cells(
        units=units,
        cohorts=cohorts,
        of=ready.of,
        group=np.array([cell.group for cell in found], dtype=np.intp),
        period=np.array([cell.period for cell in found], dtype=np.intp),
        base=np.array([cell.base for cell in found], dtype=np.intp),
        effect=np.array([cell.effect for cell in found]),
        influence=np.column_stack([cell.influence for cell in found if cell.influence is not None]) if gaps else None,
        loads=np.array([cell.load for cell in found]),
        dropped=dropped,
    )


def _ready(units: Units, comparison: Comparison) -> _Ready:
    cohorts, inverse = np.unique(units.first, return_inverse=True)
    of = np.asarray(inverse, dtype=np.intp)
    gaps = bool(np.isnan(units.values).any())
    means = None if gaps else cohort_means(units.values, unit_shares(units.weights, of), of)
    return _Ready(units, cohorts, of, comparison, means, np.asarray(np.bincount(of, units.weights)))


def _nothing(units: Units, cohorts: Codes) -> Refusal:
    periods = units.values.shape[1]
    if all(_base(units, int(cohort)) is None for cohort in cohorts[cohorts < periods]):
        return Refusal(
            "EV170",
            "no unit was measured both before and after it got the tool",
            "add periods from before the tool, or choose a design that needs none",
        )
    return Refusal(
        "EV171",
        "all units got the tool at the same time, so nobody is left to compare with",
        "find units that never get it or get it later; with a long series before, an interrupted series can be read",
    )


def _base(units: Units, cohort: int) -> int | None:
    """The last period before the tool in which the cohort was measured."""
    seen = np.any(~np.isnan(units.values[units.first == cohort, :cohort]), axis=0)
    return int(np.flatnonzero(seen)[-1]) if seen.any() else None


def _of_cohort(ready: _Ready, cohort: int) -> Iterator[_Cell]:
    base = _base(ready.units, cohort)
    if base is None:
        return
    periods = ready.units.values.shape[1]
    for period in range(periods):
        if period == base:
            continue
        later = ready.cohorts == periods if ready.comparison == "never" else ready.cohorts > max(period, base)
        later = later & (ready.cohorts != cohort)
        if not later.any():
            continue
        cell = _from_means if ready.means is not None else _from_units
        found = cell(ready, (cohort, period, base), later)
        if found is not None:
            yield found


def _from_means(ready: _Ready, at: tuple[int, int, int], later: Flags) -> _Cell | None:
    """Without gaps all that an effect needs are the cohorts' mean paths."""
    cohort, period, base = at
    means = ready.means if ready.means is not None else np.empty((0, 0))
    load = np.where(later, -ready.mass, 0.0) / ready.mass[later].sum()
    load[ready.cohorts == cohort] = 1.0
    return _Cell(cohort, period, base, float(load @ (means[:, period] - means[:, base])), None, load)


def _from_units(ready: _Ready, at: tuple[int, int, int], later: Flags) -> _Cell | None:
    """With gaps each cell has the units that were measured in both of its periods."""
    cohort, period, base = at
    units, of = ready.units, ready.of
    change = units.values[:, period] - units.values[:, base]
    influence, load, means = np.zeros(len(change)), np.zeros(len(ready.cohorts)), []
    for side, sign in ((ready.cohorts == cohort, 1.0), (later, -1.0)):
        rows = np.flatnonzero(side[of] & ~np.isnan(change))
        if not len(rows):
            return None
        share = units.weights[rows] / units.weights[rows].sum()
        mean = float(share @ change[rows])
        influence[rows] = sign * share * (change[rows] - mean)
        load += sign * np.bincount(of[rows], share, minlength=len(load))
        means.append(mean)
    return _Cell(cohort, period, base, means[0] - means[1], influence, load)
