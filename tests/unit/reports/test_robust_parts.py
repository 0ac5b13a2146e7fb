"""What stands around the estimate in a brief: checks, companions, periods, places, other ways to ask."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
import sample_evidence as sample

from gainline.engine.evidence.document import Check, EventPoint, Heterogeneity, Specification, VerdictStep
from gainline.engine.privacy import Audience, Policy
from gainline.engine.reports import brief_html, grade
from gainline.engine.reports.facts import facts
from gainline.engine.reports.family import family_paragraph
from gainline.engine.reports.words import words

KINDS = ("differences", "stepped_wedge", "interrupted_series", "cutoff", "synthetic_control")


def rich():
    found = sample.cannot_tell()
    step = VerdictStep("Extend when up to 3 times the evidence would settle it, were the estimate to stay", "x", True)
    return replace(
        found,
        verdict=replace(
            found.verdict, word="extend", steps=(*found.verdict.steps, step), compared="The interval holds."
        ),
        companions=(replace(found.estimates[0], label="Those who used it", estimand="effect on users", counts=()),),
        checks=(
            Check("placebo", "Before the tool", "3 of 417 students", "p <= 0.05", True, "The arms grew apart before."),
            Check("wild", "Another test", "p = 0.4", "p <= 0.05", False, "It agrees."),
        ),
        events=(EventPoint(-2, 0.1, -1.0, 1.2, 9), EventPoint(0, 2.0, 0.5, 3.5, 9), EventPoint(1, 2.5, 0.9, 4.0, 9)),
        heterogeneity=Heterogeneity("school", 12, 1.5, -2.0, 5.0, 0.03, "Places differ."),
        specifications=(
            Specification((("covariates", "all"),), 1.0, -0.5, 2.5, True),
            Specification((("covariates", "none"),), 2.0, 0.5, 3.5, False),
        ),
    )


def text(page: str) -> str:
    bare = re.sub(r"<style>.*?</style>|<svg.*?</svg>|<[^>]+>", " ", page, flags=re.S)
    return re.sub(r"\s+", " ", bare)


def test_a_raised_flag_stands_on_the_boards_page_and_a_quiet_one_does_not():
    board = text(brief_html(rich().to_json_value()).split('id="method"')[0])
    assert "What speaks against it The arms grew apart before." in board
    assert "It agrees." not in board


def test_the_figures_of_a_check_are_for_the_analyst_alone():
    evidence = rich().to_json_value()
    assert "3 of 417" not in brief_html(evidence)
    assert "3 of 417" not in brief_html(evidence, audience=Audience.STAFF)
    assert "3 of 417" in brief_html(evidence, audience=Audience.ANALYST)


@pytest.mark.parametrize("lang", ["en", "es"])
def test_every_part_is_told_in_both_languages(lang):
    page = text(brief_html(rich().to_json_value(), lang=lang))
    t = words(lang)
    keys = ("robust.checks", "robust.companions", "robust.specifications", "events.title_after", "verdict.extend")
    for key in keys:
        assert t(key) in page
    assert "Places differ." in page


def test_a_period_before_the_tool_that_differs_is_the_finding():
    evidence = replace(rich(), events=(EventPoint(-1, 2.0, 0.5, 3.0, 9), EventPoint(0, 2.0, 0.5, 3.5, 9)))
    assert "The groups already moved apart before the tool came" in brief_html(evidence.to_json_value())


def test_a_pilot_to_extend_says_so_in_its_headline():
    page = brief_html(rich().to_json_value())
    assert re.search(r"<h1>Extend [^<]*: a longer pilot can settle", page)
    assert 'class="chip extend"' in page


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lang", ["en", "es"])
def test_every_design_has_its_words_and_families_can_read_them(kind, lang):
    evidence = rich().to_json_value()
    evidence["plan"]["design"]["kind"] = kind
    assert words(lang)(f"design.{kind}_long", units="schools")
    told = family_paragraph(facts(evidence, audience=Audience.PUBLIC, policy=Policy(), words=words(lang)))
    assert words(lang)(f"family.how_{kind}") in told
    assert words(lang)(f"design.{kind}")
    if lang == "en":
        assert grade(told) <= 8.0


def flagged(*keys: str):
    checks = tuple(Check(key, key, "x", "p <= 0.05", True, f"The check {key} speaks.") for key in keys)
    found = rich()
    return replace(found, checks=checks, limits=(*found.limits, *(check.says for check in checks)))


def test_the_board_reads_the_four_most_serious_flags_and_the_method_part_all():
    page = brief_html(flagged("copies", "ceiling", "spread", "baseline", "bracket", "placebo").to_json_value())
    board, method = (text(part) for part in page.split('id="method"'))
    order = [board.index(f"The check {key} speaks.") for key in ("placebo", "bracket", "ceiling", "spread")]
    assert order == sorted(order)
    assert "The check copies speaks." not in board
    assert "And 2 more" in board
    assert method.count(" speaks.") == 6


def test_what_a_flag_says_does_not_stand_twice_on_the_board():
    board = text(brief_html(flagged("ceiling").to_json_value()).split('id="method"')[0])
    assert board.count("The check ceiling speaks.") == 1


def test_each_exploratory_look_shows_its_own_students():
    found = rich()
    made = replace(found.estimates[0], role="exploratory")
    few = tuple(replace(arm, analyzed=arm.analyzed // 2) for arm in made.counts)
    looks = (replace(made, label="Upper half"), replace(made, label="Lower half", counts=few))
    page = text(brief_html(replace(found, exploratory=looks).to_json_value(), audience=Audience.ANALYST))
    upper, lower = page.split("Upper half")[1].split("Lower half")[:2]
    whole, half = (" + ".join(str(arm.analyzed) for arm in one) for one in (made.counts, few))
    assert whole in upper
    assert half in lower[:200]


@pytest.mark.parametrize("lang", ["en", "es"])
def test_every_ground_of_a_rating_step_has_its_words(lang):
    for ground in ("checked", "recall", "own"):
        assert words(lang)(f"method.{ground}")


def below_standards():
    found = rich()
    first = VerdictStep("The study meets the standards, so that its difference may be read as an effect", "no", False)
    alike = VerdictStep("The arms do not differ in what the tool cannot have changed (told, not ...)", "none", True)
    adopt = VerdictStep("Adopt when the probability that the effect is ...", "probability 0.99", True)
    primary = replace(found.estimates[0], effect=8.0, low=5.0, high=11.0, probability_worth_having=0.99)
    return replace(
        found,
        estimates=(primary, *found.estimates[1:]),
        rating=replace(found.rating, label="Does Not Meet WWC Standards"),
        verdict=replace(found.verdict, word="not enough evidence", steps=(first, alike, adopt)),
    )


def test_a_study_below_the_standards_gives_no_chance_and_no_effect():
    board = text(brief_html(below_standards().to_json_value()).split('id="method"')[0])
    assert "99%" not in board
    assert "It does not, so the rest is not asked." in board
    assert "the two groups do not differ in what the tool cannot have changed. No such difference was seen." in board
    assert "apart: the comparison cannot say why" in board
    assert "We do not know if the tool is the reason." in board


@pytest.mark.parametrize("lang", ["en", "es"])
def test_a_dashboard_by_amount_of_use_is_told_as_such(lang):
    found = below_standards()
    assert found.naive is not None
    page = brief_html(replace(found, naive=replace(found.naive, split="amount")).to_json_value(), lang=lang)
    assert words(lang)("naive.dashboard_amount") in page
    assert words(lang)("naive.note_amount") in page


def test_a_weighted_comparison_finds_nobody_a_partner():
    evidence = rich().to_json_value()
    evidence["plan"]["design"] |= {"kind": "matched", "matching": {"method": "entropy"}}
    evidence["match_loss"] = [["tool", 61, 61], ["usual", 58, 58]]
    page = text(brief_html(evidence))
    assert "were weighted so that as a group" in page
    assert "Nobody was left out to make the groups alike." in page


@pytest.mark.parametrize(
    ("rating", "says"),
    [
        ("Meets WWC Standards Without Reservations", "it raised the"),
        ("Meets WWC Standards With Reservations", "it seems to have raised the"),
    ],
)
def test_the_headline_is_as_firm_as_the_rating(rating, says):
    found = below_standards()
    verdict = replace(found.verdict, word="adopt", steps=())
    page = brief_html(replace(found, rating=replace(found.rating, label=rating), verdict=verdict).to_json_value())
    assert says in page.split("<h1>")[1].split("</h1>")[0]


def test_a_units_range_stands_in_the_method_part_and_not_in_every_sentence():
    found = rich()
    primary = replace(found.estimates[0], unit="marks (0 to 100)")
    page = brief_html(replace(found, estimates=(primary, *found.estimates[1:])).to_json_value())
    board, method = (text(part) for part in page.split('id="method"'))
    assert "marks" in board
    assert "(0 to 100)" not in board
    assert "marks (0 to 100)" in method


def test_columns_that_hold_nothing_are_not_printed():
    found = rich()
    plain = tuple(replace(made, p_adjusted=None, p_randomization=None) for made in found.estimates)
    method = text(brief_html(replace(found, estimates=plain).to_json_value()).split('id="method"')[1])
    assert "p by re-drawing" not in method
    assert "p by re-drawing" in text(brief_html(found.to_json_value()).split('id="method"')[1])
