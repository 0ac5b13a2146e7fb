"""From files of answers, observations and service records to measurements and agreement, in one workspace."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from gainline.engine.core.errors import UserFixable
from gainline.road.importing import import_files
from gainline.road.measuring import measure
from gainline.road.rating_lessons import rater_agreement
from gainline.road.workspace import Workspace
from intake_files import roster_with, zipped
from terminal import gainline

SALT = b"a salt of thirty-two bytes, kept."
LEVELS = [(1, 1), (2, 2), (3, 2), (4, 4), (1, 2), (3, 3), (2, 2), (4, 3)]
FILES = {
    "trust.csv": "instrument,item,answer,respondent,response_id,school,lowest,highest,reverse,construct\n"
    + "".join(
        f"trust,q{item},{3 + item},family,f{n},Oak School,1,5,no,family_trust\n" for n in range(12) for item in (1, 2)
    ),
    "observations.csv": "observation_id,rubric,element,level,lowest,highest,rater_id,date,school\n"
    + "".join(
        f"o{n},tech,{element},{level},1,4,R{rater},2026-02-{n + 2:02d},Oak School\n"
        for n, pair in enumerate(LEVELS)
        for rater, level in enumerate(pair)
        for element in ("questions", "feedback")
    ),
    "outages.csv": "tool,start,minutes,planned\nalgebra,2026-02-02,45,no\nalgebra,2026-02-03,300,yes\n",
    "tickets.csv": "ticket_id,tool,opened_on,hours\n1,algebra,2026-02-02,6\n2,algebra,2026-02-03,2\n",
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("voices")
    incoming = folder / "incoming"
    incoming.mkdir()
    (incoming / "roster.zip").write_bytes(zipped(roster_with()))
    for name, text in FILES.items():
        (incoming / name).write_text(text, encoding="utf-8")
    home = Workspace.create(folder / "home", salt=SALT)
    report = import_files(home, [incoming], as_of=date(2026, 6, 1))
    assert report.rows["rejected"] == 0
    return home


def test_families_without_a_row_in_the_roster_are_measured(home: Workspace) -> None:
    [row] = measure(home, "family_trust", by=["school_id"])
    assert (row["school_id"], row["value"], row["n"]) == ("s1", 87.5, 12)


def test_what_is_not_about_people_is_shown_however_little_it_is(home: Workspace) -> None:
    [outage] = measure(home, "outage_minutes", by=["tool"])
    assert (outage["value"], outage["n"], outage["note"]) == (45.0, 1, "")
    [hours] = measure(home, "support_hours", where={"tool": ["algebra"]})
    assert (hours["value"], hours["n"]) == (4.0, 2)


def test_what_is_about_few_people_is_not_shown(home: Workspace) -> None:
    [row] = measure(home, "observed_practice")
    assert row["value"] is None
    assert row["note"] == "too few to show"


def test_a_tool_that_only_the_support_desk_knows_is_known(home: Workspace) -> None:
    assert measure(home, "support_burden", where={"tool": ["algebra"]})
    with pytest.raises(UserFixable, match="knows no tool"):
        measure(home, "outage_minutes", where={"tool": ["algebre"]})


def test_agreement_is_told_by_element_and_over_all(home: Workspace) -> None:
    rows = rater_agreement(home, "tech", scale="ordinal", seed=1)
    assert [row["element"] for row in rows] == ["feedback", "questions", "all elements"]
    assert {row["lessons"] for row in rows} == {8}
    assert {row["raters"] for row in rows} == {2}
    assert all(row["low"] < row["alpha"] < row["high"] for row in rows)
    [early] = rater_agreement(home, "tech", scale="ordinal", seed=1, days=(date(2026, 2, 2), date(2026, 2, 4)))[-1:]
    assert (early["lessons"], early["low"], early["note"]) == (3, None, "too few lessons for an interval")


def test_the_command_prints_agreement(home: Workspace) -> None:
    ran = gainline("agreement", "tech", "--workspace", home.root, "--format", "json")
    assert ran.code == 0
    assert json.loads(ran.out)[0]["alpha"] == pytest.approx(0.853, abs=0.2)
    assert "feedback" in gainline("agreement", "tech", "-w", home.root).out
    assert gainline("agreement", "other", "-w", home.root).code == 2
    assert gainline("agreement", "tech", "--scale", "ratio", "-w", home.root).code == 2
    assert gainline("agreement", "tech", "--from", "2026-02-02", "-w", home.root).code == 2


def test_one_rater_alone_is_refused_in_the_note(home: Workspace, tmp_path: Path) -> None:
    lone = tmp_path / "observations.csv"
    lone.write_text(
        "observation_id,rubric,element,level,lowest,highest,rater_id,date\nx1,lone,q,1,1,4,R1,2026-02-02\n",
        encoding="utf-8",
    )
    other = Workspace.create(tmp_path / "home", salt=SALT)
    import_files(other, [lone], as_of=date(2026, 6, 1))
    [row] = rater_agreement(other, "lone", scale="nominal", seed=1)
    assert row["alpha"] is None
    assert "ID050" in row["note"]
