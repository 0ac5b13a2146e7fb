"""One's own account: roles, training, second factor, and the browsers that are signed in."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from gainline.services import identities, sessions, tokens, training
from gainline.web.gate import actor_of, needs


@needs("district.read")
@require_http_methods(["GET", "HEAD"])
def me(request: HttpRequest) -> HttpResponse:
    """What one holds, how one gets in, and where one is signed in."""
    who = actor_of(request)
    here = request.session.session_key or ""
    shown: dict[str, Any] = {
        "sessions": sessions.own_sessions(by=who, here=here),
        "held": tokens.own_grants(by=who),
        "training": training.own(by=who),
        "ways": identities.own_ways_in(by=who),
    }
    return render(request, "me/me.html", shown)


@needs("district.read")
@require_POST
def end(request: HttpRequest, public_id: str) -> HttpResponse:
    """End one session; it signs in again if it was one's own after all."""
    sessions.end_own_session(by=actor_of(request), public_id=public_id)
    messages.success(request, _("That session has ended. Whoever uses that browser has to sign in again."))
    return redirect("me:me")
