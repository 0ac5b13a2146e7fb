"""The main job, as a person at a terminal does it: from a district's files to a brief."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from gainline.engine.worlds import INCOMING
from terminal import gainline

PLAN = "lumen-reading.toml"


def test_importing_the_same_files_again_changes_nothing(evaluated: Path, district_files: Path) -> None:
    before = gainline("status", "-w", evaluated, "--format", "json").out
    ran = gainline("import", district_files / INCOMING, "-w", evaluated, "--as-of", "2026-06-09", "--format", "json")
    assert ran.code == 0
    assert all(file["already"] for file in json.loads(ran.out)["files"])
    assert gainline("status", "-w", evaluated, "--format", "json").out == before


def test_two_processes_find_the_same_bytes(evaluated: Path) -> None:
    evidence = evaluated / "evidence" / "lumen-reading.json"
    first = evidence.read_bytes()
    for hash_seed in ("0", "7"):
        evidence.unlink()
        subprocess.run(
            [sys.executable, "-m", "gainline.cli.app", "evaluate", evaluated / "plans" / PLAN, "-w", evaluated],
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            check=True,
            capture_output=True,
        )
        assert evidence.read_bytes() == first


def test_a_plan_edited_after_registration_is_shown_as_a_deviation(evaluated: Path) -> None:
    plan = evaluated / "plans" / PLAN
    before = json.loads((evaluated / "evidence" / "lumen-reading.json").read_text())
    plan.write_text(plan.read_text().replace("smallest_effect = 2.0", "smallest_effect = 0.5"))
    assert gainline("evaluate", plan, "-w", evaluated).code == 0
    after = json.loads((evaluated / "evidence" / "lumen-reading.json").read_text())
    assert [d["path"] for d in after["deviations"]] == ["smallest_effect"]
    assert after["estimates"] == before["estimates"], "what was registered is what runs"
    assert after["verdict"]["word"] == before["verdict"]["word"]
    assert gainline("plan", "register", plan, "-w", evaluated, "--as-of", "2026-06-09").code == 14


def test_an_amendment_keeps_its_reason_and_still_shows(evaluated: Path) -> None:
    plan = evaluated / "plans" / PLAN
    plan.write_text(plan.read_text().replace("smallest_effect = 2.0", "smallest_effect = 2.5"))
    ran = gainline("plan", "amend", plan, "--reason", "the board asked", "-w", evaluated, "--as-of", "2026-06-09")
    assert ran.code == 0, ran.err
    assert gainline("evaluate", plan, "-w", evaluated).code == 0
    after = json.loads((evaluated / "evidence" / "lumen-reading.json").read_text())
    assert [(d["path"], d["amended_on"]) for d in after["deviations"]] == [("smallest_effect", "2026-06-09")]


def test_the_brief_is_one_file_that_names_nobody(evaluated: Path, district_files: Path) -> None:
    ran = gainline("brief", "lumen-reading", "-w", evaluated)
    assert ran.code == 0, ran.err
    page = (evaluated / "briefs" / "lumen-reading.html").read_text()
    assert "http://" not in page.replace("http://www.w3.org/", "")
    assert "<script" not in page
    with (district_files / INCOMING / "oneroster" / "users.csv").open(newline="") as roster:
        people = list(csv.DictReader(roster))
    words = set(re.findall(r"[\w@.-]+", page))
    assert not {person["sourcedId"] for person in people} & words
    assert not {person["email"] for person in people} & words
    assert not {person["identifier"] for person in people if len(person["identifier"]) > 4} & words
    assert not {person["familyName"] for person in people} & words


def test_everything_verifies_until_somebody_touches_the_ledger(evaluated: Path) -> None:
    assert gainline("verify", "-w", evaluated).code == 0
    ledger = evaluated / "ledger.jsonl"
    ledger.write_text(ledger.read_text().replace("2025-10-01", "2025-09-01", 1))
    assert gainline("verify", "-w", evaluated).code == 10


def test_measurements_are_for_groups_only(evaluated: Path) -> None:
    assert gainline("indicators", "measure", "adoption", "--by", "person_key", "-w", evaluated).code == 2
    ran = gainline("indicators", "measure", "adoption", "--by", "school_id", "-w", evaluated, "--format", "json")
    assert ran.code == 0, ran.err
    assert json.loads(ran.out)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("evaluate", "nowhere.toml"), 13),
        (("brief", "nothing"), 13),
        (("status", "-w", "nowhere"), 13),
        (("plan", "check", "nowhere.toml"), 13),
        (("import", "nowhere.csv"), 13),
        (("indicators", "show", "nothing"), 2),
        (("indicators", "measure", "adoption", "--where", "tool=misspelt"), 2),
        (("indicators", "measure", "adoption", "--where", "tool"), 2),
        (("indicators", "measure", "dosage", "--param", "recommended_per_week=lots"), 2),
        (("indicators", "measure", "adoption", "--from", "2026-01-10", "--to", "2025-01-01"), 2),
        (("plan", "amend", "nowhere", "--reason", "because"), 13),
        (("plan", "show", "nothing"), 13),
        (("snapshots", "-w", "nowhere"), 13),
        (("verify", "--head", "4:beef"), 2),
        (("init", "/dev/null/here"), 2),
        (("frobnicate",), 2),
    ],
)
def test_a_wrong_call_says_what_to_do(words: tuple[str, ...], code: int, rostered: Path) -> None:
    needs_home = "-w" not in words and words[0] not in {"frobnicate", "init"}
    ran = gainline(*words, *(["-w", rostered] if needs_home else []))
    assert ran.code == code, ran.err
    assert ran.err.strip()
    assert "Traceback" not in ran.err


def test_nothing_is_estimated_from_an_altered_file(evaluated: Path) -> None:
    file = next((evaluated / "lake" / "tables" / "results").rglob("*.parquet"))
    file.write_bytes(file.read_bytes() + b" ")
    ran = gainline("evaluate", evaluated / "plans" / PLAN, "-w", evaluated)
    assert ran.code == 10, ran.err
    assert "Traceback" not in ran.err
