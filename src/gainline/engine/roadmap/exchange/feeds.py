"""A plan as calendars to subscribe to: one for all, one per role and one per school.

Dates are whole days; what a step comes after stands twice, once as the temporal relation with its gap and once as
DEPENDS-ON, because programs differ in which end of a temporal relation they look at.

Source: RFC 5545 (UID, SEQUENCE, DATE values), RFC 9253 (RELATED-TO with RELTYPE and GAP).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta

from icalendar import Calendar, Event, vDuration, vText

from gainline.engine.roadmap.exchange.outline import Outline, Step
from gainline.engine.roadmap.exchange.toml_text import slug
from gainline.engine.roadmap.model import Tie

RELATIONS = {
    Tie.FINISH_START: "FINISHTOSTART",
    Tie.FINISH_FINISH: "FINISHTOFINISH",
    Tie.START_FINISH: "STARTTOFINISH",
    Tie.START_START: "STARTTOSTART",
}
PRODUCT = "-//Gainline//Roadmap//EN"
EVERYTHING = "all"
CANCELED = "CANCELLED"


def feeds(outline: Outline, *, on: date, before: Mapping[str, bytes] | None = None) -> dict[str, bytes]:
    """One calendar per name: ``all``, ``role-...`` and ``school-...``.

    Parameters
    ----------
    outline
        The plan; steps without dates are left out.
    on
        The day that the calendars are made on; only what changed carries it.
    before
        The calendars of the time before, by name. What moved gets the next SEQUENCE, what is gone is canceled, and
        what stayed is the same to the byte, so that a subscriber hears of changes only.
    """
    groups: dict[str, list[Step]] = {EVERYTHING: list(outline.steps)}
    for step in outline.steps:
        if step.owner:
            groups.setdefault(f"role-{slug(step.owner)}", []).append(step)
        if step.school:
            groups.setdefault(f"school-{slug(step.school)}", []).append(step)
    known = before or {}
    names = [*sorted(groups), *sorted(set(known) - set(groups))]
    return {name: _feed(outline, name, groups.get(name, []), on=on, before=known.get(name)) for name in names}


def uid(outline: Outline, key: str) -> str:
    """The lasting identity of a step, from the roadmap's name and the step's key."""
    return hashlib.sha256(f"{outline.name}\n{key}".encode()).hexdigest()[:32] + "@roadmap.gainline"


def _feed(outline: Outline, name: str, steps: Iterable[Step], *, on: date, before: bytes | None) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", outline.name if name == EVERYTHING else f"{outline.name}: {name}")
    old = _events(before)
    titles = dict(outline.initiatives)
    for step in steps:
        if step.start and step.finish:
            made = _event(outline, step, titles)
            calendar.add_component(_as_before(made, old.pop(str(made["UID"]), None), on))
    for gone in old.values():
        calendar.add_component(_canceled(gone, on))
    return bytes(calendar.to_ical())


def _events(before: bytes | None) -> dict[str, Event]:
    if before is None:
        return {}
    calendar = Calendar.from_ical(before.decode("utf-8"))
    return {str(event["UID"]): event for event in calendar.walk("VEVENT") if isinstance(event, Event)}


def _event(outline: Outline, step: Step, titles: Mapping[str, str]) -> Event:
    event = Event()
    event.add("uid", uid(outline, step.key))
    event.add("summary", f"{step.title} ({step.school})" if step.school else step.title)
    event.add("dtstart", step.start)
    event.add("dtend", (step.finish or date.max) + timedelta(days=1))  # the end is the first day after it
    event.add("transp", "TRANSPARENT")
    event.add("categories", [step.kind])
    told = [titles.get(step.initiative, step.initiative), f"Owner: {step.owner}" if step.owner else ""]
    event.add("description", "\n".join(line for line in told if line))
    for link in step.after:
        other = vText(uid(outline, link.before))
        other.params["RELTYPE"] = RELATIONS[link.tie]
        if link.at_least:
            other.params["GAP"] = vDuration(timedelta(weeks=link.at_least)).to_ical().decode()
        event.add("related-to", other)
        depends = vText(uid(outline, link.before))
        depends.params["RELTYPE"] = "DEPENDS-ON"
        event.add("related-to", depends)
    return event


def _as_before(made: Event, old: Event | None, on: date) -> Event:
    """The event with its sequence: as it was when nothing changed, the next one when something did."""
    sequence, stamp = 0, datetime.combine(on, time(), tzinfo=UTC)
    if old is not None:
        sequence = int(old.get("SEQUENCE", 0))
        if _told(made) == _told(old):
            stamp = old.decoded("DTSTAMP")
        else:
            sequence += 1
    made.add("sequence", sequence)
    made.add("dtstamp", stamp)
    return made


def _told(event: Event) -> list[str]:
    """What a subscriber would see of an event, without its sequence and stamp."""
    lines = event.to_ical().decode("utf-8").replace("\r\n ", "").split("\r\n")
    return sorted(line for line in lines if not line.startswith(("SEQUENCE", "DTSTAMP")))


def _canceled(old: Event, on: date) -> Event:
    if str(old.get("STATUS", "")) == CANCELED:
        return old
    for name in ("STATUS", "DTSTAMP"):
        old.pop(name, None)
    sequence = int(old.pop("SEQUENCE", 0))
    old.add("sequence", sequence + 1)
    old.add("status", CANCELED)
    old.add("dtstamp", datetime.combine(on, time(), tzinfo=UTC))
    return old
