"""Every answer carries the same strict headers, whoever asks and whatever comes of it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest
from django.test import Client

from gainline.services import working
from pages.addresses import filled, ours

POLICY = {
    "default-src": "'none'", "object-src": "'none'", "script-src": "'self'", "style-src": "'self'",
    "img-src": "'self'", "font-src": "'self'", "connect-src": "'self'", "manifest-src": "'self'",
    "form-action": "'self'", "base-uri": "'none'", "frame-ancestors": "'none'",
}  # fmt: skip
SNAPSHOT = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Permitted-Cross-Domain-Policies": "none",
    "Cache-Control": "no-store, private",
}
NEVER = ("Access-Control-Allow-Origin", "Server", "X-Powered-By", "Set-Cookie2")
THEIRS = (
    "/accounts/login/", "/accounts/logout/", "/accounts/signup/", "/accounts/password/change/", "/accounts/2fa/",
    "/accounts/password/reset/", "/accounts/email/", "/accounts/3rdparty/", "/nothing/here/",
    "/accounts/2fa/totp/activate/",
)  # fmt: skip


def policy_of(answer) -> dict[str, str]:
    parts = (one.strip().partition(" ") for one in answer["Content-Security-Policy"].split(";"))
    return {name: re.sub(r" 'nonce-[\w+/=]+'", "", value) for name, _, value in parts}


def wrong_with(answer) -> dict[str, object]:
    """What differs from the snapshot."""
    found: dict[str, object] = {name: answer.get(name) for name, value in SNAPSHOT.items() if answer.get(name) != value}
    found |= {name: answer[name] for name in NEVER if name in answer}
    if policy_of(answer) != POLICY:
        found["Content-Security-Policy"] = answer.get("Content-Security-Policy")
    kind = answer.get("Content-Type", "")
    if answer.content and (not kind or (kind.startswith("text/html") and "charset=utf-8" not in kind)):
        found["Content-Type"] = kind
    if "Content-Disposition" in answer and not re.fullmatch(
        r'(inline|attachment); filename="[\w.-]+"', answer["Content-Disposition"]
    ):
        found["Content-Disposition"] = answer["Content-Disposition"]
    return found


@pytest.mark.parametrize("who", ["stranger", "edtech_lead", "teacher"])
def test_every_address_answers_with_the_same_headers(cast, who):
    client = Client(raise_request_exception=False)
    if who != "stranger":
        client.force_login(cast[who])
    working.beat()
    routes = [*THEIRS, *(filled(route, "x") for route, _, _ in ours())]
    assert len(routes) > 60
    odd = {}
    for path in routes:
        for ask in (client.get, client.post):
            answer = ask(path)
            found = wrong_with(answer)
            if answer.status_code == 500 or found:
                odd[path] = (answer.status_code, found)
    assert odd == {}


def test_an_address_that_forgets_the_csrf_token_is_refused_with_the_same_headers(cast):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.lead)
    answer = client.post("/aims/new/", {"title": "x"})
    assert (answer.status_code, wrong_with(answer)) == (403, {})


def test_no_list_of_a_folder_and_no_repository_is_served(client, db):
    for path in (
        "/static/",
        "/static/gainline/",
        "/.git/config",
        "/static/../pyproject.toml",
        "/gainline.sqlite3",
        "/media/",
    ):
        answer = client.get(path)
        assert answer.status_code == 404, path


def test_the_browser_is_told_to_forget_when_one_leaves(cast, client):
    client.force_login(cast.lead)
    answer = client.post("/accounts/logout/")
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert "_auth_user_id" not in client.session


SHOW = """
import django, json
django.setup()
from django.conf import settings as s
from gainline.web.parts.look import COOKIE
names = [n for n in dir(s) if n.startswith(("SESSION_COOKIE", "CSRF_COOKIE", "SECURE_", "LANGUAGE_COOKIE", "DEBUG"))]
print(json.dumps({n: getattr(s, n) for n in names} | {"look": COOKIE}, default=str))
"""


def settings_at(origin: str) -> dict[str, object]:
    given = {name: value for name, value in os.environ.items() if not name.startswith("GAINLINE_")}
    given |= {"GAINLINE_ORIGIN": origin, "DJANGO_SETTINGS_MODULE": "gainline.config.settings"}
    ran = subprocess.run([sys.executable, "-c", SHOW], env=given, capture_output=True, text=True, check=True)
    return json.loads(ran.stdout)


def test_behind_tls_every_cookie_is_bound_to_the_host_and_browsers_come_by_tls_only():
    found = settings_at("https://gainline.example.org")
    names = ("SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "LANGUAGE_COOKIE_NAME", "look")
    assert [name for name in names if not str(found[name]).startswith("__Host-")] == []
    assert all(
        found[name]
        for name in ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY", "CSRF_COOKIE_HTTPONLY")
    )
    assert (found["SESSION_COOKIE_SAMESITE"], found["CSRF_COOKIE_SAMESITE"]) == ("Lax", "Lax")
    assert (found["SESSION_COOKIE_PATH"], found["SESSION_COOKIE_DOMAIN"]) == ("/", None)
    assert found["SECURE_HSTS_SECONDS"] >= 31_536_000
    assert found["SECURE_HSTS_INCLUDE_SUBDOMAINS"]
    assert found["SECURE_SSL_REDIRECT"] is False  # or a program's secret would travel once in the open, unseen
    assert found["DEBUG"] is False
