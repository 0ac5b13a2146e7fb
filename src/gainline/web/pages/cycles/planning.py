"""The plan of a cycle in four forms and as a document; the checker speaks while one types, and by a button."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gainline.engine.core.errors import GainlineError
from gainline.engine.core.issues import Issue, has_errors
from gainline.engine.pilots.drafting import Answer
from gainline.services import cycles, planning
from gainline.services.planning import Standing
from gainline.web.gate import actor_of, signed_in
from gainline.web.pages.cycles import shown
from gainline.web.pages.cycles.forms import DocumentForm, MeasuresForm, QuestionForm, RuleForm, Versioned, WhoForm
from gainline.web.pages.cycles.views import WRITE
from gainline.web.parts import Tab
from gainline.web.parts.said import said_of, sentence

OPTION = re.compile(r" \(--[\w-]+\)")  # what a note says for the terminal alone
Row = Any  # a row of the store, of which faces know the attributes only


@signed_in
@require_http_methods(WRITE)
def question(request: HttpRequest, public_id: str) -> HttpResponse:
    """The question and its prediction."""
    return _part(request, public_id, "question", lambda data, at: QuestionForm(data, initial=_first(at, QuestionForm)))


@signed_in
@require_POST
def check(request: HttpRequest, public_id: str) -> HttpResponse:
    """What the checker says of a prediction that was not saved: beside the form, or as its page without script."""
    one = shown.one_of(request, public_id)
    form = QuestionForm(request.POST)
    form.is_valid()
    at = planning.standing(by=actor_of(request), cycle=one)
    text = planning.text_with(by=actor_of(request), cycle=one, said=form.answer())
    spoken = planning.spoken(by=actor_of(request), text=text)
    if request.headers.get("HX-Request"):
        return render(request, "cycles/spoken.html", {"spoken": spoken})
    return _show(request, one, "question", at, {"form": form, "spoken": spoken})


@signed_in
@require_http_methods(WRITE)
def who(request: HttpRequest, public_id: str) -> HttpResponse:
    """Who takes part."""

    def form(data: Any, at: Standing) -> WhoForm:  # noqa: ANN401 - what was sent
        initial = WhoForm.initial_of(at.document)
        known = planning.known(by=actor_of(request))
        grades = sorted({*known.grades, *initial["grades"]})
        schools = dict(known.schools) | {one: one for one in initial["schools"] if one not in dict(known.schools)}
        return WhoForm(data, initial=initial | {"version": at.version}, grades=grades, schools=schools.items())

    return _part(request, public_id, "who", form)


@signed_in
@require_safe
def could(request: HttpRequest, public_id: str) -> HttpResponse:
    """Who is eligible by the roster, and what they could detect; a fragment, or a page without script."""
    one, me = shown.one_of(request, public_id), actor_of(request)
    context: dict[str, Any] = {"here": gettext("What these schools could detect")}
    try:
        context["eligible"] = planning.who(by=me, cycle=one)
        context["sized"] = planning.could_detect(by=me, cycle=one, counted=context["eligible"])
        context["notes"] = [sentence(OPTION.sub("", note)) for note in context["sized"].notes]
    except GainlineError as error:
        context["refusal"] = said_of(error)
    if request.headers.get("HX-Request"):
        return render(request, "cycles/could.html", context | {"cycle": one})
    return shown.page(request, one, "could_page", context)


@signed_in
@require_http_methods(WRITE)
def measures(request: HttpRequest, public_id: str) -> HttpResponse:
    """What is measured."""

    def form(data: Any, at: Standing) -> MeasuresForm:  # noqa: ANN401 - what was sent
        known = planning.known(by=actor_of(request))
        return MeasuresForm(data, initial=_first(at, MeasuresForm), known=known)

    return _part(request, public_id, "measures", form)


@signed_in
@require_http_methods(WRITE)
def rule(request: HttpRequest, public_id: str) -> HttpResponse:
    """What will be done with which answer."""
    return _part(request, public_id, "rule", lambda data, at: RuleForm(data, initial=_first(at, RuleForm)))


@signed_in
@require_http_methods(WRITE)
def document(request: HttpRequest, public_id: str) -> HttpResponse:
    """The plan's document, for those who write it by hand."""
    one, me = shown.one_of(request, public_id), actor_of(request)
    draft = cycles.draft(by=me, cycle=one)
    text = draft.text if draft else planning.standing(by=me, cycle=one).text
    form = DocumentForm(request.POST or None, initial={"text": text, "version": draft.version if draft else 0})
    if request.method == "POST" and form.is_valid():
        try:
            said = form.cleaned_data
            cycles.save_draft(by=me, cycle=one, text=said["text"], version=said["version"] or 0)
        except GainlineError as error:
            shown.refuse(form, error)
        else:
            messages.success(request, gettext("The document is saved."))
            return redirect("cycles:plan", public_id)
    checked = cycles.check_text(by=me, text=form["text"].value() or "")
    context = {"form": form, "checked": checked, "tabs": _tabs(one, "plan", None), "here": gettext("The plan")}
    context |= _locked(one) | {"faults": has_errors(checked.issues)}
    return shown.page(request, one, "document", context, status=422 if form.errors else 200)


@signed_in
@require_POST
def check_document(request: HttpRequest, public_id: str) -> HttpResponse:
    """What is wrong with a document that was not saved."""
    shown.one_of(request, public_id)
    checked = cycles.check_text(by=actor_of(request), text=request.POST.get("text", ""))
    return render(request, "cycles/issues.html", {"issues": checked.issues, "is_whole": checked.may_register})


def _part(request: HttpRequest, public_id: str, name: str, make: Callable[[Any, Standing], Versioned]) -> HttpResponse:
    """One form of the plan: shown, or saved as a part of the document."""
    one, me = shown.one_of(request, public_id), actor_of(request)
    at = planning.standing(by=me, cycle=one)
    form = make(request.POST or None, at)
    if request.method == "POST" and form.is_valid():
        try:
            _save(request, one, form)
        except GainlineError as error:
            shown.refuse(form, error)
        else:
            messages.success(request, _saved(planning.standing(by=me, cycle=one)))
            return redirect(f"cycles:{_after(name)}", public_id)
    return _show(request, one, name, at, {"form": form}, status=422 if form.errors else 200)


def _save(request: HttpRequest, one: Row, form: Any) -> None:  # noqa: ANN401 - one of the four forms
    me = actor_of(request)
    said: Answer = form.answer()
    text = planning.text_with(by=me, cycle=one, said=said)
    cycles.save_draft(by=me, cycle=one, text=text, version=form.cleaned_data["version"] or 0)


ORDER = ("question", "who", "measures", "rule")


def _after(name: str) -> str:
    """The form that comes next; after the last one comes the lock."""
    place = ORDER.index(name) + 1
    return ORDER[place] if place < len(ORDER) else "register"


def _saved(at: Standing) -> str:
    if not at.faults:
        return gettext("Saved. The plan is whole: it can be read once more and locked.")
    words = ngettext("Saved. One thing is still missing.", "Saved. %(faults)d things are still missing.", at.faults)
    return words % {"faults": at.faults}


def _show(
    request: HttpRequest, one: Row, name: str, at: Standing, more: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    context = {
        "tabs": _tabs(one, name, at),
        "issues": _said_otherwise(at, name),
        "is_open": not at.is_done(name),
        "at": at,
        "here": gettext("The plan"),
        "place": name,
    }
    if name == "question" and "spoken" not in more:
        more |= {"spoken": planning.spoken(by=actor_of(request), text=at.text)}
    return shown.page(request, one, name, context | _locked(one) | more, status=status)


def _said_otherwise(at: Standing, name: str) -> tuple[Issue, ...]:
    """What stands against a part beyond questions that are not answered: those, the form itself asks."""
    return tuple(issue for issue in at.parts.get(name, ()) if not _is_unanswered(issue))


def _is_unanswered(issue: Issue) -> bool:
    """Whether a key of the document is missing, or a list is empty."""
    return issue.code == "PL003" or (issue.code == "PL005" and "at least 1 item" in issue.says)


def _locked(one: Row) -> dict[str, bool]:
    return {"is_locked": one.registrations.exists()}


def _tabs(one: Row, current: str, at: Standing | None) -> list[Tab]:
    words = {
        "question": gettext("What we predict"),
        "who": gettext("Who takes part"),
        "measures": gettext("What we measure"),
        "rule": gettext("The rule"),
        "plan": gettext("The document"),
    }
    return [
        Tab(f"{label}{_mark(name, at)}", shown.address(one, name), is_current=name == current)
        for name, label in words.items()
    ]


def _mark(name: str, at: Standing | None) -> str:
    """How many things a form still lacks, beside its name."""
    if at is None or name == "plan" or at.is_done(name):
        return ""
    lacks = sum(has_errors([issue]) for issue in at.parts[name])
    return f" ({gettext('%(lacks)d missing') % {'lacks': lacks}})"


def _first(at: Standing, form: Any) -> dict[str, Any]:  # noqa: ANN401 - one of the forms
    return {**form.initial_of(at.document), "version": at.version}
