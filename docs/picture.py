"""Take the README's picture: the first screen of the demo district's reading brief.

Run it after `python3 run.py demo` and `python3 run.py test` have set things up: ``python3 run.py picture``.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
BRIEF = ROOT / "demo" / "briefs" / "lumen-reading.html"
PICTURE = ROOT / "docs" / "images" / "brief.png"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


def main() -> int:
    """Write docs/images/brief.png."""
    chromium = shutil.which("chromium")
    if chromium is None or not BRIEF.exists():
        sys.stderr.write("this needs Debian's chromium and the demo's briefs: python3 run.py demo\n")
        return 2
    PICTURE.parent.mkdir(exist_ok=True)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(viewport={"width": 1120, "height": 1330})
        page.goto(BRIEF.as_uri())
        page.screenshot(path=PICTURE)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
