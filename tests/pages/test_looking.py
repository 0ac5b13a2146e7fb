"""A page whose figures are not counted yet says so, shows none of them and looks again by itself."""

from __future__ import annotations

from threading import Event

import pytest

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
