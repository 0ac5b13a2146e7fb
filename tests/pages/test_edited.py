"""A document that is edited as text: checked, kept, or shown again with what is wrong."""

from __future__ import annotations

from django.test import RequestFactory

from gainline.engine.core.errors import DataIssues
from gainline.engine.core.issues import Issue, Level
from gainline.web.parts.edited import MOST_ISSUES, Edited, edited

WRONG = [Issue("RM001", Level.ERROR, "the line is wrong", "mend it", line=line) for line in range(1, 71)]


def sent(does, save):
    request = RequestFactory().post("/", {"text": "one\r\ntwo", "do": does})
    return edited(request, check=lambda _: WRONG, save=save)


def test_a_text_that_can_be_kept_is_kept_with_our_line_ends():
    kept = []
    assert sent("save", kept.append) is None
    assert kept == ["one\ntwo"]


def test_a_text_that_is_only_checked_is_not_kept():
    kept = []
    assert sent("check", kept.append) == Edited("one\ntwo", WRONG, is_checked=True)
    assert kept == []


def test_a_text_that_cannot_be_kept_says_why_and_shows_what_one_can_mend_at_a_time():
    def refused(_text):
        raise DataIssues("SV155 the map cannot be read yet", "mend what is said below")

    shown = sent("save", refused)
    assert shown.fault == "The map cannot be read yet. Mend what is said below. (SV155)"
    assert (len(shown.first), shown.more) == (MOST_ISSUES, 10)
