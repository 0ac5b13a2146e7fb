"""Every page of the served demo, for everybody: axe in both lights, 400 %, the Tab key, other colors, targets, dialogs.

The pages are found by following links from the first one, and a link that leads to a refusal fails. What the demo
never holds (a plan that waits for its lock, a draft that is broken) is walked by
tests/pages/test_every_state_is_accessible.py. It takes some minutes:
``python3 run.py test --slow tests/journeys/test_every_page_is_accessible.py``.
"""

from __future__ import annotations

import re
from collections import Counter, deque

import pytest
from django.urls import resolve

from browser import seen, settled
from page_walk import shape_of, wrong_with
from served_demo import CAST, PATIENCE, come_in, served

pytestmark = [pytest.mark.slow, pytest.mark.browser]

FEWEST = 25  # addresses that even a board member walks
OF_ONE_KIND = 2  # rows of one kind that are opened, such as two cycles
STILL_LOOKING = 202
LINK = re.compile(r'href="(/[^"#]*)')
ANSWERED = re.compile(r'href="(?:https?://[^/"]+)?(/feedback/[^"]+)"')
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
def made(chromium, site):
    """Addresses of what was made in a district in which somebody has been at work."""
    return be_at_work(come_in(chromium, site, "Dana Whitfield"), come_in(chromium, site, "Petra Lindqvist"), site)


def be_at_work(dana, petra, site):
    """What the demo leaves to its visitors: dates for the roadmap, a count, a note, a token, a playbook, a brief."""
    dana.goto(f"{site}/roadmap/")
    dana.get_by_role("button", name="Find dates").click()
    dana.goto(f"{site}/data/indicators/adoption/")
    dana.locator("main form button[type=submit]").last.click()
    dana.wait_for_url("**/data/measurements/**")
    measured = dana.url
    dana.goto(f"{site}/notes/")
    dana.get_by_text("Pin a note").click()
    dana.fill("main [name=says]", "A week of storms.")
    dana.fill("main [name=on]", "2026-01-20")
    dana.get_by_role("button", name="Pin the note").click()
    dana.goto(f"{site}/tokens/")
    dana.fill("main [name=name]", "Nightly script")
    dana.get_by_role("button", name="Issue the token").click()
    dana.get_by_text("Nightly script").first.wait_for()
    dana.goto(f"{site}/cycles/")
    dana.get_by_role("link", name="Does Lumen Reading raise").first.click()
    dana.goto(f"{site}/library/playbooks/new/{dana.url.split('/cycles/')[1]}")
    dana.fill("main [name=title]", "Short sessions with a coach")
    dana.fill("main [name=steps]", "Begin with one grade\nThen the next")
    dana.get_by_role("button", name="Write the playbook").click()
    dana.wait_for_load_state()
    return [one.removeprefix(site) for one in (measured, dana.url, sent_by_two(dana, petra, site))]


def sent_by_two(dana, petra, site):
    """A brief goes out by two people; the address of its answer sheet, which stands in it for whoever reads it."""
    petra.goto(f"{site}/reports/")
    petra.locator("main a[href*='/reports/new/']").first.click()
    petra.fill("main [name=recipient]", "The board")
    petra.get_by_role("button", name="Send the brief").click()
    petra.wait_for_url("**/governance/desk/**")
    dana.goto(petra.url)
    dana.get_by_role("button", name="Approve it").click()
    dana.get_by_text("Now it can be carried out").first.wait_for()
    petra.reload()
    petra.get_by_role("button", name="Carry it out now").click()
    petra.get_by_role("link", name="See what went out").click()
    sent = petra.locator("main a[href$='/page/']").first.get_attribute("href")
    return site + ANSWERED.search(petra.context.request.get(site + sent, timeout=PATIENCE).text())[1]


def followed(page, site, more):
    """Every page that links lead to, and more: its route, address and text; a link that answers otherwise fails."""
    found, broken, todo, known = Counter(), [], deque(["/", *more]), set()
    while todo:
        path = todo.popleft()
        route = "/" + resolve(path.split("?")[0]).route
        if path in known or found[route] >= OF_ONE_KIND:
            continue
        known.add(path)
        answer = asked(page, site + path)
        if answer.status != 200:
            broken.append((path, answer.status))
        elif "html" in answer.headers.get("content-type", ""):
            found[route] += 1
            yield route, path, (text := answer.text())
            links = (one.replace("&amp;", "&") for one in LINK.findall(text))
            todo.extend(one for one in links if not one.startswith(("/static/", "/api/")))
    assert broken == [], "links that lead nowhere"


def test_no_page_is_wrong_in_any_way(chromium, site, made):
    wrong, walked, routes = [], set(), {}
    for name in CAST:
        page = come_in(chromium, site, name)  # just now: who is idle for long is signed out
        routes[name] = set()
        for route, path, text in followed(page, site, made if name.startswith("Dana") else ()):
            routes[name].add(route)
            if (shape := (route, shape_of(text))) not in walked:
                walked.add(shape)
                page.goto(site + path)
                settled(page)
                wrong += [(path, one) for one in wrong_with(page)]
        page.goto(f"{site}/")
        assert name in page.locator("header").inner_text(), "signed in to the end of the walk"
        page.context.close()
    print({name: len(one) for name, one in routes.items()}, len(walked), "pages and states")
    assert wrong == []
    assert min(map(len, routes.values())) >= FEWEST, "everybody walks on to the end"


def asked(page, address):
    """What an address answers once the records are looked through; until then it says so, and asks to come again."""
    while (answer := page.context.request.get(address, timeout=PATIENCE)).status == STILL_LOOKING:
        page.wait_for_timeout(1000)
    return answer


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
