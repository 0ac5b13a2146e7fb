"""The file of a cost account, key by key: prices, ingredients, who pays, licenses, contracts and what was reached."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from gainline.engine.roadmap.cost.lines import Line

FORMAT = "gainline-cost/1"
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,62}$")]
Words = Annotated[str, Field(min_length=1, max_length=400)]
Amount = Annotated[Decimal, Field(ge=0, le=10**12, decimal_places=4)]
PerStudent = Annotated[Decimal, Field(ge=0, le=10**6, decimal_places=2)]
Signed = Annotated[Decimal, Field(ge=-(10**6), le=10**6, decimal_places=2)]
Level = Annotated[Decimal, Field(ge=Decimal("0.001"), le=10**6)]
Quantity = Annotated[Decimal, Field(gt=0, le=10**9, decimal_places=6)]
Share = Annotated[Decimal, Field(ge=0, le=1)]
Year = Annotated[int, Field(ge=1990, le=2200)]
People = Annotated[int, Field(ge=0, le=10**7)]
Days = Annotated[int, Field(ge=0, le=1_500)]


class Part(BaseModel):
    """A table of the file: unknown keys are refused, and nothing changes after reading."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=False, allow_inf_nan=False)


class Students(Part):
    """How many students a year the cost is divided by; what is not known is left out."""

    licensed: People | None = None
    enrolled: People | None = None
    used: People | None = None
    dosed: People | None = None


class Price(Part):
    """One entry of the price book: what one unit costs, when, where, and how that is known."""

    item: Name
    unit: Words
    price: Amount
    year: Year
    place: Words
    source: Words
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None


class Index(Part):
    """How prices rose: a published index by year."""

    source: Words
    values: dict[Annotated[str, Field(pattern=r"^\d{4}$")], Level]


class Place(Part):
    """How dear a place is beside others: a published index of places."""

    place: Words
    value: Level
    source: Words


class Ingredient(Part):
    """A resource that is used, whoever pays for it.

    Parameters
    ----------
    quantity
        Units of the price book's item, each time.
    time
        The share of it that serves this work.
    on, until
        The day on which it is paid for; with `until`, again on that day of every year up to then.
    life_years
        Over how many years it serves; such an asset counts with its yearly value.
    bearers
        Who bears the cost, by share; the district where nobody is named.
    source
        The funding source that pays.
    pay_days
        How many days after the order the money leaves.
    """

    key: Name
    line: Line
    item: Name
    quantity: Quantity
    on: date
    title: str = ""
    time: Annotated[Decimal, Field(gt=0, le=1)] = Decimal(1)
    until: date | None = None
    life_years: Annotated[int, Field(ge=2, le=50)] | None = None
    bearers: dict[Name, Share] = Field(default_factory=lambda: {"district": Decimal(1)})
    source: Name | None = None
    pay_days: Days = 0

    @model_validator(mode="after")
    def _agrees(self) -> Ingredient:
        if sum(self.bearers.values()) != 1:
            raise ValueError(f"the shares of bearers add up to {sum(self.bearers.values())}, not to 1")
        if self.until and self.until < self.on:
            raise ValueError(f"it is paid from {self.on} until {self.until}, which is before")
        return self


class Cap(Part):
    """At most so large a share of the award, or of what is spent on other lines, goes to some lines."""

    lines: Annotated[tuple[Line, ...], Field(min_length=1)]
    share: Share
    of_lines: tuple[Line, ...] = ()


class CarryOver(Part):
    """After a day, at most so large a share of the award may be unspent."""

    after: date
    share: Share


class Funding(Part):
    """A source of money with its rules, as its own papers say; `source` names them, `as_of` says of what day."""

    key: Name
    programme: Words
    award: Amount
    opens: date
    closes: date
    source: Words
    as_of: date
    liquidate_by: date | None = None
    lines: tuple[Line, ...] = ()
    caps: tuple[Cap, ...] = ()
    carry_over: CarryOver | None = None

    @model_validator(mode="after")
    def _is_ordered(self) -> Funding:
        if self.closes < self.opens or (self.liquidate_by and self.liquidate_by < self.closes):
            raise ValueError("a source opens, then closes, and is liquidated last")
        return self


class License(Part):
    """Licenses that were bought, and how many were active: counted by somebody, or in the lake by a dosage."""

    tool: Name
    item: Name
    bought: Annotated[int, Field(ge=1, le=10**7)]
    active: People | None = None
    counted: str = ""
    minutes_per_week: Annotated[float, Field(gt=0, le=10_000)] | None = None
    start: date | None = None
    end: date | None = None

    @model_validator(mode="after")
    def _says_how(self) -> License:
        if (self.active is None) == (self.minutes_per_week is None):
            raise ValueError("say either how many were active, or the minutes per week that make one active")
        if self.active is not None and not self.counted:
            raise ValueError("say in counted how the active ones were counted")
        if self.minutes_per_week is not None and not (self.start and self.end and self.start <= self.end):
            raise ValueError("minutes per week are counted from a start to an end")
        return self


class Contract(Part):
    """A contract that renews unless notice is given; `known_on` is the day on which the evidence will be there."""

    key: Name
    ends_on: date
    notice_days: Days
    board_days: tuple[date, ...] = ()
    paper_days: Days = 0
    report_days: Days = 0
    known_on: date | None = None


class Purchase(Part):
    """What has to be there before a go-live: voted on, ordered, delivered.

    The go-live is a day, or the first one of an initiative of the roadmap.
    """

    key: Name
    vote_on: date
    order_days: Days
    delivery_days: Days
    go_live_on: date | None = None
    initiative: Name | None = None

    @model_validator(mode="after")
    def _says_when(self) -> Purchase:
        if (self.go_live_on is None) == (self.initiative is None):
            raise ValueError("say either on which day it goes live, or with which initiative of the roadmap")
        return self


class Tier(Part):
    """A term of an outcomes-based contract: money per student who reaches it.

    `share` is which share of the students, or of those who reached the tier named in `of`, reach it: at worst, most
    likely, at best. A negative sum is a penalty.
    """

    key: Name
    pays: Signed
    share: tuple[float, float, float]
    of: Name | None = None

    @model_validator(mode="after")
    def _is_ordered(self) -> Tier:
        if list(self.share) != sorted(self.share) or self.share[0] < 0 or self.share[2] > 1:
            raise ValueError("share is [at worst, most likely, at best], from 0 to 1")
        return self


class OutcomesContract(Part):
    """What a vendor is paid per student: for sure, for dosage, and for outcomes."""

    key: Name
    students: Annotated[int, Field(ge=1, le=10**6)]
    base: PerStudent
    tiers: Annotated[tuple[Tier, ...], Field(min_length=1)]
    ceiling: Amount | None = None

    @model_validator(mode="after")
    def _builds_up(self) -> OutcomesContract:
        known: set[str] = set()
        for tier in self.tiers:
            if tier.of and tier.of not in known:
                raise ValueError(f"{tier.key} builds on {tier.of}, which no tier above it is")
            known.add(tier.key)
        return self


class Effect(Part):
    """What was reached, positive for better: an estimate with its interval, per student of the base."""

    estimate: float
    low: float
    high: float
    unit: Words
    source: Words
    base: Literal["licensed", "enrolled", "used", "dosed"] = "enrolled"
    step: Annotated[float, Field(gt=0)] = 1.0
    level: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    cost_error: Annotated[float, Field(ge=0)] = 0.0

    @model_validator(mode="after")
    def _is_ordered(self) -> Effect:
        if not self.low <= self.estimate <= self.high:
            raise ValueError("the estimate lies between low and high")
        return self


class Sheet(Part):
    """The whole file; `year` is the one whose money is spoken of, `years` how many fiscal years are looked at."""

    format: Literal["gainline-cost/1"]
    name: Words
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    year: Year
    place: Words
    start: date
    years: Annotated[int, Field(ge=1, le=30)] = 1
    fiscal_year_starts_in: Annotated[int, Field(ge=1, le=12)] = 7
    discount: Annotated[Decimal, Field(ge=0, lt=1)] = Decimal("0.03")
    students: Students = Students()
    prices: Annotated[tuple[Price, ...], Field(min_length=1)]
    index: Index | None = None
    places: tuple[Place, ...] = ()
    ingredients: Annotated[tuple[Ingredient, ...], Field(min_length=1)]
    none: dict[Line, Words] = Field(default_factory=dict)
    funding: tuple[Funding, ...] = ()
    licenses: tuple[License, ...] = ()
    contracts: tuple[Contract, ...] = ()
    purchases: tuple[Purchase, ...] = ()
    outcomes: tuple[OutcomesContract, ...] = ()
    effect: Effect | None = None

    def fiscal_year(self, day: date) -> int:
        """The fiscal year of a day, named by the year in which it ends."""
        return day.year + (self.fiscal_year_starts_in > 1 and day.month >= self.fiscal_year_starts_in)

    @property
    def fiscal_years(self) -> range:
        """The fiscal years that are looked at."""
        first = self.fiscal_year(self.start)
        return range(first, first + self.years)
