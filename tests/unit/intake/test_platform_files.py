"""Platforms' tables: rows find their people through the table of accounts, and moments fall on their day."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from gainline.engine.intake import parse_profile
from intake_files import Office, Taken, roster_with, zipped
from shared_data import shared

USERS = "id,idnumber,username,email,firstaccess,lastaccess\n7,000123,ada.l,ada@home.example,0,0\n8,,nobody,,0,0\n"
LOG = "id,eventname,component,action,userid,timecreated\n1,\\core\\viewed,mod_quiz,viewed,7,1756771200\n"


@pytest.fixture
def office(tmp_path: Path) -> Office:
    (tmp_path / "roster.zip").write_bytes(zipped(roster_with()))
    office = Office()
    office.take(tmp_path / "roster.zip")
    return office


def take(office: Office, tmp_path: Path, name: str, text: str) -> Taken:
    (tmp_path / name).write_text(text, encoding="utf-8")
    return office.take(tmp_path / name)


def test_rows_that_know_only_an_account_number_find_their_student_through_the_table_of_accounts(
    office: Office, tmp_path: Path
):
    before = take(office, tmp_path, "log.csv", LOG)
    assert [row["matched"] for row in before.rows("events")] == [False]
    accounts = take(office, tmp_path, "user.csv", USERS)
    assert {(row["kind"], row["value"]) for row in accounts.rows("identifiers")} >= {
        ("SisSourcedId", "000123"),
        ("SystemId", "7"),
    }
    assert [row["value"] for row in accounts.rows("unmatched")] == ["nobody"]
    after = take(office, tmp_path, "again.csv", LOG)
    assert [(row["matched"], row["local_date"]) for row in after.rows("events")] == [(True, date(2025, 9, 2))]


def test_unix_seconds_and_iso_times_fall_on_the_same_day(office: Office, tmp_path: Path):
    head = "id,quiz,userid,grade,timemodified\n"
    taken = take(office, tmp_path, "quiz_grades.csv", f"{head}1,5,7,80,1756771200\n2,5,7,90,2025-09-02T00:00:00.000Z\n")
    assert [row["taken_on"] for row in taken.rows("results")] == [date(2025, 9, 2)] * 2
    assert {row["assessment"] for row in taken.rows("results")} == {"moodle-quiz:5"}
    assert taken.rows("assessments") == []


def test_access_to_a_course_is_a_license_and_zero_seconds_no_day(office: Office, tmp_path: Path):
    head = "id,status,enrolid,userid,timestart,timeend\n"
    taken = take(office, tmp_path, "user_enrolments.csv", f"{head}1,0,3,7,1756771200,0\n")
    assert [(row["tool"], row["first_day"], row["last_day"]) for row in taken.rows("licenses")] == [
        ("moodle", date(2025, 9, 2), None)
    ]


def test_teachers_among_students_are_set_aside_counted_and_said(office: Office, tmp_path: Path):
    rows = (
        '{"id":1,"type":"TeacherEnrollment","user_id":1,"course_section_id":4,"last_activity_at":"","start_at":"x"}\n'
        '{"id":2,"type":"StudentEnrollment","user_id":2,"course_section_id":4,"last_activity_at":"",'
        '"start_at":"2025-09-01 00:00:00","end_at":""}\n'
    )
    taken = take(office, tmp_path, "enrollments.ndjson", rows)
    assert (taken.account.read, taken.account.loaded, len(taken.rows("licenses"))) == (2, 2, 1)
    assert taken.lines("IN302") == [1]
    assert taken.account.linkage is not None
    assert taken.account.linkage.identities == 1


def test_attendance_keeps_its_day_and_status(office: Office, tmp_path: Path):
    head = "id,student_id,school_id,attendance_date,section_id,PresenceFlag,attendance_status\n"
    taken = take(
        office, tmp_path, "att.csv", f"{head}1,000123,s1,2025-09-01,,1,Present\n2,000123,s1,9/2/2025,,0,Tardy\n"
    )
    assert [(row["day"], row["status"], row["school_id"], row["matched"]) for row in taken.rows("attendance")] == [
        (date(2025, 9, 1), "present", "s1", True),
        (date(2025, 9, 2), "late", "s1", True),
    ]


def test_a_file_without_a_header_is_told_by_its_name_and_width(tmp_path: Path):
    profile, issues = parse_profile(
        'key = "bare"\nname = "Bare"\ntarget = "usage"\nsource_system = "bare"\nfiles = ["bare*"]\n'
        'header = ["who", "when", "amount"]\n\n[[identity]]\nheader = "who"\n\n[columns]\n'
        'day = { header = "when", required = true }\n\n[[measures]]\nheader = "amount"\nmetric = "clicks"\n'
        'unit = "count"\ndefinition = "d"\n',
        file="bare.toml",
    )
    assert profile is not None, issues
    office = Office(profiles={**Office().profiles, "bare": profile})
    taken = take(office, tmp_path, "bare-1.csv", "1,2025-09-01,5\n2,2025-09-01,6\n")
    assert [(row["value"], row["source_line"]) for row in taken.rows("usage")] == [(5.0, 1), (6.0, 2)]
    (tmp_path / "bare-2.csv").write_text("1,2025-09-01,5,x\n", encoding="utf-8")
    assert office.discover(tmp_path / "bare-2.csv")[0] == []
    (tmp_path / "other.csv").write_text("1,2025-09-01,5\n", encoding="utf-8")
    assert office.discover(tmp_path / "other.csv")[0] == []


@pytest.mark.shared_data
def test_moodle_and_clever_meet_in_the_people_whom_they_share(tmp_path: Path):
    accounts = shared("oea_vendor_samples/moodle_tables/user.csv.gz")
    office = Office()
    users = office.take(accounts).rows("unmatched")
    roster = roster_with()
    head = roster["users.csv"].splitlines()[0]
    rows = [f"m{n},,,true,s1,student,m{n},,A,B,,{user['value']},,,,,03," for n, user in enumerate(users)]
    roster = {**roster, "users.csv": "\n".join([head, *rows]) + "\n"}
    del roster["enrollments.csv"], roster["demographics.csv"]
    (tmp_path / "roster.zip").write_bytes(zipped(roster))
    office = Office()
    office.take(tmp_path / "roster.zip")
    assert office.take(accounts).account.linkage.matched == 640  # type: ignore[union-attr]
    clever = office.take(shared("oea_vendor_samples/clever/daily_participation_students.csv.gz"))
    assert clever.account.linkage is not None
    assert (clever.account.linkage.identities, clever.account.linkage.matched) == (600, 600)
    grades = office.take(shared("oea_vendor_samples/moodle_tables/quiz_grades.csv.gz"))
    assert grades.account.linkage is not None
    assert (grades.account.linkage.identities, grades.account.linkage.matched) == (600, 600)
