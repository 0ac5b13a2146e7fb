"""A glimpse shows how a file is laid out, and no value of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from gainline.engine.intake.glimpse import Glimpse, glimpse


def test_letters_and_digits_are_masked_and_headings_stay(tmp_path: Path):
    path = tmp_path / "usage.csv"
    path.write_text("Student ID,Name,Minutes\n1243-A,Ana Peña,12.5\n,Bo,\n", encoding="utf-8")
    masked = (("9999-a", "aaa aaaa", "99.9"), ("", "aa", ""))
    assert glimpse(path) == Glimpse(("Student ID", "Name", "Minutes"), masked)


def test_a_row_that_stands_in_place_of_a_header_is_masked_where_it_looks_like_values(tmp_path: Path):
    path = tmp_path / "bare.csv"
    path.write_text("12430,ana@mail.example\n12440,bo@mail.example\n", encoding="utf-8")
    seen = glimpse(path)
    assert seen is None or not {"12430", "ana@mail.example"} & {*seen.headings}


@pytest.mark.parametrize("body", [b"", b"PK\x03\x04 broken", b"\x00\x01"])
def test_what_is_no_table_has_none(tmp_path: Path, body: bytes):
    path = tmp_path / "odd.zip"
    path.write_bytes(body)
    assert glimpse(path) is None
