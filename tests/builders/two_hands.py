"""What takes two people, done by two: one asks, another approves."""

from __future__ import annotations

from typing import Any

from cast import Cast
from gainline.services import governance, letters, release_desk
from gainline.services.letters import Envelope
from gainline.services.readership import FOR_ALL
from gainline.store.models.cycles import Cycle
from gainline.store.models.notes import Release
from gainline.store.models.requests import ReleaseRequest
from gainline.store.words import RequestKind


def approved(cast: Cast, cycle: Cycle, kind: RequestKind, asks: dict[str, Any]) -> ReleaseRequest:
    """The privacy lead asks, the EdTech lead approves; a stop the other way round."""
    first, second = cast["privacy_lead"], cast.lead
    if kind == RequestKind.STOP:
        first, second = second, first
    asked = release_desk.ask(by=first, cycle=cycle, kind=kind, asks=asks)
    return release_desk.approve(by=second, request=asked, seen=asked.digest)


def sent(cast: Cast, cycle: Cycle, envelope: Envelope) -> Release:
    """A letter that the privacy lead sends, approved where it leaves the house."""
    if str(envelope.reader) in FOR_ALL:
        approved(cast, cycle, RequestKind.LETTER, letters.asks_of(envelope))
    return letters.send(by=cast["privacy_lead"], cycle=cycle, envelope=envelope)


def released(cast: Cast, cycle: Cycle, audience: Any, recipient: str) -> Release:
    """A brief that the privacy lead releases, approved."""
    approved(cast, cycle, RequestKind.BRIEF, release_desk.asks_of(str(audience), "en", recipient, ()))
    return governance.release_brief(by=cast["privacy_lead"], cycle=cycle, audience=audience, recipient=recipient)
