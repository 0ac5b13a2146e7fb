"""How the pages look and which language they speak, kept in cookies of this browser."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from gainline.web.gate import open_to_all
from gainline.web.parts.look import COOKIE, KEPT_SECONDS, LOOKS


@open_to_all(why="a choice of colors, kept in the visitor's own browser")
@require_POST
def choose_look(request: HttpRequest) -> HttpResponse:
    """Keep light, dark or as the device says, and go back to where the visitor was."""
    chosen = request.POST.get("look", "")
    return _kept(request, COOKIE, chosen if chosen in LOOKS else LOOKS[0])


@open_to_all(why="a choice of language, kept in the visitor's own browser")
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Keep a language, and go back to where the visitor was."""
    chosen = request.POST.get("language", "")
    known = chosen in dict(settings.LANGUAGES)
    return _kept(request, settings.LANGUAGE_COOKIE_NAME, chosen if known else settings.LANGUAGE_CODE)


def _kept(request: HttpRequest, cookie: str, value: str) -> HttpResponse:
    """The way back, with the choice; an address of somebody else's site leads home instead."""
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = "/"
    answer = HttpResponseRedirect(back)
    answer.set_cookie(cookie, value, max_age=KEPT_SECONDS, samesite="Lax", httponly=True, secure=request.is_secure())
    return answer
