"""Signing in: nobody makes an account for themselves; an identity counts by issuer and subject, never by mail."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest
from django.urls import reverse


class InvitedOnly(DefaultAccountAdapter):
    """Local accounts are made by the district's leads."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up."""
        return False


class KnownIdentitiesOnly(DefaultSocialAccountAdapter):
    """An identity provider lets in whom the district has linked before."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:  # noqa: ANN401 - allauth's own
        """Nobody becomes an account by having an identity somewhere."""
        return False


def first_link(request: HttpRequest, account: Any) -> str:  # noqa: ANN401 - a row of the store
    """The address at which an account chooses its first password: it works once, and for three days."""
    key = f"{user_pk_to_url_str(account)}-{default_token_generator.make_token(account)}"
    uid, _dash, token = key.partition("-")
    return request.build_absolute_uri(reverse("account_reset_password_from_key", args=[uid, token]))
