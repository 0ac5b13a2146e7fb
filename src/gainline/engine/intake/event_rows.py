"""Event rows: people, days and canonical rows, alike for every standard that speaks of events."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from gainline.engine.core.calendar import week_start
from gainline.engine.intake.account import Tally, linkage_of
from gainline.engine.intake.cells import EPOCH, monday
from gainline.engine.intake.link import EMAIL, Linker, Person, Roll, Schools
from gainline.engine.intake.reading import Batch, Task, canonical
from gainline.engine.intake.rolls import people_left

_QUARTER = 900  # seconds; no zone changes its offset within a quarter of an hour
_BY_RULE = {
    "affix": ("IN050", True),
    "zeros": ("IN051", True),
    "ambiguous": ("IN052", False),
    "unmatched": ("IN053", False),
}


@dataclass(slots=True)
class People:
    """Whom the identifiers of a file name, each settled once."""

    task: Task
    roll: Roll = field(init=False)
    _hashes: dict[str, str] | None = None

    def __post_init__(self) -> None:
        system = self.task.declared().source_system
        linker = Linker(self.task.identity, source_system=system, prefixes=self.task.declared().prefixes)
        self.roll = Roll(self.task.identity, linker, source_system=system)

    def place(self, values: tuple[str, ...], kinds: tuple[str, ...]) -> int:
        """The number on the roll of the person whom these identifiers name."""
        return self.roll.place(values, kinds)

    def person(self, place: int) -> Person:
        """The person of a number."""
        return self.roll.people[place]

    def email_of(self, sha1: str) -> str | None:
        """The rostered e-mail address whose mailto IRI has this hash."""
        if self._hashes is None:
            known = self.task.identity.known
            self._hashes = {
                hashlib.sha1(f"mailto:{form}".encode(), usedforsecurity=False).hexdigest(): value
                for kind, value in zip(known["kind"].to_pylist(), known["value"].to_pylist(), strict=True)
                if kind == EMAIL
                for form in (value, value.casefold())
            }
        return self._hashes.get(sha1.casefold())


@dataclass(slots=True)
class Events:
    """Rows of events that wait to be written, column by column."""

    task: Task
    people: People
    places: list[int] = field(default_factory=list)
    tools: list[str] = field(default_factory=list)
    actions: list[str] = field(default_factory=list)
    seconds: list[int] = field(default_factory=list)
    ids: list[str | None] = field(default_factory=list)
    resources: list[str | None] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)

    def add(
        self, line: int, place: int, *, tool: str, moment: datetime, what: tuple[str, str | None, str | None]
    ) -> None:
        """Let a row wait; `what` is the action, the event's id and the resource."""
        action, event_id, resource = what
        self.lines.append(line)
        self.places.append(place)
        self.tools.append(tool)
        self.actions.append(action)
        self.seconds.append(int(moment.timestamp() // 1))
        self.ids.append(event_id)
        self.resources.append(resource)

    def batch(self) -> Batch:
        """The waiting rows as canonical events, and none waits any more."""
        zone = ZoneInfo(self.task.declared().time_zone)
        epoch = np.array(self.seconds, dtype=np.int64)
        days = local_days(epoch, zone)
        who = [self.people.person(place) for place in self.places]
        columns: dict[str, pa.Array | pa.Scalar] = {
            "person_key": pa.array([one.kept_under for one in who], pa.int64()),
            "tool": pa.array(self.tools, pa.string()),
            "action": pa.array(self.actions, pa.string()),
            "epoch_s": pa.array(epoch),
            "local_date": pa.array(days).cast(pa.date32()),
            "week_start": pa.array(monday(days)).cast(pa.date32()),
            "event_id": pa.array(self.ids, pa.string()),
            "resource": pa.array(self.resources, pa.string()),
            "matched": pa.array([one.kept_as_matched for one in who], pa.bool_()),
            "source_line": pa.array(self.lines, pa.int64()),
        }
        made = canonical("events", columns, rows=len(epoch), import_id=self.task.import_id)
        for column in (self.places, self.tools, self.actions, self.seconds, self.ids, self.resources, self.lines):
            column.clear()
        return made


def local_days(epoch: np.ndarray[tuple[int], np.dtype[np.int64]], zone: ZoneInfo) -> np.ndarray:
    """Days since 1970-01-01 in a zone, of seconds since 1970-01-01 UTC."""
    quarters, codes = np.unique(epoch // _QUARTER, return_inverse=True)
    offsets = [_offset(int(quarter) * _QUARTER, zone) for quarter in quarters]
    return ((epoch + np.array(offsets or [0], dtype=np.int64)[codes]) // 86_400).astype(np.int32)


def _offset(epoch: int, zone: ZoneInfo) -> int:
    moment = datetime.fromtimestamp(epoch, zone)
    found = moment.utcoffset()
    return int(found.total_seconds()) if found is not None else 0


def local_day(moment: datetime, zone: ZoneInfo) -> date:
    """The day of a moment in a zone."""
    return moment.astimezone(zone).date()


@dataclass(frozen=True, slots=True)
class Minutes:
    """One amount of minutes that a sender states or that follows from what it states."""

    place: int
    tool: str
    metric: str
    value: float
    first_day: date
    last_day: date
    resource: str | None
    line: int | None = None


def usage_batch(task: Task, people: People, amounts: list[Minutes]) -> Batch:
    """Amounts as canonical usage."""
    who = [people.person(one.place) for one in amounts]
    columns: dict[str, pa.Array | pa.Scalar] = {
        "person_key": pa.array([one.kept_under for one in who], pa.int64()),
        "tool": pa.array([one.tool for one in amounts], pa.string()),
        "metric": pa.array([one.metric for one in amounts], pa.string()),
        "value": pa.array([one.value for one in amounts], pa.float64()),
        "first_day": pa.array([one.first_day for one in amounts], pa.date32()),
        "last_day": pa.array([one.last_day for one in amounts], pa.date32()),
        "week_start": pa.array([week_start(one.last_day) for one in amounts], pa.date32()),
        "resource": pa.array([one.resource for one in amounts], pa.string()),
        "matched": pa.array([one.kept_as_matched for one in who], pa.bool_()),
        "source_line": pa.array([one.line for one in amounts], pa.int64()),
    }
    return canonical("usage", columns, rows=len(amounts), import_id=task.import_id)


def close_roll(task: Task, tally: Tally, people: People) -> Iterator[Batch]:
    """The worklist of people whom nobody knows, the identifiers that were matched, and the account's linkage."""
    named = [person for person in people.roll.people if person.rows]
    tally.linkage = linkage_of(named, task.identity, Schools(task.identity))
    yield from people_left(task, named)


def remark_on(tally: Tally, line: int, rule: str) -> bool:
    """Write down how the person of a row was found; True where that is a repair that somebody should confirm."""
    if rule not in _BY_RULE:
        return False
    code, is_repair = _BY_RULE[rule]
    tally.book.add(code, [line], column="actor")
    return is_repair


def within_calendar(moment: datetime) -> bool:
    """Tell whether a day of this moment exists in every zone and in the lake."""
    return EPOCH - timedelta(days=40_000) < moment.date() < date(2200, 1, 1)
