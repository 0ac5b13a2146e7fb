"""The second factor: asked of whoever comes near records, used once, sealed, and taken away by others only."""

from __future__ import annotations

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.utils import decrypt
from django.test import Client

from browser import violations, width_of
from gainline.services import identities
from gainline.services.permissions import permitted_anywhere, standing_of
from gainline.store.words import Role
from gainline.web.factors import NEAR_PEOPLE, Sealed

PERIOD, ENOUGH = 30, 5  # seconds that a code is good for, and that a busy machine may take to hand it in
PASSWORD = "a long and quiet river"
CODES = "/accounts/2fa/recovery-codes/"
SETUP = "/accounts/2fa/totp/activate/"


@pytest.fixture(autouse=True)
def required(settings, one_factor):
    settings.GAINLINE_MFA = "required"


def signed_in(account) -> Client:
    client = Client()
    account.set_password(PASSWORD)
    account.save()
    client.post("/accounts/login/", {"login": account.email, "password": PASSWORD})
    return client


def code_of(secret: str, *, steps: int = 0) -> str:
    """A code that is good for a few seconds more: one that is about to end may have ended when it arrives."""
    if (left := PERIOD - time.time() % PERIOD) < ENOUGH:
        time.sleep(left)
    counter = next(iter(yield_hotp_counters_from_time())) + steps
    return format_hotp_value(hotp_value(secret, counter))


def set_up(client: Client) -> str:
    """Set a second factor up as a person would; the secret that the app now holds."""
    page = client.get(SETUP).content.decode()
    secret = re.search(r'id="authenticator_secret" type="text" value="([A-Z2-7]+)"', page)[1]
    answer = client.post(SETUP, {"code": code_of(secret)})
    assert answer.status_code == 302, answer.content.decode()
    return secret


def test_whoever_comes_near_records_is_sent_to_set_one_up_and_nobody_else(cast):
    for role in Role:
        client = Client()
        client.force_login(cast[role])
        answer = client.get("/")
        is_near = bool(NEAR_PEOPLE & permitted_anywhere(standing_of(cast[role])))
        assert (answer.status_code == 302 and answer["Location"].startswith(SETUP)) == is_near, role
    assert {role for role in Role if NEAR_PEOPLE & permitted_anywhere(standing_of(cast[role]))} == {
        Role.EDTECH_LEAD, Role.ANALYST, Role.PRIVACY_LEAD, Role.AUDITOR,
    }  # fmt: skip


def test_every_other_way_in_is_shut_until_it_is_set_up(cast):
    client = signed_in(cast.lead)
    for address in ("/", "/people/", "/data/", "/tokens/", "/governance/trail/", "/cycles/"):
        assert client.get(address)["Location"].startswith(SETUP), address
        assert client.post(address)["Location"].startswith(SETUP), address
    set_up(client)
    assert client.get("/people/").status_code == 200


def test_the_next_sign_in_asks_for_a_code_and_each_code_works_once(cast):
    secret = set_up(signed_in(cast.lead))
    Authenticator.objects.get(type="totp")
    first, second = Client(), Client()
    for client in (first, second):
        answer = client.post("/accounts/login/", {"login": cast.lead.email, "password": PASSWORD})
        assert answer["Location"].startswith("/accounts/2fa/authenticate/")
        assert client.get("/people/").status_code == 302
    code = code_of(secret, steps=1)  # of the next half minute, which a clock that goes late may show
    assert first.post("/accounts/2fa/authenticate/", {"code": "000000"}).status_code == 200
    first.post("/accounts/2fa/authenticate/", {"code": code})
    if first.get("/people/").status_code != 200:  # no tolerance: wait for nothing, take the current one
        code = code_of(secret)
        first.post("/accounts/2fa/authenticate/", {"code": code})
    second.post("/accounts/2fa/authenticate/", {"code": code})
    assert second.get("/people/").status_code == 302


def test_a_recovery_code_works_once_and_is_long_enough(cast):
    client = signed_in(cast.lead)
    set_up(client)
    kept = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()
    assert len(kept) == 10
    assert min(len(code) for code in kept) >= 7  # decimal digits: 23 bits
    assert len(set(kept)) == 10
    browsers = [Client(), Client()]
    for browser in browsers:
        browser.post("/accounts/login/", {"login": cast.lead.email, "password": PASSWORD})
        browser.post("/accounts/2fa/authenticate/", {"code": kept[0]})
    assert [browser.get("/people/").status_code for browser in browsers] == [200, 302]


def test_no_seed_lies_open_in_the_database_and_a_rotated_key_still_opens_it(cast, settings):
    secret = set_up(signed_in(cast.lead))
    stored = Authenticator.objects.get(type="totp").data["secret"]
    assert secret not in stored
    assert decrypt(stored) == secret
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "n" * 48, [settings.SECRET_KEY]
    assert decrypt(stored) == secret
    changed = stored[:-3] + ("A" if stored[-3] != "A" else "B") + stored[-2:]
    with pytest.raises(Exception, match=r".*") as refused:
        Sealed().decrypt(changed)
    assert type(refused.value).__name__ == "InvalidToken"


def test_setting_it_up_ends_every_other_session(cast, django_capture_on_commit_callbacks):
    mine, other = signed_in(cast.lead), Client()
    other.force_login(type(cast.lead).objects.get(pk=cast.lead.pk))
    with django_capture_on_commit_callbacks(execute=True):
        set_up(mine)
    assert other.get("/people/")["Location"].startswith("/accounts/login/")


def test_taking_it_away_asks_for_the_password_again(cast, monkeypatch):
    client = signed_in(cast.lead)
    set_up(client)
    began = time.time()
    monkeypatch.setattr(time, "time", lambda: began + 400)
    answer = client.get("/accounts/2fa/totp/deactivate/")
    assert answer["Location"].startswith("/accounts/reauthenticate/") or "/2fa/reauthenticate/" in answer["Location"]


def test_a_lost_one_is_taken_away_by_somebody_else_and_set_up_anew(cast):
    client = signed_in(cast["analyst"])
    set_up(client)
    assert identities.ways_in(by=cast.lead, account=cast["analyst"]).has_second_factor
    identities.drop_factors(by=cast.lead, account=cast["analyst"])
    assert client.get("/data/")["Location"].startswith("/accounts/login/")
    again = signed_in(type(cast.lead).objects.get(pk=cast["analyst"].pk))
    assert again.get("/data/")["Location"].startswith(SETUP)


def test_resetting_a_password_does_not_pass_by_it(cast):
    from gainline.web.accounts import first_link

    set_up(signed_in(cast.lead))
    client = Client()
    request = client.get("/accounts/login/").wsgi_request
    link = first_link(request, type(cast.lead).objects.get(pk=cast.lead.pk)).removeprefix("http://testserver")
    form = client.get(link)["Location"]
    words = {"password1": "seven green bicycles", "password2": "seven green bicycles"}
    client.post(form, words)
    assert client.get("/people/").status_code == 302
    client.post("/accounts/login/", {"login": cast.lead.email, "password": "seven green bicycles"})
    assert client.get("/people/").status_code == 302


def test_setting_it_up_later_than_right_after_signing_in_asks_for_the_password_again(cast, monkeypatch):
    client = signed_in(cast.lead)
    assert client.get(SETUP).status_code == 200
    began = time.time()
    monkeypatch.setattr(time, "time", lambda: began + 400)
    assert client.get(SETUP)["Location"].startswith("/accounts/reauthenticate/")
    assert client.get("/accounts/reauthenticate/").status_code == 200
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert client.get(SETUP).status_code == 200


def test_new_recovery_codes_are_shown_at_once_and_later_only_for_a_password(cast, monkeypatch):
    client = signed_in(cast.lead)
    set_up(client)
    assert client.get(CODES).content.decode().count("<code>") == 10
    assert client.get(CODES)["Location"].startswith("/accounts/reauthenticate/")
    later = signed_in(cast["analyst"])
    set_up(later)
    began = time.time()
    monkeypatch.setattr(time, "time", lambda: began + 400)
    assert later.get(CODES)["Location"].startswith("/accounts/reauthenticate/")


def test_the_page_draws_its_code_inside_itself(cast):
    page = signed_in(cast.lead).get(SETUP).content.decode()
    assert "<svg" in page
    assert "data:image" not in page
    assert " style=" not in page


def test_the_pages_of_an_account_lead_to_its_way_in(cast, client, settings):
    settings.GAINLINE_MFA = "off"
    client.force_login(cast.lead)
    page = client.get(f"/people/{cast['coach'].public_id}/").content.decode()
    for act in ("sessions", "close"):
        address = f"/people/{cast['coach'].public_id}/access/{act}/"
        assert address in page
        assert client.get(address).status_code == 200
        assert client.post(address).status_code == 302
    assert not type(cast.lead).objects.get(pk=cast["coach"].pk).is_active
    client.post(f"/people/{cast['coach'].public_id}/access/open/")
    assert type(cast.lead).objects.get(pk=cast["coach"].pk).is_active
    assert client.get(f"/people/{cast['coach'].public_id}/access/else/").status_code == 404
    assert client.get(f"/people/{cast['coach'].public_id}/identity/").status_code == 404  # no provider here


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_of_the_second_factor_are_accessible_and_fit_a_phone(at_desk, site, cast, client, settings, scheme):
    settings.GAINLINE_MFA = "off"  # so that the page about another account opens, too
    cast.lead.set_password(PASSWORD)
    cast.lead.save()
    client.post("/accounts/login/", {"login": cast.lead.email, "password": PASSWORD})
    page = at_desk("/accounts/login/", scheme=scheme)
    found = []
    for address in (SETUP, "/accounts/2fa/", f"/people/{cast['coach'].public_id}/access/close/"):
        assert page.goto(site + address).status == 200, address
        if said := violations(page):
            found.append((address, said))
        page.set_viewport_size({"width": 320, "height": 900})
        if width_of(page) > 320:
            found.append((address, "scrolls sideways at 320 px"))
        page.set_viewport_size({"width": 1280, "height": 900})
    assert found == []
    assert [said for said in page.complaints if "Content Security Policy" in said] == []
