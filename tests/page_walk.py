"""What a person with other eyes, hands or a small window asks of a page; each answer is a list of what is wrong."""

from __future__ import annotations

import re

import pytest

from browser import unfold, width_of

WIDE, NARROW = {"width": 1280, "height": 1024}, {"width": 320, "height": 256}  # 1280 x 1024 at 400 % is 320 x 256
MOST_STOPS = 400
TAG = re.compile(r"""<(\w+)(?:[^>]*?\sclass=["']([^"']*))?""")
OPTIONS = {"rules": {"target-size": {"enabled": True}}, "resultTypes": ["violations"]}
STOP = """() => {
  const one = document.activeElement;
  if (one === document.body) return {name: '', told: []};
  document.querySelectorAll('[data-here]').forEach(old => delete old.dataset.here);
  const told = [], first = !one.dataset.stopped, box = one.getBoundingClientRect();
  one.dataset.stopped = 'yes';
  const style = getComputedStyle(one), inside = one.matches('dialog, main, iframe');
  if (!inside && (style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 2))
    told.push('has no visible focus');
  if (!inside && (box.bottom < 1 || box.top > innerHeight - 1 || box.right < 1 || box.left > innerWidth - 1))
    told.push('has the focus out of sight');
  const x = Math.min(Math.max((box.left + box.right) / 2, 1), innerWidth - 2);
  const y = Math.min(Math.max(box.top + Math.min(box.height / 2, 8), 1), innerHeight - 2);
  const top = document.elementFromPoint(x, y);
  if (!inside && !told.length && top && !one.contains(top) && !top.contains(one) && !top.closest('label'))
    told.push('has the focus beneath ' + top.outerHTML.slice(0, 60));
  return {name: one.outerHTML.slice(0, 110), told, first};
}"""
MOVES = """() => document.getAnimations().filter(one => one.playState === 'running').length
  + [...document.querySelectorAll('main *')].filter(one => parseFloat(getComputedStyle(one).transitionDuration) > 0)
    .length"""
OVER = """() => [...document.querySelectorAll('main *')].filter(one => one.checkVisibility()
  && one.getBoundingClientRect().right > innerWidth + 1 && one.getBoundingClientRect().width > 1).filter(one => {
    for (let up = one; up; up = up.parentElement)
      if (['auto', 'scroll', 'hidden', 'clip'].includes(getComputedStyle(up).overflowX)) return false;
    return true; }).slice(0, 3).map(one => one.outerHTML.slice(0, 110))"""


def shape_of(text: str) -> frozenset[tuple[str, str]]:
    """Which tags of which classes the main part of a page has: pages of one shape differ in their words alone."""
    main = text[text.find("<main") : text.rfind("</main>")] or text
    return frozenset((tag, name) for tag, name in TAG.findall(main))


def axe_says(page, look: str) -> list[str]:
    """Violations of a page as it stands, targets of less than 24 px among them: rule and the first places."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    if not page.evaluate("Boolean(window.axe)"):  # reading its half a megabyte takes longer than what it then does
        page.evaluate(axe.Axe().axe_script)
    found = page.evaluate("options => axe.run(options).then(said => said.violations)", OPTIONS)
    return [f"{look}: {one['id']}: {[node['html'][:160] for node in one['nodes'][:3]]}" for one in found]


def in_both_lights(page, look: str) -> list[str]:
    """Axe in light and in dark."""
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found += axe_says(page, f"{look} {scheme}")
    page.emulate_media(color_scheme="light")
    return found


def at_four_hundred_percent(page) -> list[str]:
    """Nothing stands beyond the right edge of a window of 320 x 256 px."""
    page.set_viewport_size(NARROW)
    wide = width_of(page)
    return [f"is {wide} px wide at 320: {page.evaluate(OVER)}"] if wide > NARROW["width"] else []


def by_tab(page) -> list[str]:
    """Every stop of the Tab key shows where one is, in sight and uncovered; the walk comes to an end."""
    page.evaluate("window.getSelection().removeAllRanges(); document.activeElement.blur()")
    found, last = [], None
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        stop = page.evaluate(STOP)
        if stop["told"]:  # a part of the page may have come in just now, and pushed the rest away
            page.wait_for_timeout(150)
            page.keyboard.press("Shift+Tab")
            page.keyboard.press("Tab")
            stop = page.evaluate(STOP) | {"first": stop["first"]}
        if not stop["name"] or (not stop["first"] and stop["name"] != last):
            return found
        found += [f"{stop['name']} {one}" for one in stop["told"]]
        last = stop["name"]
    return [*found, "the Tab key finds no end"]


def in_other_colors(page) -> list[str]:
    """With the colors of the system, and for who cannot bear movement."""
    page.emulate_media(forced_colors="active", reduced_motion="reduce")
    found = axe_says(page, "forced colors")
    if moving := page.evaluate(MOVES):
        found.append(f"{moving} parts move where no movement is wanted")
    page.emulate_media(forced_colors="none", reduced_motion="no-preference")
    return found


def in_dialogs(page) -> list[str]:
    """Each dialog opens, is accessible, and gives the focus back when Escape closes it."""
    found = []
    for opener in page.locator("[data-opens]").all():
        if not opener.is_visible():
            continue
        opener.focus()
        page.keyboard.press("Enter")
        found += axe_says(page, "dialog")
        page.keyboard.press("Escape")
        if not opener.evaluate("one => one === document.activeElement"):
            found.append("a dialog does not give the focus back")
    return found


def wrong_with(page) -> list[str]:
    """All of it, for one page as it stands: wide and narrow, in both lights, by Tab, in other colors."""
    page.set_viewport_size(WIDE)
    found = in_dialogs(page)
    unfold(page)
    found += in_both_lights(page, "wide") + in_other_colors(page)
    found += at_four_hundred_percent(page) + in_both_lights(page, "narrow") + by_tab(page)
    page.set_viewport_size(WIDE)
    return found
