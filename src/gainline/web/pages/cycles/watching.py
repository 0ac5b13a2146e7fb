"""Monitoring: what came in since the lock, how much the tool is used, and the signs that need somebody."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gainline.engine.core.errors import GainlineError
from gainline.engine.reports.over_weeks import Week, weeks_figure
from gainline.engine.reports.words import words
from gainline.services import evidence, imports, notes, planning, watching
from gainline.services.remembering import StillLookingError
from gainline.services.stages import Stage
from gainline.store.words import JobState
from gainline.web.gate import actor_of, needs, signed_in, standing_of
from gainline.web.pages.cycles import shown
from gainline.web.pages.cycles.views import WRITE
from gainline.web.parts import Cell, Chart, Column, Table, chart_of
from gainline.web.parts.papers import language
from gainline.web.parts.said import Said, said_of

Row = Any  # a row of the store
WEEK = "week_start"
ASKS = {
    "schools": (_("Minutes a week, by school"), "minutes_per_week", ["school_id"]),
    "weeks": (_("Students who used it, week by week"), "active_students_per_week", [WEEK]),
    "grades": (_("Share of students at the dose, by grade"), "dosage", ["grade"]),
}
"""What may be counted while a cycle runs: its words, the indicator and the groups."""


@signed_in
@require_http_methods(WRITE)
def monitor(request: HttpRequest, public_id: str) -> HttpResponse:
    """What came in, and how the tool is used; files are brought in here as well."""
    one, me = shown.one_of(request, public_id), actor_of(request)
    context: dict[str, Any] = {"here": gettext("Monitoring"), "refusal": shown.why_not(one, Stage.RECORDED)}
    status = 200
    if request.method == "POST":
        try:
            imports.receive(by=me, source=request.POST.get("source") or one.tool.name, files=_files(request))
        except GainlineError as error:
            context["refused"], status = said_of(error), 422
        else:
            messages.success(request, gettext("The files are here and are being read."))
            return redirect("cycles:monitor", public_id)
    brought = watching.arrivals(by=me, cycle=one)
    context |= {"brought": brought, "table": _arrivals(brought), "asks": [(key, ask[0]) for key, ask in ASKS.items()]}
    context |= {"is_busy": any(_is_busy(row.job) for row in brought), "plan": planning.plan_of(by=me, cycle=one)}
    context |= _measured(request, one)
    return shown.page(request, one, "monitor", context, status=status)


@needs("evidence.read")
@require_POST
def ask(request: HttpRequest, public_id: str) -> HttpResponse:
    """Have use counted in the background."""
    one, me = shown.one_of(request, public_id), actor_of(request)
    _label, indicator, groups = ASKS.get(request.POST.get("what", ""), ASKS["schools"])
    plan = planning.plan_of(by=me, cycle=one)
    days = (plan.window.start, plan.window.end) if plan else None
    job = evidence.ask_measure(by=me, indicator=indicator, groups=groups, where={"tool": [one.tool.key]}, days=days)
    return redirect(f"{reverse('cycles:monitor', args=[public_id])}?measured={job.public_id}#use")


@needs("evidence.read")
@require_safe
def signs(request: HttpRequest, public_id: str) -> HttpResponse:
    """What needs somebody: a fragment, or its page without script."""
    one = shown.one_of(request, public_id)
    own, others = watching.signs(by=actor_of(request), cycle=one)
    context = {"issues": own, "others": others, "here": gettext("Signs")}
    if request.headers.get("HX-Request"):
        return render(request, "cycles/signs.html", context)
    return shown.page(request, one, "signs_page", context)


@needs("evidence.read")
@require_safe
def arms(request: HttpRequest, public_id: str) -> HttpResponse:
    """What has come in of each arm: a fragment, or its page without script."""
    one = shown.one_of(request, public_id)
    context: dict[str, Any] = {"here": gettext("What has come in, by arm")}
    try:
        context["arms"] = _arms(watching.arms(by=actor_of(request), cycle=one))
    except StillLookingError:
        raise  # no refusal: the page comes again by itself
    except GainlineError as error:
        context["refused"] = said_of(error)
    if request.headers.get("HX-Request"):
        return render(request, "cycles/arms.html", context)
    return shown.page(request, one, "arms_page", context)


def _arms(found: tuple[Row, ...]) -> Table:
    heads = {"result": gettext("With a result"), "use": gettext("With a row of use")}
    columns = (Column(gettext("Arm")), *(Column(heads[one.kind], is_number=True) for one in found))
    rows = []
    for place, (arm, _here, whole) in enumerate(found[0].arms):
        counts = [_amount(one.arms[place][1]) for one in found]
        rows.append((arm, *counts, _amount(whole)))
    return Table(
        gettext("Students of each arm"), (*columns, Column(gettext("Students assigned"), is_number=True)), tuple(rows)
    )


def _amount(count: Row) -> str:
    """A count as it may be shown: a number, a band, or that it is too small."""
    if count.is_hidden:
        return gettext("too few")
    low, high = (number_format(end, force_grouping=True) for end in (count.low, count.high))
    return low if low == high else f"{low}–{high}"


def _files(request: HttpRequest) -> list[Any]:
    return list(request.FILES.getlist("files"))


def _is_busy(job: Row) -> bool:
    return job is not None and job.state in {JobState.WAITING, JobState.RUNNING}


def _measured(request: HttpRequest, one: Row) -> dict[str, Any]:
    """A measurement that was asked for, as far as it has come."""
    asked = request.GET.get("measured")
    if not asked or not standing_of(request).may("evidence.read", one):
        return {}
    job = evidence.measured(by=actor_of(request), public_id=asked)
    label = next((str(ask[0]) for ask in ASKS.values() if ask[1] == job.words.get("indicator")), "")
    found: dict[str, Any] = {"job": job, "job_label": label, "is_counting": _is_busy(job)}
    if job.state == JobState.DONE:
        rows = job.result["rows"]
        found |= {"chart": _over_weeks(request, one, label, rows)} if _is_weekly(rows) else {"use": _use(label, rows)}
    return found


def _is_weekly(rows: list[dict[str, Any]]) -> bool:
    return bool(rows) and WEEK in rows[0]


def _over_weeks(request: HttpRequest, one: Row, label: str, rows: list[dict[str, Any]]) -> Chart:
    """The weeks as a line, with the notes of the cycle on their days."""
    weeks = sorted((_week(row) for row in rows), key=lambda week: week.starts)
    pinned = notes.travelling(notes.notes(by=actor_of(request), cycle=one))
    told = words(language())
    return chart_of(weeks_figure(weeks, label=label, subtitle=f"{one.tool.name}: {label}", notes=pinned, words=told))


def _week(row: dict[str, Any]) -> Week:
    people = "" if row["n"] is None else number_format(row["n"], force_grouping=True)
    return Week(date.fromisoformat(str(row[WEEK])[:10]), row["value"], row["unit"], people, row["note"])


def _use(label: str, rows: list[dict[str, Any]]) -> Table | None:
    if not rows:
        return None
    group = next(name for name in rows[0] if name not in {"value", "unit", "n", "note"})
    columns = (
        Column(gettext("Group")), Column(gettext("Value"), is_number=True),
        Column(gettext("Students"), is_number=True), Column(gettext("Note")),
    )  # fmt: skip
    return Table(label, columns, tuple(_line(row, group) for row in rows))


def _line(row: dict[str, Any], group: str) -> tuple[Cell | str, ...]:
    value = "–" if row["value"] is None else f"{number_format(row['value'], 1)} {row['unit']}"
    people = "–" if row["n"] is None else number_format(row["n"], force_grouping=True)
    return (str(row[group]), value, people, row["note"])


def _arrivals(brought: list[Row]) -> Table | None:
    if not brought:
        return None
    columns = (
        Column(gettext("From")), Column(gettext("When")), Column(gettext("State")),
        Column(gettext("Rows kept"), is_number=True), Column(gettext("Left out"), is_number=True),
    )  # fmt: skip
    return Table(gettext("What came in since the plan was locked"), columns, tuple(_arrival(row) for row in brought))


def _arrival(row: Row) -> tuple[Cell | str, ...]:
    state, kind, under = gettext("Read"), "settled", ""
    if row.job is not None and row.imported_at is None:
        state, kind = str(JobState(row.job.state).label), "unknown"
        if row.job.state in {JobState.REFUSED, JobState.FAILED}:
            kind, under = "risk", Said(row.job.says, row.job.remedy, row.job.code).sentences
    day = row.imported_at or row.created
    entered = row.rows.get("loaded", 0) + row.rows.get("repaired", 0)
    kept = number_format(entered, force_grouping=True) if row.imported_at else "–"
    rejected = number_format(row.rows.get("rejected", 0), force_grouping=True) if row.imported_at else "–"
    return (Cell(row.source), date_format(day, "DATE_FORMAT"), Cell(state, kind=kind, under=under), kept, rejected)
