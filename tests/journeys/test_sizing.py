"""Choosing a design and a size in the terminal, with a district's records and without any."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest

from gainline.engine.worlds import INCOMING, build, tiny, write
from terminal import gainline

NUMBERS = ("pilot", "power", "--schools", 12, "--students", 60, "--sections", 3)


@pytest.fixture(scope="session")
def drafted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A district of eight small elementary schools, its roster and autumn scores imported, its plan drafted."""
    files, home = tmp_path_factory.mktemp("eight"), tmp_path_factory.mktemp("drafted") / "home"
    write(build(replace(tiny(), elementary_schools=8), seed=3), files)
    assert gainline("init", home).code == 0
    for name in ("gainline.toml", "plans/lumen-reading.toml", "plans/math-quest.toml"):
        (home / name).write_bytes((files / name).read_bytes())
    gainline("import", files / INCOMING / "oneroster", "-w", home, "--as-of", "2025-09-29")
    ran = gainline("import", files / INCOMING, "-w", home, "--as-of", "2025-09-29")
    assert ran.code in {0, 10}, ran.err
    return home


def test_the_picker_answers_in_words_and_for_programs():
    words = ("pilot", "design", "--who", "schools", "--chance", "may", "--chooser", "district")
    ran = gainline(*words)
    assert ran.code == 0
    assert "randomized" in ran.out
    assert 'kind = "randomized", unit = "school"' in ran.err
    choice = json.loads(gainline(*words, "--format", "json").out)
    assert (choice["kind"], choice["second"]) == ("randomized", "matched")
    assert gainline(*words, "--format", "csv").out.startswith("part,in words\ndesign,randomized\n")


def test_without_a_terminal_a_missing_answer_is_named_with_its_words():
    ran = gainline("pilot", "design", "--who", "schools")
    assert ran.code == 2
    assert "--chance" in ran.err
    assert "decides|may|no" in ran.err


def test_describing_only_names_no_design_of_a_plan():
    ran = gainline("pilot", "design", "--who", "nobody", "--chance", "no", "--chooser", "everyone", "--started")
    assert "describe only" in ran.out
    assert "In the plan" not in ran.err


def test_numbers_alone_are_enough():
    ran = gainline(*NUMBERS, "--r2", 0.6, "--sd", 15, "--effect", 4)
    assert ran.code == 0
    assert ran.out.startswith("With these 12 schools you could see an effect of at least 8.0 points (0.53 SD)")
    assert "<- as planned" in ran.out
    assert "assign sections within schools instead of schools" in ran.out
    assert "would be seen 29 times out of 100; four times out of five it takes 40 schools" in ran.err
    assert "not the district's own" in ran.err


def test_json_and_csv_hold_the_same_curve():
    points = json.loads(gainline(*NUMBERS, "--format", "json").out)["curve"]["points"]
    rows = list(csv.DictReader(io.StringIO(gainline(*NUMBERS, "--format", "csv").out)))
    assert [float(row["smallest_effect_sd"]) for row in rows] == [point["smallest_effect"] for point in points]
    assert {row["unit"] for row in rows} == {"SD"}


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        ((), 2, "--schools is missing"),
        (("--schools", 12), 2, "--students is missing"),
        (("--schools", 2, "--students", 50), 11, "PL101"),
        (("--schools", 12, "--students", 50, "--icc", 3), 11, "PL100"),
        (("--schools", 6, "--students", 50, "--groups", 5), 11, "PL102"),
        (("no-such-plan", "--schools", 12, "--students", 50), 2, "cannot be read"),
        (("plan", "-w", "nowhere"), 13, "no Gainline workspace"),
    ],
)
def test_what_cannot_be_sized_says_why_and_what_to_do(words, code, says, monkeypatch, tmp_path) -> None:
    monkeypatch.chdir(tmp_path)
    ran = gainline("pilot", "power", *words)
    assert ran.code == code, ran.err
    assert says in ran.err
    assert "->" in ran.err


def test_waves_can_be_sized_from_numbers():
    ran = gainline("pilot", "power", "--schools", 12, "--students", 60, "--waves", 3)
    assert ran.code == 0
    assert "measure one period more before the first wave" in ran.out


def test_a_plan_is_sized_by_the_roster_and_past_scores(drafted: Path) -> None:
    sized = json.loads(gainline("pilot", "power", "lumen-reading", "-w", drafted, "--format", "json").out)
    assert sized["layout"]["schools"] == 8
    assert sized["unit"] == "scale points"
    assert sized["effect"] == 2.0
    assert sized["components"]["source"].startswith("the district's own past scores")
    assert 10 < sized["sd"] < 30
    low, high = sized["band"]
    assert low <= sized["reach"]["smallest_effect"] <= high
    assert any("past scores are those of fall" in note for note in sized["notes"])  # spring, the pilot's own, is there


def test_a_matched_plan_of_one_school_is_refused(drafted: Path) -> None:
    ran = gainline("pilot", "power", "math-quest", "-w", drafted)
    assert ran.code in {0, 11}, ran.err
    assert "find a match" in ran.err or "PL10" in ran.err


def test_given_numbers_take_the_place_of_the_records(drafted: Path) -> None:
    words = ("pilot", "power", "lumen-reading", "-w", drafted, "--format", "json")
    own = json.loads(gainline(*words).out)
    given = json.loads(gainline(*words, "--schools", 40, "--icc", 0.1, "--r2", 0.6, "--lost", 0.1).out)
    assert given["layout"]["schools"] == 40
    assert given["spread"]["school"] == 0.1
    assert given["band"] is None
    assert given["reach"]["smallest_effect"] < own["reach"]["smallest_effect"]


def test_scores_of_four_schools_are_too_few_and_without_any_the_default_says_so(
    rostered: Path, district_files: Path
) -> None:
    plan = district_files / "plans" / "lumen-reading.toml"
    none = gainline("pilot", "power", plan, "-w", rostered)
    assert none.code == 0, none.err
    assert "no past scores are at hand" in none.err
    assert "cannot be weighed: the scores' SD is not known" in none.err
    gainline("import", district_files / INCOMING, "-w", rostered, "--as-of", "2025-09-29")
    few = gainline("pilot", "power", plan, "-w", rostered)
    assert few.code == 0, few.err
    assert "past scores of 4 schools cannot say how schools differ" in few.err
    assert "default of the What Works Clearinghouse" in few.err


def test_a_design_without_a_formula_is_refused_with_its_rule_of_thumb(drafted: Path, tmp_path: Path) -> None:
    text = (drafted / "plans" / "math-quest.toml").read_text(encoding="utf-8")
    head, _, tail = text.partition('kind = "matched"')
    assert tail
    cut = '\n[design.cutoff]\nscore = "math_fall"\nat = 200\ntool_side = "below"\n'
    path = tmp_path / "cut.toml"
    path.write_text(f'{head}kind = "cutoff"{tail}{cut}', encoding="utf-8")
    ran = gainline("pilot", "power", path, "--schools", 8, "--students", 100)
    assert ran.code == 11, ran.err
    assert "PL106" in ran.err
    assert "three times" in ran.err
