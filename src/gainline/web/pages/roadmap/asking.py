"""Asking something of the roadmap, and what came of it."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from gainline.services import roadmaps as desk
from gainline.store.words import JobState
from gainline.web.gate import actor_of, needs
from gainline.web.pages.roadmap import telling
from gainline.web.pages.roadmap.places import TITLES, tabs

OVER = frozenset({JobState.DONE, JobState.REFUSED, JobState.FAILED})
HOME = {"solve": "roadmap:time", "replan": "roadmap:changes", "simulate": "roadmap:risks", "explain": "roadmap:changes"}


@needs("roadmap.write")
@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """Begin a job of the roadmap."""
    does, decision = request.POST.get("does", ""), request.POST.get("decision", "")
    begun = desk.ask(by=actor_of(request), does=does, as_of=_day(request.POST.get("as_of", "")), decision=decision)
    return redirect("roadmap:job", begun.public_id)


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:  # a day such as February 30
        return None


@needs("district.read")
@require_http_methods(["GET", "HEAD"])
def job(request: HttpRequest, public_id: str) -> HttpResponse:
    """How far it is, and what was found."""
    one = desk.asked(by=actor_of(request), public_id=public_id)
    does, is_over = one.words["does"], one.state in OVER
    context = {
        "job": one,
        "title": TITLES[does],
        "does": does,
        "is_over": is_over,
        "is_done": one.state == JobState.DONE,
        "found": telling.found(_("What was found"), one.result.get("rows", [])),
        "risks": telling.found(_("Risks, the costliest first"), one.result.get("risks", [])),
        "home": HOME[does],
        "tabs": tabs(request, HOME[does]),
    }
    part = "roadmap/progress.html" if request.htmx and not is_over else "roadmap/job.html"  # type: ignore[attr-defined]
    answer = render(request, part, context)
    if request.htmx and is_over:  # type: ignore[attr-defined]  # set by django-htmx
        answer["HX-Refresh"] = "true"
    return answer
