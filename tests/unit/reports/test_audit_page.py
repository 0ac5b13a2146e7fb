"""The audit in words: flags first, counts through the exit, both languages whole."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
from tests.evidence_frames import carried, cluster_frame, make_plan

from gainline.engine.audit import Audit, AuditCheck, Beside, Earlier, Look, LookKind, Word, audit_cycle, audit_district
from gainline.engine.audit.reach import Relied
from gainline.engine.evidence.document import Evidence
from gainline.engine.evidence.evaluate import evaluate
from gainline.engine.ledger import settle
from gainline.engine.privacy import Audience
from gainline.engine.reports.audit import audit_blocks, check_title, district_lines
from gainline.engine.reports.words import words

PLAN, FRAME = make_plan(), cluster_frame()


@cache
def made() -> tuple[Audit, dict]:
    evidence = evaluate(PLAN, FRAME, **carried())
    assert isinstance(evidence, Evidence)
    earlier = [
        Earlier(name, "mathematics", "2025-06-01", g, 0.1, None, Relied(name, "map", False))
        for name, g in (("other", 0.4), ("third", 0.0))
    ]
    looks = [Look(n, "2026-04-02", LookKind.MEASURED, "attendance", ("grade",)) for n in range(6)]
    audit = audit_cycle(PLAN, FRAME, evidence, Beside(looks=looks, earlier=earlier), sha256="0" * 64)
    return audit, settle(evidence.to_json_value())


@pytest.mark.parametrize("lang", ["en", "es"])
def test_every_word_of_every_check_is_in_both_catalogues(lang: str):
    audit, evidence = made()
    told = audit_blocks(audit, evidence, audience=Audience.STAFF, lang=lang)
    assert len(told.rows) == len(audit.checks)
    assert all(row.title and row.word and row.reference for row in told.rows)
    assert all(check_title(check.key, lang) for check in audit.checks)
    assert told.looks[0][2] == "grade"


def test_what_is_flagged_stands_first_and_says_what_to_do():
    audit, evidence = made()
    rows = audit_blocks(audit, evidence, audience=Audience.STAFF).rows
    kinds = [row.kind for row in rows]
    assert kinds == sorted(kinds, key=["risk", "unknown", "settled", "neutral"].index)
    assert all(row.does for row in rows if row.kind == "risk")
    assert "forking" in [row.key for row in rows if row.kind == "risk"]


def test_the_shrunken_figure_stands_beside_the_raw_one():
    audit, evidence = made()
    tools = audit_blocks(audit, evidence, audience=Audience.STAFF).tools
    assert [name for name, *_ in tools] == ["fracto", "other", "third"] or len(tools) == 3
    assert all("interval" in shrunken for _, _, shrunken in tools)


def test_a_figure_that_would_count_a_few_students_is_hidden_from_all_but_the_analyst():
    audit, evidence = made()
    sides = tuple(
        replace(one, lost=1 if one.arm == "tool" else 0) if one.side == "disadvantaged" else replace(one, lost=0)
        for one in audit.sides
    )
    few = replace(audit, sides=sides)
    missing = {}
    for audience in (Audience.PUBLIC, Audience.STAFF, Audience.ANALYST):
        rows = audit_blocks(few, evidence, audience=audience).rows
        missing[audience] = next(row.figure for row in rows if row.key == "missing")
    assert missing[Audience.STAFF] == missing[Audience.PUBLIC] == words("en")("page.hidden")
    assert "%" in missing[Audience.ANALYST]


def test_a_few_lost_students_or_open_identities_cannot_be_worked_out_of_a_share():
    audit, evidence = made()
    arms = [{**arm, "analyzed": arm["assigned"] - 3} for arm in evidence["estimates"][0]["counts"]]
    few = {
        **evidence,
        "estimates": [{**evidence["estimates"][0], "counts": arms}, *evidence["estimates"][1:]],
        "groups": [],
        "linkage": {**evidence["linkage"], "identities": 500, "identities_matched": 497},
    }
    lost = AuditCheck("attrition", "student", Word.CLEAR, 0.002, unit="share", null=0.006, limit=0.057)
    told = {}
    for audience in (Audience.STAFF, Audience.ANALYST):
        checks = (lost, *(one for one in audit.checks if one.key == "match"))
        rows = audit_blocks(replace(audit, checks=checks, sides=()), few, audience=audience).rows
        told[audience] = [row.figure + row.reference for row in rows]
    assert all(words("en")("page.hidden") in text for text in told[Audience.STAFF])
    assert not any(words("en")("page.hidden") in text for text in told[Audience.ANALYST])


def test_a_quiet_audit_says_so():
    audit, evidence = made()
    quiet = replace(audit, checks=(AuditCheck("regression", "score", Word.CLEAR, why="compared"),), compared=())
    told = audit_blocks(quiet, evidence, audience=Audience.STAFF)
    assert told.headline == "Nothing stands flagged"
    one = replace(audit, checks=(AuditCheck("sites", "score", Word.FLAG, 3.0, unit="count", n=3, limit=5),))
    assert audit_blocks(one, evidence, audience=Audience.STAFF).headline == "1 thing stands flagged"


def test_the_district_is_told_what_needs_a_person():
    audit, _ = made()
    cycles = [(replace(audit, own=replace(audit.own, tool=tool)), ()) for tool in ("a", "b", "c")]
    lines = district_lines(audit_district(cycles, as_of="2026-06-09"))
    assert len(lines) == 2
    assert district_lines(audit_district([], as_of="2026-06-09")) == ()
