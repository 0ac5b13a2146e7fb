"""Profiles: how each vendor's files are read, a first one proposed from a sample, and the district's own edited."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from gainline.engine.core.errors import GainlineError
from gainline.engine.core.issues import Issue
from gainline.engine.intake import Profile
from gainline.services import profiles as desk
from gainline.services.imports import brought, look_again
from gainline.web.gate import actor_of, needs, standing_of
from gainline.web.pages.data.places import tabs
from gainline.web.parts import Cell, Column, Table
from gainline.web.parts.edited import Edited, text_of
from gainline.web.parts.said import in_sentences


@needs("record.read")
@require_http_methods(["GET", "HEAD"])
def profiles(request: HttpRequest) -> HttpResponse:
    """Every kind of file that can be read."""
    found, may_write = desk.profiles(by=actor_of(request)), standing_of(request).may("record.import")
    mine, shipped = [one for one in found if not one.shipped], [one for one in found if one.shipped]
    context = {
        "mine": _table(_("The district's own"), mine, editable=may_write) if mine else None,
        "shipped": _table(_("These come with Gainline"), shipped, editable=False),
        "may_write": may_write,
        "tabs": tabs(request, "data:profiles"),
    }
    return render(request, "data/profiles.html", context)


def _table(caption: str, found: list[Profile], *, editable: bool) -> Table:
    rows = tuple(
        (Cell(one.name, reverse("data:profile", args=[one.key]) if editable else "", under=one.key), str(one.target),
         one.minute or "–")
        for one in found
    )  # fmt: skip
    return Table(caption, (Column(_("Kind of file")), Column(_("Gives")), Column(_("What a minute is"))), rows)


@needs("record.import")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Propose a profile for a sample file, or write one."""
    if request.method == "POST" and "text" in request.POST:
        return _saved(request, request.POST["text"])
    fault, text = None, ""
    if request.method != "POST" and request.GET.get("import"):
        return _for_kept(request)
    if request.method == "POST":
        sample = request.FILES.get("sample")
        try:
            text = desk.propose(by=actor_of(request), sample=sample) if sample else ""
        except GainlineError as error:
            fault = in_sentences(error)
        else:
            fault = None if sample else _("Choose one file.")
    return _editor(request, text, fault=fault)


def _for_kept(request: HttpRequest) -> HttpResponse:
    """The proposal for a file that was sent already: nobody has to send it again."""
    me = actor_of(request)
    one = brought(by=me, public_id=request.GET["import"])
    place = request.GET.get("file", "0")
    files = [str(file["name"]) for file in one.files]
    name = files[int(place)] if place.isdecimal() and int(place) < len(files) else ""
    try:
        text, fault = desk.propose_kept(by=me, brought=one, name=name), None
    except GainlineError as error:
        text, fault = "", in_sentences(error)
    return _editor(request, text, fault=fault, waits=one.public_id)


@needs("record.import")
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """Edit one of the district's own profiles."""
    text = desk.text_of(by=actor_of(request), key=key)
    if request.method == "POST":
        return _saved(request, request.POST.get("text", ""), key=key)
    return _editor(request, text, key=key)


@needs("record.import")
@require_POST
def take_back(request: HttpRequest, key: str) -> HttpResponse:
    """Take back the last saving."""
    stands = desk.take_back(by=actor_of(request), key=key)
    messages.success(request, _("The text before stands again.") if stands else _("The profile is gone."))
    return redirect("data:profiles")


def _saved(request: HttpRequest, text: str, *, key: str = "") -> HttpResponse:
    text, waits = text_of(text), request.POST.get("waits", "")
    me = actor_of(request)
    found = desk.check(by=me, text=text)
    if request.POST.get("do") == "check" or found.key is None:
        return _editor(request, text, key=key, checked=found.issues, waits=waits)
    desk.save(by=me, text=text)
    if waits:
        again = look_again(by=me, seen=brought(by=me, public_id=waits))
        messages.success(request, _("The profile is kept. The files are looked at once more."))
        return redirect("data:import", again.public_id)
    messages.success(request, _("The profile is kept. The next import reads by it."))
    return redirect("data:profiles")


def _editor(
    request: HttpRequest,
    text: str,
    *,
    key: str = "",
    fault: str | None = None,
    checked: tuple[Issue, ...] | None = None,
    waits: str = "",
) -> HttpResponse:
    lines = min(40, max(12, text.count("\n") + 2))
    shown = Edited(text, checked or (), fault or "", is_checked=checked is not None)
    context = {"edited": shown, "key": key, "lines": lines, "waits": waits, "tabs": tabs(request, "data:profiles")}
    return render(request, "data/profile.html", context, status=422 if fault or checked else 200)
