"""The README's first command, as somebody at a terminal meets it: the demo district opens as a site."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
CAST = (
    "Dana Whitfield",
    "Andre Okafor",
    "Petra Lindqvist",
    "Priya Raman",
    "Cora Jimenez",
    "Tariq Haddad",
    "Bo Andersen",
    "Audra Klein",
)

pytestmark = [pytest.mark.slow, pytest.mark.browser]


def pictures() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_picture", ROOT / "docs" / "picture.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


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
