"""Tools to read: the portfolio, and one tool with everything that stands on it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gainline.services import clock, cycles, library, notes, teaching, tools
from gainline.services import portfolio as service
from gainline.services.portfolio import Held, Terms
from gainline.services.stages import STEP, stage_of
from gainline.services.teaching import ToolMap
from gainline.store.words import Choice
from gainline.web.gate import actor_of, needs, standing_of
from gainline.web.pages.tools.contracts import contract_table, days_backwards, money
from gainline.web.pages.tools.teaching import activity_word
from gainline.web.pages.tools.use import counts_of, funnel_of
from gainline.web.parts import Cell, Column, Table
from gainline.web.parts.days import day_words, in_days

NEAR = timedelta(days=60)
SHOWS = ("all", "due", "terms", "unasked", "retired")
TERMS = {Terms.RUNS: "settled", Terms.NONE: "risk", Terms.ENDED: "watch", Terms.DESTROY: "risk"}


@needs("district.read")
@require_safe
def portfolio(request: HttpRequest) -> HttpResponse:
    """The portfolio as a table, or the part of it that was asked for."""
    me = actor_of(request)
    asked = request.GET.get("show", "all")
    chosen = asked if asked in SHOWS else "all"
    held = service.portfolio(by=me, retired=chosen == "retired")
    kept = [one for one in held if _is_in(one, chosen, me)]
    context = {
        "table": _table(kept, me) if kept else None,
        "has_tools": bool(held),
        "filters": [(key, says, key == chosen) for key, says in _filters()],
        "may_write": standing_of(request).may("tool.write"),
        "chosen": chosen,
    }
    return render(request, "tools/tools.html", context)


@needs("district.read")
@require_safe
def tool(request: HttpRequest, public_id: str) -> HttpResponse:
    """One tool."""
    me, standing = actor_of(request), standing_of(request)
    row = tools.tool(by=me, public_id=public_id)
    held, language = service.held(by=me, tool=row), get_language() or "en"
    told = service.use_found(by=me, tool=row, language=language)
    reads = standing.may("evidence.read")
    context = {
        "tool": row,
        "held": held,
        "terms": (TERMS[held.terms], terms_word(held.terms)),
        "crumbs": [(_("Tools"), reverse("tools:tools")), (row.name, "")],
        "contracts": contract_table(list(row.contracts.all()), may_change=standing.may("tool.write", row)),
        "backwards": days_backwards(held.countdown, clock.today(me.district)),
        "funnel": funnel_of(told),
        "counts": counts_of(service.counted_use(by=me, tool=row)) if reads else [],
        "reads": reads,
        "found": _found(service.found(by=me, tool=row)),
        "open_cycles": _open(cycles.cycles(by=me, tool=row)),
        "voices": service.voices(by=me, tool=row) if reads else [],
        "learnings": [one for one in library.learnings(by=me) if one.cycle.tool_id == row.pk],
        "notes": notes.notes(by=me, tool=row),
        "taught": _taught(teaching.of_tool(by=me, tool=row)),
        "may_pin": standing.may("note.write"),
        "may_write": standing.may("tool.write", row),
        "may_agree": standing.may("agreement.write", row),
        "may_start": standing.may("cycle.start") and row.retired_on is None,
    }
    return render(request, "tools/tool.html", context)


def terms_word(terms: Terms) -> str:
    """How a tool stands with agreements about data, in words."""
    return {
        Terms.RUNS: _("Agreement runs"),
        Terms.NONE: _("No agreement"),
        Terms.ENDED: _("Agreement ended"),
        Terms.DESTROY: _("Data should be destroyed"),
    }[terms]


def _filters() -> list[tuple[str, str]]:
    return [
        ("all", _("All")),
        ("due", _("Notice due in 60 days")),
        ("terms", _("Without a running agreement")),
        ("unasked", _("Never asked about")),
        ("retired", _("Taken out")),
    ]


def _is_in(held: Held, chosen: str, me: Any) -> bool:  # noqa: ANN401 - an account
    today = clock.today(me.district)
    if chosen == "due":
        return held.countdown is not None and today <= held.countdown.days.notice_by <= today + NEAR
    if chosen == "terms":
        return held.terms is not Terms.RUNS
    if chosen == "unasked":
        return not held.open_cycles and held.decision is None
    return True


def _table(held: list[Held], me: Any) -> Table:  # noqa: ANN401 - an account
    columns: tuple[Column, ...] = (Column(_("Tool")), Column(_("Notice due")), Column(_("Price"), is_number=True))
    columns += (Column(_("Agreement about data")), Column(_("What we know")))
    return Table(_("The portfolio"), columns, tuple(_row(one, me) for one in held))


def _row(held: Held, me: Any) -> tuple[Cell | str, ...]:  # noqa: ANN401 - an account
    tool, counted, contract = held.tool, held.countdown, held.contract
    notice = Cell(_("no contract") if contract is None else _("no notice"))
    if counted is not None:
        day = counted.days.notice_by
        notice = Cell(day_words(day), under=in_days(day, clock.today(me.district)))
    return (
        Cell(tool.name, href=reverse("tools:tool", args=[tool.public_id]), under=tool.vendor),
        notice,
        money(contract),
        Cell(terms_word(held.terms), kind=TERMS[held.terms]),
        _known(held),
    )


def _known(held: Held) -> Cell:
    if held.decision is not None:
        return Cell(str(held.decision.get_chosen_display()), kind="settled", under=day_words(held.decision.decided_on))
    if held.open_cycles:
        return Cell(_("Being asked"), kind="watch")
    return Cell(_("Never asked"), kind="unknown")


def _found(found: list[Any]) -> Table | None:
    """What evaluations found, one row a cycle."""
    if not found:
        return None
    columns = (Column(_("Cycle")), Column(_("The rule says")), Column(_("Rating")), Column(_("Decided")))
    rows = tuple(
        (
            Cell(one.cycle.title, href=f"/cycles/{one.cycle.public_id}/", under=day_words(one.evaluated_on)),
            str(dict(Choice.choices).get(one.ruled, one.ruled)),
            one.rating or "–",
            str(one.decision.get_chosen_display()) if one.decision else _("not yet"),
        )
        for one in found
    )
    return Table(_("Evidence so far"), columns, rows)


def _taught(mapped: ToolMap | None) -> tuple[ToolMap, Table | None] | None:
    """What the map says of the tool, its uses as a table."""
    if mapped is None:
        return None
    columns = (Column(_("It affords")), Column(_("For")), Column(_("Towards")), Column(_("Served as well by")))
    rows = tuple(
        (Cell(one.affordance), activity_word(one.activity), "; ".join(one.standards), ", ".join(one.beside) or "–")
        for one in mapped.uses
    )
    return mapped, Table(_("What it is for in teaching"), columns, rows) if rows else None


def _open(found: list[Any]) -> list[tuple[Any, str]]:
    """Cycles that still wait for their decision, each with its stage."""
    return [(one, str(STEP[stage_of(one)].label)) for one in found if not one.has_decision and one.stopped_on is None]
