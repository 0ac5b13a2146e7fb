"""Paces: guessing passwords, flooding what stands open, and whose address it is that asks."""

from __future__ import annotations

import pytest
from django.core import signing
from django.http import HttpResponse

from gainline.services.letters import SALT
from gainline.web.paces import Sender, paced
from gainline.web.pages.feedback import views

PASSWORD = "a long and quiet river"


@pytest.fixture(autouse=True)
def unhurried():
    """The pace of the feedback page begins anew."""
    views.answer.pace._buckets.clear()
    yield
    views.answer.pace._buckets.clear()


def test_guessing_one_account_from_one_place_is_slowed_down_and_nobody_else_is_shut_out(cast, client):
    who = cast["teacher"]
    who.set_password(PASSWORD)
    who.save()
    words = {"login": who.email, "password": "not this one"}
    codes = [client.post("/accounts/login/", words, REMOTE_ADDR="203.0.113.5").status_code for _ in range(12)]
    assert codes[0] == 200
    assert codes[-4:] == [429] * 4
    right = words | {"password": PASSWORD}
    client.post("/accounts/login/", right, REMOTE_ADDR="203.0.113.5")
    assert "_auth_user_id" not in client.session  # the right one comes too late from there
    other = cast["coach"]
    other.set_password(PASSWORD)
    other.save()
    client.post("/accounts/login/", {"login": other.email, "password": PASSWORD}, REMOTE_ADDR="203.0.113.9")
    assert "_auth_user_id" in client.session


def test_a_link_for_answers_cannot_be_flooded_or_guessed(client, db):
    address = f"/feedback/{signing.dumps('nobody', salt=SALT)}/"
    codes = [client.post(address, {"says": "x"}).status_code for _ in range(12)]
    assert codes[:10] == [404] * 10
    assert codes[10:] == [429, 429]
    answer = client.post(address, {"says": "x"})
    assert b"WB070" in answer.content
    assert int(answer["Retry-After"]) >= 1
    assert client.get(address).status_code == 404  # reading has a pace of its own


@pytest.mark.parametrize(
    ("proxies", "heard", "told"),
    [
        (0, "203.0.113.7", "10.0.0.1"),
        (1, "203.0.113.7", "203.0.113.7"),
        (1, "6.6.6.6, 203.0.113.7", "203.0.113.7"),
        (2, "6.6.6.6, 203.0.113.7, 10.0.0.9", "203.0.113.7"),
        (2, "203.0.113.7", "10.0.0.1"),
        (1, "", "10.0.0.1"),
    ],
)
def test_only_what_our_own_proxies_vouch_for_counts_as_the_senders_address(rf, settings, proxies, heard, told):
    settings.GAINLINE_PROXIES = proxies
    seen = []

    def view(request):
        seen.append((request.META["REMOTE_ADDR"], "HTTP_X_FORWARDED_FOR" in request.META))
        return HttpResponse()

    Sender(view)(rf.get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=heard))
    assert seen == [(told, False)]


def test_places_do_not_slow_each_other_down(rf, settings):
    view = paced(reads=1, writes=1)(lambda request: HttpResponse("fine"))
    first = [view(rf.get("/", REMOTE_ADDR=f"203.0.113.{n}")).status_code for n in range(20)]
    assert first == [200] * 20
