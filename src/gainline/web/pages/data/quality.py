"""Quality: what of the district's files needs a person today."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gainline.engine.core.issues import Issue, Level
from gainline.engine.reports import SourceToday
from gainline.services import quality as desk
from gainline.web.gate import actor_of, needs, standing_of
from gainline.web.pages.data.places import tabs
from gainline.web.pages.data.telling import counted
from gainline.web.parts import Cell, Column, Table
from gainline.web.parts.days import day_words

WAITING = "IN418"  # identities wait; on these pages they are settled, not at the terminal


@dataclass(frozen=True, slots=True)
class Need:
    """The same thing said of one source or of several."""

    issue: Issue
    sources: tuple[str, ...]

    @property
    def is_waiting(self) -> bool:
        """Whether identities wait for somebody to say whose they are."""
        return self.issue.code == WAITING

    @property
    def is_urgent(self) -> bool:
        """Whether figures should not be used before somebody has looked."""
        return self.issue.level is Level.ERROR


def needs_of(issues: Iterable[Issue]) -> list[Need]:
    """What is said of several sources in the same words, said once."""
    same: dict[tuple[str, str], list[Issue]] = {}
    for issue in issues:
        same.setdefault((issue.code, issue.says), []).append(issue)
    return [Need(found[0], tuple(sorted({one.file or "" for one in found}))) for found in same.values()]


@needs("record.read")
@require_http_methods(["GET", "HEAD"])
def quality(request: HttpRequest) -> HttpResponse:
    """What needs a person, then every source."""
    found = desk.quality(by=actor_of(request))
    labels = (_("Source"), _("Latest file"), _("Days since"), _("Usual"), _("Files"), _("Rows"), _("Rejected"))
    columns = tuple(Column(label, is_number=place > 1) for place, label in enumerate(labels))
    table = Table(_("Every source as it stands today"), columns, tuple(map(_row, found.sources)))
    context = {"needs": needs_of(found.issues), "table": table, "is_empty": not found.sources,
               "may_settle": standing_of(request).may("identity.settle")}  # fmt: skip
    return render(request, "data/quality.html", context | {"tabs": tabs(request, "data:quality")})


def _row(one: SourceToday) -> tuple[Cell | str, ...]:
    late = one.silent > one.usual
    since = Cell(counted(one.silent), kind="watch") if late else counted(one.silent)
    numbers = (counted(one.usual), counted(one.files), counted(one.rows), counted(one.rejected))
    return (one.source, day_words(one.last_on), since, *numbers)
