"""The audit as a person at a terminal meets it: it is there without being asked for, and lists every look."""

from __future__ import annotations

import json
from pathlib import Path

from gainline.road.auditing import audit_of, audit_workspace
from gainline.road.workspace import Workspace
from terminal import gainline

KEY = "lumen-reading"
MEASURE = ("indicators", "measure", "adoption", "--by", "grade")


def test_every_evaluation_leaves_its_audit_and_every_look_is_listed(evaluated: Path) -> None:
    before = audit_of(Workspace.open(evaluated), KEY)
    assert {check.key for check in before.checks} >= {"attrition", "missing", "gap", "use", "forking", "regression"}
    assert gainline(*MEASURE, "-w", evaluated).code == 0
    district = gainline("audit", "-w", evaluated, "--format", "json")
    assert {row["cycle"]: row["looks_since"] for row in json.loads(district.out)}[KEY] == 1
    assert gainline("evaluate", evaluated / "plans" / f"{KEY}.toml", "-w", evaluated).code == 0
    after = audit_of(Workspace.open(evaluated), KEY)
    assert [look.at for look in after.unregistered if look.kind == "measured"] == ["adoption"]
    told = gainline("audit", KEY, "-w", evaluated)
    assert told.code == 0
    assert "adoption was measured" in told.out + told.err


def test_no_brief_is_written_of_evidence_that_was_not_audited(evaluated: Path) -> None:
    (evaluated / "audits" / f"{KEY}.json").unlink()
    refused = gainline("brief", KEY, "-w", evaluated)
    assert refused.code == 14
    assert "AU002" in refused.err
    assert gainline("audit", "never-asked", "-w", evaluated).code == 13


def test_a_look_that_was_taken_out_of_the_journal_is_found(evaluated: Path) -> None:
    for _ in range(2):
        assert gainline(*MEASURE, "-w", evaluated).code == 0
    journal = evaluated / "looks.jsonl"
    journal.write_text("".join(journal.read_text().splitlines(keepends=True)[1:]))
    assert gainline("verify", "-w", evaluated).code == 10


def test_the_district_of_an_empty_workspace_has_nothing_to_audit(tmp_path: Path) -> None:
    assert gainline("init", tmp_path / "home").code == 0
    assert audit_workspace(Workspace.open(tmp_path / "home"), as_of="2026-06-09").cycles == ()
