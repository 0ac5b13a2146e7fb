"""What stands in the terminal: results alone on stdout, readable at every width; what is said to people on stderr."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from pathlib import Path

import pytest

from gainline.cli.columns import lay_out
from gainline.engine.intake.account import GroupSeen, Linkage
from gainline.engine.worlds import INCOMING
from gainline.road.linking import match_rates
from terminal import gainline

LISTS = [
    ("status",),
    ("snapshots",),
    ("unmatched",),
    ("profiles",),
    ("indicators", "list"),
    ("indicators", "measure", "adoption", "--by", "school_id"),
]


@pytest.mark.parametrize("words", LISTS, ids=" ".join)
def test_json_and_csv_on_stdout_are_whole_and_say_the_same(words: tuple[str, ...], evaluated: Path) -> None:
    as_json = json.loads(gainline(*words, "-w", evaluated, "--format", "json").out)
    as_csv = list(csv.DictReader(io.StringIO(gainline(*words, "-w", evaluated, "--format", "csv").out)))
    assert len(as_json) == len(as_csv) > 0
    for record, row in zip(as_json, as_csv, strict=True):
        assert {name: "" if value is None else str(value) for name, value in record.items()} == row


def test_the_account_of_an_import_is_rows_for_programs_and_sentences_for_people(
    rostered: Path, district_files: Path
) -> None:
    words = ("import", district_files / INCOMING, "-w", rostered, "--as-of", "2026-06-08")
    preview = gainline(*words, "--preview", "--format", "csv")
    rows = {row["file"]: row for row in csv.DictReader(io.StringIO(preview.out))}
    before = gainline("status", "-w", rostered, "--format", "json").out
    ran = gainline(*words)
    assert gainline("status", "-w", rostered, "--format", "json").out != before, "the preview had kept nothing"
    assert "identities matched to the roster" in ran.err
    assert "economically disadvantaged: no" in ran.err
    assert "gainline unmatched -w" in ran.err
    assert "IN031" in ran.err
    assert ran.out.splitlines()[0] == "What became of the rows"
    for line in ran.out.splitlines()[4:]:
        name, read, loaded, repaired, rejected = line.replace(",", "").split()[:5]
        assert int(read) == int(loaded) + int(repaired) + int(rejected)
        assert (read, loaded) == (rows[name]["rows"], rows[name]["loaded"])


def test_match_rates_hide_groups_that_are_too_few_and_those_that_would_give_them_away():
    seen = (
        GroupSeen("all", "all", 200, 150),
        GroupSeen("english_learner", "no", 193, 147),
        GroupSeen("english_learner", "yes", 7, 3),
        GroupSeen("school_id", "S1", 200, 150),
    )
    rates = {(rate.group, rate.value): str(rate) for rate in match_rates(_linkage(seen))}
    assert rates["english_learner", "yes"] == "too few to show"
    assert ("school_id", "S1") not in rates


def test_match_rates_of_large_groups_are_whole_percents():
    seen = (
        GroupSeen("all", "all", 400, 300),
        GroupSeen("disability", "no", 300, 225),
        GroupSeen("disability", "yes", 100, 75),
    )
    assert {str(rate) for rate in match_rates(_linkage(seen))} == {"75%"}


def _linkage(seen: tuple[GroupSeen, ...]) -> Linkage:
    return Linkage(identities=1, matched=1, rows=1, matched_rows=1, by_rule={}, by_school={}, seen=seen)


@pytest.mark.parametrize("width", [20, 40, 60, 80, 200])
def test_a_table_holds_its_width_and_loses_no_word(width: int) -> None:
    names = ["outcome", "95% interval", "users minus others"]
    rows = [["Reading scale score in May", "+3.7 to +6.1", "+5.4"], ["Fluency", "-1.0 to +0.5", ""]]
    lines = lay_out(names, rows, right=[False, True, True], width=width)
    words = " ".join(lines).split()
    assert {word for row in (names, *rows) for cell in row for word in cell.split()} <= set(words)
    is_table = any(line.startswith("-----") for line in lines)
    assert is_table == (width >= 40)
    assert not is_table or max(map(len, lines)) <= width


def test_a_brief_for_staff_never_takes_the_public_ones_place(evaluated: Path) -> None:
    assert gainline("brief", "lumen-reading", "-w", evaluated).code == 0
    public = (evaluated / "briefs" / "lumen-reading.html").read_bytes()
    for words in (("--audience", "staff"), ("--audience", "analyst"), ("--language", "es")):
        ran = gainline("brief", "lumen-reading", "-w", evaluated, *words)
        assert Path(ran.out.strip()).name == f"lumen-reading.{words[1]}.html"
    assert (evaluated / "briefs" / "lumen-reading.html").read_bytes() == public


def test_a_plan_can_be_named_by_its_key(evaluated: Path) -> None:
    assert gainline("plan", "check", "lumen-reading", "-w", evaluated, "--as-of", "2025-10-01").code == 0
    assert gainline("plan", "register", "lumen-reading", "-w", evaluated).code == 0
    ran = gainline("evaluate", "lumen-raeding", "-w", evaluated)
    assert ran.code == 13
    assert "lumen-reading" in ran.err, "it names the plans there are"


def test_what_was_written_down_is_checked_against_a_head_kept_outside(evaluated: Path) -> None:
    ledger = evaluated / "ledger.jsonl"
    said = gainline("plan", "register", "lumen-reading", "-w", evaluated).err
    head = next(line.split()[-1] for line in said.splitlines() if line.startswith("Ledger head"))
    assert gainline("verify", "-w", evaluated, "--head", head).code == 0
    whole = ledger.read_bytes()
    ledger.write_bytes(b"".join(whole.splitlines(keepends=True)[:1]))
    (evaluated / "evidence" / "lumen-reading.json").rename(evaluated / "kept.json")
    assert gainline("verify", "-w", evaluated).code == 0, "the chain alone cannot know"
    ran = gainline("verify", "-w", evaluated, "--head", head)
    assert ran.code == 10
    assert "LG006" in ran.err


def test_evidence_that_was_changed_is_found_and_makes_no_brief(evaluated: Path) -> None:
    evidence = evaluated / "evidence" / "lumen-reading.json"
    evidence.write_text(evidence.read_text().replace('"word": "', '"word": "not '))
    ran = gainline("verify", "-w", evaluated, "--format", "json")
    assert ran.code == 10
    assert [issue["code"] for issue in json.loads(ran.out)] == ["LG009"]
    assert gainline("brief", "lumen-reading", "-w", evaluated).code == 14
    evidence.unlink()
    assert "LG010" in gainline("verify", "-w", evaluated).err
    evidence.write_text("{")
    assert gainline("brief", "lumen-reading", "-w", evaluated).code == 14


def test_a_lost_salt_stops_an_import_and_says_why(rostered: Path, district_files: Path) -> None:
    (rostered / ".salt").unlink()
    ran = gainline("import", district_files / INCOMING, "-w", rostered, "--as-of", date(2026, 6, 8))
    assert ran.code == 13
    assert "restore it from a backup" in ran.err


def test_a_disk_that_refuses_is_no_defect_of_ours(rostered: Path) -> None:
    (rostered / "ledger.jsonl").mkdir()
    ran = gainline("status", "-w", rostered)
    assert ran.code == 2
    assert "ledger.jsonl" in ran.err
    assert "Traceback" not in ran.err
