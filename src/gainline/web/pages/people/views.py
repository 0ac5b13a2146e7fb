"""People: accounts with their grants, the table of decision rights, and the units of the district."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from gainline.engine.core.errors import GainlineError
from gainline.services import clock, identities
from gainline.services import people as desk
from gainline.services.permissions import granted_on
from gainline.store.words import Purpose, Right, Role, UnitKind
from gainline.web.accounts import first_link
from gainline.web.gate import actor_of, needs, standing_of
from gainline.web.pages.people.forms import GrantForm, InviteForm, UnitForm
from gainline.web.pages.people.places import tabs
from gainline.web.parts import Cell, Column, Table
from gainline.web.parts.days import day_words
from gainline.web.parts.said import in_sentences


@needs("people.read")
@require_http_methods(["GET", "HEAD"])
def people(request: HttpRequest) -> HttpResponse:
    """Everybody, with what they hold today."""
    me = actor_of(request)
    day = clock.today(me.district)
    found = desk.colleagues(by=me)
    rows = tuple(
        (
            Cell(one.name, reverse("people:person", args=[one.public_id]), under=one.title),
            one.email,
            _held([grant for grant in one.grants.all() if granted_on(grant, day)]),
        )
        for one in found
    )
    columns = (Column(_("Name")), Column(_("Signs in as")), Column(_("Holds today")))
    context = {"table": Table(_("People"), columns, rows), "tabs": tabs("people:people")}
    return render(request, "people/people.html", context | {"may_write": standing_of(request).may("people.write")})


def _held(grants: Iterable[Any]) -> Cell:
    says = [f"{Role(grant.role).label}, {grant.unit.name}" for grant in grants]
    return Cell("; ".join(says)) if says else Cell(_("nothing"), kind="unknown")


@needs("people.write")
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: HttpRequest) -> HttpResponse:
    """An account for a colleague."""
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        role = said.pop("role")
        try:
            made = _invited(actor_of(request), role, said)
        except GainlineError as error:
            form.add_error("email", in_sentences(error))
        else:
            messages.success(request, _("The account stands. Next: a link with which it is signed in to."))
            return redirect("people:person", made.public_id)
    return _form(request, form, _("Invite a colleague"), _("Give the account"), here="people:people")


def _invited(me: Any, role: str, said: dict[str, str]) -> Any:  # noqa: ANN401 - rows of the store
    made = desk.invite(by=me, **said)
    if role:
        desk.grant(by=me, account=made, role=Role(role), unit=desk.root(by=me))
    return made


@needs("people.write")
@require_POST
@never_cache
def link(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show, once, the link with which a colleague chooses a first password."""
    me = actor_of(request)
    one = desk.let_in(by=me, account=desk.colleague(by=me, public_id=public_id))
    context = {"one": one, "link": first_link(request, one), "tabs": tabs("people:people")}
    return render(request, "people/link.html", context)


def _form(request: HttpRequest, form: forms.Form, title: str, verb: str, *, here: str) -> HttpResponse:
    context = {"form": form, "title": title, "verb": verb, "tabs": tabs(here)}
    return render(request, "people/form.html", context, status=422 if form.errors else 200)


@needs("people.read")
@require_http_methods(["GET", "HEAD", "POST"])
def person(request: HttpRequest, public_id: str) -> HttpResponse:
    """One account: what it holds and held; those who govern grant here."""
    me = actor_of(request)
    one = desk.colleague(by=me, public_id=public_id)
    may_write = standing_of(request).may("people.write") and one.pk != me.pk
    form = GrantForm(request.POST or None, units=_units(me)) if may_write else None
    if form is not None and request.method == "POST" and form.is_valid():
        try:
            _grant(me, one, form.cleaned_data)
        except GainlineError as error:
            form.add_error(None, in_sentences(error))
        else:
            messages.success(request, _("The grant stands from today. To undo it, end it."))
            return redirect("people:person", public_id)
    day, held = clock.today(me.district), desk.grants_of(by=me, account=one)
    context = {
        "one": one,
        "is_me": one.pk == me.pk,
        "now": [grant for grant in held if granted_on(grant, day)],
        "past": _past([grant for grant in held if not granted_on(grant, day)]),
        "ways": identities.ways_in(by=me, account=one),
        "may_change": may_write,
        "has_providers": may_write and bool(identities.providers(by=me)),
        "may_end": standing_of(request).may("people.write"),
        "form": form,
        "may_let_in": may_write and one.is_active and not one.has_usable_password(),
        "tabs": tabs("people:people"),
    }
    return render(request, "people/person.html", context, status=422 if form and form.errors else 200)


def _units(me: Any) -> list[tuple[str, str]]:  # noqa: ANN401 - a row of the store
    found = desk.units(by=me)
    return [(unit.public_id, " ".join(["–"] * (unit.path.count("/") - 2) + [unit.name])) for unit in found]


def _grant(me: Any, account: Any, said: dict[str, Any]) -> None:  # noqa: ANN401 - rows of the store
    purpose: Purpose | None = Purpose(said["purpose"]) if said["purpose"] else None
    ends: date | None = said["ends"]
    unit = desk.unit(by=me, public_id=said["unit"])
    desk.grant(by=me, account=account, role=Role(said["role"]), unit=unit, purpose=purpose, ends=ends)


def _past(grants: list[Any]) -> Table | None:
    labels = (_("Role"), _("Over"), _("For"), _("From"), _("Until"))
    rows = tuple(
        (
            str(Role(grant.role).label),
            grant.unit.name,
            str(Purpose(grant.purpose).label),
            day_words(grant.starts),
            day_words(grant.withdrawn_at.date() if grant.withdrawn_at else grant.ends or grant.starts),
        )
        for grant in grants
    )
    return Table(_("No longer held, or not yet"), tuple(map(Column, labels)), rows) if rows else None


@needs("people.write")
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, public_id: str) -> HttpResponse:
    """End a grant, after asking."""
    me = actor_of(request)
    held = desk.held_grant(by=me, public_id=public_id)
    back = reverse("people:person", args=[held.account.public_id])
    if request.method == "POST":
        desk.withdraw(by=me, held=held)
        messages.success(request, _("The grant has ended. To undo this, grant it again."))
        return redirect(back)
    names = {"name": held.account.name, "role": Role(held.role).label, "unit": held.unit.name}
    says = _("%(name)s no longer acts as %(role)s over %(unit)s, from now on. What was done with it stays.") % names
    context = {"title": _("End this grant"), "action": request.path, "verb": _("End the grant"), "kind": "risk"}
    return render(request, "confirm.html", context | {"back": back, "says": says})


@needs("people.read")
@require_http_methods(["GET", "HEAD", "POST"])
def rights(request: HttpRequest) -> HttpResponse:
    """Who may take which decision; those who govern change it here."""
    me = actor_of(request)
    if request.method == "POST":
        right = Right(request.POST.get("right", "")) if request.POST.get("right") in Right.values else None
        if right is None:
            return redirect("people:rights")
        roles = [Role(role) for role in request.POST.getlist("roles") if role in Role.values]
        try:
            desk.set_decision_right(by=me, right=right, roles=roles)
        except GainlineError as error:
            messages.error(request, in_sentences(error))
        else:
            messages.success(request, _("The table of decision rights is changed; the trail keeps who did it."))
        return redirect("people:rights")
    held = desk.decision_rights(by=me)
    table = [(right, [(role, role in held[right]) for role in Role]) for right in Right]
    context = {"table": table, "shown": _rights(held), "tabs": tabs("people:rights")}
    return render(request, "people/rights.html", context | {"may_write": standing_of(request).may("people.write")})


def _rights(held: dict[Right, list[Role]]) -> Table:
    rows = tuple((str(right.label), ", ".join(str(role.label) for role in roles)) for right, roles in held.items())
    return Table(_("Who may take which decision"), (Column(_("Decision")), Column(_("May be taken by"))), rows)


@needs("people.read")
@require_http_methods(["GET", "HEAD", "POST"])
def units(request: HttpRequest) -> HttpResponse:
    """The units of the district, and adding one."""
    me = actor_of(request)
    may_write = standing_of(request).may("people.write")
    form = UnitForm(request.POST or None, units=_units(me)) if may_write else None
    if form is not None and request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        parent = desk.unit(by=me, public_id=said["parent"])
        try:
            desk.add_unit(by=me, kind=UnitKind(said["kind"]), name=said["name"], code=said["code"], parent=parent)
        except GainlineError as error:
            form.add_error("name", in_sentences(error))
        else:
            messages.success(request, _("The unit stands. Grants over what it is part of hold for it, too."))
            return redirect("people:units")
    rows = tuple(
        (unit.name, str(UnitKind(unit.kind).label), unit.parent.name if unit.parent else "–", unit.code or "–")
        for unit in desk.units(by=me)
    )
    columns = (Column(_("Unit")), Column(_("Kind")), Column(_("Part of")), Column(_("Id in the roster")))
    context = {"table": Table(_("Schools and offices"), columns, rows), "form": form, "tabs": tabs("people:units")}
    return render(request, "people/units.html", context, status=422 if form and form.errors else 200)
