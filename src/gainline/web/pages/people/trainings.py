"""Trainings: who reaches data about people, until when their training counts, and for how long one does here."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from gainline.services import training as desk
from gainline.web.gate import actor_of, needs, standing_of
from gainline.web.pages.people.places import tabs
from gainline.web.parts import Cell, Column, Table
from gainline.web.parts.days import day_words

HERE = "people:trainings"


class DaysForm(forms.Form):
    """For how many days a training counts."""

    days = forms.IntegerField(
        label=gettext_lazy("Days that a training counts"), min_value=desk.SOON.days, max_value=desk.LONGEST,
        help_text=gettext_lazy("A year at most; fewer is stricter. It holds at once, for everybody."),
    )  # fmt: skip


@needs("people.read")
@require_http_methods(["GET", "HEAD", "POST"])
def trainings(request: HttpRequest) -> HttpResponse:
    """Whose training is due, and everybody else's; those who govern say for how long one counts."""
    me = actor_of(request)
    may_write = standing_of(request).may("people.write")
    form = DaysForm(request.POST or None, initial={"days": me.district.training_days}) if may_write else None
    if form is not None and request.method == "POST" and form.is_valid():
        desk.set_days(by=me, days=form.cleaned_data["days"])
        messages.success(request, _("It holds from now on."))
        return redirect(HERE)
    found = sorted(desk.ends(by=me).values(), key=lambda one: (not one.is_lapsed, not one.is_due, one.account.name))
    rows = tuple((Cell(one.account.name, reverse("people:person", args=[one.account.public_id])), *_says(one))
                 for one in found)  # fmt: skip
    columns = (Column(_("Name")), Column(_("Stands")), Column(_("Counts until")))
    context = {
        "table": Table(_("Trainings"), columns, rows),
        "form": form,
        "tabs": tabs(HERE),
        "due": sum(one.is_due for one in found),
    }
    return render(request, "people/trainings.html", context, status=422 if form and form.errors else 200)


def _says(one: desk.Due) -> tuple[Cell | str, Cell | str]:
    until = day_words(one.until) if one.until else "–"
    if one.until is None:
        return Cell(_("Never taken"), kind="risk"), until
    if one.is_lapsed:
        return Cell(_("Lapsed"), kind="risk"), until
    return (Cell(_("Soon due"), kind="watch") if one.is_due else Cell(_("Up to date"), kind="settled")), until
