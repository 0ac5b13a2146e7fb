"""The shape between a dated roadmap and a file of another program: steps with dates, links and needs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from gainline.engine.roadmap.model import Activity, Dates, Dependency, Resource, Roadmap, Tie

HOURS_PER_WEEK = 40


@dataclass(frozen=True, slots=True)
class Link:
    """What a step comes after: the key of the earlier one, which ends are tied, and the distance in working weeks."""

    before: str
    tie: Tie = Tie.FINISH_START
    at_least: int = 0
    at_most: int | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One activity as other programs see it.

    Parameters
    ----------
    key
        As in the roadmap, or the other program's own id.
    kind
        A `Kind`'s value; empty where the file does not say.
    start, finish
        First and last day; ``None`` where the file does not say.
    weeks
        Working weeks; `low` and `high` are the best and the worst case.
    line
        Where it stands in a file that was read.
    """

    key: str
    title: str
    initiative: str = ""
    kind: str = ""
    start: date | None = None
    finish: date | None = None
    weeks: int = 1
    low: int | None = None
    high: int | None = None
    school: str = ""
    wave: int | None = None
    owner: str = ""
    needs: tuple[tuple[str, int], ...] = ()
    cost: int = 0
    source: str = ""
    load: int = 0
    assessment: bool = False
    not_before: date | None = None
    finish_by: date | None = None
    after: tuple[Link, ...] = ()
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Break:
    """Days on which nobody works, both ends included."""

    start: date
    end: date
    name: str = ""


@dataclass(frozen=True, slots=True)
class Outline:
    """A plan in steps.

    Parameters
    ----------
    initiatives
        Key and title, in order.
    closed
        Weeks that nobody works in, from their Monday to their Sunday.
    holidays
        All days without work, weeks or not.
    """

    name: str
    steps: tuple[Step, ...]
    initiatives: tuple[tuple[str, str], ...] = ()
    resources: tuple[Resource, ...] = ()
    start: date | None = None
    end: date | None = None
    closed: tuple[Break, ...] = ()
    holidays: tuple[Break, ...] = ()

    def of_initiative(self, key: str) -> list[Step]:
        """The steps of an initiative, in order."""
        return [step for step in self.steps if step.initiative == key]


def outline_of(roadmap: Roadmap, dates: Mapping[str, Dates]) -> Outline:
    """A dated roadmap in steps, by initiative and start.

    Raises
    ------
    KeyError
        When an activity has no dates.
    """
    links: dict[str, list[Link]] = defaultdict(list)
    for tie in roadmap.dependencies:
        links[tie.after].append(_link(tie))
    order = {initiative.key: place for place, initiative in enumerate(roadmap.initiatives)}
    activities = sorted(roadmap.activities, key=lambda a: (order[a.initiative], dates[a.key].start, a.key))
    return Outline(
        name=roadmap.name,
        steps=tuple(_step(one, dates[one.key], links[one.key]) for one in activities),
        initiatives=tuple((initiative.key, initiative.title) for initiative in roadmap.initiatives),
        resources=roadmap.resources,
        start=roadmap.calendar.span.start,
        end=roadmap.calendar.span.end,
        closed=tuple(Break(first, last) for first, last in roadmap.calendar.closed_weeks),
        holidays=tuple(Break(holiday.start, holiday.end) for holiday in roadmap.calendar.holidays),
    )


def _link(tie: Dependency) -> Link:
    return Link(tie.before, tie.tie, tie.at_least, tie.at_most)


def _step(activity: Activity, dates: Dates, links: Sequence[Link]) -> Step:
    return Step(
        key=activity.key,
        title=activity.title,
        initiative=activity.initiative,
        kind=activity.kind.value,
        start=dates.start,
        finish=dates.finish,
        weeks=activity.weeks,
        low=activity.duration.low,
        high=activity.duration.high,
        school=activity.school or "",
        wave=activity.wave,
        owner=activity.owner,
        needs=activity.needs,
        cost=activity.cost,
        source=activity.source,
        load=activity.load,
        assessment=activity.assessment,
        not_before=activity.not_before,
        finish_by=activity.finish_by,
        after=tuple(links),
    )
