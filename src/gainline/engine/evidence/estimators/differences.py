"""Differences with staggered adoption: group-time effects put together, with inference that is honest for few schools.

Two standard errors. The one that decides treats each cohort as a sample of its own: clusters' contributions are
centered in their cohort, scaled up for leverage as CR2 does, and referred to t with Satterthwaite degrees of freedom
under the covariance of paths pooled over cohorts. The other one is the large-sample influence function of Callaway and
Sant'Anna, which also counts that cohort sizes could have been different; it is shown beside and decides nothing.

Source: Callaway and Sant'Anna (2021), equations 3.4 to 3.11; Bell and McCaffrey (2002) for leverage and degrees of
freedom; a difference of cohort means has CR2 in closed form.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.estimators.cohort_inference import Combination, Spread, combine, spread_of
from gainline.engine.evidence.estimators.group_time import Cells, Comparison, Units, group_time
from gainline.engine.evidence.finding import Finding, Notes
from gainline.engine.evidence.frame import Flags, Floats
from gainline.engine.evidence.inference.cr2 import Inference

SOURCE = "Callaway and Sant'Anna (2021); Bell and McCaffrey (2002)"
METHOD = "group-time differences in differences, CR2/Satterthwaite by cluster within cohorts"
METHOD_POOLED = "group-time differences in differences, covariance of paths pooled over cohorts, Satterthwaite"


@dataclass(frozen=True, slots=True)
class Staggered:
    """Everything that a panel of staggered adoption says.

    Parameters
    ----------
    simple
        The mean over all cohorts and periods with the tool, cohorts by their weight: the registered estimate.
    dynamic, grouped, calendar
        The mean over times since adoption, over cohorts, over periods.
    events
        By periods since the tool came, negative ones before it; the base period itself is absent.
    by_cohort, by_period
        The parts of `grouped` and `calendar`.
    cells
        The group-time effects themselves.
    event_weights
        Shape ``(c, n_events)``: how the cells make the events.
    """

    simple: Combination
    dynamic: Combination
    grouped: Combination
    calendar: Combination
    events: tuple[Combination, ...]
    by_cohort: tuple[Combination, ...]
    by_period: tuple[Combination, ...]
    cells: Cells
    event_weights: Floats

    def finding(self, estimand: str) -> Finding:
        """The simple average as a finding."""
        own = self.simple
        method = METHOD_POOLED if own.pooled else METHOD
        found = Inference(own.effect, own.std_error, own.df)
        return found.finding(estimand, method=method, source=SOURCE, notes=self._notes())

    def _notes(self) -> Notes:
        def said(found: Combination) -> str:
            return f"{found.effect:.6g} ({found.low:.6g} to {found.high:.6g})"

        lines = [
            ("mean over times since adoption", said(self.dynamic)),
            ("mean over cohorts", said(self.grouped)),
            ("mean over periods", said(self.calendar)),
            ("large-sample standard error, for comparison", f"{self.simple.std_error_large:.6g}"),
        ]
        if self.cells.dropped:
            lines.append(("left out, with the tool from the first period on", str(self.cells.dropped)))
        if self.simple.pooled:
            lines.append(("caution", "a wave is a single cluster; its spread is taken from the other waves"))
        return tuple(lines)


def staggered(units: Units, comparison: Comparison = "not yet") -> Staggered | Refusal:
    """What the tool did, on average and by time since it came, in units that got it at different times or never.

    Parameters
    ----------
    units
        One row per unit; rows that had the tool from the first period on are left out and counted.
    comparison
        See `group_time`.

    Refuses
    -------
    EV170, EV171 of `group_time`; EV172 one cluster has the tool, or one does not; EV173 the outcome does not vary.
    """
    cells = group_time(units, comparison)
    if isinstance(cells, Refusal):
        return cells
    spread = spread_of(cells)
    fault = _too_thin(cells, spread)
    if fault is not None:
        return fault
    parts = _parts(cells)
    told = combine(cells, spread, parts.weights, parts.extra)
    found = _collect(cells, parts, told)
    scale = float(np.nanmax(np.abs(units.values)))
    if not found.simple.std_error > 1e-12 * max(scale, 1e-300):
        return Refusal(
            "EV173",
            "every cluster of a wave moved in exactly the same way, so no uncertainty can be computed",
            "check whether the outcome was measured at all, or is the same number for everybody",
        )
    return found


def _too_thin(cells: Cells, known: Spread) -> Refusal | None:
    """One cluster with the tool, or one without it in every comparison, cannot be told from the tool."""
    with_tool = np.isin(cells.cohorts, cells.group[cells.after])
    if known.clusters(with_tool) < 2:
        return Refusal(
            "EV172",
            "a single cluster got the tool, so its own fate cannot be told from the tool's effect",
            'use design kind = "synthetic_control", which compares one school with a mixture of others',
        )
    if known.clusters(np.any(cells.loads[cells.after] < 0, axis=0)) < 2:
        return Refusal(
            "EV172",
            "a single cluster is there to compare with, so its own fate cannot be told from the tool's effect",
            "include at least two clusters that never get the tool or get it later",
        )
    if known.count.max() < 2:
        return Refusal(
            "EV174",
            "every wave is a single cluster, so nobody can say how far clusters differ by themselves",
            "have two clusters or more in at least one wave or among those that never get the tool",
        )
    return None


@dataclass(frozen=True, slots=True)
class _Parts:
    """The averages as weights over cells, shape ``(c, a)``, and what random cohort shares add, shape ``(K, a)``."""

    weights: Floats
    extra: Floats
    events: tuple[int, ...]
    cohorts: tuple[int, ...]
    periods: tuple[int, ...]


def _parts(cells: Cells) -> _Parts:
    mass = np.bincount(cells.of, cells.units.weights) / cells.units.weights.sum()
    of_cell = mass[np.searchsorted(cells.cohorts, cells.group)]
    since = cells.period - cells.group
    events = tuple(int(e) for e in np.unique(since))
    cohorts = tuple(int(g) for g in np.unique(cells.group[cells.after]))
    periods = tuple(int(t) for t in np.unique(cells.period[cells.after]))
    columns = [_by_mass(cells, of_cell, cells.after)]
    columns += [_by_mass(cells, of_cell, since == e) for e in events]
    columns += [_evenly(cells, cells.after & (cells.group == g)) for g in cohorts]
    columns += [_by_mass(cells, of_cell, cells.after & (cells.period == t)) for t in periods]
    weights = np.column_stack([weight for weight, _ in columns])
    extra = np.column_stack([more for _, more in columns])
    overall = _overall(cells, mass, weights, extra, (events, cohorts, periods))
    return _Parts(
        np.column_stack([weights, *(w for w, _ in overall)]),
        np.column_stack([extra, *(x for _, x in overall)]),
        events,
        cohorts,
        periods,
    )


def _by_mass(cells: Cells, of_cell: Floats, chosen: Flags) -> tuple[Floats, Floats]:
    """Cells by their cohort's share of all units; the shares are estimates too (large-sample part only)."""
    total = float(of_cell[chosen].sum())
    weight = np.where(chosen, of_cell, 0.0) / total
    mean = float(weight @ cells.effect)
    places = np.searchsorted(cells.cohorts, cells.group[chosen])
    # the derivative of a ratio of shares: members of a cohort pull the mean towards its effects
    return weight, np.bincount(places, cells.effect[chosen] - mean, minlength=len(cells.cohorts)) / total


def _evenly(cells: Cells, chosen: Flags) -> tuple[Floats, Floats]:
    return np.where(chosen, 1.0, 0.0) / int(chosen.sum()), np.zeros(len(cells.cohorts))


def _overall(
    cells: Cells, mass: Floats, weights: Floats, extra: Floats, keys: tuple[tuple[int, ...], ...]
) -> list[tuple[Floats, Floats]]:
    """Means of means: over times since adoption, over cohorts by their share, over periods."""
    events, cohorts, periods = keys
    at = 1 + np.flatnonzero(np.array(events) >= 0)
    dynamic = (weights[:, at].mean(axis=1), extra[:, at].mean(axis=1))
    at = 1 + len(events) + np.arange(len(cohorts))
    places = np.searchsorted(cells.cohorts, cohorts)
    part = mass[places] / mass[places].sum()
    effects = cells.effect @ weights[:, at]
    reach = np.zeros(len(cells.cohorts))
    reach[places] = (effects - part @ effects) / mass[places].sum()
    grouped = (weights[:, at] @ part, reach)
    at = 1 + len(events) + len(cohorts) + np.arange(len(periods))
    calendar = (weights[:, at].mean(axis=1), extra[:, at].mean(axis=1))
    return [dynamic, grouped, calendar]


def _collect(cells: Cells, parts: _Parts, told: list[Combination]) -> Staggered:
    e, g, t = len(parts.events), len(parts.cohorts), len(parts.periods)

    def named(start: int, keys: tuple[int, ...]) -> tuple[Combination, ...]:
        return tuple(replace(told[start + place], at=key) for place, key in enumerate(keys))

    return Staggered(
        simple=told[0],
        dynamic=told[1 + e + g + t],
        grouped=told[2 + e + g + t],
        calendar=told[3 + e + g + t],
        events=named(1, parts.events),
        by_cohort=named(1 + e, parts.cohorts),
        by_period=named(1 + e + g, parts.periods),
        cells=cells,
        event_weights=parts.weights[:, 1 : 1 + e],
    )
