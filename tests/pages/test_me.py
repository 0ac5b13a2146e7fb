"""One's own account: the browsers in which one is signed in, and the end of each."""

from __future__ import annotations

import re

import pytest
from django.contrib.sessions.models import Session as DjangosOwn
from django.test import Client

from gainline.services import clock, identities, sessions
from gainline.store.models.sessions import SignIn
from gainline.web.browsers import browser_of

PASSWORD = "four quiet words stand here"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Safari/604.1"
EDGE = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 Edg/126.0"


def signed_in(account, says):
    """A browser in which somebody signed in by the door."""
    browser = Client(headers={"User-Agent": says})
    answer = browser.post("/accounts/login/", {"login": account.email, "password": PASSWORD})
    assert answer.status_code == 302, answer.content
    return browser


@pytest.fixture
def two(cast):
    cast.lead.set_password(PASSWORD)
    cast.lead.save()
    return signed_in(cast.lead, FIREFOX), signed_in(cast.lead, PHONE)


def ends(page):
    return re.findall(r'action="(/me/sessions/ses_\w+/end/)"', page)


def test_each_browser_is_listed_and_the_other_one_can_be_ended(two):
    here, there = two
    page = here.get("/me/").content.decode()
    assert "Firefox · Windows" in page
    assert "Safari · iPhone" in page
    (address,) = ends(page)  # one ends the session here by signing out
    assert here.session.session_key not in page
    assert there.session.session_key not in page
    assert here.post(address).status_code == 302
    assert there.get("/me/").status_code == 302  # to the door
    assert here.get("/me/").status_code == 200
    assert here.post(address).status_code == 404  # it has ended


def test_nobody_ends_or_lists_anothers_session(two, cast, client):
    here, there = two
    (address,) = ends(here.get("/me/").content.decode())
    client.force_login(cast["teacher"])
    assert client.post(address).status_code == 404
    assert there.get("/me/").status_code == 200
    assert len(sessions.own_sessions(by=cast["teacher"], here=client.session.session_key)) == 1


def test_a_session_that_opens_nothing_any_more_is_not_listed(two, cast, settings):
    cast.lead.refresh_from_db()
    assert len(sessions.own_sessions(by=cast.lead, here="")) == 2
    settings.GAINLINE_IDLE_SECONDS = -1
    assert sessions.own_sessions(by=cast.lead, here="") == []
    settings.GAINLINE_IDLE_SECONDS = 1800
    identities.end_sessions(by=cast.lead, account=cast.lead)
    assert sessions.own_sessions(by=cast.lead, here="") == []


def test_a_session_knows_its_account_and_djangos_own_table_stays_empty(two, cast):
    assert set(SignIn.objects.values_list("account_id", flat=True)) == {cast.lead.pk}
    assert DjangosOwn.objects.count() == 0
    Client().get("/accounts/login/")  # nobody yet
    assert SignIn.objects.filter(expire_date__gt=clock.now()).exclude(account=cast.lead).count() <= 1


@pytest.mark.parametrize(
    ("says", "named"),
    [(FIREFOX, "Firefox · Windows"), (PHONE, "Safari · iPhone"), (EDGE, "Edge · macOS"), ("curl/8", ""), ("", "")],
)
def test_a_browser_is_named_by_make_and_system_alone(says, named):
    assert browser_of(says) == named


def test_the_page_says_what_one_holds_in_both_languages(cast, client, settings):
    client.force_login(cast["analyst"])
    assert "What you may do" in client.get("/me/").content.decode()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "es"
    assert "Qué puede hacer" in client.get("/me/").content.decode()
