"""What a roadmap is made of: schools, people and money, initiatives, and activities with what ties them together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property

from gainline.engine.roadmap.aims import Aims
from gainline.engine.roadmap.calendar import Calendar


class Kind(StrEnum):
    """What an activity is, which decides in which weeks it may take place (see `weeks_for`)."""

    INFRASTRUCTURE = "infrastructure"
    PROCUREMENT = "procurement"
    INTEGRATION = "integration"
    AGREEMENT = "agreement"
    TRAINING = "training"
    COACHING = "coaching"
    GO_LIVE = "go_live"
    EVALUATION = "evaluation"
    REVIEW = "review"
    DECISION = "decision"
    COMMUNICATION = "communication"


class Tie(StrEnum):
    """Which end of one activity binds which end of the other; the first letter is the earlier one's."""

    FINISH_START = "FS"
    START_START = "SS"
    FINISH_FINISH = "FF"
    START_FINISH = "SF"


@dataclass(frozen=True, slots=True)
class Duration:
    """How many working weeks an activity takes: at best, most likely, and at worst."""

    low: int
    likely: int
    high: int


@dataclass(frozen=True, slots=True)
class School:
    """A school; `load_cap` is how much change its teachers bear at once, in the units of an activity's `load`.

    `title` is its name as people say it, `groups` what it belongs to, such as ``elementary``.
    """

    key: str
    high_need: bool = False
    load_cap: int = 4
    wave: int | None = None
    title: str = ""
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Resource:
    """People, rooms, devices or bandwidth: units at hand per week; `changes` hold (first day, last day, units).

    `deliveries` hold (day, units) that come on top for good. What is taken of a `lasting` resource is never given back:
    devices that stay in a school, bandwidth that a tool uses from its go-live on.
    """

    key: str
    capacity: int
    changes: tuple[tuple[date, date, int], ...] = ()
    deliveries: tuple[tuple[date, int], ...] = ()
    lasting: bool = False


@dataclass(frozen=True, slots=True)
class Right:
    """Who owns a kind of rule and who may relax it; `rule` is a `RuleKind`."""

    rule: str
    owner: str
    relaxed_by: str


@dataclass(frozen=True, slots=True)
class Budget:
    """What one source pays in one fiscal year, named by the year in which it ends; whole units of money."""

    source: str
    fiscal_year: int
    amount: int


@dataclass(frozen=True, slots=True)
class Rules:
    """The district's own limits; weeks are working weeks.

    `equity_weeks` is how much later than in other schools a tool may go live in high-need schools on average; None
    asks for nothing.
    """

    training_days_before: int = 5
    training_stale_weeks: int = 6
    wave_step_weeks: int = 4
    wave_spread_weeks: int = 1
    load_weeks: int = 6
    settle_weeks: int = 2
    equity_weeks: int | None = None


@dataclass(frozen=True, slots=True)
class Initiative:
    """A piece of work that serves an aim; `weight` is how much an early go-live counts beside other initiatives.

    `outcomes` and `phase` are keys of the roadmap's aims; `owner` answers for it, `source` pays for its activities
    where they name no source themselves.
    """

    key: str
    title: str
    aim: str = ""
    weight: int = 1
    notice_on: date | None = None
    outcomes: tuple[str, ...] = ()
    phase: str = ""
    owner: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Activity:
    """A step of an initiative, for one school, one wave, or once.

    Parameters
    ----------
    key
        ``initiative.step@school``, ``initiative.step@wave`` or ``initiative.step``.
    needs
        Resource and units, held in every week of the activity.
    cost, source
        Whole units of money, charged to the fiscal year of the start; no source means that no budget limits it.
    load
        The change that teachers of the school bear from a go-live on, for `Rules.load_weeks` weeks.
    assessment
        Whether one of the weeks must hold a testing window.
    not_before, finish_by
        First day it may start and last day it may end; ``None`` where free.
    cost_range, weekly_cost
        What it costs at best and at worst (None where the cost is sure), and what every week costs that it takes
        longer than planned; only a simulation looks at them.
    entry
        Where the activity stands in the file, from 0.
    """

    key: str
    title: str
    initiative: str
    kind: Kind
    duration: Duration
    school: str | None = None
    wave: int | None = None
    owner: str = ""
    needs: tuple[tuple[str, int], ...] = ()
    cost: int = 0
    source: str = ""
    load: int = 0
    assessment: bool = False
    not_before: date | None = None
    finish_by: date | None = None
    cost_range: tuple[int, int] | None = None
    weekly_cost: int = 0
    entry: int = 0

    @property
    def weeks(self) -> int:
        """The working weeks that a plan gives it."""
        return self.duration.likely


@dataclass(frozen=True, slots=True)
class Dependency:
    """Two activities tied: the distance between the ends that `tie` names, in working weeks; no `at_most`, no limit."""

    before: str
    after: str
    tie: Tie = Tie.FINISH_START
    at_least: int = 0
    at_most: int | None = None


@dataclass(frozen=True, slots=True)
class RiskDriver:
    """A risk that acts on several activities at once: how likely, by which factor longer, and what it costs itself.

    `weeks` and `cost` are at best, most likely, at worst, should it happen; `group` is a key of `Uncertainty.groups`.
    """

    key: str
    title: str
    probability: float
    activities: tuple[str, ...]
    weeks: tuple[float, float, float]
    cost: tuple[int, int, int]
    group: str | None = None


@dataclass(frozen=True, slots=True)
class CorrelatedGroup:
    """Activities that go well or badly together, and how strongly: 0 not at all, 1 always."""

    key: str
    correlation: float
    activities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """What is known of how a roadmap may go: the shape of three-point estimates, what goes together, and risks."""

    shape: str = "triangular"
    groups: tuple[CorrelatedGroup, ...] = ()
    drivers: tuple[RiskDriver, ...] = ()


@dataclass(frozen=True)
class Roadmap:
    """Initiatives in time: everything that a plan of dates has to keep; `uncertainty` is for simulating it."""

    name: str
    calendar: Calendar
    rules: Rules
    schools: tuple[School, ...]
    resources: tuple[Resource, ...]
    budgets: tuple[Budget, ...]
    initiatives: tuple[Initiative, ...]
    activities: tuple[Activity, ...]
    dependencies: tuple[Dependency, ...]
    aims: Aims = field(default_factory=Aims)
    uncertainty: Uncertainty = field(default_factory=Uncertainty)
    rights: tuple[Right, ...] = ()

    @cached_property
    def school_by_key(self) -> Mapping[str, School]:
        """The schools by their key."""
        return {school.key: school for school in self.schools}

    @cached_property
    def position(self) -> Mapping[str, int]:
        """Where each activity stands in `activities`."""
        return {activity.key: place for place, activity in enumerate(self.activities)}


@dataclass(frozen=True, slots=True)
class Dates:
    """The first Monday and the last Friday of an activity."""

    start: date
    finish: date
