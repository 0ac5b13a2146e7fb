"""The page of the sources says what needs a person, what each source brought last, and nothing that nobody let out."""

from __future__ import annotations

from datetime import date

import pytest

from gainline.engine.core.issues import Issue, Level
from gainline.engine.reports import SourceToday, quality_html

TODAY = date(2026, 3, 2)
LATE = Issue("IN410", Level.WARNING, "no file since 2026-02-09", "ask for the export", file="lumen", rows=3)
GONE = Issue("IN414", Level.ERROR, "31% fewer <people>", "ask for the school", file="oneroster")
SOURCES = [
    SourceToday("oneroster", TODAY, 0, 3, 40, 22_011, 0),
    SourceToday("lumen", date(2026, 2, 9), 21, 9, 12, 48_211, 2),
    SourceToday("quest", TODAY, 0, 9, 2, 100, 10),
]


def test_a_quiet_day_is_said_in_one_line():
    page = quality_html([], SOURCES[:1], as_of=TODAY)
    assert "<h1>Nothing needs a person today</h1>" in page
    assert "1 of 1 sources are as they used to be" in page


def test_every_finding_stands_with_its_source_and_what_to_do():
    page = quality_html([GONE, LATE], SOURCES, as_of=TODAY, district="Riverbend Unified")
    assert "<h1>2 things need a person today</h1>" in page
    assert "1 of 3 sources are as they used to be" in page
    for said in ("People have disappeared", "A file is late", "Ask for the export.", "(3 times)", "IN414", "Act on it"):
        assert said in page
    assert "31% fewer &lt;people&gt;" in page


def test_each_source_shows_its_latest_file():
    page = quality_html([LATE], SOURCES, as_of=TODAY)
    for cell in ("12 days late", "in time", "22,011", "&lt;0.1%", "10.0%", "0.0%"):
        assert cell in page


@pytest.mark.parametrize(("lang", "title"), [("en", "No file has been imported yet."), ("es", "Todavía no se ha")])
def test_an_empty_lake_says_so_in_both_languages(lang: str, title: str):
    assert title in quality_html([], [], as_of=TODAY, lang=lang)
