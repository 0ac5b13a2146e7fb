"""The brief in a real browser: accessible, self-contained, readable on a phone, one sheet in print."""

from __future__ import annotations

import importlib.util
import re
import sys
from datetime import date
from pathlib import Path

import pytest

from browser import file_opened, unfold, violations, width_of
from gainline.engine.core.issues import Issue, Level
from gainline.engine.reports import SourceToday, brief_html, index_html, quality_html

HERE = Path(__file__).resolve().parent

pytestmark = pytest.mark.browser


def _samples():
    path = HERE.parent / "unit" / "reports" / "sample_evidence.py"
    spec = importlib.util.spec_from_file_location("sample_evidence_of_reports", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return {made.__name__: made().to_json_value() for made in (module.adapt, module.stop, module.cannot_tell)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with three briefs, the landing page and the page of the sources."""
    made, samples = tmp_path_factory.mktemp("briefs"), _samples()
    for name, evidence in samples.items():
        (made / f"{name}.html").write_text(brief_html(evidence, district="Riverbend Unified"), encoding="utf-8")
    entries = [(f"{name}.html", evidence) for name, evidence in samples.items()]
    (made / "index.html").write_text(index_html(entries, district="Riverbend Unified"), encoding="utf-8")
    issues = [
        Issue("IN414", Level.ERROR, "the latest file names 31% fewer people", "ask for the school", file="oneroster"),
        Issue("IN410", Level.WARNING, "no file for 21 days, where 9 were usual", "ask for it", file="lumen", rows=1240),
    ]
    sources = [SourceToday(name, date(2026, 3, 1), 1, 9, 4, 48_211, 12) for name in ("lumen", "oneroster")]
    quality = quality_html(issues, sources, as_of=date(2026, 3, 2), district="Riverbend Unified")
    (made / "quality.html").write_text(quality, encoding="utf-8")
    return made


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("name", ["adapt", "cannot_tell", "index", "quality"])
def test_axe_finds_no_violation(chromium, folder, name, width, scheme):
    page = file_opened(chromium, folder / f"{name}.html", width=width, scheme=scheme)
    unfold(page)
    assert violations(page) == ""
    page.close()


@pytest.mark.parametrize("name", ["adapt", "stop", "cannot_tell", "index", "quality"])
def test_a_phone_of_320_px_need_not_scroll_sideways(chromium, folder, name):
    page = file_opened(chromium, folder / f"{name}.html", width=320)
    unfold(page)
    assert width_of(page) <= 320
    page.close()


def test_text_in_charts_is_never_smaller_than_eleven_px_on_a_phone(chromium, folder):
    page = file_opened(chromium, folder / "adapt.html", width=320)
    smallest = page.evaluate(
        """() => Math.min(...[...document.querySelectorAll('.chart svg text')]
            .filter(text => text.getClientRects().length)
            .map(text => text.getBoundingClientRect().height))"""
    )
    assert smallest >= 11
    page.close()


def test_the_page_asks_the_network_for_nothing(chromium, folder):
    page = chromium.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((folder / "adapt.html").as_uri())
    page.wait_for_load_state("networkidle")
    assert [url for url in asked if not url.startswith("file:")] == []
    page.close()


def test_the_keyboard_reaches_the_decision_first_and_every_table(chromium, folder):
    page = file_opened(chromium, folder / "adapt.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#decision"
    reached = set()
    for _ in range(30):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.tagName"))
    assert "SUMMARY" in reached
    page.close()


@pytest.mark.parametrize("name", ["adapt", "stop", "cannot_tell"])
@pytest.mark.parametrize(("paper", "height"), [("A4", 297.0), ("Letter", 279.4)])
def test_the_boards_part_prints_on_one_sheet(chromium, folder, name, paper, height, tmp_path):
    page = file_opened(chromium, folder / f"{name}.html")
    page.emulate_media(media="print")
    # The printable width in CSS px decides the line breaks; then the last line of the board's part must fit.
    width = (210.0 if paper == "A4" else 215.9) - 26.0
    page.set_viewport_size({"width": round(width / 25.4 * 96), "height": 1000})
    bottom = page.evaluate("document.querySelector('.sheet-source').getBoundingClientRect().bottom + scrollY")
    assert bottom <= (height - 20.0) / 25.4 * 96
    page.emulate_media(media=None)
    printed = page.pdf(format=paper, print_background=True)
    pages = len(re.findall(rb"/Type\s*/Page[^s]", printed))
    assert 2 <= pages <= 4
    page.close()


def test_marks_have_three_to_one_contrast_in_both_modes():
    css = (Path(__file__).parents[2] / "src/gainline/engine/reports/templates/page.css").read_text(encoding="utf-8")
    light, dark = (dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", part)) for part in css.split("@media screen", 2)[:2])
    for colors in (light, light | dark):
        for text in ("ink", "muted", "accent", "watch", "risk"):
            assert contrast(colors[text], colors["paper"]) >= 4.5, text
        assert contrast(colors["usual"], colors["paper"]) >= 3.0


def contrast(one: str, other: str) -> float:
    """WCAG 2.2 contrast ratio of two colors."""
    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def luminance(color: str) -> float:
    """WCAG relative luminance."""
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
