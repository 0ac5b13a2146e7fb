"""The watch on a lake: one task for one trouble, the same again however often it runs, and nothing about a person."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from gainline.road.importing import import_files
from gainline.road.workspace import Workspace
from intake_files import roster_with, zipped
from terminal import gainline
from unit.roadmap.test_risks import TEXT, first_block

SALT = b"a salt of thirty-two bytes, kept."
HEAD = "instrument,item,answer,respondent,response_id,date,school,lowest,highest,reverse,construct\n"
FIRST = date(2026, 8, 24)
TRUST = [5, 5, 3, 3, 5, 5]  # 100 % of the scale, then 50 %: below 60 in the third and fourth week


def pulse(weeks: range) -> str:
    """Twelve families answer every week."""
    return HEAD + "".join(
        f"pulse,q1,{TRUST[week]},family,w{week}f{n},{FIRST + timedelta(weeks=week, days=2)},"
        "Oak School,1,5,no,family_trust\n"
        for week in weeks
        for n in range(12)
    )


def bring(home: Workspace, folder: Path, weeks: range, on: date) -> None:
    file = folder / f"pulse-{weeks.start}.csv"
    file.write_text(pulse(weeks), encoding="utf-8")
    assert import_files(home, [file], as_of=on).rows["rejected"] == 0


def run(*words: object) -> list[dict[str, object]]:
    ran = gainline("risk", *words, "--format", "json")
    assert ran.code == 0, ran.err
    return json.loads(ran.out)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("risks")
    (folder / "roadmap.toml").write_text(first_block("plan-a-roadmap.md"), encoding="utf-8")
    (folder / "risks.toml").write_text(TEXT, encoding="utf-8")
    (folder / "roster.zip").write_bytes(zipped(roster_with()))
    home = Workspace.create(folder / "home", salt=SALT)
    import_files(home, [folder / "roster.zip"], as_of=FIRST)
    return folder


def test_a_trouble_on_the_lake_becomes_one_task_and_ends_with_it(folder: Path):
    home, register = Workspace.open(folder / "home"), folder / "risks.toml"
    where = ("-w", folder / "home")
    bring(home, folder, range(4), date(2026, 9, 21))

    [early] = run("watch", register, "--as-of", "2026-09-14", *where)
    assert (early["state"], early["latest"]) == ("quiet", "the district: family_trust 50")

    [called] = run("watch", register, "--as-of", "2026-09-21", *where)
    assert (called["state"], called["groups"], called["turn"], called["due"]) == (
        "called",
        "the district",
        "family liaison",
        "2026-09-26",
    )
    assert called["marked"].split(", ") == [f"reading.live@{school}" for school in ("ash", "birch", "cedar", "dogwood")]
    assert called["replan"].startswith("gainline roadmap replan roadmap.toml")
    assert called["inputs"] == "reading.live: 1 to 6 weeks longer, most likely 2"

    journal = folder / "home" / "risks" / "journal.jsonl"
    before = journal.read_bytes()
    assert run("watch", register, "--as-of", "2026-09-21", *where) == [called]
    assert journal.read_bytes() == before
    assert before.count(b'"risk_task"') == 1
    assert b"person_key" not in before

    [overdue] = run("show", register, "--as-of", "2026-09-28", *where)
    assert (overdue["turn"], overdue["escalated"]) == ("lead of the reading coaches", 1)
    past = gainline("risk", "watch", register, "--as-of", "2026-09-14", *where)
    assert past.code == 14

    bring(home, folder, range(4, 6), date(2026, 10, 5))
    [over] = run("watch", register, "--as-of", "2026-10-05", *where)
    assert (over["state"], over["marked"], over["replan"]) == ("quiet", "", "")
    assert over["turn"] == "director of teaching and learning"  # the measurement is well; the task was never reported
    assert run("show", register, "--as-of", "2026-09-21", *where) == [called]  # what was known then still stands


def test_a_task_is_reported_once_and_money_is_drawn_to_the_last_unit(folder: Path):
    register, where = folder / "risks.toml", ("-w", folder / "home", "--as-of", "2026-10-06")
    done = ("done", register, "trust", "--by", "liaison", "--note", "evenings held", *where)
    first, second = gainline("risk", *done), gainline("risk", *done)
    assert (first.code, second.code) == (0, 13), first.err
    draw = ("draw", register, "trust", "--for", "interpreters", "--approved-by", "coach-lead")
    assert gainline("risk", *draw, "--amount", 3000, *where).code == 0
    too_much = gainline("risk", *draw, "--amount", 1001, *where)
    assert (too_much.code, "RK026" in too_much.err) == (11, True)
    assert gainline("risk", *draw, "--amount", 1000, *where).code == 0
    [shown] = run("show", register, *where)
    assert (shown["contingency_left"], shown["turn"]) == (0, "")
    assert (
        gainline("risk", "draw", register, "nobody", "--amount", 1, "--for", "x", "--approved-by", "y", *where).code
        == 13
    )


def test_what_was_watched_is_charted_from_the_journal(folder: Path):
    register, where = folder / "risks.toml", ("-w", folder / "home", "--as-of", "2026-10-06")
    rows = run("chart", register, "trust", *where)
    assert [row["value"] for row in rows] == [100, 100, 50, 50, 100, 100]
    assert {(round(row["center"], 6), round(row["upper"] - row["center"], 6)) for row in rows} == {(83.333333, 53.2)}
    said = gainline("risk", "chart", register, "trust", *where).err
    assert "Fewer than twelve weeks" in said
    early = gainline("risk", "chart", register, "trust", *where, "--change", "2026-09-14")
    assert (early.code, "RK031" in early.err) == (11, True)


def test_an_altered_journal_is_not_read(folder: Path):
    journal = folder / "home" / "risks" / "journal.jsonl"
    whole = journal.read_text(encoding="utf-8")
    journal.write_text(whole.replace('"amount":3000', '"amount":30'), encoding="utf-8")
    ran = gainline("risk", "show", folder / "risks.toml", "-w", folder / "home", "--as-of", "2026-10-06")
    verified = gainline("verify", "-w", folder / "home")
    journal.write_text(whole, encoding="utf-8")
    assert (ran.code, verified.code) == (14, 10)
    assert gainline("verify", "-w", folder / "home").code == 0


def test_a_register_with_faults_or_without_its_roadmap_is_not_watched(folder: Path, tmp_path: Path):
    alone = tmp_path / "risks.toml"
    alone.write_text(TEXT, encoding="utf-8")
    checked = gainline("risk", "check", alone, "-w", folder / "home")
    assert (checked.code, "RK028" in checked.err) == (10, True)
    assert gainline("risk", "watch", alone, "-w", folder / "home").code == 10
    (tmp_path / "roadmap.toml").write_text("name = 1", encoding="utf-8")
    assert "RK028" in gainline("risk", "check", alone, "-w", folder / "home").err
    assert gainline("risk", "check", folder / "risks.toml", "-w", folder / "home").code == 0
    assert gainline("risk", "check", tmp_path / "none.toml").code == 13
