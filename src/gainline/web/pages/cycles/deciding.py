"""Review, decision, learning: people are heard, decide beside the registered rule, and write down what stays."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from gainline.engine.core.errors import GainlineError
from gainline.services import decisions, evidence, governance, library, notes, planning
from gainline.services.decisions import Reasoned
from gainline.services.stages import Stage
from gainline.store.words import Choice, Role
from gainline.web.gate import actor_of, needs, signed_in, standing_of
from gainline.web.pages.cycles import shown
from gainline.web.pages.cycles.forms import DecisionForm, LearningForm, VoiceForm
from gainline.web.pages.cycles.views import WRITE

Row = Any  # a row of the store


@signed_in
@require_http_methods(WRITE)
def review(request: HttpRequest, public_id: str) -> HttpResponse:
    """The reviews of a cycle with what was said; opened here."""
    one, me = shown.one_of(request, public_id), actor_of(request)
    if request.method == "POST":
        made = decisions.open_review(by=me, cycle=one)
        landed = governance.land_feedback(by=me, review=made)
        messages.success(request, _opened(landed))
        return redirect("cycles:review", public_id)
    return _review(request, one, VoiceForm())


@needs("cycle.review")
@require_POST
def speak(request: HttpRequest, public_id: str) -> HttpResponse:
    """Say something in the latest review."""
    one, me = shown.one_of(request, public_id), actor_of(request)
    form = VoiceForm(request.POST)
    held = decisions.reviews(by=me, cycle=one)
    if held and form.is_valid():
        leans = form.cleaned_data["leans"]
        try:
            decisions.speak(
                by=me, review=held[0], says=form.cleaned_data["says"], leans=Choice(leans) if leans else None
            )
        except GainlineError as error:
            shown.refuse(form, error)
        else:
            messages.success(request, gettext("It is written down as you said it."))
            return redirect("cycles:review", public_id)
    return _review(request, one, form, status=422)


@signed_in
@require_http_methods(WRITE)
def decision(request: HttpRequest, public_id: str) -> HttpResponse:
    """Decide beside what the rule says: first written, then read once more, then entered."""
    one, me = shown.one_of(request, public_id), actor_of(request)
    made = decisions.decisions(by=me, cycle=one)
    refusal = shown.why_not(one, Stage.DECIDED)
    ruled = _ruled(request, one, made)
    form = DecisionForm(request.POST or None, ruled=ruled, initial={"chosen": ruled})
    context: dict[str, Any] = {"here": gettext("Decision"), "made": made, "refusal": refusal, "form": form}
    context |= {"ruled": _word(ruled), "plan": planning.plan_of(by=me, cycle=one)}
    context["dissent"] = _dissent(request, one, made)
    if request.method == "POST" and form.is_valid():
        if not form.cleaned_data["is_read"]:
            return shown.page(request, one, "decide", context | {"chosen": _word(form.cleaned_data["chosen"])})
        try:
            _decide(request, one, form.cleaned_data, made)
        except GainlineError as error:
            shown.refuse(form, error)
        else:
            messages.success(request, gettext("It is decided. It stays readable, and can only be replaced."))
            return redirect("cycles:decision", public_id)
    return shown.page(request, one, "decision", context, status=422 if form.errors else 200)


@signed_in
@require_http_methods(WRITE)
def learning(request: HttpRequest, public_id: str) -> HttpResponse:
    """What was learned, for those who were not there."""
    one, me = shown.one_of(request, public_id), actor_of(request)
    form = LearningForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            decisions.learn(by=me, cycle=one, **form.cleaned_data)
        except GainlineError as error:
            shown.refuse(form, error)
        else:
            messages.success(request, gettext("It stands in the library."))
            return redirect("cycles:learning", public_id)
    context: dict[str, Any] = {"form": form, "here": gettext("Learning")}
    context["refusal"] = shown.why_not(one, Stage.LEARNED)
    context["learnings"] = library.learnings(by=me, cycle=one)
    return shown.page(request, one, "learning", context, status=422 if form.errors else 200)


def _review(request: HttpRequest, one: Row, form: forms.Form, *, status: int = 200) -> HttpResponse:
    me = actor_of(request)
    may_read = standing_of(request).may("evidence.read", one)
    held = decisions.reviews(by=me, cycle=one) if may_read else []
    context = {
        "here": gettext("Review"), "form": form, "may_read": may_read,
        "refusal": shown.why_not(one, Stage.REVIEWED), "notes": notes.notes(by=me, cycle=one),
        "reviews": [(row, [_voice(voice) for voice in row.voices.all()]) for row in held],
    }  # fmt: skip
    return shown.page(request, one, "review", context, status=status)


def _voice(voice: Row) -> dict[str, str]:
    leans = _word(voice.leans) if voice.leans else ""
    return {"by": f"{voice.by}, {Role(voice.role).label}", "says": voice.says, "leans": leans}


def _word(choice: str) -> str:
    return str(Choice(choice).label) if choice in Choice.values else choice


def _ruled(request: HttpRequest, one: Row, made: list[Row]) -> str:
    """What the registered rule says, for whoever may see the evidence, or what stands with the decision."""
    if standing_of(request).may("evidence.read", one):
        latest = evidence.latest(by=actor_of(request), cycle=one)
        if latest is not None:
            return str(latest.ruled)
    return str(made[0].ruled) if made else ""


def _dissent(request: HttpRequest, one: Row, made: list[Row]) -> list[dict[str, str]]:
    """Who leaned another way than was decided, in the latest review."""
    if not made or not standing_of(request).may("evidence.read", one):
        return []
    held = decisions.reviews(by=actor_of(request), cycle=one)
    voices = held[0].voices.all() if held else []
    return [_voice(voice) for voice in voices if voice.leans and voice.leans != made[0].chosen]


def _decide(request: HttpRequest, one: Row, said: dict[str, Any], made: list[Row]) -> None:
    reasoned = Reasoned(Choice(said["chosen"]), said["reasons"], said["deviation"])
    standing = made[0] if made else None
    decisions.decide(by=actor_of(request), cycle=one, reasoned=reasoned, replaces=standing)


def _opened(landed: int) -> str:
    if not landed:
        return gettext("The review is open.")
    words = ngettext(
        "The review is open, and one answer to a brief landed in it.",
        "The review is open, and %(landed)d answers to a brief landed in it.",
        landed,
    )
    return words % {"landed": landed}
