"""Answers in the lake become published scores: whole sheets only, everybody once, nobody in a group too small."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from gainline.engine.core.errors import Missing, UserFixable
from gainline.road.importing import import_files
from gainline.road.scoring import score_survey
from gainline.road.workspace import Workspace
from intake_files import roster_with, zipped
from terminal import gainline

SALT = b"a salt of thirty-two bytes, kept."
HEAD = "instrument,item,answer,respondent,response_id,date,school,tool,lowest,highest,reverse,construct\n"
BROOKE = (5, 4, 2, 1, 2, 3, 2, 4, 5, 2)  # scores 55


def rows(survey: str, sheets: dict[str, tuple[object, ...]], tool: str, highest: int, lowest: int = 1) -> str:
    return "".join(
        f"{survey},q{item},{answer},family,{key},2026-02-03,Oak School,{tool},{lowest},{highest},no,\n"
        for key, answers in sheets.items()
        for item, answer in enumerate(answers, start=1)
    )


FILE = (
    HEAD
    + rows("our-sus", {f"a{n}": BROOKE if n < 10 else (5, 1) * 5 for n in range(20)}, "algebra", 5)
    + rows("our-sus", {f"b{n}": BROOKE[:9] for n in range(3)}, "algebra", 5)
    + rows("our-sus", {f"c{n}": BROOKE for n in range(4)}, "writing", 5)
    + rows("nps", {f"n{n}": (10 if n < 15 else 8 if n < 24 else 3,) for n in range(30)}, "algebra", 10, 0)
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("scores")
    (folder / "roster.zip").write_bytes(zipped(roster_with()))
    (folder / "surveys.csv").write_text(FILE, encoding="utf-8")
    home = Workspace.create(folder / "home", salt=SALT)
    report = import_files(home, [folder / "roster.zip", folder / "surveys.csv"], as_of=date(2026, 3, 1))
    assert report.rows["rejected"] == 0
    return home


def test_the_score_is_the_mean_over_people_of_whole_sheets(home: Workspace):
    algebra, writing = score_survey(home, "sus", survey="our-sus", by=("tool",))
    assert (algebra["tool"], algebra["score"], algebra["mean"]) == ("algebra", "usability", 77.5)
    assert algebra["n"] is None  # beside the district's 24 it would give away the four who answered about writing
    assert algebra["note"].endswith("people")
    assert algebra["low"] < 77.5 < algebra["high"]
    assert algebra["unscored"] == "under 10"
    assert (writing["mean"], writing["n"], writing["note"]) == (None, None, "too few to show")


def test_net_promoters_come_with_their_interval(home: Workspace):
    [row] = score_survey(home, "nps", survey="nps")
    assert (row["mean"], row["n"]) == (pytest.approx(100 * (15 - 6) / 30), 30)
    assert row["high"] - row["low"] > 40


def test_what_does_not_exist_is_said(home: Workspace):
    with pytest.raises(UserFixable):
        score_survey(home, "susi", survey="our-sus")
    with pytest.raises(UserFixable):
        score_survey(home, "sus", survey="our-sus", by=("person_key",))
    with pytest.raises(Missing):
        score_survey(home, "sus", survey="nobody")


def test_the_command_scores_and_lists(home: Path):
    ran = gainline("instrument", "score", "sus", "--survey", "our-sus", "-w", home.root, "--format", "json")
    assert ran.code == 0, ran.err
    assert json.loads(ran.out)[0]["n"] == 24
    assert "tses-short" in gainline("instrument", "list").out
    half = gainline("instrument", "score", "sus", "--survey", "our-sus", "-w", home.root, "--from", "2026-01-01")
    assert half.code == 2
