"""No page asks the database once per row: with ten times the rows, every page asks as often as before."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from builders.thread import a_thread
from gainline.store.words import Role
from gainline.web import sessions
from pages.addresses import PARAMETER, pages

MORE = 12
LEEWAY = 2  # queries: a page's second screen, or a first row of something that was not there
SEES_MOST = (Role.EDTECH_LEAD, Role.PRIVACY_LEAD)


def asked_by_page(client):
    found = {}
    for route, _ in pages():
        if PARAMETER.search(route):
            continue
        with CaptureQueriesContext(connection) as queries:
            client.get(route)
        found[route] = len(queries)
    return found


@pytest.mark.parametrize("role", [SEES_MOST[0], pytest.param(SEES_MOST[1], marks=pytest.mark.slow)])
def test_pages_ask_no_more_often_when_there_is_more(recorded, client, role, monkeypatch):
    monkeypatch.setattr(sessions, "NOTED_EVERY", 10**9)  # or whichever page a minute ends on also notes the session
    a_thread(recorded.district)
    client.raise_request_exception = False
    client.force_login(recorded[role])
    asked_by_page(client)  # what is read once and kept is read now
    before = asked_by_page(client)
    for number in range(MORE):
        a_thread(recorded.district, f"-{number}")
    after = asked_by_page(client)
    assert {route: (before[route], after[route]) for route in before if after[route] > before[route] + LEEWAY} == {}
