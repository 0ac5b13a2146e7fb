"""Faults of event standards: what each code of xAPI statements and Caliper envelopes says."""

from __future__ import annotations

from gainline.engine.core.issues import Level

_NOTE, _WARN, _ERROR = Level.NOTE, Level.WARNING, Level.ERROR
_FIX = "ask the sender to mend it; the standard forbids it"

EVENT_FAULTS: dict[str, tuple[Level, str, str]] = {
    "IN140": (_ERROR, "this is not JSON", "export it again; a line may be cut"),
    "IN141": (_ERROR, "a property that has to be there is missing", _FIX),
    "IN142": (_ERROR, "a property stands here that the standard does not know", "look at its spelling; case counts"),
    "IN143": (_ERROR, "the value is of another kind than the standard asks for{}", _FIX),
    "IN144": (_ERROR, "the value does not have the form that the standard asks for{}", _FIX),
    "IN145": (_ERROR, "the time is none that the standard allows", "send RFC 3339 with a zone; never -00:00"),
    "IN146": (_ERROR, "an actor needs exactly one identifier{}", "send account, mbox, mbox_sha1sum or openid, one"),
    "IN147": (_ERROR, "a score lies outside its bounds", "scaled goes from -1 to 1, raw from min to max"),
    "IN148": (_ERROR, "the property does not belong here{}", _FIX),
    "IN149": (_ERROR, "the statement takes no other statement back{}", "refer to it by StatementRef with its id"),
    "IN150": (_NOTE, "a later or earlier statement takes this one back; it was left out", "nothing to do"),
    "IN151": (_ERROR, "a statement that takes others back cannot be taken back itself", "send the first one again"),
    "IN152": (_NOTE, "the id stands twice with the same content; it was loaded once", "nothing to do"),
    "IN153": (_ERROR, "the id stands twice with other content; the first one was kept", "give each its own id"),
    "IN154": (_WARN, "it takes back a statement that is not in this file", "import both in one file to take effect"),
    "IN155": (_ERROR, "it speaks of a group or a thing, not of one person; no event was made of it", "nothing to do"),
    "IN156": (_ERROR, "it carries no time, so no event was made of it", "send a timestamp"),
    "IN157": (_WARN, "the time carries no zone and was read in the profile's", "send the zone; check `time_zone`"),
    "IN158": (_WARN, "a duration counts in years or months, or is none, and no minutes were made of it", "send PT.."),
    "IN440": (_NOTE, "the event is in the lake already; it was not loaded a second time", "nothing to do"),
    "IN160": (_ERROR, "the envelope is not sound{}", "it has sensor, sendTime, dataVersion and data, and nothing else"),
    "IN161": (_ERROR, "the envelope's version is none that we read", "send Caliper 1.1 or 1.2"),
    "IN162": (_WARN, "the event's id is no urn:uuid; it was kept as it is", "ask the sender for UUIDs"),
    "IN163": (_WARN, "the action is none that this kind of event has; it was kept as it is", "ask what it means"),
    "IN164": (_NOTE, "the actor is named by id only and described nowhere in the file", "nothing to do"),
    "IN165": (_WARN, "the stated duration is not end minus start; end minus start was used", "nothing to do"),
    "IN166": (_NOTE, "the item describes something and tells of no event", "nothing to do"),
    "IN167": (_WARN, "an aggregate measure says no amount over a time that can be; it was left out", _FIX),
    "IN168": (_WARN, "a session ends before it begins or lasts days; no minutes were made of it", "check its times"),
    "IN159": (_ERROR, "from here on the file cannot be read", "export it again; it may be cut"),
}
"""Level, sentence (with a place for detail) and remedy of every code of an event standard."""
