"""Who was chosen and who declined; and the draw that puts units into arms, in public, with its seed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from gainline.engine.core.errors import GainlineError
from gainline.road.piloting.sampling import Wanted
from gainline.road.piloting.units import Asked
from gainline.services import clock, cycles, planning, registrations, sampling
from gainline.services.sampling import Drawn
from gainline.services.stages import Stage
from gainline.store.words import DrawKind
from gainline.web.gate import actor_of, needs, signed_in, standing_of
from gainline.web.pages.cycles import shown
from gainline.web.pages.cycles.forms import DeclineForm, SampleForm
from gainline.web.pages.cycles.views import WRITE
from gainline.web.parts import Cell, Column, Table
from gainline.web.parts.said import said_of

Row = Any  # a row of the store


@signed_in
@require_http_methods(WRITE)
def sample(request: HttpRequest, public_id: str) -> HttpResponse:
    """The schools or sections that stand for all of them."""
    one, me = shown.one_of(request, public_id), actor_of(request)
    form = SampleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        wanted = Wanted(size=said["size"], hold_back=said["hold_back"] or 0, reason=said["reason"] or None)
        try:
            sampling.choose(by=me, cycle=one, wanted=wanted)
        except GainlineError as error:
            shown.refuse(form, error)
        else:
            messages.success(request, gettext("The sample is drawn."))
            return redirect("cycles:sample", public_id)
    drawn = _if_allowed(request, sampling.sample, one)
    context: dict[str, Any] = {"form": form, "drawn": drawn, "here": gettext("The sample"), "table": _members(drawn)}
    context |= {"lots": _lots(request, one, DrawKind.SAMPLE), "refusal": shown.why_not(one, Stage.REGISTERED)}
    context["likeness"] = _likeness(drawn, gettext("How the sample differs from all, in standard deviations"))
    return shown.page(request, one, "sample", context, status=422 if form.errors else 200)


@needs("cycle.draw")
@require_http_methods(WRITE)
def decline(request: HttpRequest, public_id: str) -> HttpResponse:
    """Write down that somebody chosen does not take part; the most alike one comes instead."""
    one, me = shown.one_of(request, public_id), actor_of(request)
    drawn = _if_allowed(request, sampling.sample, one)
    units = [(member.unit, member.name) for member in drawn.members if member.part == "sample"] if drawn else []
    form = DeclineForm(request.POST or None, units=units)
    if request.method == "POST" and form.is_valid():
        try:
            sampling.decline(by=me, cycle=one, **form.cleaned_data)
        except GainlineError as error:
            shown.refuse(form, error)
        else:
            messages.success(request, gettext("It is written down, and the most alike one comes instead."))
            return redirect("cycles:sample", public_id)
    context = {"form": form, "here": gettext("Somebody declined"), "drawn": drawn}
    return shown.page(request, one, "decline", context, status=422 if form.errors else 200)


@signed_in
@require_http_methods(WRITE)
def draw(request: HttpRequest, public_id: str) -> HttpResponse:
    """The arms: before the draw what will happen, afterwards what came out and how to check it."""
    one, me = shown.one_of(request, public_id), actor_of(request)
    plan = planning.plan_of(by=me, cycle=one)
    context: dict[str, Any] = {"here": gettext("The draw"), "plan": plan}
    status = 200
    if request.method == "POST" and plan is not None:
        try:
            asked = Asked.of_plan(plan, on=clock.today(me.district))
            registrations.draw(by=me, cycle=one, asked=asked, reason=request.POST.get("reason") or None)
            sampling.enter_arms(by=me, cycle=one)
        except GainlineError as error:
            context["refused"], status = said_of(error), 422
        else:
            messages.success(request, gettext("Chance has decided. The arms are on their way into the records."))
            return redirect("cycles:draw", public_id)
    drawn = _if_allowed(request, sampling.assignment, one)
    context |= {"drawn": drawn, "table": _members(drawn), "lots": _lots(request, one, DrawKind.ASSIGNMENT)}
    context |= {"refusal": shown.why_not(one, Stage.RECORDED), "is_chance": _is_chance(plan)}
    context["likeness"] = _likeness(drawn, gettext("How the arms differ, in standard deviations"))
    return shown.page(request, one, "draw", context, status=status)


def _if_allowed(request: HttpRequest, read: Any, one: Row) -> Drawn | None:  # noqa: ANN401 - a service
    """What was drawn, for whoever may see which schools; the sentence of the lot is for everybody."""
    if not standing_of(request).may("evidence.read", one):
        return None
    found: Drawn | None = read(by=actor_of(request), cycle=one)
    return found


def _lots(request: HttpRequest, one: Row, kind: DrawKind) -> list[Row]:
    return [lot for lot in cycles.draws(by=actor_of(request), cycle=one) if lot.kind == kind]


def _is_chance(plan: Any) -> bool:  # noqa: ANN401 - a plan or None
    return plan is not None and plan.design.kind in {"randomized", "stepped_wedge"}


def _members(drawn: Drawn | None) -> Table | None:
    if drawn is None or not drawn.members:
        return None
    words = {
        "sample": gettext("takes part"),
        "held back": gettext("held back"),
        "declined": gettext("declined"),
    }
    rows = tuple(
        (
            Cell(member.name, under=member.because and gettext("because: %(why)s") % {"why": member.because}),
            member.group or "–",
            Cell(words.get(member.part, member.part), under=_instead(member.substitute)),
        )
        for member in sorted(drawn.members, key=lambda one: (one.part, one.name))
    )
    head = (gettext("Who"), gettext("Group"), gettext("Part"))
    return Table(gettext("Everybody in the draw"), tuple(Column(name) for name in head), rows)


def _instead(name: str) -> str:
    return gettext("instead: %(name)s") % {"name": name} if name else ""


def _likeness(drawn: Drawn | None, caption: str) -> Table | None:
    if drawn is None or not drawn.likeness:
        return None
    columns = (Column(gettext("What")), Column(gettext("Difference"), is_number=True))
    rows = tuple((name.replace("_", " "), f"{value:+.2f}") for name, value in drawn.likeness)
    return Table(caption, columns, rows)
