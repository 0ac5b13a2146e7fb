"""From a dated roadmap to the network that is simulated: its ties, its rules, its calendars and the plan's order."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from gainline.engine.core.calendar import DAYS_PER_WEEK
from gainline.engine.roadmap.compiling import FRIDAY_TO_MONDAY, go_lives
from gainline.engine.roadmap.model import Activity, Dates, Duration, Kind, Roadmap, Tie
from gainline.engine.roadmap.simulation.network import Driver, Link, Milestone, RiskNetwork, Step
from gainline.engine.roadmap.simulation.queues import Claim, handovers
from gainline.engine.roadmap.simulation.shapes import Floats, Shape
from gainline.engine.roadmap.weeks_for import start_weeks

Plan = Mapping[str, Dates]
Starts = Mapping[str, int]


def risk_network(roadmap: Roadmap, plan: Plan, *, shape: Shape | None = None, held: bool = True) -> RiskNetwork:
    """A dated roadmap as a network under uncertainty, on the axis of working weeks.

    What is kept: ties of all four types, training before go-live, the step between waves, each kind's open weeks, and
    the order in which the plan gives people, rooms and a school's change load to activities. What is not: budgets, and
    weeks with fewer units than usual. Greatest distances, such as training that grows stale, are counted where they
    break, not kept: a simulation shows what happens to a plan, it does not plan anew.

    Parameters
    ----------
    plan
        The dates of every activity.
    shape
        Of three-point durations, costs and factors; the roadmap's own by default.
    held
        Whether nothing starts before its planned date, as people who were told a date expect.
    """
    starts = {key: roadmap.calendar.mondays.index(dates.start) for key, dates in plan.items()}
    waves = sorted({(live.initiative, live.wave) for live in go_lives(roadmap) if live.wave is not None})
    openings, opening_of = _openings(roadmap)
    group_of = {key: place for place, group in enumerate(roadmap.uncertainty.groups) for key in group.activities}
    steps = [
        replace(
            _step(roadmap, activity, starts, held=held), group=group_of.get(activity.key), opening=opening_of[place]
        )
        for place, activity in enumerate(roadmap.activities)
    ]
    count = len(steps)
    wave_steps = (Step(f"{key}, wave {wave}", (0.0, 0.0, 0.0)) for key, wave in waves)
    return RiskNetwork(
        steps=(*steps, *wave_steps),
        links=tuple(dict.fromkeys((*_ties(roadmap), *_training(roadmap), *_waves(roadmap, waves, count),
                                   *_queues(roadmap, starts)))),
        limits=tuple(dict.fromkeys((*_limits(roadmap), *_stale(roadmap)))),
        drivers=tuple(_drivers(roadmap)),
        milestones=tuple(_milestones(roadmap)),
        openings=openings,
        correlations=tuple(group.correlation for group in roadmap.uncertainty.groups),
        shape=shape or Shape(roadmap.uncertainty.shape),
        horizon=float(len(roadmap.calendar.mondays)),
    )  # fmt: skip


def _step(roadmap: Roadmap, activity: Activity, starts: Starts, *, held: bool) -> Step:
    low, high = activity.cost_range or (activity.cost, activity.cost)
    first = activity.not_before and roadmap.calendar.first_week_from(activity.not_before)
    return Step(
        key=activity.key,
        weeks=(float(activity.duration.low), float(activity.duration.likely), float(activity.duration.high)),
        not_before=float(starts[activity.key] if held else first or 0),
        cost=(float(low), float(activity.cost), float(high)),
        weekly=float(activity.weekly_cost),
    )


def _ties(roadmap: Roadmap) -> Iterator[Link]:
    for tie in roadmap.dependencies:
        yield Link(roadmap.position[tie.before], roadmap.position[tie.after], tie.tie, float(tie.at_least))


def _limits(roadmap: Roadmap) -> Iterator[Link]:
    for tie in roadmap.dependencies:
        if tie.at_most is not None:
            yield Link(roadmap.position[tie.before], roadmap.position[tie.after], tie.tie, float(tie.at_most))


def _training(roadmap: Roadmap) -> Iterator[Link]:
    """Training ends so many days before go-live; the days from a Friday to a Monday count."""
    lead = max(0, -(-(roadmap.rules.training_days_before - FRIDAY_TO_MONDAY) // DAYS_PER_WEEK))
    for training, live in _trained(roadmap):
        yield Link(training, live, weeks=float(lead))


def _stale(roadmap: Roadmap) -> Iterator[Link]:
    """Training that lies too long before go-live is forgotten."""
    for training, live in _trained(roadmap):
        yield Link(training, live, weeks=float(roadmap.rules.training_stale_weeks))


def _trained(roadmap: Roadmap) -> Iterator[tuple[int, int]]:
    """Every training of a school with the go-live that it is for."""
    trainings = defaultdict(list)
    for activity in roadmap.activities:
        if activity.kind is Kind.TRAINING and activity.school:
            trainings[activity.initiative, activity.school].append(activity.key)
    for live in go_lives(roadmap):
        for training in trainings[live.initiative, live.school or ""]:
            yield roadmap.position[training], roadmap.position[live.key]


def _waves(roadmap: Roadmap, waves: Sequence[tuple[str, int]], first: int) -> Iterator[Link]:
    """No school of a wave goes live until the step has passed since the last school of the wave before."""
    node = {wave: first + place for place, wave in enumerate(waves)}
    following = {one: other for one, other in pairwise(waves) if one[0] == other[0]}
    for live in go_lives(roadmap):
        if live.wave is None:
            continue
        wave, place = (live.initiative, live.wave), roadmap.position[live.key]
        yield Link(node[wave], place, Tie.START_START)
        if wave in following:
            yield Link(place, node[following[wave]], Tie.START_START, float(roadmap.rules.wave_step_weeks))


def _queues(roadmap: Roadmap, starts: Starts) -> Iterator[Link]:
    """Who waits for whose people, rooms or calm, in the plan's order."""
    claims: dict[str, list[Claim]] = defaultdict(list)
    for place, activity in enumerate(roadmap.activities):
        for key, amount in activity.needs:
            claims[key].append(Claim(place, starts[activity.key], activity.weeks, amount))
    for resource in roadmap.resources:
        most = max((resource.capacity, *(units for _, _, units in resource.changes)))
        for before, after in handovers(claims[resource.key], most):
            yield Link(before, after)
    yield from _loads(roadmap, starts)


def _loads(roadmap: Roadmap, starts: Starts) -> Iterator[Link]:
    weeks = roadmap.rules.load_weeks
    claims: dict[str, list[Claim]] = defaultdict(list)
    for live in go_lives(roadmap):
        if live.load:
            claims[live.school or ""].append(Claim(roadmap.position[live.key], starts[live.key], weeks, live.load))
    for school, held in claims.items():
        for before, after in handovers(held, roadmap.school_by_key[school].load_cap):
            yield Link(before, after, Tie.START_START, float(weeks))


def _drivers(roadmap: Roadmap) -> Iterator[Driver]:
    groups = {group.key: place for place, group in enumerate(roadmap.uncertainty.groups)}
    for driver in roadmap.uncertainty.drivers:
        low, likely, high = driver.cost
        yield Driver(
            key=driver.key,
            probability=driver.probability,
            steps=tuple(roadmap.position[key] for key in driver.activities),
            weeks=driver.weeks,
            cost=(float(low), float(likely), float(high)),
            group=groups[driver.group] if driver.group else None,
        )


def _milestones(roadmap: Roadmap) -> Iterator[Milestone]:
    """Each initiative's end and waves of go-lives, and whatever has a day by which it must have ended."""
    by_initiative: dict[str, list[int]] = defaultdict(list)
    lives: dict[tuple[str, int], list[int]] = defaultdict(list)
    for place, activity in enumerate(roadmap.activities):
        by_initiative[activity.initiative].append(place)
        if activity.kind is Kind.GO_LIVE and activity.wave is not None:
            lives[activity.initiative, activity.wave].append(place)
    for (key, wave), places in sorted(lives.items()):
        yield Milestone(f"{key}: wave {wave} is live", tuple(places), at_start=True)
    for key, places in by_initiative.items():
        yield Milestone(f"{key}: done", tuple(places))
    notices = {initiative.key: initiative.notice_on for initiative in roadmap.initiatives}
    for place, activity in enumerate(roadmap.activities):
        notice = notices[activity.initiative] if activity.kind is Kind.DECISION else None
        days = [day for day in (activity.finish_by, notice) if day]
        if days:
            yield Milestone(activity.key, (place,), due=float(roadmap.calendar.weeks_ended_by(min(days))))


def _openings(roadmap: Roadmap) -> tuple[tuple[Floats, ...], list[int | None]]:
    """The tables of weeks in which activities may start, shared where they are equal, and each activity's table.

    The days by which something must have ended are left out: they keep nobody from being late.
    """
    kinds: dict[tuple[object, ...], Activity] = {}
    for activity in roadmap.activities:
        kinds.setdefault(_needs_open(activity), activity)
    tables: dict[bytes, int] = {}
    found: list[Floats] = []
    place_of: dict[tuple[object, ...], int | None] = dict.fromkeys(kinds)
    for kind, allowed in zip(kinds, _allowed(roadmap, list(kinds.values())), strict=True):
        table = _table(allowed, len(roadmap.calendar.mondays))
        if table is not None:
            place_of[kind] = tables.setdefault(table.tobytes(), len(found))
            found.extend([table] if place_of[kind] == len(found) else [])
    return tuple(found), [place_of[_needs_open(activity)] for activity in roadmap.activities]


def _needs_open(activity: Activity) -> tuple[object, ...]:
    return activity.kind, activity.school, activity.assessment


def _longest(roadmap: Roadmap) -> int:
    """How many whole weeks an activity may touch at worst, a started one included."""
    worst: dict[str, float] = {activity.key: float(activity.duration.high) for activity in roadmap.activities}
    for driver in roadmap.uncertainty.drivers:
        for key in driver.activities:
            worst[key] *= max(1.0, driver.weeks[2])
    return min(math.ceil(max(worst.values())) + 1, len(roadmap.calendar.mondays))


def _allowed(roadmap: Roadmap, activities: Sequence[Activity]) -> list[list[tuple[int, ...]]]:
    """Per activity and per length from one week up, the weeks in which it may start; asked for all at once."""
    longest = _longest(roadmap)
    initiatives = tuple(replace(initiative, notice_on=None) for initiative in roadmap.initiatives)
    every = tuple(
        replace(activity, duration=Duration(weeks, weeks, weeks), not_before=None, finish_by=None)
        for activity in activities
        for weeks in range(1, longest + 1)
    )
    allowed = start_weeks(replace(roadmap, initiatives=initiatives, activities=every, dependencies=()))
    return [list(allowed[first : first + longest]) for first in range(0, len(every), longest)]


def _table(allowed: Sequence[tuple[int, ...]], horizon: int) -> Floats | None:
    """The table of one kind of activity, with a last row in which nothing fits; None where every week is open."""
    if all(len(weeks) == horizon - length for length, weeks in enumerate(allowed)):
        return None
    table = np.full((len(allowed) + 1, horizon + 1), np.inf)
    for row, weeks in enumerate(allowed):
        last = -1
        for week in weeks:
            table[row, last + 1 : week + 1] = week
            last = week
    return table
