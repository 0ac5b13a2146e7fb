"""The linear program: for each class of nodes and each week, the share of them that has started."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from math import ceil

import numpy as np
from scipy import optimize, sparse

from gainline.engine.roadmap.network import Network
from gainline.engine.roadmap.reach import reach
from gainline.engine.roadmap.relaxing.alike import alike

MOST_COLUMNS = 40_000  # above, the program takes longer than the plan itself
NEAR_ENOUGH = 0.002  # the share by which the whole-date program may stay from its best
ROUNDING = 1e-6  # relative; floating sums are trusted no further when a bound is rounded up
Term = tuple[float, int, int]  # factor, class, week


@dataclass(frozen=True, slots=True)
class Relaxed:
    """What the weighted starts of no plan go below, and the dates of the waves that reach it, by node."""

    bound: int
    dates: Mapping[int, int]


def relax(network: Network, finish: int) -> Relaxed | None:
    """A bound on the weighted starts of any plan that ends by week `finish`; None where none is to be had.

    Equal nodes are merged, and started shares may be fractions; only dates that stand for a whole wave stay whole.
    The bound comes from sums in floating point and is rounded down by a millionth before it is used.

    Source: time-indexed formulation by started shares (Pritsker & Watters 1968; Sousa & Wolsey 1992, Mathematical
    Programming 54), solved by HiGHS.
    """
    network = _ended_by(network, finish)
    if not network.wishes or reach(network).lost:
        return None
    program = _Program(network)
    if not 0 < program.count <= MOST_COLUMNS:
        return None
    for fill in (_rising, _distances, _pools, _purses, _balances):
        fill(program)
    return _solved(program)


def _ended_by(network: Network, finish: int) -> Network:
    """The network in which every node ends by the week."""
    starts = tuple(
        tuple((first, min(last, finish - weeks)) for first, last in spans if first <= finish - weeks)
        for spans, weeks in zip(network.starts, network.weeks, strict=True)
    )
    return replace(network, starts=starts)


class _Program:
    """Columns by class and week, and rows that stay at or below their limit."""

    def __init__(self, network: Network) -> None:
        self.network, self.classes = network, alike(network)
        self.size = Counter(self.classes)
        self.one = {kind: node for node, kind in reversed(list(enumerate(self.classes)))}
        bounds = reach(network)
        self.first = {kind: bounds.earliest[node] for kind, node in self.one.items()}
        self.last = {kind: bounds.latest[node] for kind, node in self.one.items()}
        self.column: dict[tuple[int, int], int] = {}
        self.count = 0
        for kind, node in self.one.items():
            self._number(kind, {week for a, b in network.starts[node] for week in range(a, b + 1)})
        self.limits: list[float] = []
        self.entries: tuple[list[int], list[int], list[float]] = ([], [], [])

    def _number(self, kind: int, open_weeks: set[int]) -> None:
        """One column per week in which a start is open; in other weeks the share stays as it was."""
        for week in range(self.first[kind], self.last[kind]):
            self.count += week in open_weeks
            self.column[kind, week] = self.count - 1

    def add(self, terms: Iterable[Term], limit: float) -> None:
        """The sum of factors times started shares is at most the limit."""
        row: dict[int, float] = defaultdict(float)
        for factor, kind, week in terms:
            if week >= self.last[kind]:
                limit -= factor
            elif week >= self.first[kind]:
                row[self.column[kind, week]] += factor
        held = {column: factor for column, factor in row.items() if factor}
        if held:
            rows, columns, factors = self.entries
            rows.extend([len(self.limits)] * len(held))
            columns.extend(held)
            factors.extend(held.values())
            self.limits.append(limit)

    def weight(self) -> tuple[np.ndarray, float]:
        """The weighted starts as factors of columns and a constant."""
        factors, constant = np.zeros(self.count), 0.0
        for kind, node in self.one.items():
            weight = (self.network.wishes or {}).get(node, 0) * self.size[kind]
            constant += weight * self.last[kind]
            for week in range(self.first[kind], self.last[kind]):
                factors[self.column[kind, week]] -= weight
        return factors, constant

    def dates(self) -> list[int]:
        """Classes that are one mere date: the first of a wave."""
        return [kind for kind, node in self.one.items() if self.size[kind] == 1 and not self.network.weeks[node]]


def _rising(program: _Program) -> None:
    """Who has started stays started."""
    for kind in program.one:
        for week in range(program.first[kind] + 1, program.last[kind]):
            program.add([(1, kind, week - 1), (-1, kind, week)], 0)


def _distances(program: _Program) -> None:
    classes = program.classes
    ties = {(classes[t.before], classes[t.after], t.weeks) for t in program.network.distances}
    for before, after, weeks in sorted(ties):
        ends = min(program.network.horizon, program.last[before] + weeks + 1)
        for week in range(program.first[after], ends):
            program.add([(1, after, week), (-1, before, week - weeks)], 0)


def _pools(program: _Program) -> None:
    """In each week, those that have started and not ended hold no more than there is."""
    seen = set()
    for pool in program.network.pools:
        held = Counter((program.classes[use.node], use.weeks, use.amount) for use in pool.uses)
        key = pool.capacity, frozenset(held.items())
        if key in seen:
            continue
        seen.add(key)
        for week, units in enumerate(pool.capacity):
            begun = [(many * amount, kind, week) for (kind, _, amount), many in held.items()]
            ended = [(-many * amount, kind, week - weeks) for (kind, weeks, amount), many in held.items()]
            program.add([*begun, *ended], units)


def _purses(program: _Program) -> None:
    for purse in program.network.purses:
        first, last = purse.span
        costs = [(cost, program.classes[node]) for node, cost in purse.costs]
        inside = [(cost, kind, last) for cost, kind in costs]
        program.add([*inside, *((-cost, kind, first - 1) for cost, kind in costs)], purse.amount)


def _balances(program: _Program) -> None:
    """A start is the last week less the share of the weeks before it in which the node had started."""
    for balance in program.network.balances:
        weights = [(weight, program.classes[node]) for node, weight in balance.weights]
        constant = sum(weight * program.last[kind] for weight, kind in weights)
        weeks = {kind: range(program.first[kind], program.last[kind]) for _, kind in weights}
        program.add(
            ((-weight, kind, week) for weight, kind in weights for week in weeks[kind]), balance.limit - constant
        )


def _solved(program: _Program) -> Relaxed | None:
    factors, constant = program.weight()
    rows, columns, values = program.entries
    whole = np.zeros(program.count, dtype=np.int8)
    for kind in program.dates():
        for week in range(program.first[kind], program.last[kind]):
            whole[program.column[kind, week]] = 1
    shape = len(program.limits), program.count
    limited = sparse.csr_array((values, (rows, columns)), shape=shape)
    answer = optimize.milp(
        factors,
        integrality=whole,
        bounds=optimize.Bounds(0, 1),
        constraints=optimize.LinearConstraint(limited, -np.inf, np.array(program.limits)),
        options={"mip_rel_gap": NEAR_ENOUGH, "node_limit": 500},  # no clock: the same everywhere
    )
    if answer.mip_dual_bound is None or not np.isfinite(answer.mip_dual_bound):
        return None
    bound = float(answer.mip_dual_bound) + constant
    return Relaxed(ceil(bound - ROUNDING * max(1.0, abs(bound))), {} if answer.x is None else _dates(program, answer.x))


def _dates(program: _Program, shares: np.ndarray) -> dict[int, int]:
    """The week in which each mere date falls."""
    found = {}
    for kind in program.dates():
        weeks = range(program.first[kind], program.last[kind])
        begun = (week for week in weeks if shares[program.column[kind, week]] > 0.5)
        found[program.one[kind]] = next(begun, program.last[kind])
    return found
