"""Agents: actors and groups of a statement, with exactly one identifier each."""

from __future__ import annotations

from gainline.engine.intake.xapi.grammar import (
    ACTOR,
    FORM,
    IRI,
    KIND,
    MAILTO,
    SHA1,
    TEXT,
    Broken,
    Form,
    Json,
    list_of,
    one_of,
    record,
    text,
)

IDENTIFIERS = ("account", "mbox", "mbox_sha1sum", "openid")


def _name(value: Json) -> None:
    text(value)
    if not value.strip():
        raise Broken(FORM, detail=": a name that is not empty is expected")


_ACCOUNT = Form(record({"homePage": IRI, "name": Form(_name)}, needs=["homePage", "name"]))
_BY = {"account": _ACCOUNT, "mbox": MAILTO, "mbox_sha1sum": SHA1, "openid": IRI}


def _exactly_one(given: frozenset[str]) -> None:
    found = len(given & _BY.keys())
    if found != 1:
        raise Broken(ACTOR, detail=": it has more than one" if found else ": it has none")


def _one_or_members(given: frozenset[str]) -> None:
    if "member" not in given or given & _BY.keys():
        _exactly_one(given)


AGENT = Form(record({"objectType": one_of("Agent"), "name": TEXT, **_BY}, rule=_exactly_one))
_GROUP = record(
    {"objectType": one_of("Group"), "name": TEXT, "member": list_of(AGENT), **_BY},
    needs=["objectType"],
    rule=_one_or_members,
)


def _group(value: Json) -> None:
    _GROUP(value)
    if not value.get("member") and not value.keys() & _BY.keys():
        raise Broken(ACTOR, "member", ": a group without identifier needs members")


GROUP = Form(_group)


def _actor(value: Json) -> None:
    if type(value) is not dict:
        raise Broken(KIND, detail=": an object is expected")
    (_group if value.get("objectType") == "Group" else AGENT.check)(value)


def _authority(value: Json) -> None:
    """Who vouches for a statement: an agent, or the pair of an application and its user."""
    _actor(value)
    if value.get("objectType") == "Group" and (value.keys() & _BY.keys() or len(value["member"]) != 2):
        raise Broken(ACTOR, detail=": a group that vouches has two members and no identifier")


ACTOR_FORM, AUTHORITY = Form(_actor), Form(_authority)
