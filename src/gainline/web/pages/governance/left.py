"""What left the house on a page: briefs, files of rows and what went out at the terminal, in one list."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from gainline.engine.privacy.purposes import PURPOSES
from gainline.road.left import Kind
from gainline.services import leaving
from gainline.web.gate import actor_of, needs
from gainline.web.pages.governance.views import tabs
from gainline.web.parts import Cell, Column, Pages, Table
from gainline.web.parts.days import day_words
from gainline.web.parts.papers import language

SIZE = 50
AUDIENCES = {
    "public": gettext_lazy("Everybody"), "staff": gettext_lazy("Staff"), "analyst": gettext_lazy("Analysts"),
    "board": gettext_lazy("The board"), "teachers": gettext_lazy("Teachers and staff"),
    "families": gettext_lazy("Families"),
}  # fmt: skip
KINDS = {
    Kind.ROSTER: gettext_lazy("The roster"),
    Kind.ROWS: gettext_lazy("Rows of students"),
    Kind.COUNTS: gettext_lazy("Counts of small groups"),
    Kind.TABLES: gettext_lazy("Tables of a result"),
    Kind.STUDY: gettext_lazy("A result as an Ed-Fi study"),
    Kind.NOISY: gettext_lazy("Counts with noise"),
    Kind.BUNDLE: gettext_lazy("An evidence bundle"),
    Kind.OTHER: gettext_lazy("Something else"),
}


@needs("district.read")
@require_safe
def releases(request: HttpRequest) -> HttpResponse:
    """What left the house, the latest first, in pages or whole for printing."""
    found = leaving.record(by=actor_of(request))
    is_whole = request.GET.get("all") == "yes"
    asked = request.GET.get("page", "1")
    size = max(SIZE, len(found)) if is_whole else SIZE
    pages = Pages(int(asked) if asked.isdecimal() else 1, len(found), size, request.GET.urlencode())
    shown = found[pages.start : pages.start + size]
    labels = (_("What"), _("For"), _("Sent to"), _("When"), _("Where"), _("Digest"))
    table = Table(_("What left the house"), tuple(map(Column, labels)), tuple(map(_told, shown)))
    context = {"table": table, "pages": pages, "is_empty": not found, "tabs": tabs(request, "governance:releases")}
    return render(request, "governance/releases.html", context)


def _told(one: leaving.Line) -> tuple[Cell | str, ...]:
    where = Cell(_("At the terminal")) if one.at_terminal else Cell(_("On the site"), under=_by(one.what))
    purposes = {str(key): record.name[language()] for key, record in PURPOSES.items()}
    for_whom = purposes.get(one.purpose, one.purpose) or str(AUDIENCES.get(one.audience, one.audience))
    return (_what(one), for_whom or "–", one.recipient or "–", day_words(one.on), where, _digest(one.what))


def _what(one: leaving.Line) -> Cell:
    """What left, with the way to the cycle that it tells of or the agreement that it left under."""
    href = name = ""
    if one.cycle is not None:
        href, name = reverse("cycles:cycle", args=[one.cycle.public_id]), one.cycle.title
    elif one.agreement is not None:
        href, name = reverse("governance:agreement", args=[one.agreement.public_id]), one.agreement.tool.name
    return Cell(_kind(one.what), href, under=name or one.named)


def _kind(what: Any) -> str:  # noqa: ANN401 - a row of the store, or a kind
    if isinstance(what, Kind):
        return str(KINDS[what])
    return _("File of rows") if hasattr(what, "handed_by") else _("Brief")


def _by(what: Any) -> str:  # noqa: ANN401 - a row of the store
    return str((what.handed_by if hasattr(what, "handed_by") else what.released_by).name)


def _digest(what: Any) -> Cell | str:  # noqa: ANN401 - a row of the store, or a kind
    if isinstance(what, Kind):
        return "–"
    answers = len(what.feedback.all()) if hasattr(what, "feedback") else 0
    return Cell(what.sha256[:12], under=_("Answers: %(n)d") % {"n": answers} if answers else "")
