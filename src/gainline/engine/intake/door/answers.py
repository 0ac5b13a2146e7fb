"""Answers: what comes in, what goes back, and the words for every reason to turn something away."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from gainline.engine.intake.event_faults import EVENT_FAULTS

ROOM = 1 << 22  # bytes of one request; a statement has a thousand, an envelope some hundred thousand

REASONS: dict[str, tuple[int, str]] = {
    "IN330": (400, "X-Experience-API-Version is missing or names no version that is taken here; send 1.0.3 or 2.0.0"),
    "IN331": (400, "the body is not what is taken here: {}"),
    "IN332": (400, "two statements of the batch have the same id{}"),
    "IN333": (409, "a statement with this id and other content is already here{}; nothing of the request was kept"),
    "IN334": (400, "PUT takes one statement, and statementId has to be its UUID{}"),
    "IN335": (401, "a bearer token that is known here is missing"),
    "IN336": (413, "the body is larger than {} bytes, or does not say how large it is"),
    "IN337": (415, "the content type has to be application/json"),
    "IN338": (200, "an event's id came again with other content; the first one stays"),
    "IN339": (404, "nothing is taken at this path or by this method"),
    "IN359": (403, "no agreement about data runs with this sender, so nothing of it is taken"),
}
"""Status and sentence (with a place for detail) of every reason that belongs to the door and to no standard's rule."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came over the wire.

    Parameters
    ----------
    method, path
        In capitals; the path without its query.
    at
        When it came, with its zone.
    query, headers
        Single values by name; names of headers in lower case.
    body
        The whole body; None where it is larger than `Door.room` or does not say how large it is.
    """

    method: str
    path: str
    at: datetime
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = b""


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back, and the code of the reason where something was turned away or left out."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One statement, event or description that is to be kept.

    Parameters
    ----------
    standard
        ``xapi`` or ``caliper``.
    id
        By which it is known when it comes again.
    digest
        SHA-256 of what it says, whatever order its parts stand in.
    body
        One line of JSON, as the reader of files takes it.
    """

    standard: str
    id: str
    digest: str
    body: bytes


Keep = Callable[[Sequence[Item], str, bool], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Door:
    """What the door needs from the house.

    Parameters
    ----------
    senders
        Name of the sender by the SHA-256 of its token, as hex digits.
    keep
        Keeps items of a sender for good before it returns, and gives the ids that are here with other content. With
        its last argument true such an id keeps all of them out; else only that one. Items that are here already with
        the same content change nothing.
    new_id
        Makes a UUID for a statement that has none.
    room
        Most bytes of one body.
    agreed
        Tells whether an agreement about data runs with a sender now.
    """

    senders: Mapping[str, str]
    keep: Keep
    new_id: Callable[[], str]
    room: int = ROOM
    agreed: Callable[[str], bool] = bool


class TurnedAway(Exception):
    """A request that is not taken: the code, where in the body, and a detail without any of its values."""

    def __init__(self, code: str, *, where: str = "", detail: str = "") -> None:
        super().__init__(code)
        self.code, self.where, self.detail = code, where, detail

    @property
    def status(self) -> int:
        """The HTTP status: 400 for every rule of a standard, except for a version of Caliper that is not read."""
        return REASONS[self.code][0] if self.code in REASONS else {"IN161": 422}.get(self.code, 400)

    def says(self) -> str:
        """Code, place and sentence."""
        sentence = REASONS[self.code][1] if self.code in REASONS else EVENT_FAULTS[self.code][1]
        place = f" {self.where}" if self.where else ""
        return f"{self.code}{place}: {sentence.format(self.detail)}"


def json_answer(status: int, value: object, *, kind: str = "application/json", code: str | None = None) -> Answer:
    """An answer whose body is JSON."""
    return Answer(status, json.dumps(value).encode(), (("Content-Type", kind),), code)
