"""Small random roadmaps with every kind of rule in them, for the checker to judge what the solver makes."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from gainline.engine.core.calendar import Window
from gainline.engine.roadmap.calendar import Calendar, Testing
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

FIRST = date(2026, 8, 3)
STEPS = (Kind.INTEGRATION, Kind.TRAINING, Kind.GO_LIVE, Kind.COACHING, Kind.EVALUATION, Kind.REVIEW)


def random_roadmap(seed: int) -> Roadmap:
    """A roadmap of 2 to 4 schools, 1 or 2 tools and 13 to 50 activities; not every one can be kept."""
    random = np.random.Generator(np.random.PCG64(seed))
    schools = tuple(
        School(f"s{n}", bool(random.random() < 0.4), int(random.integers(2, 5)), n % 2 + 1)
        for n in range(int(random.integers(2, 5)))
    )
    tools = [f"t{n}" for n in range(int(random.integers(1, 3)))]
    activities = [a for tool in tools for a in _activities(tool, schools, random)]
    return Roadmap(
        name=f"random {seed}",
        calendar=_calendar(schools, random),
        rules=_rules(random),
        schools=schools,
        resources=(_resource("coaches", 3, random), _resource("it", 2, random)),
        budgets=tuple(Budget("grant", year, int(random.integers(30, 90))) for year in (2027, 2028)),
        initiatives=tuple(Initiative(tool, tool, weight=int(random.integers(1, 4))) for tool in tools),
        activities=tuple(activities),
        dependencies=tuple(_ties(activities, random)),
    )


def _calendar(schools: tuple[School, ...], random: np.random.Generator) -> Calendar:
    terms = (Window(date(2026, 8, 24), date(2027, 6, 4)), Window(date(2027, 8, 23), date(2028, 6, 2)))
    holidays = (Window(date(2026, 12, 21), date(2027, 1, 3)), Window(date(2027, 12, 20), date(2028, 1, 2)))
    testing = [Testing("spring", Window(date(2027, 5, 3), date(2027, 5, 14)))]
    for school in schools:
        start = date(2027, 1, 11) + timedelta(days=int(random.integers(0, 40)))
        testing.append(Testing("winter", Window(start, start + timedelta(days=4)), (school.key,)))
    learning = tuple(date(2026, 8, 12) + timedelta(days=int(day)) for day in random.integers(0, 12, 2))
    board = tuple(date(2026, 9, 8) + timedelta(weeks=4 * month) for month in range(24))
    return Calendar(Window(FIRST, date(2028, 6, 30)), terms, holidays, tuple(testing), learning, board, 7)


def _rules(random: np.random.Generator) -> Rules:
    return Rules(
        training_days_before=int(random.integers(0, 15)),
        training_stale_weeks=int(random.integers(2, 7)),
        wave_step_weeks=int(random.integers(0, 5)),
        wave_spread_weeks=int(random.integers(1, 4)),
        load_weeks=int(random.integers(3, 8)),
        settle_weeks=int(random.integers(0, 3)),
        equity_weeks=int(random.integers(0, 8)) if random.random() < 0.6 else None,
    )


def _resource(key: str, least: int, random: np.random.Generator) -> Resource:
    start = FIRST + timedelta(days=int(random.integers(0, 200)))
    change = (start, start + timedelta(days=int(random.integers(10, 60))), int(random.integers(0, least)))
    return Resource(key, least + int(random.integers(0, 2)), (change,))


def _activities(tool: str, schools: tuple[School, ...], random: np.random.Generator) -> list[Activity]:
    made = [
        _activity(f"{tool}.{kind.value}@{school.key}", tool, kind, random, school)
        for school in schools
        for kind in STEPS
    ]
    return [*made, _activity(f"{tool}.decision", tool, Kind.DECISION, random, None)]


def _activity(key: str, tool: str, kind: Kind, random: np.random.Generator, school: School | None) -> Activity:
    weeks = {Kind.EVALUATION: int(random.integers(4, 9)), Kind.GO_LIVE: 1, Kind.DECISION: 1}
    likely = weeks.get(kind, int(random.integers(1, 4)))
    needs = {Kind.INTEGRATION: "it", Kind.TRAINING: "coaches", Kind.COACHING: "coaches"}
    return Activity(
        key=key,
        title=key,
        initiative=tool,
        kind=kind,
        duration=Duration(likely, likely, likely + 2),
        school=school.key if school else None,
        wave=school.wave if school else None,
        needs=((needs[kind], int(random.integers(1, 3))),) if kind in needs else (),
        cost=int(random.integers(1, 20)) if kind is Kind.GO_LIVE else 0,
        source="grant" if kind is Kind.GO_LIVE else "",
        load=int(random.integers(0, 3)) if kind is Kind.GO_LIVE else 0,
        assessment=kind is Kind.EVALUATION and bool(random.random() < 0.5),
        not_before=FIRST + timedelta(days=int(random.integers(0, 60))) if random.random() < 0.2 else None,
        finish_by=date(2028, 6, 2) if random.random() < 0.2 else None,
    )


def _ties(activities: list[Activity], random: np.random.Generator) -> list[Dependency]:
    """Each step after the one before in its school, by any of the four ties; the decision after every evaluation."""
    ties, kinds = [], list(Tie)
    for before in activities:
        for after in activities:
            same = (before.initiative, before.school) == (after.initiative, after.school)
            if same and before.school and STEPS.index(after.kind) == STEPS.index(before.kind) + 1:
                least = int(random.integers(-1, 3))
                most = least + int(random.integers(4, 30)) if random.random() < 0.4 else None
                ties.append(Dependency(before.key, after.key, kinds[random.integers(0, 4)], least, most))
            is_known = before.initiative == after.initiative and before.kind is Kind.EVALUATION
            if is_known and after.kind is Kind.DECISION:
                ties.append(Dependency(before.key, after.key))
    return ties
