"""Counts are read with their thousands apart; what a machine reads again, and a year, is written plainly."""

from __future__ import annotations

import re

import pytest
from django.conf.locale.en import formats as english
from django.template import Context, Template
from django.utils import formats, translation
from django.utils.formats import number_format

from pages.addresses import leads_to, pages
from pages.test_matrix import browser, those_who_may, undone
from pages.test_parts import rendered

DRAWINGS = re.compile(r"<svg.*?</svg>", re.DOTALL)
READ_AGAIN = re.compile(
    r'\s(?:value|max|min|step|rows|size|href|src|action|name|id|for|width|height|datetime|hx-get|hx-post)="([^"]*)"'
)
APART = re.compile(r"(?<![\d,])\d(?:,\d)+(?![\d,])")  # every digit apart from the next: a number that was grouped
YEAR = re.compile(r"(?<![\d,])(?:1,9|2,0),\d,\d(?![\d,])")


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_count_on_a_page_stands_as_in_a_brief(language):
    with translation.override(language):
        says = "{% blocktranslate count rows=n %}{{ rows }} row{% plural %}{{ rows }} rows{% endblocktranslate %}"
        assert (
            Template("{% load i18n %}" + says).render(Context({"n": 24299}))
            == {"en": "24,299 rows", "es": "24,299 filas"}[language]
        )
        assert number_format(1234.5, 1) == "1,234.5"


def test_what_a_form_sends_and_a_bar_measures_is_not_grouped():
    fields = (
        '<c-field name="n" label="n" type="number" :value="n" :max="n" /><c-progress :value="n" :max="n" label="n" />'
        '<c-choice name="n" :value="n" label="n" /><c-button name="n" :value="n">n</c-button>'
    )
    shown = rendered(fields, n=24299)
    assert set(re.findall(r'(?:value|max)="([^"]*)"', shown)) == {"24299"}
    assert "24,299 of 24,299" in shown


@pytest.fixture
def _every_digit_apart(monkeypatch):
    """Groups of one digit: what is grouped shows itself in every number above nine."""
    monkeypatch.setattr(english, "NUMBER_GROUPING", 1)
    formats.reset_format_cache()
    yield
    monkeypatch.undo()
    formats.reset_format_cache()


@pytest.mark.slow
@pytest.mark.usefixtures("_every_digit_apart")
def test_no_address_no_value_and_no_year_of_a_page_is_grouped(rich):
    found, read = set(), 0
    for route, rule in pages():
        for account in those_who_may(rich.cast, rule)[:1]:
            for address in leads_to(route, rich.cast.district)[-1:]:
                answer = undone(browser(account).get, address)
                if "text/html" not in answer.get("Content-Type", ""):
                    continue
                page, read = DRAWINGS.sub("", answer.told), read + 1
                found |= {(route, one) for one in READ_AGAIN.findall(page) if APART.search(one)}
                found |= {(route, year) for year in YEAR.findall(page)}
    assert found == set()
    assert read > 50
