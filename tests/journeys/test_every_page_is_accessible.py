"""Every page of the served demo, for everybody: axe in both lights, 400 %, the Tab key, other colors, targets, dialogs.

The pages are found by following links from the first one, and a link that leads to a refusal fails. It takes half an
hour: ``python3 run.py test --slow tests/journeys/test_every_page_is_accessible.py``.
"""

from __future__ import annotations

import re
from collections import Counter, deque

import pytest
from django.urls import resolve

from browser import seen
from page_walk import wrong_with
from served_demo import CAST, PATIENCE, come_in, served

pytestmark = [pytest.mark.slow, pytest.mark.browser]

OF_ONE_KIND = 2  # rows of one kind that are opened, such as two cycles
LINK = re.compile(r'href="(/[^"#]*)')
SHAPE = """() => [...new Set([...document.querySelectorAll('main *')].map(
  one => one.tagName + '.' + (one.getAttribute('class') || '')))].sort().join(' ')"""
OUTSIDE = (
    "/demo/", "/accounts/login/", "/parts/", "/parts/form/", "/parts/confirm/", "/parts/sheet/", "/nothing/",
    "/family/forged/", "/feedback/forged/",
)  # fmt: skip
WITH_FAULTS = (
    "/aims/new/", "/tools/new/", "/cycles/new/", "/people/invite/", "/data/profiles/new/", "/roadmap/document/",
    "/tokens/",
)  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with served(tmp_path_factory.mktemp("demo")) as address:
        yield address


@pytest.fixture(scope="module")
def cast(chromium, site):
    """The cast at their browsers, in a district in which somebody has been at work."""
    people = {name.split()[0]: come_in(chromium, site, name) for name in CAST}
    be_at_work(people, site)
    return people


def be_at_work(people, site):
    """What the demo leaves to its visitors: dates for the roadmap, a count, a note, a token, a brief."""
    dana, petra = people["Dana"], people["Petra"]
    dana.goto(f"{site}/roadmap/")
    dana.get_by_role("button", name="Find dates").click()
    dana.goto(f"{site}/data/indicators/adoption/")
    dana.locator("main form button[type=submit]").last.click()
    dana.goto(f"{site}/notes/")
    dana.get_by_text("Pin a note").click()
    dana.fill("main [name=says]", "A week of storms.")
    dana.fill("main [name=on]", "2026-01-20")
    dana.get_by_role("button", name="Pin the note").click()
    dana.goto(f"{site}/tokens/")
    dana.fill("main [name=name]", "Nightly script")
    dana.get_by_role("button", name="Issue the token").click()
    petra.goto(f"{site}/reports/")
    petra.locator("main a[href*='/reports/new/']").first.click()
    petra.fill("main [name=recipient]", "The board")
    petra.get_by_role("button", name="Send the brief").click()
    petra.wait_for_load_state()


def followed(page, site):
    """Every address that links lead to, by its route; and those that answer with anything but a page."""
    found, broken, todo, known = Counter(), [], deque(["/"]), set()
    while todo:
        path = todo.popleft()
        route = "/" + resolve(path.split("?")[0]).route
        if path in known or found[route] >= OF_ONE_KIND:
            continue
        known.add(path)
        answer = page.context.request.get(site + path)
        if answer.status != 200:
            broken.append((path, answer.status))
        elif "html" in answer.headers.get("content-type", ""):
            found[route] += 1
            yield route, path
            links = (one.replace("&amp;", "&") for one in LINK.findall(answer.text()))
            todo.extend(one for one in links if not one.startswith(("/static/", "/api/")))
    assert broken == [], "links that lead nowhere"


@pytest.mark.usefixtures("cast")
def test_no_page_is_wrong_in_any_way(chromium, site):
    wrong, walked = [], set()
    for name in CAST:
        page = come_in(chromium, site, name)  # just now: who is idle for long is signed out
        for route, path in followed(page, site):
            page.goto(site + path)
            if (shape := (route, page.evaluate(SHAPE))) not in walked:
                walked.add(shape)
                wrong += [(path, one) for one in wrong_with(page)]
    assert wrong == []


def sent_empty(page):
    """The last form of a page, sent with nothing in it past what the browser would have stopped."""
    page.evaluate("""() => { const form = [...document.querySelectorAll('main form[method=post]')].pop();
        form.noValidate = true; form.querySelectorAll('input:not([type=hidden]), textarea').forEach(
            one => { one.value = ''; one.checked = false; }); form.querySelector('[type=submit]').click(); }""")
    page.locator("main .error-summary, main .issues, main .notice").first.wait_for()


def test_forms_with_faults_refusals_and_the_pages_outside_are_not_wrong_either(chromium, site):
    wrong = []
    dana, bo = come_in(chromium, site, "Dana Whitfield"), come_in(chromium, site, "Bo Andersen")
    for path in WITH_FAULTS:
        dana.goto(site + path)
        sent_empty(dana)
        wrong += [(path, one) for one in wrong_with(dana)]
    assert bo.goto(f"{site}/cycles/new/").status == 403
    wrong += [("refused", one) for one in wrong_with(bo)]
    stranger = seen(chromium)
    stranger.set_default_timeout(PATIENCE)
    for path in OUTSIDE:
        stranger.goto(site + path)
        wrong += [(path, one) for one in wrong_with(stranger)]
    stranger.goto(f"{site}/accounts/login/")
    sent_empty(stranger)
    assert [*wrong, *wrong_with(stranger)] == []
