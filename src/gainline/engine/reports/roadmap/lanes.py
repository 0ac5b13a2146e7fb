"""What the roadmap's drawings and tables show: lanes by phase, rows by school, steps of the dependency map."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from gainline.engine.roadmap import Dates, Roadmap
from gainline.engine.roadmap.model import Activity, Initiative, Kind

OTHER_PHASE = "Not in a phase"


@dataclass(frozen=True, slots=True)
class Bar:
    """Days that a step takes, in the waves that share them, or for all; it stands for `count` activities."""

    kind: Kind
    start: date
    finish: date
    waves: tuple[int, ...]
    count: int
    drives: bool
    school: str = ""


@dataclass(frozen=True, slots=True)
class Lane:
    """One step of an initiative with its bars, one per wave."""

    key: str
    title: str
    kind: Kind
    owner: str
    bars: tuple[Bar, ...]

    @property
    def start(self) -> date:
        """The first day of any bar."""
        return min(bar.start for bar in self.bars)

    @property
    def finish(self) -> date:
        """The last day of any bar."""
        return max(bar.finish for bar in self.bars)


@dataclass(frozen=True, slots=True)
class Group:
    """An initiative with its lanes, in the phase that it stands in."""

    phase: str
    initiative: Initiative
    lanes: tuple[Lane, ...]


@dataclass(frozen=True, slots=True)
class SchoolRow:
    """A school with its wave and its bars, by start."""

    key: str
    title: str
    wave: int | None
    high_need: bool
    bars: tuple[Bar, ...]
    lives: tuple[tuple[str, date], ...]


def waves_said(waves: tuple[int, ...]) -> str:
    """Waves as a person reads them.

    Examples
    --------
    >>> waves_said((1, 2, 3)), waves_said((2,)), waves_said((1, 3)), waves_said(())
    ('1–3', '2', '1, 3', 'all')
    """
    if len(waves) > 2 and waves == tuple(range(waves[0], waves[-1] + 1)):
        return f"{waves[0]}–{waves[-1]}"
    return ", ".join(map(str, waves)) or "all"


def step_of(activity: Activity) -> str:
    """The step that an activity is an instance of: its key without the school or wave."""
    return activity.key.partition("@")[0]


def groups(roadmap: Roadmap, dates: Mapping[str, Dates], driving: frozenset[str]) -> list[Group]:
    """Initiatives with their lanes, phase by phase, as the file orders them.

    Parameters
    ----------
    driving
        Keys of the activities that drive the end.
    """
    titles = {phase.key: phase.title for phase in roadmap.aims.phases}
    lanes: dict[str, list[Lane]] = defaultdict(list)
    steps: dict[str, list[Activity]] = defaultdict(list)
    for activity in roadmap.activities:
        steps[step_of(activity)].append(activity)
    for key, activities in steps.items():
        lanes[activities[0].initiative].append(_lane(key, activities, dates, driving))
    order = {phase.key: place for place, phase in enumerate(roadmap.aims.phases)}
    initiatives = sorted(roadmap.initiatives, key=lambda one: order.get(one.phase, len(order)))
    return [
        Group(titles.get(one.phase, OTHER_PHASE if titles else ""), one, tuple(lanes[one.key]))
        for one in initiatives
        if lanes[one.key]
    ]


def _lane(key: str, activities: Sequence[Activity], dates: Mapping[str, Dates], driving: frozenset[str]) -> Lane:
    first = activities[0]
    waves: dict[int, list[Activity]] = defaultdict(list)
    for activity in activities:
        waves[activity.wave or 0].append(activity)
    shared: dict[tuple[date, date], list[int]] = defaultdict(list)
    for wave, held in sorted(waves.items()):
        days = [dates[one.key] for one in held]
        shared[min(one.start for one in days), max(one.finish for one in days)].append(wave)
    bars = []
    for (start, finish), numbers in shared.items():
        mine = [one for wave in numbers for one in waves[wave]]
        drives = any(one.key in driving for one in mine)
        bars.append(Bar(first.kind, start, finish, tuple(wave for wave in numbers if wave), len(mine), drives))
    return Lane(key, first.title, first.kind, first.owner, tuple(bars))


def school_rows(roadmap: Roadmap, dates: Mapping[str, Dates], driving: frozenset[str]) -> list[SchoolRow]:
    """Schools by wave and first go-live; a school that nothing happens in has no row."""
    held: dict[str, list[Activity]] = defaultdict(list)
    for activity in roadmap.activities:
        if activity.school:
            held[activity.school].append(activity)
    titles = {initiative.key: initiative.title for initiative in roadmap.initiatives}
    rows = []
    for school in roadmap.schools:
        mine = sorted(held[school.key], key=lambda one: (dates[one.key].start, one.key))
        bars = tuple(
            Bar(one.kind, dates[one.key].start, dates[one.key].finish, (), 1, one.key in driving, one.initiative)
            for one in mine
        )
        lives = tuple((titles[one.initiative], dates[one.key].start) for one in mine if one.kind is Kind.GO_LIVE)
        if bars:
            rows.append(SchoolRow(school.key, school.title or school.key, school.wave, school.high_need, bars, lives))
    return sorted(rows, key=lambda row: (row.wave or 0, row.title))


@dataclass(frozen=True, slots=True)
class Tied:
    """Two steps tied, with the distance that is asked for in words."""

    before: str
    after: str
    says: str


def ties(roadmap: Roadmap) -> list[Tied]:
    """Dependencies between steps, each once, however many schools they are kept in."""
    steps = {activity.key: step_of(activity) for activity in roadmap.activities}
    made = {}
    for tie in roadmap.dependencies:
        most = "" if tie.at_most is None else f", at most {tie.at_most} weeks"
        least = f"{tie.at_least} weeks" if tie.at_least else "at once or later"
        ends = {"FS": "after its end", "SS": "after its start", "FF": "end after its end", "SF": "end after its start"}
        one = Tied(steps[tie.before], steps[tie.after], f"{ends[tie.tie.value]}, {least}{most}")
        made[one.before, one.after] = one
    return list(made.values())
