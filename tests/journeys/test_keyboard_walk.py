"""Journeys through the served demo with a keyboard alone, from the first sign-in to a prediction.

It takes some minutes: ``python3 run.py test --slow tests/journeys/test_keyboard_walk.py``.
"""

from __future__ import annotations

import re

import pytest

from keyboard import Hands
from served_demo import CAST, come_in, served

pytestmark = [pytest.mark.slow, pytest.mark.browser]


class Demo:
    """The site, and the hands of each of its people."""

    def __init__(self, chromium, site):
        self.chromium, self.site, self.known = chromium, site, {}
        self.cycle = ""

    def __call__(self, name):
        if name not in self.known:
            whole = next(one for one in CAST if one.startswith(name))
            self.known[name] = Hands(come_in(self.chromium, self.site, whole))
        return self.known[name]

    def of(self, name, *path):
        """The hands of one of the cast, after links of the menu and the pages were followed."""
        hands = self(name)
        hands.at(self.site)
        for text in path:
            hands.follow(text)
        return hands


def sign_in(demo):
    """Choose who one is from the cast, by the keyboard alone."""
    page = demo.chromium.new_context().new_page()
    hands = demo.known["Cora"] = Hands(page)
    hands.at(f"{demo.site}/demo/")
    hands.press("Cora")
    assert "Cora Jimenez" in page.locator("header").inner_text()


def set_an_aim(demo):
    hands = demo.of("Dana", "Aims", "Set an aim")
    hands.write("title", "More students write well by 2028")
    hands.day("by_when", "05312028")
    hands.write("because", "Writing opens every other subject.")
    hands.press("Set the aim")
    hands.reads("More students write well by 2028")


def add_a_tool(demo):
    hands = demo.of("Dana", "Tools", "Add a tool")
    hands.write("name", "Quill Writer")
    hands.write("vendor", "Quill")
    hands.write("key", "quill-writer")
    hands.press("Add the tool")
    hands.reads("Quill Writer")


def start_a_cycle(demo):
    hands = demo.of("Dana", "Cycles", "Start a cycle")
    hands.choose("aim", "More")
    hands.write("new_tool", "Word Garden")
    hands.write("title", "Does Word Garden help?")
    hands.write("question", "Do students read better in May than without it?")
    hands.day("decide_by", "06152027")
    hands.write("decide_because", "the board votes on it")
    hands.press("Start the cycle")
    assert re.search(r"/cycles/cyc_\w+/question/$", hands.page.url), hands.page.url
    demo.cycle = hands.page.url.removesuffix("question/")


def write_the_prediction(demo):
    """The checker answers while one types, and the focus stays where it was."""
    hands = demo("Dana")
    hands.at(f"{demo.cycle}question/")
    hands.choose("change", "It goes up")
    hands.write("population", "students in grades 3 to 5 of our schools")
    hands.write("outcome", "Reading scale score in May")
    hands.write("unit", "scale points")
    hands.write("size", "4")
    hands.day("by", "05152027")
    hands.write("because", "short lessons at each student's own level")
    hands.reads("The prediction is whole")
    hands.press("Save the prediction")
    assert hands.page.url.endswith("/who/")


JOURNEYS = (sign_in, set_an_aim, add_a_tool, start_a_cycle, write_the_prediction)


def test_all_journeys_are_walked_by_keyboard_and_one_always_sees_where_one_is(chromium, tmp_path):
    fallen = {}
    with served(tmp_path) as site:
        demo = Demo(chromium, site)
        for journey in JOURNEYS:
            try:
                journey(demo)
            except Exception as fault:
                fallen[journey.__name__] = f"{type(fault).__name__}: {str(fault)[:300]}"
        wrong = [one for hands in demo.known.values() for one in hands.wrong]
        stops = sum(hands.stops for hands in demo.known.values())
    assert fallen == {}
    assert wrong == []
    assert stops > 100  # it is a walk, not a look
