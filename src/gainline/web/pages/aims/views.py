"""Aims to read: the list, and one aim with its measures, its drivers and its cycles."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gainline.services import aims as service
from gainline.services import cycles, indicators
from gainline.services.stages import STEP, stage_of
from gainline.store.words import Direction, DriverKind, DriverStatus, MeasureKind
from gainline.web.gate import actor_of, needs, standing_of
from gainline.web.pages.aims.forms import DriverForm, MeasureForm
from gainline.web.parts import Branch, Cell, Column, Table, Tree
from gainline.web.parts.days import day_words

STATUS = {"open": "neutral", "testing": "watch", "kept": "settled", "dropped": "unknown"}


@needs("district.read")
@require_safe
def aims(request: HttpRequest) -> HttpResponse:
    """The aims that stand, and on demand those that are closed."""
    is_closed = request.GET.get("closed") == "yes"
    found = service.aims(by=actor_of(request), closed=is_closed)
    rows = [{"aim": one, "outcomes": _goals(one), "cycles": len(one.cycles.all())} for one in found]
    context = {"rows": rows, "is_closed": is_closed, "may_write": standing_of(request).may("aim.write")}
    return render(request, "aims/aims.html", context)


@needs("district.read")
@require_safe
def aim(request: HttpRequest, public_id: str) -> HttpResponse:
    """One aim."""
    found = service.aim(by=actor_of(request), public_id=public_id)
    return render(request, "aims/aim.html", page_of(request, found))


def page_of(request: HttpRequest, aim: Any, **forms: Any) -> dict[str, Any]:  # noqa: ANN401 - a row; forms with faults
    """Everything that the page of an aim shows; a form that was refused takes the place of the empty one."""
    me, standing = actor_of(request), standing_of(request)
    drivers = service.drivers(by=me, aim=aim)
    return {
        "aim": aim,
        "crumbs": [(_("Aims"), reverse("aims:aims")), (aim.title, "")],
        "measures": measures_table(aim),
        "own_measures": list(aim.measures.all()),
        "drivers": drivers,
        "tree": tree_of(aim, drivers) if drivers else None,
        "cycles": _cycles(cycles.cycles(by=me, aim=aim)),
        "wordings": service.wordings(by=me, aim=aim),
        "may_write": standing.may("aim.write", aim),
        "may_start": standing.may("cycle.start", aim) and not aim.closed_on,
        "statuses": DriverStatus.choices,
        "measure_form": MeasureForm(known=[one.key for one in indicators.catalogue(by=me)]),
        "driver_form": DriverForm(drivers=drivers),
    } | forms


def measures_table(aim: Any) -> Table:  # noqa: ANN401 - a row
    """The measures of success from where to where, by when."""
    columns: tuple[Column, ...] = (Column(_("Measure")), Column(_("Kind")), Column(_("From"), is_number=True))
    columns += (Column(_("To"), is_number=True), Column(_("Unit")), Column(_("By")))
    return Table(_("How we will know"), columns, tuple(_measure(one) for one in _measures(aim)))


def _measure(one: Any) -> tuple[Cell | str, ...]:  # noqa: ANN401 - a row
    start = _("not known yet") if one.starts_at is None else f"{one.starts_at:g}"
    name = Cell(one.label, under=str(one.get_direction_display()))
    return name, one.get_kind_display(), start, f"{one.goal:g}", one.unit_of_measure, day_words(one.by_when)


def tree_of(aim: Any, drivers: list[Any]) -> Tree:  # noqa: ANN401 - rows
    """The driver diagram out of the drivers' rows."""
    below: dict[int | None, list[Any]] = defaultdict(list)
    for one in drivers:
        below[one.parent_id].append(one)

    def branch(row: Any) -> Branch:  # noqa: ANN401
        kind = "change" if row.kind == DriverKind.CHANGE else "driver"
        children = tuple(branch(child) for child in below[row.pk])
        word = str(row.get_status_display())
        return Branch(row.label, kind, children, status=STATUS[row.status], word=word)

    root = Branch(aim.title, "aim", tuple(branch(one) for one in below[None]))
    return Tree("drivers", _("What is thought to move it"), root, _("Drivers, and the changes that are being tried"))


def _cycles(found: list[Any]) -> Table | None:
    if not found:
        return None
    columns = (Column(_("Cycle")), Column(_("Tool")), Column(_("Stage")), Column(_("Decide by")))
    rows = tuple(
        (
            Cell(one.title, href=f"/cycles/{one.public_id}/", under=one.question),
            Cell(one.tool.name, href=reverse("tools:tool", args=[one.tool.public_id])),
            _("Stopped") if one.stopped_on else str(STEP[stage_of(one)].label),
            day_words(one.decide_by),
        )
        for one in found
    )
    return Table(_("Cycles under this aim"), columns, rows)


def _goals(aim: Any) -> list[str]:  # noqa: ANN401 - a row
    """Each measure in a few words: from where, if anybody knows, to where."""
    return [_goal(one) for one in _measures(aim)]


def _goal(one: Any) -> str:  # noqa: ANN401 - a row
    known = {"label": one.label, "goal": f"{one.goal:g}", "unit": one.unit_of_measure}
    if one.starts_at is not None:
        return _("%(label)s: from %(start)s to %(goal)s %(unit)s") % (known | {"start": f"{one.starts_at:g}"})
    if one.direction == Direction.LOWER:
        return _("%(label)s: to %(goal)s %(unit)s or less; where it stands today is not known yet") % known
    return _("%(label)s: to %(goal)s %(unit)s or more; where it stands today is not known yet") % known


def _measures(aim: Any) -> list[Any]:  # noqa: ANN401 - rows
    """The measures: what should come about first, then what leads there, then what must not get worse."""
    order = list(MeasureKind)
    return sorted(aim.measures.all(), key=lambda one: order.index(MeasureKind(one.kind)))
