"""Schemas: what the API answers, read off the services' rows; no number here is about a person."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, TypeAlias

from ninja import Schema
from pydantic import BeforeValidator


def _id_of(value: Any) -> Any:  # noqa: ANN401 - a row, or its id when it was read off already
    return getattr(value, "public_id", value)


def _as_text(value: Any) -> Any:  # noqa: ANN401 - a decimal number or None
    return None if value is None else str(value)


Ref: TypeAlias = Annotated[str, BeforeValidator(_id_of)]
"""A row named by its id."""
Price: TypeAlias = Annotated[str | None, BeforeValidator(_as_text)]
"""A decimal number as text, without the imprecision of a binary one."""


class Row(Schema):
    """A row with its id in addresses."""

    public_id: str


class Me(Schema):
    """Whom a token acts for and what it opens."""

    account: str
    role: str
    purpose: str
    unit: str
    may_write: bool
    ends: date
    permissions: list[str]


class Unit(Row):
    """The district, an office or a school."""

    kind: str
    name: str
    code: str
    parent: Ref | None


class Measure(Row):
    """One measure of an aim."""

    kind: str
    indicator: str
    label: str
    unit_of_measure: str
    direction: str
    starts_at: float | None
    goal: float
    by_when: date


class Aim(Row):
    """An aim with its measures."""

    title: str
    because: str
    by_when: date
    closed_on: date | None
    unit: Ref
    measures: list[Measure]


class Contract(Row):
    """A contract; the price is of the whole term, as a decimal number in a text."""

    starts: date
    ends: date
    notice_by: date | None
    renews_itself: bool
    price: Price
    currency: str
    seats: int | None


class Tool(Row):
    """A tool with its contracts."""

    key: str
    name: str
    vendor: str
    what_for: str
    retired_on: date | None
    contracts: list[Contract]


class Stage(Schema):
    """One stage of a cycle: computed from what stands, never typed."""

    stage: str
    is_reached: bool
    is_next: bool


class Cycle(Row):
    """A cycle with its progress."""

    key: str
    title: str
    question: str
    hypothesis: str
    decide_by: date
    decide_because: str
    aim: str
    tool: str
    stopped_on: date | None
    progress: list[Stage]


class PlanIssue(Schema):
    """One thing that is wrong with a plan's text."""

    code: str
    level: str
    says: str
    remedy: str
    line: int | None


class Checked(Schema):
    """What a plan's text is worth as it stands."""

    key: str | None
    may_register: bool
    issues: list[PlanIssue]


class Draft(Schema):
    """A plan's text while it is written; `version` is what the next writer says that they saw."""

    text: str
    version: int


class Registration(Row):
    """A locked plan or an amendment: the exact text that was hashed."""

    number: int
    canonical: str
    sha256: str
    snapshot: str
    registered_on: date
    reason: str


class Job(Row):
    """Work in the background; results of measurements have an address of their own."""

    kind: str
    state: str
    stage: str
    done: int
    total: int
    code: str
    says: str
    remedy: str


class File(Schema):
    """A file that arrived."""

    name: str
    sha256: str
    bytes: int


class Import(Row):
    """An arrival of files and what became of their rows."""

    source: str
    is_preview: bool
    files: list[File]
    rows: dict[str, int]
    issues: int
    snapshot: str
    imported_at: datetime | None
    job: Job | None

    @staticmethod
    def resolve_rows(row: Any) -> dict[str, int]:  # noqa: ANN401 - a row of the store
        """The counts; which kinds of records came is for the stages of cycles."""
        return {name: count for name, count in row.rows.items() if isinstance(count, int)}


class Clause(Schema):
    """A clause of the registered rule."""

    says: str
    found: str
    holds: bool


class Figure(Schema):
    """A figure as its table, with the sentence that belongs to it."""

    name: str
    title: str
    sentence: str
    head: list[str]
    rows: list[list[str]]
    source: str


class Evidence(Schema):
    """What the latest evaluation says to an audience; every count has passed the exit."""

    audience: str
    language: str
    verdict: str
    headline: str
    sentence: str
    limits_of_it: str
    comparison: list[list[str]]
    clauses: list[Clause]
    figures: list[Figure]
    against: list[str]
    not_shown: list[str]
    for_families: str
    source: str


class Decision(Row):
    """A decision beside what the registered rule said."""

    cycle: Ref
    ruled: str
    chosen: str
    reasons: str
    deviation: str
    decided_on: date
    replaces: Ref | None


class Learning(Row):
    """What was learned from a cycle."""

    cycle: Ref
    says: str
    holds_for: str
    not_tested: str


class Indicator(Schema):
    """One definition of the catalogue."""

    key: str
    name: str
    unit: str
    direction: str
    kind: str
    grains: list[str]
    source: str
    caveat: str
    null: str
    minimum_n: int
