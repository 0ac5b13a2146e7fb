"""The first screen."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from gainline.services import training, week
from gainline.web.gate import actor_of, signed_in, standing_of
from gainline.web.pages.week.lines import shown
from gainline.web.parts.papers import language


@signed_in
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What is due, what is at risk, what we learned; for somebody without any grant, who can give one."""
    me, standing = actor_of(request), standing_of(request)
    if not standing.holdings:
        return render(request, "week/home.html", {"is_without_grant": True})
    mine = training.own(by=me)
    if mine and mine.until is None:  # whoever never took it begins with it
        return redirect("training:training")
    found = week.this_week(by=me, language=language())
    shown_lines = {"due": [shown(one) for one in found.due], "at_risk": [shown(one) for one in found.at_risk]}
    context = shown_lines | {"learned": found.learned, "is_new": found.is_new}
    return render(request, "week/home.html", context | {"may_set_aims": standing.may("aim.write")})
