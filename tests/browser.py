"""The one Chromium of the tests, and what is asked of every page that stands in it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
COMES_AGAIN = ("xpath=//title[starts-with(., 'Still looking')]", "[hx-trigger*=every]")
UNFOLD = "document.querySelectorAll('details').forEach(one => one.open = true)"


@pytest.fixture(scope="module")
def chromium():
    """Without Chromium the tests are skipped, or fail where a browser is required.

    One a module: while Playwright's loop runs in this thread, a test of another module could start none of its own.
    """
    if not CHROMIUM.exists():
        if os.environ.get("GAINLINE_REQUIRE_BROWSER") == "1":
            pytest.fail("GAINLINE_REQUIRE_BROWSER=1, but there is no chromium")
        pytest.skip("no chromium on this machine")
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    # Playwright runs a loop of its own in this thread, which Django takes for asynchronous code.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_api.sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield made
        made.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


def file_opened(chromium, path, *, width=1280, scheme="light"):
    """A page that stands in a file, in a light and at a width."""
    page = chromium.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.goto(path.as_uri())
    return page


def seen(chromium, *, width=1280, scheme="light", **options):
    """A page with a context of its own; its ``complaints`` list what the console and the policy said."""
    context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, **options)
    page = context.new_page()
    page.complaints = []
    page.on("console", lambda said: page.complaints.append(f"{said.type}: {said.text}"))
    page.on("pageerror", lambda fault: page.complaints.append(str(fault)))
    return page


def unfold(page) -> None:
    """Open everything that is folded away."""
    page.evaluate(UNFOLD)


def settled(page) -> None:
    """Wait until a page no longer comes anew by itself: the records are looked through, and its work is done."""
    for sign in COMES_AGAIN:
        page.locator(sign).first.wait_for(state="detached")
    page.wait_for_load_state()


def violations(page) -> str:
    """What axe finds on a page as it stands; nothing where all is well."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    results = axe.Axe().run(page)
    return results.generate_report() if results.violations_count else ""


def width_of(page) -> int:
    """How wide a page is in px; wider than its window, it would scroll sideways."""
    return page.evaluate("document.documentElement.scrollWidth")
