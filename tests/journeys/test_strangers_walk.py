"""A stranger's walk: from an empty district to a decided cycle on a real online school's records, by pages alone.

Every click and every field is counted by stage and held to the table of the tutorial: a page that grows clumsier, or
easier, fails here until the table says so (COUNT_THE_WALK=1 writes it). Nobody types an address but the site's and a
link that was handed over. The records hold no score from before the course, so that *not enough evidence* is what the
rule has to say, and what is decided.
"""

from __future__ import annotations

import gzip
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

from gainline.services import training
from shared_data import shared

TUTORIAL = Path(__file__).resolve().parents[2] / "docs" / "tutorials" / "from-nothing-to-a-decided-cycle.md"
TABLE = re.compile(r"^\| stage \| clicks \| fields \|\n(?:\|.*\n)+", re.MULTILINE)
TABLES = ("course_data.macroman.csv.gz", "course_minutes.csv.gz", "pre_survey.csv.gz")
STAGES = (
    "Sign in", "Set an aim", "Enter the tool and its contract", "Let your colleagues in", "Enter the agreement",
    "Describe a file", "Bring the files in", "See what became of them", "Start a cycle", "Write the plan",
    "See what could be detected", "Lock the plan", "Bring in what decides", "Have the plan evaluated",
    "Hold a review", "Decide", "Write down what was learned", "Release the brief", "Read what went out",
)  # fmt: skip
LATE = b"FrScA-S116"  # sections whose rows come in after the plan is locked
PASSWORD = "a long walk through pages"
SECONDS = 30  # that a code of a second factor holds
PATIENCE = 180_000  # ms, for what runs in the background on a busy machine


def environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("GAINLINE_", "DJANGO_"))}


def cli(*words: str) -> list[str]:
    return [sys.executable, "-m", "gainline.cli.app", *words]


@pytest.fixture(scope="module")
def founded(tmp_path_factory) -> tuple[Path, str]:
    """An empty district, and the password that its lead was shown once."""
    shared("dataedu_k12_online")  # where the records are absent, nothing is founded
    home = tmp_path_factory.mktemp("stranger") / "home"
    words = ("--lead", "Dana Whitfield", "--email", "dana@online.example", "--home", str(home))
    done = subprocess.run(
        cli("found", "Online science school", *words), env=environment(), capture_output=True, text=True, check=True
    )
    return home, done.stdout.strip()


@pytest.fixture(scope="module")
def site(founded):
    words = cli("serve", "--home", str(founded[0]), "--port", "0", "--workers", "1")
    child = subprocess.Popen(words, env=environment(), stderr=subprocess.PIPE, text=True)
    address = next((found[1] for line in child.stderr if (found := re.search(r"is at (http://[\d.]+:\d+)/", line))), "")
    assert address, "it never said where it is"
    yield address
    child.send_signal(signal.SIGTERM)
    child.stderr.read()
    child.stderr.close()
    assert child.wait(60) == 0


class Walk:
    """Everybody's clicks and fields, by stage."""

    def __init__(self) -> None:
        self.stages: dict[str, Counter[str]] = {}

    @contextmanager
    def stage(self, name):
        self.stages[name] = Counter()
        yield

    def count(self, what):
        self.stages[list(self.stages)[-1]][what] += 1

    def told(self) -> str:
        """The table as the tutorial has it."""
        rows = [*self.stages.items(), ("**all**", sum(self.stages.values(), Counter()))]
        lines = [f"| {name} | {one['clicks']} | {one['fields']} |" for name, one in rows]
        return "\n".join(["| stage | clicks | fields |", "|---|---|---|", *lines])


class Person:
    """One of them, in a browser of their own."""

    def __init__(self, chromium, site, walk):
        self.page = chromium.new_context(viewport={"width": 1280, "height": 900}).new_page()
        self.page.set_default_timeout(60_000)
        self.site, self.walk = site, walk

    @property
    def main(self):
        return self.page.locator("main")

    def goes(self, place):
        """By the menu: one click."""
        self.walk.count("clicks")
        self.page.get_by_role("navigation").get_by_role("link", name=place, exact=True).first.click()
        self.page.get_by_role("heading", level=1).wait_for()

    def clicks(self, name, within=None):
        self.walk.count("clicks")
        place = within or self.main
        button, link = (place.get_by_role(role, name=name, exact=True) for role in ("button", "link"))
        button.or_(link).or_(place.locator("summary", has_text=name)).first.click()
        self.page.wait_for_load_state("load")

    def opens(self, stage):
        """By the strip of a cycle's stages: one click."""
        self.clicks(stage, self.main.locator("ol.strip"))

    def fills(self, form=None, /, **answers):
        for name, value in answers.items():
            self.walk.count("fields")
            field = (form or self.main).locator(f"[name={name}]").first
            kind = field.evaluate("one => one.tagName === 'SELECT' ? 'select' : one.type")
            if kind == "select":
                field.select_option(label=value) if value[:1].isupper() else field.select_option(value)
            elif kind in {"checkbox", "radio"}:
                (form or self.main).locator(f"[name={name}][value={value}]").check()
            elif kind == "file":
                field.set_input_files(value)
            else:
                field.fill(value)

    def reads(self, text):
        self.main.get_by_text(text).first.wait_for(timeout=PATIENCE)

    def signs_in(self, email, password):
        """With everything that stands before the first page: a password of one's own, the app, its first code."""
        self.page.goto(f"{self.site}/")
        self.fills(login=email, password=password)
        self.clicks("Sign in")
        self.comes_in(password)

    def comes_in(self, password):
        """Whatever stands between whoever has shown a password and the first page."""
        while "/accounts/" in self.page.url:
            self.answers_the_door(password)
        if "/training/" in self.page.url:
            self.fills(**training.ANSWERS)
            self.clicks("Hand in the answers")
        self.main.get_by_role("heading", level=1).wait_for()

    def answers_the_door(self, password):
        place = self.page.url
        if "/password/change" in place:
            self.fills(oldpassword=password, password1=PASSWORD, password2=PASSWORD)
            self.submits()
        elif "/reauthenticate" in place:
            self.fills(password=PASSWORD)
            self.submits()
        elif "/2fa/totp/activate" in place:
            shown = self.main.locator("#authenticator_secret, form code").first
            seed = shown.evaluate("one => one.value ?? one.textContent")
            self.fills(code=format_hotp_value(hotp_value(seed, int(time.time()) // SECONDS)))
            self.submits()
        elif "/2fa/recovery-codes" in place:
            assert self.main.locator("ol.codes code").count() == 10
            self.clicks("I have saved them")
        else:
            raise AssertionError(f"the way in stops at {place}: {self.main.inner_text()}")

    def submits(self):
        """The only button of a form."""
        self.walk.count("clicks")
        self.main.locator("form button[type=submit]").first.click()
        self.page.wait_for_load_state("load")


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.shared_data
def test_a_stranger_walks_from_nothing_to_a_decided_cycle(chromium, founded, site, tmp_path):
    data = shared("dataedu_k12_online")
    walk = Walk()
    dana, andre, petra = (Person(chromium, site, walk) for _ in range(3))
    begin(walk, dana, founded[1])
    gather(walk, dana, andre, petra)
    bring(walk, andre, as_they_stood(data, tmp_path))
    plan(walk, dana)
    decide(walk, dana, andre, data)
    tell(walk, dana, petra)
    assert tuple(walk.stages) == STAGES
    if os.environ.get("COUNT_THE_WALK"):
        text = TUTORIAL.read_text(encoding="utf-8")
        TUTORIAL.write_text(TABLE.sub(f"{walk.told()}\n", text), encoding="utf-8")
    (counted,) = TABLE.findall(TUTORIAL.read_text(encoding="utf-8"))
    assert walk.told() == counted.rstrip("\n")


def as_they_stood(data, folder):
    """The school's files before forensic science had handed in."""
    for name in TABLES:
        lines = gzip.decompress((data / name).read_bytes()).splitlines(keepends=True)
        (folder / name).write_bytes(gzip.compress(b"".join(line for line in lines if LATE not in line)))
    return folder


def begin(walk, dana, password):
    with walk.stage("Sign in"):
        dana.signs_in("dana@online.example", password)
    with walk.stage("Set an aim"):
        dana.clicks("Set the first aim")
        dana.fills(title="From 72 to 77 in our science courses by June", by_when="2027-06-15", because="To build on")
        dana.clicks("Set the aim")
        dana.clicks("Add a measure")
        form = dana.main.locator("form:has([name=indicator])")
        dana.fills(form, label="Final grade", indicator="final-grade", unit_of_measure="points", goal="77")
        dana.clicks("Add the measure")
        dana.reads("Higher is better")
    with walk.stage("Enter the tool and its contract"):
        dana.goes("Tools")
        dana.clicks("Add a tool")
        dana.fills(name="Course site", vendor="The platform's maker", key="lms")
        dana.clicks("Add the tool")
        dana.clicks("Enter a contract")
        dana.fills(starts="2026-01-01", ends="2099-06-30", notice_by="2099-04-30")
        dana.clicks("Enter the contract")
        dana.reads("The privacy lead enters it here.")


def gather(walk, dana, andre, petra):
    with walk.stage("Let your colleagues in"):
        for person, name, role in ((andre, "Andre", "Analyst"), (petra, "Petra", "Privacy lead")):
            dana.goes("People")
            dana.clicks("Invite a colleague")
            dana.fills(name=name, email=f"{name.lower()}@online.example", role=role)
            dana.clicks("Give the account")
            dana.clicks("Make a sign-in link")
            person.page.goto(dana.main.locator("[name=link]").input_value())
            person.fills(password1=PASSWORD, password2=PASSWORD)
            person.submits()
            person.comes_in(PASSWORD)
    with walk.stage("Enter the agreement"):
        petra.goes("Tools")
        petra.clicks("Course site")
        petra.clicks("Enter an agreement")
        petra.clicks("Lessons and practice")
        petra.fills(signed_on="2026-01-01", ends="2099-06-30", destroy_by="2099-07-30")
        petra.submits()
        petra.reads("Data destroyed by")


def bring(walk, andre, data):
    with walk.stage("Describe a file"):
        andre.goes("Data")
        andre.clicks("Bring the first files in")
        andre.fills(source="Course files", files=str(data / TABLES[1]))
        andre.clicks("Look at the files")
        andre.reads("Nobody has described these files yet")
        assert not andre.main.get_by_role("button", name="Import these files").count()
        andre.clicks(f"Describe {TABLES[1]}")
        assert 'header = "Bb_UserPK"' in andre.main.locator("[name=text]").input_value()
    with walk.stage("Bring the files in"):
        andre.goes("Data")
        andre.clicks("Bring files in")
        andre.fills(source="Course files", files=[str(data / name) for name in TABLES])
        andre.clicks("Look at the files")
        andre.reads("Nothing has entered the records yet")
        andre.clicks("Import these files")
        andre.reads("There is no undo for an import")
    with walk.stage("See what became of them"):
        andre.clicks("Quality")
        andre.reads("Every source as it stands today")
        andre.clicks("Who is who")
        andre.reads("Nobody comes to mind")


def plan(walk, dana):
    with walk.stage("Start a cycle"):
        dana.goes("Cycles")
        dana.clicks("Start the first cycle")
        asked = "Do students who spend enough time in the course site end with a higher grade?"
        dana.fills(tool="Course site", title="Course site", question=asked, decide_by="2099-04-15")
        dana.clicks("Start the cycle")
        dana.reads("The cycle stands")
    with walk.stage("Write the plan"):
        dana.fills(change="raise", population="students of 2015-16", outcome="Final grade", unit="grade points")
        dana.fills(size="5", by="2016-01-31", because="time there is practice")
        dana.reads("The prediction is whole")
        dana.clicks("Save the prediction")
        dana.fills(decides="use", unit="student", starts="2015-09-08", ends="2016-01-22")
        dana.fills(minutes_per_week="77", used_from="77")
        dana.clicks("Save who takes part")
        dana.reads("course (final)")
        dana.fills(domain="course grades", assessment="course", form="final")
        for fact in ("interest", "perceived_competence", "utility_value"):
            dana.fills(further=fact)
        dana.clicks("Save the measures")
        dana.fills(smallest_effect="3", decider="Head of the school", adopt_means="Expect weekly hours")
        dana.fills(adapt_means="Expect them where they help", stop_means="Expect work, not hours")
        dana.clicks("Save the rule")
        dana.reads("The plan is whole")
    with walk.stage("See what could be detected"):
        dana.opens("Plan")
        dana.reads("The question is about 219 students; the roster does not say in which schools.")
    with walk.stage("Lock the plan"):
        dana.opens("Registration")
        dana.clicks("Read the plan and lock it")
        dana.clicks("Lock the plan")
        dana.reads("The plan is locked")


def decide(walk, dana, andre, data):
    with walk.stage("Bring in what decides"):
        andre.goes("Cycles")
        andre.clicks("Course site")
        andre.clicks("Bring files in")
        andre.fills(files=[str(data / name) for name in TABLES])
        andre.clicks("Bring them in")
        andre.main.get_by_role("cell", name="Read", exact=True).wait_for(timeout=PATIENCE)
    with walk.stage("Have the plan evaluated"):
        andre.opens("Evidence")
        andre.clicks("Have the plan evaluated")
        andre.main.get_by_role("heading", name="What the registered rule says").wait_for(timeout=PATIENCE)
        andre.clicks("Read the audit")
        andre.main.get_by_role("heading", name="Looks at the records").wait_for()
    with walk.stage("Hold a review"):
        dana.opens("Review")
        dana.clicks("Open a review")
        andre.opens("Review")
        andre.main.locator("#id_says").fill("No grade from before the course was kept.")
        walk.count("fields")
        andre.clicks("Say it")
    with walk.stage("Decide"):
        dana.opens("Decision")
        dana.fills(reasons="The records cannot tell. We will keep a test from before.")
        dana.clicks("Read it once more")
        dana.clicks("Enter the decision")
        dana.reads("It is decided.")
    with walk.stage("Write down what was learned"):
        dana.clicks("Write down what was learned")
        dana.fills(says="Without a score from before, time in the site tells us nothing.")
        dana.clicks("Put it into the library")


def tell(walk, dana, petra):
    with walk.stage("Release the brief"):
        petra.goes("This week")
        petra.clicks(re.compile("^Send a brief.+Course site"))
        petra.fills(reader="The board", recipient="School board")
        petra.clicks("Send the brief")
        petra.reads("It waits for a second person")
        dana.goes("This week")
        dana.clicks(re.compile("^Read and review it.+Course site"))
        dana.clicks("Approve it")
        petra.goes("This week")
        petra.clicks(re.compile("^Carry it out.+Course site"))
        petra.clicks("Carry it out now")
        petra.reads("It went out")
    with walk.stage("Read what went out"):
        petra.clicks("See what went out")
        petra.clicks("Read it as it was sent")
        petra.reads("this comparison cannot tell whether it helps")
        shown = petra.page.locator("body").inner_text()
        assert "Online science school" in shown
        assert "Cannot tell yet" in shown
        assert "The records cannot tell. We will keep a test from before." in shown


def test_the_tutorial_names_every_stage_in_its_order():
    headings = re.findall(r"^## \d+\. (.+)$", TUTORIAL.read_text(encoding="utf-8"), re.MULTILINE)
    assert tuple(headings) == STAGES
