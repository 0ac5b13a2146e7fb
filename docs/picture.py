"""Take the pictures of the docs from the demo district: its reading brief, and the application's main pages.

Run it after `python3 run.py test` has set things up: ``python3 run.py picture``. It walks the demo in a folder of its
own, so it takes some minutes.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
LEAD = "Dana Whitfield"
LAST = 30  # lines of a demo that did not open
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}

# name of the picture, address, and the link to follow from there to a page of one thing
PAGES = (
    ("week", "/", None),
    ("aims", "/aims/", None),
    ("aim", "/aims/", "main h2 a"),
    ("tools", "/tools/", None),
    ("tool", "/tools/", "main td a, main th a"),
    ("cycles", "/cycles/", None),
    ("cycle", "/cycles/", "main td a, main th a, main h2 a"),
    ("data", "/data/", None),
    ("indicators", "/data/indicators/", None),
    ("roadmap", "/roadmap/", None),
    ("people", "/people/", None),
    ("governance", "/governance/", None),
    ("library", "/library/", None),
    ("reports", "/reports/", None),
)


@contextmanager
def demo(folder: Path) -> Iterator[str]:
    """The demo district as a site; gives its address."""
    words = [sys.executable, "-m", "gainline.cli.app", "demo", "demo", "--serve", "--port", "0"]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GAINLINE_")}
    child = subprocess.Popen(words, cwd=folder, env=clean, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    said: deque[str] = deque(maxlen=LAST)
    # while the site is open: a pipe that nobody reads fills up, and then the site waits to write its log
    failed: list[str] = []
    reader = Thread(target=_keep, args=(child.stderr, said, failed), daemon=True)
    try:
        for line in child.stderr:
            said.append(line)
            if "Gainline is at" in line:
                reader.start()
                yield line.split("Gainline is at ")[1].split("/demo/")[0]
                return
        raise RuntimeError("the demo never said where it is; its last words:\n" + "".join(said))
    finally:
        child.send_signal(signal.SIGTERM)
        child.wait(timeout=60)
        if reader.ident is not None:
            reader.join()
        child.stderr.close()
        sys.stderr.writelines(failed)


def _keep(lines: Iterable[str], said: deque[str], failed: list[str]) -> None:
    """The site's last words, and all that went wrong in it."""
    for line in lines:
        said.append(line)
        if '"level": "error"' in line:
            failed.append(line)


def picture_pages(page: Page, site: str, folder: Path) -> list[Path]:
    """Sign in as the EdTech lead and take every main page, each wide, the first one also as a phone shows it."""
    page.set_viewport_size(WIDE)
    page.goto(f"{site}/demo/")
    page.get_by_role("button", name=LEAD).first.click()
    taken = []
    for name, address, link in PAGES:
        answer = page.goto(f"{site}{address}")
        if answer is None or not answer.ok:
            raise RuntimeError(f"{address} does not answer")
        if link is not None:
            page.locator(link).first.click()
        taken.append(folder / f"site-{name}.png")
        page.screenshot(path=taken[-1])
    page.set_viewport_size(NARROW)
    page.goto(f"{site}/")
    taken.append(folder / "site-week-phone.png")
    page.screenshot(path=taken[-1])
    return taken


def picture_brief(page: Page, workspace: Path, folder: Path) -> Path:
    """Take the first screen of the reading cycle's brief."""
    page.set_viewport_size({"width": 1120, "height": 1330})
    page.goto((workspace / "briefs" / "lumen-reading.html").as_uri())
    path = folder / "brief.png"
    page.screenshot(path=path)
    return path


def main() -> int:
    """Write the pictures of docs/images."""
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.stderr.write("this needs Debian's chromium: apt-get install chromium\n")
        return 2
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as kept, demo(Path(kept)) as site, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page()
        picture_pages(page, site, IMAGES)
        picture_brief(page, Path(kept) / "demo", IMAGES)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
