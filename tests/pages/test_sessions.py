"""Sessions end: by silence, by time, by leaving, and when who may do what has changed."""

from __future__ import annotations

import json
import logging
import re
import time

import pytest
from django.conf import settings as site
from django.test import Client

from gainline.config.logs import JsonLines
from gainline.engine.core.errors import Conflict, Missing, NotAllowed
from gainline.services import identities, people
from gainline.store.models.accounts import Account
from gainline.store.models.audit import AuditEvent
from gainline.store.models.grants import Grant
from gainline.store.tenancy import within
from gainline.store.words import Role

PASSWORD = "a long and quiet river"


@pytest.fixture
def at(monkeypatch):
    """Sets the clock that sessions are measured by, in minutes from now."""
    began = time.time()
    return lambda minutes: monkeypatch.setattr(time, "time", lambda: began + 60 * minutes)


def is_in(client: Client) -> bool:
    return client.get("/aims/").status_code == 200


def test_a_silent_session_ends_and_an_active_one_goes_on(cast, client, at):
    client.force_login(cast.lead)
    for minutes in (20, 45, 70):
        at(minutes)
        assert is_in(client)
    at(102)
    answer = client.get("/aims/?page=2")
    assert answer["Location"] == "/accounts/login/?next=/aims/%3Fpage%3D2"
    at(71)
    assert not is_in(client)  # what has ended is of no use any more, not even with the clock set back


def test_no_session_lasts_longer_than_half_a_day(cast, client, at):
    client.force_login(cast.lead)
    for minutes in range(20, 721, 20):
        at(minutes)
        assert is_in(client), minutes
    at(722)
    assert not is_in(client)


def test_signing_in_makes_a_new_token_of_full_length_and_leaving_ends_it(cast, client):
    cast.lead.set_password(PASSWORD)
    cast.lead.save()
    client.get("/accounts/login/")
    tokens = []
    for _ in range(2):
        client.post("/accounts/login/", {"login": cast.lead.email, "password": PASSWORD})
        tokens.append(client.cookies[site.SESSION_COOKIE_NAME].value)
        kept = tokens[-1]
        assert b"account_logout" in client.get("/aims/").content or b"/accounts/logout/" in client.get("/aims/").content
        client.post("/accounts/logout/")
        client.cookies[site.SESSION_COOKIE_NAME] = kept
        assert not is_in(client)
    assert len(set(tokens)) == 2
    assert min(map(len, tokens)) >= 32  # of 36 signs: 165 bits


CHANGES = {
    "a grant": lambda cast, who: people.grant(by=cast.lead, account=who, role=Role.COACH, unit=cast.root),
    "a grant that ends": lambda cast, who: people.withdraw(by=cast.lead, held=grant_of(cast, who)),
    "shut out": lambda cast, who: identities.disable(by=cast.lead, account=who),
    "ended by a lead": lambda cast, who: identities.end_sessions(by=cast.lead, account=who),
    "a lost factor": lambda cast, who: identities.drop_factors(by=cast.lead, account=who),
    "a forgotten password": lambda cast, who: identities.drop_password(by=cast.lead, account=who),
    "another password": lambda cast, who: changed(who),
}


def grant_of(cast, who):
    with within(cast.district.pk):
        return Grant.objects.select_related("unit", "account").get(account=who)


def changed(who: Account) -> None:
    who.set_password(PASSWORD + "!")
    who.save()


@pytest.mark.parametrize("change", CHANGES)
def test_every_session_ends_when_who_may_do_what_changes(cast, change):
    who = cast["analyst"]
    browsers = [Client(), Client()]
    for browser in browsers:
        browser.force_login(who)
        assert is_in(browser)
    CHANGES[change](cast, Account.objects.get(pk=who.pk))
    assert [is_in(browser) for browser in browsers] == [False, False]


def test_one_may_change_ones_password_and_stays_in_while_all_others_leave(cast):
    who = cast["teacher"]
    who.set_password(PASSWORD)
    who.save()
    mine, other = Client(), Client()
    for browser in (mine, other):
        browser.post("/accounts/login/", {"login": who.email, "password": PASSWORD})
        assert is_in(browser)
    words = {"oldpassword": PASSWORD, "password1": "seven green bicycles", "password2": "seven green bicycles"}
    wrong = mine.post("/accounts/password/change/", words | {"oldpassword": "not this one"})
    assert wrong.status_code == 200
    assert is_in(other)
    assert mine.post("/accounts/password/change/", words).status_code == 302
    assert (is_in(mine), is_in(other)) == (True, False)


def test_a_first_password_that_somebody_else_saw_has_to_be_changed(bare, db, client):
    founding = people.Founding("Meadow")
    lead = people.found_district(founding=founding, lead_name="Mia", lead_email="mia@meadow.example", password=PASSWORD)
    client.post("/accounts/login/", {"login": lead.email, "password": PASSWORD})
    assert client.get("/aims/")["Location"].startswith("/accounts/password/change/")
    words = {"oldpassword": PASSWORD, "password1": "seven green bicycles", "password2": "seven green bicycles"}
    client.post("/accounts/password/change/", words)
    assert is_in(client)


def test_the_machines_owner_helps_a_lead_whom_nobody_else_can_help(cast, client):
    client.force_login(cast.lead)
    helped = identities.first_password_again(email=f" {cast.lead.email.upper()} ", password=PASSWORD)
    assert helped.pk == cast.lead.pk
    assert not is_in(client), "every session ended"
    client.post("/accounts/login/", {"login": cast.lead.email, "password": PASSWORD})
    assert client.get("/aims/")["Location"].startswith("/accounts/password/change/")
    with within(cast.district.pk):
        event = AuditEvent.objects.order_by("-seq").first()
    assert (event.verb, event.actor, event.target) == ("identities.first_password_again", None, cast.lead.public_id)


def test_no_account_or_one_that_was_shut_out_is_given_no_password(cast):
    identities.disable(by=cast.lead, account=cast["coach"])
    for email in ("nobody@riverbend.example", cast["coach"].email):
        with pytest.raises(Missing, match="SV191"):
            identities.first_password_again(email=email, password=PASSWORD)


def test_nobody_shuts_themselves_out_and_the_last_lead_stays(cast):
    for act in (identities.disable, identities.enable, identities.drop_factors, identities.drop_password):
        with pytest.raises(Conflict, match="SV115"):
            act(by=cast.lead, account=cast.lead)
    with pytest.raises(Conflict, match="SV116"):
        identities.disable(by=cast["privacy_lead"], account=cast.lead)
    with pytest.raises(NotAllowed, match="SV001"):
        identities.disable(by=cast["teacher"], account=cast["coach"])


def test_who_was_shut_out_can_come_back(cast, client):
    who = identities.disable(by=cast.lead, account=cast["coach"])
    assert not who.is_active
    client.force_login(identities.enable(by=cast.lead, account=who))
    assert is_in(client)


def test_coming_failing_leaving_and_refusals_are_logged_without_a_name(cast, client, caplog):
    cast["teacher"].set_password(PASSWORD)
    cast["teacher"].save()
    with caplog.at_level(logging.INFO, logger="gainline"):
        client.post("/accounts/login/", {"login": cast["teacher"].email, "password": 'wrong\r\n{"at": "forged"}'})
        client.post("/accounts/login/", {"login": cast["teacher"].email, "password": PASSWORD})
        client.get("/people/invite/")
        client.post("/accounts/logout/")
    lines = [JsonLines().format(record) for record in caplog.records if record.name.startswith("gainline.")]
    said = [json.loads(line) for line in lines]
    assert {"a sign-in failed", "signed in", "refused with SV001", "signed out"} <= {one["says"] for one in said}
    assert all(one["at"].endswith("+00:00") for one in said)
    assert all("\n" not in line for line in lines)
    refused = next(one for one in said if one["says"].startswith("refused"))
    assert (refused["account"], refused["status"], refused["verb"]) == (cast["teacher"].public_id, 403, "people:invite")
    assert not any(word in line for line in lines for word in ("tariq", "Tariq", PASSWORD, "forged"))


def test_a_lead_takes_a_forgotten_password_away_and_a_link_lets_its_holder_choose_another(cast, client):
    who = cast["teacher"]
    who.set_password(PASSWORD)
    who.save()
    client.force_login(cast.lead)
    page = client.post(f"/people/{who.public_id}/access/password/", follow=True).content.decode()
    assert "The password is gone" in page
    assert "Make a sign-in link" in page
    shown = client.post(f"/people/{who.public_id}/link/").content.decode()
    link = re.search(r'value="http://testserver([^"]+)"', shown)[1]
    holder = Client()
    assert holder.post("/accounts/login/", {"login": who.email, "password": PASSWORD}).status_code == 200
    form = holder.get(link)["Location"]
    assert "Choose a password of your own" in holder.get(form).content.decode()
    holder.post(form, {"password1": "seven green bicycles", "password2": "seven green bicycles"})
    assert is_in(holder)  # at once: nobody types the password that was just chosen
    assert "does not work any more" in Client().get(link).content.decode()
