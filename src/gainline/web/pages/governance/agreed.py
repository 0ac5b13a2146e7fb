"""One agreement on a page: what it allows, what was handed over under it, and its end, line by line."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gainline.engine.core.errors import GainlineError
from gainline.engine.privacy.purposes import PURPOSES, Purpose
from gainline.services import agreements, clock, handovers, openly
from gainline.store.words import ExitStep
from gainline.web.gate import actor_of, needs, standing_of
from gainline.web.pages.governance.views import elements_of, purposes_of, stands
from gainline.web.parts import Cell, Column, Table
from gainline.web.parts.days import day_words
from gainline.web.parts.papers import as_file, language, shown
from gainline.web.parts.said import in_sentences


class ProofForm(forms.Form):
    """Which line of an exit checklist is done, and what proves it."""

    step = forms.ChoiceField(label=gettext_lazy("What is done"), choices=ExitStep.choices)
    proof = forms.CharField(
        label=gettext_lazy("What proves it"),
        help_text=gettext_lazy("Such as: letter of August 3, in the records office. Name no student."),
        max_length=500,
    )


@needs("district.read")
@require_safe
def agreement(request: HttpRequest, agreement_id: str) -> HttpResponse:
    """What an agreement allows, what left under it, and how its end is proven."""
    me, may = actor_of(request), standing_of(request).may
    row = agreements.agreement(by=me, public_id=agreement_id)
    whole, day = agreements.whole(by=me, agreement=row), clock.today(me.district)
    to_destroy = handovers.to_destroy(by=me, agreement=row)
    holds = () if whole.destruction else handovers.holds_on(by=me, agreement=row)
    gone = {one.handover for one in to_destroy}
    own = {str(key) for key in PURPOSES} & set(row.purposes)
    is_running = (row.starts or row.signed_on) <= day <= row.ends and whole.destruction is None
    context = {
        "row": row,
        "whole": whole,
        "stands": Cell(_("Kept by a legal hold"), kind="watch") if holds and row.ends < day else stands(row, day),
        "holds": holds,
        "terms": _terms(row),
        "elements": elements_of(row),
        "handed": _handed(whole) if whole.handovers else None,
        "files": [one for one in whole.handovers if one.public_id not in gone]
        if is_running and may("release.send", row)
        else (),
        "steps": whole.exit,
        "offers": [(key, PURPOSES[Purpose(key)].name[language()]) for key in row.purposes if key in own],
        "may_hand_over": is_running and may("release.send", row),
        "may_prove": may("agreement.write", row) and any(line.proof is None for line in whole.exit),
        "may_destroy": may("agreement.write", row) and row.ends < day and not (whole.destruction or holds),
        "form": _proof_form(whole),
        "to_destroy": to_destroy,
        "may_write": may("agreement.write", row),
        "crumbs": [*_crumbs(), (row.tool.name, "")],
    }
    return render(request, "governance/agreement.html", context)


@needs("district.read")
@require_safe
def exhibit(request: HttpRequest, agreement_id: str) -> HttpResponse:
    """Exhibit B of an agreement, to read or as a file."""
    me = actor_of(request)
    row = agreements.agreement(by=me, public_id=agreement_id)
    paper = openly.exhibit(by=me, agreement=row, language=language())
    if given := as_file(paper, request.GET.get("as", ""), name="exhibit-b"):
        return given
    crumbs = [*_crumbs(), (row.tool.name, reverse("governance:agreement", args=[agreement_id])), (_("Exhibit B"), "")]
    return render(request, "governance/paper.html", {"paper": paper, "parts": shown(paper), "crumbs": crumbs})


@needs("release.send")
@require_POST
def hand_over(request: HttpRequest, agreement_id: str) -> HttpResponse:
    """Make the file of what the agreement allows for a purpose, with one entry a student."""
    me = actor_of(request)
    row = agreements.agreement(by=me, public_id=agreement_id)
    asked = request.POST.get("purpose", "")
    if asked not in set(Purpose):
        messages.error(request, _("Choose one of the agreement's purposes."))
        return _to(agreement_id)
    try:
        made = handovers.hand_over(by=me, agreement=row, purpose=Purpose(asked))
    except GainlineError as error:
        messages.error(request, in_sentences(error))
    else:
        messages.success(
            request, _("The file is ready, and %(n)s students have an entry.") % {"n": number_format(made.students)}
        )
    return _to(agreement_id)


@needs("release.send")
@require_POST
def file(request: HttpRequest, handover_id: str) -> HttpResponse:
    """The file of a handover; that it was taken stands in the audit trail."""
    me = actor_of(request)
    content = handovers.fetch(by=me, handover=handovers.handover(by=me, public_id=handover_id))
    answer = HttpResponse(content, content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="{handover_id}.zip"'
    answer["Cache-Control"] = "no-store"
    return answer


@needs("agreement.write")
@require_POST
def prove(request: HttpRequest, agreement_id: str) -> HttpResponse:
    """Say that a line of the exit checklist is done."""
    me = actor_of(request)
    row = agreements.agreement(by=me, public_id=agreement_id)
    form = ProofForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say which line is done, and what proves it."))
        return _to(agreement_id)
    try:
        step = ExitStep(form.cleaned_data["step"])
        agreements.prove(by=me, agreement=row, step=step, proof=form.cleaned_data["proof"])
    except GainlineError as error:
        messages.error(request, in_sentences(error))
    return _to(agreement_id)


@needs("agreement.write")
@require_POST
def proven(request: HttpRequest, handover_id: str) -> HttpResponse:
    """Enter what proves that a recipient destroyed a file after an erasure."""
    me = actor_of(request)
    row = handovers.handover(by=me, public_id=handover_id)
    try:
        handovers.prove_destroyed(by=me, handover=row, proof=request.POST.get("proof", ""))
    except GainlineError as error:
        messages.error(request, in_sentences(error))
    return _to(row.agreement.public_id)


@needs("agreement.write")
@require_http_methods(["GET", "HEAD", "POST"])
def destroy(request: HttpRequest, agreement_id: str) -> HttpResponse:
    """Destroy our copies of what was handed over, after asking; the certificate stays."""
    me = actor_of(request)
    row = agreements.agreement(by=me, public_id=agreement_id)
    if request.method == "POST":
        handovers.destroy(by=me, agreement=row)
        messages.success(request, _("The copies are destroyed, and the certificate stands below."))
        return _to(agreement_id)
    says = _("The files are deleted for good. The certificate says how many students and rows, and names nobody.")
    words = {"title": _("Destroy our copies?"), "verb": _("Destroy them"), "says": says, "kind": "risk", "locked": ""}
    where = {"action": request.path, "back": reverse("governance:agreement", args=[agreement_id])}
    return render(request, "confirm.html", words | where)


def _terms(row: Any) -> list[tuple[str, str]]:  # noqa: ANN401 - a row of the store
    starts = day_words(row.starts or row.signed_on)
    return [
        (_("Who is bound by it"), row.holder or row.tool.vendor or row.tool.name),
        (_("Kind of agreement"), str(row.get_kind_display())),
        *([(_("Representative"), row.representative)] if row.representative else []),
        (_("Purposes"), ", ".join(purposes_of(row)) or "–"),
        (_("Who else gets them"), ", ".join(row.recipients) or "–"),
        (_("Days of use"), f"{starts} – {day_words(row.ends)}"),
        (_("Data destroyed by"), day_words(row.destroy_by)),
        (_("Digest of the signed document"), row.document_sha256 or _("none given")),
    ]


def _handed(whole: agreements.Whole) -> Table:
    columns = (Column(_("When")), Column(_("Handed to")), Column(_("For")), Column(_("By")), Column(_("Digest")))
    names = {str(key): record.name[language()] for key, record in PURPOSES.items()}
    rows = tuple(
        (
            day_words(one.handed_on),
            one.recipient,
            names.get(one.purpose, one.purpose),
            one.handed_by.name,
            Cell(one.sha256[:12], under=_("one entry a student")),
        )
        for one in whole.handovers
    )
    return Table(_("What was handed over"), columns, rows)


def _proof_form(whole: agreements.Whole) -> ProofForm:
    form = ProofForm()
    waiting = [(line.step.value, line.step.label) for line in whole.exit if line.proof is None]
    form.fields["step"].choices = waiting  # type: ignore[attr-defined]  # a choice field
    return form


def _crumbs() -> list[tuple[str, str]]:
    return [(_("Governance"), reverse("governance:agreements"))]


def _to(agreement_id: str) -> HttpResponse:
    return redirect("governance:agreement", agreement_id)
