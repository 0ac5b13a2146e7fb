"""The roadmap with slack in its rules: the cheapest concessions that make it possible."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from ortools.sat.python import cp_model

from gainline.engine.core.calendar import DAYS_PER_WEEK
from gainline.engine.roadmap.compiling import FRIDAY_TO_MONDAY, compile_network, tie_name
from gainline.engine.roadmap.explaining.easing import eased, without
from gainline.engine.roadmap.explaining.prices import price
from gainline.engine.roadmap.explaining.rules import Rule
from gainline.engine.roadmap.model import Activity, Dependency, Kind, Roadmap
from gainline.engine.roadmap.modeling import Model, fill
from gainline.engine.roadmap.naming import RuleKind, pattern
from gainline.engine.roadmap.network import Network, spans_of
from gainline.engine.roadmap.weeks_for import start_weeks

DATED = frozenset({RuleKind.FINISH_BY, RuleKind.NOT_BEFORE, RuleKind.NOTICE})
OPENED = frozenset({RuleKind.BOARD, RuleKind.TRAINING_WEEKS})
LIFTED = frozenset({RuleKind.BLACKOUT, RuleKind.ASSESSMENT, RuleKind.SETTLE})
ELSEWHERE = frozenset({RuleKind.EVALUATION, RuleKind.END})  # lengths and the axis itself: tried one by one instead
Relief = tuple[Rule, int]


class Elastic:
    """One model, solved again and again with the patterns of concessions already found forbidden."""

    def __init__(self, roadmap: Roadmap, rules: Sequence[Rule]) -> None:
        self.roadmap = roadmap
        self.rules = [rule for rule in rules if not rule.is_given and rule.kind not in ELSEWHERE]
        dated = [rule for rule in self.rules if rule.kind in DATED]
        undated = without(roadmap, dated)
        strict = start_weeks(undated)
        self.relief = _reliefs(undated, strict, [rule for rule in self.rules if rule.kind in OPENED | LIFTED])
        network = compile_network(undated)
        count = len(roadmap.activities)
        opened = [sorted({*strict[node], *self.relief[node]}) for node in range(count)]
        self.network = replace(network, starts=(*(spans_of(tuple(w)) for w in opened), *network.starts[count:]))
        self.is_empty = not all(self.network.starts)
        if not self.is_empty:
            self._build(dated)

    def _build(self, dated: Sequence[Rule]) -> None:
        self.model = Model(self.network, is_bounded=False)
        self.used: dict[Rule, Any] = {}
        self.weeks: dict[tuple[Rule, int], Any] = {}
        for rule in self.rules:
            slack = self.model.ease(rule.key, _most(self.roadmap, self.network, rule))
            self.used[rule] = self.model.proto.new_bool_var("")
            self.model.proto.add(slack == 0).only_enforce_if(~self.used[rule])
        fill(self.model)
        for rule in dated:
            self._date(rule)
        for node, weeks in self.relief.items():
            for week, reliefs in weeks.items():
                self._relieve(node, week, reliefs)
        for rule in self.rules:
            if rule.kind in OPENED:
                opened = [literal for (other, _), literal in self.weeks.items() if other == rule]
                self.model.proto.add(self.model.slack[rule.key] == sum(opened))
        costs = [price(self.roadmap, rule) * self.model.slack[rule.key] for rule in self.rules]
        self.model.proto.minimize(sum(costs))

    def _date(self, rule: Rule) -> None:
        """A date that a rule sets, with its slack in weeks."""
        calendar, slack = self.roadmap.calendar, self.model.slack[rule.key]
        notices = {initiative.key: initiative.notice_on for initiative in self.roadmap.initiatives}
        for place, activity in enumerate(self.roadmap.activities):
            start = self.model.starts[place]
            if rule.kind is RuleKind.NOTICE:
                if activity.kind is Kind.DECISION and activity.initiative == rule.subject:
                    self._end(place, activity, notices[rule.subject], slack)
            elif pattern(activity.key) != rule.subject:
                continue
            elif rule.kind is RuleKind.FINISH_BY:
                self._end(place, activity, activity.finish_by, slack)
            elif activity.not_before:
                self.model.proto.add(start >= calendar.first_week_from(activity.not_before) - slack)

    def _end(self, place: int, activity: Activity, day: date | None, slack: Any) -> None:  # noqa: ANN401 - OR-Tools
        if day is not None:
            ended = self.roadmap.calendar.weeks_ended_by(day)
            self.model.proto.add(self.model.starts[place] + activity.weeks <= ended + slack)

    def _relieve(self, node: int, week: int, reliefs: Sequence[Relief]) -> None:
        """Starting in this week takes one of the reliefs."""
        here, proto = self.model.proto.new_bool_var(""), self.model.proto
        start, ways = self.model.starts[node], []
        outside = cp_model.Domain(week, week).complement()
        proto.add(start == week).only_enforce_if(here)
        proto.add_linear_expression_in_domain(start, outside).only_enforce_if(~here)
        for rule, amount in reliefs:
            way = proto.new_bool_var("")
            ways.append(way)
            if rule.kind in OPENED:
                for held in self._closed(rule, range(week, week + self.network.weeks[node])):
                    proto.add_implication(way, self._opened(rule, held))
            else:
                proto.add(self.model.slack[rule.key] >= amount).only_enforce_if(way)
        proto.add_bool_or([~here, *ways])

    def _closed(self, rule: Rule, weeks: range) -> list[int]:
        """Those of the weeks that an extra day would have to open."""
        calendar = self.roadmap.calendar
        if rule.kind is RuleKind.BOARD:
            return [week for week in weeks if not calendar.decides(calendar.mondays[week])]
        closed = (w for w in weeks if not calendar.teaches(calendar.mondays[w]))
        return [week for week in closed if not calendar.trains(calendar.mondays[week])]

    def _opened(self, rule: Rule, week: int) -> Any:  # noqa: ANN401 - OR-Tools ships no types
        if (rule, week) not in self.weeks:
            self.weeks[rule, week] = self.model.proto.new_bool_var("")
        return self.weeks[rule, week]

    def cheapest(self, work: float) -> tuple[dict[Rule, int], dict[RuleKind, tuple[date, ...]], bool] | None:
        """The cheapest amounts by rule, the days that are opened, and whether nothing is cheaper; None for none."""
        if self.is_empty or not self.rules:
            return None
        solver = cp_model.CpSolver()
        solver.parameters.num_workers, solver.parameters.random_seed = 1, 1
        solver.parameters.max_deterministic_time = work
        status = solver.solve(self.model.proto)
        if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
            return None
        amounts = {rule: int(solver.value(self.model.slack[rule.key])) for rule in self.rules}
        amounts = {rule: amount for rule, amount in amounts.items() if amount}
        days: dict[RuleKind, tuple[date, ...]] = {}
        for (rule, week), literal in sorted(self.weeks.items(), key=lambda item: item[0][1]):
            if solver.value(literal):
                days[rule.kind] = (*days.get(rule.kind, ()), self.roadmap.calendar.mondays[week])
        return amounts, days, status == cp_model.OPTIMAL

    def forbid(self, rules: Sequence[Rule]) -> None:
        """Never again concede all of these rules together."""
        self.model.proto.add_bool_or([~self.used[rule] for rule in rules if rule in self.used])


def _reliefs(
    roadmap: Roadmap, strict: Sequence[tuple[int, ...]], rules: Sequence[Rule]
) -> Mapping[int, dict[int, list[Relief]]]:
    """By activity and week: which rule, given up by how much, would open the week."""
    found: dict[int, dict[int, list[Relief]]] = defaultdict(lambda: defaultdict(list))
    for rule in rules:
        for amount in range(1, (roadmap.rules.settle_weeks if rule.kind is RuleKind.SETTLE else 1) + 1):
            loose = start_weeks(without(roadmap, [rule]) if rule.kind in OPENED else eased(roadmap, {rule: amount}))
            for node, (more, less) in enumerate(zip(loose, strict, strict=True)):
                for week in set(more) - set(less):
                    if rule not in {other for other, _ in found[node][week]}:
                        found[node][week].append((rule, amount))
    return found


def _most(roadmap: Roadmap, network: Network, rule: Rule) -> int:
    """The most units by which easing the rule can help."""
    if rule.kind is RuleKind.BUDGET:
        return sum(a.cost for a in roadmap.activities)
    if rule.kind in {RuleKind.RESOURCE, RuleKind.LOAD}:
        return sum(use.amount for pool in network.pools if pool.rule == rule.key for use in pool.uses)
    if rule.kind in {RuleKind.BLACKOUT, RuleKind.ASSESSMENT}:
        return 1
    floors = {
        RuleKind.SETTLE: roadmap.rules.settle_weeks,
        RuleKind.WAVE_STEP: roadmap.rules.wave_step_weeks,
        RuleKind.TRAINING_LEAD: -(-max(0, roadmap.rules.training_days_before - FRIDAY_TO_MONDAY) // DAYS_PER_WEEK),
        RuleKind.LAG: min((d.at_least for d in _lagging(roadmap, rule)), default=0),
    }
    return floors.get(rule.kind, network.horizon)


def _lagging(roadmap: Roadmap, rule: Rule) -> list[Dependency]:
    return [tie for tie in roadmap.dependencies if tie.at_least > 0 and tie_name(tie) == rule.subject]
