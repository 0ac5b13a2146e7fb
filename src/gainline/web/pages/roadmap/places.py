"""The tabs of the roadmap's pages, and what a job of the roadmap is called."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from gainline.web.gate import standing_of
from gainline.web.parts import Tab

PLACES: tuple[tuple[str, str | Promise], ...] = (
    ("roadmap:time", _("In time")),
    ("roadmap:load", _("People and money")),
    ("roadmap:risks", _("Risks")),
    ("roadmap:changes", _("Changes")),
)
DOCUMENT: tuple[str, str | Promise] = ("roadmap:document", _("Document"))
TITLES: dict[str, str | Promise] = {
    "solve": _("Dates for every step"),
    "explain": _("Why it cannot be kept"),
    "replan": _("The plan made anew"),
    "simulate": _("How it may go"),
}


def tabs(request: HttpRequest, here: str) -> list[Tab]:
    """The neighbors of a page of the roadmap."""
    places = (*PLACES, DOCUMENT) if standing_of(request).may("roadmap.write") else PLACES
    return [Tab(str(label), reverse(name), is_current=name == here) for name, label in places]
