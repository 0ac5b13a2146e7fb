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
