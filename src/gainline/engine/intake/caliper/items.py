"""Items: what one Caliper event says, once the entities that it names by id only are looked up.

Source: 1EdTech Caliper 1.1 and 1.2, sections on envelope, event, entity and metric profiles.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from gainline.engine.intake.xapi.grammar import moment_of

ENVELOPE = frozenset({"sensor", "sendTime", "dataVersion", "data"})
VERSIONS = frozenset(f"http://purl.imsglobal.org/ctx/caliper/{name}" for name in ("v1p1", "v1p2"))
_URN = re.compile(r"urn:uuid:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_NEEDS = ("id", "type", "actor", "action", "object", "eventTime")
_THINGS = frozenset({"SoftwareApplication", "Organization", "CourseSection", "CourseOffering", "Group"})
_NOBODY = "http://purl.imsglobal.org/caliper/Person"  # 1.2: somebody whom the sender may not name
_KEPT = ("type", "otherIdentifiers", "user", "startedAtTime", "endedAtTime", "duration", "assignee")
KINDS = (
    *("OneRosterSourcedId", "SisSourcedId", "LisSourcedId", "EmailAddress"),
    *("AccountUserName", "LtiUserId", "SystemId", "Other"),
)
ACTIONS: dict[str, frozenset[str]] = {
    "AnnotationEvent": frozenset({"Bookmarked", "Highlighted", "Shared", "Tagged"}),
    "AssessmentEvent": frozenset({"Started", "Paused", "Resumed", "Restarted", "Reset", "Submitted"}),
    "AssessmentItemEvent": frozenset({"Started", "Skipped", "Completed"}),
    "GradeEvent": frozenset({"Graded"}),
    "NavigationEvent": frozenset({"NavigatedTo"}),
    "SessionEvent": frozenset({"LoggedIn", "LoggedOut", "TimedOut"}),
    "ToolUseEvent": frozenset({"Used"}),
    "ViewEvent": frozenset({"Viewed"}),
}


class Unsound(Exception):
    """Why an item is kept out: the code and the property."""

    def __init__(self, code: str, path: str, detail: str = "") -> None:
        super().__init__(code, path, detail)
        self.code, self.path, self.detail = code, path, detail


@dataclass(slots=True)
class Described:
    """What the file says about entities anywhere, by id: only what rows are made of is kept."""

    entities: dict[str, dict[str, Any]] = field(default_factory=dict)

    def learn(self, item: object, depth: int = 0) -> None:
        """Take in every entity within an item."""
        if depth > 32:
            return
        if type(item) is list:
            for one in item:
                self.learn(one, depth + 1)
        elif type(item) is dict:
            name = item.get("id")
            kept = {key: item[key] for key in _KEPT if key in item}
            if type(name) is str and kept.keys() - {"type"} and "eventTime" not in item:
                self.entities.setdefault(name, {}).update(kept)
            elif type(name) is str and item.get("type") in _THINGS:
                self.entities.setdefault(name, {}).setdefault("type", item["type"])
            for value in item.values():
                if type(value) is dict or type(value) is list:
                    self.learn(value, depth + 1)

    def whole(self, entity: object) -> dict[str, Any]:
        """An entity with all that is known of it, whether it stands here whole or by its id."""
        if type(entity) is str:
            return {"id": entity, **self.entities.get(entity, {})}
        if type(entity) is not dict:
            return {}
        known = self.entities.get(entity["id"], {}) if type(entity.get("id")) is str else {}
        return {**known, **entity}


def fault_of_envelope(envelope: dict[str, Any]) -> Unsound | None:
    """Why an envelope is not sound: IN160 for its form, IN161 for its version; None where it is."""
    if missing := sorted(ENVELOPE - envelope.keys()):
        return Unsound("IN160", missing[0], ": it is missing")
    if envelope.keys() - ENVELOPE:
        return Unsound("IN160", "", ": it has more than four properties")
    if type(envelope["data"]) is not list:
        return Unsound("IN160", "data", ": a list is expected")
    sent = envelope["sendTime"]
    if id_of(envelope["sensor"]) is None or type(sent) is not str or moment_of(sent) is None:
        return Unsound("IN160", "", ": sensor or sendTime is not what it should be")
    version = envelope["dataVersion"]
    if type(version) is not str or version.rstrip("/") not in VERSIONS:
        return Unsound("IN161", "dataVersion")
    return None


def is_event(item: dict[str, Any]) -> bool:
    """Tell an event from an entity that is only described."""
    kind = item.get("type")
    return "action" in item or "eventTime" in item or (type(kind) is str and kind.endswith("Event"))


def check_event(event: dict[str, Any]) -> None:
    """Check the properties that every event has.

    Raises
    ------
    Unsound
        With the first one that is missing or of another kind.
    """
    for name in _NEEDS:
        if name not in event:
            raise Unsound("IN141", name)
    for name in ("id", "type", "action", "eventTime"):
        if type(event[name]) is not str or not event[name].strip():
            raise Unsound("IN143", name, ": text is expected")
    for name in ("actor", "object"):
        if id_of(event[name]) is None:
            raise Unsound("IN143", name, ": an entity or its id is expected")


def id_of(entity: object) -> str | None:
    """The id of an entity that stands whole or by its id; None where it is neither."""
    found = entity.get("id") if type(entity) is dict else entity
    return found if type(found) is str and found.strip() else None


def has_urn(event: dict[str, Any]) -> bool:
    """Tell whether the event's id is the UUID that the standard asks for."""
    return _URN.fullmatch(event["id"]) is not None


def has_known_action(event: dict[str, Any]) -> bool:
    """Tell whether the action is one of those that this kind of event has; kinds that we do not list have any."""
    known = ACTIONS.get(event["type"])
    return known is None or event["action"].rpartition("#")[2] in known


def person_of(event: dict[str, Any], described: Described) -> dict[str, Any] | None:
    """Who did it: the actor, or the person behind it where a program acts; None where that is nobody."""
    actor = described.whole(event["actor"])
    if actor.get("type") in _THINGS:
        target = described.whole(event["object"])
        behind = target.get("user") or target.get("assignee")
        actor = described.whole(behind) if behind is not None else {}
    if id_of(actor) in (None, _NOBODY) or actor.get("type") in _THINGS:
        return None
    return actor


def identifiers_of(person: dict[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Values and kinds of all identifiers of a person; the IRI first, since it is there in every event."""
    found: list[tuple[str, str]] = []
    others = person.get("otherIdentifiers")
    for one in others if type(others) is list else ():
        if type(one) is dict and type(one.get("identifier")) is str and one.get("identifierType") in KINDS:
            found.append((one["identifier"].strip(), one["identifierType"]))
    found.sort(key=lambda pair: (KINDS.index(pair[1]), pair[0]))
    pairs = [(str(person["id"]), "Other"), *found]
    return tuple(value for value, _ in pairs), tuple(kind for _, kind in pairs)


def moment_at(entity: dict[str, Any], name: str) -> datetime | None:
    """A time of an entity, if it is one with a zone."""
    said = entity.get(name)
    found = moment_of(said) if type(said) is str else None
    return found if found is not None and found.tzinfo is not None else None


@dataclass(frozen=True, slots=True)
class Measure:
    """One aggregate measure: what is counted, how much, and over which time."""

    metric: str
    value: float
    start: datetime | None
    end: datetime | None


def measures_of(event: dict[str, Any], described: Described) -> Iterator[Measure | None]:
    """The aggregate measures that a tool-use event brings; None for one that does not say a number."""
    brought = event.get("generated")
    items = described.whole(brought).get("items") if type(brought) is dict else None
    for item in items if type(items) is list else ():
        one = described.whole(item)
        metric, value = one.get("metric"), one.get("metricValue", one.get("value"))
        if type(metric) is not str or (type(value) is not int and type(value) is not float):
            yield None  # not a number
        elif not 0 <= value < 1e9:
            yield None
        else:
            start, end = moment_at(one, "startedAtTime"), moment_at(one, "endedAtTime")
            yield Measure(metric, float(value), start, end)
