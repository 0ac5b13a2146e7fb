"""What tools are for in teaching: the district's map, its document, and one tool on it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from gainline.engine.roadmap.pedagogy import Cell as Kind
from gainline.engine.roadmap.pedagogy import Served, TeachingActivity
from gainline.services import teaching as service
from gainline.web.gate import actor_of, needs, standing_of
from gainline.web.parts import Cell, Column, Table
from gainline.web.parts.edited import Edited, edited

KINDS = {Kind.SERVED: "settled", Kind.OVERLAP: "watch", Kind.SHUT_OUT: "risk", Kind.GAP: "unknown"}
BEGIN = """format = "gainline-pedagogy/1"
name = "What we teach with which tool"
activities = ["practice", "assessment"]

[[groups]]
key = "most"
title = "Students with a laptop"

[[standards]]
id = "RL.3.1"
says = "Ask and answer questions about a text."

[[tools]]
key = "the-tools-key"
title = "The tool's name"
groups = ["most"]

[[uses]]
tool = "the-tools-key"
affordance = "short adaptive lessons"
activity = "practice"
standards = ["RL.3.1"]
"""


@needs("district.read")
@require_safe
def teaching(request: HttpRequest) -> HttpResponse:
    """Every standard by every teaching activity: served, doubly served, out of some students' reach, or a gap."""
    mapped = service.whole(by=actor_of(request))
    context = {
        "mapped": mapped,
        "table": _table(mapped) if mapped else None,
        "may_write": standing_of(request).may("tool.write"),
        "crumbs": [(_("Tools"), reverse("tools:tools")), (_("What they are for in teaching"), "")],
    }
    return render(request, "tools/teaching.html", context)


@needs("tool.write")
@require_http_methods(["GET", "HEAD", "POST"])
def document(request: HttpRequest) -> HttpResponse:
    """Write the map, check it by line, and keep it."""
    me = actor_of(request)
    if request.method != "POST":
        return _editor(request, Edited(service.text(by=me) or BEGIN))
    unkept = edited(
        request,
        check=lambda text: service.check(by=me, document=text),
        save=lambda text: service.save(by=me, document=text),
    )
    if unkept is not None:
        return _editor(request, unkept)
    messages.success(request, _("The map is kept."))
    return redirect("tools:teaching")


def activity_word(activity: str) -> str:
    """A teaching activity in words."""
    return {
        TeachingActivity.COLLABORATION: _("Working together"),
        TeachingActivity.INQUIRY: _("Inquiry"),
        TeachingActivity.PRACTICE: _("Practice"),
        TeachingActivity.DIFFERENTIATION: _("Different work for different students"),
        TeachingActivity.ASSESSMENT: _("Assessment"),
    }[TeachingActivity(activity)]


def _table(mapped: service.Mapped) -> Table:
    activities = list(dict.fromkeys(row.activity for row in mapped.rows))
    columns = (Column(_("Standard")), *(Column(activity_word(one)) for one in activities))
    found: dict[str, list[Cell]] = {}
    for row in mapped.rows:
        found.setdefault(row.standard, [Cell(row.standard, under=row.says)]).append(_cell(row))
    return Table(mapped.name, columns, tuple(tuple(cells) for cells in found.values()))


def _cell(row: Served) -> Cell:
    if row.cell is Kind.GAP:
        return Cell(_("no tool"), kind=KINDS[row.cell])
    out = _("out of reach for: %(groups)s") % {"groups": ", ".join(row.without)} if row.without else ""
    return Cell(", ".join(row.tools), kind=KINDS[row.cell], under=out or ", ".join(row.affordances))


def _editor(request: HttpRequest, shown: Edited) -> HttpResponse:
    crumbs = [
        (_("Tools"), reverse("tools:tools")),
        (_("What they are for in teaching"), reverse("tools:teaching")),
        (_("The map's document"), ""),
    ]
    context = {"edited": shown, "crumbs": crumbs}
    return render(request, "tools/teaching_document.html", context, status=422 if shown.fault else 200)
