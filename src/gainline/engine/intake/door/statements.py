"""Statements at the door: one or many, by POST or PUT, all of them kept or none."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC
from typing import Any

from pydantic_core import from_json

from gainline.engine.intake.door.answers import Answer, Door, Item, Request, TurnedAway, json_answer
from gainline.engine.intake.xapi.grammar import Broken
from gainline.engine.intake.xapi.read import content_of
from gainline.engine.intake.xapi.rules import check_statement

TAKEN = ("1.0.3", "2.0.0")
_VERSION = re.compile(r"1\.0(?:\.\d+)?|2\.0(?:\.\d+)?")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.IGNORECASE)


def answer_version(request: Request) -> str:
    """The version that an answer is given in: the one that was asked for, or the older one."""
    asked = request.headers.get("x-experience-api-version", "")
    return TAKEN[1] if _VERSION.fullmatch(asked) and asked.startswith("2") else TAKEN[0]


def take_statements(request: Request, door: Door, sender: str) -> Answer:
    """Judge and keep what a request brings.

    Raises
    ------
    TurnedAway
        With the first reason against it; nothing of the request is kept then.
    """
    if not _VERSION.fullmatch(request.headers.get("x-experience-api-version", "")):
        raise TurnedAway("IN330")
    if request.headers.get("content-type", "").partition(";")[0].strip().casefold() != "application/json":
        raise TurnedAway("IN331", detail="only application/json is; attachments go by fileUrl")
    found = _statements(request)
    items = [_item(one, request, door, place=place) for place, one in _placed(found)]
    ids = [item.id for item in items]
    if len(set(ids)) < len(ids):
        raise TurnedAway("IN332")
    if door.keep(items, sender, True):
        raise TurnedAway("IN333")
    return Answer(204) if request.method == "PUT" else json_answer(200, ids)


def _statements(request: Request) -> list[Any]:
    """The statements of a body; of a PUT the one that its query names."""
    try:
        found = from_json(request.body or b"", allow_inf_nan=False)
    except ValueError as fault:
        raise TurnedAway("IN140") from fault
    if request.method == "PUT":
        return [_named(found, request.query)]
    if type(found) is not list:
        found = [found]
    if not found:
        raise TurnedAway("IN331", detail="at least one statement is asked for")
    return found


def _named(found: object, query: Mapping[str, str]) -> dict[str, Any]:
    asked = query.get("statementId", "")
    if type(found) is not dict or not _UUID.fullmatch(asked):
        raise TurnedAway("IN334")
    own = found.get("id", asked)
    if type(own) is not str or own.casefold() != asked.casefold():
        raise TurnedAway("IN334", detail=": the statement has another one")
    return {**found, "id": asked}


def _placed(found: list[Any]) -> list[tuple[str, Any]]:
    return [("statement", found[0])] if len(found) == 1 else [(f"statements[{n}]", one) for n, one in enumerate(found)]


def _item(statement: object, request: Request, door: Door, *, place: str) -> Item:
    if type(statement) is not dict:
        raise TurnedAway("IN331", where=place, detail="a statement is an object")
    whole: dict[str, Any] = {"version": answer_version(request), **statement}
    try:
        check_statement(whole)
    except Broken as fault:
        where = f"{place}.{fault.path}" if fault.path else place
        raise TurnedAway(fault.code, where=where, detail=fault.detail) from fault
    except RecursionError as fault:
        raise TurnedAway("IN140", where=place) from fault
    whole["id"] = whole["id"].lower() if "id" in whole else door.new_id()
    whole["stored"] = request.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return Item("xapi", whole["id"], content_of(whole), json.dumps(whole).encode())
