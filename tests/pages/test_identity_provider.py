"""Signing in by an identity provider: by issuer and subject, with every check that a hostile one would like to skip."""

from __future__ import annotations

import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client

from gainline.config.providers import read_providers
from gainline.engine.core.errors import Conflict
from gainline.services import identities
from identity_provider import CLIENT, SECRET, Provider, providing

TABLE = """
[[provider]]
id = "{id}"
name = "{id}"
issuer = "{issuer}"
client_id = "{client}"
client_secret = "{secret}"
"""


def configured(path: Path, providers: dict[str, Provider]) -> dict[str, object]:
    rows = (TABLE.format(id=key, issuer=one.issuer, client=CLIENT, secret=SECRET) for key, one in providers.items())
    path.write_text("".join(rows))
    return {"openid_connect": {"APPS": read_providers(path)}}


@pytest.fixture
def provider(settings, tmp_path):
    with providing(Provider()) as found:
        settings.SOCIALACCOUNT_PROVIDERS = configured(tmp_path / "oidc.toml", {"district": found})
        yield found


def gone_to(client: Client, key: str = "district") -> dict[str, str]:
    """Leave for the provider, and what it was asked with."""
    answer = client.post(f"/accounts/oidc/{key}/login/")
    assert answer.status_code == 302, answer.content
    return {name: values[0] for name, values in parse_qs(urlsplit(answer["Location"]).query).items()}


def come_back(client: Client, provider: Provider, asked: dict[str, str]) -> bool:
    """Come back with what the provider gave; whether one is in."""
    back = urlsplit(provider.authorize(asked))
    client.get(f"{back.path}?{back.query}")
    return "_auth_user_id" in client.session


def sign_in(client: Client, provider: Provider, key: str = "district") -> bool:
    return come_back(client, provider, gone_to(client, key))


def test_who_was_tied_gets_in_and_the_request_is_bound_to_this_browser(cast, client, provider):
    identities.tie(by=cast["privacy_lead"], account=cast.lead, provider="district", subject="person-1")
    asked = gone_to(client)
    assert (asked["code_challenge_method"], asked["response_type"], asked["client_id"]) == ("S256", "code", CLIENT)
    assert len(asked["state"]) >= 16
    assert asked["redirect_uri"].endswith("/accounts/oidc/district/login/callback/")
    assert come_back(client, provider, asked)
    assert client.session["_auth_user_id"] == str(cast.lead.pk)
    assert "/userinfo" not in provider.asked


def test_following_a_link_alone_signs_nobody_in(cast, client, provider):
    answer = client.get("/accounts/oidc/district/login/")
    assert answer.status_code == 200
    assert provider.asked == []


def test_a_known_mail_address_opens_nothing(cast, client, provider):
    provider.mail = cast.lead.email
    assert not sign_in(client, provider)


def test_two_providers_with_the_same_mail_and_subject_are_two_people(cast, settings, tmp_path):
    with providing(Provider()) as one, providing(Provider()) as two:
        settings.SOCIALACCOUNT_PROVIDERS = configured(tmp_path / "oidc.toml", {"district": one, "county": two})
        identities.tie(by=cast["privacy_lead"], account=cast.lead, provider="district", subject="person-1")
        assert not sign_in(Client(), two, "county")
        identities.tie(by=cast.lead, account=cast["coach"], provider="county", subject="person-1")
        first, second = Client(), Client()
        assert sign_in(first, one)
        assert sign_in(second, two, "county")
        assert first.session["_auth_user_id"] == str(cast.lead.pk)
        assert second.session["_auth_user_id"] == str(cast["coach"].pk)


def test_an_answer_to_another_browsers_request_is_refused(cast, client, provider):
    identities.tie(by=cast["privacy_lead"], account=cast.lead, provider="district", subject="person-1")
    asked = gone_to(client)
    assert not come_back(Client(), provider, asked)
    assert not come_back(client, provider, asked | {"state": "guessed"})
    assert not come_back(client, provider, asked | {"code_challenge": "another"})


BENT = {
    "signed by somebody else": {"signing": rsa.generate_private_key(65537, 2048)},
    "signed by nobody": {"algorithm": "none"},
    "signed with a shared word": {"algorithm": "HS256", "signing": "a shared word that is long enough to be taken"},
    "of another issuer": {"claims": {"iss": "https://elsewhere.example"}},
    "for another client": {"claims": {"aud": "somebody-else"}},
    "expired": {"claims": {"exp": int(time.time()) - 3600}},
    "without an end": {"claims": {"iss": None}},
}


@pytest.mark.parametrize("bent", BENT)
def test_a_token_that_is_not_what_it_has_to_be_opens_nothing(cast, client, provider, bent):
    identities.tie(by=cast["privacy_lead"], account=cast.lead, provider="district", subject="person-1")
    for name, value in BENT[bent].items():
        setattr(provider, name, value)
    assert not sign_in(client, provider)


def test_a_provider_that_calls_itself_by_another_name_is_held_to_the_configured_one(cast, client, provider):
    identities.tie(by=cast["privacy_lead"], account=cast.lead, provider="district", subject="person-1")
    provider.told_issuer = "https://victim.example"
    provider.claims = {"iss": "https://victim.example"}
    assert not sign_in(client, provider)


def test_a_provider_that_sends_elsewhere_is_not_followed(cast, client, provider):
    with providing(Provider()) as inner:
        provider.moves = f"{inner.issuer}/.well-known/openid-configuration"
        answer = client.post("/accounts/oidc/district/login/")
        assert b"WB071" in answer.content
        assert inner.asked == []


def test_no_token_of_the_provider_is_kept(cast, client, provider):
    from allauth.socialaccount.models import SocialToken

    identities.tie(by=cast["privacy_lead"], account=cast.lead, provider="district", subject="person-1")
    assert sign_in(client, provider)
    assert SocialToken.objects.count() == 0
    assert SECRET not in str(dict(client.session))


def test_a_providers_word_counts_as_second_factor_only_where_that_was_decided(cast, provider, settings):
    identities.tie(by=cast["privacy_lead"], account=cast.lead, provider="district", subject="person-1")
    for mode, status in (("required", 302), ("provider", 200)):
        settings.GAINLINE_MFA = mode
        client = Client()
        assert sign_in(client, provider)
        assert client.get("/people/").status_code == status, mode
    local = Client()
    local.force_login(type(cast.lead).objects.get(pk=cast.lead.pk))
    assert local.get("/people/").status_code == 302  # a password alone is one factor, whatever the provider does


def test_only_known_providers_and_free_subjects_are_tied_and_untying_ends_it(cast, provider):
    tie, lead = identities.tie, cast.lead
    tie(by=lead, account=cast["coach"], provider="district", subject="person-1")
    for account, key, subject in ((cast["teacher"], "district", "person-1"), (cast["teacher"], "elsewhere", "p"),
                                  (cast["teacher"], "district", " ")):  # fmt: skip
        with pytest.raises(Conflict, match="SV117"):
            tie(by=lead, account=account, provider=key, subject=subject)
    assert identities.ways_in(by=lead, account=cast["coach"]).providers == ("district",)
    identities.untie(by=lead, account=cast["coach"], provider="district")
    assert not sign_in(Client(), provider)


def test_nobody_ties_an_identity_to_their_own_account(cast, client, provider):
    from allauth.socialaccount.models import SocialAccount

    client.force_login(cast.lead)
    answer = client.post("/accounts/oidc/district/login/?process=connect")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(answer["Location"]).query).items()}
    back = urlsplit(provider.authorize(asked))
    assert client.get(f"{back.path}?{back.query}").status_code == 401
    assert SocialAccount.objects.count() == 0


def test_the_page_ties_an_identity(cast, client, provider):
    client.force_login(cast.lead)
    address = f"/people/{cast['coach'].public_id}/identity/"
    assert address in client.get(f"/people/{cast['coach'].public_id}/").content.decode()
    assert client.post(address, {"provider": "district", "subject": ""}).status_code == 422
    assert client.post(address, {"provider": "district", "subject": "person-9"}).status_code == 302
    assert (
        client.post(
            f"/people/{cast['teacher'].public_id}/identity/", {"provider": "district", "subject": "person-9"}
        ).status_code
        == 422
    )
