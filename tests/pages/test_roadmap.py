"""The roadmap's pages: begun, dated, explained and made anew, and no date is shown that breaks a rule."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from gainline.engine.core.errors import Conflict, DataIssues, UserFixable
from gainline.services import clock, roadmaps
from gainline.store.words import JobState

DAY = date(2026, 6, 9)
NAMES = ("time", "load", "risks", "changes", "document")


@pytest.fixture
def led(recorded, client, monkeypatch):
    monkeypatch.setattr(roadmaps, "EFFORT", 0.05)
    monkeypatch.setattr(roadmaps, "RUNS", 100)
    client.force_login(recorded.lead)
    with clock.stopped_at(DAY):
        yield client


@pytest.fixture
def begun(led, recorded):
    """A roadmap of one initiative, kept and without dates."""
    text = roadmaps.drafted(by=recorded.lead, keys=["single-sign-on"])
    assert led.post("/roadmap/document/", {"text": text, "do": "save"}).status_code == 302
    return text


def asked(client, work, **words):
    page = client.post("/roadmap/ask/", words)["Location"]
    assert work() == [JobState.DONE]
    return client.get(page).content.decode()


@pytest.mark.parametrize("name", NAMES)
def test_every_page_teaches_before_there_is_a_roadmap(led, name):
    answer = led.get(reverse(f"roadmap:{name}"))
    assert answer.status_code == 200
    assert b"<h1>" in answer.content


def test_a_roadmap_is_drafted_from_templates_and_kept_only_when_said(led, recorded):
    drafted = led.post("/roadmap/document/begin/", {"template": ["single-sign-on"]})
    assert b"gainline-roadmap/1" in drafted.content
    assert roadmaps.text(by=recorded.lead) == ""
    assert led.post("/roadmap/document/begin/", {}).status_code == 422


def test_a_document_that_cannot_be_read_is_sent_back_with_lines(led, recorded):
    answer = led.post("/roadmap/document/", {"text": "format = 1\nnonsense", "do": "save"})
    assert answer.status_code == 422
    assert b"roadmap.toml:" in answer.content
    sent = led.post("/roadmap/document/", {"file": SimpleUploadedFile("r.toml", b"\xff\xfe\x00")})
    assert sent.status_code == 422
    assert roadmaps.text(by=recorded.lead) == ""


def test_dates_are_found_shown_and_hidden_again_when_the_document_breaks_them(begun, led, recorded, work):
    assert b"No step has a date yet" in led.get("/roadmap/").content
    assert "What was found" in asked(led, work, does="solve")
    page = led.get("/roadmap/").content.decode()
    assert "<svg" in page
    assert "plan 1" in page
    assert b"What each role answers for" in led.get("/roadmap/load/").content
    later = begun.replace("start = 2026-", "start = 2027-", 1)
    assert later != begun or pytest.skip("the template begins in another year")
    led.post("/roadmap/document/", {"text": later, "do": "save"})
    hidden = led.get("/roadmap/").content.decode()
    assert "plan 1" not in hidden
    led.post("/roadmap/document/take-back/")
    assert "plan 1" in led.get("/roadmap/").content.decode()


def test_a_replan_says_what_moves_and_keeps_a_second_version(begun, led, work):
    asked(led, work, does="solve")
    asked(led, work, does="replan", as_of="2026-09-01")
    page = led.get("/roadmap/changes/").content.decode()
    assert "There is no plan before to compare with" not in page


def test_a_simulation_runs_over_the_plan(begun, led, work):
    asked(led, work, does="simulate")
    assert b"100 runs" in led.get("/roadmap/risks/").content


def test_a_roadmap_that_can_be_kept_has_nothing_to_explain(begun, led, work):
    page = led.post("/roadmap/ask/", {"does": "explain"})["Location"]
    assert work() == [JobState.REFUSED]
    assert b"RM041" in led.get(page).content


def test_one_thing_at_a_time_is_asked_of_a_roadmap_and_only_what_there_is(begun, recorded):
    lead = recorded.lead
    with pytest.raises(UserFixable, match="SV069"):
        roadmaps.ask(by=lead, does="dance")
    with pytest.raises(UserFixable, match="SV069"):
        roadmaps.ask(by=lead, does="replan")
    roadmaps.ask(by=lead, does="solve")
    with pytest.raises(Conflict, match="SV070"):
        roadmaps.ask(by=lead, does="solve")


def test_what_is_missing_is_refused_by_its_code(led, recorded):
    lead = recorded.lead
    with pytest.raises(UserFixable, match="SV067"):
        roadmaps.drafted(by=lead, keys=[])
    with pytest.raises(DataIssues, match="SV066"):
        roadmaps.save(by=lead, document="nonsense")
    with pytest.raises(DataIssues, match="SV066"):
        roadmaps.ask(by=lead, does="solve")
    with pytest.raises(Conflict, match="SV068"):
        roadmaps.take_back(by=lead)


def test_others_look_and_change_nothing(recorded, client, begun):
    for role in ("principal", "teacher", "board_member", "auditor"):
        client.force_login(recorded[role])
        assert client.get("/roadmap/").status_code == 200
        assert b"Find dates" not in client.get("/roadmap/").content
        assert client.get("/roadmap/document/").status_code == 403
        assert client.post("/roadmap/ask/", {"does": "solve"}).status_code == 403
