"""The README's first command, as somebody at a terminal meets it: the demo district opens as a site."""

from __future__ import annotations

from pathlib import Path

import pytest

from served_demo import CAST, PATIENCE, come_in, pictures

pytestmark = [pytest.mark.slow, pytest.mark.browser]


def patient(chromium):
    """A page that waits as long as a busy machine takes."""
    page = chromium.new_page()
    page.set_default_timeout(PATIENCE)
    return page


def test_the_demo_opens_as_a_site_for_everybody_and_its_main_pages_are_pictured(chromium, tmp_path: Path) -> None:
    picture = pictures()
    with picture.demo(tmp_path) as site:
        for name in CAST:
            page = come_in(chromium, site, name)
            page.goto(f"{site}/")
            assert name in page.locator("header").inner_text()
            page.context.close()
        taken = picture.picture_pages(patient(chromium), site, tmp_path)
        assert len(taken) == 15
        assert all(path.stat().st_size > 5_000 for path in taken)
        assert picture.picture_brief(patient(chromium), tmp_path / "demo", tmp_path).exists()
