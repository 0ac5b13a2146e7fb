"""Second factors: asked of every account whose grants reach records of people, and sealed where they lie."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.utils import is_mfa_enabled
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import mark_safe

from gainline.services.permissions import Standing, permitted_anywhere

REQUIRED, PROVIDER, OFF = "required", "provider", "off"
NEAR_PEOPLE = frozenset(
    {"record.import", "record.read", "identity.settle", "cycle.draw", "people.write", "audit.read", "token.issue"}
)
"""Permissions that show or move records of people, or decide who may: whoever holds one needs two factors."""
STRONG = "gainline_strong"  # in the session: this was asked and answered
SALT = b"gainline.second-factor:"


def owed(request: HttpRequest, standing: Standing) -> str | None:
    """Where an account has to go first: to a password of its own, or to a second factor; None when it owes nothing."""
    account: Any = request.user
    if account.is_password_first:
        return reverse("account_change_password")
    if settings.GAINLINE_MFA == OFF or request.session.get(STRONG) or not NEAR_PEOPLE & permitted_anywhere(standing):
        return None
    if is_mfa_enabled(account) or _by_provider(request):
        request.session[STRONG] = True  # a factor that is taken away ends the session with it
        return None
    return reverse("mfa_activate_totp")


def _by_provider(request: HttpRequest) -> bool:
    """Whether the identity provider vouches, where the district leaves the second factor to it."""
    records = get_authentication_records(request, request.user)
    return settings.GAINLINE_MFA == PROVIDER and any(one.get("method") == "socialaccount" for one in records)


class Sealed(DefaultMFAAdapter):
    """Keeps the seeds of second factors encrypted under the site's key, so that a stolen database opens no account."""

    def encrypt(self, text: str) -> str:
        """A seed as it is stored: AES-CBC with HMAC-SHA256 (Fernet) under a key made from the site's."""
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """A seed as it is used; sealed under the current key or an earlier one."""
        return _box().decrypt(encrypted_text.encode()).decode()

    def build_totp_svg(self, url: str) -> str:
        """The code to scan as SVG inside the page, on white in either light; the secret stands beside it as text."""
        drawn = super().build_totp_svg(url)
        drawn = drawn[drawn.index("<svg") :]
        head, _, rest = drawn.partition(">")
        return mark_safe(f'{head} aria-hidden="true"><rect width="100%" height="100%" fill="#fff"/>{rest}')  # noqa: S308 - ours


def _box() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = (hashlib.sha256(SALT + key.encode()).digest() for key in keys)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
