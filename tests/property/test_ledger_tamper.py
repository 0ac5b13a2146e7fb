"""Whatever is done to a ledger's bytes is found; whatever has a canonical text reads back as itself."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from gainline.engine.ledger import Ledger, canonical, settle

DAY = date(2026, 5, 1)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
    | st.dates()
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abé😀", max_size=3), inner, max_size=3),
    max_leaves=8,
)
PAYLOADS = st.dictionaries(st.text("abc", max_size=3), VALUES, max_size=3)


def written(payloads) -> bytes:
    with TemporaryDirectory() as folder:
        ledger = Ledger(Path(folder) / "ledger.jsonl")
        for payload in payloads:
            ledger.append("registration", payload, on=DAY)
        assert ledger.verify() == []
        return ledger.path.read_bytes()


def faults_of(content: bytes):
    with TemporaryDirectory() as folder:
        ledger = Ledger(Path(folder) / "ledger.jsonl")
        ledger.path.write_bytes(content)
        return ledger.verify()


@settings(deadline=None, max_examples=60)
@given(st.data(), st.lists(PAYLOADS, min_size=1, max_size=4))
def test_any_single_byte_that_changes_is_found(data, payloads):
    content = written(payloads)
    place = data.draw(st.integers(0, len(content) - 1))
    flip = data.draw(st.integers(1, 255))
    altered = bytearray(content)
    altered[place] ^= flip
    assert faults_of(bytes(altered))


@settings(deadline=None, max_examples=40)
@given(st.data(), st.lists(PAYLOADS, min_size=2, max_size=5))
def test_any_two_lines_that_swap_and_any_inner_line_that_goes_are_found(data, payloads):
    lines = written(payloads).splitlines(keepends=True)
    one, other = sorted(data.draw(st.lists(st.integers(0, len(lines) - 1), min_size=2, max_size=2, unique=True)))
    swapped = list(lines)
    swapped[one], swapped[other] = lines[other], lines[one]
    assert faults_of(b"".join(swapped))
    assert faults_of(b"".join(lines[:one] + lines[one + 1 :]))  # `one` is never the last line
    assert faults_of(b"".join([*lines[: one + 1], lines[one], *lines[one + 1 :]]))  # a line said twice


@settings(deadline=None, max_examples=30)
@given(st.data(), st.lists(PAYLOADS, min_size=1, max_size=3))
def test_a_file_cut_at_any_byte_loses_no_whole_line_and_takes_the_next_entry(data, payloads):
    content = written(payloads)
    cut = content[: data.draw(st.integers(0, len(content)))]
    with TemporaryDirectory() as folder:
        ledger = Ledger(Path(folder) / "ledger.jsonl")
        ledger.path.write_bytes(cut)
        whole = cut.count(b"\n")
        assert len(ledger.entries()) == whole
        ledger.append("verdict", {}, on=DAY)
        assert len(ledger.entries()) == whole + 1 + (not cut.endswith(b"\n") and bool(cut))
        assert ledger.verify() == []


@settings(deadline=None, max_examples=200)
@given(VALUES)
def test_canonical_text_is_json_and_reading_it_back_gives_the_same_text(value):
    text = canonical(value)
    read = json.loads(text, parse_int=lambda digits: float(digits) if abs(int(digits)) >= 2**53 else int(digits))
    assert canonical(read) == text
    assert canonical(settle(value)) == text
