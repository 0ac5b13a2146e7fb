"""Servers for the tests of pages in a browser, and pages that keep what the console said."""

from __future__ import annotations

from contextvars import copy_context
from socketserver import ThreadingMixIn
from threading import Thread
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest

from browser import seen


class Quiet(WSGIRequestHandler):
    """Says nothing about each request."""

    def log_message(self, format, *args):
        """Not a word."""


class Server(ThreadingMixIn, WSGIServer):
    """Answers a browser's parallel requests."""

    daemon_threads = True


@pytest.fixture(scope="session")
def site():
    """The address of a server for pages that ask no database; those that do use `live_server`, which is slower."""
    from django.core.wsgi import get_wsgi_application
    from django.urls import get_resolver

    get_resolver().check()  # loads every page's module now, rather than within the browser's first 30 seconds
    server = make_server("localhost", 0, get_wsgi_application(), server_class=Server, handler_class=Quiet)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def visit(chromium, site):
    """Opens an address of the site; the page's ``complaints`` list what the console and the policy said."""
    pages = []

    def opened(address, *, width=1280, scheme="light", **options):
        page = seen(chromium, width=width, scheme=scheme, **options)
        pages.append(page)
        page.goto(address if "://" in address else site + address)
        return page

    yield opened
    for page in pages:
        page.context.close()


@pytest.fixture
def at_desk(chromium, site, client):
    """Opens pages that read the database: the test's own client answers the browser, within the test's transaction.

    Only what stands still (styles, scripts) comes from the server.
    """
    pages = []
    here = copy_context()  # Django finds its connection by the context, and Playwright answers in another one

    def answer(route):
        asked = route.request
        if "/static/" in asked.url:
            route.continue_()
            return
        headers = {"content_type": asked.headers.get("content-type", "application/octet-stream")}
        if "hx-request" in asked.headers:
            headers["headers"] = {"HX-Request": "true"}
        path, body = asked.url.removeprefix(site), asked.post_data_buffer or b""
        found = here.run(client.generic, asked.method, path, body, **headers)
        while found.status_code == 302:  # a redirect would lead past this fixture, to the server
            found = here.run(client.get, found["Location"])
        route.fulfill(status=found.status_code, headers=dict(found.items()), body=found.content)

    def opened(path, *, width=1280, scheme="light", **options):
        nonlocal here
        here = copy_context()
        page = seen(chromium, width=width, scheme=scheme, **options)
        pages.append(page)
        page.route(f"{site}/**", answer)
        page.goto(site + path)
        return page

    yield opened
    for page in pages:
        page.context.close()
