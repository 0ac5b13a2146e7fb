"""Signing in: nobody makes an account for themselves; an identity counts by issuer and subject, never by mail."""

from __future__ import annotations

import time
from typing import Any

import jwt
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.core import context
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from requests import RequestException

from gainline.engine.core.errors import Missing

ALGORITHMS = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"})
"""How an identity token may be signed: with a key that only the provider has."""


class InvitedOnly(DefaultAccountAdapter):
    """Local accounts are made by the district's leads."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up."""
        return False

    def is_reauthentication_required(self, *, app: str, **more: object) -> bool:
        """Whether the password is asked for again: always, but right after signing in for a first second factor.

        That includes its recovery codes until somebody has seen them.
        """
        request = context.request
        first = app == "allauth.mfa" and (not is_mfa_enabled(request.user) or _shows_first_codes(request))
        latest = max((one["at"] for one in get_authentication_records(request, request.user)), default=0.0)
        is_fresh = time.time() - latest < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
        return not (first and is_fresh) and bool(super().is_reauthentication_required(app=app, **more))


def _shows_first_codes(request: HttpRequest) -> bool:
    """Whether this shows recovery codes that nobody has seen yet."""
    match = request.resolver_match
    if match is None or match.view_name != "mfa_view_recovery_codes":
        return False
    kept = Authenticator.objects.filter(user=request.user, type=Authenticator.Type.RECOVERY_CODES).first()
    return kept is not None and not kept.wrap().did_view


class KnownIdentitiesOnly(DefaultSocialAccountAdapter):
    """An identity provider lets in whom the district has tied to an account before."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:  # noqa: ANN401 - allauth's own
        """Nobody becomes an account by having an identity somewhere."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:  # noqa: ANN401 - allauth's own
        """Refuse to tie an identity by being signed in already: that is for somebody else who governs accounts."""
        if sociallogin.state.get("process") != "login":
            raise PermissionDenied("nobody ties an identity to their own account")

    def get_requests_session(self) -> Any:  # noqa: ANN401 - of requests
        """A session that follows no redirect: a provider is where its configuration says."""
        session = super().get_requests_session()
        session.max_redirects = 0
        return session


class Signed(OpenIDConnectOAuth2Adapter):
    """Takes an identity token only with a signature that was checked, also where TLS alone would be enough.

    Source: OWASP ASVS 5.0.0, items 6.8.2, 9.1.1 and 9.1.2.
    """

    def _decode_id_token(self, app: Any, id_token: str) -> dict[str, Any]:  # noqa: ANN401 - allauth's own
        try:
            algorithm = jwt.get_unverified_header(id_token).get("alg")
        except jwt.PyJWTError as fault:
            raise OAuth2Error("no identity token") from fault
        if algorithm not in ALGORITHMS:
            raise OAuth2Error("an identity token that is not signed as it has to be")
        found: dict[str, Any] = jwtkit.verify_and_decode(
            credential=id_token, keys_url=self.openid_config["jwks_uri"], issuer=self.openid_config["issuer"],
            audience=app.client_id, lookup_kid=jwtkit.lookup_kid_jwk,
        )  # fmt: skip
        return found


def to_provider(request: HttpRequest, provider_id: str) -> HttpResponse:
    """The way to an identity provider; 404 where there is none of this name."""
    return _answered(OAuth2LoginView, request, provider_id)


def from_provider(request: HttpRequest, provider_id: str) -> HttpResponse:
    """The way back from an identity provider, with its word for who this is."""
    return _answered(OAuth2CallbackView, request, provider_id)


def _answered(view: Any, request: HttpRequest, provider_id: str) -> HttpResponse:  # noqa: ANN401 - allauth's own
    try:
        answer: HttpResponse = view.adapter_view(Signed(request, provider_id))(request)
    except SocialApp.DoesNotExist as fault:
        raise Http404 from fault
    except (RequestException, KeyError, ValueError) as fault:
        raise Missing(
            "WB071 the identity provider does not answer as it should", "try again, or tell your lead"
        ) from fault
    return answer


def meant(request: HttpRequest, credentials: dict[str, str] | None = None) -> str:
    """Whose account somebody tries to get into, for counting attempts: by the address that was typed."""
    given = credentials or {}
    return (given.get("email") or given.get("username") or request.POST.get("login", "")).strip().lower()


def first_link(request: HttpRequest, account: Any) -> str:  # noqa: ANN401 - a row of the store
    """The address at which an account chooses its first password: it works once, and for three days."""
    key = f"{user_pk_to_url_str(account)}-{default_token_generator.make_token(account)}"
    uid, _dash, token = key.partition("-")
    return request.build_absolute_uri(reverse("account_reset_password_from_key", args=[uid, token]))
