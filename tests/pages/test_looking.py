"""A page whose figures are not counted yet says so, shows none of them and looks again by itself."""

from __future__ import annotations

from threading import Event

import pytest
from django.contrib.messages.constants import SUCCESS
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpResponse
from django.test import RequestFactory

from gainline.road import settling
from gainline.services import quality

LONG = 60  # seconds after which the test gives up


@pytest.fixture
def slow_look(monkeypatch):
    may_end, seen = Event(), quality.needs_a_person

    def look(workspace, *, as_of):
        may_end.wait(LONG)
        return seen(workspace, as_of=as_of)

    monkeypatch.setattr(quality, "needs_a_person", look)
    yield may_end
    may_end.set()


def test_a_page_says_that_it_is_still_looking_and_comes_again_by_itself(client, recorded, settings, slow_look):
    client.force_login(recorded["analyst"])
    settings.GAINLINE_PATIENCE = 0.0
    answer = client.get("/data/quality/?secret=word")
    assert (answer.status_code, answer["Refresh"]) == (202, "3")
    assert "no-store" in answer["Cache-Control"]
    assert "nothing is shown before" in answer.content.decode()
    assert "secret" not in answer.content.decode()
    slow_look.set()
    settings.GAINLINE_PATIENCE = None
    assert client.get("/data/quality/").status_code == 200


def test_a_part_of_a_page_asks_for_the_whole_page(client, recorded, settings, slow_look):
    client.force_login(recorded["analyst"])
    settings.GAINLINE_PATIENCE = 0.0
    answer = client.get("/data/quality/", headers={"HX-Request": "true"})
    assert answer["HX-Refresh"] == "true"


def test_a_part_that_may_come_later_asks_again_alone(client, recorded, settings, slow_look):
    client.force_login(recorded["analyst"])
    settings.GAINLINE_PATIENCE = 0.0
    answer = client.get("/data/quality/?page=2", headers={"HX-Request": "true", "HX-Target": "part-signs"})
    assert answer.status_code == 202
    assert "HX-Refresh" not in answer
    assert "Refresh" not in answer
    shown = answer.content.decode()
    assert 'hx-get="/data/quality/?page=2"' in shown
    assert 'hx-target="#part-signs"' in shown
    assert "<html" not in shown


def told(text):
    """A message that waits for the next page, as after answers that were saved."""
    kept, answer = CookieStorage(RequestFactory().get("/")), HttpResponse()
    kept.add(SUCCESS, text)
    kept.update(answer)
    return answer.cookies["messages"].value


def test_nothing_that_was_asked_or_done_gets_lost_while_a_page_is_still_looking(
    client, recorded, settings, monkeypatch
):
    may_end, seen = Event(), settling.waiting

    def look(workspace, *, as_of):
        may_end.wait(LONG)
        return seen(workspace, as_of=as_of)

    monkeypatch.setattr(settling, "waiting", look)
    client.force_login(recorded.lead)
    settings.GAINLINE_PATIENCE = 0.0
    client.cookies["messages"] = told("3 decisions were saved.")
    page = client.get("/data/worklist/?page=2")
    assert (page.status_code, page["Refresh"]) == (202, "3")  # without an address: the browser asks for the same again
    assert "3 decisions" not in page.content.decode()
    assert '<a href="">' in page.content.decode()  # the same address, with everything that it asks
    may_end.set()
    settings.GAINLINE_PATIENCE = None
    page = client.get("/data/worklist/?page=2")
    assert page.status_code == 200
    assert "3 decisions" in page.content.decode()
