"""Quality: what of the district's files needs a person today."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gainline.engine.reports import SourceToday
from gainline.services import quality as desk
from gainline.web.gate import actor_of, needs
from gainline.web.pages.data.places import tabs
from gainline.web.pages.data.telling import counted
from gainline.web.parts import Cell, Column, Table
from gainline.web.parts.days import day_words


@needs("record.read")
@require_http_methods(["GET", "HEAD"])
def quality(request: HttpRequest) -> HttpResponse:
    """What needs a person, then every source."""
    found = desk.quality(by=actor_of(request))
    labels = (_("Source"), _("Latest file"), _("Days since"), _("Usual"), _("Files"), _("Rows"), _("Rejected"))
    columns = tuple(Column(label, is_number=place > 1) for place, label in enumerate(labels))
    table = Table(_("Every source as it stands today"), columns, tuple(map(_row, found.sources)))
    context = {"issues": found.issues, "table": table, "is_empty": not found.sources}
    return render(request, "data/quality.html", context | {"tabs": tabs(request, "data:quality")})


def _row(one: SourceToday) -> tuple[Cell | str, ...]:
    late = one.silent > one.usual
    since = Cell(counted(one.silent), kind="watch") if late else counted(one.silent)
    numbers = (counted(one.usual), counted(one.files), counted(one.rows), counted(one.rejected))
    return (one.source, day_words(one.last_on), since, *numbers)
