"""The new plan: fewest people-facing dates moved, then fewest weeks; each move with its reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ortools import __version__ as ortools_version
from ortools.sat.python import cp_model

from gainline.engine.core.refusals import Refusal
from gainline.engine.roadmap.calendar import Calendar, friday
from gainline.engine.roadmap.explaining import rules_of
from gainline.engine.roadmap.model import Activity, Dates, Kind, Roadmap
from gainline.engine.roadmap.modeling import Model, build
from gainline.engine.roadmap.network import Network, Pool
from gainline.engine.roadmap.reach import reach
from gainline.engine.roadmap.replanning.actuals import Actual
from gainline.engine.roadmap.replanning.freezing import Frozen, freeze
from gainline.engine.roadmap.solving import Effort

PEOPLE_FACING = frozenset({Kind.TRAINING, Kind.COACHING, Kind.GO_LIVE, Kind.EVALUATION})
MOVED = 10  # what a moved date that people have in their diaries counts beside a week of shift


@dataclass(frozen=True, slots=True)
class Move:
    """One changed date.

    Parameters
    ----------
    activity
        Its key; `old` is None for what the plan so far did not hold.
    weeks
        Working weeks by which the start moved; negative for earlier.
    is_people_facing
        Whether people have it in their diaries: training, coaching, go-live or evaluation.
    because
        Sentences of the rules that the old date would break, with all others where they are now.
    tests
        For an evaluation whose testing windows changed: those it held, and those it holds now.
    """

    activity: Activity
    old: Dates | None
    new: Dates
    weeks: int
    is_people_facing: bool
    because: tuple[str, ...]
    tests: tuple[tuple[str, ...], tuple[str, ...]] | None


@dataclass(frozen=True, slots=True)
class Replan:
    """A new plan beside the old.

    Parameters
    ----------
    dates
        By activity; what has started keeps its real dates.
    moves
        What changed, people-facing first.
    people_facing
        How many people-facing dates were still open.
    value, bound, is_proved
        Ten per people-facing date moved plus the weeks of shift; what no plan goes below; whether the two met.
    lost
        Sentences of rules that the past has made impossible to keep, such as training that has grown stale.
    """

    dates: Mapping[str, Dates]
    moves: tuple[Move, ...]
    people_facing: int
    value: int
    bound: int
    is_proved: bool
    lost: tuple[str, ...]
    effort: Effort
    version: str

    @property
    def moved(self) -> int:
        """How many people-facing dates of the old plan moved."""
        return sum(move.is_people_facing and move.old is not None for move in self.moves)


def replan(
    roadmap: Roadmap,
    plan: Mapping[str, Dates],
    actuals: Sequence[Actual],
    as_of: date,
    *,
    effort: Effort | None = None,
) -> Replan | Refusal:
    """The plan that keeps every rule from a day on, and changes as little of the old plan as can be.

    Parameters
    ----------
    roadmap
        As it is now: with the resources, dates and activities of today.
    plan
        Dates by activity, as agreed so far.
    actuals
        What really happened; what none of them names happened as planned.
    as_of
        Nothing that has not started starts before this day.

    Refuses
    -------
    RM047 nothing from this day on keeps every rule; RM021 no plan was found within the effort.
    """
    effort = effort or Effort()
    frozen = freeze(roadmap, plan, actuals, as_of)
    if reach(frozen.network).lost:
        return _impossible()
    model = build(frozen.network)
    _aim(model, frozen)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers, solver.parameters.random_seed = effort.workers, effort.seed
    solver.parameters.max_deterministic_time = effort.work
    status = solver.solve(model.proto)
    if status == cp_model.INFEASIBLE:
        return _impossible()
    if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return Refusal("RM021", "no plan was found within the effort", "give more effort, or ease what is tightest")
    starts = tuple(int(solver.value(start)) for start in model.starts)
    value, bound = round(solver.objective_value), round(solver.best_objective_bound)
    found = value, bound, status == cp_model.OPTIMAL
    return _replan(frozen, plan, starts, found, effort)


def _impossible() -> Refusal:
    because = "nothing from this day on keeps every rule, with what has started as it is"
    return Refusal(
        "RM047", because, "ease a date, a budget, a resource or a distance that follows from what has started"
    )


def _aim(model: Model, frozen: Frozen) -> None:
    """Ten for each people-facing date moved, one for each week of shift; new activities as early as can be."""
    proto, horizon, costs = model.proto, frozen.network.horizon, []
    for node, activity in enumerate(frozen.roadmap.activities):
        if node in frozen.fixed:
            continue
        start, old = model.starts[node], frozen.old.get(node)
        if old is None:
            costs.append(start)
            continue
        shift = proto.new_int_var(0, horizon, "")
        proto.add_abs_equality(shift, start - old)
        costs.append(shift)
        if activity.kind in PEOPLE_FACING:
            moved = proto.new_bool_var("")
            proto.add(shift == 0).only_enforce_if(~moved)
            costs.append(MOVED * moved)
        proto.add_hint(start, old)
    proto.minimize(sum(costs))


def _replan(
    frozen: Frozen,
    plan: Mapping[str, Dates],
    starts: tuple[int, ...],
    found: tuple[int, int, bool],
    effort: Effort,
) -> Replan:
    roadmap, calendar = frozen.roadmap, frozen.roadmap.calendar
    says = {rule.key: rule.says for rule in rules_of(roadmap)}
    dates, moves, open_dates = {}, [], 0
    for node, activity in enumerate(roadmap.activities):
        new = _dates(calendar, starts[node], activity.weeks)
        dates[activity.key] = new
        is_people_facing = activity.kind in PEOPLE_FACING
        if node in frozen.fixed:
            continue
        old = plan.get(activity.key)
        open_dates += is_people_facing and old is not None
        week = frozen.old.get(node)
        if week != starts[node]:
            broken = [] if week is None else dict.fromkeys(_broken(frozen.network, starts, node, week))
            because = tuple(says.get(rule, rule) for rule in broken)
            weeks = 0 if week is None else starts[node] - week
            tests = _tests(calendar, activity, old, new)
            moves.append(Move(activity, old, new, weeks, is_people_facing, because, tests))
    moves.sort(key=lambda move: (not move.is_people_facing, move.new.start, move.activity.key))
    lost = tuple(dict.fromkeys(says.get(tie.rule, tie.rule) for tie in frozen.lost))
    value, bound, is_proved = found
    return Replan(dates, tuple(moves), open_dates, value, bound, is_proved, lost, effort, ortools_version)


def _dates(calendar: Calendar, start: int, weeks: int) -> Dates:
    last = min(start + weeks, len(calendar.mondays)) - 1
    return Dates(calendar.mondays[start], friday(calendar.mondays[last]))


def _broken(network: Network, starts: tuple[int, ...], node: int, week: int) -> Iterator[str]:
    """The rules that a node would break at the week, with all others where they are."""
    tried = [*starts[:node], week, *starts[node + 1 :]]
    if not any(first <= week <= last for first, last in network.starts[node]):
        yield "its calendar, its own dates or today do not allow the old date"
    for tie in network.distances:
        if node in (tie.before, tie.after) and tried[tie.after] - tried[tie.before] < tie.weeks:
            yield tie.rule or "wave_spread"
    yield from (pool.rule for pool in network.pools if _is_overfull(pool, tried, node))
    for purse in network.purses:
        first, last = purse.span
        if first <= week <= last and sum(c for n, c in purse.costs if first <= tried[n] <= last) > purse.amount:
            yield purse.rule
    for balance in network.balances:
        if sum(weight * tried[other] for other, weight in balance.weights) > balance.limit:
            yield balance.rule


def _is_overfull(pool: Pool, tried: Sequence[int], node: int) -> bool:
    """Whether more is held than there is in a week in which the node holds some."""
    weeks = max((use.weeks for use in pool.uses if use.node == node), default=0)
    for held in range(tried[node], min(tried[node] + weeks, len(pool.capacity))):
        asked = sum(u.amount for u in pool.uses if tried[u.node] <= held < tried[u.node] + u.weeks)
        if asked > pool.capacity[held]:
            return True
    return False


def _tests(
    calendar: Calendar, activity: Activity, old: Dates | None, new: Dates
) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    if activity.kind is not Kind.EVALUATION or old is None:
        return None
    before, after = (_held(calendar, activity.school, dates) for dates in (old, new))
    return None if before == after else (before, after)


def _held(calendar: Calendar, school: str | None, dates: Dates) -> tuple[str, ...]:
    """The testing windows, by name and first day, that lie at least partly within the dates."""
    return tuple(
        f"{testing.name} {testing.window.start}".strip()
        for testing in calendar.testing
        if testing.binds(school) and testing.window.start <= dates.finish and testing.window.end >= dates.start
    )
