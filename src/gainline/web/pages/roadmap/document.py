"""The roadmap's document: begun from templates, edited with issues by line, and brought back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from gainline.engine.core.errors import GainlineError
from gainline.services import roadmaps as desk
from gainline.web.gate import actor_of, needs
from gainline.web.pages.roadmap.places import tabs
from gainline.web.parts.edited import Edited, edited, text_of
from gainline.web.parts.said import in_sentences


@needs("roadmap.write")
@require_http_methods(["GET", "HEAD", "POST"])
def document(request: HttpRequest) -> HttpResponse:
    """Edit, upload, check and keep the document."""
    me = actor_of(request)
    if request.method != "POST":
        return _editor(request, Edited(desk.text(by=me)))
    if sent := request.FILES.get("file"):
        text = _decoded(sent.read(desk.LONGEST + 1))
        return _editor(request, _unread() if text is None else _checked(me, text))
    unkept = edited(
        request,
        check=lambda text: desk.check(by=me, document=text),
        save=lambda text: desk.save(by=me, document=text),
    )
    if unkept is not None:
        return _editor(request, unkept)
    messages.success(request, _("The document is kept. Find dates for it next."))
    return redirect("roadmap:time")


def _unread() -> Edited:
    return Edited("", fault=_("This file is no text in UTF-8."))


def _checked(me: Any, text: str) -> Edited:  # noqa: ANN401 - an account
    return Edited(text, desk.check(by=me, document=text), is_checked=True)


def _decoded(body: bytes) -> str | None:
    try:
        return text_of(body.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return None


@needs("roadmap.write")
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """A first text out of templates; nothing is kept yet."""
    me = actor_of(request)
    try:
        text = desk.drafted(by=me, keys=request.POST.getlist("template"))
    except GainlineError as error:
        return _editor(request, Edited("", fault=in_sentences(error)))
    return _editor(request, _checked(me, text))


@needs("roadmap.write")
@require_POST
def take_back(request: HttpRequest) -> HttpResponse:
    """Bring the document before the last saving back."""
    desk.take_back(by=actor_of(request))
    messages.success(request, _("The document before stands again."))
    return redirect("roadmap:document")


def _editor(request: HttpRequest, shown: Edited) -> HttpResponse:
    me = actor_of(request)
    context = {
        "edited": shown,
        "templates": desk.templates(by=me),
        "can_take_back": desk.can_take_back(by=me),
        "tabs": tabs(request, "roadmap:document"),
        "lines": 32 if shown.text else 8,
    }
    return render(request, "roadmap/document.html", context, status=422 if shown.fault else 200)
