"""Reports: compose a brief, look at it, send it, and read what came back."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later
from django.views.decorators.http import require_http_methods, require_safe

from gainline.engine.core.errors import GainlineError
from gainline.engine.reports.readers import Reader
from gainline.services import cycles, notes, release_desk
from gainline.services import letters as service
from gainline.services.letters import Envelope
from gainline.services.readership import FOR_ALL
from gainline.store.words import RequestKind
from gainline.web.gate import actor_of, needs, standing_of
from gainline.web.parts import Cell, Column, Pages, Table
from gainline.web.parts.days import day_words
from gainline.web.parts.said import in_sentences

SIZE = 20
STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
READERS = [
    (Reader.BOARD.value, later("The board")),
    (Reader.TEACHERS.value, later("Teachers and staff")),
    (Reader.FAMILIES.value, later("Families")),
    (Reader.ANALYST.value, later("Analysts")),
]


class LetterForm(forms.Form):
    """To whom a brief goes, in which voice and language, and which notes travel along."""

    reader = forms.ChoiceField(label=later("For whom"), choices=READERS)
    language = forms.ChoiceField(label=later("Language"), choices=[("en", "English"), ("es", "Español")])
    recipient = forms.CharField(
        label=later("Who gets it"), help_text=later("A group, such as: families of grades 3 to 5."), max_length=300
    )
    notes = forms.MultipleChoiceField(required=False)

    def __init__(self, *args: Any, pinned: list[Any], **kwargs: Any) -> None:  # noqa: ANN401 - Django's own
        super().__init__(*args, **kwargs)
        self.pinned = {one.public_id: one for one in pinned}
        self.fields["notes"].choices = [(key, one.says) for key, one in self.pinned.items()]  # type: ignore[attr-defined]

    def envelope(self, site: str) -> Envelope:
        """What was filled in."""
        said = self.cleaned_data
        along = tuple(self.pinned[key] for key in said["notes"])
        return Envelope(Reader(said["reader"]), said["recipient"], said["language"], along, site)


@needs("district.read")
@require_safe
def reports(request: HttpRequest) -> HttpResponse:
    """What was sent to whom, and how many answered."""
    me, standing = actor_of(request), standing_of(request)
    found = service.sent(by=me)
    asked = request.GET.get("page", "")
    pages = Pages(int(asked) if asked.isdigit() else 1, total=len(found), size=SIZE, query=request.GET.urlencode())
    shown = found[pages.start : pages.start + SIZE]
    ready = [one for one in cycles.cycles(by=me) if one.has_evidence] if standing.may("evidence.read") else []
    context = {"table": _table(shown) if shown else None, "pages": pages, "ready": ready}
    return render(request, "reports/reports.html", context)


@needs("evidence.read")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Compose a brief about a cycle; who may send it out sends it, everybody else looks at it."""
    me = actor_of(request)
    cycle = cycles.cycle(by=me, public_id=request.GET.get("cycle", ""))
    pinned = notes.notes(by=me, cycle=cycle)
    form = LetterForm(request.POST or None, pinned=pinned)
    may_send = standing_of(request).may("release.send", cycle)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(*_asked_or_sent(request, cycle, form.envelope(settings.CSRF_TRUSTED_ORIGINS[0])))
        except GainlineError as error:
            form.add_error(None, in_sentences(error))
    chosen = request.POST.getlist("notes")
    context = {
        "form": form,
        "cycle": cycle,
        "pinned": [(one, one.public_id in chosen) for one in pinned],
        "may_send": may_send,
        "previews": _previews(cycle, service.readers(by=me)),
        "crumbs": [(_("Reports"), reverse("reports:reports")), (_("A new brief"), "")],
    }
    return render(request, "reports/new.html", context, status=422 if form.errors else 200)


def _asked_or_sent(request: HttpRequest, cycle: Any, envelope: Envelope) -> tuple[str, str]:  # noqa: ANN401 - a row
    """Where to go next: to the request that a letter out of the house waits with, or to what was sent to staff."""
    me = actor_of(request)
    if str(envelope.reader) in FOR_ALL:
        asks = service.asks_of(envelope)
        asked = release_desk.ask(by=me, cycle=cycle, kind=RequestKind.LETTER, asks=asks)
        messages.success(request, _("It waits for a second person, who reads it and approves."))
        return "governance:request", asked.public_id
    return "reports:report", service.send(by=me, cycle=cycle, envelope=envelope).public_id


@needs("evidence.read")
@require_safe
def preview(request: HttpRequest, public_id: str) -> HttpResponse:
    """A brief as it would look, by itself, before anything is sent."""
    me = actor_of(request)
    cycle = cycles.cycle(by=me, public_id=public_id)
    asked, language = request.GET.get("for", ""), request.GET.get("in", "en")
    reader = Reader(asked) if asked in {one.value for one in Reader} else Reader.BOARD
    envelope = Envelope(reader, "", language if language in dict(settings.LANGUAGES) else "en")
    return _as_sent(service.preview(by=me, cycle=cycle, envelope=envelope).encode())


@needs("district.read")
@require_safe
def report(request: HttpRequest, public_id: str) -> HttpResponse:
    """One brief that was sent: to whom, by whom, and what came back."""
    me = actor_of(request)
    row = service.release(by=me, public_id=public_id)
    context = {
        "report": row,
        "is_letter": service.has_sheet(by=me, release=row),
        "reader": _reader(row.audience),
        "language": dict(settings.LANGUAGES).get(row.language, row.language),
        "answers": list(row.feedback.select_related("review")) if standing_of(request).may("evidence.read") else None,
        "crumbs": [(_("Reports"), reverse("reports:reports")), (row.recipient, "")],
    }
    return render(request, "reports/report.html", context)


@needs("district.read")
@require_safe
def page(request: HttpRequest, public_id: str) -> HttpResponse:
    """The page exactly as it was sent."""
    me = actor_of(request)
    row = service.release(by=me, public_id=public_id)
    return _as_sent(service.page_of(by=me, release=row))


@needs("district.read")
@require_safe
def sheet(request: HttpRequest, public_id: str) -> HttpResponse:
    """The tagged PDF."""
    me = actor_of(request)
    row = service.release(by=me, public_id=public_id)
    answer = HttpResponse(service.sheet_of(by=me, release=row), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="brief-{row.public_id}.pdf"'
    return answer


def _as_sent(page: bytes) -> HttpResponse:
    """A page of its own with its style inside, which the policy allows by the style's digest and by nothing else."""
    digests = [
        f"'sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}'"
        for style in STYLE.findall(page.decode())
    ]
    answer = HttpResponse(page)
    answer._csp_update = {"style-src": digests}  # type: ignore[attr-defined]
    return answer


def _table(found: list[Any]) -> Table:
    columns = (Column(_("Who got it")), Column(_("For whom")), Column(_("About")), Column(_("Sent")))
    rows = tuple(
        (
            Cell(one.recipient, href=reverse("reports:report", args=[one.public_id])),
            Cell(_reader(one.audience), under=one.language),
            one.cycle.title if one.cycle else "–",
            Cell(day_words(one.released_on), under=str(one.released_by)),
            str(len(one.feedback.all())),
        )
        for one in found
    )
    return Table(_("What was sent"), (*columns, Column(_("Answers"), is_number=True)), rows)


def _reader(audience: str) -> str:
    words = {**dict(READERS), "public": later("Everybody"), "staff": later("Staff")}
    return str(words.get(audience, audience))


def _previews(cycle: Any, readers: list[Reader]) -> list[tuple[str, list[tuple[str, str]]]]:  # noqa: ANN401 - a row
    at = reverse("reports:preview", args=[cycle.public_id])
    return [
        (str(label), [(f"{at}?for={key}&in={code}", name) for code, name in settings.LANGUAGES])
        for key, label in READERS
        if key in readers
    ]
