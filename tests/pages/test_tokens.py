"""The page of tokens: a secret is shown once, and revoking asks first."""

from __future__ import annotations

import re

from django.test import Client

from gainline.services import tokens


def test_a_secret_is_shown_once_and_opens_the_api(cast, client):
    client.force_login(cast.lead)
    held = tokens.own_grants(by=cast.lead)[0]
    asked = {"name": "nightly export", "days": 30, "grant": held.public_id}
    answer = client.post("/tokens/", asked)
    secret = re.search(r"gainline_[\w-]+", answer.content.decode())[0]
    assert answer["Cache-Control"] == "no-store, private"
    assert Client(headers={"Authorization": f"Bearer {secret}"}).get("/api/v1/me").status_code == 200
    page = client.get("/tokens/").content.decode()
    assert "nightly export" in page
    assert secret not in page


def test_a_form_with_faults_issues_nothing(cast, client):
    client.force_login(cast.lead)
    assert client.post("/tokens/", {"name": "", "days": 900, "grant": "gra_x"}).status_code == 422
    assert tokens.tokens(by=cast.lead) == []


def test_revoking_asks_first_and_shows_it(cast, client):
    client.force_login(cast.lead)
    issued = tokens.issue(by=cast.lead, name="script", held=tokens.own_grants(by=cast.lead)[0], days=30)
    address = f"/tokens/{issued.token.public_id}/revoke/"
    assert client.get(address).status_code == 200
    assert tokens.bearer(secret=issued.secret)
    assert client.post(address).status_code == 302
    assert tokens.bearer(secret=issued.secret) is None
    assert "Revoked" in client.get("/tokens/").content.decode()
