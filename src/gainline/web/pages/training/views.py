"""The training's page: read the rules, answer, and be told which answers were wrong."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gainline.engine.core.errors import GainlineError
from gainline.services import training as desk
from gainline.web.gate import actor_of, needs
from gainline.web.pages.training.lessons import lessons


@needs("district.read")
@require_http_methods(["GET", "HEAD", "POST"])
def training(request: HttpRequest) -> HttpResponse:
    """The rules with their questions; handed in, the training counts or says what to read again."""
    me = actor_of(request)
    given: dict[str, str] = {}
    faults: list[dict[str, str]] = []
    if request.method == "POST":
        given = {key: request.POST[key] for key in desk.ANSWERS if request.POST.get(key)}
        try:
            taken = desk.take(by=me, answers=given)
        except GainlineError:
            faults = [{"name": key, "says": _("Answer this one, too.")} for key in desk.ANSWERS if key not in given]
        else:
            if taken.score == taken.asked:
                messages.success(request, _("Your training counts from today."))
                return redirect("/")
            wrong = [key for key, right in desk.ANSWERS.items() if given[key] != right]
            faults = [{"name": key, "says": _("This is not what the rule says. Read it again.")} for key in wrong]
    context = {"rows": _rows(me.district.training_days, given, faults), "faults": faults, "own": desk.own(by=me)}
    context |= {"days": me.district.training_days}
    return render(request, "training/training.html", context, status=422 if faults else 200)


def _rows(days: int, given: dict[str, str], faults: list[dict[str, str]]) -> list[tuple[Any, list[Any], str]]:
    wrong = {one["name"]: one["says"] for one in faults}
    return [
        (one, [(key, says, given.get(one.key) == key) for key, says in one.answers], wrong.get(one.key, ""))
        for one in lessons(days)
    ]
