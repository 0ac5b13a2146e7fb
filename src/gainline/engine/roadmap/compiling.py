"""From a roadmap to the network that the solver reads; every rule of the district becomes one of its five shapes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from gainline.engine.core.calendar import DAYS_PER_WEEK
from gainline.engine.roadmap.calendar import friday
from gainline.engine.roadmap.model import Activity, Dependency, Kind, Resource, Roadmap, Tie
from gainline.engine.roadmap.naming import RuleKind, pattern, rule_key
from gainline.engine.roadmap.network import Balance, Distance, Network, Pool, Purse, Use, spans_of
from gainline.engine.roadmap.weeks_for import start_weeks

FRIDAY_TO_MONDAY = 3  # days
TRAINING_RULES = RuleKind.TRAINING_LEAD, RuleKind.TRAINING_STALE


def compile_network(roadmap: Roadmap) -> Network:
    """The roadmap as numbers: nodes are its activities in order, then one date per wave of each initiative.

    The axis holds working weeks only, so a calendar is a set of starts and needs no constraint of its own.
    """
    waves = _waves(roadmap)
    count = len(roadmap.activities)
    free = ((0, len(roadmap.calendar.mondays) - 1),)
    horizon = len(roadmap.calendar.mondays)
    return Network(
        names=(*(a.key for a in roadmap.activities), *(f"{key}, wave {wave}" for key, wave in waves)),
        weeks=(*(a.weeks for a in roadmap.activities), *(0 for _ in waves)),
        starts=(*map(spans_of, start_weeks(roadmap)), *(free for _ in waves)),
        horizon=horizon,
        distances=(*_dependencies(roadmap), *_training(roadmap), *_wave_dates(roadmap, waves, count)),
        pools=(*_resources(roadmap), *_loads(roadmap)),
        purses=tuple(_purses(roadmap)),
        balances=tuple(_equity(roadmap)),
        wishes=_wishes(roadmap),
    )


def _dependencies(roadmap: Roadmap) -> Iterator[Distance]:
    for tie in roadmap.dependencies:
        yield from _distances(roadmap, tie)


def _distances(roadmap: Roadmap, tie: Dependency) -> Iterator[Distance]:
    before, after = roadmap.position[tie.before], roadmap.position[tie.after]
    shift = _shift(tie.tie, roadmap.activities[before].weeks, roadmap.activities[after].weeks)
    kind = RuleKind.LAG if tie.at_least > 0 else RuleKind.ORDER
    yield Distance(before, after, shift + tie.at_least, rule_key(kind, tie_name(tie)))
    if tie.at_most is not None:
        yield Distance(after, before, -(shift + tie.at_most), rule_key(RuleKind.LIMIT, tie_name(tie)))


def tie_name(tie: Dependency) -> str:
    """The two entries of the file that a dependency ties, and which of their ends."""
    return f"{pattern(tie.before)} {tie.tie.value} {pattern(tie.after)}"


def _shift(tie: Tie, before: int, after: int) -> int:
    """What turns a distance between two ends into one between two starts."""
    from_start = 0 if tie in {Tie.START_START, Tie.START_FINISH} else before
    to_start = 0 if tie in {Tie.FINISH_START, Tie.START_START} else after
    return from_start - to_start


def _training(roadmap: Roadmap) -> Iterator[Distance]:
    """Training ends some days before go-live, and not so long before that it is forgotten."""
    rules = roadmap.rules
    lead = max(0, -(-(rules.training_days_before - FRIDAY_TO_MONDAY) // DAYS_PER_WEEK))
    trainings = defaultdict(list)
    for activity in roadmap.activities:
        if activity.kind is Kind.TRAINING and activity.school:
            trainings[activity.initiative, activity.school].append(activity.key)
    for live in go_lives(roadmap):
        for training in trainings[live.initiative, live.school or ""]:
            tie = Dependency(training, live.key, at_least=lead, at_most=rules.training_stale_weeks)
            for distance, kind in zip(_distances(roadmap, tie), TRAINING_RULES, strict=True):
                yield replace(distance, rule=kind.value)


def go_lives(roadmap: Roadmap) -> list[Activity]:
    """The activities with which a tool begins to be used in a school."""
    return [activity for activity in roadmap.activities if activity.kind is Kind.GO_LIVE and activity.school]


def _waves(roadmap: Roadmap) -> list[tuple[str, int]]:
    return sorted({(live.initiative, live.wave) for live in go_lives(roadmap) if live.wave is not None})


def _wave_dates(roadmap: Roadmap, waves: list[tuple[str, int]], first: int) -> Iterator[Distance]:
    """A wave's schools go live within the spread, the next wave the step later than the last of them."""
    rules = roadmap.rules
    node = {wave: first + place for place, wave in enumerate(waves)}
    following = {one: other for one, other in pairwise(waves) if one[0] == other[0]}
    for live in go_lives(roadmap):
        if live.wave is None:
            continue
        wave, start = (live.initiative, live.wave), roadmap.position[live.key]
        yield Distance(node[wave], start, 0)
        yield Distance(start, node[wave], -rules.wave_spread_weeks, RuleKind.WAVE_SPREAD)
        if wave in following:
            yield Distance(start, node[following[wave]], rules.wave_step_weeks, RuleKind.WAVE_STEP)


def _resources(roadmap: Roadmap) -> Iterator[Pool]:
    """What is taken of a lasting resource is held from the start to the end of the axis."""
    kept, weeks = {r.key for r in roadmap.resources if r.lasting}, len(roadmap.calendar.mondays)
    uses: dict[str, list[Use]] = defaultdict(list)
    for place, activity in enumerate(roadmap.activities):
        for key, amount in activity.needs:
            uses[key].append(Use(place, weeks if key in kept else activity.weeks, amount))
    for resource in roadmap.resources:
        if uses[resource.key]:
            rule = rule_key(RuleKind.RESOURCE, resource.key)
            yield Pool(resource.key, units_by_week(roadmap, resource), tuple(uses[resource.key]), rule)


def units_by_week(roadmap: Roadmap, resource: Resource) -> tuple[int, ...]:
    """Units at hand in each working week; a change that touches a week holds for all of it, the smallest first."""
    units = []
    for monday in roadmap.calendar.mondays:
        touched = [u for start, end, u in resource.changes if start <= friday(monday) and end >= monday]
        delivered = sum(u for day, u in resource.deliveries if day <= monday)
        units.append(min(touched, default=resource.capacity) + delivered)
    return tuple(units)


def _loads(roadmap: Roadmap) -> Iterator[Pool]:
    uses: dict[str, list[Use]] = defaultdict(list)
    for live in go_lives(roadmap):
        if live.load:
            uses[live.school or ""].append(Use(roadmap.position[live.key], roadmap.rules.load_weeks, live.load))
    for key, held in uses.items():
        cap = roadmap.school_by_key[key].load_cap
        capacity = (cap,) * len(roadmap.calendar.mondays)
        yield Pool(f"change load of {key}", capacity, tuple(held), rule_key(RuleKind.LOAD, key))


def _purses(roadmap: Roadmap) -> Iterator[Purse]:
    calendar = roadmap.calendar
    years = [calendar.fiscal_year(monday) for monday in calendar.mondays]
    amounts = {(budget.source, budget.fiscal_year): budget.amount for budget in roadmap.budgets}
    for source in sorted({budget.source for budget in roadmap.budgets}):
        paid = [a for a in roadmap.activities if a.source == source and a.cost]
        costs = tuple((roadmap.position[a.key], a.cost) for a in paid)
        for year in sorted(set(years)) if costs else ():
            span = years.index(year), len(years) - 1 - years[::-1].index(year)
            name = f"{source} in {year}"
            yield Purse(name, span, amounts.get((source, year), 0), costs, rule_key(RuleKind.BUDGET, name))


def _equity(roadmap: Roadmap) -> Iterator[Balance]:
    """Mean go-live of high-need schools at most so many weeks after the others' mean, without fractions."""
    slack = roadmap.rules.equity_weeks
    if slack is None:
        return
    groups: dict[str, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for live in go_lives(roadmap):
        high = roadmap.school_by_key[live.school or ""].high_need
        groups[live.initiative][high].append(roadmap.position[live.key])
    for key, (others, high_need) in groups.items():
        if others and high_need:
            weights = [(node, len(others)) for node in high_need] + [(node, -len(high_need)) for node in others]
            limit = slack * len(others) * len(high_need)
            yield Balance(f"{key}: high-need schools", tuple(weights), limit, RuleKind.EQUITY)


def _wishes(roadmap: Roadmap) -> dict[int, int]:
    weight = {initiative.key: initiative.weight for initiative in roadmap.initiatives}
    early = {Kind.GO_LIVE, Kind.EVALUATION, Kind.DECISION}
    return {
        place: weight[activity.initiative]
        for place, activity in enumerate(roadmap.activities)
        if activity.kind in early and weight[activity.initiative]
    }
