"""Reads of named data, and the emergency's hour: break the glass, read the named students, review what others broke."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from gainline.engine.core.errors import GainlineError
from gainline.services import emergency
from gainline.services import reads as service
from gainline.store.words import ReadKind
from gainline.web.gate import actor_of, needs
from gainline.web.pages.governance.views import tabs
from gainline.web.parts import Cell, Column, Table
from gainline.web.parts.said import in_sentences

Row = Any  # a row of the store, or an account
STAMP = "%Y-%m-%d %H:%M:%S"


class GlassForm(forms.Form):
    """Why the glass is broken, for which case, and for whom."""

    reason = forms.CharField(
        label=gettext_lazy("Why it cannot wait"), widget=forms.Textarea(attrs={"rows": 3}),
        min_length=emergency.FEWEST_LETTERS, help_text=gettext_lazy("Without names of students."),
    )  # fmt: skip
    reference = forms.CharField(
        label=gettext_lazy("Number of the case"), max_length=120,
        help_text=gettext_lazy("Of a ticket, a call or a letter, so that others find it."),
    )  # fmt: skip
    students = forms.CharField(
        label=gettext_lazy("Numbers of the students"), widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
        help_text=gettext_lazy("As the roster has them, one a line, ten at most. They are looked up and not kept."),
    )  # fmt: skip


@needs("glass.break")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def break_glass(request: HttpRequest) -> HttpResponse:
    """Break the glass, and see what one broke before."""
    me = actor_of(request)
    form = GlassForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            made = emergency.break_glass(
                by=me, reason=said["reason"], reference=said["reference"], students=said["students"].splitlines()
            )
            return redirect("governance:broken", made.public_id)
        except GainlineError as error:
            form.add_error(None, in_sentences(error))
    labels = (_("When (UTC)"), _("Case"), _("Students"), _("Stands"))
    rows = tuple(map(_own, emergency.own(by=me)))
    context = {"form": form, "table": Table(_("What you broke"), tuple(map(Column, labels)), rows), "has_own": rows}
    return render(
        request, "governance/glass.html", context | {"tabs": tabs(request, "governance:glass")},
        status=422 if form.errors else 200,
    )  # fmt: skip


def _own(one: Row) -> tuple[Cell | str, ...]:
    reviewed = one.reviewed_by is not None
    word = Cell(_("Reviewed"), kind="settled") if reviewed else Cell(_("Waits for review"), kind="watch")
    return (one.opened_at.strftime(STAMP), one.reference, str(len(one.students)), word)


@needs("glass.break")
@require_safe
def broken(request: HttpRequest, glass_id: str) -> HttpResponse:
    """The named students, for the hour, to who broke the glass."""
    me = actor_of(request)
    one = emergency.glass(by=me, public_id=glass_id)
    labels = (_("Given name"), _("Family name"), _("School"), _("Grade"))
    rows = tuple(
        tuple(str(found.row.get(name) or "–") for name in ("given_name", "family_name", "school", "grade"))
        for found in emergency.opened(by=me, glass=one)
    )
    context = {"one": one, "table": Table(_("Named students"), tuple(map(Column, labels)), rows)}
    answer = render(request, "governance/broken.html", context)
    answer["Cache-Control"] = "no-store"  # names of children stay in no browser's cache
    return answer


@needs("audit.read")
@require_http_methods(["GET", "HEAD", "POST"])
def reads(request: HttpRequest) -> HttpResponse:
    """Who saw named data when; broken glass that waits for a review stands above it."""
    me, error = actor_of(request), ""
    if request.method == "POST":
        waiting = {one.public_id: one for one in emergency.unreviewed(by=me)}
        one = waiting.get(request.POST.get("glass", ""))
        try:
            if one is not None:
                emergency.review(by=me, glass=one, found=request.POST.get("found", ""))
            return redirect("governance:reads")
        except GainlineError as fault:
            error = in_sentences(fault)
    asked = request.GET.get("before", "")
    found = service.reads(by=me, before=int(asked) if asked.isdecimal() else None)
    labels = (_("When (UTC)"), _("Who"), _("Where"), _("How many"), _("Which"))
    context = {
        "table": Table(_("Reads of named data"), tuple(map(Column, labels)), tuple(map(_read, found))),
        "is_empty": not found,
        "older": found[-1].pk if len(found) == service.AT_MOST else "",
        "waiting": emergency.unreviewed(by=me),
        "error": error,
        "tabs": tabs(request, "governance:reads"),
    }
    return render(request, "governance/reads.html", context, status=422 if error else 200)


def _read(one: Row) -> tuple[Cell | str, ...]:
    where = Cell(str(ReadKind(one.kind).label), under=one.glass.reference if one.glass else "")
    return (one.at.strftime(STAMP), one.account.name, where, str(len(one.about)), ", ".join(one.about))
