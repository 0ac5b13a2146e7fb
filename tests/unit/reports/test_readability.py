"""The grade of a text, and that families get an easy one."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sample_evidence as sample

from gainline.engine.privacy import Audience, Policy
from gainline.engine.reports.facts import facts
from gainline.engine.reports.family import family_paragraph
from gainline.engine.reports.readability import grade, syllables
from gainline.engine.reports.words import words


def paragraph(evidence):
    told = facts(evidence.to_json_value(), audience=Audience.PUBLIC, policy=Policy(), words=words("en"))
    return family_paragraph(told)


@pytest.mark.parametrize(
    ("word", "heard"),
    [
        *(("school", 1), ("made", 1), ("helped", 1), ("sea", 1)),
        *(("started", 2), ("little", 2), ("district", 2), ("before", 2), ("being", 2)),
        *(("families", 3), ("area", 3), ("computer", 3), ("registration", 4), ("experience", 4)),
    ],
)
def test_syllables_are_counted_as_they_are_heard(word, heard):
    assert syllables(word) == heard


def test_long_words_in_long_sentences_have_a_higher_grade():
    easy = "The cat sat on the mat. It was warm."
    hard = "Administrative accountability necessitates comprehensive documentation of instructional interventions."
    assert grade(easy) < 2 < 12 < grade(hard)


def test_a_text_without_words_has_no_grade():
    with pytest.raises(ValueError, match="without a word"):
        grade("... !")


@pytest.mark.parametrize("made", [sample.adapt, sample.stop, sample.cannot_tell])
def test_the_paragraph_for_families_reads_at_grade_eight_or_below(made):
    assert grade(paragraph(made())) <= 8


def test_the_paragraph_says_when_some_students_gained_less():
    assert "did not help all students the same" in paragraph(sample.adapt())


def test_the_paragraph_says_when_students_did_worse():
    evidence = sample.stop()
    worse = replace(evidence.estimates[0], effect=-4.0, low=-6.0, high=-2.0)
    assert "did worse" in paragraph(replace(evidence, estimates=(worse,)))
