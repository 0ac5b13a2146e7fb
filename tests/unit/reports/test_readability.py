"""The grade of a text, and that families get an easy one."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sample_evidence as sample

from gainline.engine.privacy import Audience, Policy
from gainline.engine.reports.facts import facts
from gainline.engine.reports.family import family_paragraph
from gainline.engine.reports.readability import ease, grade, is_plain, syllables, syllables_es
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


@pytest.mark.parametrize(
    ("word", "heard"),
    [
        *(("rey", 1), ("que", 1), ("muy", 1), ("niño", 2), ("agua", 2), ("leer", 2), ("país", 2), ("ciudad", 2)),
        *(("escuela", 3), ("guitarra", 3), ("pingüino", 3), ("creíais", 3), ("estudiantes", 4)),
    ],
)
def test_spanish_syllables_are_counted_as_they_are_heard(word, heard):
    assert syllables_es(word) == heard


def test_the_ease_of_a_spanish_text_is_its_formula_on_counts_made_by_hand():
    # 9 words in 2 sentences; syllables 1 + 2 + 2, 1 + 2 + 2 + 1 + 1 + 3 = 15
    found = ease("El niño lee. La casa grande es muy bonita.")
    assert found == pytest.approx(206.84 - 60 * 15 / 9 - 1.02 * 9 / 2)


def test_office_language_is_not_plain_in_either_language():
    assert is_plain("We tried a tool. It helped most of them.", "en")
    assert is_plain("Esto es lo que vimos. La escuela dio el plan a los dos grupos. No es algo malo.", "es")
    assert not is_plain("Administrative accountability necessitates comprehensive documentation.", "en")
    assert not is_plain("La responsabilidad administrativa requiere documentación institucional exhaustiva.", "es")
    with pytest.raises(ValueError, match="word"):
        ease("...")
