"""Statements that a record store may accept, and those it may not, each with the property that is wrong."""

from __future__ import annotations

import copy
import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from gainline.engine.intake.xapi.fast import parse_statement
from gainline.engine.intake.xapi.grammar import Broken, moment_of, seconds_of
from gainline.engine.intake.xapi.rules import check_statement

SPEC = tomllib.loads((Path(__file__).parents[2] / "spec" / "xapi" / "cases.toml").read_text(encoding="utf-8"))
SOUND: dict[str, Any] = json.loads(SPEC["sound"])
AGENT = {"mbox": "mailto:someone@example.org"}


def changed(path: str, value: Any) -> dict[str, Any]:
    """The sound statement with one value put at a path; a missing object on the way is made."""
    statement = copy.deepcopy(SOUND)
    place, (*way, last) = statement, path.split(".")
    for name in way:
        place = place.setdefault(name, {})
    place[last] = value
    return statement


def case_statement(case: dict[str, Any]) -> dict[str, Any]:
    statement = copy.deepcopy(SOUND)
    for path, value in case.get("set", {}).items():
        *way, last = path.split(".")
        place = statement
        for name in way:
            place = place[name]
        place[last] = json.loads(value)
    if "drop" in case:
        del statement[case["drop"]]
    return statement


def broken(statement: Any) -> Broken | None:
    try:
        check_statement(statement)
    except Broken as fault:
        return fault
    return None


@pytest.mark.parametrize("case", SPEC["cases"], ids=lambda case: case["name"])
def test_the_rule_table_is_judged_as_the_standard_says(case):
    statement = case_statement(case)
    fault = broken(statement)
    if case.get("sound"):
        assert fault is None
        assert parse_statement(json.dumps(statement).encode())["verb"] == statement["verb"]
    else:
        assert fault is not None
        assert (fault.code, fault.path) == (case["code"], case["path"])
        with pytest.raises(Broken):
            parse_statement(json.dumps(statement).encode())


def test_the_rule_table_has_its_twenty_two_cases():
    assert len(SPEC["cases"]) == 22
    assert sum(not case.get("sound", False) for case in SPEC["cases"]) == 17


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("version", "2.0", "IN144"),
        ("version", "1.1.0", "IN144"),
        ("timestamp", "2026-02-30T10:00:00Z", "IN145"),
        ("timestamp", "2026-02-03", "IN145"),
        ("timestamp", "20260203T101500Z", "IN145"),
        ("timestamp", "2026-02-03T10:00:00-00", "IN145"),
        ("stored", 5, "IN143"),
        ("object", {"objectType": "Course", "id": "https://x.org/a"}, "IN143"),
        ("object", {"objectType": "StatementRef"}, "IN141"),
        ("object.definition.choices", [{"id": "a"}], "IN141"),
        ("object.definition.interactionType", "guess", "IN144"),
        ("attachments", [{"usageType": "https://x.org/a"}], "IN141"),
        ("authority", {"objectType": "Group", "member": [AGENT]}, "IN146"),
        ("context", {"team": AGENT}, "IN141"),
        ("context", {"contextActivities": {"mother": []}}, "IN142"),
        ("context", {"statement": {"objectType": "StatementRef", "id": "1"}}, "IN144"),
        ("context", {"contextAgents": [{"objectType": "contextAgent"}]}, "IN141"),
        ("result.score", {"min": 5, "max": 5}, "IN147"),
        ("result.score.raw", True, "IN143"),
        ("result.duration", "PT", "IN144"),
        ("result.duration", "PT1.5H3M", "IN144"),
        ("actor", {"objectType": "Group", "member": []}, "IN146"),
        ("actor", {"objectType": "Group", "member": [{"objectType": "Group", **AGENT}]}, "IN144"),
        ("actor", {"account": {"homePage": "https://x.org", "name": " "}}, "IN144"),
        ("actor", {"account": {"homePage": "https://x.org"}}, "IN141"),
        ("actor", {"mbox_sha1sum": "abc"}, "IN144"),
    ],
)
def test_what_the_standard_forbids_is_named_by_its_code(path, value, code):
    fault = broken(changed(path, value))
    assert fault is not None
    assert fault.code == code


def test_a_statement_of_version_2_needs_a_zone_and_one_of_version_1_knows_no_context_agents():
    zoneless = changed("version", "2.0.0") | {"timestamp": "2026-02-03T10:15:00"}
    assert broken(zoneless).code == "IN145"
    agents = {"contextAgents": [{"objectType": "contextAgent", "agent": AGENT}]}
    assert broken(changed("version", "1.0.3") | {"context": agents}).code == "IN142"
    assert broken(changed("version", "2.0.1") | {"context": agents}) is None


def test_a_statement_within_a_statement_may_not_hold_a_third_one():
    inner = {name: SOUND[name] for name in ("actor", "verb", "object")} | {"objectType": "SubStatement"}
    assert broken(changed("object", inner)) is None
    assert broken(changed("object", inner | {"object": inner})).code == "IN143"
    assert broken(changed("object", inner | {"id": SOUND["id"]})).code == "IN142"


def test_no_value_of_a_statement_stands_in_a_fault():
    secret = "Ada Lovelace"
    for path in ("id", "timestamp", "version", "actor.mbox", "result.duration", "actor.account", secret):
        fault = broken(changed(path, secret))
        assert fault is not None
        assert secret not in f"{fault.path}{fault.detail}"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("PT16M59.14S", 1019.14), ("P1DT1H", 90_000.0), ("P2W", 1_209_600.0), ("P1M", None), ("P16559.14S", None)],
)
def test_a_duration_counts_its_seconds_where_it_has_a_fixed_length(text, seconds):
    assert seconds_of(text) == seconds


def test_a_time_keeps_its_offset():
    assert moment_of("2026-02-03T10:00:00+05:30").timestamp() == 1_770_093_000
    assert moment_of("2026-02-03T10:00:00").tzinfo is None
