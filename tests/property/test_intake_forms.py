"""Whatever form a table comes in it gives the same rows and account; whatever damages it, the account adds up."""

from __future__ import annotations

import json
import tempfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gainline.engine.intake import discover, read
from intake_files import AS_OF, Office
from table_files import in_every_form, objects, parquet, workbook

OFFICE = Office()
HEADER = ["student_id", "school", "tool", "day", "minutes"]
FORMS = list(in_every_form(HEADER, [["1", "Oak", "m", "2025-09-01", "3"]]))
DAYS = st.dates(date(1900, 3, 1), date(2200, 12, 31))
SCHOOLS = st.text("ABCxyzéñÅ 0'.&", max_size=8)
FAULTS = st.sampled_from(
    ["", "-3", "soon", "1:05", "2025-02-30", "1.2E+11", "nan", "Total", "4-Mar", "3/4/2026", "n/a"]
)
ROW = st.tuples(
    st.integers(1, 99).map("{:06d}".format), SCHOOLS, st.just("m"), DAYS.map(str), st.integers(0, 300).map(str)
)


@st.composite
def rows(draw: st.DrawFn) -> list[list[str]]:
    """Rows of texts, now and then one with a fault."""
    found = [list(row) for row in draw(st.lists(ROW, min_size=1, max_size=12))]
    for row in found:
        if draw(st.integers(0, 3)) == 0:
            row[draw(st.sampled_from([0, 1, 3, 4]))] = draw(FAULTS)
    return found


def taken(name: str, content: bytes) -> tuple[object, ...]:
    """Canonical rows and account of a file, without the names and lines in which forms differ."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        office = Office(OFFICE.profiles)
        found = office.take(path)
    kept = {
        table: [{key: value for key, value in row.items() if key != "source_line"} for row in part.to_pylist()]
        for table, part in found.tables.items()
    }
    account = found.account
    return repr(kept), account.read, account.loaded, account.repaired, account.rejected, repr(account.by_code)


def check_every_form(table: list[list[str]]) -> None:
    files = in_every_form(HEADER, table)
    plain = taken("table.csv", files["table.csv"])
    for name, content in files.items():
        assert taken(name, content) == plain, name


@settings(max_examples=25, deadline=None)
@given(table=rows())
def test_every_form_gives_the_same_rows_and_account(table: list[list[str]]):
    check_every_form(table)


@pytest.mark.slow
@settings(max_examples=2000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(table=rows())
def test_every_form_gives_the_same_rows_and_account_two_thousand_times(table: list[list[str]]):
    check_every_form(table)


TYPED = st.lists(
    st.tuples(st.integers(1, 10**9), DAYS, st.integers(0, 300) | st.integers(0, 3000).map(lambda n: n / 16)),
    min_size=1,
    max_size=12,
)


@settings(max_examples=25, deadline=None)
@given(table=TYPED)
def test_typed_cells_give_what_their_text_gives(table: list[tuple[int, date, float]]):
    texts = [
        [str(who), "Oak", "m", str(day), f"{amount:g}" if amount < 1 else str(amount)] for who, day, amount in table
    ]
    plain = taken("table.csv", in_every_form(HEADER, texts)["table.csv"])
    sheet = [[who, "Oak", "m", (float((day - date(1899, 12, 30)).days), 1), amount] for who, day, amount in table]
    typed = [[who, "Oak", "m", str(day), amount] for who, day, amount in table]
    dated = [[who, "Oak", "m", day, amount] for who, day, amount in table]
    lines = "".join(json.dumps(record) + "\n" for record in objects(HEADER, typed))
    assert taken("table.ndjson", lines.encode()) == plain
    assert taken("table.parquet", parquet(HEADER, dated)) == plain
    in_sheet = taken("table.xlsx", workbook({"Use": [HEADER, *sheet]}))
    assert in_sheet[:-1] == plain[:-1]  # a sheet also says that its ids are numbers


@st.composite
def damaged(draw: st.DrawFn) -> tuple[str, bytes]:
    """A sound file in any form, then bytes changed, cut out, doubled or put in."""
    name = draw(st.sampled_from(FORMS))
    content = bytearray(in_every_form(HEADER, draw(rows()))[name])
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(len(content) - 1, 0)))
        how = draw(st.sampled_from(["change", "cut", "end", "double", "insert"]))
        if how == "change":
            content[at : at + 1] = bytes([draw(st.integers(0, 255))])
        elif how == "cut":
            del content[at : at + draw(st.integers(1, 40))]
        elif how == "end":
            del content[at:]
        elif how == "double":
            content[at:at] = content[at : at + draw(st.integers(1, 200))]
        else:
            content[at:at] = draw(st.binary(min_size=1, max_size=8))
    return name, bytes(content)


def check_damaged(name: str, content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        sources, issues = discover([path], OFFICE.profiles)
        assert sources or issues
        for source in sources:
            reading = read(source, profiles=OFFICE.profiles, identity=OFFICE.identity(), import_id="i1", as_of=AS_OF)
            written = sum(batch.rows.num_rows for batch in reading.batches if batch.table == "usage")
            account = reading.account
            assert account.read == account.loaded + account.repaired + account.rejected
            assert written <= account.loaded + account.repaired


@settings(max_examples=150, deadline=None)
@given(file=damaged())
def test_damaged_files_give_issues_and_no_exception(file: tuple[str, bytes]):
    check_damaged(*file)


@pytest.mark.slow
@settings(max_examples=2000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(file=damaged())
def test_two_thousand_damaged_files_give_issues_and_no_exception(file: tuple[str, bytes]):
    check_damaged(*file)
