"""The brief as a page: what it says, what it hides, what it asks the network for."""

from __future__ import annotations

import re
import string
from dataclasses import replace

import pytest
import sample_evidence as sample

from gainline.engine.core.errors import Missing, UserFixable
from gainline.engine.evidence.document import GroupEffect
from gainline.engine.privacy import Audience
from gainline.engine.reports import brief_html, index_html
from gainline.engine.reports.brief import brief_blocks
from gainline.engine.reports.words import words


@pytest.fixture(scope="module")
def pages():
    return {
        made.__name__: brief_html(made().to_json_value()) for made in (sample.adapt, sample.stop, sample.cannot_tell)
    }


def text(page: str) -> str:
    bare = re.sub(r"<style>.*?</style>|<svg.*?</svg>|<[^>]+>", " ", page, flags=re.S)
    return re.sub(r"\s+", " ", bare)


def test_the_headline_is_the_finding(pages):
    assert "<h1>Adapt Lumen Reading: it helps, mostly students who were already ahead</h1>" in pages["adapt"]
    assert "<h1>Stop Math Quest: no difference worth having</h1>" in pages["stop"]
    assert "<h1>Vocab Trail: we cannot tell yet whether it helps</h1>" in pages["cannot_tell"]


def test_the_verdict_is_a_word_with_an_icon_and_not_a_color_alone(pages):
    assert re.search(r'class="chip adapt"><svg[^>]*>.*?</svg>Adapt</span>', pages["adapt"], re.S)


def test_the_registered_rule_is_in_plain_words_with_how_each_clause_came_out(pages):
    said = text(pages["adapt"])
    assert "Adopt if the chance that Lumen Reading adds 3 points or more is at least 80%. It is 93%." in said
    assert "Where students started: 99%" in said
    assert "Dana Whitfield, chief academic officer decides by May 22, 2026" in said
    assert "The contract renews on its own unless we give notice by May 31" in said


def test_a_clause_that_the_rule_never_comes_to_neither_holds_nor_fails(pages):
    clauses = brief_blocks(sample.adapt().to_json_value()).clauses
    (passed,) = (one for one in clauses if not one.is_asked)
    assert passed.found == words("en")("rule.found_not_asked")
    row = next(row for row in re.findall(r"<li class=.*?</li>", pages["adapt"], re.S) if passed.found in row)
    assert '<span class="held">–</span>' in row


def test_no_band_of_a_part_ends_above_the_whole_beside_it():
    value = sample.adapt().to_json_value()
    value["funnel"] |= {"enrolled": 226, "used": 226, "dosed": 224}
    made = brief_blocks(value).funnel
    enrolled, _, dosed = (step.figure for step in made.steps[1:4])
    assert (enrolled, dosed) == ("226", "220 to 226")
    assert "229" not in f"{made.title} {made.sentence}"


def test_every_figure_has_its_table_its_sentence_and_its_source(pages):
    figures = re.findall(r"<figure.*?</figure>", pages["adapt"], re.S)
    assert len(figures) == 5
    for figure in figures:
        assert "<table" in figure
        assert "As a sentence" in figure
        assert "snapshot 8a13c7e2904f" in figure
        assert re.search(r'role="img" aria-label="[^"]{40,}"', figure)


def test_nothing_is_asked_of_the_network(pages):
    for page in pages.values():
        addresses = set(re.findall(r"https?://[^\"' )]+", page))
        assert addresses <= {"http://www.w3.org/2000/svg"}
        assert "<script" not in page
        assert "@import" not in page


def test_all_registered_outcomes_are_reported_nulls_included(pages):
    said = text(pages["adapt"])
    for outcome in ("Spring reading score", "Oral reading fluency", "Days attended"):
        assert outcome in said
    assert "Exploratory, not registered" in said


def test_a_deviation_from_the_registration_is_shown(pages):
    assert "smallest_effect" in text(pages["stop"])
    assert "None: the analysis is the registered one." in text(pages["adapt"])


def test_small_groups_are_shown_to_nobody_but_the_analyst():
    evidence = sample.adapt()
    counted = replace(
        evidence,
        groups=(
            *evidence.groups[:-2],
            GroupEffect("ell", "yes", 7, 11, 3.33, 1.11, 5.55, 3.0, 0.1, None, "English learners"),
            evidence.groups[-1],
        ),
    )
    public = text(brief_html(counted.to_json_value()))
    analyst = text(brief_html(counted.to_json_value(), audience=Audience.ANALYST))
    assert "+3.3" not in public
    assert "English learners: too few to say." in public
    assert "+3.3" in analyst
    assert "Not for passing on" in analyst


def test_few_lost_students_hide_the_exact_rates_that_would_count_them(pages):
    said = text(pages["cannot_tell"])
    assert "few were lost, so the figures are not shown" in said
    assert "5.8%" not in said
    assert "5.8%" in text(pages["adapt"])


def test_a_gap_of_a_hidden_group_is_hidden():
    evidence = sample.adapt()
    told = replace(
        evidence.gaps[2], change=-7.77, low=-9.99, high=-5.55, gap_before=-3.0, gap_usual=-3.0, gap_tool=-9.0
    )
    page = text(brief_html(replace(evidence, gaps=(*evidence.gaps[:2], told)).to_json_value()))
    assert "7.8" not in page


def test_text_from_the_plan_cannot_become_markup():
    evidence = sample.adapt()
    plan = evidence.plan | {"question": "Does <script>alert(1)</script> work?"}
    plan["tool"] = plan["tool"] | {"name": 'Lumen "<b>" & Co'}
    page = brief_html(replace(evidence, plan=plan).to_json_value())
    assert "<script" not in page
    assert "<b>" not in page


def test_a_foreign_document_is_turned_away():
    with pytest.raises(UserFixable, match="RP003"):
        brief_html({"format": "something else"})


def test_an_unknown_language_is_turned_away():
    with pytest.raises(Missing, match="RP002"):
        brief_html(sample.adapt().to_json_value(), lang="xx")


def test_the_brief_is_written_in_spanish_too():
    page = brief_html(sample.adapt().to_json_value(), lang="es")
    assert '<html lang="es">' in page
    assert "Adaptar Lumen Reading: ayuda, sobre todo a quienes ya iban por delante" in page


def test_both_catalogues_have_the_same_sentences_with_the_same_parts():
    english, spanish = words("en").table, words("es").table
    assert set(english) == set(spanish)
    for key, said in english.items():
        parts = {part for _, part, _, _ in string.Formatter().parse(said) if part}
        assert parts == {part for _, part, _, _ in string.Formatter().parse(spanish[key]) if part}, key


def test_the_same_evidence_makes_the_same_page(pages):
    assert brief_html(sample.adapt().to_json_value()) == pages["adapt"]


def test_an_outcome_where_less_is_good_is_told_the_right_way_round():
    evidence = sample.adapt()
    fewer = replace(
        evidence.estimates[0], label="Days absent", unit="days", favorable=False, effect=-2.0, low=-3.0, high=-1.0
    )
    verdict = replace(evidence.verdict, word="adopt", predicted=-3.0)
    page = text(brief_html(replace(evidence, estimates=(fewer,), verdict=verdict, gaps=(), groups=()).to_json_value()))
    assert "lowered the days absent by 2.0 days" in page
    assert "takes away 3 days or more" in page


def test_the_landing_page_lists_what_is_due_at_risk_and_learned():
    made = [(f"{one.__name__}.html", one().to_json_value()) for one in (sample.adapt, sample.stop, sample.cannot_tell)]
    page = text(index_html(made, district="Riverbend Unified"))
    for part in (
        "Riverbend Unified",
        "Decide by May 22, 2026",
        "A gap probably grows",
        "Only 32% of enrolled students",
        "Learned",
    ):
        assert part in page


def test_the_landing_page_of_an_empty_workspace_says_so():
    assert "No cycle has been evaluated yet." in index_html([])
