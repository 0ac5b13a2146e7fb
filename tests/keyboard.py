"""Somebody who has a keyboard and nothing else; at each stop it is asked whether one sees where one is."""

from __future__ import annotations

from browser import settled
from page_walk import STOP

FARTHEST = 400  # stops to the end of the longest page
NOW = """() => { const one = document.activeElement; return {tag: one.tagName, name: one.name || '',
  says: (one.getAttribute('aria-label') || one.innerText || '').trim(), value: one.value || ''}; }"""


class Hands:
    """Walks a page by Tab, follows links and presses buttons by Enter, chooses by arrows and Space, types."""

    def __init__(self, page):
        self.page = page
        self.wrong = []
        self.stops = 0

    def tab(self, key="Tab"):
        """One stop further; what is wrong with it is kept."""
        self.page.keyboard.press(key)
        self.stops += 1
        self.wrong += [f"{self.page.url}: {told}" for told in self.page.evaluate(STOP)["told"]]
        return self.page.evaluate(NOW)

    def to(self, wanted, *, key="Tab"):
        """Walk on until a stop is the wanted one; a page on which it cannot be reached is a trap."""
        for _ in range(FARTHEST):
            here = self.tab(key)
            if wanted(here):
                return here
        raise AssertionError(f"not reached by {key}: {self.page.url}")

    def field(self, name, *, key="Tab"):
        """Walk to a field."""
        return self.to(lambda here: here["name"] == name, key=key)

    def write(self, name, text):
        """Walk to a field and put a text in the place of what stands there."""
        self.field(name)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)
        assert self.page.evaluate(NOW)["name"] == name, "the focus was lost while typing"

    def day(self, name, month_day_year):
        """Type a day as a keyboard does it, part by part."""
        self.field(name)
        self.page.keyboard.type(month_day_year)
        assert self.page.evaluate(NOW)["value"], "the day was not taken"

    def choose(self, name, text):
        """Choose from a list by its first letters."""
        self.field(name)
        self.page.keyboard.type(text)

    def tick(self, name, value):
        """Set a box or a choice by Space."""
        self.to(lambda here: here["name"] == name and here["value"] == value)
        self.page.keyboard.press("Space")

    def _stop_at(self, tag, text):
        self.to(lambda here: here["tag"] == tag and here["says"].split("\n")[0].startswith(text))

    def _enter(self):
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        settled(self.page)

    def follow(self, text):
        """Walk to a link and follow it."""
        self._stop_at("A", text)
        self._enter()

    def press(self, text):
        """Walk to a button and press it; what comes is waited for."""
        self._stop_at("BUTTON", text)
        self._enter()

    def unfold(self, text):
        """Walk to what is folded away and open it."""
        self._stop_at("SUMMARY", text)
        self.page.keyboard.press("Enter")

    def at(self, path):
        """An address that is typed in."""
        self.page.goto(path)
        settled(self.page)

    def reads(self, text):
        """Wait until the page says something."""
        self.page.locator("main").get_by_text(text).first.wait_for()
