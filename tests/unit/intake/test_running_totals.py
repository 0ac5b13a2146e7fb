"""Year-to-date reports: each one adds what has risen since the one before, over files and imports."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from gainline.road.importing import ImportReport, import_files
from gainline.road.workspace import Workspace
from intake_files import roster_with, zipped
from shared_data import shared

SALT = b"a salt of thirty-two bytes, kept."
DAY = date(2026, 6, 1)
HEAD = "student_id,minutes_ytd\n"


@pytest.fixture
def home(tmp_path: Path) -> Workspace:
    workspace = Workspace.create(tmp_path / "home", salt=SALT)
    (tmp_path / "roster.zip").write_bytes(zipped(roster_with()))
    import_files(workspace, [tmp_path / "roster.zip"], as_of=DAY)
    return workspace


def report(home: Workspace, name: str, text: str, day: date = DAY) -> ImportReport:
    path = home.root.parent / name
    path.write_text(text, encoding="utf-8")
    return import_files(home, [path], as_of=day)


def use(home: Workspace) -> set[tuple[object, ...]]:
    with home.lake.reading() as reading:
        rows = reading.arrow(reading.table("usage")).to_pylist()
    return {(row["value"], row["first_day"], row["last_day"]) for row in rows}


def test_the_next_report_adds_only_what_has_risen_since_the_one_before(home: Workspace):
    report(home, "mathly_2025-09-07.csv", f"{HEAD}000123,30\n000124,5\n")
    report(home, "mathly_2025-09-14.csv", f"{HEAD}000123,50\n000124,5\n")
    assert use(home) == {
        (30.0, date(2025, 8, 1), date(2025, 9, 7)),
        (5.0, date(2025, 8, 1), date(2025, 9, 7)),
        (20.0, date(2025, 9, 8), date(2025, 9, 14)),
        (0.0, date(2025, 9, 8), date(2025, 9, 14)),
    }


def test_a_counter_that_fell_was_reset_and_what_it_says_since_is_counted(home: Workspace):
    report(home, "mathly_2025-09-07.csv", f"{HEAD}000123,30\n")
    fallen = report(home, "mathly_2025-09-14.csv", f"{HEAD}000123,12\n")
    again = report(home, "mathly_2025-09-21.csv", f"{HEAD}000123,20\n")
    assert fallen.files[0].account is not None
    assert fallen.files[0].account.by_code["IN042"] == 1
    assert again.files[0].account is not None
    assert "IN042" not in again.files[0].account.by_code
    assert {value for value, *_ in use(home)} == {30.0, 12.0, 8.0}


def test_a_new_school_year_begins_at_zero_without_a_fall(home: Workspace):
    report(home, "mathly_2025-06-10.csv", f"{HEAD}000123,900\n")
    new = report(home, "mathly_2025-09-07.csv", f"{HEAD}000123,30\n")
    assert new.files[0].account is not None
    assert "IN042" not in new.files[0].account.by_code
    assert (30.0, date(2025, 8, 1), date(2025, 9, 7)) in use(home)


def test_a_report_that_comes_after_a_later_one_is_kept_out(home: Workspace):
    report(home, "mathly_2025-09-14.csv", f"{HEAD}000123,50\n")
    late = report(home, "mathly_2025-09-07.csv", f"{HEAD}000123,30\n").files[0].account
    assert late is not None
    assert (late.read, late.loaded, late.rejected, late.by_code["IN306"]) == (1, 0, 1, 1)
    assert {value for value, *_ in use(home)} == {50.0}


def test_the_same_day_once_more_adds_only_what_differs(home: Workspace):
    report(home, "mathly_2025-09-14.csv", f"{HEAD}000123,50\n")
    report(home, "mended_2025-09-14.csv", f"{HEAD}000123,53\n")
    assert sum(value for value, *_ in use(home)) == 53.0  # type: ignore[misc]


def test_a_report_without_a_day_is_of_the_day_of_its_import_and_says_so(home: Workspace):
    account = report(home, "mathly.csv", f"{HEAD}000123,50\n", day=date(2026, 3, 3)).files[0].account
    assert account is not None
    assert account.by_code["IN304"] == 1
    assert use(home) == {(50.0, date(2025, 8, 1), date(2026, 3, 3))}


@pytest.mark.shared_data
def test_iready_s_year_to_date_report_differs_by_subject_and_counts_lessons(home: Workspace, tmp_path: Path):
    for subject in ("ela", "math"):
        there = shared(f"oea_vendor_samples/iready/diagnostic_and_instruction_{subject}_ytd_window.csv.gz")
        here = tmp_path / f"iready_{subject}_2022-03-31.csv.gz"
        here.write_bytes(there.read_bytes())
        account = import_files(home, [here], as_of=DAY).files[0].account
        assert account is not None
        assert (account.profile, account.read, account.rejected) == ("iready_instruction", 500, 0)
    with home.lake.reading() as reading:
        rows = reading.arrow(reading.table("usage")).to_pylist()
    assert {(row["tool"], row["resource"]) for row in rows} == {("iready", "Reading"), ("iready", "Math")}
    assert {row["metric"] for row in rows} == {"minutes_active", "items_passed", "items_completed"}
    assert {(row["first_day"], row["last_day"]) for row in rows} == {(date(2021, 8, 1), date(2022, 3, 31))}
