"""Made-up roadmaps of any size: tools that go to schools in waves, as a district would roll them out."""

from __future__ import annotations

from datetime import date, timedelta

from gainline.engine.core.calendar import Window
from gainline.engine.roadmap.calendar import Calendar, Testing
from gainline.engine.roadmap.expanding import draw_waves
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

FIRST_YEAR = 2026
STEPS: tuple[tuple[str, Kind, int, dict[str, int]], ...] = (
    ("connect", Kind.INTEGRATION, 2, {"it": 1}),
    ("train", Kind.TRAINING, 1, {"coaches": 1}),
    ("live", Kind.GO_LIVE, 1, {"it": 1}),
    ("coach", Kind.COACHING, 2, {"coaches": 2}),
    ("follow", Kind.COACHING, 3, {"coaches": 1}),
    ("boost", Kind.COACHING, 1, {"coaches": 1}),
    ("evaluate", Kind.EVALUATION, 8, {}),
    ("review", Kind.REVIEW, 1, {}),
)
TIES = (
    ("connect", "live", 0, None),
    ("live", "coach", 0, 2),
    ("coach", "follow", 0, 3),
    ("follow", "boost", 4, 16),
    ("live", "evaluate", 2, None),
    ("evaluate", "review", 0, 12),
)


def made_up_roadmap(*, schools: int, tools: int, seed: int, waves: int = 5, years: int = 3) -> Roadmap:
    """A roadmap of ``8 * schools * tools`` activities that can be kept, with waves drawn by lot.

    Coaches and technicians grow with schools and tools; each tool goes live in a school six weeks after the one
    before; every evaluation holds an assessment.
    """
    keys = [f"s{number:02d}" for number in range(1, schools + 1)]
    high_need = {key: number % 3 == 0 for number, key in enumerate(keys)}
    wave = draw_waves(high_need, count=waves, seed=seed)
    return Roadmap(
        name=f"{schools} schools, {tools} tools",
        calendar=school_years(years),
        rules=Rules(wave_step_weeks=4, wave_spread_weeks=1, equity_weeks=4),
        schools=tuple(School(key, high_need[key], 4, wave[key]) for key in keys),
        resources=(Resource("coaches", max(4, schools)), Resource("it", max(3, schools // 3))),
        budgets=tuple(Budget("general", FIRST_YEAR + year, 2_000 * schools * tools) for year in range(1, years + 1)),
        initiatives=tuple(Initiative(f"tool{tool}", f"Tool {tool}") for tool in range(1, tools + 1)),
        activities=tuple(a for tool in range(1, tools + 1) for key in keys for a in _steps(tool, key, wave[key])),
        dependencies=tuple(t for tool in range(1, tools + 1) for key in keys for t in _ties(tool, key)),
    )


def school_years(years: int) -> Calendar:
    """The calendar of made-up years from July on: two terms, three breaks, two testing seasons, monthly boards."""
    starts = [date(FIRST_YEAR + year, 7, 1) for year in range(years)]
    terms = [Window(date(s.year, 8, 24), date(s.year + 1, 6, 4)) for s in starts]
    breaks = [
        window
        for year in (s.year for s in starts)
        for window in (
            Window(date(year, 11, 23), date(year, 11, 27)),
            Window(date(year, 12, 21), date(year + 1, 1, 3)),
            Window(date(year + 1, 3, 22), date(year + 1, 3, 28)),
        )
    ]
    testing = [
        Testing(name, Window(date(year + late, month, day), date(year + late, month, day) + timedelta(days=11)))
        for year in (s.year for s in starts)
        for name, late, month, day in (("winter", 1, 1, 18), ("spring", 1, 5, 3))
    ]
    boards = tuple(date(s.year + (month < 7), month, 12) for s in starts for month in range(1, 13))
    span = Window(date(FIRST_YEAR, 7, 6), date(FIRST_YEAR + years, 6, 30))
    return Calendar(span, tuple(terms), tuple(breaks), tuple(testing), (), tuple(sorted(boards)))


def _steps(tool: int, school: str, wave: int) -> list[Activity]:
    costs = {"live": 1_500}
    return [
        Activity(
            key=f"tool{tool}.{step}@{school}",
            title=step,
            initiative=f"tool{tool}",
            kind=kind,
            duration=Duration(weeks, weeks, 2 * weeks),
            school=school,
            wave=wave,
            needs=tuple(sorted(needs.items())),
            cost=costs.get(step, 0),
            source="general" if step in costs else "",
            load=1 + tool % 3 if kind is Kind.GO_LIVE else 0,
            assessment=kind is Kind.EVALUATION,
        )
        for step, kind, weeks, needs in STEPS
    ]


def _ties(tool: int, school: str) -> list[Dependency]:
    ties = [
        Dependency(f"tool{tool}.{before}@{school}", f"tool{tool}.{after}@{school}", Tie.FINISH_START, least, most)
        for before, after, least, most in TIES
    ]
    if tool > 1:
        earlier, later = f"tool{tool - 1}.live@{school}", f"tool{tool}.live@{school}"
        ties.append(Dependency(earlier, later, Tie.START_START, 6))
    return ties
