"""Sessions: they end after half an hour of silence and after half a day in any case, and leave a line in the log."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from django.conf import settings
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from gainline.services.sessions import BEGAN, BROWSER, SEEN
from gainline.web.browsers import browser_of

LOG = logging.getLogger("gainline.sessions")
NOTED_EVERY = 60  # seconds: or every request would write to the database


class Lasting:
    """Ends a session that was silent or lasted too long; who comes back signs in again and gets to the same page.

    Source: OWASP ASVS 5.0.0, items 7.3.1 and 7.3.2; NIST SP 800-63B, section 4.2.3 (30 minutes, 12 hours).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer, or the way to the door."""
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
            return self.get_response(request)
        now = int(time.time())
        if self._has_ended(request, now):
            LOG.info("a session ended by time", extra=_about(request.user))
            logout(request)
            back = request.get_full_path() if request.method == "GET" else "/"
            return HttpResponseRedirect(f"/{settings.LOGIN_URL_PATH}?next={quote(back)}")
        if now - request.session.get(SEEN, 0) >= NOTED_EVERY:
            request.session[SEEN] = now
        return self.get_response(request)

    @staticmethod
    def _has_ended(request: HttpRequest, now: int) -> bool:
        began = request.session.setdefault(BEGAN, now)
        silent = now - request.session.get(SEEN, began)
        return bool(silent > settings.GAINLINE_IDLE_SECONDS or now - began > settings.SESSION_COOKIE_AGE)


def _about(account: Any) -> dict[str, object]:  # noqa: ANN401 - an account, or nobody
    known = getattr(account, "public_id", None)
    return {"account": known, "district": getattr(account, "district_id", None)} if known else {}


@receiver(user_logged_in)
def _began(request: HttpRequest | None, user: Any, **_: object) -> None:  # noqa: ANN401 - Django's own
    LOG.info("signed in", extra=_about(user))
    if request is not None and hasattr(request, "session"):
        request.session[BEGAN] = request.session[SEEN] = int(time.time())
        request.session[BROWSER] = browser_of(request.headers.get("User-Agent", ""))


@receiver(user_logged_out)
def _left(user: Any, **_: object) -> None:  # noqa: ANN401
    LOG.info("signed out", extra=_about(user))


@receiver(user_login_failed)
def _failed(**_: object) -> None:
    LOG.warning("a sign-in failed")  # who was meant is not said: people type passwords into the wrong field


@receiver((authenticator_added, authenticator_removed, authenticator_reset))
def _factor_changed(request: HttpRequest, user: Any, **_: object) -> None:  # noqa: ANN401
    """End every other session of an account whose second factor changed; this one goes on."""
    LOG.warning("a second factor changed", extra=_about(user))
    user.end_sessions()
    if request.user.is_authenticated and request.user.pk == user.pk:
        update_session_auth_hash(request, user)
