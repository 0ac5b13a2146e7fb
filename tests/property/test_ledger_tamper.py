"""Whatever is done to a ledger's bytes is found; whatever has a canonical text reads back as itself."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gainline.engine.ledger import Ledger, canonical, lines, settle

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


NUMBERS = st.sampled_from(["1.0", "1e3", "-0", "9007199254740993", "12345678901234567890", "0.1", "3"])
TEXTS = st.sampled_from(
    ['"\\u00e9"', '"\\ud800"', '"\\u001f"', '"\x7f"', '"/"', '"\\/"', '"é"', "true", "null", '"\\b"', "[]"]
)


def judged(line: bytes):
    found = lines.read_line(line, number=1)
    return (found.code, found.entry) if isinstance(found, lines.Fault) else ("", found)


def forged(text: bytes) -> bytes:
    """A line whose hashes fit the very bytes of its payload, canonical or not."""
    draft = lines.Entry(1, "note", DAY, {}, hashlib.sha256(text).hexdigest(), lines.FIRST_PREVIOUS, "")
    leaf = hashlib.sha256(b"\x00" + lines._text(draft, text)).hexdigest()
    return lines._text(replace(draft, hash=leaf), text, with_hash=True)


@settings(deadline=None, max_examples=150)
@given(PAYLOADS, st.none() | NUMBERS | TEXTS, st.sampled_from(["a", "é", "\\u0061", "😀"]))
def test_the_quick_way_to_read_a_line_finds_what_the_exact_one_finds(payload, word, name):
    """The twin writes every line by RFC 8785; strange words for a value may not part the two."""
    text = canonical(payload)
    if word is not None:
        text = f'{{"{name}":{word}'.encode() + (b"," if payload else b"") + text[1:]
    line = forged(text)
    quickly = judged(line)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "_is_plain", lambda _: False)
        assert judged(line) == quickly


def test_most_lines_go_the_quick_way_and_odd_ones_do_not():
    def is_quick(payload):
        return lines._is_plain(lines.sealed("note", payload, on=DAY, after=None).payload)

    assert is_quick({"a": ["é", {"b": 7, "c": None}], "d": True})
    assert not is_quick({"a": [0.5]})
    assert not is_quick({"a": {"é": 1}})
