"""States that the demo never holds, and their forms sent empty, as other eyes and hands meet them.

The rows are those of the rich district: plans asked, broken, ready and locked, measurements that wait, run, failed and
were refused, playbooks, answer sheets, requests, an emergency. The served demo is walked by
tests/journeys/test_every_page_is_accessible.py. ``pytest -m slow tests/pages/test_every_state_is_accessible.py``.
"""

from __future__ import annotations

from contextvars import copy_context

import pytest

from browser import seen
from gainline.services import working
from page_walk import shape_of, wrong_with
from pages.addresses import DEMO_ONLY, leads_to, pages
from pages.test_matrix import REFUSED, browser, some, those_who_may, told_by, undone

ROUTES = (
    "/cycles/<str:public_id>/register/", "/cycles/<str:public_id>/register/lock/",
    "/data/measurements/<str:public_id>/", "/library/playbooks/<str:public_id>/",
    "/library/playbooks/new/<str:public_id>/", "/feedback/<str:token>/",
    "/governance/desk/<str:request_id>/", "/governance/glass/", "/parts/",
)  # fmt: skip

pytestmark = [pytest.mark.slow, pytest.mark.browser]


class Stage:
    """A browser's page that shows what the test's own client was answered, within the test's transaction."""

    def __init__(self, chromium, site):
        self.site, self.page, self.here = site, seen(chromium), copy_context()
        self.path, self.answer, self.client = "", None, None
        self.page.set_default_timeout(180_000)
        self.page.route(f"{site}/**", self.fulfill)

    def fulfill(self, route):
        """What was answered already, where it is asked for; the rest by the client, and styles by the server."""
        path = route.request.url.removeprefix(self.site)
        if "/static/" in path:
            route.continue_()
            return
        is_part = "hx-request" in route.request.headers
        headers = {"headers": {"HX-Request": "true"}} if is_part else {}
        is_known = path == self.path and not is_part
        found = self.answer if is_known else self.here.run(self.client.get, path, **headers)
        route.fulfill(status=found.status_code, headers=dict(found.items()), body=told_by(found))

    def show(self, path, answer, client):
        """Show an answer at its address."""
        self.path, self.answer, self.client = path, answer, client
        self.page.goto(self.site + path)
        return self.page


def answers(rich, settings):
    """Each address with what it answers: rows in all states to who may, one row to everybody else, empty forms."""
    for route, rule in ((one, rule) for one, rule in pages() if one in ROUTES):
        working.beat()
        settings.GAINLINE_IS_DEMO = route.startswith(DEMO_ONLY)
        first, *others = those_who_may(rich.cast, rule)
        client = browser(first)
        for address in some(leads_to(route, rich.cast.district)):
            yield route, address, client, undone(client.get, address)
            yield route, address, client, undone(client.post, address)
        for client in map(browser, others):
            for address in leads_to(route, rich.cast.district)[-1:]:
                yield route, address, client, undone(client.get, address)


def test_no_page_is_wrong_in_any_state(rich, chromium, site, settings):
    stage, wrong, walked, asked = Stage(chromium, site), [], set(), 0
    for route, address, client, answer in answers(rich, settings):
        asked += 1
        if "html" not in answer.get("Content-Type", "") or 300 <= answer.status_code < 400 or not answer.told:
            continue
        place = "refused" if answer.status_code in REFUSED else route
        if (shape := (place, shape_of(answer.told))) not in walked:
            walked.add(shape)
            wrong += [(route, answer.status_code, one) for one in wrong_with(stage.show(address, answer, client))]
    print(f"{asked} answers, {len(walked)} pages and states, {len({one for one, _ in walked})} addresses")
    assert wrong == []
    assert {one for one, _ in walked} - {"refused"} == set(ROUTES)
