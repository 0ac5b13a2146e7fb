"""Roadmaps that cannot be kept, each with the rules that exclude each other planted and known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from gainline.engine.roadmap.model import (
    Activity,
    Budget,
    Dependency,
    Duration,
    Initiative,
    Kind,
    Resource,
    Roadmap,
    Rules,
    School,
    Tie,
)
from gainline.engine.worlds.roadmaps import school_years

STEPS: tuple[tuple[str, Kind, int], ...] = (
    ("train", Kind.TRAINING, 1),
    ("live", Kind.GO_LIVE, 1),
    ("coach", Kind.COACHING, 3),
    ("evaluate", Kind.EVALUATION, 8),
)
COST = 1_000


@dataclass(frozen=True, slots=True)
class Planted:
    """A roadmap without a plan, and the names of the rules, decided by people, that exclude each other in it."""

    kind: str
    roadmap: Roadmap
    rules: frozenset[str]


def stuck_roadmap(kind: str, *, seed: int) -> Planted:
    """The roadmap of one of `STUCK`, with a size and amounts drawn from the seed.

    Without any one of the planted rules the roadmap can be kept, so there is no other smallest conflict in it.
    """
    random = np.random.Generator(np.random.PCG64(seed))
    roadmap, rules = STUCK[kind](_easy(random), random)
    return Planted(kind, roadmap, frozenset(rules))


Made = tuple[Roadmap, set[str]]
Plant = Callable[[Roadmap, np.random.Generator], Made]


def _easy(random: np.random.Generator) -> Roadmap:
    """Two tools in three to six schools over two years, without waves, with plenty of everything."""
    keys = [f"s{n}" for n in range(1, int(random.integers(3, 7)) + 1)]
    schools = tuple(School(key, high_need=place % 2 == 0, load_cap=10) for place, key in enumerate(keys))
    tools = ("t1", "t2")
    return Roadmap(
        name="stuck",
        calendar=school_years(2),
        rules=Rules(),
        schools=schools,
        resources=(Resource("coaches", 20), Resource("it", 20), Resource("tablets", 1_000, lasting=True)),
        budgets=tuple(Budget("grant", year, 10 * COST * len(keys)) for year in (2027, 2028)),
        initiatives=tuple(Initiative(tool, tool) for tool in tools),
        activities=tuple(a for tool in tools for a in _activities(tool, keys)),
        dependencies=tuple(tie for tool in tools for tie in _ties(tool, keys)),
    )


def _activities(tool: str, schools: list[str]) -> list[Activity]:
    needs = {"train": (("coaches", 1),), "coach": (("coaches", 1),), "live": (("it", 1), ("tablets", 25))}
    made = [
        Activity(
            key=f"{tool}.{step}@{school}",
            title=step,
            initiative=tool,
            kind=kind,
            duration=Duration(weeks, weeks, weeks),
            school=school,
            needs=needs.get(step, ()),
            cost=COST if step == "live" else 0,
            source="grant" if step == "live" else "",
            load=3 if step == "live" else 0,
            assessment=step == "evaluate",
        )
        for school in schools
        for step, kind, weeks in STEPS
    ]
    return [*made, Activity(f"{tool}.decide", "decide", tool, Kind.DECISION, Duration(1, 1, 1))]


def _ties(tool: str, schools: list[str]) -> list[Dependency]:
    return [
        tie
        for school in schools
        for tie in (
            Dependency(f"{tool}.live@{school}", f"{tool}.coach@{school}", at_most=2),
            Dependency(f"{tool}.live@{school}", f"{tool}.evaluate@{school}", at_least=2),
            Dependency(f"{tool}.evaluate@{school}", f"{tool}.decide"),
        )
    ]


def _set(roadmap: Roadmap, pattern: str, **values: object) -> Roadmap:
    changed = (
        replace(activity, **values) if activity.key.split("@")[0] == pattern else activity  # type: ignore[arg-type]
        for activity in roadmap.activities
    )
    return replace(roadmap, activities=tuple(changed))


def _ruled(roadmap: Roadmap, **values: int) -> Roadmap:
    return replace(roadmap, rules=replace(roadmap.rules, **values))


def _resource(roadmap: Roadmap, resource: Resource) -> Roadmap:
    return replace(roadmap, resources=tuple(resource if r.key == resource.key else r for r in roadmap.resources))


def _waved(roadmap: Roadmap, tool: str, waves: dict[str, int]) -> Roadmap:
    changed = (replace(a, wave=waves[a.school]) if a.school and a.initiative == tool else a for a in roadmap.activities)
    return replace(roadmap, activities=tuple(changed))


def _halves(roadmap: Roadmap, first: int = 1) -> dict[str, int]:
    half = len(roadmap.schools) // 2
    return {school.key: first if place < half else 3 - first for place, school in enumerate(roadmap.schools)}


def _budgets(roadmap: Roadmap, random: np.random.Generator) -> Made:
    cost = 2 * COST * len(roadmap.schools)
    first = int(random.integers(0, cost))
    budgets = Budget("grant", 2027, first), Budget("grant", 2028, cost - first - int(random.integers(1, COST)))
    return replace(roadmap, budgets=budgets), {"budget:grant in 2027", "budget:grant in 2028"}


def _poor_year(roadmap: Roadmap, random: np.random.Generator) -> Made:
    budgets = Budget("grant", 2027, int(random.integers(0, COST * len(roadmap.schools)))), roadmap.budgets[1]
    promised = _set(roadmap, "t1.live", finish_by=date(2027, 4, 2))
    return replace(promised, budgets=budgets), {"budget:grant in 2027", "finish_by:t1.live"}


def _promise(roadmap: Roadmap, random: np.random.Generator) -> Made:
    day = date(2026, 10, int(random.choice([5, 12, 19])))
    roadmap = _set(_set(roadmap, "t1.train", not_before=day), "t1.live", finish_by=date(2026, 10, 9))
    return roadmap, {"not_before:t1.train", "finish_by:t1.live"}


def _coaches(roadmap: Roadmap, random: np.random.Generator) -> Made:
    many = len(roadmap.schools)
    weeks = 3 * many - int(random.integers(1, 4))  # coaching alone takes three weeks a school
    roadmap = _resource(roadmap, Resource("coaches", 1))
    mondays = [monday for monday in roadmap.calendar.mondays if roadmap.calendar.teaches(monday)]
    last = [monday for monday in mondays if not roadmap.calendar.tests(monday, None)][weeks - 1]
    promised = _set(roadmap, "t1.coach", finish_by=date.fromordinal(last.toordinal() + 4))
    return promised, {"resource:coaches", "finish_by:t1.coach"}


def _holiday(roadmap: Roadmap, random: np.random.Generator) -> Made:
    del random
    window = {"not_before": date(2026, 12, 21), "finish_by": date(2027, 1, 1)}
    return _set(roadmap, "t1.train", **window), {"not_before:t1.train", "finish_by:t1.train"}


def _summer_training(roadmap: Roadmap, random: np.random.Generator) -> Made:
    day = date(2026, 8, int(random.choice([7, 14, 21])))
    return _set(_ruled(roadmap, training_stale_weeks=20), "t1.train", finish_by=day), {
        "training_weeks",
        "finish_by:t1.train",
    }


def _blackout(roadmap: Roadmap, random: np.random.Generator) -> Made:
    del random
    roadmap = _set(roadmap, "t1.live", not_before=date(2027, 1, 18), finish_by=date(2027, 1, 29))
    return roadmap, {"blackout:1 winter", "not_before:t1.live", "finish_by:t1.live"}


def _unsettled(roadmap: Roadmap, random: np.random.Generator) -> Made:
    roadmap = _ruled(roadmap, settle_weeks=int(random.integers(2, 4)))
    roadmap = _set(roadmap, "t1.live", not_before=date(2027, 1, 4), finish_by=date(2027, 1, 15))
    return roadmap, {"settle", "blackout:1 winter", "not_before:t1.live", "finish_by:t1.live"}


def _no_test(roadmap: Roadmap, random: np.random.Generator) -> Made:
    day = date(2026, 12, int(random.choice([11, 18])))
    return _set(roadmap, "t1.evaluate", finish_by=day), {"assessment:t1.evaluate", "finish_by:t1.evaluate"}


def _long_window(roadmap: Roadmap, random: np.random.Generator) -> Made:
    weeks = int(random.integers(9, 13))
    roadmap = _set(roadmap, "t1.evaluate", duration=Duration(weeks, weeks, weeks))
    roadmap = _set(roadmap, "t1.evaluate", not_before=date(2027, 4, 12), finish_by=date(2027, 6, 4))
    return roadmap, {"evaluation:t1.evaluate", "not_before:t1.evaluate", "finish_by:t1.evaluate"}


def _noticed(roadmap: Roadmap, notice_on: date) -> Roadmap:
    return replace(roadmap, initiatives=(replace(roadmap.initiatives[0], notice_on=notice_on), roadmap.initiatives[1]))


def _notice(roadmap: Roadmap, random: np.random.Generator) -> Made:
    day = date(2026, 12, int(random.choice([18, 31])))
    return _noticed(roadmap, day), {"notice:t1", "assessment:t1.evaluate"}


def _board(roadmap: Roadmap, random: np.random.Generator) -> Made:
    roadmap = _noticed(roadmap, date(2027, 9, int(random.integers(10, 30))))
    days = date(2027, 11, 9), date(2028, 6, 13)
    return replace(roadmap, calendar=replace(roadmap.calendar, board_days=days)), {"board", "notice:t1"}


def _load(roadmap: Roadmap, random: np.random.Generator) -> Made:
    tired = roadmap.schools[int(random.integers(0, len(roadmap.schools)))].key
    schools = tuple(replace(s, load_cap=4) if s.key == tired else s for s in roadmap.schools)
    window = {"not_before": date(2026, 10, 5), "finish_by": date(2026, 11, 6)}
    for tool in ("t1", "t2"):
        roadmap = _set(roadmap, f"{tool}.live", **window)
    dates = {f"{rule}:{tool}.live" for rule in ("not_before", "finish_by") for tool in ("t1", "t2")}
    return replace(roadmap, schools=schools), {f"load:{tired}", *dates}


def _step(roadmap: Roadmap, random: np.random.Generator) -> Made:
    roadmap = _ruled(_waved(roadmap, "t1", _halves(roadmap)), wave_step_weeks=int(random.integers(18, 24)))
    return _set(roadmap, "t1.live", finish_by=date(2026, 12, 18)), {"wave_step", "finish_by:t1.live"}


def _orders(roadmap: Roadmap, random: np.random.Generator) -> Made:
    """Two tools that need each other, sent out in opposite orders."""
    lag = int(random.integers(5, 7))
    roadmap = _waved(_waved(roadmap, "t1", _halves(roadmap)), "t2", _halves(roadmap, 2))
    roadmap = _set(roadmap, "t2.live", finish_by=date(2026, 11, 20))  # twelve weeks on: 4 + lag + 4 are too many
    ties = (Dependency(f"t1.live@{s.key}", f"t2.live@{s.key}", Tie.START_START, lag) for s in roadmap.schools)
    roadmap = replace(roadmap, dependencies=(*roadmap.dependencies, *ties))
    return roadmap, {"wave_step", "lag:t1.live SS t2.live", "finish_by:t2.live"}


def _unfair(roadmap: Roadmap, random: np.random.Generator) -> Made:
    waves = {school.key: 2 if school.high_need else 1 for school in roadmap.schools}
    step = int(random.integers(3, 7))
    return _ruled(_waved(roadmap, "t1", waves), equity_weeks=1, wave_step_weeks=step), {"equity", "wave_step"}


def _devices(roadmap: Roadmap, random: np.random.Generator) -> Made:
    there = int(random.integers(0, 25 * len(roadmap.schools)))
    late = Resource("tablets", there, deliveries=((date(2027, 9, 1), 1_000),), lasting=True)
    promised = _set(_resource(roadmap, late), "t1.live", finish_by=date(2027, 3, 31))
    return promised, {"resource:tablets", "finish_by:t1.live"}


def _bandwidth(roadmap: Roadmap, random: np.random.Generator) -> Made:
    there = int(random.integers(25, 50 * len(roadmap.schools)))
    return _resource(roadmap, Resource("tablets", there, lasting=True)), {"resource:tablets"}


def _stale(roadmap: Roadmap, random: np.random.Generator) -> Made:
    roadmap = _ruled(roadmap, training_stale_weeks=int(random.integers(2, 7)))
    roadmap = _set(_set(roadmap, "t1.train", finish_by=date(2026, 9, 4)), "t1.live", not_before=date(2026, 11, 30))
    return roadmap, {"training_stale", "finish_by:t1.train", "not_before:t1.live"}


def _late_coaching(roadmap: Roadmap, random: np.random.Generator) -> Made:
    day = date(2026, 11, int(random.choice([2, 9, 16])))
    roadmap = _set(_set(roadmap, "t1.live", finish_by=date(2026, 10, 9)), "t1.coach", not_before=day)
    return roadmap, {"limit:t1.live FS t1.coach", "finish_by:t1.live", "not_before:t1.coach"}


def _lead(roadmap: Roadmap, random: np.random.Generator) -> Made:
    roadmap = _ruled(roadmap, training_days_before=int(random.integers(33, 47)), training_stale_weeks=20)
    roadmap = _set(_set(roadmap, "t1.train", not_before=date(2026, 9, 14)), "t1.live", finish_by=date(2026, 10, 9))
    return roadmap, {"training_lead", "not_before:t1.train", "finish_by:t1.live"}


def _end(roadmap: Roadmap, random: np.random.Generator) -> Made:
    weeks = int(random.integers(9, 15))
    review = Activity("t1.review", "review", "t1", Kind.REVIEW, Duration(weeks, weeks, weeks))
    review = replace(review, not_before=date(2028, 5, 15))
    return replace(roadmap, activities=(*roadmap.activities, review)), {"end", "not_before:t1.review"}


def _room(roadmap: Roadmap, random: np.random.Generator) -> Made:
    """Everybody goes live in one week, and somebody has to be in two schools."""
    roadmap = _waved(roadmap, "t1", {school.key: 1 for school in roadmap.schools})
    there = int(random.integers(1, len(roadmap.schools)))
    return _resource(_ruled(roadmap, wave_spread_weeks=0), Resource("it", there)), {"wave_spread", "resource:it"}


STUCK: dict[str, Plant] = {
    "the years' budgets together": _budgets,
    "a poor year and a promise": _poor_year,
    "a promise before the work may start": _promise,
    "coaches' hours and a promise": _coaches,
    "training in a holiday": _holiday,
    "training before school starts": _summer_training,
    "a go-live in testing": _blackout,
    "a go-live right before testing": _unsettled,
    "an evaluation without a test": _no_test,
    "a long evaluation in a short window": _long_window,
    "notice before the test": _notice,
    "a board that meets after notice": _board,
    "too much change at once": _load,
    "waves far apart and a promise": _step,
    "opposite orders of tools that need each other": _orders,
    "high-need schools last": _unfair,
    "devices delivered late": _devices,
    "a line that is too thin": _bandwidth,
    "training that is forgotten": _stale,
    "coaching that comes late": _late_coaching,
    "training long before go-live": _lead,
    "an end that is too near": _end,
    "one week for everybody": _room,
}
