"""The roadmap's document: begun from templates, edited with issues by line, and brought back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from gainline.engine.core.errors import GainlineError
from gainline.engine.core.issues import Issue
from gainline.services import roadmaps as desk
from gainline.web.gate import actor_of, needs
from gainline.web.pages.roadmap.places import tabs
from gainline.web.parts.said import in_sentences

MOST_ISSUES = 60


@needs("roadmap.write")
@require_http_methods(["GET", "HEAD", "POST"])
def document(request: HttpRequest) -> HttpResponse:
    """Edit, upload, check and keep the document."""
    me = actor_of(request)
    if request.method != "POST":
        return _editor(request, desk.text(by=me))
    sent = request.FILES.get("file")
    text = _text_of(sent.read(desk.LONGEST + 1)) if sent else request.POST.get("text", "").replace("\r\n", "\n")
    if text is None:
        return _editor(request, "", fault=_("This file is no text in UTF-8."))
    issues = desk.check(by=me, document=text)
    if sent or request.POST.get("do") == "check":
        return _editor(request, text, issues=issues, is_checked=True)
    try:
        desk.save(by=me, document=text)
    except GainlineError as error:
        return _editor(request, text, issues=issues, fault=in_sentences(error))
    messages.success(request, _("The document is kept. Find dates for it next."))
    return redirect("roadmap:time")


def _text_of(body: bytes) -> str | None:
    try:
        return body.decode("utf-8-sig").replace("\r\n", "\n")
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
        return _editor(request, "", fault=in_sentences(error))
    return _editor(request, text, issues=desk.check(by=me, document=text), is_checked=True)


@needs("roadmap.write")
@require_POST
def take_back(request: HttpRequest) -> HttpResponse:
    """Bring the document before the last saving back."""
    desk.take_back(by=actor_of(request))
    messages.success(request, _("The document before stands again."))
    return redirect("roadmap:document")


def _editor(
    request: HttpRequest,
    text: str,
    *,
    issues: list[Issue] | None = None,
    fault: str = "",
    is_checked: bool = False,
) -> HttpResponse:
    me, found = actor_of(request), issues or []
    context = {
        "text": text,
        "issues": found[:MOST_ISSUES],
        "more": max(0, len(found) - MOST_ISSUES),
        "fault": fault,
        "is_checked": is_checked,
        "templates": desk.templates(by=me),
        "can_take_back": desk.can_take_back(by=me),
        "tabs": tabs(request, "roadmap:document"),
        "lines": 32 if text else 8,
    }
    return render(request, "roadmap/document.html", context, status=422 if fault else 200)
