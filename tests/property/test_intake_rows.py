"""Whatever happens to a usage file, each of its rows is loaded, repaired or rejected, and nothing is raised."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from intake_files import Office, usage_rows

OFFICE = Office()
BREAKS = "\r\n\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
ODD = [
    "",
    " ",
    "-3",
    "1,5",
    '"',
    '""',
    '"x',
    'x"y',
    "nan",
    "inf",
    "1e400",
    "2025-02-30",
    "1.2E+11",
    "Total",
    "\x00",
    "1:05",
]
WORDS = st.text(alphabet=st.characters(blacklist_categories=["Cs"], blacklist_characters=BREAKS), max_size=8)
CELLS = st.one_of(st.sampled_from(ODD), WORDS)
SOUND = st.tuples(
    st.integers(1, 99).map(str),
    st.sampled_from(["Oak", "Elm School"]),
    st.just("m"),
    st.dates(date(1900, 1, 1), date(2200, 12, 31)).map(str),
    st.integers(0, 300).map(str),
)


@st.composite
def lines(draw: st.DrawFn) -> str:
    """One row: sound, or with a cell replaced, a cell too many, or a cell too few."""
    cells = list(draw(SOUND))
    fault = draw(st.sampled_from(["none", "none", "cell", "more", "fewer"]))
    if fault == "cell":
        cells[draw(st.integers(0, 4))] = draw(CELLS)
    elif fault == "more":
        cells.append(draw(CELLS))
    elif fault == "fewer":
        cells.pop()
    return ",".join(cells)


@settings(max_examples=120, deadline=None)
@given(rows=st.lists(lines(), max_size=30))
def test_every_row_is_accounted_for(rows: list[str]):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "use.csv"
        path.write_bytes(usage_rows(*rows).encode())
        taken = OFFICE.take(path)
    account = taken.account
    assert account.read == account.loaded + account.repaired + account.rejected
    assert account.read <= len(rows)  # a quoted cell may run over the line's end and join two lines into one row
    if not any('"' in row for row in rows):
        assert account.read == sum(bool(row.strip()) for row in rows)
    usable = taken.tables["usage"].num_rows if "usage" in taken.tables else 0
    assert usable == account.loaded + account.repaired


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(SOUND, min_size=1, max_size=60), block=st.integers(40, 400))
def test_blocks_of_any_size_give_the_same_rows(rows: list[tuple[str, ...]], block: int):
    from gainline.engine.intake import blocks

    text = usage_rows(*(",".join(row) for row in rows)).encode()
    layout = blocks.Layout(",", 1, 5, {"id": 0, "minutes": 4})
    whole, usual = list(blocks.read_rows([text], layout)), blocks.BLOCK
    try:
        blocks.BLOCK = block
        parts = list(blocks.read_rows([text[at : at + 37] for at in range(0, len(text), 37)], layout))
    finally:
        blocks.BLOCK = usual
    found = [
        (line, row) for part in parts for line, row in zip(part.lines.tolist(), part.columns.to_pylist(), strict=True)
    ]
    assert found == list(zip(whole[0].lines.tolist(), whole[0].columns.to_pylist(), strict=True))


@settings(max_examples=80, deadline=None)
@given(content=st.binary(max_size=2000))
def test_any_bytes_at_all_give_issues_and_no_exception(content: bytes):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "any.csv"
        path.write_bytes(content)
        kinds, issues = OFFICE.discover(path)
    assert kinds or issues
