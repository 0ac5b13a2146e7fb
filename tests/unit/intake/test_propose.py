"""A proposed profile is valid, reads the file it was made from, explains itself, and quotes nobody."""

from __future__ import annotations

from pathlib import Path

import pytest

from gainline.engine.intake import Profile, parse_profile
from gainline.engine.intake.propose import propose
from intake_files import Office
from shared_data import shared
from table_files import in_every_form, workbook
from terminal import gainline

HEADER = ["Student Name", "Student ID", "School", "Week of", "Time on Task (min)", "Lessons Passed"]
ROWS = [
    ["Ada Lovelace", "000123", "Oak", "3/14/2026", "45", "2"],
    ["Bo Diddley", "000124", "Oak", "3/21/2026", "20.5", "3"],
    ["Total", "", "", "", "65.5", "5"],
]


def proposed(path: Path) -> tuple[str, Profile]:
    text = propose(path).text
    assert text is not None
    profile, issues = parse_profile(text, file="proposed.toml")
    assert (profile is not None, issues) == (True, [])
    assert profile is not None
    return text, profile


@pytest.mark.parametrize("name", in_every_form(HEADER, ROWS))
def test_a_proposed_profile_reads_the_file_it_was_made_from(name: str, tmp_path: Path):
    path = tmp_path / name
    path.write_bytes(in_every_form(HEADER, ROWS)[name])
    text, profile = proposed(path)
    taken = Office({profile.key: profile}).take(path)
    found = {(row["metric"], str(row["first_day"]), row["value"]) for row in taken.rows("usage")}
    assert found == {
        ("minutes_active", "2026-03-14", 45.0),
        ("minutes_active", "2026-03-21", 20.5),
        ("items_passed", "2026-03-14", 2.0),
        ("items_passed", "2026-03-21", 3.0),
    }
    assert profile.grain == "week"
    assert profile.identity[0].header == "Student ID"
    assert not [value for row in ROWS[:2] for value in (*row[:4], row[4]) if f'"{value}"' in text or "Ada" in text]


@pytest.mark.parametrize(
    ("first", "second", "order"), [("2026-03-02", "2026-03-09", "ymd"), ("3/16/2026", "3/23/2026", "mdy")]
)
def test_one_column_per_week_is_seen_explained_and_read(tmp_path: Path, first: str, second: str, order: str):
    path = tmp_path / "weekly.csv"
    path.write_text(
        f"Student ID,School,Minutes week of {first},Minutes week of {second}\n000123,Oak,30,\n000124,Oak,12,41\n"
    )
    text, profile = proposed(path)
    assert (profile.target, profile.grain, profile.dates, profile.absent_row) == ("usage", "week", order, "unknown")
    assert "[wide]  # 2 headings differ only in a date" in text
    assert profile.measures[0].metric == "minutes_active"
    rows = Office({profile.key: profile}).take(path).rows("usage")
    assert sorted((row["value"], row["first_day"].day) for row in rows) == sorted(
        [(30.0, 2 if order == "ymd" else 16), (12.0, 2 if order == "ymd" else 16), (41.0, 9 if order == "ymd" else 23)]
    )


def test_two_dates_that_are_no_amounts_make_no_wide_file(tmp_path: Path):
    path = tmp_path / "notes.csv"
    path.write_text("Student ID,Note 2026-03-02,Note 2026-03-09,Day,Minutes\n000123,fine,late,2026-03-02,3\n")
    _, profile = proposed(path)
    assert profile.wide is None


def test_scores_become_results(tmp_path: Path):
    path = tmp_path / "scores.csv"
    path.write_text("sis_id,campus,subject,window,scale score,test date\n1,Oak,reading,fall,431,2025-09-01\n")
    text, profile = proposed(path)
    taken = Office({profile.key: profile}).take(path)
    assert [(row["assessment"], row["form"], row["score"]) for row in taken.rows("results")] == [
        ("reading", "fall", 431.0)
    ]
    assert profile.scale == (0.0, 500.0)
    assert "431" not in text


def test_what_is_not_sure_is_marked(tmp_path: Path):
    path = tmp_path / "time.csv"
    path.write_text("email,product,date,time\na@x.example,Lumen,3/4/2026,1:05:30\n")
    text, profile = proposed(path)
    lines = {line.split(" ", 1)[0]: line for line in text.splitlines()}
    assert "CHECK" in lines["dates"]
    assert "m:s" in lines["unit"]
    assert profile.identity[0].kind == "EmailAddress"
    assert profile.measures[0].unit == "h:m:s"


@pytest.mark.parametrize("content", [b"", b"\xd0\xcf\x11\xe0" + bytes(100), b"one\ntwo\n", workbook({"Empty": []})])
def test_what_holds_no_table_gives_an_issue(content: bytes, tmp_path: Path):
    path = tmp_path / "odd.csv"
    path.write_bytes(content)
    proposal = propose(path)
    assert proposal.text is None
    assert proposal.issues


def test_the_terminal_prints_the_profile_and_keeps_nothing(tmp_path: Path):
    path = tmp_path / "use.csv"
    path.write_bytes(in_every_form(HEADER, ROWS)["table.csv"])
    ran = gainline("import", "--profile", "new", path)
    assert ran.code == 0
    assert parse_profile(ran.out, file="proposed.toml")[1] == []
    assert "CHECK" in ran.err
    assert gainline("import", "--profile", "old", path).code == 2
    assert gainline("import", "--profile", "new", tmp_path / "absent.csv").code == 13


@pytest.mark.shared_data
@pytest.mark.parametrize(
    "name",
    [
        "oea_vendor_samples/clever/daily_participation_students.csv.gz",
        "oea_vendor_samples/iready/personalized_instruction_by_lesson_math.csv.gz",
        "oea_vendor_samples/iready/diagnostic_and_instruction_ela_ytd_window.csv.gz",
        "oea_vendor_samples/moodle_tables/quiz_grades.csv.gz",
        "oea_vendor_samples/contoso_sis/studentsectionmark.csv.gz",
        "dataedu_k12_online/course_data.macroman.csv.gz",
    ],
)
def test_a_profile_is_proposed_for_real_files(name: str):
    proposed(shared(name))
