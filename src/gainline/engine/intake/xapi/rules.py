"""Rules: is this statement one that a record store may accept? The first broken rule is named, by its path.

Source: xAPI 1.0.3 part two, section 4 (data), and IEEE 9274.1.1 for what 2.0 adds: contextAgents, contextGroups, and
times that must carry a zone.
"""

from __future__ import annotations

from typing import Any

from gainline.engine.intake.xapi.activities import ACTIVITY, ATTACHMENTS, RESULT
from gainline.engine.intake.xapi.agents import ACTOR_FORM, AGENT, AUTHORITY, GROUP
from gainline.engine.intake.xapi.grammar import (
    EXTENSIONS,
    IRI,
    KIND,
    LANGUAGES,
    MOMENT,
    PLACE,
    TAG,
    TEXT,
    TIME,
    UNKNOWN,
    UUID,
    VERSION,
    VOID,
    Broken,
    Check,
    Form,
    Json,
    has_zone,
    list_of,
    one_of,
    record,
)

VOIDED = "http://adlnet.gov/expapi/verbs/voided"
_VERB = Form(record({"id": IRI, "display": LANGUAGES}, needs=["id"]))
REFERENCE = Form(record({"objectType": one_of("StatementRef"), "id": UUID}, needs=["objectType", "id"]))


def _one_or_list(value: Json) -> None:
    for one in value if type(value) is list else (value,):
        ACTIVITY.check(one)


_ACTIVITIES = Form(_one_or_list)
_ROLES = Form(record(dict.fromkeys(("parent", "grouping", "category", "other"), _ACTIVITIES)))


def _relevant(noun: str, form: Form) -> Form:
    """A list of contextAgents or contextGroups, which are built alike."""
    kind = one_of(f"context{noun.capitalize()}")
    forms = {"objectType": kind, noun: form, "relevantTypes": list_of(IRI, at_least=1)}
    return list_of(Form(record(forms, needs=["objectType", noun])))


_CONTEXT = Form(
    record(
        {
            "registration": UUID,
            "instructor": ACTOR_FORM,
            "team": GROUP,
            "contextActivities": _ROLES,
            "revision": TEXT,
            "platform": TEXT,
            "language": TAG,
            "statement": REFERENCE,
            "extensions": EXTENSIONS,
            "contextAgents": _relevant("agent", AGENT),
            "contextGroups": _relevant("group", GROUP),
        }
    )
)


def _inner_object(value: Json) -> None:
    """The object of a statement inside a statement: anything but a third statement."""
    kind = value.get("objectType") if type(value) is dict else None
    check = _OBJECTS.get(kind) if kind is None or type(kind) is str else None
    if check is None:
        raise Broken(KIND, "objectType", ": a kind of object that may stand here is expected")
    check(value)


def _object(value: Json) -> None:
    if type(value) is dict and value.get("objectType") == "SubStatement":
        _SUB(value)
        _check_place(value)
    else:
        _inner_object(value)


_OBJECTS: dict[str | None, Check] = {
    None: ACTIVITY.check,
    "Activity": ACTIVITY.check,
    "Agent": AGENT.check,
    "Group": GROUP.check,
    "StatementRef": REFERENCE.check,
}
_CORE = {
    "actor": ACTOR_FORM,
    "verb": _VERB,
    "object": Form(_object),
    "result": RESULT,
    "context": _CONTEXT,
    "timestamp": MOMENT,
    "attachments": ATTACHMENTS,
}
_NEEDS = ("actor", "verb", "object")
_SUB = record({**_CORE, "objectType": TEXT, "object": Form(_inner_object)}, needs=_NEEDS)
_STATEMENT = record({**_CORE, "id": UUID, "stored": MOMENT, "authority": AUTHORITY, "version": VERSION}, needs=_NEEDS)


def check_statement(statement: Json) -> None:
    """Check one statement, as it comes out of a JSON parser.

    Raises
    ------
    Broken
        With the first rule that does not hold.
    """
    _STATEMENT(statement)
    target = statement["object"]
    _check_place(statement)
    if statement["verb"]["id"] == VOIDED and target.get("objectType") != "StatementRef":
        raise Broken(VOID, "object", ": it does not refer to a statement")
    version = statement.get("version")
    if version is not None:
        inner = (target,) if target.get("objectType") == "SubStatement" else ()
        for one in (statement, *inner):
            _check_version(one, version)


def _check_place(statement: dict[str, Any]) -> None:
    """Revision and platform speak of an activity; with another kind of object they say nothing."""
    context = statement.get("context")
    if context is None or ("revision" not in context and "platform" not in context):
        return
    if statement["object"].get("objectType", "Activity") != "Activity":
        name = "revision" if "revision" in context else "platform"
        raise Broken(PLACE, f"context.{name}", ": only a statement about an activity has one")


def _check_version(statement: dict[str, Any], version: str) -> None:
    """What only one of the two versions allows or asks for."""
    if version.startswith("2"):
        for name in ("timestamp", "stored"):
            if name in statement and not has_zone(statement[name]):
                raise Broken(TIME, name)
        return
    context = statement.get("context", {})
    if "contextAgents" in context or "contextGroups" in context:
        raise Broken(UNKNOWN, "context")
