"""A district draws its sample and its arms: written once, vouched for by the ledger, followed by the evaluation."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from gainline.engine.worlds import INCOMING
from gainline.road.piloting.assigning import Assigned
from terminal import gainline

DAY = ("--as-of", "2025-09-28")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def planned(home: Path, district_files: Path, **changes: str) -> Path:
    text = (district_files / "plans" / "lumen-reading.toml").read_text(encoding="utf-8")
    for old, new in changes.items():
        text = text.replace(old, new)
    path = home / "plans" / "lumen-reading.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_sample_is_drawn_once_and_a_refusal_is_kept(rostered: Path) -> None:
    ran = gainline("pilot", "sample", "garden", "--unit", "school", "--size", 4, "--hold-back", 1, "-w", rostered, *DAY)
    assert ran.code == 0, ran.err
    assert "were chosen by chance" in ran.err
    again = gainline("pilot", "sample", "garden", "--unit", "school", "--size", 4, "-w", rostered, *DAY)
    assert again.code == 14
    sheet = rows(rostered / "pilots" / "garden" / "sample.csv")
    chosen = [row["unit_id"] for row in sheet if row["part"] == "sample"]
    assert len(chosen) == 4
    ran = gainline("pilot", "decline", "garden", chosen[0], "--because", "no room", "-w", rostered, "--format", "json")
    value = json.loads(ran.out)
    assert value["replacements"][0]["declined"] == chosen[0]
    assert chosen[0] not in value["sample"]
    assert gainline("pilot", "decline", "garden", chosen[0], "--because", "x", "-w", rostered).code == 11
    assert gainline("pilot", "decline", "other", chosen[0], "--because", "x", "-w", rostered).code == 13
    with_reason = ("--reason", "the board added schools")
    ran = gainline("pilot", "sample", "garden", "--unit", "school", "--size", 5, "-w", rostered, *DAY, *with_reason)
    assert ran.code == 0, ran.err
    assert gainline("verify", "-w", rostered).code == 0


def test_what_is_drawn_is_imported_evaluated_and_redrawn_as_recorded(rostered: Path, district_files: Path) -> None:
    home = rostered
    plan = planned(home, district_files)
    drawn = gainline("pilot", "assign", "lumen-reading", "-w", home, *DAY)
    assert drawn.code == 0, drawn.err
    sheet = home / "pilots" / "lumen-reading" / "assignments.csv"
    assert list(rows(sheet)[0]) == ["pilot", "unit", "unit_id", "arm", "block", "how", "assigned_on"]
    assert gainline("plan", "register", plan, "-w", home, "--as-of", "2025-10-01").code == 0
    files = sorted((district_files / INCOMING).glob("*.csv"))
    others = [path for path in files if "assignments" not in path.name]
    ran = gainline("import", sheet, *others, "-w", home, "--as-of", "2026-06-08")
    assert ran.code in {0, 10}, ran.err
    ran = gainline("evaluate", "lumen-reading", "-w", home, "--format", "json")
    assert ran.code == 0, ran.err
    first = json.loads((home / "evidence" / "lumen-reading.json").read_text())["estimates"][0]
    assert "by the recorded mechanism: blocked" in dict(first["diagnostics"])["randomization inference"]

    record = home / "pilots" / "lumen-reading" / "assignment.json"
    text = record.read_text(encoding="utf-8")
    record.write_text(text.replace('"usual"', '"tool"', 1), encoding="utf-8")
    changed = gainline("evaluate", "lumen-reading", "-w", home)
    assert changed.code == 10
    assert "PL141" in changed.err
    assert gainline("verify", "-w", home).code == 10
    record.unlink()
    assert "PL140" in gainline("evaluate", "lumen-reading", "-w", home).err
    record.write_text(text, encoding="utf-8")
    assert gainline("verify", "-w", home).code == 0


def test_arms_that_were_decided_elsewhere_are_not_drawn_over(rostered: Path, district_files: Path) -> None:
    planned(rostered, district_files)
    sheet = district_files / INCOMING / "assignments-lumen-reading.csv"
    assert gainline("import", sheet, "-w", rostered, *DAY).code == 0
    ran = gainline("pilot", "assign", "lumen-reading", "-w", rostered, *DAY)
    assert ran.code == 14
    assert "decided elsewhere" in ran.err


@pytest.mark.parametrize("kind", ["complete", "blocked", "pairs", "rerandomized"])
def test_every_way_of_drawing_works_from_the_terminal(rostered: Path, kind: str) -> None:
    ran = gainline("pilot", "assign", "garden", "--unit", "section", "--kind", kind, "-w", rostered, *DAY)
    assert ran.code == 0, ran.err
    arms = [row["arm"] for row in rows(rostered / "pilots" / "garden" / "assignments.csv")]
    assert abs(arms.count("tool") - arms.count("usual")) <= 1


def test_waves_are_drawn_and_a_second_draw_needs_a_reason_and_withdraws_who_is_out(rostered: Path) -> None:
    assign = ("pilot", "assign", "garden", "--unit", "school", "-w", rostered, *DAY)
    assert gainline(*assign, "--kind", "waves", "--waves", 2).code == 0
    path = rostered / "pilots" / "garden" / "assignments.csv"
    before = [row["unit_id"] for row in rows(path)]
    assert {row["arm"] for row in rows(path)} == {"wave-1", "wave-2"}
    some = rostered / "some.csv"
    some.write_text("unit_id\n" + "\n".join(before[:-1]) + "\n", encoding="utf-8")
    assert gainline(*assign, "--units", some).code == 14
    assert gainline(*assign, "--units", some, "--reason", "a school was closed").code == 0
    assert {row["unit_id"] for row in rows(path) if row["arm"] == "withdrawn"} == {before[-1]}


def test_students_stand_in_our_files_by_pseudonyms_and_only_the_vendors_list_has_ids(
    rostered: Path, tmp_path: Path, district_files: Path
) -> None:
    vendor = tmp_path / "for-vendor.csv"
    ran = gainline(
        *("pilot", "assign", "garden", "--unit", "student", "--grades", "03", "--kind", "pairs"),
        *("--for-vendor", vendor, "-w", rostered, *DAY),
    )
    assert ran.code == 0, ran.err
    ours = {row["unit_id"]: row["arm"] for row in rows(rostered / "pilots" / "garden" / "assignments.csv")}
    theirs = {row["student_id"]: row["arm"] for row in rows(vendor)}
    assert len(ours) == len(theirs) > 20
    record = (rostered / "pilots" / "garden" / "assignment.json").read_text(encoding="utf-8")
    assert not [one for one in theirs if f'"{one}"' in record or one in ours or one in ran.out + ran.err]
    assert vendor.stat().st_mode & 0o077 == 0
    sheet = rostered / "pilots" / "garden" / "assignments.csv"
    assert gainline("import", sheet, "-w", rostered, *DAY).code == 0


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("assign", "garden"), 2, "--unit is needed"),
        (("assign", "garden", "--unit", "school", "--kind", "waves"), 2, "go together"),
        (("assign", "Bad Key", "--unit", "school"), 2, "cannot name a pilot"),
        (("assign", "garden", "--unit", "school", "--balance", "height"), 2, "height"),
        (("assign", "garden", "--unit", "school", "--grades", "12"), 2, "holds nobody"),
        (("assign", "garden", "--unit", "school", "--units", "none.csv"), 13, "there is no none.csv"),
        (("assign", "garden", "--unit", "school", "--score", "chess:fall"), 2, "chess:fall"),
        (("assign", "missing.toml"), 13, "no plan"),
        (("assign", "garden", "--unit", "school", "--acceptance", "0.1"), 2, "says nothing to a draw of kind complete"),
        (("assign", "garden", "--unit", "school", "--kind", "pairs", "--block-size", "3"), 2, "--kind blocked"),
        (("assign", "garden", "--unit", "school", "--kind", "rerandomized", "--acceptance", "0"), 11, "PL125"),
        (("assign", "garden", "--unit", "school", "--for-vendor", "nowhere/list.csv"), 13, "cannot be written"),
        (("sample", "garden", "--unit", "school", "--size", "99"), 11, "PL131"),
        (("sample", "garden", "--unit", "student", "--size", "9"), 2, "not sampled"),
        (("sample", "garden", "--unit", "school", "--size", "2", "--strata", "color"), 2, "not known"),
        (("sample", "garden", "--unit", "school", "--size", "2", "--balance", "height"), 2, "height"),
    ],
)
def test_what_cannot_be_drawn_is_said(rostered: Path, words: tuple[str, ...], code: int, says: str) -> None:
    ran = gainline("pilot", *words, "-w", rostered, *DAY)
    assert ran.code == code, ran.err
    assert says in ran.err


def test_a_plan_decides_how_and_whom(rostered: Path, district_files: Path) -> None:
    planned(rostered, district_files)
    base = ("pilot", "assign", "lumen-reading", "-w", rostered, *DAY)
    assert gainline(*base, "--kind", "pairs").code == 2
    assert gainline(*base, "--grades", "03").code == 2
    quest = (district_files / "plans" / "math-quest.toml").read_text(encoding="utf-8")
    (rostered / "plans" / "math-quest.toml").write_text(quest, encoding="utf-8")
    ran = gainline("pilot", "assign", "math-quest", "-w", rostered, *DAY)
    assert ran.code == 2
    assert "leaves nothing to chance" in ran.err


def test_more_ways_than_a_number_can_hold_are_told_as_a_power() -> None:
    own = {"arms": ["tool", "usual"], "labels": ["tool", "usual"], "units": ["a", "b"]}
    record = {"unit": "student", "seed": "1", "assignment": own, "chance": {"log10_possible": 412.3}}
    assert "about 10^412 ways" in Assigned("garden", record, Path(), ()).sentence  # the largest float is about 10^308


def test_the_vendors_list_can_be_had_after_the_draw_without_another(rostered: Path, tmp_path: Path) -> None:
    first, later = tmp_path / "first.csv", tmp_path / "later.csv"
    words = ("pilot", "assign", "garden", "-w", rostered, *DAY)
    assert gainline(*words, "--unit", "student", "--grades", "03", "--for-vendor", first).code == 0
    ran = gainline(*words, "--for-vendor", later)
    assert ran.code == 0, ran.err
    assert "Nothing was drawn" in ran.err
    assert later.read_bytes() == first.read_bytes()


def test_sections_are_not_drawn_from_everywhere_when_schools_were_sampled(rostered: Path) -> None:
    sampled = gainline("pilot", "sample", "garden", "--unit", "school", "--size", 4, "-w", rostered, *DAY)
    assert sampled.code == 0, sampled.err
    ran = gainline("pilot", "assign", "garden", "--unit", "section", "-w", rostered, *DAY)
    assert ran.code == 2
    assert "is of schools" in ran.err
    assert gainline("pilot", "assign", "garden", "--unit", "school", "-w", rostered, *DAY).code == 0
    sheet = rows(rostered / "pilots" / "garden" / "sample.csv")
    gone = next(row["unit_id"] for row in sheet if row["part"] == "sample")
    assert gainline("pilot", "decline", "garden", gone, "--because", " ", "-w", rostered).code == 2
    ran = gainline("pilot", "decline", "garden", gone, "--because", "no room", "-w", rostered)
    assert "counts as lost" in ran.err


def test_all_that_the_picker_misses_is_said_at_once() -> None:
    ran = gainline("pilot", "design", "--who", "schools")
    assert ran.code == 2
    assert "--chance is missing" in ran.err
    assert "--chooser is missing" in ran.err
