"""Evidence: the blocks of the brief for who may see them, the look itself, and the release."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gainline.engine.core.errors import GainlineError
from gainline.engine.privacy import Audience
from gainline.engine.reports.board import Clause
from gainline.engine.reports.brief import Blocks
from gainline.engine.reports.funnel import Funnel
from gainline.services import evidence as service
from gainline.services import governance, notes, queue, release_desk
from gainline.services.readership import FOR_ALL
from gainline.services.stages import Stage
from gainline.store.words import Choice, JobState, RequestKind
from gainline.web.gate import actor_of, needs, signed_in, standing_of
from gainline.web.pages.cycles import shown
from gainline.web.pages.cycles.forms import ReleaseForm
from gainline.web.pages.cycles.views import WRITE
from gainline.web.parts import Cell, Column, FunnelStep, Table, chart_of
from gainline.web.parts.papers import language

Row = Any  # a row of the store
KINDS = {"adopt": "settled", "adapt": "watch", "stop": "risk", "extend": "watch", "unknown": "unknown"}
COUNTED = 4  # steps of the funnel that are counts of people; the rest are results


@signed_in
@require_safe
def evidence(request: HttpRequest, public_id: str) -> HttpResponse:
    """What came out: for staff as soon as it was evaluated, for everybody else once it was released."""
    one, me = shown.one_of(request, public_id), actor_of(request)
    may_read = standing_of(request).may("evidence.read", one)
    context: dict[str, Any] = {"here": gettext("Evidence"), "refusal": shown.why_not(one, Stage.EVALUATED)}
    if may_read:
        context["looks"] = service.evidence(by=me, cycle=one)
        if context["looks"]:
            context["told"] = service.told(by=me, cycle=one, language=language())
    else:
        context["told"] = service.released(by=me, cycle=one, language=language())
        context["is_released"] = context["told"] is not None
    context |= _blocks(context.get("told")) | _job(request, one, may_read=may_read) | {"may_read": may_read}
    pinned = notes.notes(by=me, cycle=one) if "charts" in context else []
    context["charts"] = [
        (chart, [note for note in pinned if note.figure == chart.name]) for chart in context.get("charts", ())
    ]
    return shown.page(request, one, "evidence", context)


@needs("cycle.look")
@require_POST
def look(request: HttpRequest, public_id: str) -> HttpResponse:
    """Have the registered plan evaluated, all of it and nothing else."""
    job = service.look(by=actor_of(request), cycle=shown.one_of(request, public_id))
    messages.success(request, gettext("The plan is being evaluated. The look is written down."))
    return redirect(f"{reverse('cycles:evidence', args=[public_id])}?job={job.public_id}")


@needs("release.send")
@require_http_methods(WRITE)
def release(request: HttpRequest, public_id: str) -> HttpResponse:
    """Release the brief: what leaves the house is written down, and cannot be called back."""
    one, me = shown.one_of(request, public_id), actor_of(request)
    pinned = notes.notes(by=me, cycle=one)
    form = ReleaseForm(request.POST or None, initial={"language": language()}, pinned=pinned)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            along = [note for note in pinned if note.public_id in said["notes"]]
            asked = _asked_or_released(me, one, said, along)
        except GainlineError as error:
            shown.refuse(form, error)
        else:
            if asked is not None:
                messages.success(request, gettext("It waits for a second person, who reads it and approves."))
                return redirect("governance:request", asked.public_id)
            messages.success(request, gettext("The brief is released. Everybody it is for can read it here."))
            return redirect("cycles:evidence", public_id)
    sent = [row for row in governance.releases(by=me) if row.cycle_id == one.pk]
    chosen = request.POST.getlist("notes")
    offered = [(note, note.public_id in chosen) for note in pinned]
    context = {"form": form, "sent": sent, "pinned": offered, "here": gettext("Release the brief")}
    return shown.page(request, one, "release", context, status=422 if form.errors else 200)


def _asked_or_released(me: Row, one: Row, said: dict[str, Any], along: list[Row]) -> Row | None:
    """The request that a brief for the public waits with; None when it was for staff and is released."""
    if said["audience"] in FOR_ALL:
        asks = release_desk.asks_of(said["audience"], said["language"], said["recipient"], along)
        return release_desk.ask(by=me, cycle=one, kind=RequestKind.BRIEF, asks=asks)
    governance.release_brief(
        by=me, cycle=one, audience=Audience(said["audience"]), recipient=said["recipient"],
        language=said["language"], notes=along,
    )  # fmt: skip
    return None


def _job(request: HttpRequest, one: Row, *, may_read: bool) -> dict[str, Any]:
    """The look that was just asked for; else the latest, so that whoever comes back reads how it ended."""
    asked, me = request.GET.get("job"), actor_of(request)
    if not asked and not may_read:
        return {}
    job = queue.job(by=me, public_id=asked) if asked else queue.last_look(by=me, cycle=one.public_id)
    if job is None:
        return {}
    return {"job": job, "is_busy": job.state in {JobState.WAITING, JobState.RUNNING}}


def _blocks(told: Blocks | None) -> dict[str, Any]:
    if told is None:
        return {}
    word = {"unknown": Choice.UNKNOWN}.get(told.chip) or Choice(told.chip)
    return {
        "word": str(word.label),
        "kind": KINDS[told.chip],
        "funnel": _funnel(told.funnel),
        "results": told.funnel.steps[COUNTED:],
        "charts": [chart_of(figure) for figure in told.figures],
        "clauses": _clauses(told),
        "rating": told.method.rating,
        "design": told.method.design,
        "provenance": told.method.provenance,
    }


def _funnel(made: Funnel) -> list[FunnelStep]:
    return [FunnelStep(step.label, step.figure, step.under, step.cost, step.height) for step in made.steps[:COUNTED]]


def _outcome(clause: Clause) -> str:
    if not clause.is_asked:
        return gettext("not asked")
    return gettext("holds") if clause.holds else gettext("does not hold")


def _clauses(told: Blocks) -> Table:
    columns = (Column(gettext("The rule says")), Column(gettext("We found")), Column(gettext("So")))
    rows = tuple(
        (
            Cell(clause.says),
            clause.found,
            Cell(_outcome(clause), kind="neutral"),
        )
        for clause in told.clauses
    )
    return Table(gettext("The registered rule, clause by clause"), columns, rows)
