"""The README's first command, as somebody at a terminal meets it: the demo district opens as a site."""

from __future__ import annotations

from pathlib import Path

import pytest

from served_demo import CAST, pictures

pytestmark = [pytest.mark.slow, pytest.mark.browser]


def test_the_demo_opens_as_a_site_for_everybody_and_its_main_pages_are_pictured(chromium, tmp_path: Path) -> None:
    picture = pictures()
    with picture.demo(tmp_path) as site:
        for name in CAST:
            page = chromium.new_context().new_page()
            page.goto(f"{site}/demo/")
            page.get_by_role("button", name=name).first.click()
            page.goto(f"{site}/")
            assert name in page.locator("header").inner_text()
            page.context.close()
        taken = picture.picture_pages(chromium.new_page(), site, tmp_path)
        assert len(taken) == 15
        assert all(path.stat().st_size > 5_000 for path in taken)
        assert picture.picture_brief(chromium.new_page(), tmp_path / "demo", tmp_path).exists()
