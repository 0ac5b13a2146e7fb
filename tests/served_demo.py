"""The demo district as it is served, its people, and how one of them comes in with a browser."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from browser import seen

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 180_000  # ms; a busy machine takes its time, and a test waits for what happens rather than for a while
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


def pictures() -> ModuleType:
    """The program that takes the pictures of the docs; it knows how the demo is served."""
    spec = importlib.util.spec_from_file_location("docs_picture", ROOT / "docs" / "picture.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of the demo; DEMO_SITE names one that stands already, to spare the minute it takes."""
    if standing := os.environ.get("DEMO_SITE"):
        yield standing
        return
    with pictures().demo(folder) as site:
        yield site


def come_in(chromium, site, name, **options):
    """A page in a browser of its own, signed in as one of the cast."""
    page = seen(chromium, **options)
    page.set_default_timeout(PATIENCE)
    page.goto(f"{site}/demo/")
    page.get_by_role("button", name=name).first.click()
    page.wait_for_load_state()
    return page
