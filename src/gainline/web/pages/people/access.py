"""How an account gets in: its sessions, its second factor, its identity at a provider, and whether it may come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from gainline.engine.core.errors import GainlineError
from gainline.services import identities
from gainline.services import people as desk
from gainline.web.gate import actor_of, needs
from gainline.web.pages.people.places import tabs
from gainline.web.parts.said import in_sentences


@dataclass(frozen=True, slots=True)
class Act:
    """Something that a lead does to another's way in: what it is called, what it means, and what is said after it."""

    title: str | Promise
    says: str | Promise
    done: str | Promise
    run: Callable[..., Any]


ACTS = {
    "sessions": Act(
        gettext_lazy("End all sessions"),
        gettext_lazy("%(name)s is signed out everywhere, and can sign in again at once."),
        gettext_lazy("Every session has ended."),
        identities.end_sessions,
    ),
    "password": Act(
        gettext_lazy("Take the password away"),
        gettext_lazy(
            "Do this when %(name)s has forgotten it and has proved in person who they are. Then make a sign-in link,"
            " with which a new one is chosen."
        ),
        gettext_lazy("The password is gone. Make a sign-in link and hand it over."),
        identities.drop_password,
    ),
    "factor": Act(
        gettext_lazy("Take the second factor away"),
        gettext_lazy(
            "Do this when %(name)s has lost it and has proved in person who they are. At the next sign-in a new one is"
            " set up."
        ),
        gettext_lazy("The second factor is gone. A new one is set up at the next sign-in."),
        identities.drop_factors,
    ),
    "close": Act(
        gettext_lazy("Close the account"),
        gettext_lazy("%(name)s cannot sign in any more, from now on. What was done with the account stays."),
        gettext_lazy("The account is closed. To undo this, open it again."),
        identities.disable,
    ),
    "open": Act(
        gettext_lazy("Open the account"),
        gettext_lazy("%(name)s can sign in again, with every grant that still holds."),
        gettext_lazy("The account is open again."),
        identities.enable,
    ),
}


class TieForm(forms.Form):
    """Who an account is at an identity provider."""

    provider = forms.ChoiceField(label=gettext_lazy("Identity provider"))
    subject = forms.CharField(
        label=gettext_lazy("Subject"),
        max_length=identities.LONGEST_SUBJECT,
        help_text=gettext_lazy("The provider's own number for this person (sub), never an e-mail address."),
    )

    def __init__(self, data: Any = None, *, providers: dict[str, str]) -> None:  # noqa: ANN401 - Django's own
        super().__init__(data)
        self.fields["provider"].choices = list(providers.items())  # type: ignore[attr-defined]  # a choice field


@needs("people.write")
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, public_id: str, act: str) -> HttpResponse:
    """Do one of the acts, after asking."""
    chosen = ACTS.get(act)
    if chosen is None:
        raise Http404
    me = actor_of(request)
    one = desk.colleague(by=me, public_id=public_id)
    back = reverse("people:person", args=[public_id])
    if request.method == "POST":
        chosen.run(by=me, account=one)
        messages.success(request, str(chosen.done))
        return redirect(back)
    context = {"title": chosen.title, "says": str(chosen.says) % {"name": one.name}, "action": request.path}
    return render(request, "confirm.html", context | {"back": back, "verb": chosen.title, "kind": "risk"})


@needs("people.write")
@require_http_methods(["GET", "HEAD", "POST"])
def tie(request: HttpRequest, public_id: str) -> HttpResponse:
    """Tie an account to an identity at a provider; 404 where the district has none."""
    me = actor_of(request)
    providers = identities.providers(by=me)
    if not providers:
        raise Http404
    one = desk.colleague(by=me, public_id=public_id)
    form = TieForm(request.POST or None, providers=providers)
    if request.method == "POST" and form.is_valid():
        try:
            identities.tie(by=me, account=one, **form.cleaned_data)
        except GainlineError as error:
            form.add_error("subject", in_sentences(error))
        else:
            messages.success(request, _("The identity is tied. With it one signs in from now on."))
            return redirect("people:person", public_id)
    context = {"form": form, "title": _("Tie an identity"), "verb": _("Tie it"), "tabs": tabs("people:people")}
    return render(request, "people/form.html", context, status=422 if form.errors else 200)
