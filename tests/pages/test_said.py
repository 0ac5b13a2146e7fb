"""What an error says on a page: whole sentences, with the code for looking it up."""

from __future__ import annotations

import pytest

from gainline.engine.core.errors import Conflict
from gainline.engine.core.issues import Issue, Level
from gainline.web.parts.said import Said, in_sentences, sentence
from pages.test_parts import rendered


def test_a_refusal_is_said_in_sentences_and_its_code_comes_last():
    error = Conflict("SV110 this evidence was not audited", "have the plan evaluated again: its audit comes with it")
    told = "This evidence was not audited. Have the plan evaluated again: its audit comes with it. (SV110)"
    assert in_sentences(error) == told


def test_what_is_missing_leaves_no_gap():
    assert in_sentences(Conflict("nothing came")) == "Nothing came."
    assert Said("", "send it again.", "").sentences == "Send it again."


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a row has no date.", "A row has no date."),
        ("usage.csv has no date", "usage.csv has no date."),
        ("person_key is missing", "person_key is missing."),
        ("--dry-run only tells", "--dry-run only tells."),
        ("whose is it?", "Whose is it?"),
        ("école", "École."),
        ("", ""),
    ],
)
def test_words_become_a_sentence_and_names_stay_as_they_are_written(text, told):
    assert sentence(text) == told


def test_lines_of_issues_and_refusals_are_sentences():
    issue = Issue("IN031", Level.ERROR, "a row has no date", "give each row a day", "use.csv", 7)
    shown = rendered('<c-issues :issues="issues" />', issues=[issue])
    assert ">A row has no date.<" in shown
    assert ">Give each row a day.<" in shown
    shown = rendered('<c-refusal because="too few" remedy="wait" />')
    assert ">Too few.<" in shown
    assert ">Wait.<" in shown
