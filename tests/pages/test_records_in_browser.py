"""Data, people, governance and roadmap in a real browser: accessible in every state, narrow, and by keyboard."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from browser import unfold, violations, width_of
from gainline.engine.core.issues import Issue, Level
from gainline.road.settling import Waiting
from gainline.services import clock, evidence, imports, quality, queue, roadmaps, worklist
from gainline.services.quality import Quality
from gainline.store.models.imports import Job
from gainline.store.tenancy import within
from gainline.store.words import JobState, Role

pytestmark = pytest.mark.browser
DAY = date(2025, 10, 1)
EMPTY = (
    "data:imports", "data:new", "data:worklist", "data:quality", "data:indicators", "data:profiles",
    "data:new_profile", "people:people", "people:invite", "people:rights", "people:units", "governance:agreements",
    "governance:families", "governance:releases", "roadmap:time", "roadmap:load", "roadmap:risks", "roadmap:changes",
    "roadmap:document",
)  # fmt: skip
BOTH = ("light", "dark")
STUDENT = {"given_name": "Ana", "family_name": "Ruiz", "school": "Oak School", "grade": "04"}


def waits(identity, value, **more):
    return Waiting(identity, "lumen", "SisSourcedId", value, 6, "Ana", "Ruis", "Oak", "4", "no rule found it", **more)


SUGGESTED = [
    waits("aaaa0001", "8000001", person_key=1, how="likely", student=STUDENT),
    waits("aaaa0002", "8000002", person_key=2, how="exact", is_sure=True, student=STUDENT),
    waits("aaaa0003", "demo-teacher-1"),
]


def check(page, path, *, schemes=("light",)):
    """No violation of axe, no complaint of the policy, and no sideways scrolling at 320 px."""
    page.goto(page.origin + path)
    unfold(page)
    assert width_of(page) <= 320, path
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme)
        assert violations(page) == "", f"{path} {scheme}"
    assert page.complaints == [], path


@pytest.fixture
def narrow(at_desk, site, led):
    """A page of 320 px, which is 400 % zoom, opened once."""
    page = at_desk("/data/", width=320)
    page.origin = site
    return page


@pytest.fixture
def led(recorded, client, monkeypatch):
    monkeypatch.setattr(roadmaps, "EFFORT", 0.05)
    client.force_login(recorded.lead)
    with clock.stopped_at(DAY):
        yield recorded


@pytest.fixture
def waiting(monkeypatch):
    """Three identities wait: one likely, one sure, one nobody's; what is decided is written down here."""
    decided = []
    monkeypatch.setattr(worklist.settling, "waiting", lambda *_, **__: SUGGESTED)
    linked = {"id": "bbbb0001", "source": "lumen", "kind": "SisSourcedId", "value": "8000009", "decision": "confirmed",
              "how": "likely", "probability": 0.9, "decided_by": "Dana Lead", "decided_on": DAY}  # fmt: skip
    monkeypatch.setattr(worklist.settling, "decided", lambda *_: [linked])
    for verb in ("confirm", "reject"):

        def decide(workspace, ids, verb=verb, **_):
            decided.append((verb, sorted(ids)))
            return [one for one in SUGGESTED if one.id in ids]

        monkeypatch.setattr(worklist.settling, verb, decide)
    worklist.keep(*_nobody(), [])
    return decided


def _nobody():
    """A place in the memory of this process that no district has."""
    from pathlib import Path
    from types import SimpleNamespace

    lake = SimpleNamespace(head=lambda: SimpleNamespace(id="none"))
    return SimpleNamespace(root=Path("nowhere"), lake=lake), "waiting", DAY


@pytest.mark.parametrize("slice_", ["data", "people", "governance", "roadmap"])
def test_every_page_is_accessible_before_anything_stands(narrow, slice_):
    for name in EMPTY:
        if name.startswith(slice_):
            check(narrow, reverse(name))


def test_the_trail_and_a_person_are_accessible(narrow, led, client):
    check(narrow, reverse("people:person", args=[led["analyst"].public_id]))
    client.force_login(led["privacy_lead"])
    check(narrow, "/governance/trail/?check=yes")


def test_an_import_is_accessible_while_it_waits_and_when_it_was_looked_at(narrow, led, client, work):
    usage = b"student_id,date,minutes\n4711,2025-10-01,12\n4712,not a day,3\n"
    files = [SimpleUploadedFile("generic_usage.csv", usage)]
    one = imports.receive(by=led.lead, source="Lumen", files=files, preview=True)
    path = reverse("data:import", args=[one.public_id])
    client.raise_request_exception = True
    assert b"It waits for the worker" in client.get(path).content
    work()
    check(narrow, path)
    check(narrow, "/data/")


def test_the_worklist_is_accessible_and_quick_by_keyboard_alone(narrow, at_desk, led, waiting):
    check(narrow, "/data/worklist/", schemes=BOTH)
    page = at_desk("/data/worklist/", java_script_enabled=False)
    page.focus("#l_aaaa0001")
    page.keyboard.press("ArrowLeft")  # later -> no
    page.keyboard.press("ArrowLeft")  # no -> yes
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowLeft")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert ("confirm", ["aaaa0001"]) in waiting
    assert ("reject", ["aaaa0002"]) in waiting
    assert page.url.endswith("/data/worklist/")  # nothing of anybody stands in the address


def test_quality_and_a_measurement_are_accessible(narrow, led, monkeypatch):
    found = (
        Issue("IN410", Level.WARNING, "no file since 2025-09-29", "ask for the export", file="access"),
        Issue("IN410", Level.WARNING, "no file since 2025-09-29", "ask for the export", file="licenses"),
        Issue("IN414", Level.ERROR, "the latest file names fewer people", "ask", file="usage"),
        Issue("IN418", Level.WARNING, "identities wait", "see: the terminal", file="usage", rows=3),
    )
    sources = (quality.SourceToday("usage", DAY, 40, 35, 3, 1200, 2),)
    monkeypatch.setattr(quality, "remembered", lambda *_: Quality(found, sources))
    check(narrow, "/data/quality/", schemes=BOTH)
    job = evidence.ask_measure(by=led.lead, indicator="adoption", groups=["grade"])
    rows = [{"grade": "3", "value": 0.5, "unit": "share", "n": 40, "note": ""},
            {"grade": "4", "value": None, "unit": "share", "n": None, "note": "too few to show"}]  # fmt: skip
    with within(led.district.pk):
        Job.objects.filter(pk=job.pk).update(state=JobState.DONE, result={"rows": rows}, finished_at=clock.now())
    check(narrow, reverse("data:measured", args=[job.public_id]))
    check(narrow, "/data/indicators/adoption/")


def test_the_dated_roadmap_is_accessible_and_so_is_what_came_to_nothing(narrow, led, work):
    lead = led.lead
    roadmaps.save(by=lead, document=roadmaps.drafted(by=lead, keys=["single-sign-on"]))
    check(narrow, "/roadmap/")
    solved, _ = roadmaps.ask(by=lead, does="solve"), work()
    check(narrow, reverse("roadmap:job", args=[solved.public_id]))
    for name in ("time", "load", "risks", "changes", "document"):
        check(narrow, reverse(f"roadmap:{name}"), schemes=BOTH if name == "time" else BOTH[:1])
    explained, _ = roadmaps.ask(by=lead, does="explain"), work()
    assert queue.job(by=lead, public_id=explained.public_id).state == JobState.REFUSED
    check(narrow, reverse("roadmap:job", args=[explained.public_id]))


def test_ending_a_grant_asks_on_a_page_that_is_accessible(narrow, led):
    from gainline.store.models.grants import Grant

    with within(led.district.pk):
        held = Grant.objects.get(account=led["coach"], role=Role.COACH)
    check(narrow, reverse("people:end", args=[held.public_id]))
