"""Where keys stand in a TOML document."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gainline.engine.core.toml_lines import nearest_line, toml_lines

DOCUMENT = '''# a comment with key = "value"
title = "x" # not = this
"quoted key" = 1
a.b.'c' = 2

[table]
text = """
not_a_key = 1
"quotes" inside ""\\""
"""
literal = \'\'\'
[no_table]
\'\'\'
after = 1

[[members]] # first
name = 'it = 1'
from = { result = "map", forms = ["a", "b"], deep.er = { x = 1 } }

[members.inner]
y = 1

[[members]]
list = [
  1, # one
  [2,
   3],
  { k = "v" },
]

[[members.parts]]
z = 1
[[members.parts]]
z = 2
[table.sub]
w = 1979-05-27T07:32:00Z
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("title",), 2),
        (("quoted key",), 3),
        (("a",), 4),
        (("a", "b", "c"), 4),
        (("table",), 6),
        (("table", "text"), 7),
        (("table", "literal"), 11),
        (("table", "after"), 14),
        (("members", 0), 16),
        (("members", 0, "name"), 17),
        (("members", 0, "from", "forms", 1), 18),
        (("members", 0, "from", "deep", "er", "x"), 18),
        (("members", 0, "inner", "y"), 21),
        (("members", 1), 23),
        (("members", 1, "list", 0), 25),
        (("members", 1, "list", 1, 1), 27),
        (("members", 1, "list", 2, "k"), 28),
        (("members", 1, "parts", 1, "z"), 34),
        (("table", "sub", "w"), 36),
    ],
)
def test_every_kind_of_key_has_its_line(path, line):
    tomllib.loads(DOCUMENT)
    assert toml_lines(DOCUMENT)[path] == line


def test_what_stands_in_strings_and_comments_is_no_key():
    index = toml_lines(DOCUMENT)
    names = {step for path in index for step in path}
    assert not names & {"key", "not_a_key", "no_table", "it", "not"}


def test_windows_line_ends_and_a_byte_order_mark_change_no_line():
    assert toml_lines("\ufeff" + DOCUMENT.replace("\n", "\r\n")) == toml_lines(DOCUMENT)


def test_an_absent_path_takes_the_line_of_what_is_above_it():
    index = toml_lines(DOCUMENT)
    assert nearest_line(index, ("members", 0, "from", "window", "start")) == 18
    assert nearest_line(index, ("nowhere",)) is None
    assert nearest_line(index, ()) is None


@given(st.text(st.sampled_from("[]{}=.,#\"'\\ \n\ta1"), max_size=60))
def test_no_text_makes_it_fail_or_hang(text):
    toml_lines(text)


def _paths(value, path=()):
    if isinstance(value, dict):
        for key, part in value.items():
            yield (*path, key)
            yield from _paths(part, (*path, key))
    elif isinstance(value, list):
        for position, part in enumerate(value):
            yield (*path, position)
            yield from _paths(part, (*path, position))


@given(st.text(st.sampled_from("[]{}=.,#\"' \nab1"), max_size=40))
def test_every_path_that_the_standard_library_reads_is_in_the_index(text):
    try:
        value = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    assert set(_paths(value)) <= set(toml_lines(text))


def test_every_path_of_a_real_document_is_in_the_index():
    assert set(_paths(tomllib.loads(DOCUMENT))) <= set(toml_lines(DOCUMENT))
