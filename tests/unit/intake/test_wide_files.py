"""Wide files: one column per week or assignment gives what the same rows would give one by one."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from gainline.engine.intake import parse_profile
from intake_files import Office, Taken

WEEKS = "student_id,school,Week of 2025-09-01,Week of 2025-09-08,Week of 2025-09-15"
OWN = """
key = "own"
name = "Own weeks"
target = "usage"
source_system = "own"
tool = "own"
grain = "week"
detect = ["Learner"]

[[identity]]
header = "Learner"

[wide]
headings = ["W {week:date}"]
cell = "amount"
empty = "%s"

[columns]
day = { header = "week", required = true }

[[measures]]
header = "amount"
metric = "minutes_active"
definition = "d"
"""


def take(tmp_path: Path, text: str, name: str = "weeks.csv", office: Office | None = None) -> Taken:
    (tmp_path / name).write_text(text, encoding="utf-8")
    return (office or Office()).take(tmp_path / name)


def own(empty: str) -> Office:
    profile, issues = parse_profile(OWN % empty, file="own.toml")
    assert profile is not None, issues
    office = Office()
    office.profiles[profile.key] = profile
    return office


def test_each_week_of_a_student_is_a_row_of_use_that_covers_it_from_monday_to_sunday(tmp_path: Path):
    taken = take(tmp_path, f"{WEEKS}\n000123,Oak School,10,20.5,0\n")
    rows = [(row["value"], row["first_day"], row["last_day"], row["source_line"]) for row in taken.rows("usage")]
    assert taken.account.profile == "generic_usage_weekly"
    assert sorted(rows, key=lambda row: str(row[1])) == [
        (10.0, date(2025, 9, 1), date(2025, 9, 7), 2),
        (20.5, date(2025, 9, 8), date(2025, 9, 14), 2),
        (0.0, date(2025, 9, 15), date(2025, 9, 21), 2),
    ]
    assert (taken.account.read, taken.account.loaded) == (1, 1)
    assert taken.account.linkage is not None
    assert taken.account.linkage.rows == 1


def test_an_empty_week_says_nothing_unless_the_profile_says_that_it_is_zero(tmp_path: Path):
    text = "Learner,W 2025-09-01,W 2025-09-08\n1,7,\n"
    assert [row["value"] for row in take(tmp_path, text, office=own("skip")).rows("usage")] == [7.0]
    assert [row["value"] for row in take(tmp_path, text, office=own("zero")).rows("usage")] == [7.0, 0.0]


def test_a_cell_that_cannot_be_read_is_named_by_its_week_and_the_others_are_loaded(tmp_path: Path):
    taken = take(tmp_path, f"{WEEKS}\n1,,10,abc,30\n2,,x,-1,\n3,,5,5,5\n")
    assert {(row["source_line"], row["value"]) for row in taken.rows("usage")} == {(2, 10.0), (2, 30.0), (4, 5.0)}
    account = taken.account
    assert (account.read, account.loaded, account.repaired, account.rejected) == (3, 1, 1, 1)
    faults = {(fold.code, fold.column): fold.lines for fold in account.faults if fold.code != "IN053"}
    assert faults == {
        ("IN032", "Week of 2025-09-08"): [2],
        ("IN032", "Week of 2025-09-01"): [3],
        ("IN031", "Week of 2025-09-08"): [3],
        ("IN300", None): [2],
    }


def test_totals_below_and_rows_without_a_student_are_no_use(tmp_path: Path):
    taken = take(tmp_path, f"{WEEKS}\n1,,1,2,3\n,,4,5,6\nTotal,,5,7,9\n")
    assert taken.account.by_code["IN023"] == 1
    assert taken.account.by_code["IN030"] == 1
    assert (taken.account.read, taken.account.rejected, len(taken.rows("usage"))) == (3, 2, 3)


def test_weeks_headed_by_day_or_month_first_are_a_question_and_never_guessed(tmp_path: Path):
    taken = take(tmp_path, "student_id,9/1/2025,9/8/2025\n1,10,20\n")
    assert taken.rows("usage") == []
    assert taken.account.by_code["IN119"] >= 1
    assert taken.adds_up()


GRADEBOOK = """Last Name,First Name,Email Address,Essay 1,Quiz 2,Average
Date,,,2025-09-12,2025-09-19,
Points,,,20,10,
L,Ada,ada.l@x.example,18,9,91
M,Bo,bo.m@x.example,,7,70
N,Cy,cy.n@x.example,late,10,88
"""


def test_a_gradebook_gives_a_result_per_student_and_assignment_with_its_day_and_points(tmp_path: Path):
    taken = take(tmp_path, GRADEBOOK, name="classroom-grades.csv")
    assert taken.account.profile == "gradebook_wide"
    marks = {(row["source_line"], row["assessment"]): (row["score"], row["taken_on"]) for row in taken.rows("results")}
    assert marks == {
        (4, "gradebook:Essay 1"): (18.0, date(2025, 9, 12)),
        (4, "gradebook:Quiz 2"): (9.0, date(2025, 9, 19)),
        (5, "gradebook:Essay 1"): (None, date(2025, 9, 12)),
        (5, "gradebook:Quiz 2"): (7.0, date(2025, 9, 19)),
        (6, "gradebook:Quiz 2"): (10.0, date(2025, 9, 19)),
    }
    points = {row["assessment"]: row["scale_max"] for row in taken.rows("assessments")}
    assert points == {"gradebook:Essay 1": 20.0, "gradebook:Quiz 2": 10.0}
    account = taken.account
    assert (account.read, account.loaded, account.repaired, account.rejected) == (5, 4, 1, 0)
    assert taken.lines("IN305") == [2, 3]
    assert taken.lines("IN300") == [6]


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ('empty = "skip"\n', "", 12, "required"),
        ('empty = "skip"', 'empty = "nought"', 15, "skip"),
        ('headings = ["W {week:date}"]', 'headings = ["W"]', 13, "in place of what varies"),
        ('cell = "amount"', 'cell = "cells"', None, "nothing asks for"),
        ("[wide]", "[wyde]", 12, "unknown key"),
        ('header = "week", required', 'header = "weak", required', None, "nothing asks for"),
    ],
)
def test_a_wide_profile_that_cannot_be_meant_is_refused_with_its_line(old: str, new: str, line: int | None, says: str):
    text = OWN % "skip"
    assert old in text
    profile, issues = parse_profile(text.replace(old, new).lstrip(), file="own.toml")
    assert profile is None
    assert [issue.code for issue in issues] == ["IN081"]
    assert says in issues[0].says
    if line is not None:
        assert issues[0].line == line
