"""Tokens: issue one, whose secret is shown once, see what became of the others, and revoke one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from gainline.services import tokens as service
from gainline.web.gate import actor_of, needs

ANSWERS = ["GET", "HEAD", "POST"]


class TokenForm(forms.Form):
    """What a token asks for: the program's name, the grant that it opens, days, and whether it may write."""

    name = forms.CharField(label=gettext_lazy("Name of the program"), max_length=120)
    days = forms.IntegerField(
        label=gettext_lazy("Days until it ends"), min_value=1, max_value=service.MOST_DAYS, initial=90
    )
    may_write = forms.BooleanField(label=gettext_lazy("It may write, not only read"), required=False)


@needs("token.issue")
@require_http_methods(ANSWERS)
def tokens(request: HttpRequest) -> HttpResponse:
    """The tokens, and the form for one more; its secret is in the answer to the form and nowhere else."""
    me = actor_of(request)
    form, secret = TokenForm(request.POST or None), ""
    grants = service.own_grants(by=me)
    form.fields["grant"] = forms.ChoiceField(
        label=_("Grant that it opens"),
        choices=[(one.public_id, f"{one.get_role_display()}, {one.unit.name}") for one in grants],
    )
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        held = next(one for one in grants if one.public_id == said["grant"])
        asked = {"name": said["name"], "days": said["days"], "may_write": said["may_write"]}
        secret = service.issue(by=me, held=held, **asked).secret
    status = 422 if request.method == "POST" and not secret else 200
    crumbs = [(_("Governance"), reverse("governance:agreements")), (_("Tokens"), "")]
    shown = {"tokens": service.tokens(by=me), "form": form, "secret": secret, "crumbs": crumbs}
    answer = render(request, "tokens/tokens.html", shown, status=status)
    answer["Cache-Control"] = "no-store"  # a secret is no page to go back to
    return answer


@needs("token.issue")
@require_http_methods(ANSWERS)
def revoke(request: HttpRequest, public_id: str) -> HttpResponse:
    """Revoke a token, after asking."""
    me = actor_of(request)
    token = service.token(by=me, public_id=public_id)
    if request.method == "POST":
        service.revoke(by=me, token=token)
        messages.success(request, _("The token is revoked. What was done with it stays in the trail."))
        return redirect("tokens:tokens")
    says = _("Whatever shows it is refused from now on. There is no way back: issue another one.")
    words: dict[str, Any] = {"title": _("Revoke this token?"), "verb": _("Revoke it"), "says": f"{token.name}. {says}"}
    where = {"action": request.path, "back": reverse("tokens:tokens"), "kind": "risk", "locked": ""}
    return render(request, "confirm.html", words | where)
