"""Imports: files are looked at first, then taken in as a job; every row is accounted for."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from gainline.engine.core.errors import GainlineError
from gainline.services import imports as desk
from gainline.store.words import JobState
from gainline.web.gate import actor_of, needs, standing_of
from gainline.web.pages.data.places import tabs
from gainline.web.pages.data.telling import account_table, counted, issues_of, reach_tables
from gainline.web.parts import Cell, Column, Pages, Table
from gainline.web.parts.days import day_words
from gainline.web.parts.said import in_sentences

SIZE, MOST_ISSUES = 25, 60
ENDS = frozenset({JobState.DONE, JobState.REFUSED, JobState.FAILED})
KINDS = {
    JobState.WAITING: "neutral",
    JobState.RUNNING: "neutral",
    JobState.DONE: "settled",
    JobState.REFUSED: "watch",
    JobState.FAILED: "risk",
}
REMOVALS, NO_PROFILE = "IN190", "IN005"


@needs("record.read")
@require_http_methods(["GET", "HEAD"])
def imports(request: HttpRequest) -> HttpResponse:
    """What came in, latest first."""
    found = desk.imports(by=actor_of(request), at_most=1000)
    page = request.GET.get("page", "1")
    pages = Pages(int(page) if page.isdecimal() else 1, len(found), SIZE, request.GET.urlencode())
    shown = found[pages.start : pages.start + SIZE]
    labels = (_("From"), _("When"), _("State"), _("Rows read"), _("Loaded"), _("Rejected"), _("Issues"))
    columns = tuple(Column(label, is_number=place > 2) for place, label in enumerate(labels))
    table = Table(_("Imports, latest first"), columns, tuple(_listed(one) for one in shown))
    may_import = standing_of(request).may("record.import")
    context = {"table": table, "pages": pages, "is_empty": not found, "may_import": may_import}
    return render(request, "data/imports.html", context | {"tabs": tabs(request, "data:imports")})


def _listed(one: Any) -> tuple[Cell | str, ...]:  # noqa: ANN401 - a row of the store
    says, kind = state_of(one)
    rows = [counted(one.rows[name]) if one.rows else "–" for name in ("read", "loaded", "rejected")]
    names = ", ".join(str(file["name"]) for file in one.files[:2]) + (" …" if len(one.files) > 2 else "")
    href = reverse("data:import", args=[one.public_id])
    day = day_words((one.imported_at or one.created).date())
    return (Cell(one.source, href, under=names), day, Cell(says, kind=kind), *rows, counted(one.issues))


def state_of(one: Any) -> tuple[str, str]:  # noqa: ANN401 - a row of the store
    """How an import stands, in a word and the kind of its mark."""
    if one.job is None:
        return _("Imported"), "settled"
    state = JobState(one.job.state)
    if state is JobState.DONE:
        return (_("Looked at"), "neutral") if one.is_preview else (_("Imported"), "settled")
    return str(state.label), KINDS[state]


@needs("record.import")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Send files; they are looked at, and nothing is kept of them until somebody says so."""
    fault, source = None, request.POST.get("source", "").strip()
    if request.method == "POST":
        files = request.FILES.getlist("files")
        if not source:
            fault = {"name": "source", "says": _("Say where the files come from.")}
        else:
            try:
                sent = desk.receive(by=actor_of(request), source=source[:200], files=files, preview=True)
            except GainlineError as error:
                fault = {"name": "files", "says": in_sentences(error)}
            else:
                return redirect("data:import", sent.public_id)
    context = {"fault": fault, "source": source, "tabs": tabs(request, "data:imports")}
    return render(request, "data/new.html", context, status=422 if fault else 200)


@needs("record.read")
@require_http_methods(["GET", "HEAD"])
def brought(request: HttpRequest, public_id: str) -> HttpResponse:
    """One arrival: how far it is, what became of every row, and what is to be done next."""
    me = actor_of(request)
    one = desk.brought(by=me, public_id=public_id)
    job, issues = one.job, issues_of(one.account)
    is_over = job is None or job.state in ENDS
    may_import = standing_of(request).may("record.import")
    kept = one.rows["loaded"] + one.rows["repaired"] if one.rows else 0
    may_take = may_import and is_over and desk.is_kept_aside(by=me, brought=one)
    context = {
        "one": one,
        "job": job,
        "is_over": is_over,
        "state": state_of(one),
        "issues": issues[:MOST_ISSUES],
        "more_issues": max(0, len(issues) - MOST_ISSUES),
        "table": account_table(one.account) if one.account else None,
        "reach": reach_tables(one.account),
        "may_take": may_take,
        "kept": kept,
        "is_worth_taking": kept > 0,
        "unread": _unread(one) if may_take else [],
        "glimpses": [_glimpsed(look) for look in (job.result.get("glimpses", []) if job else [])],
        "may_settle": standing_of(request).may("identity.settle"),
        "asks_removals": job is not None and job.code == REMOVALS,
        "tabs": tabs(request, "data:imports"),
    }
    part = "data/progress.html" if request.htmx and not is_over else "data/import.html"  # type: ignore[attr-defined]
    answer = render(request, part, context)
    if request.htmx and is_over:  # type: ignore[attr-defined]  # set by django-htmx
        answer["HX-Refresh"] = "true"
    return answer


def _unread(one: Any) -> list[tuple[int, str]]:  # noqa: ANN401 - a row of the store
    """The files that no profile fits: their place in the list of what was sent, and their name."""
    strange = {
        file["name"] for file in one.account or [] if any(i["code"] == NO_PROFILE for i in file.get("issues", []))
    }
    return [(place, str(file["name"])) for place, file in enumerate(one.files) if file["name"] in strange]


def _glimpsed(look: dict[str, Any]) -> Table:
    rows = tuple(tuple(row[: len(look["headings"])]) for row in look["rows"])
    return Table(look["name"], tuple(Column(one or "–") for one in look["headings"]), rows)


@needs("record.import")
@require_POST
def take_in(request: HttpRequest, public_id: str) -> HttpResponse:
    """Import what was looked at."""
    me = actor_of(request)
    one = desk.brought(by=me, public_id=public_id)
    begun = desk.take_in(by=me, seen=one, confirm_removals=request.POST.get("confirm_removals") == "yes")
    return redirect("data:import", begun.public_id)


@needs("record.import")
@require_POST
def discard(request: HttpRequest, public_id: str) -> HttpResponse:
    """Throw away what was kept aside."""
    me = actor_of(request)
    desk.discard(by=me, seen=desk.brought(by=me, public_id=public_id))
    return redirect("data:imports")
