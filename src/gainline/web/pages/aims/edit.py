"""Aims to write: set one, say it better, close and reopen it, its measures and its drivers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from gainline.engine.core.errors import GainlineError
from gainline.services import aims as service
from gainline.services import people
from gainline.store.words import Direction, DriverKind, DriverStatus, MeasureKind
from gainline.web.gate import actor_of, needs
from gainline.web.pages.aims.forms import AimForm, DriverForm, MeasureForm, StatusForm
from gainline.web.pages.aims.views import page_of
from gainline.web.parts.said import in_sentences

BOTH = ["GET", "HEAD", "POST"]


@needs("aim.write")
@require_http_methods(BOTH)
def new(request: HttpRequest) -> HttpResponse:
    """Set an aim for the district."""
    me = actor_of(request)
    form = AimForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = {name: form.cleaned_data[name] for name in ("title", "by_when", "because")}
        made = service.set_aim(by=me, unit=people.root(by=me), **said)
        return redirect("aims:aim", made.public_id)
    crumbs = [(_("Aims"), reverse("aims:aims")), (_("A new aim"), "")]
    return _form(request, form, {"title": _("A new aim"), "crumbs": crumbs, "verb": _("Set the aim")})


@needs("aim.write")
@require_http_methods(BOTH)
def change(request: HttpRequest, public_id: str) -> HttpResponse:
    """Say an aim better; an earlier wording can be put back."""
    me = actor_of(request)
    aim = service.aim(by=me, public_id=public_id)
    form = AimForm(request.POST or None, initial=_standing(request, aim))
    if request.method == "POST" and form.is_valid():
        said = {name: form.cleaned_data[name] for name in ("title", "by_when", "because")}
        try:
            service.change_aim(by=me, aim=aim, seen=_moment(form.cleaned_data["seen"]), **said)
            return redirect("aims:aim", public_id)
        except GainlineError as error:
            form.add_error(None, in_sentences(error))
    crumbs = [(_("Aims"), reverse("aims:aims")), (aim.title, reverse("aims:aim", args=[public_id])), (_("Change"), "")]
    return _form(request, form, {"title": _("Say the aim better"), "crumbs": crumbs, "verb": _("Save the aim")})


@needs("aim.write")
@require_http_methods(BOTH)
def close(request: HttpRequest, public_id: str) -> HttpResponse:
    """Close an aim after asking, or open it again."""
    me = actor_of(request)
    aim = service.aim(by=me, public_id=public_id)
    if request.method == "POST":
        (service.reopen_aim if aim.closed_on else service.close_aim)(by=me, aim=aim)
        return redirect("aims:aim", public_id)
    says = _("Its cycles stay. You can open it again.")
    words = {"title": _("Close this aim?"), "verb": _("Close the aim"), "says": says}
    if aim.closed_on:
        words = {"title": _("Open this aim again?"), "verb": _("Open the aim again"), "says": aim.title}
    where = {"action": request.path, "back": reverse("aims:aim", args=[public_id]), "kind": "", "locked": ""}
    return render(request, "confirm.html", words | where)


@needs("aim.write")
@require_POST
def add_measure(request: HttpRequest, public_id: str) -> HttpResponse:
    """One more measure of success."""
    me = actor_of(request)
    aim = service.aim(by=me, public_id=public_id)
    form = MeasureForm(request.POST)
    if form.is_valid():
        said: dict[str, Any] = dict(form.cleaned_data)
        by_when = said.pop("by_when")
        said |= {"kind": MeasureKind(said["kind"]), "direction": Direction(said["direction"])}
        try:
            service.add_measure(by=me, aim=aim, measured=service.Measured(**said), by_when=by_when)
            return redirect("aims:aim", public_id)
        except GainlineError as error:
            form.add_error("indicator", in_sentences(error))
    return render(request, "aims/aim.html", page_of(request, aim, measure_form=form), status=422)


@needs("aim.write")
@require_http_methods(BOTH)
def drop_measure(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take a measure off its aim, after asking."""
    me = actor_of(request)
    measure = service.measure(by=me, public_id=public_id)
    back = reverse("aims:aim", args=[measure.aim.public_id])
    if request.method == "POST":
        service.drop_measure(by=me, measure=measure)
        messages.success(request, _("The measure is off the aim."))
        return redirect(back)
    says = _("There is no undo; you can enter it again.")
    words = {"title": _("Take “%(label)s” off the aim?") % {"label": measure.label}, "verb": _("Take it off")}
    where = {"action": request.path, "back": back, "kind": "risk", "locked": "", "says": says}
    return render(request, "confirm.html", words | where)


@needs("aim.write")
@require_POST
def add_driver(request: HttpRequest, public_id: str) -> HttpResponse:
    """One more driver, or a change idea under one."""
    me = actor_of(request)
    aim = service.aim(by=me, public_id=public_id)
    drivers = service.drivers(by=me, aim=aim)
    form = DriverForm(request.POST, drivers=drivers)
    if form.is_valid():
        parent = next((one for one in drivers if one.public_id == form.cleaned_data["parent"]), None)
        kind = DriverKind(form.cleaned_data["kind"])
        try:
            service.add_driver(by=me, aim=aim, kind=kind, label=form.cleaned_data["label"], parent=parent)
            return redirect(f"{reverse('aims:aim', args=[public_id])}#drivers")
        except GainlineError as error:
            form.add_error("parent", in_sentences(error))
    return render(request, "aims/aim.html", page_of(request, aim, driver_form=form), status=422)


@needs("aim.write")
@require_POST
def mark_driver(request: HttpRequest, public_id: str) -> HttpResponse:
    """Say what has become of a driver."""
    me = actor_of(request)
    driver = service.driver(by=me, public_id=public_id)
    form = StatusForm(request.POST)
    if form.is_valid():
        service.set_driver_status(by=me, driver=driver, status=DriverStatus(form.cleaned_data["status"]))
    return redirect(f"{reverse('aims:aim', args=[driver.aim.public_id])}#drivers")


@needs("aim.write")
@require_http_methods(BOTH)
def drop_driver(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take a driver with everything under it off the diagram, after asking."""
    me = actor_of(request)
    driver = service.driver(by=me, public_id=public_id)
    back = reverse("aims:aim", args=[driver.aim.public_id])
    if request.method == "POST":
        service.drop_driver(by=me, driver=driver)
        messages.success(request, _("The driver is off the diagram."))
        return redirect(back)
    says = _("Everything under it goes with it. There is no undo; to keep it readable, mark it as dropped instead.")
    words = {"title": _("Take “%(label)s” off the diagram?") % {"label": driver.label}, "verb": _("Take it off")}
    where = {"action": request.path, "back": back, "kind": "risk", "locked": "", "says": says}
    return render(request, "confirm.html", words | where)


def _form(request: HttpRequest, form: AimForm, context: dict[str, Any]) -> HttpResponse:
    status = 422 if form.errors else 200
    return render(request, "aims/form.html", context | {"form": form}, status=status)


def _standing(request: HttpRequest, aim: Any) -> dict[str, Any]:  # noqa: ANN401 - a row
    """What the form starts with: the aim as it is, or an earlier wording of it."""
    initial = {name: getattr(aim, name) for name in ("title", "by_when", "because")}
    number = request.GET.get("wording", "")
    if number.isdigit():
        earlier = (one for one in service.wordings(by=actor_of(request), aim=aim) if one.number == int(number))
        initial |= next(({"title": one.title, "by_when": one.by_when} for one in earlier), {})
    return initial | {"seen": aim.updated.isoformat()}


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
