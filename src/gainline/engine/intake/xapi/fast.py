"""Fast: know at once that a statement is sound, where it is built as most statements are.

What this lets through is a part of what `rules` lets through; a property test holds the two against each other. All
else goes on to `rules`, which judges every statement exactly and names what is wrong.
"""

from __future__ import annotations

from typing import Any

from jsonschema_rs import Draft202012Validator, RegexOptions
from pydantic_core import from_json

from gainline.engine.intake.xapi.grammar import moment_of
from gainline.engine.intake.xapi.rules import VOIDED, check_statement

Schema = dict[str, Any]


def _pattern(pattern: str) -> Schema:
    return {"type": "string", "pattern": pattern}


def _record(needs: tuple[str, ...] = (), /, **fields: Schema) -> Schema:
    return {"type": "object", "properties": fields, "required": list(needs), "additionalProperties": False}


def _map(key: Schema, value: Schema) -> Schema:
    return {"type": "object", "propertyNames": key, "additionalProperties": value}


_TEXT: Schema = {"type": "string"}
_FLAG: Schema = {"type": "boolean"}
_ANYTHING: Schema = {}
_IRI = _pattern(r'^[A-Za-z][A-Za-z0-9+.\-]*:[^\x00-\x20\x7f-\x9f"<>\\^`{|}]+$')
_UUID = _pattern(r"^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")
_TAG = _pattern(r"^[A-Za-z]{2,3}(-[A-Za-z]{2})?$")
_ZONE = r"([Zz]|[+][0-9]{2}:[0-9]{2}|-(0[1-9]|1[0-9]|2[0-3]):[0-9]{2})"
_TIME = _pattern(rf"^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}[Tt][0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}([.][0-9]+)?{_ZONE}$")
_PART = r"([0-9]+[.])?[0-9]+S"
_SPAN = _pattern(rf"^PT([0-9]+H([0-9]+M)?({_PART})?|[0-9]+M({_PART})?|{_PART})$")
_LANGUAGES = _map(_TAG, _TEXT)
_EXTENSIONS = _map(_IRI, _ANYTHING)


def _agent() -> Schema:
    account = _record(("homePage", "name"), homePage=_IRI, name=_pattern("[!-~]"))
    known = {"objectType": {"const": "Agent"}, "name": _TEXT}
    by_account = _record(("account",), account=account, **known)
    by_mbox = _record(("mbox",), mbox=_pattern(r"^mailto:[!-9;=?A-~]+@[!-;=?A-~]+$"), **known)
    return {"anyOf": [by_account, by_mbox]}


def _activity() -> Schema:
    definition = _record(name=_LANGUAGES, description=_LANGUAGES, type=_IRI, moreInfo=_IRI, extensions=_EXTENSIONS)
    return _record(("id",), objectType={"const": "Activity"}, id=_IRI, definition=definition)


def _context() -> Schema:
    some = {"type": "array", "items": _activity()}
    return _record(
        registration=_UUID,
        instructor=_agent(),
        contextActivities=_record(parent=some, grouping=some, category=some, other=some),
        revision=_TEXT,
        platform=_TEXT,
        language=_TAG,
        statement=_record(("objectType", "id"), objectType={"const": "StatementRef"}, id=_UUID),
        extensions=_EXTENSIONS,
    )


def _statement() -> Schema:
    score = _record(scaled={"type": "number", "minimum": -1, "maximum": 1}, raw={"type": "number"})
    told = {"success": _FLAG, "completion": _FLAG, "response": _TEXT, "duration": _SPAN, "extensions": _EXTENSIONS}
    return _record(
        ("actor", "verb", "object", "timestamp"),
        id=_UUID,
        actor=_agent(),
        verb=_record(("id",), id=_IRI, display=_LANGUAGES),
        object=_activity(),
        result=_record(score=score, **told),
        context=_context(),
        timestamp=_TIME,
        stored=_TIME,
        authority=_agent(),
        version=_pattern(r"^(1\.0(\.[0-9]+)?|2\.0\.[0-9]+)$"),
    )


# The plain engine for patterns: its time grows with the text alone, so no statement can hold up the door.
_ACCEPTS = Draft202012Validator(_statement(), pattern_options=RegexOptions()).is_valid


def is_surely_sound(statement: object) -> bool:
    """Tell whether a statement, as it comes out of a JSON parser, is sound and built as most are; else nobody knows."""
    return bool(_ACCEPTS(statement)) and isinstance(statement, dict) and _beyond_schema(statement)


def _beyond_schema(statement: dict[str, Any]) -> bool:
    """Tell whether what the schema let through is sound in what no schema can say."""
    stored = statement.get("stored")
    return (
        statement["verb"]["id"] != VOIDED
        and moment_of(statement["timestamp"]) is not None
        and (stored is None or moment_of(stored) is not None)
    )


def parse_statement(raw: bytes) -> dict[str, Any]:
    """Parse one statement and check it.

    Raises
    ------
    ValueError
        When the bytes are no JSON.
    Broken
        When the statement breaks a rule.
    """
    found: dict[str, Any] = from_json(raw, allow_inf_nan=False)
    if not is_surely_sound(found):
        check_statement(found)
    return found
