"""Releases to the public go beside each other: none differs from another by a few people."""

from __future__ import annotations

import copy
import json
from datetime import date
from pathlib import Path

from gainline.engine.privacy import Audience, Policy
from gainline.engine.privacy.kept import FOLLOWS
from gainline.engine.reports.facts import facts
from gainline.engine.reports.words import words
from gainline.road.briefing import read_evidence
from gainline.road.releases import enter_release, released_of, with_releases
from gainline.road.workspace import Workspace
from terminal import gainline

KEY = "lumen-reading"
DAY = date(2026, 6, 9)
MEASURE = ("indicators", "measure", "adoption", "--audience", "public", "--format", "json")


def told(home: Workspace, evidence: dict, audience: Audience = Audience.PUBLIC):
    return facts(with_releases(home, KEY, evidence), audience=audience, policy=Policy(), words=words("en"))


def without_one(evidence: dict) -> dict:
    """The same evaluation after one student of the tool's arm was withdrawn."""
    after = copy.deepcopy(evidence)
    for estimate in (*after["estimates"], *after["exploratory"]):
        for arm in estimate["counts"]:
            if arm["arm"] == "tool":
                arm["assigned"] -= 1
                arm["analyzed"] -= 1
    return after


def test_the_figures_of_the_first_brief_stand_when_one_student_was_withdrawn(evaluated: Path) -> None:
    home = Workspace.open(evaluated)
    evidence = read_evidence(home, KEY)
    assert gainline("brief", KEY, "-w", evaluated).code == 0
    [first] = released_of(home, KEY)
    assert first["audience"] == "public"
    before, after = told(home, evidence), told(home, without_one(evidence))
    assert before.released.reasons == () or before.released.reasons[0].code != "PR023"
    assert [reason.code for reason in after.released.reasons] == ["PR023"]
    assert after.n == before.n
    assert words("en")("page.hidden_pr023") in after.why_hidden


def test_the_same_document_is_shown_alike_whatever_was_released_since(evaluated: Path) -> None:
    home = Workspace.open(evaluated)
    evidence = read_evidence(home, KEY)
    for one in (evidence, without_one(evidence), evidence):
        enter_release(home, KEY, one, on=DAY)
    assert len(list(released_of(home, KEY))) == 2
    assert told(home, evidence).evidence[FOLLOWS] == []
    assert len(told(home, without_one(evidence)).evidence[FOLLOWS]) == 1


def test_what_staff_see_is_no_release(evaluated: Path) -> None:
    home = Workspace.open(evaluated)
    assert gainline("brief", KEY, "--audience", "staff", "-w", evaluated).code == 0
    assert list(released_of(home, KEY)) == []
    enter_release(home, KEY, read_evidence(home, KEY), on=DAY)
    after = told(home, without_one(read_evidence(home, KEY)), Audience.STAFF)
    assert all(reason.code != "PR023" for reason in after.released.reasons)


def test_shared_tables_and_bundles_enter_the_journal_once(evaluated: Path, tmp_path: Path) -> None:
    assert gainline("share", KEY, tmp_path / "out", "--for", "public", "-w", evaluated).code == 0
    assert gainline("bundle", KEY, "--out", tmp_path / "out.zip", "-w", evaluated).code == 0
    [one] = released_of(Workspace.open(evaluated), KEY)
    assert {"count", "high", "key", "low", "outcome", "status"} == set(one["cells"][0])
    assert "person_key" not in json.dumps(one)


def test_measurements_for_the_public_are_bands_and_entered_once(evaluated: Path) -> None:
    for _ in range(2):
        ran = gainline(*MEASURE, "--by", "grade", "-w", evaluated)
        assert ran.code == 0, ran.err
        rows = json.loads(ran.out)
        assert all(row["value"] is None for row in rows)  # a share of students is told as a band
        assert all(row["note"] for row in rows)
    [one] = released_of(Workspace.open(evaluated), "measurements")
    assert one["at"] == "adoption"
    assert gainline("verify", "-w", evaluated).code == 0


def test_a_journal_of_releases_that_was_cut_is_found(evaluated: Path) -> None:
    for by in ("grade", "school_id"):
        assert gainline(*MEASURE, "--by", by, "-w", evaluated).code == 0
    journal = evaluated / "releases.jsonl"
    journal.write_text("".join(journal.read_text().splitlines(keepends=True)[1:]))
    assert gainline("verify", "-w", evaluated).code == 10
