"""JSON from strangers has one meaning, or is refused before it costs anything."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gainline.engine.core.strict_json import DEPTH, NotStrict, is_deeper, read_json

REFUSED = (
    "", " ", "{", "[", "]", "[1,]", "[,1]", "{,}", '{"a":}', '{"a" 1}', "{'a': 1}", "{a: 1}", '{"a": 1,}', "[1 2]",
    "nul",
    "NaN", "Infinity", "-Infinity", "[NaN]", '{"a": -Infinity}', "+1", "01", "1.", ".5", "1e", "0x1", "1_000", "--1",
    '"', "'a'", '"\\x41"', '"\\u12"', '"a\nb"', '"a\tb"', "[1]x", "{} {}", "// a\n1", "/* a */1", "\ufeff1",
    "tru", "True",
    '{"a": 1, "a": 2}', '{"a": 1, "\\u0061": 2}', '[{"b": {"c": 1, "c": 1}}]', "\x00", "[1]\x00",
)  # fmt: skip
TAKEN = (
    "1",
    "-0",
    "1e5",
    "1.5E-3",
    '""',
    '"\\u00e9"',
    "[]",
    "{}",
    "null",
    "true",
    " [1] ",
    '{"a": {"b": [1, {"c": null}]}}',
)


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_json_or_has_two_meanings_is_refused(text):
    with pytest.raises(NotStrict):
        read_json(text)


@pytest.mark.parametrize("text", TAKEN)
def test_what_is_json_is_taken(text):
    assert read_json(text) == json.loads(text)
    assert read_json(text.encode()) == json.loads(text)


@pytest.mark.parametrize("raw", [b"\xff", b'"\xc3"', '"é"'.encode("latin-1"), "[1]".encode("utf-16")])
def test_what_is_not_utf_8_is_refused(raw):
    with pytest.raises(NotStrict):
        read_json(raw)


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}"), ('[{"a":', "}]")])
def test_depth_is_bounded_exactly_and_told_before_anything_is_built(opening, closing):
    fits = DEPTH // (opening.count("[") + opening.count("{"))
    assert read_json(opening * fits + "1" + closing * fits)
    for many in (fits + 1, 1_000, 100_000):
        with pytest.raises(NotStrict, match="within each other"):
            read_json(opening * many + "1" + closing * many)
        with pytest.raises(NotStrict, match="within each other"):
            read_json(opening * many)


def test_brackets_within_texts_do_not_count():
    many = "[{" * 1_000
    assert read_json(json.dumps([many, many + '\\"' + many])) == [many, many + '\\"' + many]
    assert not is_deeper('"' + "\\" * 2 + '"' + "[]" * 100)
    assert not is_deeper('"' + "[" * 100)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda s: st.lists(s) | st.dictionaries(st.text(), s)
    )
)
def test_every_value_comes_back_as_it_was(value):
    assert read_json(json.dumps(value)) == value
    assert read_json(json.dumps(value, ensure_ascii=False), depth=200) == value
