"""What families read openly: how their page stands, breaches, and the draft of the impact assessment."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gainline.engine.core.errors import GainlineError
from gainline.services import openly as desk
from gainline.web.gate import actor_of, needs, standing_of
from gainline.web.pages.governance.views import tabs
from gainline.web.parts import Column, Table
from gainline.web.parts.days import day_words
from gainline.web.parts.papers import as_file, shown
from gainline.web.parts.said import in_sentences


class BreachForm(forms.Form):
    """What families are told of a breach."""

    found_on = forms.DateField(
        label=gettext_lazy("Found on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    told_on = forms.DateField(
        label=gettext_lazy("Families told on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    says = forms.CharField(
        label=gettext_lazy("What happened, in English"),
        help_text=gettext_lazy("In short words and sentences. Name nobody."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    says_es = forms.CharField(
        label=gettext_lazy("What happened, in Spanish"), widget=forms.Textarea(attrs={"rows": 3}), required=False
    )


@needs("district.read")
@require_safe
def standing(request: HttpRequest) -> HttpResponse:
    """How the page for families stands: when it was checked, and which breaches it tells of."""
    me = actor_of(request)
    found = desk.standing(by=me)
    context = {
        "found": found,
        "table": _breaches(found) if found.breaches else None,
        "address": reverse("openly:page", args=[me.district.public_id]),
        "may_write": standing_of(request).may("agreement.write"),
        "tabs": tabs(request, "governance:openly"),
    }
    return render(request, "governance/openly.html", context)


@needs("agreement.write")
@require_POST
def checked(request: HttpRequest) -> HttpResponse:
    """Say that somebody went through the page for families, and that it is right."""
    desk.refresh(by=actor_of(request))
    messages.success(request, _("The page for families says that it was checked today."))
    return redirect("governance:openly")


@needs("agreement.write")
@require_http_methods(["GET", "HEAD", "POST"])
def breach(request: HttpRequest) -> HttpResponse:
    """Put a breach on the page for families."""
    form = BreachForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            desk.add_breach(by=actor_of(request), **form.cleaned_data)
            return redirect("governance:openly")
        except GainlineError as error:
            form.add_error("says" if error.code == "SV108" else "told_on", in_sentences(error))
    crumbs = [(_("Governance"), reverse("governance:agreements")), (_("Open page"), reverse("governance:openly"))]
    context = {"form": form, "crumbs": [*crumbs, (_("A breach"), "")]}
    return render(request, "governance/breach.html", context, status=422 if form.errors else 200)


@needs("district.read")
@require_safe
def assessment(request: HttpRequest) -> HttpResponse:
    """The draft of the data protection impact assessment, to read or as a file."""
    paper = desk.assessment(by=actor_of(request))
    if given := as_file(paper, request.GET.get("as", ""), name="dpia"):
        return given
    crumbs = [(_("Governance"), reverse("governance:agreements")), (_("Impact assessment"), "")]
    return render(request, "governance/paper.html", {"paper": paper, "parts": shown(paper), "crumbs": crumbs})


def _breaches(found: desk.Standing) -> Table:
    columns = (Column(_("Found on")), Column(_("Families told on")), Column(_("What happened")), Column(_("By")))
    rows = tuple(
        (day_words(one.found_on), day_words(one.told_on) if one.told_on else _("not yet"), one.says,
         one.written_by.name)
        for one in found.breaches
    )  # fmt: skip
    return Table(_("Breaches"), columns, rows)
