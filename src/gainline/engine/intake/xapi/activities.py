"""Activities, results and attachments: what a statement is about, and how it went."""

from __future__ import annotations

from math import isfinite

from gainline.engine.intake.xapi.grammar import (
    BOUNDS,
    DURATION,
    EXTENSIONS,
    FLAG,
    FORM,
    IRI,
    KIND,
    LANGUAGES,
    MISSING,
    TEXT,
    Broken,
    Form,
    Json,
    list_of,
    one_of,
    record,
)

_KINDS = (
    *("true-false", "choice", "fill-in", "long-fill-in", "matching"),
    *("performance", "sequencing", "likert", "numeric", "other"),
)
_COMPONENTS = ("choices", "scale", "source", "target", "steps")
_components = list_of(Form(record({"id": TEXT, "description": LANGUAGES}, needs=["id"])))


def _distinct(value: Json) -> None:
    _components.check(value)
    if len({one["id"] for one in value}) < len(value):
        raise Broken(FORM, "id", ": ids that differ are expected")


def _interaction(given: frozenset[str]) -> None:
    if "interactionType" not in given and given & {"correctResponsesPattern", *_COMPONENTS}:
        raise Broken(MISSING, "interactionType")


_DEFINITION = Form(
    record(
        {
            "name": LANGUAGES,
            "description": LANGUAGES,
            "type": IRI,
            "moreInfo": IRI,
            "extensions": EXTENSIONS,
            "interactionType": one_of(*_KINDS),
            "correctResponsesPattern": list_of(TEXT),
            **dict.fromkeys(_COMPONENTS, Form(_distinct)),
        },
        rule=_interaction,
    )
)
ACTIVITY = Form(record({"objectType": one_of("Activity"), "id": IRI, "definition": _DEFINITION}, needs=["id"]))


def _number(value: Json) -> None:
    if type(value) is not float and type(value) is not int:
        raise Broken(KIND, detail=": a number is expected")
    if type(value) is float and not isfinite(value):
        raise Broken(BOUNDS)


_SCORE = record(dict.fromkeys(("scaled", "raw", "min", "max"), Form(_number)))


def _score(value: Json) -> None:
    _SCORE(value)
    if not -1 <= value.get("scaled", 0) <= 1:
        raise Broken(BOUNDS, "scaled")
    low, high, raw = value.get("min"), value.get("max"), value.get("raw")
    if low is not None and high is not None and low >= high:
        raise Broken(BOUNDS, "min")
    if raw is not None and ((low is not None and raw < low) or (high is not None and raw > high)):
        raise Broken(BOUNDS, "raw")


RESULT = Form(
    record(
        {
            "score": Form(_score),
            "success": FLAG,
            "completion": FLAG,
            "response": TEXT,
            "duration": DURATION,
            "extensions": EXTENSIONS,
        }
    )
)


def _length(value: Json) -> None:
    if type(value) is not int or value < 0:
        raise Broken(KIND, detail=": a whole number of bytes is expected")


_ATTACHMENT = {
    "usageType": IRI,
    "display": LANGUAGES,
    "description": LANGUAGES,
    "contentType": TEXT,
    "length": Form(_length),
    "sha2": TEXT,
    "fileUrl": IRI,
}
ATTACHMENTS = list_of(
    Form(record(_ATTACHMENT, needs=["usageType", "display", "contentType", "length", "sha2"])),
)
