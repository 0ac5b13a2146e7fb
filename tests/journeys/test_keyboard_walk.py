"""Thirteen journeys through the served demo with a keyboard alone, from the first sign-in to a reader's answer.

It takes some minutes: ``python3 run.py test --slow tests/journeys/test_keyboard_walk.py``.
"""

from __future__ import annotations

import re

import pytest

from keyboard import Hands
from served_demo import CAST, PATIENCE, come_in, served

pytestmark = [pytest.mark.slow, pytest.mark.browser]

MEANINGS = ("adopt_means", "adapt_means", "stop_means")


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

    def stranger(self):
        """The page of somebody who is not signed in."""
        page = self.chromium.new_context().new_page()
        page.set_default_timeout(PATIENCE)
        return page

    def of(self, name, *path):
        """The hands of one of the cast, after links of the menu and the pages were followed."""
        hands = self(name)
        hands.at(self.site)
        for text in path:
            hands.follow(text)
        return hands


def sign_in(demo):
    """Choose who one is from the cast, by the keyboard alone."""
    hands = demo.known["Cora"] = Hands(demo.stranger())
    hands.at(f"{demo.site}/demo/")
    hands.press("Cora")
    assert "Cora Jimenez" in hands.page.locator("header").inner_text()


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


def register(demo):
    """Who takes part, what is measured, the rule, and the lock."""
    hands = demo("Dana")
    hands.at(f"{demo.cycle}who/")
    for grade in ("03", "04", "05"):
        hands.tick("grades", grade)
    hands.day("starts", "09072026")
    hands.day("ends", "05012027")
    hands.press("Save who takes part")
    for name, text in (("domain", "reading comprehension"), ("assessment", "reading"), ("form", "spring")):
        hands.write(name, text)
    hands.write("before", "fall")
    hands.press("Save the measures")
    hands.write("smallest_effect", "2")
    hands.write("decider", "Curriculum council")
    for name in MEANINGS:
        hands.write(name, "As was said.")
    hands.press("Save the rule")
    andre = demo("Andre")
    andre.at(f"{demo.cycle}register/")
    andre.follow("Read the plan and lock it")
    andre.press("Lock the plan")
    andre.reads("The plan is locked")


def import_a_file(demo):
    """The file is chosen in the window of the system; everything else is a page."""
    hands = demo.of("Andre", "Data", "Bring files in")
    hands.field("files")
    with hands.page.expect_file_chooser() as chosen:
        hands.page.keyboard.press("Enter")
    rows = b"student_id,date,minutes\n4711,2026-06-01,12\n4712,not a day,3\n"
    chosen.value.set_files({"name": "generic_usage.csv", "mimeType": "text/csv", "buffer": rows})
    hands.write("source", "Lumen Reading")  # with whose vendor an agreement runs
    hands.press("Look at the files")
    hands.page.get_by_text("generic_usage.csv").first.wait_for()
    hands.page.locator("main table").first.wait_for()


def settle_who_is_who(demo):
    """Arrow keys choose, Tab goes on, Enter saves all answers."""
    hands = demo.of("Andre", "Data", "Who is who")
    here = hands.to(lambda one: one["name"].startswith("answer_"))
    hands.page.keyboard.press("ArrowLeft")
    assert hands.page.evaluate("document.activeElement.name") == here["name"]
    assert hands.page.evaluate("document.activeElement.value") == "no"
    hands.to(lambda one: one["name"].startswith("answer_") and one["name"] != here["name"])
    hands.page.keyboard.press("ArrowLeft")
    with hands.page.expect_navigation():
        hands.page.keyboard.press("Enter")
    assert hands.page.url.endswith("/data/worklist/")


def look_at_the_evidence(demo):
    """Every table beneath a drawing opens, and the notes on the way do not hold one up."""
    hands = demo.of("Tariq", "Cycles", "Does Math Quest raise", "Evidence")
    hands.unfold("As a table")
    assert hands.page.locator("main details[open] table").first.is_visible()
    hands.to(lambda here: here["tag"] == "A", key="Shift+Tab")


def review_and_decide(demo):
    dana = demo.of("Dana", "Cycles", "Does Math Quest raise", "Review")
    dana.press("Open a review")
    cora = demo.of("Cora", "Cycles", "Does Math Quest raise", "Review")
    cora.write("says", "It ran on Fridays only.")
    cora.press("Say it")
    cora.reads("It ran on Fridays only.")
    dana.at(demo.site)
    for text in ("Cycles", "Does Math Quest raise", "Decision"):
        dana.follow(text)
    dana.write("reasons", "We said beforehand what we would do.")
    dana.press("Read it once more")
    dana.press("Enter the decision")
    dana.reads("It is decided.")


def send_a_brief_and_answer_it(demo):
    """What leaves the house takes two: Petra asks, Dana reads and approves, Petra carries it out."""
    petra = demo.of("Petra", "Reports", "Does Lumen Reading raise")
    petra.write("recipient", "The board")
    petra.press("Send the brief")
    waits = petra.page.url
    assert "/governance/desk/" in waits, waits
    dana = demo.of("Dana", "Governance", "Release desk", "Send a letter")
    assert dana.page.url == waits
    dana.press("Approve it")
    petra.at(waits)
    petra.press("Carry it out now")
    petra.follow("See what went out")
    petra.reads("The board")
    page = petra.page
    link = re.search(
        r'href="(?:https?://[^/"]+)?(/feedback/[^"]+)"',
        page.context.request.get(brief_of(page), timeout=PATIENCE).text(),
    )
    reader = demo.known["a reader"] = Hands(demo.stranger())
    reader.at(demo.site + link[1])
    reader.write("says", "What did the teachers of grade 4 say?")
    reader.press("Send the answer")
    reader.reads("Your words are kept without your name")


def brief_of(page):
    """The address of the page that was sent out, as the report names it."""
    href = page.locator("main a[href$='/page/']").first.get_attribute("href")
    return page.url.split("/reports/")[0] + href


def grant_a_role(demo):
    """The last one: whoever's grants change is signed out everywhere."""
    hands = demo.of("Dana", "People", "Cora Jimenez")
    hands.choose("role", "Ana")
    hands.press("Grant it")
    hands.reads("Holds 2 grants today")


def pin_a_note(demo):
    hands = demo.of("Cora", "Library", "Notes")
    hands.unfold("Pin a note")
    hands.write("says", "The network was down in two schools.")
    hands.day("on", "02102026")
    hands.press("Pin the note")
    hands.reads("The network was down in two schools.")


JOURNEYS = (
    sign_in, set_an_aim, add_a_tool, start_a_cycle, write_the_prediction, register, import_a_file, settle_who_is_who,
    look_at_the_evidence, review_and_decide, send_a_brief_and_answer_it, pin_a_note, grant_a_role,
)  # fmt: skip


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
    assert stops > 500  # it is a walk, not a look
