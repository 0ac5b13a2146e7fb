"""Entry: who knocks, with what, and which standard's rules it is judged by."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable
from dataclasses import replace

from gainline.engine.intake.door.answers import REASONS, Answer, Door, Request, TurnedAway, json_answer
from gainline.engine.intake.door.envelopes import LIMITS, take_envelope
from gainline.engine.intake.door.statements import TAKEN, answer_version, take_statements

STATEMENTS, ABOUT, CALIPER = "/xapi/statements", "/xapi/about", "/caliper"
_METHODS = {STATEMENTS: ("POST", "PUT"), ABOUT: ("GET", "HEAD"), CALIPER: ("GET", "POST")}
_WITHOUT_BODY = ("GET", "HEAD")
_Taker = Callable[[Request, Door, str], Answer]


def receive(request: Request, door: Door) -> Answer:
    """Answer one request; when the answer is a success, everything in it is kept.

    Statements: POST one or many (200 with their ids), PUT one (204). Envelopes: POST (200 without a body). A second
    request with the same content changes nothing and is answered alike.

    Parameters
    ----------
    request
        As it came.
    door
        Who may send, and what keeps what is sent.

    Refuses: IN330 to IN337 and IN339 for the request; IN140 to IN149 for a statement's rules; IN160, IN161 for an
    envelope. The reason names a property, never its value.

    Source: xAPI 1.0.3 part three, sections 1 and 2.1 to 2.3; IEEE 9274.1.1; Caliper 1.2, section on endpoints.
    """
    caliper = request.path.rstrip("/") == CALIPER
    try:
        answer = _answered(request, door)
    except TurnedAway as reason:
        answer = _problem(reason) if caliper else _refusal(reason)
    if not caliper:
        answer = replace(answer, headers=(*answer.headers, ("X-Experience-API-Version", answer_version(request))))
    return replace(answer, body=b"") if request.method == "HEAD" else answer


def _answered(request: Request, door: Door) -> Answer:
    path = request.path.rstrip("/")
    if path not in _METHODS:
        raise TurnedAway("IN339")
    if request.method not in _METHODS[path]:
        allowed = ", ".join(_METHODS[path])
        return replace(json_answer(405, {"error": REASONS["IN339"][1]}, code="IN339"), headers=(("Allow", allowed),))
    if path == ABOUT:
        return json_answer(200, {"version": list(TAKEN)})
    sender = _sender(request, door)
    if path == CALIPER and request.method == "GET":
        return json_answer(200, {"caliperMaximumPayloadSize": door.room, **LIMITS})
    if request.body is None:
        raise TurnedAway("IN336", detail=f"{door.room:,}")
    take: _Taker = take_envelope if path == CALIPER else take_statements
    return take(request, door, sender)


def _sender(request: Request, door: Door) -> str:
    """The sender whose token this is; many stores' clients can send a password only, so that counts too."""
    kind, _, said = request.headers.get("authorization", "").partition(" ")
    token = said.strip()
    if kind.casefold() == "basic":
        try:
            token = base64.b64decode(token, validate=True).decode().partition(":")[2]
        except (binascii.Error, ValueError):
            token = ""
    elif kind.casefold() != "bearer":
        token = ""
    name = door.senders.get(hashlib.sha256(token.encode()).hexdigest()) if token else None
    if name is None:
        raise TurnedAway("IN335")
    if not door.agreed(name):
        raise TurnedAway("IN359")
    return name


def _refusal(reason: TurnedAway) -> Answer:
    answer = json_answer(reason.status, {"error": reason.says()}, code=reason.code)
    return _challenged(answer)


def _problem(reason: TurnedAway) -> Answer:
    """The form that Caliper asks for: a problem document (RFC 7807)."""
    value = {"type": "about:blank", "title": reason.code, "status": reason.status, "detail": reason.says()}
    return _challenged(json_answer(reason.status, value, kind="application/problem+json", code=reason.code))


def _challenged(answer: Answer) -> Answer:
    if answer.status != 401:
        return answer
    return replace(answer, headers=(*answer.headers, ("WWW-Authenticate", 'Bearer realm="gainline"')))
