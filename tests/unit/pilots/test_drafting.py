"""A form's answers become a plan that may be registered, and keep what somebody wrote beyond the form."""

from __future__ import annotations

import tomllib
from datetime import date
from importlib import resources

import pytest

from gainline.engine.core.issues import has_errors
from gainline.engine.indicators import load_catalogue
from gainline.engine.pilots import check_plan, parse_plan
from gainline.engine.pilots.drafting import (
    Begun,
    Measured,
    Measures,
    Predicted,
    Ruled,
    TakingPart,
    answered,
    begin,
    plan_key,
    read_document,
    write_document,
)

BEGUN = Begun(
    "lumen", "Lumen", 'More "read" well', "Does it help?", "lumen-reading", "Lumen", date(2026, 6, 16), "vote"
)
PREDICTED = Predicted(
    "Does it?", "raise", "grade 3 students", "Reading in May", "points", 4.0, date(2026, 5, 15), "practice"
)
RULED = Ruled(2.0, 0.8, 0.2, "the board", "renew", "renew for one year", "give notice")


MEASURES = Measures(
    Measured("reading", "reading", "spring", "fall"),
    Measured("fluency", "reading-fluency", "spring", "fall", "Fluency in May", "words"),
    ("economically_disadvantaged",),
)


def whole(decides="chance", unit="school"):
    part = TakingPart(("03",), (), decides, unit, starts=date(2025, 10, 6), ends=date(2026, 5, 1), used_from=10.0)
    document = begin(BEGUN)
    for said in (PREDICTED, part, MEASURES, RULED):
        document = answered(document, said)
    return document


@pytest.mark.parametrize("unit", ["school", "section", "student"])
@pytest.mark.parametrize("decides", ["chance", "list", "use"])
def test_whole_answers_give_a_plan_that_may_be_registered(decides, unit):
    text = write_document(whole(decides, unit))
    plan, issues = parse_plan(text, file="plan.toml")
    assert issues == []
    catalogue, _ = load_catalogue([])
    found = check_plan(plan, file="plan.toml", text=text, as_of=date(2025, 9, 1), indicators=catalogue)
    assert not has_errors(found), [str(one) for one in found]
    assert plan.design.kind == ("randomized" if decides == "chance" else "matched")
    assert plan.hypothesis.measure == plan.primary.key
    assert plan.primary.baseline in {one.key for one in plan.covariates}


def test_answering_again_changes_only_what_was_answered():
    document = whole()
    assert [answered(document, said) == document for said in (PREDICTED, MEASURES, RULED)] == [True] * 3
    alone = answered(document, Measures(Measured("reading", "reading", "spring")))
    assert [one["key"] for one in alone["outcomes"]] == [document["outcomes"][0]["key"]]
    assert "baseline" not in alone["outcomes"][0]


def test_what_an_analyst_wrote_beyond_the_form_stays():
    text = resources.files("gainline.engine.worlds").joinpath("plans/math-quest.toml").read_text(encoding="utf-8")
    document = answered(read_document(text), RULED)
    plan, issues = parse_plan(write_document(document), file="plan.toml")
    assert issues == []
    before, _ = parse_plan(text, file="plan.toml")
    assert plan.design == before.design
    assert plan.placebos == before.placebos
    assert plan.decision.prior == before.decision.prior
    assert plan.decision.decider == "the board"


def test_every_shipped_plan_is_read_back_as_it_was_written():
    for path in resources.files("gainline.engine.worlds").joinpath("plans").iterdir():
        if path.name.endswith(".toml"):
            document = tomllib.loads(path.read_text(encoding="utf-8"))
            assert read_document(write_document(document)) == document, path.name


def test_an_unfinished_document_keeps_what_it_has_and_broken_text_is_told():
    document = begin(BEGUN)
    assert read_document(write_document(document)) == document
    assert read_document("key = ") is None
    assert answered(document, Predicted("", "", "", "", "", None, None, ""))["hypothesis"] == {}


def test_keys_begin_with_a_letter_and_are_never_empty():
    made = [plan_key(text) for text in ("2. Welle", "Ähm: ja!", "", "x" * 90)]
    assert made == ["c-2-welle", "ahm-ja", "cycle", "x" * 60]


def test_a_plan_adjusts_only_for_what_the_records_hold():
    asked = Measures(Measured("grades", "course", "final"), fields=(), further=(("interest", True), ("course", False)))
    made = answered(whole("use", "student"), asked)["covariates"]
    assert [one["key"] for one in made] == ["interest", "course"]
    assert made[0] == {"key": "interest", "label": "Interest", "from": {"attribute": "interest"}}
    assert made[1]["kind"] == "category"


def test_a_fact_that_is_no_longer_ticked_leaves_and_a_hand_written_one_keeps_its_words():
    by_hand = {"key": "liking", "label": "Liking of science", "from": {"attribute": "interest"}}
    document = whole("use", "student") | {"covariates": [by_hand]}
    first = Measured("grades", "course", "final")
    assert answered(document, Measures(first, fields=(), further=(("interest", True),)))["covariates"] == [by_hand]
    assert answered(document, Measures(first, fields=()))["covariates"] == []
