"""Where a file can be read in two ways it asks; nothing is guessed, and the answer stands in a profile."""

from __future__ import annotations

from pathlib import Path

import pytest

from intake_files import Office, Taken, usage_rows
from table_files import workbook

PROFILES = Office().profiles


def taken_with(folder: Path, text: str | bytes, *, unit: str = "count", **declared: object) -> Taken:
    """A usage file, read by the generic profile with something declared."""
    profile = PROFILES["generic_usage"]
    measures = (profile.measures[0].model_copy(update={"unit": unit}),)
    office = Office({"generic_usage": profile.model_copy(update={"measures": measures, **declared})})
    path = folder / "use.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return office.take(path)


@pytest.mark.parametrize(
    ("days", "told"),
    [
        (["3/4/2026", "12/11/2025"], "both orders read"),
        (["3/4/2026", "3/14/2026"], '"mdy"'),
        (["3/4/2026", "14/3/2026"], '"dmy"'),
        (["14/3/2026", "3/14/2026"], "neither"),
    ],
)
def test_dates_of_an_order_that_is_not_declared_ask_for_it(days: list[str], told: str, tmp_path: Path):
    taken = taken_with(tmp_path, usage_rows(*(f"1,Oak,m,{day},30" for day in days)))
    [issue] = [issue for issue in taken.issues if issue.code == "IN119"]
    assert issue.column == "day"
    assert told in str(issue)
    assert 'dates = "mdy"' in issue.remedy
    assert taken.account.rejected == len(days)


def test_declared_dates_ask_nothing(tmp_path: Path):
    taken = taken_with(tmp_path, usage_rows("1,Oak,m,3/4/2026,30", "1,Oak,m,3/14/2026,30"), dates="mdy")
    assert [str(row["first_day"]) for row in taken.rows("usage")] == ["2026-03-04", "2026-03-14"]
    assert "IN119" not in taken.codes()


@pytest.mark.parametrize(("unit", "minutes"), [("h:m:s", [65.5, 3930.0]), ("m:s", [65.5, 65.5])])
def test_durations_are_minutes_by_the_declared_unit(unit: str, minutes: list[float], tmp_path: Path):
    taken = taken_with(tmp_path, usage_rows("1,Oak,m,2026-03-04,1:05:30", "2,Oak,m,2026-03-04,65:30"), unit=unit)
    assert [row["value"] for row in taken.rows("usage")] == minutes


def test_a_duration_that_a_sheet_holds_as_a_number_is_minutes_too(tmp_path: Path):
    header = ["student_id", "tool", "day", "minutes"]
    rows = [header, ["1", "m", "2026-03-04", (65.5 / 1440, 2)], ["2", "m", "2026-03-04", (1505 / 1440, 3)]]
    path = tmp_path / "use.xlsx"
    path.write_bytes(workbook({"Use": rows}))
    measures = (PROFILES["generic_usage"].measures[0].model_copy(update={"unit": "h:m:s"}),)
    office = Office({"generic_usage": PROFILES["generic_usage"].model_copy(update={"measures": measures})})
    assert [row["value"] for row in office.take(path).rows("usage")] == [65.5, 1505.0]


def test_a_duration_under_a_plain_unit_asks_for_the_unit(tmp_path: Path):
    taken = taken_with(tmp_path, usage_rows("1,Oak,m,2026-03-04,1:05:30"))
    assert taken.codes()["IN036"] == 1


@pytest.mark.parametrize("value", ["4-Mar", "Mar-4", "2026-03-04"])
def test_a_number_that_became_a_date_is_named_as_such(value: str, tmp_path: Path):
    taken = taken_with(tmp_path, usage_rows(f"1,Oak,m,2026-03-04,{value}"))
    assert taken.codes()["IN120"] == 1
    assert taken.account.rejected == 1


@pytest.mark.parametrize("value", ["1.23E+05", "4-Mar"])
def test_an_id_that_a_spreadsheet_mangled_names_nobody(value: str, tmp_path: Path):
    taken = taken_with(tmp_path, usage_rows(f"{value},Oak,m,2026-03-04,3"))
    assert taken.codes()["IN037"] == 1
    assert taken.rows("unmatched") == []


DOUBTFUL = usage_rows("1,Oak,m,2026-03-04,3", "2,\x00,m,2026-03-04,3").encode().replace(b"\x00", b"L\xe9ON")


def test_text_that_two_encodings_read_equally_well_asks_and_shows_masked_cells(tmp_path: Path):
    path = tmp_path / "use.csv"
    path.write_bytes(DOUBTFUL)
    kinds, issues = Office(PROFILES).discover(path)
    assert (kinds, [issue.code for issue in issues]) == ([], ["IN118"])
    assert "é" in str(issues[0])
    assert "È" in str(issues[0])
    assert "ON" not in str(issues[0])


@pytest.mark.parametrize(("encoding", "sign"), [("cp1252", "é"), ("mac_roman", "È")])
def test_a_declared_encoding_is_remembered_by_the_profile(encoding: str, sign: str, tmp_path: Path):
    taken = taken_with(tmp_path, DOUBTFUL, encoding=encoding)
    assert f"L{sign}ON" in [row["school"] for row in taken.rows("unmatched")]
    assert taken.codes()["IN010"] == 1


def test_what_is_utf_8_stays_so_whatever_is_declared(tmp_path: Path):
    taken = taken_with(tmp_path, usage_rows("1,Élm,m,2026-03-04,3"), encoding="mac_roman")
    assert [row["school"] for row in taken.rows("unmatched")] == ["Élm"]
