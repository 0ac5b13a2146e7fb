"""No export holds a cell that a spreadsheet would run, whatever stands in the records."""

from __future__ import annotations

import ast
import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from architecture.source import modules
from gainline.cli import console
from gainline.engine.core.spreadsheet import csv_text, harmless, without_mark
from gainline.engine.privacy import Audience
from gainline.engine.privacy.rows import release_rows
from gainline.engine.reports.tidy import Column, TidyTable
from gainline.engine.roadmap.exchange import Outline, read_table, table_csv, table_xlsx
from gainline.engine.roadmap.exchange.outline import Step
from gainline.road import rostering, sharing
from naughty import EVERYTHING, PAYLOADS, STRINGS

WRITERS = {"engine/worlds/sheets.py", "road/pulling/package.py"}
"""Beside the one writer: files that are made up to be imported; a package that we alone read back and delete."""
SIGNS = "=+-@"
NO_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
A_NUMBER = re.compile(r"[+-]?[\d.]+(e[+-]?\d+)?%?", re.IGNORECASE | re.ASCII)


def runs(cell: object) -> bool:
    """Whether a spreadsheet might run a cell, told in another way than the writer tells it."""
    if not isinstance(cell, str) or A_NUMBER.fullmatch(cell):
        return False
    if cell[:1] in "\t\r\n\x00" and cell:
        return True
    seen = "".join(
        sign for sign in unicodedata.normalize("NFKC", cell) if unicodedata.category(sign) not in {"Cc", "Cf"}
    )
    return seen.strip()[:1] in SIGNS and bool(seen.strip())


def formulas(rows: Iterable[Iterable[object]]) -> int:
    """How many cells openpyxl takes for formulas when it writes and reads them again."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append([NO_XML.sub("", str(cell))[:32_000] for cell in row])
    kept = io.BytesIO()
    book.save(kept)
    return in_workbook(kept.getvalue())


def in_workbook(content: bytes) -> int:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return sum(cell.data_type == "f" for sheet in book for row in sheet.iter_rows() for cell in row)


def cells_of(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


def plan() -> Outline:
    steps = [
        Step(key=f"s{number}", title=text, initiative="a", owner=text, source=text)
        for number, text in enumerate(EVERYTHING)
    ]
    return Outline(name="A plan", steps=tuple(steps), initiatives=(("a", "A"),))


def tidy() -> TidyTable:
    return TidyTable(
        "words", "one text", (Column("said", "text", "What was said"),), tuple((text,) for text in EVERYTHING)
    )


def exports(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[tuple[str, list[list[str]]]]:
    rows = [[text] for text in EVERYTHING]
    yield "the writer", cells_of(csv_text([["said"], *rows]))
    yield "tidy tables", cells_of(sharing.csv_text(tidy()))
    yield "the roadmap", cells_of(table_csv(plan()))
    released = release_rows({"said": list(EVERYTHING)}, audience=Audience.ANALYST)
    yield "rows of students", [list(row) for row in released.rows]
    console.show_rows([{"said": text} for text in EVERYTHING], form=console.Format.CSV)
    yield "the terminal", cells_of(capsys.readouterr().out)
    rostering._write(tmp_path / "roster.zip", {"users": [["givenName"], *rows]})
    with zipfile.ZipFile(tmp_path / "roster.zip") as archive:
        yield "a roster", cells_of(archive.read("users.csv").decode())


def test_no_cell_of_any_export_would_be_run(tmp_path, capsys):
    assert len(PAYLOADS) >= 40
    assert len(STRINGS) >= 150
    for name, rows in exports(tmp_path, capsys):
        assert len(rows) >= len(EVERYTHING), name
        assert [cell for row in rows for cell in row if runs(cell)] == [], name
        assert formulas(rows) == 0, name


def test_no_cell_of_a_workbook_is_a_formula():
    content = table_xlsx(plan())
    assert in_workbook(content) == 0
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert [cell.value for row in book.active.iter_rows() for cell in row if runs(cell.value)] == []


def test_the_judge_of_this_test_knows_a_formula():
    assert in_workbook_of("=1+1") == 1
    assert all(runs(text) for text in PAYLOADS if text.strip().startswith("="))


def in_workbook_of(cell: str) -> int:
    return formulas([[cell]])


def test_the_mark_comes_off_again_and_nothing_else_does():
    assert [text for text in EVERYTHING if without_mark(harmless(text)) != text and not text.startswith("'")] == []
    assert without_mark("'tis") == "'tis"
    assert [text for text in STRINGS if harmless(text) != text and not runs(text)] == []


def test_numbers_stay_numbers():
    assert csv_text([[-0.25, 3, None, True, date(2026, 2, 3), "-0.25", "+4.9", "98%"]]) == (
        "-0.25,3,,True,2026-02-03,-0.25,+4.9,98%\n"
    )


def test_there_is_one_writer():
    names = {"writer", "DictWriter", "write_csv", "Workbook"}
    found = {
        path
        for path, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr in names
        and getattr(node.value, "id", "") in {"csv", "openpyxl"}
    }
    assert found == WRITERS


def test_a_plan_that_was_written_harmlessly_comes_back(tmp_path):
    risky = replace(plan(), steps=(replace(plan().steps[0], title="=1+1"),))
    assert read_table(table_xlsx(risky), file="plan.xlsx").outline.steps[0].title == "=1+1"
