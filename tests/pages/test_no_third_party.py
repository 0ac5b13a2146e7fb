"""No page asks anybody else for anything: not in its text, not in its styles and scripts, not in a real browser."""

from __future__ import annotations

import re
from contextlib import suppress
from urllib.parse import urlsplit

import pytest

from gainline.services import working
from gainline.web.catalogs import SOURCE
from pages.addresses import filled, ours

WEB = SOURCE.parent
LOADS = re.compile(
    r"""(?:src|srcset|action|data|poster|background)\s*=\s*["'](?:https?:)?//|url\(\s*["']?(?:https?:)?//|@import"""
)
LINKED = re.compile(r"""<link[^>]+href\s*=\s*["'](?:https?:)?//""")
REACHES = re.compile(r"\b(?:fetch|WebSocket|EventSource|sendBeacon|importScripts)\b|https?://")
KEEPS = re.compile(
    r"\b(?:localStorage|sessionStorage|indexedDB|document\.cookie|innerHTML|outerHTML|insertAdjacentHTML|eval|postMessage)\b"
    r"|document\.write|new Function"
)
NAMESPACE = re.compile(r"http://www\.w3\.org/\S+")


def files(*endings: str):
    return [
        path for ending in endings for folder in ("templates", "static") for path in (WEB / folder).rglob(f"*{ending}")
    ]


def test_no_template_style_or_picture_names_another_host():
    found = {}
    for path in files(".html", ".css", ".svg"):
        text = NAMESPACE.sub("", path.read_text(encoding="utf-8"))
        if hits := LOADS.findall(text) + LINKED.findall(text):
            found[path.name] = hits
    assert found == {}


def test_our_scripts_reach_nobody_and_keep_nothing_in_the_browser():
    found = {}
    for path in files(".js"):
        text = NAMESPACE.sub("", path.read_text(encoding="utf-8"))
        if hits := REACHES.findall(text) + KEEPS.findall(text):
            found[path.name] = hits
    assert found == {}


def test_no_template_holds_a_script_a_style_or_a_handler():
    inline = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>|<style|\sstyle=|\son[a-z]+=|javascript:", re.IGNORECASE)
    pages = list((WEB / "templates").rglob("*.html"))
    found = {path.name: hits for path in pages if (hits := inline.findall(path.read_text(encoding="utf-8")))}
    assert {name: hits for name, hits in found.items() if any("nonce" not in hit for hit in hits)} == {}


@pytest.mark.browser
def test_a_browser_that_walks_every_page_asks_one_host_only(at_desk, site, cast, client):
    sync_api = pytest.importorskip("playwright.sync_api")
    working.beat()
    client.force_login(cast.lead)
    asked: list[str] = []
    page = at_desk("/")
    page.context.on("request", lambda request: asked.append(request.url))
    page.route(lambda url: urlsplit(url).netloc != urlsplit(site).netloc, lambda route: route.abort())
    routes = ["/accounts/login/", "/accounts/2fa/", "/accounts/password/change/"]
    routes += [filled(route, "x") for route, _, rule in ours() if not route.startswith("/api/")]
    for route in routes:
        with suppress(sync_api.Error):  # an answer without a body, such as 405, is no page for a browser
            page.goto(site + route)
    hosts = {urlsplit(url).netloc for url in asked if not url.startswith(("data:", "about:"))}
    assert hosts == {urlsplit(site).netloc}
    assert len(asked) > len(routes)
    page.goto(site + "/health/", wait_until="load")  # the last route may still be coming: settle on a quiet page
    stored = page.evaluate("JSON.stringify([Object.keys(localStorage), Object.keys(sessionStorage)])")
    assert stored == "[[],[]]"
