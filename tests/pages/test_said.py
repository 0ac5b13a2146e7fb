"""What an error says on a page: whole sentences, with the code for looking it up."""

from __future__ import annotations

from gainline.engine.core.errors import Conflict
from gainline.web.parts.said import Said, in_sentences


def test_a_refusal_is_said_in_sentences_and_its_code_comes_last():
    error = Conflict("SV110 this evidence was not audited", "have the plan evaluated again: its audit comes with it")
    told = "This evidence was not audited. Have the plan evaluated again: its audit comes with it. (SV110)"
    assert in_sentences(error) == told


def test_what_is_missing_leaves_no_gap():
    assert in_sentences(Conflict("nothing came")) == "Nothing came."
    assert Said("", "send it again.", "").sentences == "Send it again."
