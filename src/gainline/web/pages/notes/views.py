"""Notes: read them all, pin one from any page, take one down."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from gainline.services import cycles, tools
from gainline.services import notes as service
from gainline.web.gate import actor_of, needs, standing_of

FIGURE = 200  # letters


class NoteForm(forms.Form):
    """What a note asks for: its words, and a day or a figure to hang on."""

    says = forms.CharField(max_length=2000)
    on = forms.DateField(required=False)
    figure = forms.CharField(max_length=FIGURE, required=False)
    cycle = forms.CharField(max_length=40, required=False)
    tool = forms.CharField(max_length=40, required=False)


@needs("district.read")
@require_safe
def notes(request: HttpRequest) -> HttpResponse:
    """Every note of the district, by day."""
    me = actor_of(request)
    crumbs = [(_("Library"), reverse("library:library")), (_("Notes"), "")]
    context = {"notes": service.notes(by=me), "may_pin": standing_of(request).may("note.write"), "crumbs": crumbs}
    return render(request, "notes/notes.html", context)


@needs("note.write")
@require_http_methods(["GET", "HEAD", "POST"])
def pin(request: HttpRequest) -> HttpResponse:
    """Pin a note, then go back to where it hangs; asked for without one, show what it takes."""
    me = actor_of(request)
    if request.method != "POST":
        return _blank(request)
    form = NoteForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Write the note, and give it a day."))
        return redirect(_back(request))
    said = form.cleaned_data
    service.pin(by=me, says=said["says"], on=said["on"], figure=said["figure"], **_about(request.POST, me))
    messages.success(request, _("The note is pinned. It travels with its day and figure."))
    return redirect(_back(request))


@needs("note.write")
@require_http_methods(["GET", "HEAD", "POST"])
def drop(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take a note down, after asking."""
    me = actor_of(request)
    note = service.note(by=me, public_id=public_id)
    if request.method == "POST":
        service.unpin(by=me, note=note)
        messages.success(request, _("The note is down."))
        return redirect(_back(request))
    words = {"title": _("Take this note down?"), "verb": _("Take it down"), "says": note.says}
    where = {"action": request.get_full_path(), "back": _back(request), "kind": "risk", "locked": ""}
    return render(request, "confirm.html", words | where)


def _blank(request: HttpRequest) -> HttpResponse:
    """The page of a note to come, with what it will hang on."""
    back, figure = _back(request), request.GET.get("figure", "")[:FIGURE]
    sentence = _("It hangs on a chart and goes with it wherever the chart goes.") if figure else ""
    context: dict[str, Any] = {
        "figure": figure,
        "back": back,
        "sentence": sentence,
        "day_needed": "" if figure else "yes",
    }
    context["crumbs"] = [(_("Back to where it hangs"), back), (_("Pin a note"), "")]
    return render(request, "notes/new.html", context | _about(request.GET, actor_of(request)))


def _about(said: Mapping[str, Any], me: Any) -> dict[str, Any]:  # noqa: ANN401 - an account
    """The cycle or the tool that a note is about, where one is named."""
    about: dict[str, Any] = {}
    if said.get("cycle"):
        about["cycle"] = cycles.cycle(by=me, public_id=said["cycle"])
    if said.get("tool"):
        about["tool"] = tools.tool(by=me, public_id=said["tool"])
    return about


def _back(request: HttpRequest) -> str:
    """Where the reader came from, if that is a page of ours."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(asked, allowed_hosts={request.get_host()})
    return asked if is_ours else reverse("notes:notes")
