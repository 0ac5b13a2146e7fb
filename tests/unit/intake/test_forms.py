"""Any tabular file gives the rows that its CSV would give: workbooks, JSON, lines of JSON, Parquet, packed or not."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from intake_files import Office, Taken, usage_rows, zipped
from table_files import in_every_form, objects, parquet, workbook

PROFILES = Office().profiles
HEADER = ["student_id", "school", "tool", "day", "minutes"]
ROWS = [
    ["000123", "Oak", "m", "2025-09-01", "30"],
    ["000124", "Oak", "m", "2025-09-02", "12.5"],
    ["124", "Elm", "m", "2025-09-02", "soon"],
    ["Total", "", "", "", "42.5"],
]


def put(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def take(folder: Path, name: str, content: bytes) -> Taken:
    return Office(PROFILES).take(put(folder, name, content))


def said(taken: Taken) -> list[tuple[object, ...]]:
    return [(row["value"], row["first_day"], row["person_key"]) for row in taken.rows("usage")]


@pytest.mark.parametrize("packed", ["plain", "gzip", "zip"])
@pytest.mark.parametrize("name", in_every_form(HEADER, ROWS))
def test_every_form_gives_the_rows_and_the_account_of_csv(name: str, packed: str, tmp_path: Path):
    plain = take(tmp_path, "plain.csv", in_every_form(HEADER, ROWS)["table.csv"])
    content = in_every_form(HEADER, ROWS)[name]
    if packed == "gzip":
        name, content = f"{name}.gz", gzip.compress(content)
    elif packed == "zip":
        name, content = "package.zip", zipped({name: content})
    taken = take(tmp_path, name, content)
    assert said(taken) == said(plain)
    assert taken.codes() == plain.codes()
    assert (taken.account.read, taken.account.loaded, taken.account.rejected) == (4, 2, 2)


def test_the_rows_of_a_sheet_are_named_by_their_number_and_their_sheet(tmp_path: Path):
    rows = [["Usage of the year"], [], HEADER, *ROWS[:2], [], ROWS[2]]
    taken = take(tmp_path, "book.xlsx", workbook({"Use": rows}))
    assert taken.lines("IN032") == [7]
    assert taken.account.file_name == "book.xlsx [Use]"
    assert {"IN012"} <= taken.codes().keys()
    assert taken.adds_up()


def test_a_sheet_shows_dates_durations_and_percentages_as_people_see_them(tmp_path: Path):
    rows = [HEADER, ["7", "Oak", "m", (45901.0, 1), 30], ["8", "Oak", "m", (45902.0, 6), (45.0, 7)]]
    taken = take(tmp_path, "book.xlsx", workbook({"Use": rows}))
    assert [str(row["first_day"]) for row in taken.rows("usage")] == ["2025-09-01", "2025-09-02"]
    assert [row["value"] for row in taken.rows("usage")] == [30.0, 45.0]


def test_days_counted_from_1904_are_the_same_days(tmp_path: Path):
    rows = [HEADER, ["7", "Oak", "m", (45901.0 - 1462, 1), 30]]
    taken = take(tmp_path, "book.xlsx", workbook({"Use": rows}, since_1904=True))
    assert [str(row["first_day"]) for row in taken.rows("usage")] == ["2025-09-01"]


def test_ids_keep_the_zeros_their_format_shows_and_plain_numbers_are_pointed_out(tmp_path: Path):
    rows = [HEADER, [(123.0, 4), "Oak", "m", "2025-09-01", 30], [124, "Oak", "m", "2025-09-01", 30]]
    taken = take(tmp_path, "book.xlsx", workbook({"Use": rows}))
    assert sorted(row["value"] for row in taken.rows("unmatched")) == ["000123", "124"]
    assert (taken.lines("IN113"), taken.lines("IN114")) == ([2], [3])


def test_an_id_longer_than_a_spreadsheet_can_hold_is_kept_out(tmp_path: Path):
    rows = [HEADER, [123456789012345678, "Oak", "m", "2025-09-01", 30]]
    taken = take(tmp_path, "book.xlsx", workbook({"Use": rows}))
    assert taken.codes()["IN037"] == 1
    assert taken.account.rejected == 1


def test_a_formula_gives_its_stored_value_and_one_without_is_pointed_out(tmp_path: Path):
    stored, bare = '<c r="E2"><f>SUM(1,2)</f><v>3</v></c>', '<c r="E3"><f>SUM(1,2)</f></c>'
    rows = [HEADER, [*ROWS[0][:4], stored], [*ROWS[1][:4], bare]]
    taken = take(tmp_path, "book.xlsx", workbook({"Use": rows}))
    assert [row["value"] for row in taken.rows("usage")] == [3.0]
    assert taken.lines("IN116") == [3]
    assert taken.account.rejected == 1


def test_hidden_rows_are_read_and_mentioned(tmp_path: Path):
    taken = take(tmp_path, "book.xlsx", workbook({"Use": [HEADER, *ROWS[:2]]}, hidden=[3]))
    assert len(taken.rows("usage")) == 2
    assert taken.lines("IN115") == [3]


def test_a_cell_beyond_the_header_keeps_its_row_out(tmp_path: Path):
    taken = take(tmp_path, "book.xlsx", workbook({"Use": [HEADER, ROWS[0], [*ROWS[1], "more"]]}))
    assert taken.lines("IN020") == [3]
    assert taken.adds_up()


def test_each_sheet_is_a_table_and_those_that_fit_nothing_are_mentioned(tmp_path: Path):
    sheets = {"Notes": [["Made by", "Ada"]], "Fall": [HEADER, ROWS[0]], "Spring": [HEADER, ROWS[1]], "Empty": []}
    kinds, issues = Office(PROFILES).discover(put(tmp_path, "book.xlsx", workbook(sheets)))
    assert kinds == ["generic_usage", "generic_usage"]
    assert sorted((issue.code, issue.file) for issue in issues) == [
        ("IN112", "book.xlsx [Empty]"),
        ("IN112", "book.xlsx [Notes]"),
    ]


def test_a_workbook_that_fits_nothing_says_so_for_its_sheet(tmp_path: Path):
    _, issues = Office(PROFILES).discover(
        put(tmp_path, "book.xlsx", workbook({"Notes": [["Made by", "Ada"], ["on", "it"]]}))
    )
    assert [(issue.code, issue.file) for issue in issues] == [("IN005", "book.xlsx [Notes]")]


def test_one_stray_cell_far_away_costs_nothing(tmp_path: Path):
    far = '<c r="XFD2" t="inlineStr"><is><t> </t></is></c>'
    taken = take(tmp_path, "book.xlsx", workbook({"Use": [HEADER, [*ROWS[0], far]]}))
    assert len(taken.rows("usage")) == 1


@pytest.mark.parametrize("head", [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"])
def test_old_and_locked_workbooks_are_named_as_such(head: bytes, tmp_path: Path):
    _, issues = Office(PROFILES).discover(put(tmp_path, "book.xls", head + bytes(600)))
    assert [issue.code for issue in issues] == ["IN015"]


def test_a_record_that_is_no_object_or_says_a_thing_twice_is_kept_out(tmp_path: Path):
    good = json.dumps(objects(HEADER, ROWS[:1])[0])
    twice = good.replace('{"student_id"', '{"minutes": "9", "student_id"')
    taken = take(tmp_path, "use.ndjson", f"{good}\n\n[1]\n{twice}\n{{\n{good}\n".encode())
    assert taken.lines("IN117") == [3, 4, 5]
    assert (taken.account.read, taken.account.loaded) == (5, 2)


def test_numbers_of_json_keep_their_text_and_objects_within_become_columns(tmp_path: Path):
    record = '{"student": {"id": 12345678901234567890}, "tool": "m", "day": "2025-09-01", "minutes": 1.50}'
    office = Office(PROFILES)
    profile = office.profiles["generic_usage"]
    identity = (profile.identity[0].model_copy(update={"header": "student.id"}),)
    office.profiles["generic_usage"] = profile.model_copy(update={"identity": identity})
    taken = office.take(put(tmp_path, "use.json", f"[{record}]".encode()))
    assert [row["value"] for row in taken.rows("unmatched")] == ["12345678901234567890"]
    assert [row["value"] for row in taken.rows("usage")] == [1.5]


def test_typed_parquet_columns_read_like_their_text(tmp_path: Path):
    import datetime

    rows = [[123, "Oak", "m", datetime.date(2025, 9, 1), 30.0], [124, None, "m", datetime.date(2025, 9, 2), 12.5]]
    taken = take(tmp_path, "use.parquet", parquet(HEADER, rows))
    assert [row["value"] for row in taken.rows("usage")] == [30.0, 12.5]
    assert sorted(row["value"] for row in taken.rows("unmatched")) == ["123", "124"]


def test_a_zip_within_a_zip_is_not_opened(tmp_path: Path):
    inner = zipped({"use.csv": usage_rows("1,Oak,m,2025-09-01,30")})
    kinds, issues = Office(PROFILES).discover(put(tmp_path, "outer.zip", zipped({"inner.zip": inner})))
    assert (kinds, [issue.code for issue in issues]) == ([], ["IN111"])
