"""Every address declares its rule, and keeps it for everybody who may come along."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from builders.thread import a_thread
from gainline.services.permissions import permitted_anywhere, standing_of
from gainline.store.words import Role
from gainline.web.gate import NOT_OURS, Rule, rule_of

ROLES = list(Role)


def addresses(within: Any = None, before: str = "/") -> Iterator[tuple[str, URLPattern]]:
    for pattern in (within or get_resolver()).url_patterns:
        here = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern, here)
        else:
            yield here, pattern


def ours() -> list[tuple[str, Any, Rule]]:
    found = [(route, pattern.callback) for route, pattern in addresses()]
    return [(route, view, rule_of(view)) for route, view in found if not view.__module__.startswith(NOT_OURS)]


PLAIN = [(route, rule) for route, _, rule in ours() if "<" not in route]
TAKING = [(route, rule) for route, _, rule in ours() if "<" in route]


def filled(route: str, public_id: str) -> str:
    import re

    return re.sub(r"<[^>]+>", public_id, route)


def test_every_address_declares_its_rule():
    assert {route for route, _, rule in ours() if rule is None} == set()


def test_what_stands_open_says_why():
    assert {route for route, _, rule in ours() if rule and not rule.needs_account and not rule.why} == set()


@pytest.mark.django_db
def test_a_stranger_is_sent_to_the_door_everywhere(client):
    for route, rule in [*PLAIN, *TAKING]:
        if rule.needs_account:
            for ask in (client.get, client.post):
                answer = ask(filled(route, "x"))
                assert answer.status_code == 302, route
                assert answer["Location"].startswith("/accounts/login/"), route


@pytest.mark.parametrize("role", ROLES)
def test_nobody_gets_past_a_rule_that_their_grants_do_not_meet(cast, client, role):
    client.force_login(cast[role])
    may = permitted_anywhere(standing_of(cast[role]))
    for route, rule in [*PLAIN, *TAKING]:
        if rule.permission and rule.permission not in may:
            for ask in (client.get, client.post):
                assert ask(filled(route, "x")).status_code == 403, route


def test_rows_of_another_district_do_not_exist_at_any_address(cast, hillview, client):
    theirs = a_thread(hillview.district)
    ids = [row.public_id for row in theirs.values() if hasattr(row, "public_id")]
    names = [str(row) for row in theirs.values() if str(row) and "object" not in str(row)]
    for role in ROLES:
        client.force_login(cast[role])
        for route, rule in TAKING:
            if not rule.needs_account:
                continue
            for public_id in ids:
                answer = client.get(filled(route, public_id))
                assert answer.status_code in {403, 404, 405}, (role, route)
                assert not any(name in answer.content.decode() for name in names if len(name) > 8), (role, route)


def test_an_address_without_a_rule_is_shut(cast, client, settings, rf):
    from django.core.exceptions import PermissionDenied
    from django.http import HttpResponse

    from gainline.web.gate import Gate

    def bare(request):
        return HttpResponse("open")

    request = rf.get("/")
    request.user = cast.lead
    with pytest.raises(PermissionDenied):
        Gate(bare).process_view(request, bare, (), {})


def test_every_answer_carries_the_strict_policy(client, db):
    header = client.get("/accounts/login/")["Content-Security-Policy"]
    assert "default-src 'none'" in header
    assert "unsafe-inline" not in header
    assert "frame-ancestors 'none'" in header


def test_nobody_signs_up(client, db):
    answer = client.post(
        "/accounts/signup/", {"email": "eve@example.org", "password1": "x" * 14, "password2": "x" * 14}
    )
    assert b"_auth_user_id" not in answer.content
    assert "_auth_user_id" not in client.session


def test_the_demos_door_is_shut_where_no_demo_runs(client, db):
    assert client.get("/demo/").status_code == 404
