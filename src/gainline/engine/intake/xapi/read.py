"""Read: statements to events and minutes, in one pass and flat memory, each statement accounted for.

Voiding is known before the first row is made: where a file mentions it at all, it is gone over twice. An id that comes
a second time is settled like a record store does: the first one stands.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from gainline.engine.intake.account import Tally
from gainline.engine.intake.encoding import utf8_chunks
from gainline.engine.intake.event_rows import Events, People, close_roll, remark_on, usage_batch, within_calendar
from gainline.engine.intake.json_values import Value, values
from gainline.engine.intake.reading import Batch, Task
from gainline.engine.intake.seen import NEW, SeenIds, seen_in
from gainline.engine.intake.xapi.agents import IDENTIFIERS
from gainline.engine.intake.xapi.fast import parse_statement
from gainline.engine.intake.xapi.grammar import Broken, moment_of
from gainline.engine.intake.xapi.minutes import TimeTold
from gainline.engine.intake.xapi.rules import VOIDED

AT_ONCE = 20_000  # statements between two batches
_ESCAPED = b"\\u00"  # a word may hide behind escapes


@dataclass(slots=True)
class _Voids:
    """Which statements are taken back, and which ids themselves take others back."""

    by: dict[str, int] = field(default_factory=dict)  # id of what is taken back -> line that says so
    voiding: set[str] = field(default_factory=set)
    met: set[str] = field(default_factory=set)


@dataclass(slots=True)
class _Desk:
    """What stays on the desk while the file is read."""

    task: Task
    tally: Tally
    people: People
    events: Events
    told: TimeTold
    voids: _Voids
    zone: ZoneInfo
    held: SeenIds
    seen: SeenIds = field(default_factory=SeenIds)
    doubtful: dict[str, list[tuple[int, str]]] = field(default_factory=dict)  # id -> later lines with other bytes
    accounts: dict[tuple[str, str], int] = field(default_factory=dict)


def read_xapi(task: Task, tally: Tally) -> Iterator[Batch]:
    """Read one file of statements."""
    people = People(task)
    voids = _voids_of(task)
    zone = ZoneInfo(task.declared().time_zone)
    desk = _Desk(task, tally, people, Events(task, people), TimeTold(zone), voids, zone, seen_in(task.identity.events))
    waiting: list[tuple[int, bytes, dict[str, Any]]] = []
    done = 0
    for value in _values(task):
        tally.read += 1
        statement = _parsed(desk, value)
        done += len(value.raw or b"")
        if statement is not None:
            waiting.append((value.line, value.raw or b"", statement))
        if len(waiting) >= AT_ONCE:
            _take_in(desk, waiting)
            waiting.clear()
            yield desk.events.batch()
            task.progress("bytes", min(done, task.source.files[0].size), task.source.files[0].size)
    _take_in(desk, waiting)
    yield desk.events.batch()
    _settle_doubts(desk)
    for target, line in sorted(voids.by.items(), key=lambda item: item[1]):
        if target not in voids.met:
            tally.book.add("IN154", [line])
    yield usage_batch(task, people, desk.told.amounts())
    if tally.read == 0:
        tally.book.add("IN003")
    yield from close_roll(task, tally, people)


def _values(task: Task) -> Iterator[Value]:
    file = task.source.files[0]
    return values(utf8_chunks(file.part.chunks(), file.encoding))


def _voids_of(task: Task) -> _Voids:
    """Go over the file for statements that take others back; only where the word occurs at all is anything parsed."""
    voids, tail, mentioned = _Voids(), b"", False
    file = task.source.files[0]
    for chunk in utf8_chunks(file.part.chunks(), file.encoding):
        mentioned = mentioned or b"voided" in chunk or b"voided" in tail + chunk[:8] or _ESCAPED in chunk
        tail = chunk[-8:]
    if not mentioned:
        return voids
    targets: dict[str, tuple[int, str]] = {}
    for value in _values(task):
        raw = value.raw or b""
        if b"voided" not in raw and _ESCAPED not in raw:
            continue
        try:
            statement = parse_statement(raw)
        except (ValueError, Broken):
            continue
        if statement["verb"]["id"] == VOIDED:
            voids.voiding.add(str(statement.get("id", "")).lower())
            targets.setdefault(statement["object"]["id"].lower(), (value.line, ""))
    voids.by = {target: line for target, (line, _) in targets.items() if target not in voids.voiding}
    return voids


def _parsed(desk: _Desk, value: Value) -> dict[str, Any] | None:
    """The statement of a value, if it is sound; otherwise it is kept out with its reason."""
    if value.raw is None:
        _keep_out(desk, "IN159", value.line)
        return None
    try:
        return parse_statement(value.raw)
    except ValueError:
        _keep_out(desk, "IN140", value.line)
    except Broken as fault:
        _keep_out(desk, fault.code, value.line, column=fault.path or "statement", detail=fault.detail)
    return None


def _keep_out(desk: _Desk, code: str, line: int, *, column: str | None = None, detail: str = "") -> None:
    desk.tally.rejected += 1
    desk.tally.book.add(code, [line], column=column, detail=detail)


def _take_in(desk: _Desk, waiting: list[tuple[int, bytes, dict[str, Any]]]) -> None:
    named = [(raw, statement["id"]) for _, raw, statement in waiting if "id" in statement]
    states = iter(desk.seen.add([one for _, one in named], [hash(raw.strip()) for raw, _ in named]))
    held = iter(desk.held.has([one for _, one in named]))
    for line, _, statement in waiting:
        is_held = "id" in statement and next(held)
        if "id" in statement and next(states) != NEW:
            desk.tally.rejected += 1
            desk.doubtful.setdefault(statement["id"].lower(), []).append((line, content_of(statement)))
        elif is_held:
            _keep_out(desk, "IN440", line, column="id")
        else:
            _one(desk, line, statement)


def _one(desk: _Desk, line: int, statement: dict[str, Any]) -> None:
    """Make an event of a sound statement that comes for the first time."""
    if _is_void(desk, line, statement):
        return
    place = _who(desk, statement["actor"])
    if place is None:
        _keep_out(desk, "IN155", line, column="actor")
        return
    moment = _when(desk, line, statement)
    if moment is None:
        return
    zoned = moment if moment.tzinfo else moment.replace(tzinfo=desk.zone)
    person = desk.people.person(place)
    person.rows += 1
    desk.tally.repaired += remark_on(desk.tally, line, person.rule) or moment is not zoned
    moment = zoned
    tool = _tool(desk, statement)
    what = (word_of(statement["verb"]["id"]), statement.get("id"), statement["object"].get("id"))
    desk.events.add(line, place, tool=tool, moment=moment, what=what)
    if "result" in statement and not desk.told.take(place, moment, statement, tool):
        desk.tally.book.add("IN158", [line], column="result.duration")


def _is_void(desk: _Desk, line: int, statement: dict[str, Any]) -> bool:
    """Tell whether a statement only takes another one back, or is taken back itself."""
    own = statement.get("id", "").lower()
    if statement["verb"]["id"] == VOIDED:
        if statement["object"]["id"].lower() in desk.voids.voiding:
            _keep_out(desk, "IN151", line, column="object")
        return True
    if own not in desk.voids.by:
        return False
    desk.voids.met.add(own)
    _keep_out(desk, "IN150", line)
    return True


def _who(desk: _Desk, actor: dict[str, Any]) -> int | None:
    """The person of an actor; None for a group. An account is known by its name, and remembered with its home page."""
    if actor.get("objectType") == "Group":
        return None
    kind = next(name for name in IDENTIFIERS if name in actor)
    if kind == "account":
        account = actor["account"]
        both = f"{account['homePage']}#{account['name']}"
        return desk.people.place((both, account["name"].strip()), ("Other", "SystemId"))
    if kind == "mbox":
        return desk.people.place((actor["mbox"].removeprefix("mailto:"),), ("EmailAddress",))
    if kind == "mbox_sha1sum" and (email := desk.people.email_of(actor[kind])):
        return desk.people.place((actor[kind], email), ("Other", "EmailAddress"))
    return desk.people.place((actor[kind],), ("Other",))


def _when(desk: _Desk, line: int, statement: dict[str, Any]) -> datetime | None:
    """When it happened, else when it was stored; None and kept out where neither is said."""
    said = statement.get("timestamp") or statement.get("stored")
    moment = moment_of(said) if said else None
    if moment is None or not within_calendar(moment):
        _keep_out(desk, "IN156" if moment is None else "IN145", line, column="timestamp")
        return None
    if moment.tzinfo is None:
        desk.tally.book.add("IN157", [line], column="timestamp")
    if moment.date() > desk.task.as_of + timedelta(days=1):
        desk.tally.book.add("IN035", [line], column="timestamp")
    return moment


def _tool(desk: _Desk, statement: dict[str, Any]) -> str:
    declared = desk.task.declared().tool
    platform = statement.get("context", {}).get("platform", "").strip()
    return declared or platform or "xapi"


def word_of(iri: str) -> str:
    """The last word of an IRI: what was done, without the vocabulary it comes from.

    Examples
    --------
    >>> word_of("https://w3id.org/xapi/video/verbs/played"), word_of("urn:verb:saw")
    ('played', 'saw')
    """
    bare = iri.rstrip("/#")
    for mark in "/#:":
        bare = bare.rpartition(mark)[2] or bare
    return bare


def content_of(statement: dict[str, Any]) -> str:
    """What a statement says, whatever a store added and however its parts are ordered."""
    said = {name: value for name, value in statement.items() if name not in ("stored", "authority", "version")}
    moment = moment_of(said["timestamp"]) if "timestamp" in said else None
    if moment is not None and moment.tzinfo is not None:
        said["timestamp"] = moment.astimezone(UTC).isoformat()
    said["id"] = said["id"].lower()
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _settle_doubts(desk: _Desk) -> None:
    """Ids that came again: read the first of each once more and say whether the later ones say the same."""
    if not desk.doubtful:
        return
    open_ids = dict(desk.doubtful)
    for value in _values(desk.task):
        try:
            statement = parse_statement(value.raw or b"")
        except (ValueError, Broken):
            continue
        for line, content in open_ids.pop(str(statement.get("id", "")).lower(), ()):
            code = "IN152" if content == content_of(statement) else "IN153"
            desk.tally.book.add(code, [line], column="id")
