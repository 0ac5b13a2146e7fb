"""The thread in a real browser: each of the cast signs in and walks from an aim to a brief, seeing what is theirs."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from browser import unfold, violations, width_of

pytestmark = pytest.mark.browser

TESTS = Path(__file__).resolve().parents[1]
FILES = ("results-reading.csv", "lumen-reading-lessons.csv", "licenses.csv", "contracts.csv", "access.csv")
ARMS = "assignments-lumen-reading.csv"
PATIENCE = 180_000  # ms, for what runs in the background on a busy machine
ANSWERS = {
    "question": {
        "question": "Do students read better in May than without the tool?",
        "population": "students in grades 3 to 5 of our schools",
        "outcome": "Reading scale score in May",
        "unit": "scale points",
        "size": "4",
        "by": "2026-05-15",
        "because": "short lessons at each student's own level",
    },
    "who": {"starts": "2025-10-06", "ends": "2026-05-01"},
    "measures": {"domain": "reading comprehension", "assessment": "reading", "form": "spring", "before": "fall"},
    "rule": {
        "smallest_effect": "2",
        "decider": "Curriculum council",
        "adopt_means": "Renew it for all schools.",
        "adapt_means": "Renew it for one year and test a change.",
        "stop_means": "Give notice.",
    },
}


def environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GAINLINE_", "DJANGO_"))}
    return kept | {"PYTHONPATH": str(TESTS)}


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    made = tmp_path_factory.mktemp("thread") / "home"
    words = [sys.executable, "-m", "builders.found_tiny", str(made)]
    done = subprocess.run(words, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return made


@pytest.fixture(scope="module")
def site(home):
    """The served home's address; it ends with the tests."""
    words = [sys.executable, "-m", "gainline.cli.app", "serve", "--home", str(home), "--demo", "--port", "0"]
    words += ["--workers", "1"]
    child = subprocess.Popen(words, env=environment(), stderr=subprocess.PIPE, text=True)
    address = ""
    for line in child.stderr:
        if found := re.search(r"Gainline is at (http://127\.0\.0\.1:\d+)/", line):
            address = found[1]
            break
    assert address, "it never said where it is"
    yield address
    child.send_signal(signal.SIGTERM)
    child.stderr.read()
    child.stderr.close()
    assert child.wait(60) == 0


class Visitor:
    """One of the cast in a browser of their own; what the console says is kept."""

    def __init__(self, chromium, site, name):
        self.page = chromium.new_context(viewport={"width": 1280, "height": 900}).new_page()
        self.page.set_default_timeout(60_000)
        self.site, self.complaints = site, []
        self.page.on("console", lambda said: self.complaints.append(said.text))
        self.page.goto(f"{site}/demo/")
        self.page.get_by_role("button", name=name).click()

    def go(self, path):
        answer = self.page.goto(path if "://" in path else self.site + path)
        return answer.status

    def press(self, name):
        self.page.locator("main").get_by_role("button", name=name, exact=True).click()

    def follow(self, name):
        self.page.locator("main").get_by_role("link", name=name, exact=True).first.click()

    def fill(self, answers):
        for name, value in answers.items():
            self.page.locator(f"main [name={name}]").fill(value)

    def reads(self, *texts):
        shown = self.page.locator("main").inner_text()
        return [text in shown for text in texts]


@pytest.fixture(scope="module")
def cast(chromium, site):
    """Gives one of the cast by first name, signed in once."""
    known = {}

    def one(name):
        if name not in known:
            known[name] = Visitor(chromium, site, name)
        return known[name]

    return one


def check_axe(visitor, *, looks=("light",), width=320):
    """No violation, and nothing to scroll sideways on a small phone."""
    page = visitor.page
    unfold(page)
    for scheme in looks:
        page.emulate_media(color_scheme=scheme)
        assert violations(page) == "", f"{page.url} {scheme}"
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": width, "height": 800})
    assert width_of(page) <= width, page.url
    page.set_viewport_size({"width": 1280, "height": 900})


BOTH = ("light", "dark")


def test_the_cast_walks_the_thread_from_an_aim_to_a_brief(cast, home, chromium, site):
    dana, andre, petra, bo, tariq = (cast(name) for name in ("Dana", "Andre", "Petra", "Bo", "Tariq"))
    cycle = start(dana, bo)
    agree(dana, petra)
    dana.go(f"{cycle}question/")
    plan(dana, andre, cycle)
    lock(andre, tariq, cycle)
    bring_in(andre, tariq, cycle, home)
    evaluate(andre, dana, bo, cycle)
    hear_and_decide(dana, tariq, bo, cycle)
    release(petra, andre, dana, bo, cycle)
    for visitor in (dana, andre, petra, bo, tariq):
        refused = [said for said in visitor.complaints if "Content Security Policy" in said]
        assert refused == []
    read_without_script(chromium, site)


def start(dana, bo) -> str:
    """Only who holds the right starts; five answers are enough."""
    assert bo.go("/cycles/") == 200
    assert bo.reads("A cycle begins with a question", "Start the first cycle") == [True, False]
    assert bo.go("/cycles/new/") == 403
    dana.go("/cycles/")
    check_axe(dana)
    dana.follow("Start the first cycle")
    check_axe(dana)
    dana.press("Start the cycle")
    assert dana.page.locator(".error-summary").is_visible()
    check_axe(dana)
    dana.page.locator("main [name=aim]").select_option(index=0)
    dana.fill(
        {
            "new_tool": "Lumen Reading",
            "title": "Lumen Reading",  # its key is the pilot of the district's own list of arms
            "question": "Does it help?",
            "decide_by": "2026-06-16",
            "decide_because": "notice is due on June 30",
        }
    )
    dana.press("Start the cycle")
    dana.page.wait_for_url("**/question/")
    return dana.page.url.removesuffix("question/")


def agree(dana, petra):
    """No file of a vendor is taken before an agreement says what about; the privacy lead enters it."""
    for visitor in (dana, petra):
        visitor.go("/tools/")
        visitor.follow("Lumen Reading")
    assert dana.page.get_by_role("link", name="Enter an agreement").count() == 0
    petra.follow("Enter an agreement")
    check_axe(petra)
    petra.follow("Lessons and practice")
    name = petra.page.get_by_label("First and last name")
    assert name.is_checked()  # a closed group shows what is ticked in it, and only that
    assert not petra.page.get_by_label("Student numbers").is_visible()
    name.press("Space")
    petra.page.get_by_text("Use of the tool").focus()
    assert not name.is_visible()
    petra.page.keyboard.press("Enter")
    assert petra.page.get_by_label("Calls for help and times a tool was down").is_visible()
    check_axe(petra, looks=BOTH)
    petra.fill({"signed_on": "2025-08-01", "ends": "2099-06-30", "destroy_by": "2099-07-30"})
    petra.page.locator("main form button[type=submit]").last.click()
    petra.page.get_by_text("Data destroyed by").first.wait_for()
    check_axe(petra)


def plan(dana, andre, cycle):
    """The checker speaks while one types; four forms write the document."""
    dana.page.locator("main [name=because]").press_sequentially("practice")
    dana.page.get_by_text("5 parts are missing").wait_for()
    check_axe(dana, looks=BOTH)
    dana.page.locator("main [name=change]").select_option("raise")
    dana.fill(ANSWERS["question"])
    dana.page.get_by_text("The prediction is whole").wait_for()
    dana.press("Save the prediction")
    dana.page.wait_for_url("**/who/")
    for grade in ("03", "04", "05"):
        dana.page.get_by_label(grade, exact=True).check()
    dana.fill(ANSWERS["who"])
    dana.press("Save who takes part")
    dana.page.wait_for_url("**/measures/")
    check_axe(dana)
    dana.fill(ANSWERS["measures"])
    dana.page.get_by_label("Family income").check()
    dana.press("Save the measures")
    dana.page.wait_for_url("**/rule/")
    check_axe(dana)
    dana.fill(ANSWERS["rule"])
    dana.press("Save the rule")
    dana.page.wait_for_url("**/register/")
    assert dana.reads("The plan is whole") == [True]
    andre.go(f"{cycle}who/")
    andre.page.get_by_text("you could see an effect").wait_for()
    assert andre.reads("of 4 schools") == [True]
    check_axe(andre)
    andre.go(f"{cycle}plan/")
    assert 'key = "lumen-reading"' in andre.page.locator("main [name=text]").input_value()
    check_axe(andre)


def lock(andre, tariq, cycle):
    """Two steps, the exact text, and only who may."""
    assert tariq.go(f"{cycle}register/") == 200
    assert tariq.reads("Read the plan and lock it") == [False]
    assert tariq.go(f"{cycle}register/lock/") == 403
    andre.go(f"{cycle}register/")
    andre.follow("Read the plan and lock it")
    assert andre.reads("Reading scale score in May", "There is no way back") == [True, True]
    check_axe(andre)
    andre.press("Lock the plan")
    andre.page.get_by_role("heading", name="The plan is locked").wait_for()
    check_axe(andre)


def bring_in(andre, tariq, cycle, home):
    """Files come in after the lock; a teacher reads what came and cannot bring any."""
    assert andre.go(f"{cycle}monitor/") == 200
    files = [str(home / "incoming-files" / name) for name in (ARMS, *FILES)]
    andre.page.locator("main [name=files]").set_input_files(files)
    andre.press("Bring them in")
    andre.page.get_by_role("cell", name="Read", exact=True).wait_for(timeout=PATIENCE)
    andre.page.get_by_text("Nothing needs somebody").or_(andre.page.locator("#signs ~ div .issues")).first.wait_for()
    check_axe(andre)
    tariq.go(f"{cycle}monitor/")
    assert tariq.reads("Lumen Reading", "Bring files in") == [True, False]


def evaluate(andre, dana, bo, cycle):
    """The right to look is the analyst's; the board reads nothing before the release."""
    dana.go(f"{cycle}evidence/")
    assert dana.reads("Have the plan evaluated") == [False]
    andre.go(f"{cycle}evidence/")
    check_axe(andre)
    andre.press("Have the plan evaluated")
    andre.page.get_by_role("heading", name="What the registered rule says").wait_for(timeout=PATIENCE)
    check_axe(andre, looks=BOTH)
    bo.go(f"{cycle}evidence/")
    assert bo.reads("Nothing is released yet", "What the registered rule says") == [True, False]
    check_axe(bo)


def hear_and_decide(dana, tariq, bo, cycle):
    """People are heard first; the decision stands beside the rule; the board reads it, not the voices."""
    dana.go(f"{cycle}decision/")
    assert dana.reads("It is too early to decide", "Hold a review") == [True, True]
    check_axe(dana)
    dana.go(f"{cycle}review/")
    dana.press("Open a review")
    tariq.go(f"{cycle}review/")
    tariq.page.locator("#id_says").fill("It ran on Fridays only")
    tariq.page.locator("main [name=leans]").select_option("stop")
    tariq.press("Say it")
    check_axe(tariq, looks=BOTH)
    assert tariq.go(f"{cycle}decision/") == 200
    assert tariq.reads("Nothing is decided yet") == [True]
    dana.go(f"{cycle}decision/")
    dana.fill({"reasons": "We said beforehand what we would do."})
    check_axe(dana, looks=BOTH)
    dana.press("Read it once more")
    check_axe(dana)
    dana.press("Enter the decision")
    dana.page.get_by_text("It is decided.").wait_for()
    dana.follow("Write down what was learned")
    dana.fill({"says": "A few schools cannot tell us; ask more of them next year."})
    dana.press("Put it into the library")
    dana.go(cycle)
    assert dana.reads("A few schools cannot tell us") == [True]
    check_axe(dana)
    bo.go(f"{cycle}decision/")
    assert bo.reads("We said beforehand", "It ran on Fridays only") == [True, False]


def release(petra, andre, dana, bo, cycle):
    """Who evaluates does not release; after the release the board reads the brief."""
    assert andre.go(f"{cycle}release/") == 403
    petra.go(f"{cycle}evidence/")
    petra.follow("Release the brief")
    check_axe(petra)
    petra.fill({"recipient": "School board"})
    petra.press("Release the brief")
    petra.page.get_by_text("It waits for a second person").wait_for()
    check_axe(petra)
    asked = petra.page.url.removeprefix(petra.site)
    dana.go(asked)
    dana.press("Approve it")
    dana.page.get_by_text("It is approved.").wait_for()
    petra.go(asked)
    petra.press("Carry it out now")
    petra.page.get_by_text("It went out").wait_for()
    bo.go(f"{cycle}evidence/")
    assert bo.reads("What the registered rule says", "not for passing on") == [True, False]
    check_axe(bo)
    bo.go("/cycles/")
    check_axe(bo)


def read_without_script(chromium, site):
    """What stands at the end of the thread, in a browser that runs nothing."""
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)  # a page may say first that the records are still being looked through
    page.goto(f"{site}/demo/")
    page.get_by_role("button", name="Andre").click()
    page.goto(f"{site}/cycles/")
    page.locator("main table a").first.click()
    page.get_by_role("link", name="Evidence", exact=True).first.click()
    assert page.get_by_role("heading", name="What the registered rule says").is_visible()
    context.close()
