"""Light, dark or as the device says: remembered in a cookie, so that it works without script and before signing in."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

COOKIE = "__Host-look" if settings.SESSION_COOKIE_SECURE else "gainline-look"
LOOKS = ("auto", "light", "dark")
KEPT_SECONDS = 365 * 24 * 3600


def look_of(request: HttpRequest) -> str:
    """What was chosen; ``auto`` follows the device."""
    chosen = request.COOKIES.get(COOKIE, LOOKS[0])
    return chosen if chosen in LOOKS else LOOKS[0]
