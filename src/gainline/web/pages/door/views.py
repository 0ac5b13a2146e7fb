"""Sign in by an identity provider, or as one of the demo's cast where a demo runs."""

from __future__ import annotations

from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from gainline.services import demo_district
from gainline.web import accounts
from gainline.web.gate import open_to_all

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@open_to_all(why="the demo's cast is made up, and the list is empty unless the application runs as a demo")
@require_http_methods(["GET", "HEAD", "POST"])
def demo(request: HttpRequest) -> HttpResponse:
    """The cast, each with a button."""
    cast = demo_district.demo_cast()
    if not cast:
        raise Http404
    if request.method == "POST":
        chosen = next((one for one in cast if one.public_id == request.POST.get("as")), None)
        if chosen is None:
            raise Http404
        login(request, chosen, backend=BACKEND)
        return redirect("week:home")
    return render(request, "door/demo.html", {"cast": cast})


@open_to_all(why="whoever has forgotten a password cannot sign in, and this page only says whom to ask")
@require_http_methods(["GET", "HEAD"])
def forgotten(request: HttpRequest) -> HttpResponse:
    """Who gives a new password: a person, since this site sends no mail."""
    return render(request, "door/forgotten.html")


@open_to_all(why="whoever signs in by the district's identity provider has no session yet")
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Go to an identity provider; a link alone only asks whether one wants to."""
    return accounts.to_provider(request, provider_id)


@open_to_all(why="whoever comes back from the district's identity provider has no session yet")
@require_http_methods(["GET", "HEAD"])
def come_back(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Come back from an identity provider with its word for who one is."""
    return accounts.from_provider(request, provider_id)
