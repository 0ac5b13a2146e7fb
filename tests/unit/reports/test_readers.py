"""Four voices, one set of numbers: what each reader's brief says, and in which form it can be read."""

from __future__ import annotations

import dataclasses
import re

import pytest
import sample_evidence

from gainline.engine.core.errors import Refused
from gainline.engine.privacy import Audience, Policy
from gainline.engine.reports import grade
from gainline.engine.reports.facts import facts
from gainline.engine.reports.readability import EIGHTH_GRADE, ease
from gainline.engine.reports.readers import Decided, Pinned, Reader, Sending, letter, letter_html, letter_pdf
from gainline.engine.reports.words import words

SAMPLES = {name: getattr(sample_evidence, name) for name in ("adapt", "stop", "cannot_tell")}
SENDING = Sending(
    "Riverbend Unified", Decided("stop", "2026-06-16", "As registered."),
    (Pinned("Ice for a week.", "2026-01-26"),), "https://riverbend.example/feedback/abc/",
)  # fmt: skip


def document(name="adapt"):
    made = SAMPLES[name]()
    return made if isinstance(made, dict) else made.to_json_value()


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("reader", Reader)
def test_every_reader_gets_a_whole_letter_in_both_languages(name, lang, reader):
    made = letter(document(name), reader, lang=lang, sending=SENDING)
    html = letter_html(made)
    assert f'<html lang="{lang}">' in html
    assert "None" not in made.text
    assert made.answer[3] in html
    assert "<script" not in html
    assert " style=" not in html


@pytest.mark.parametrize("name", SAMPLES)
def test_the_text_for_families_reads_at_grade_eight_or_below(name):
    assert grade(letter(document(name), Reader.FAMILIES, sending=SENDING).text) <= 8
    assert ease(letter(document(name), Reader.FAMILIES, lang="es", sending=SENDING).text) >= EIGHTH_GRADE


def test_a_letter_that_carries_the_ledgers_head_says_it_in_every_voice():
    head = {"head": {"size": 7, "last": "a" * 64, "root": "b" * 64}, "fingerprint": "c" * 64, "signature": "d"}
    for reader in Reader:
        assert f"7:{'a' * 64}" in letter_html(letter(document() | {"ledger": head}, reader))
        assert "Ledger" not in letter(document(), reader).source


def test_a_text_that_families_could_not_read_is_refused():
    hard = Pinned("Organizational considerations necessitated an unanticipated reconfiguration of instructional time.")
    with pytest.raises(Refused, match="RP013"):
        letter(document(), Reader.FAMILIES, sending=Sending(notes=(hard,) * 5))


def test_all_readers_get_the_same_effect():
    effect = facts(document(), audience=Audience.PUBLIC, policy=Policy(), words=words("en"))
    shown = f"{abs(effect.primary['effect']):.{effect.places}f}"
    for reader in Reader:
        assert shown in letter_html(letter(document(), reader)), reader


def test_counts_are_exact_for_the_analyst_and_banded_for_the_public():
    exact = document()["estimates"][0]["counts"][0]["analyzed"]
    assert f"{exact:,}" in letter_html(letter(document(), Reader.ANALYST))
    assert f"{exact:,}" not in letter_html(letter(document(), Reader.FAMILIES))
    assert letter(document(), Reader.ANALYST).warning
    assert not letter(document(), Reader.BOARD).warning


def test_the_decision_of_people_takes_the_place_of_what_comes_next():
    assert any(part.title == "What was decided" for part in letter(document(), Reader.BOARD, sending=SENDING).parts)
    assert any(part.title == "What happens next" for part in letter(document(), Reader.BOARD).parts)


def test_what_people_wrote_is_escaped():
    sending = Sending(notes=(Pinned("<b>bold</b>"),), district="A & B")
    assert "<b>bold" not in letter_html(letter(document(), Reader.TEACHERS, sending=sending))


@pytest.mark.parametrize("reader", Reader)
def test_the_sheet_is_a_tagged_pdf_that_says_its_language(reader):
    made = letter_pdf(letter(document(), reader, lang="es", sending=SENDING))
    assert made.startswith(b"%PDF")
    assert b"/MarkInfo" in made
    assert re.search(rb"/Lang\s*\(es", made)
    assert b"pdfuaid" in made


def test_the_same_letter_makes_the_same_bytes():
    made = letter(document(), Reader.BOARD, sending=SENDING)
    assert letter_pdf(made) == letter_pdf(dataclasses.replace(made))
