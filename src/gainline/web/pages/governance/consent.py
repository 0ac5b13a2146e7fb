"""Consent: what rests on a family's word, in which languages they were told, and what followed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from gainline.engine.core.errors import GainlineError
from gainline.engine.privacy.purposes import Basis
from gainline.services import consents
from gainline.web.gate import actor_of, needs, standing_of
from gainline.web.pages.governance.views import tabs
from gainline.web.parts import Cell, Column, Table
from gainline.web.parts.papers import language

HERE = "governance:consent"
BASES = {
    Basis.CONSENT: gettext_lazy("the family's consent"),
    Basis.SCHOOL_OFFICIAL: gettext_lazy("the school's own work"),
    Basis.STUDIES: gettext_lazy("a study under agreement"),
    Basis.AUDIT: gettext_lazy("an audit or evaluation"),
    Basis.DUTY: gettext_lazy("a duty by law"),
}
WORDS = {
    "valid": gettext_lazy("yes"),
    "not needed": gettext_lazy("not opted out"),
    "never given": gettext_lazy("never given"),
    "revoked": gettext_lazy("taken back"),
    "expired": gettext_lazy("ended"),
    "given under an unchecked translation": gettext_lazy("under an unchecked text"),
    "given by a parent whose rights have passed to the student": gettext_lazy("the student is of age now"),
    "opted out": gettext_lazy("opted out"),
}


class InviteForm(forms.Form):
    """Whom a link is for; what is typed here is looked up and kept nowhere."""

    whose = forms.CharField(
        label=gettext_lazy("Number of the student"),
        help_text=gettext_lazy("As the roster has it. It is looked up, and kept neither in the link nor in the trail."),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language"), choices=[("en", "English"), ("es", "Español")], initial="en"
    )
    days = forms.IntegerField(
        label=gettext_lazy("Days until it ends"), min_value=1, max_value=consents.MOST_DAYS, initial=30
    )


@needs("district.read")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def consent(request: HttpRequest) -> HttpResponse:
    """Every ground with counts in bands; for who may, the form for a family's link, which is shown once."""
    me = actor_of(request)
    found = consents.grounds(by=me)
    asked = [one for one in found if one.ground.asks_families]
    may_write = standing_of(request).may("agreement.write")
    may_invite = bool(asked) and may_write
    form, link, fault = InviteForm(request.POST or None), "", None
    if request.method == "POST" and form.is_valid():
        wanted = consents.Asked(**form.cleaned_data, grounds=[one.ground.key for one in asked])
        try:
            token = consents.invite(by=me, asked=wanted)
            link = request.build_absolute_uri(reverse("family:family", args=[token]))
        except GainlineError as error:
            fault = error
    context = {"table": _grounds(found), "is_empty": not found, "tabs": tabs(request, HERE), "form": form}
    context |= {
        "link": link,
        "fault": fault,
        "may_invite": may_invite,
        "may_write": may_write,
        "after": _after(request),
    }
    status = 422 if request.method == "POST" and not link else 200
    return render(request, "governance/consent.html", context, status=status)


def _grounds(found: list[consents.Told]) -> Table:
    labels = (_("What for"), _("Rests on"), _("Texts for families"), _("Families, in bands"))
    return Table(_("What records are used for"), tuple(map(Column, labels)), tuple(map(_ground, found)))


def _ground(one: consents.Told) -> tuple[Cell | str, ...]:
    told = sorted({notice.language for notice in one.notices if notice.is_reviewed})
    raw = sorted({notice.language for notice in one.notices} - set(told))
    texts = Cell(
        ", ".join(told) or "–", under=_("not checked yet: %(which)s") % {"which": ", ".join(raw)} if raw else ""
    )
    counts = "; ".join(f"{WORDS[word]}: {many}" for word, many in one.counts.items())
    name = one.purpose.get(language(), one.purpose["en"])
    return (Cell(name, under=one.ground.key), str(BASES[one.ground.basis]), texts, counts or "–")


def _after(request: HttpRequest) -> dict[str, Any] | None:
    """What became of results that rested on words taken back; for who may read evidence."""
    if not standing_of(request).may("evidence.read"):
        return None
    waiting, again, later = consents.aftermath(by=actor_of(request))
    labels = (_("Cycle"), _("Estimate before"), _("Estimate now"), _("Difference"))
    table = Table(_("Results that were made again"), tuple(map(Column, labels)), tuple(map(_again, again)))
    return {"waiting": waiting, "again": table if again else None, "later": sorted(later.items())}


def _again(payload: Mapping[str, Any]) -> tuple[str, ...]:
    if "after" not in payload:
        return (payload["cycle"], f"{payload['before']['effect']:.2f}", _("no honest answer any more"), "–")
    numbers = (payload["before"]["effect"], payload["after"]["effect"], payload["difference"])
    return (payload["cycle"], *(f"{number:.2f}" for number in numbers))
