"""Every part in every state, with made-up words of the field; nothing here touches a record."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from gainline.web.gate import open_to_all
from gainline.web.pages.parts import samples
from gainline.web.pages.parts.forms import AimForm
from gainline.web.parts.frame import destinations

View = Callable[[HttpRequest], HttpResponse]


def _in_the_demo(view: View) -> View:
    """404 elsewhere: a district's site has no pages that are about itself."""

    @wraps(view)
    def shown(request: HttpRequest) -> HttpResponse:
        if not settings.GAINLINE_IS_DEMO:
            raise Http404
        return view(request)

    return shown


@open_to_all(why="the style guide shows no record, and stands in the demo only")
@require_safe
@_in_the_demo
def guide(request: HttpRequest) -> HttpResponse:
    """All parts on one page."""
    shown = {"destinations": destinations("/cycles/", whole=True), "form": AimForm(), **samples.all_samples()}
    return render(request, "parts/guide.html", shown)


@open_to_all(why="the style guide's form; nothing is saved, and it stands in the demo only")
@require_http_methods(["GET", "HEAD", "POST"])
@_in_the_demo
def form(request: HttpRequest) -> HttpResponse:
    """A form that comes back with its faults, as every form of the site does."""
    made = AimForm(request.POST or None)
    return render(request, "parts/form.html", {"form": made}, status=422 if made.is_bound and made.errors else 200)


@open_to_all(why="the style guide's question; nothing happens, and it stands in the demo only")
@require_http_methods(["GET", "HEAD", "POST"])
@_in_the_demo
def confirm(request: HttpRequest) -> HttpResponse:
    """What a dialog asks, as a page of its own: the way without script."""
    if request.method == "POST":
        return redirect("parts:guide")
    return render(
        request,
        "confirm.html",
        {
            "title": "Register this plan?",
            "action": request.path,
            "verb": "Register the plan",
            "locked": samples.LOCKED,
            "back": "/parts/",
            "says": "After this the plan can be amended in public, never changed in silence.",
        },
    )


@open_to_all(why="the style guide's print sheet shows no record, and stands in the demo only")
@require_safe
@_in_the_demo
def sheet(request: HttpRequest) -> HttpResponse:
    """One sheet for a board's folder."""
    return render(request, "parts/sheet.html", samples.all_samples())
