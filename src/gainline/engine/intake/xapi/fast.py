"""Fast: parse a statement and know at once that it is sound, where it is built as most statements are.

What this lets through is a part of what `rules` lets through; a property test holds the two against each other. All
else goes on to `rules`, which judges every statement exactly and names what is wrong.
"""

from __future__ import annotations

from typing import Any

from pydantic_core import CoreSchema, SchemaValidator, ValidationError, core_schema, from_json

from gainline.engine.intake.xapi.grammar import moment_of
from gainline.engine.intake.xapi.rules import VOIDED, check_statement


def _pattern(pattern: str) -> CoreSchema:
    return core_schema.str_schema(strict=True, pattern=pattern)


def _record(needs: tuple[str, ...] = (), /, **fields: CoreSchema) -> CoreSchema:
    named = {name: core_schema.typed_dict_field(of, required=name in needs) for name, of in fields.items()}
    return core_schema.typed_dict_schema(named, extra_behavior="forbid", strict=True)


def _anything() -> CoreSchema:
    """Any value that JSON has: the parser below would take NaN and Infinity too."""
    itself = core_schema.definition_reference_schema("anything")
    choices: list[CoreSchema | tuple[CoreSchema, str]] = [
        core_schema.str_schema(strict=True),
        core_schema.int_schema(strict=True),
        _number(),
        core_schema.bool_schema(strict=True),
        core_schema.none_schema(),
        core_schema.list_schema(itself, strict=True),
        core_schema.dict_schema(core_schema.str_schema(strict=True), itself, strict=True),
    ]
    return core_schema.union_schema(choices, mode="left_to_right", ref="anything")


def _number(low: float | None = None, high: float | None = None) -> CoreSchema:
    return core_schema.float_schema(strict=True, allow_inf_nan=False, ge=low, le=high)


def _schema() -> CoreSchema:
    return core_schema.definitions_schema(_statement(), [_anything()])


_TEXT, _FLAG = core_schema.str_schema(strict=True), core_schema.bool_schema(strict=True)
_IRI = _pattern(r'^[A-Za-z][A-Za-z0-9+.\-]*:[^\x00-\x20\x7f-\x{9f}"<>\\^`{|}]+$')
_UUID = _pattern(r"^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")
_TAG = _pattern(r"^[A-Za-z]{2,3}(-[A-Za-z]{2})?$")
_ZONE = r"([Zz]|[+][0-9]{2}:[0-9]{2}|-(0[1-9]|1[0-9]|2[0-3]):[0-9]{2})"
_TIME = _pattern(rf"^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}[Tt][0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}([.][0-9]+)?{_ZONE}$")
_PART = r"([0-9]+[.])?[0-9]+S"
_SPAN = _pattern(rf"^PT([0-9]+H([0-9]+M)?({_PART})?|[0-9]+M({_PART})?|{_PART})$")
_LANGUAGES = core_schema.dict_schema(_TAG, _TEXT, strict=True)
_EXTENSIONS = core_schema.dict_schema(_IRI, core_schema.definition_reference_schema("anything"), strict=True)


def _agent() -> CoreSchema:
    account = _record(("homePage", "name"), homePage=_IRI, name=_pattern(r"[!-~]"))
    known = {"objectType": core_schema.literal_schema(["Agent"]), "name": _TEXT}
    by_account = _record(("account",), account=account, **known)
    by_mbox = _record(("mbox",), mbox=_pattern(r"^mailto:[!-9;=?A-~]+@[!-;=?A-~]+$"), **known)
    return core_schema.union_schema([by_account, by_mbox], mode="left_to_right")


def _activity() -> CoreSchema:
    definition = _record(name=_LANGUAGES, description=_LANGUAGES, type=_IRI, moreInfo=_IRI, extensions=_EXTENSIONS)
    return _record(("id",), objectType=core_schema.literal_schema(["Activity"]), id=_IRI, definition=definition)


def _context() -> CoreSchema:
    some = core_schema.list_schema(_activity(), strict=True)
    kind = core_schema.literal_schema(["StatementRef"])
    return _record(
        registration=_UUID,
        instructor=_agent(),
        contextActivities=_record(parent=some, grouping=some, category=some, other=some),
        revision=_TEXT,
        platform=_TEXT,
        language=_TAG,
        statement=_record(("objectType", "id"), objectType=kind, id=_UUID),
        extensions=_EXTENSIONS,
    )


def _statement() -> CoreSchema:
    score = _record(scaled=_number(-1, 1), raw=_number())
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


_ACCEPT = SchemaValidator(_schema()).validate_json


def is_surely_sound(statement: dict[str, Any]) -> bool:
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
    try:
        statement: dict[str, Any] = _ACCEPT(raw)
    except ValidationError:
        pass
    else:
        if is_surely_sound(statement):
            return statement
    found: dict[str, Any] = from_json(raw, allow_inf_nan=False)
    check_statement(found)
    return found
