"""Every page of the served demo, for everybody: axe in both lights, 400 %, the Tab key, other colors, targets, dialogs.

The pages are found by following links from the first one, and a link that leads to a refusal fails. It takes about a
quarter of an hour: ``python3 run.py test --slow tests/journeys/test_every_page_is_accessible.py``.
"""

from __future__ import annotations

import re
from collections import Counter, deque

import pytest
from django.urls import resolve

from page_walk import wrong_with
from served_demo import CAST, come_in, served

pytestmark = [pytest.mark.slow, pytest.mark.browser]

OF_ONE_KIND = 2  # rows of one kind that are opened, such as two cycles
LINK = re.compile(r'href="(/[^"#]*)')
SHAPE = """() => [...new Set([...document.querySelectorAll('main *')].map(
  one => one.tagName + '.' + (one.getAttribute('class') || '')))].sort().join(' ')"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with served(tmp_path_factory.mktemp("demo")) as address:
        yield address


@pytest.fixture(scope="module")
def cast(chromium, site):
    """The cast at their browsers."""
    return {name.split()[0]: come_in(chromium, site, name) for name in CAST}


def followed(page, site):
    """Every address that links lead to, by its route; and those that answer with anything but a page."""
    found, broken, todo, seen = Counter(), [], deque(["/"]), set()
    while todo:
        path = todo.popleft()
        route = "/" + resolve(path.split("?")[0]).route
        if path in seen or found[route] >= OF_ONE_KIND:
            continue
        seen.add(path)
        answer = page.context.request.get(site + path)
        if answer.status != 200:
            broken.append((path, answer.status))
        elif "html" in answer.headers.get("content-type", ""):
            found[route] += 1
            yield route, path
            links = (one.replace("&amp;", "&") for one in LINK.findall(answer.text()))
            todo.extend(one for one in links if not one.startswith(("/static/", "/api/")))
    assert broken == [], "links that lead nowhere"


def test_no_page_is_wrong_in_any_way(cast, site):
    wrong, walked = [], set()
    for page in cast.values():
        for route, path in followed(page, site):
            page.goto(site + path)
            if (shape := (route, page.evaluate(SHAPE))) not in walked:
                walked.add(shape)
                wrong += [(path, one) for one in wrong_with(page)]
    assert wrong == []
