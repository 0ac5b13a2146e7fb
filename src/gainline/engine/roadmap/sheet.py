"""The file of a roadmap, key by key, as somebody writes it: activities once per pattern, not once per school."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from gainline.engine.roadmap.aims_sheet import CapabilityPart, OutcomePart, PhasePart, VisionPart
from gainline.engine.roadmap.model import Kind, Tie
from gainline.engine.roadmap.naming import RuleKind

FORMAT = "gainline-roadmap/1"
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,62}$")]
Count = Annotated[int, Field(ge=1, le=10_000)]
Amount = Annotated[int, Field(ge=0, le=10**12)]
Weeks = Annotated[int, Field(ge=1, le=260)]
FullName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*\.[a-z][a-z0-9-]*$")]
Factor = Annotated[float, Field(ge=0.1, le=20)]
LONGEST_DAYS = 3_660


class Part(BaseModel):
    """A table of the file: unknown keys are refused, and nothing changes after reading."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)


class Span(Part):
    """Days with a name, both ends included."""

    name: str = ""
    start: date
    end: date

    @model_validator(mode="after")
    def _is_ordered(self) -> Span:
        if self.end < self.start:
            raise ValueError(f"ends on {self.end}, before it starts on {self.start}")
        return self


class TestingSpan(Span):
    """Days of testing; no schools named means all; without `blackout` only an assessment."""

    schools: tuple[Name, ...] = ()
    blackout: bool = True


class CalendarPart(Part):
    """The district's year."""

    terms: Annotated[tuple[Span, ...], Field(min_length=1)]
    holidays: tuple[Span, ...] = ()
    testing: tuple[TestingSpan, ...] = ()
    learning_days: tuple[date, ...] = ()
    board_days: tuple[date, ...] = ()
    fiscal_year_starts_in: Annotated[int, Field(ge=1, le=12)] = 7


class RulesPart(Part):
    """The district's limits; see `model.Rules`."""

    training_days_before: Annotated[int, Field(ge=0, le=200)] = 5
    training_stale_weeks: Annotated[int, Field(ge=0, le=100)] = 6
    wave_step_weeks: Annotated[int, Field(ge=0, le=100)] = 4
    wave_spread_weeks: Annotated[int, Field(ge=0, le=100)] = 1
    load_weeks: Weeks = 6
    load_cap: Count = 4
    settle_weeks: Annotated[int, Field(ge=0, le=20)] = 2
    equity_weeks: Annotated[int, Field(ge=0, le=200)] | None = None


class SchoolPart(Part):
    """A school."""

    key: Name
    title: str = ""
    high_need: bool = False
    load_cap: Count | None = None
    groups: tuple[Name, ...] = ()


class WavesPart(Part):
    """Who goes first: an order that was agreed on, or a draw by lot with its seed; one for all initiatives."""

    order: tuple[tuple[Name, ...], ...] | None = None
    count: Annotated[int, Field(ge=2, le=50)] | None = None
    seed: Annotated[int, Field(ge=0)] | None = None

    @model_validator(mode="after")
    def _is_one_of_two(self) -> WavesPart:
        drawn = self.count is not None and self.seed is not None
        if drawn == (self.order is not None) or (self.order is not None and (self.count or self.seed) is not None):
            raise ValueError("give either order, or count and seed")
        return self


class ChangePart(Span):
    """Days on which more or less of a resource is there."""

    capacity: Amount


class DeliveryPart(Part):
    """Units that arrive for good."""

    on: date
    units: Count


class RightPart(Part):
    """Who owns a kind of rule, and who may relax it."""

    rule: RuleKind
    owner: str
    relaxed_by: str


class ResourcePart(Part):
    """People or rooms; see `model.Resource`."""

    key: Name
    capacity: Amount
    changes: tuple[ChangePart, ...] = ()
    deliveries: tuple[DeliveryPart, ...] = ()
    lasting: bool = False


class BudgetPart(Part):
    """What a source pays in a fiscal year."""

    source: Name
    fiscal_year: Annotated[int, Field(ge=1990, le=2200)]
    amount: Amount


class InitiativePart(Part):
    """A piece of work that serves an aim."""

    key: Name
    title: str
    aim: str = ""
    weight: Annotated[int, Field(ge=0, le=1000)] = 1
    notice_on: date | None = None
    waves: WavesPart | None = None
    outcomes: tuple[Name, ...] = ()
    phase: Name | None = None
    owner: str = ""
    source: Name | None = None


class AfterPart(Part):
    """What an activity comes after: another of the same initiative, or ``initiative.activity``."""

    activity: Annotated[str, Field(pattern=r"^([a-z][a-z0-9-]*\.)?[a-z][a-z0-9-]*$")]
    tie: Tie = Tie.FINISH_START
    at_least: Annotated[int, Field(ge=-260, le=260)] = 0
    at_most: Annotated[int, Field(ge=-260, le=260)] | None = None

    @model_validator(mode="after")
    def _is_ordered(self) -> AfterPart:
        if self.at_most is not None and self.at_most < self.at_least:
            raise ValueError(f"at_most {self.at_most} is less than at_least {self.at_least}")
        return self


class ActivityPart(Part):
    """A step of an initiative: once, once per wave, or once per school, maybe of some waves only."""

    key: Name
    initiative: Name
    kind: Kind
    title: str = ""
    per: Literal["initiative", "wave", "school"] = "initiative"
    waves: tuple[Count, ...] = ()
    schools: tuple[Name, ...] = ()
    groups: tuple[Name, ...] = ()
    weeks: Weeks | Annotated[tuple[Weeks, Weeks, Weeks], Field()] = 1
    owner: str = ""
    needs: dict[Name, Count] = Field(default_factory=dict)
    cost: Amount = 0
    cost_range: tuple[Amount, Amount] | None = None
    weekly_cost: Amount = 0
    source: Name | None = None
    load: Annotated[int, Field(ge=0, le=1000)] = 0
    assessment: bool = False
    not_before: date | None = None
    finish_by: date | None = None
    after: tuple[AfterPart, ...] = ()

    @model_validator(mode="after")
    def _is_ordered(self) -> ActivityPart:
        if isinstance(self.weeks, tuple) and list(self.weeks) != sorted(self.weeks):
            raise ValueError("weeks are [at best, most likely, at worst], so they may not fall")
        if self.cost_range and not self.cost_range[0] <= self.cost <= self.cost_range[1]:
            raise ValueError(f"cost_range is [at best, at worst], and the cost of {self.cost} lies outside")
        if self.load and not (self.kind is Kind.GO_LIVE and self.per == "school"):
            raise ValueError("load is what a go-live per school brings; other activities bear none")
        return self


class CorrelatedPart(Part):
    """Activities that go well or badly together."""

    key: Name
    correlation: Annotated[float, Field(ge=0, lt=1)]
    activities: Annotated[tuple[FullName, ...], Field(min_length=1)]


class DriverPart(Part):
    """A risk that acts on several activities; see `model.RiskDriver`."""

    key: Name
    title: str = ""
    probability: Annotated[float, Field(gt=0, le=1)]
    activities: tuple[FullName, ...] = ()
    weeks: tuple[Factor, Factor, Factor] = (1.0, 1.0, 1.0)
    cost: tuple[Amount, Amount, Amount] = (0, 0, 0)
    group: Name | None = None

    @model_validator(mode="after")
    def _is_ordered(self) -> DriverPart:
        if list(self.weeks) != sorted(self.weeks) or list(self.cost) != sorted(self.cost):
            raise ValueError("weeks and cost are [at best, most likely, at worst], so they may not fall")
        if self.weeks != (1.0, 1.0, 1.0) and not self.activities:
            raise ValueError("name the activities that take longer when it happens")
        return self


class UncertaintyPart(Part):
    """What a simulation draws from; see `model.Uncertainty`."""

    shape: Literal["triangular", "pert"] = "triangular"
    groups: tuple[CorrelatedPart, ...] = ()
    drivers: tuple[DriverPart, ...] = ()


class Sheet(Part):
    """The whole file."""

    format: Literal["gainline-roadmap/1"]
    name: str
    start: date
    end: date
    vision: VisionPart | None = None
    capabilities: tuple[CapabilityPart, ...] = ()
    outcomes: tuple[OutcomePart, ...] = ()
    phases: tuple[PhasePart, ...] = ()
    calendar: CalendarPart
    rules: RulesPart = RulesPart()
    schools: Annotated[tuple[SchoolPart, ...], Field(min_length=1, max_length=5000)]
    waves: WavesPart | None = None
    resources: tuple[ResourcePart, ...] = ()
    budgets: tuple[BudgetPart, ...] = ()
    initiatives: Annotated[tuple[InitiativePart, ...], Field(min_length=1)]
    activities: Annotated[tuple[ActivityPart, ...], Field(min_length=1)]
    uncertainty: UncertaintyPart = UncertaintyPart()
    rights: tuple[RightPart, ...] = ()

    @model_validator(mode="after")
    def _is_ordered(self) -> Sheet:
        if not 0 < (self.end - self.start).days <= LONGEST_DAYS:
            raise ValueError("the roadmap runs from start to end, over ten years at most")
        return self
