"""Files made to exhaust a machine are refused before they can: by one look, in little memory."""

from __future__ import annotations

import gzip
import io
import struct
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from intake_files import Office, usage_rows, zipped
from table_files import sheet_xml, workbook

PROFILES = Office().profiles
MEGABYTE = 1 << 20


def codes(folder: Path, name: str, content: bytes) -> list[str]:
    path = folder / name
    path.write_bytes(content)
    tracemalloc.start()
    kinds, issues = Office(PROFILES).discover(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kinds == []
    assert peak < 256 * MEGABYTE
    return [issue.code for issue in issues]


def test_a_zip_that_promises_a_thousand_times_its_size_is_not_opened(tmp_path: Path):
    assert codes(tmp_path, "bomb.zip", zipped({"use.csv": b"0" * (80 * MEGABYTE)})) == ["IN110"]


def test_a_zip_that_lies_about_the_size_of_a_member_is_refused(tmp_path: Path):
    content = bytearray(zipped({"use.csv": b"student_id,school\n" + b"0" * (80 * MEGABYTE)}))
    directory = content.rindex(b"PK\x01\x02")
    struct.pack_into("<I", content, directory + 24, 100)
    assert codes(tmp_path, "lying.zip", bytes(content)) == ["IN004"]


def test_a_gzip_from_which_a_thousand_times_its_size_comes_is_refused(tmp_path: Path):
    lines = b"000000000000000\n" * (5 * MEGABYTE)
    assert codes(tmp_path, "bomb.csv.gz", gzip.compress(lines)) == ["IN110"]


@pytest.mark.parametrize("content", [b"a,b\n" + b"x" * (17 * MEGABYTE), b'[{"a": "' + b"x" * (34 * MEGABYTE)])
def test_a_line_or_record_without_end_is_refused(content: bytes, tmp_path: Path):
    assert codes(tmp_path, "long.txt", content) == ["IN110"]


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_json_nested_a_hundred_thousand_deep_is_refused(opening: str, tmp_path: Path):
    content = (f'[{{"a":{opening * 100_000}').encode()
    assert codes(tmp_path, "deep.json", content) == ["IN110"]


def test_a_workbook_whose_xml_declares_entities_is_refused(tmp_path: Path):
    bomb = '<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;">]>' + sheet_xml([["a", "b"]]).partition("?>")[2]
    assert codes(tmp_path, "bomb.xlsx", workbook({"Use": bomb})) == ["IN110"]


def test_a_workbook_with_one_cell_of_endless_text_is_refused(tmp_path: Path):
    assert codes(tmp_path, "long.xlsx", workbook({"Use": [["a", "b" * 200_000]]})) == ["IN110"]


def test_a_zip_of_very_many_members_is_not_opened(tmp_path: Path):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(10_001):
            archive.writestr(f"{number}.csv", "")
    assert codes(tmp_path, "many.zip", out.getvalue()) == ["IN110"]


def test_a_damaged_member_does_not_keep_the_others_of_its_zip_out(tmp_path: Path):
    content = bytearray(zipped({"a.csv": usage_rows("1,Oak,m,2025-09-01,30"), "b.csv": usage_rows("2,Elm,m,x,3")}))
    at = content.index(b"b.csv") + 20
    content[at : at + 4] = bytes(4)
    path = tmp_path / "two.zip"
    path.write_bytes(bytes(content))
    kinds, issues = Office(PROFILES).discover(path)
    assert (kinds, [issue.code for issue in issues]) == (["generic_usage"], ["IN004"])
