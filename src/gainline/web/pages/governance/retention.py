"""Retention on a page: what is due, what a legal hold keeps, and the order to take the rest out, in two steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from gainline.engine.core.errors import GainlineError
from gainline.engine.records import Retention
from gainline.services import retention as desk
from gainline.services import tools
from gainline.web.gate import actor_of, needs
from gainline.web.pages.governance.views import STAYS, tabs
from gainline.web.parts import Cell, Column, Table
from gainline.web.parts.days import day_words
from gainline.web.parts.said import in_sentences

HERE = "governance:retention"
CLASSES = {
    Retention.CONTRACT: gettext_lazy("Rows of a contract"),
    Retention.CYCLE: gettext_lazy("Rows of a cycle"),
    Retention.ROSTER: gettext_lazy("The roster"),
    Retention.SERVICE: gettext_lazy("Traces of signing in"),
    Retention.RECORD: gettext_lazy("The district's own memory"),
}
SOURCES = {"left": gettext_lazy("students who left"), "district": gettext_lazy("every tool")}
FEW = {
    "fewer than 10": gettext_lazy("fewer than 10"),
    "fewer than 10 students": gettext_lazy("fewer than 10 students"),
    "10 or more": gettext_lazy("10 or more"),
    "answers to briefs": gettext_lazy("answers to briefs"),
}


class HoldForm(forms.Form):
    """What a legal hold is to keep, for which case, and until when."""

    because = forms.CharField(
        label=gettext_lazy("Which case"), max_length=200,
        help_text=gettext_lazy("The number of the case or letter. Name no student."),
    )  # fmt: skip
    retention = forms.ChoiceField(label=gettext_lazy("What it keeps"), required=False)
    tool = forms.ChoiceField(label=gettext_lazy("Of which tool"), required=False)
    whose = forms.CharField(
        label=gettext_lazy("Number of one student"), max_length=80, required=False,
        help_text=gettext_lazy("Leave it empty to keep rows of everybody. It is looked up and not kept."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    until = forms.DateField(
        label=gettext_lazy("Last day"), required=False, help_text=gettext_lazy("Empty: until somebody lifts it."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip

    def __init__(self, data: Any, *, known: list[tuple[str, str]]) -> None:  # noqa: ANN401 - what a browser posts
        super().__init__(data)
        choices = [("", _("Everything")), *((str(key), str(CLASSES[key])) for key in desk.HOLDABLE)]
        self.fields["retention"].choices = choices  # type: ignore[attr-defined]
        self.fields["tool"].choices = [("", _("Every tool")), *known]  # type: ignore[attr-defined]

    def kept(self) -> desk.Kept:
        """What the hold is to keep, as the desk takes it."""
        said = self.cleaned_data
        of_class = Retention(said["retention"]) if said["retention"] else None
        return desk.Kept(said["because"], said["until"], of_class, said["tool"], said["whose"])


@needs("agreement.write")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def retention(request: HttpRequest) -> HttpResponse:
    """What is due, what is kept and what went; and the form for a hold."""
    me = actor_of(request)
    found = desk.schedule(by=me)
    known = [(tool.key, tool.name) for tool in tools.tools(by=me)]
    form = HoldForm(request.POST or None, known=known)
    if request.method == "POST" and form.is_valid():
        try:
            desk.hold(by=me, kept=form.kept())
            messages.success(request, _("The hold stands from now on."))
            return redirect(HERE)
        except GainlineError as error:
            form.add_error(None, in_sentences(error))
    context = {
        "found": found,
        "table": _due(found, dict(known)),
        "holds": [(one, _kept(one, dict(known))) for one in found.holds],
        "done": _done(found, dict(known)) if found.done else None,
        "may_order": found.ordered is None and any(line.goes for line in found.report.lines),
        "form": form,
        "tabs": tabs(request, HERE),
    }
    return render(request, "governance/retention.html", context, status=422 if form.errors else 200)


@needs("agreement.write")
@require_POST
def lift(request: HttpRequest) -> HttpResponse:
    """Lift a hold for a reason."""
    try:
        said = request.POST
        desk.lift(by=actor_of(request), number=said.get("number", ""), because=said.get("because", ""))
        messages.success(request, _("The hold is lifted."))
    except GainlineError as error:
        messages.error(request, in_sentences(error))
    return redirect(HERE)


@needs("agreement.write")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def carry_out(request: HttpRequest) -> HttpResponse:
    """The second step: what goes is read once more, and ordered as it was read."""
    me = actor_of(request)
    if request.method == "POST":
        try:
            desk.order(by=me, seen=request.POST.get("seen", ""))
            messages.success(request, _("It is ordered, and taken out within the hour."))
        except GainlineError as error:
            messages.error(request, in_sentences(error))
        return redirect(HERE)
    found = desk.schedule(by=me)
    known = {tool.key: tool.name for tool in tools.tools(by=me)}
    crumbs = [(_("Governance"), reverse("governance:agreements")), (_("Retention"), reverse(HERE)), (_("Take out"), "")]
    context = {"found": found, "table": _due(found, known, only_going=True), "crumbs": crumbs}
    return render(request, "governance/retention_order.html", context)


def _due(found: desk.Schedule, known: Mapping[str, str], *, only_going: bool = False) -> Table:
    labels = (_("What"), _("Of"), _("Stays"), _("Due since"), _("Rows"), _("Students"), _("What happens"))
    lines = [line for line in found.report.lines if line.goes or not only_going]
    return Table(_("What is due"), tuple(map(Column, labels)), tuple(_line(line, known) for line in lines))


def _line(line: Any, known: Mapping[str, str]) -> tuple[Cell | str, ...]:  # noqa: ANN401 - a line of the report
    due = line.due
    happens = Cell(_("Goes"), kind="watch") if line.goes else Cell(_("Kept"), kind="settled", under=_by(line.held_by))
    return (
        str(CLASSES[due.retention]), _source(due.source, known), str(STAYS.get(due.retention, "–")),
        day_words(due.since), _rows(line.rows), _told(line.people) or "–", happens,
    )  # fmt: skip


def _done(found: desk.Schedule, known: Mapping[str, str]) -> Table:
    labels = (_("When"), _("What"), _("Of"), _("Rows"), _("Students"), _("Certificate"))
    rows = tuple(
        (
            day_words(one["on"]), str(CLASSES[Retention(one["class"])]), _source(one["source"], known),
            _rows(one["rows"]), _told(one["students"]) or "–", one["certificate"],
        )
        for one in found.done
    )  # fmt: skip
    return Table(_("What went"), tuple(map(Column, labels)), rows)


def _kept(hold: Any, known: Mapping[str, str]) -> str:  # noqa: ANN401 - a hold of the engine
    if hold.person:
        return _("one student")
    what = str(CLASSES[hold.retention]) if hold.retention else _("Everything")
    return f"{what}, {known.get(hold.tool, hold.tool)}" if hold.tool else what


def _source(source: str, known: Mapping[str, str]) -> str:
    return str(SOURCES[source]) if source in SOURCES else known.get(source, source)


def _rows(rows: Mapping[str, str]) -> str:
    return "; ".join(f"{_told(table)}: {_told(many)}" for table, many in sorted(rows.items()))


def _told(text: str) -> str:
    return str(FEW.get(text, text))


def _by(numbers: tuple[str, ...]) -> str:
    return _("by the hold %(numbers)s") % {"numbers": ", ".join(numbers)}
