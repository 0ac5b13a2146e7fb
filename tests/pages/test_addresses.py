"""Every address declares its rule, and keeps it for everybody who may come along."""

from __future__ import annotations

import pytest

from gainline.services.permissions import permitted_anywhere, standing_of
from gainline.store.words import Role
from pages.addresses import filled, ours

ROLES = list(Role)


PLAIN = [(route, rule) for route, _, rule in ours() if "<" not in route]
TAKING = [(route, rule) for route, _, rule in ours() if "<" in route]


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
