"""Hours before a lesson beside what was seen in it, teacher by teacher, told for all of them and as no effect."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from scipy import stats

from gainline.road.importing import import_files
from gainline.road.measuring import measure
from gainline.road.workspace import Workspace
from intake_files import ROSTER, roster_with, zipped
from terminal import gainline
from unit.roadmap.test_risks import first_block

pytestmark = pytest.mark.slow

SALT = b"a salt of thirty-two bytes, kept."
HOURS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]
LEVELS = [1, 2, 1, 2, 3, 2, 3, 3, 4, 3, 4, 4]
N = range(len(HOURS))
WITH_TEACHERS = {
    "classes.csv": ROSTER["classes.csv"] + "".join(f"m{n},,,Room,03,c1,,homeroom,,s1,y,,,\n" for n in N),
    "users.csv": ROSTER["users.csv"]
    + "".join(f"t{n},,,true,s1,teacher,t{n},,T,{n},,C-{n},t{n}@x.example,,,,,\n" for n in N),
    "enrollments.csv": ROSTER["enrollments.csv"] + "".join(f"te{n},,,m{n},s1,t{n},teacher,true,,\n" for n in N),
}
TRAINING = "staff_id,training,date,hours,attended,tool\n" + "".join(
    f"C-{n},opening,2025-09-01,{HOURS[n]},yes,lumen-reading\n"
    f"C-{n},later,2026-03-01,{20 - HOURS[n]},yes,lumen-reading\n"  # after the lesson: no part of its dose
    f"C-{n},other,2025-09-02,{30 - HOURS[n]},yes,another-tool\n"
    f"C-{n},missed,2025-09-03,{40 - HOURS[n]},no,lumen-reading\n"
    for n in N
)
OBSERVED = "observation_id,rubric,element,level,lowest,highest,rater_id,date,section_id,tool\n" + "".join(
    f"o{n},district-technology-use,questions,{LEVELS[n]},1,4,T-9,2026-02-02,m{n},lumen-reading\n" for n in N
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exposure")
    (folder / "roadmap.toml").write_text(first_block("plan-a-roadmap.md"), encoding="utf-8")
    (folder / "training.toml").write_text(first_block("train-and-coach.md"), encoding="utf-8")
    (folder / "roster.zip").write_bytes(zipped(roster_with(WITH_TEACHERS)))
    for name, text in {"attendance-of-training.csv": TRAINING, "observations.csv": OBSERVED}.items():
        (folder / name).write_text(text, encoding="utf-8")
    home = Workspace.create(folder / "home", salt=SALT)
    files = [folder / name for name in ("roster.zip", "attendance-of-training.csv", "observations.csv")]
    assert import_files(home, files, as_of=date(2026, 3, 2)).rows["rejected"] == 0
    return folder


def test_only_hours_of_this_tool_attended_before_the_lesson_count(folder: Path):
    ran = gainline("training", "exposure", folder / "training.toml", "-w", folder / "home", "--format", "json")
    assert ran.code == 0, ran.err
    [row] = json.loads(ran.out)
    assert (row["teachers"], row["mean_hours"]) == (12, 5.5)
    assert row["rank_correlation"] == pytest.approx(stats.spearmanr(HOURS, LEVELS).statistic)
    assert row["mean_practice"] == pytest.approx(100 * sum(level - 1 for level in LEVELS) / 3 / 12)
    assert 0 < row["low"] < row["rank_correlation"] < row["high"] < 1
    assert "go with practice nearer to the rubric" in row["says"]
    assert "does not say what the training did" in row["says"]


def test_the_dose_is_an_indicator_beside_observed_practice(folder: Path):
    home = Workspace.open(folder / "home")
    dose = measure(home, "training_hours", by=["school_id"], where={"training": ["opening"]})
    assert [(row["school_id"], row["value"]) for row in dose] == [
        ("s1", pytest.approx(sum(HOURS) / 13))
    ]  # u4 never came
    assert measure(home, "observed_practice", by=["school_id"])[0]["n"] == 12
