"""Read: envelopes, or events and entities that stand alone, to events and minutes, each item accounted for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic_core import from_json

from gainline.engine.intake.account import Tally
from gainline.engine.intake.caliper.items import (
    Described,
    Unsound,
    check_event,
    fault_of_envelope,
    has_known_action,
    has_urn,
    id_of,
    identifiers_of,
    is_event,
    person_of,
)
from gainline.engine.intake.caliper.minutes import TimeReported
from gainline.engine.intake.encoding import utf8_chunks
from gainline.engine.intake.event_rows import (
    Events,
    People,
    close_roll,
    remark_on,
    usage_batch,
    within_calendar,
)
from gainline.engine.intake.json_values import values
from gainline.engine.intake.reading import Batch, Task
from gainline.engine.intake.seen import NEW, SAME, SeenIds, seen_in
from gainline.engine.intake.xapi.grammar import Json, moment_of

AT_ONCE = 20_000  # events between two batches


@dataclass(slots=True)
class _Desk:
    """What stays on the desk while the file is read."""

    task: Task
    tally: Tally
    people: People
    events: Events
    told: TimeReported
    described: Described
    zone: ZoneInfo
    held: SeenIds
    seen: SeenIds = field(default_factory=SeenIds)


def read_caliper(task: Task, tally: Tally) -> Iterator[Batch]:
    """Read one file; it is gone over twice, since an entity may be described after the events that name it."""
    people, zone = People(task), ZoneInfo(task.declared().time_zone)
    events, held = Events(task, people), seen_in(task.identity.events, _name_of)
    desk = _Desk(task, tally, people, events, TimeReported(zone, tally), Described(), zone, held)
    for _, item, _ in _items(task):
        desk.described.learn(item)
    for line, item, fault in _items(task):
        tally.read += 1
        try:
            if fault is not None:
                raise fault
            _one(desk, line, item)
        except Unsound as reason:
            tally.rejected += 1
            tally.book.add(reason.code, [line], column=reason.path or None, detail=reason.detail)
        if len(desk.events.lines) >= AT_ONCE:
            yield desk.events.batch()
    yield desk.events.batch()
    yield usage_batch(task, people, list(desk.told.amounts()))
    if tally.read == 0:
        tally.book.add("IN003")
    yield from close_roll(task, tally, people)


def _items(task: Task) -> Iterator[tuple[int, Any, Unsound | None]]:
    """Line, item and, where it cannot be taken whatever it says, why."""
    file = task.source.files[0]
    for value in values(utf8_chunks(file.part.chunks(), file.encoding)):
        if value.raw is None:
            yield value.line, None, Unsound("IN159", "")
            continue
        try:
            found = from_json(value.raw, allow_inf_nan=False)
        except ValueError:
            yield value.line, None, Unsound("IN140", "")
            continue
        yield from ((value.line, item, fault) for item, fault in _unpacked(found))


def _unpacked(found: Json) -> Iterator[tuple[Any, Unsound | None]]:
    is_envelope = type(found) is dict and (
        "data" in found or "sensor" in found or ("dataVersion" in found and "type" not in found)
    )
    if not is_envelope:
        yield found, None
        return
    fault = fault_of_envelope(found)
    inside = found.get("data")
    for item in inside if type(inside) is list and inside else (None,) if fault else ():
        yield item, fault


def _one(desk: _Desk, line: int, item: Json) -> None:
    if type(item) is not dict:
        raise Unsound("IN143", "data", ": an event or an entity is expected")
    if not is_event(item):
        if id_of(item) is None or type(item.get("type")) is not str:
            raise Unsound("IN141", "id" if id_of(item) is None else "type")
        desk.tally.book.add("IN166", [line])
        return
    check_event(item)
    moment = moment_of(item["eventTime"])
    if moment is None or not within_calendar(moment):
        raise Unsound("IN145", "eventTime")
    _once(desk, item)
    person = person_of(item, desk.described)
    if person is None:
        raise Unsound("IN155", "actor")
    repaired = _remark_on_time(desk, line, moment)
    place = desk.people.place(*identifiers_of(person))
    known = desk.people.person(place)
    known.rows += 1
    desk.tally.repaired += remark_on(desk.tally, line, known.rule) or repaired
    _remark(desk, line, item, is_bare="type" not in person)
    tool = desk.task.declared().tool or id_of(item.get("edApp")) or "caliper"
    zoned = moment if moment.tzinfo else moment.replace(tzinfo=desk.zone)
    what = (item["action"].rpartition("#")[2], item["id"], id_of(item["object"]))
    desk.events.add(line, place, tool=tool, moment=zoned, what=what)
    desk.told.take((place, line), tool, item, desk.described)


def _remark_on_time(desk: _Desk, line: int, moment: datetime) -> bool:
    """Say what is odd about a time; True where it was read in the profile's zone."""
    if moment.date() > desk.task.as_of + timedelta(days=1):
        desk.tally.book.add("IN035", [line], column="eventTime")
    if moment.tzinfo is None:
        desk.tally.book.add("IN157", [line], column="eventTime")
    return moment.tzinfo is None


def _name_of(event_id: str) -> str:
    """One UUID for each id, for an id may be any text."""
    return str(UUID(bytes=hashlib.sha256(event_id.lower().encode()).digest()[:16]))


def _once(desk: _Desk, event: dict[str, Any]) -> None:
    """Let an event's id through once."""
    name = _name_of(event["id"])
    if desk.held.has([name])[0]:
        raise Unsound("IN440", "id")
    content = hashlib.sha256(json.dumps(event, sort_keys=True).encode()).digest()
    state = desk.seen.add([name], [int.from_bytes(content[:7])])[0]
    if state != NEW:
        raise Unsound("IN152" if state == SAME else "IN153", "id")


def _remark(desk: _Desk, line: int, event: dict[str, Any], *, is_bare: bool) -> None:
    for code, column, holds in (
        ("IN162", "id", not has_urn(event)),
        ("IN163", "action", not has_known_action(event)),
        ("IN164", "actor", is_bare),
    ):
        if holds:
            desk.tally.book.add(code, [line], column=column)
