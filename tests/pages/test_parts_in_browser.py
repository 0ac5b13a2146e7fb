"""The style guide in a real browser: every part in every state is accessible, keyboard-ready and needs no script."""

from __future__ import annotations

import re

import pytest

from browser import unfold, violations, width_of

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def _demo(settings):
    settings.GAINLINE_IS_DEMO = True


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation_in_any_part_at_any_width(visit, scheme):
    page = visit("/parts/", scheme=scheme)
    unfold(page)
    for width in (1280, 390, 320):
        page.set_viewport_size({"width": width, "height": 900})
        assert violations(page) == "", f"{width} px"
    assert page.complaints == []  # the policy refuses inline styles and scripts: none was tried


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation_in_the_dialog_the_form_with_faults_and_the_pages_of_errors(visit, scheme):
    page = visit("/parts/", scheme=scheme)
    page.click("a[data-opens=register]")
    assert violations(page) == ""
    page = visit("/parts/form/", scheme=scheme)
    page.click("main button[type=submit]")
    assert page.locator(".error-summary").is_visible()
    assert violations(page) == ""
    for address in ("/parts/confirm/", "/parts/sheet/", "/nothing-stands-here/"):
        assert violations(visit(address, scheme=scheme)) == "", address


@pytest.mark.parametrize("address", ["/parts/", "/parts/form/", "/parts/confirm/", "/parts/sheet/", "/nothing/"])
def test_a_page_of_320_px_which_is_400_percent_zoom_need_not_scroll_sideways(visit, address):
    page = visit(address, width=320)
    unfold(page)
    assert width_of(page) <= 320


def test_the_keyboard_skips_to_the_content_and_reaches_every_control(visit):
    page = visit("/parts/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    wanted = page.evaluate(
        """() => [...document.querySelectorAll('main a[href], main button, main input, main select, main textarea,'
            + ' main summary')].filter(one => one.checkVisibility() && !one.disabled && one.type !== 'hidden'
            && !(one.type === 'radio' && !one.checked)).length"""
    )
    page.evaluate("document.querySelectorAll('main *').forEach((one, i) => one.dataset.nth = i)")
    seen = set()
    for _ in range(3 * wanted):
        page.keyboard.press("Tab")
        place = page.evaluate("document.activeElement.closest('main') && document.activeElement.dataset.nth")
        if place is None:
            break
        seen.add(place)
        unseen = page.evaluate(
            """() => getComputedStyle(document.activeElement).outlineStyle === 'none'
                && document.activeElement.outerHTML.slice(0, 120)"""
        )
        assert not unseen
    assert len(seen) >= wanted


def test_a_dialog_takes_the_focus_closes_with_escape_and_gives_it_back(visit):
    page = visit("/parts/")
    page.focus("a[data-opens=register]")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.closest('dialog')?.id") == "register"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.dataset.opens") == "register"


def test_the_same_question_is_a_page_of_its_own_without_script(visit, site):
    page = visit("/parts/", java_script_enabled=False)
    page.click("a[data-opens=register]")
    assert page.url == f"{site}/parts/confirm/"
    assert "P(effect >= 3 points) >= 0.8" in page.inner_text("main")
    page.click("main button[type=submit]")
    assert page.url == f"{site}/parts/"


def test_a_form_without_script_comes_back_with_what_to_mend(visit):
    page = visit("/parts/form/", java_script_enabled=False)
    page.click("main button[type=submit]")
    assert page.locator(".error-summary a").count() == 3
    page.click(".error-summary a >> nth=0")
    field = page.locator("#id_sentence")
    assert field.get_attribute("aria-invalid") == "true"
    assert set(field.get_attribute("aria-describedby").split()) == {"id_sentence_helptext", "id_sentence_error"}


def test_a_choice_of_colors_is_remembered_without_script(visit):
    page = visit("/parts/", java_script_enabled=False)
    page.click("footer button[value=dark]")
    assert page.locator("html").get_attribute("data-look") == "dark"
    page.reload()
    assert page.locator("html").get_attribute("data-look") == "dark"
    page.click("footer button[value=auto]")
    assert page.locator("html").get_attribute("data-look") is None


def test_a_choice_of_language_is_remembered_without_script(visit):
    page = visit("/parts/", java_script_enabled=False)
    page.click("footer button[value=es]")
    assert page.locator("html").get_attribute("lang") == "es"
    assert page.locator(".skip").inner_text() == "Ir al contenido"


def test_the_phone_menu_opens_without_script_and_the_wide_page_shows_every_entry(visit):
    phone = visit("/parts/", width=390, java_script_enabled=False)
    assert not phone.locator(".nav").is_visible()
    phone.click(".menu summary")
    assert phone.locator(".menu a").last.is_visible()
    wide = visit("/parts/")
    assert wide.locator(".nav a").count() == 10
    assert not wide.locator(".menu").is_visible()


def test_a_file_that_is_sent_shows_how_far_it_is_and_the_answer_takes_the_pages_place(visit, tmp_path):
    file = tmp_path / "use.csv"
    file.write_text("student,minutes\n", encoding="utf-8")
    page = visit("/parts/")
    page.set_input_files("input[type=file]", file)
    page.click("form.upload button")
    page.wait_for_url("**/parts/form/")
    page.wait_for_selector("[data-focus].error-summary")  # the form asks for an aim, and says so


def test_print_leaves_out_what_paper_cannot_do(visit):
    page = visit("/parts/")
    page.emulate_media(media="print")
    for gone in (".masthead nav", ".footer", ".pages", ".page-head .actions"):
        assert not page.locator(gone).first.is_visible(), gone
    assert page.locator(".print-line").is_visible()


def test_targets_are_large_enough_for_a_thumb(visit):
    page = visit("/parts/", width=390)
    small = page.evaluate(
        """() => [...document.querySelectorAll('main button, .menu summary, main input, main select')]
            .filter(one => one.checkVisibility() && !['checkbox', 'radio'].includes(one.type))
            .filter(one => one.getBoundingClientRect().height < 36).map(one => one.outerHTML.slice(0, 80))"""
    )
    assert small == []


def test_the_sheet_for_a_board_prints_on_one_page(visit):
    page = visit("/parts/sheet/")
    for paper in ("A4", "Letter"):
        printed = page.pdf(format=paper, print_background=True)
        assert len(re.findall(rb"/Type\s*/Page[^s]", printed)) == 1, paper
