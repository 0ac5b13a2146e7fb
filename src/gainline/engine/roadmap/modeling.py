"""The network as a CP-SAT model: calendars are domains, distances linear, pools cumulative, money Boolean."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from ortools.sat.python import cp_model

from gainline.engine.roadmap.network import Network, Pool, Purse
from gainline.engine.roadmap.reach import Reach, reach


class Model:
    """A CP-SAT model of a network, whose aim can be changed between stages.

    Assumes
    -------
    That every node of the network has a start within reach.
    """

    def __init__(self, network: Network, *, is_bounded: bool = True) -> None:
        self.network = network
        self.proto = cp_model.CpModel()
        self.slack: dict[str, Any] = {}
        bounds = reach(network) if is_bounded else _unbounded(network)
        self.starts = [self._start(node, bounds) for node in range(len(network.names))]
        self.soonest = max((e + w for e, w in zip(bounds.earliest, network.weeks, strict=True)), default=0)
        self.finish = self.proto.new_int_var(self.soonest, network.horizon, "finish")
        for start, weeks in zip(self.starts, network.weeks, strict=True):
            self.proto.add(self.finish >= start + weeks)

    def _start(self, node: int, bounds: Reach) -> Any:  # noqa: ANN401 - OR-Tools ships no types
        first, last = bounds.earliest[node], bounds.latest[node]
        spans = [[max(a, first), min(b, last)] for a, b in self.network.starts[node] if b >= first and a <= last]
        return self.proto.new_int_var_from_domain(cp_model.Domain.from_intervals(spans), self.network.names[node])

    def ease(self, rule: str, most: int) -> Any:  # noqa: ANN401 - OR-Tools ships no types
        """A number of units, from none to the most, by which what stands for the rule may be broken."""
        self.slack[rule] = self.proto.new_int_var(0, max(0, most), f"slack of {rule}")
        return self.slack[rule]

    def aim_at_finish(self) -> None:
        """Make the end of the last node as early as possible."""
        self.proto.minimize(self.finish)

    def cap_finish(self, week: int) -> None:
        """Never finish later than this again."""
        self.proto.add(self.finish <= week)

    def aim_at_wishes(self) -> None:
        """Make the weighted starts as early as possible."""
        wishes = self.network.wishes or {}
        self.proto.minimize(sum(weight * self.starts[node] for node, weight in wishes.items()))

    def hint(self, starts: tuple[int, ...] | None) -> None:
        """Tell the search where to begin, or nothing."""
        self.proto.clear_hints()
        if starts is not None:
            for variable, start in zip(self.starts, starts, strict=True):
                self.proto.add_hint(variable, start)
            self.proto.add_hint(self.finish, self.network.finish(starts))


def _unbounded(network: Network) -> Reach:
    """Nothing computed beforehand: what a second proof starts from."""
    count = len(network.names)
    return Reach((0,) * count, (network.horizon - 1,) * count)


def build(network: Network, *, is_bounded: bool = True) -> Model:
    """The network with all its constraints, without an aim; bounded by distances beforehand, or not."""
    model = Model(network, is_bounded=is_bounded)
    fill(model)
    return model


def fill(model: Model) -> None:
    """Add all constraints of the network, each with the slack of its rule where the rule is eased."""
    network, slack = model.network, model.slack
    for tie in network.distances:
        wanted = tie.weeks - slack.get(tie.rule, 0)
        model.proto.add(model.starts[tie.after] >= model.starts[tie.before] + wanted)
    for pool in network.pools:
        _add_pool(model, pool)
    for costs in dict.fromkeys(purse.costs for purse in network.purses):
        _add_purses(model, [purse for purse in network.purses if purse.costs == costs])
    for balance in network.balances:
        unit = sum(weight for _, weight in balance.weights if weight > 0)  # one week between the means of two groups
        limit = balance.limit + unit * slack.get(balance.rule, 0)
        model.proto.add(sum(w * model.starts[node] for node, w in balance.weights) <= limit)


def _add_pool(model: Model, pool: Pool) -> None:
    """One cumulative of the most units there ever are; what is missing in a week is taken by a fixed block."""
    most = max(pool.capacity, default=0)
    held = [use for use in pool.uses if use.weeks and use.amount]
    intervals = [model.proto.new_fixed_size_interval_var(model.starts[u.node], u.weeks, "") for u in held]
    amounts = [use.amount for use in held]
    for units, run in groupby(enumerate(pool.capacity), key=lambda week: week[1]):
        weeks = [week for week, _ in run]
        if units < most:
            intervals.append(model.proto.new_fixed_size_interval_var(weeks[0], len(weeks), ""))
            amounts.append(most - units)
    if held:
        model.proto.add_cumulative(intervals, amounts, most + model.slack.get(pool.rule, 0))


def _add_purses(model: Model, purses: list[Purse]) -> None:
    """The years of one source; where each of them is too small for everything, each cost falls into exactly one.

    Without the latter the solver proves slowly what is plain: that all years together are too small.
    """
    paid = [spent for purse in purses if (spent := _add_purse(model, purse))]
    covered = sum(last - first + 1 for first, last in (purse.span for purse in purses))
    if len(paid) == len(purses) and covered == model.network.horizon:
        for years in zip(*paid, strict=True):
            model.proto.add_exactly_one(years)


def _add_purse(model: Model, purse: Purse) -> list[Any]:
    """One Boolean per cost: whether its node starts inside the purse's weeks; none where the purse pays for all."""
    if sum(cost for _, cost in purse.costs) <= purse.amount:
        return []
    inside = cp_model.Domain(*purse.span)
    falling = []
    for node, _ in purse.costs:
        falls = model.proto.new_bool_var("")
        model.proto.add_linear_expression_in_domain(model.starts[node], inside).only_enforce_if(falls)
        model.proto.add_linear_expression_in_domain(model.starts[node], inside.complement()).only_enforce_if(~falls)
        falling.append(falls)
    spent = sum(cost * falls for (_, cost), falls in zip(purse.costs, falling, strict=True))
    model.proto.add(spent <= purse.amount + model.slack.get(purse.rule, 0))
    return falling
