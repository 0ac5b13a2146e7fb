"""The roadmap looked at: in time, by load and money, by risk, and what moved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from gainline.engine.core.issues import has_errors
from gainline.services import roadmaps as desk
from gainline.services.roadmaps import Seen
from gainline.store.words import JobState
from gainline.web.gate import actor_of, needs, standing_of
from gainline.web.pages.roadmap import telling
from gainline.web.pages.roadmap.places import tabs

MOST_ROWS = 60


@dataclass(frozen=True, slots=True)
class Drawn:
    """A drawing in its widths, with the finding above it."""

    title: str
    drawings: tuple[tuple[str, str], ...]


def _frame(request: HttpRequest, here: str, now: Seen) -> dict[str, Any]:
    """What every page of the roadmap says: whether there is a plan, and what stands in its way."""
    may_write = standing_of(request).may("roadmap.write")
    return {
        "now": now,
        "has_document": now.roadmap is not None or bool(now.issues),
        "has_errors": has_errors(now.issues),
        "may_write": may_write,
        "tabs": tabs(request, here),
        "here": reverse(here),
    }


def _drawn(part: Any, *names: str) -> Drawn:  # noqa: ANN401 - the engine's part of a page
    return Drawn(part.title, tuple((name, telling.drawn(svg)) for name, svg in part.drawings if name in names))


@needs("district.read")
@require_http_methods(["GET", "HEAD"])
def time(request: HttpRequest) -> HttpResponse:
    """By phase and school, with what drives the end and what waits for what."""
    me = actor_of(request)
    now, parts = desk.seen(by=me), desk.parts(by=me)
    context = _frame(request, "roadmap:time", now)
    if parts is not None:
        names = {one.key: one.title or one.key for one in now.roadmap.schools} if now.roadmap else {}
        context |= {
            "parts": parts,
            "lanes": _drawn(parts["lanes"], "wide", "narrow"),
            "lane_table": telling.lanes(parts["lane_rows"]),
            "schools": _drawn(parts["schools"], "wide", "narrow") if parts["school_rows"] else None,
            "school_table": telling.schools(parts["school_rows"], parts["day"]),
            "web": telling.drawn(parts["web"]["svg"]),
            "wait_table": telling.waits(parts["web"]["rows"]),
            "chain": [(one, parts["span"](one.dates.start, one.dates.finish), names.get(one.activity.school))
                      for one in parts["chain"]["steps"]],
        }  # fmt: skip
    elif now.roadmap is not None:
        context["initiatives"] = telling.initiatives(now.roadmap)
    return render(request, "roadmap/time.html", context)


@needs("district.read")
@require_http_methods(["GET", "HEAD"])
def load(request: HttpRequest) -> HttpResponse:
    """Who carries how much, what is spent, and the training in the plan."""
    me = actor_of(request)
    now, parts = desk.seen(by=me), desk.parts(by=me)
    context = _frame(request, "roadmap:load", now)
    if parts is not None:
        training = telling.lanes(parts["lane_rows"], only=telling.TRAINING)
        context |= {
            "parts": parts,
            "charts": [(name, telling.drawn(svg)) for name, svg in parts["load"]["charts"]],
            "owner_table": telling.owners(parts["load"]["owners"], parts["day"]),
            "money_table": telling.spent(parts["money"]["rows"]),
            "training_table": training if training.rows else None,
        }
    return render(request, "roadmap/load.html", context)


@needs("district.read")
@require_http_methods(["GET", "HEAD"])
def risks(request: HttpRequest) -> HttpResponse:
    """What may go wrong, and what came of letting chance run over the plan."""
    me = actor_of(request)
    now, job = desk.seen(by=me), desk.latest(by=me, does="simulate")
    context = _frame(request, "roadmap:risks", now) | {"job": job}
    if now.roadmap is not None:
        context["driver_table"] = telling.drivers(now.roadmap) if now.roadmap.uncertainty.drivers else None
    if job is not None and job.state == JobState.DONE:
        context["says"] = job.result["says"]
        context["figure_table"] = telling.found("", job.result["rows"])
        context["risk_table"] = telling.found("", job.result["risks"])
    return render(request, "roadmap/risks.html", context)


@needs("district.read")
@require_http_methods(["GET", "HEAD"])
def changes(request: HttpRequest) -> HttpResponse:
    """What moved since the plan before, and making the plan anew from a day on."""
    me = actor_of(request)
    now, parts = desk.seen(by=me), desk.parts(by=me)
    context = _frame(request, "roadmap:changes", now)
    review = parts["review"] if parts else None
    if now.roadmap is not None:
        choices = [(f"{one.key}={verdict}", f"{one.title}: {verdict}")
                   for one in now.roadmap.initiatives for verdict in ("stop", "adapt")]  # fmt: skip
        context |= {"choices": [("", "–"), *choices]}
    context |= {
        "review": review,
        "moved": telling.moved(review["rows"]) if review and review["rows"] else None,
        "jobs": _jobs(lambda does: desk.latest(by=me, does=does)),
    }
    return render(request, "roadmap/changes.html", context)


def _jobs(latest: Callable[[str], Any]) -> list[Any]:
    return [job for does in ("solve", "replan", "explain") if (job := latest(does)) is not None]
