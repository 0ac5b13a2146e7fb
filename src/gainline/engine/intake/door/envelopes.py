"""Envelopes at the door: kept item by item, so that an event which comes again is kept once.

An event that breaks a rule does not turn its envelope away, as the standard has it: it is kept out at the import, with
its line and its reason in the account.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from pydantic_core import from_json

from gainline.engine.intake.caliper.items import ENVELOPE, VERSIONS, Unsound, fault_of_envelope, is_event
from gainline.engine.intake.door.answers import Answer, Door, Item, Request, TurnedAway

LIMITS = {"caliperSupportedVersions": sorted(VERSIONS)}


def take_envelope(request: Request, door: Door, sender: str) -> Answer:
    """Judge and keep an envelope.

    Raises
    ------
    TurnedAway
        When the envelope itself is not sound; nothing of it is kept then.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().casefold() != "application/json":
        raise TurnedAway("IN337")
    try:
        envelope = from_json(request.body or b"", allow_inf_nan=False)
    except ValueError as fault:
        raise TurnedAway("IN140") from fault
    if type(envelope) is not dict:
        raise TurnedAway("IN160", detail=": an object is expected")
    unsound = fault_of_envelope(envelope) or _empty(envelope)
    if unsound is not None:
        raise TurnedAway(unsound.code, where=unsound.path, detail=unsound.detail)
    items = [_item(envelope, one) for one in envelope["data"]]
    return Answer(200, code="IN338" if door.keep(items, sender, False) else None)


def _empty(envelope: dict[str, Any]) -> Unsound | None:
    return None if envelope["data"] else Unsound("IN160", "data", ": at least one event or entity is expected")


def _item(envelope: dict[str, Any], one: object) -> Item:
    """One item in an envelope of its own; what has no id of its own is known by its content."""
    digest = hashlib.sha256(json.dumps(one, sort_keys=True).encode()).hexdigest()
    name = one.get("id") if type(one) is dict and is_event(one) else None
    known_by = name.strip().lower() if type(name) is str and name.strip() else f"sha256:{digest}"
    alone = {key: envelope[key] for key in sorted(ENVELOPE - {"data"})} | {"data": [one]}
    return Item("caliper", known_by, digest, json.dumps(alone).encode())
