"""The list of cycles, a new one, one on its own page, and its end before the decision."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from gainline.engine.core.errors import GainlineError
from gainline.engine.pilots.drafting import plan_key
from gainline.services import aims, clock, decisions, library, notes, planning, release_desk, stages, tools
from gainline.services import cycles as service
from gainline.services.cycles import Asked
from gainline.store.words import RequestKind
from gainline.web.gate import actor_of, needs, signed_in, standing_of
from gainline.web.pages.cycles import shown
from gainline.web.pages.cycles.forms import NewForm, StopForm
from gainline.web.pages.cycles.grown import grown
from gainline.web.parts import Cell, Column, Pages, Table

Row = Any  # a row of the store, or an account
WRITE = ["GET", "HEAD", "POST"]


@signed_in
@require_safe
def cycles(request: HttpRequest) -> HttpResponse:
    """All cycles by the day of their decision: how far each has come, and what is next."""
    me = actor_of(request)
    found = service.cycles(by=me)
    pages = Pages(_number(request), len(found), query=request.GET.urlencode())
    today = clock.today(me.district)
    rows = tuple(_row(one, today) for one in found[pages.start : pages.start + pages.size])
    columns = tuple(
        Column(name) for name in (gettext("Cycle"), gettext("Stage"), gettext("Decided by"), gettext("What is next"))
    )
    context = {
        "table": Table(gettext("All cycles by the day of their decision"), columns, rows),
        "pages": pages,
        "found": found,
        "may_start": standing_of(request).may("cycle.start"),
        "crumbs": [(gettext("Cycles"), "")],
    }
    return render(request, "cycles/list.html", context)


@needs("cycle.start")
@require_http_methods(WRITE)
def new(request: HttpRequest) -> HttpResponse:
    """Start a cycle: an aim, a tool, a question and a day."""
    me = actor_of(request)
    known_aims, known_tools = aims.aims(by=me), tools.tools(by=me)
    form = NewForm(
        request.POST or None,
        initial={name: request.GET.get(name, "") for name in ("aim", "tool", "question", "title")},
        aims=[(one.public_id, one.title) for one in known_aims],
        tools=[(one.public_id, one.name) for one in known_tools],
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = _start(me, form.cleaned_data)
        except GainlineError as error:
            shown.refuse(form, error)
        else:
            messages.success(request, gettext("The cycle stands. Next: what do you predict?"))
            return redirect("cycles:question", made.public_id)
    crumbs = [(gettext("Cycles"), "/cycles/"), (gettext("Start a cycle"), "")]
    context = {"form": form, "crumbs": crumbs, "aims": known_aims}
    return render(request, "cycles/new.html", context, status=422 if form.errors else 200)


@signed_in
@require_safe
def cycle(request: HttpRequest, public_id: str) -> HttpResponse:
    """One cycle on one page: its question, how far it has come, and what stands so far."""
    me, one = actor_of(request), stages.read_anew(shown.one_of(request, public_id))
    plan = planning.plan_of(by=me, cycle=one)
    made = decisions.decisions(by=me, cycle=one)
    context = {
        "timeline": shown.strip(one, shown.faults_of(request, one), grown(request, one, plan, made)),
        "plan": plan,
        "decisions": made,
        "learnings": library.learnings(by=me, cycle=one),
        "notes": notes.notes(by=me, cycle=one),
        "left": shown.days_left(one.decide_by, clock.today(me.district)),
        "is_late": one.decide_by < clock.today(me.district),
    }
    return shown.page(request, one, "one", context)


@needs("cycle.start")
@require_http_methods(WRITE)
def stop(request: HttpRequest, public_id: str) -> HttpResponse:
    """Stop a cycle before its decision, with a reason; there is no way back but a new cycle."""
    one = shown.one_of(request, public_id)
    form = StopForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            asked = _asked_or_stopped(actor_of(request), one, form.cleaned_data["because"])
        except GainlineError as error:
            shown.refuse(form, error)
        else:
            if asked is not None:
                messages.success(request, gettext("It waits for a second person, who reads it and approves."))
                return redirect("governance:request", asked.public_id)
            messages.success(request, gettext("The cycle is stopped. It stays readable with its reason."))
            return redirect("cycles:cycle", public_id)
    here = {"form": form, "here": gettext("Stop this cycle")}
    return shown.page(request, one, "stop", here, status=422 if form.errors else 200)


def _asked_or_stopped(me: Row, one: Row, because: str) -> Row | None:
    """The request that the stop of a registered cycle waits with; None when it is stopped."""
    if one.registrations.exists():
        return release_desk.ask(by=me, cycle=one, kind=RequestKind.STOP, asks={"because": because})
    service.stop_cycle(by=me, cycle=one, because=because)
    return None


def _number(request: HttpRequest) -> int:
    asked = request.GET.get("page", "1")
    return int(asked) if asked.isdecimal() else 1


def _row(one: Row, today: date) -> tuple[Cell | str, ...]:
    reached = stages.progress_of(one)
    done = sum(step.is_reached for step in reached)
    of = ngettext("%(done)d of %(all)d stage", "%(done)d of %(all)d stages", len(reached))
    stage = Cell(str(stages.STEP[stages.stage_of(one)].label), under=of % {"done": done, "all": len(reached)})
    kind = "watch" if one.decide_by < today and done < len(reached) - 1 and not one.stopped_on else ""
    left = "" if done >= len(reached) - 1 or one.stopped_on else shown.days_left(one.decide_by, today)
    return (
        Cell(one.title, href=shown.address(one, "cycle"), under=f"{one.tool.name} · {one.aim.title}"),
        stage,
        Cell(date_format(one.decide_by, "DATE_FORMAT"), kind=kind, under=left),
        Cell(shown.next_words(one)),
    )


def _start(me: Row, said: dict[str, Any]) -> Row:
    aim = aims.aim(by=me, public_id=said["aim"])
    if said["tool"]:
        tool = tools.tool(by=me, public_id=said["tool"])
    else:
        name = said["new_tool"].strip()
        tool = tools.add_tool(by=me, key=plan_key(name), name=name)
    asked = Asked(
        title=said["title"],
        question=said["question"],
        decide_by=said["decide_by"],
        decide_because=said["decide_because"],
    )
    return service.start_cycle(by=me, aim=aim, tool=tool, asked=asked)
