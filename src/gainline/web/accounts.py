"""Signing in: nobody makes an account for themselves; an identity counts by issuer and subject, never by mail."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest


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
