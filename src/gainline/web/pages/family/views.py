"""A family reads what the school asks, and says yes or no."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from gainline.engine.core.errors import GainlineError, Missing
from gainline.engine.privacy.consent import Act
from gainline.services import consents
from gainline.web.gate import open_to_all
from gainline.web.paces import paced

SPOKEN = ("en", "es")


@open_to_all(why="families have no account; the link is signed and ends, and shows nothing about the child")
@paced(reads=60, writes=12)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def family(request: HttpRequest, token: str) -> HttpResponse:
    """What the school asks, how the family's word stands, and a button to change it, either way."""
    receipt, act, fault = "", request.POST.get("say", ""), None
    try:
        if request.method == "POST" and act in set(Act):
            receipt = consents.answer(token=token, ground=request.POST.get("ground", ""), act=Act(act))
    except GainlineError as error:
        fault = error
    try:
        found = consents.family(token=token)
    except GainlineError as error:
        return render(
            request, "family/closed.html", {"fault": error}, status=404 if isinstance(error, Missing) else 410
        )
    with translation.override(_language(request, found)):
        context = {"family": found, "rows": _rows(found), "receipt": receipt, "said": act, "fault": fault}
        return render(request, "family/family.html", context, status=422 if fault else 200)


def _language(request: HttpRequest, found: consents.Family) -> str:
    asked = request.GET.get("in", found.language)
    return asked if asked in SPOKEN else "en"


def _rows(found: consents.Family) -> list[dict[str, Any]]:
    language = translation.get_language() or "en"
    return [
        {
            "ground": one.ground,
            "lay": one.lay.get(language[:2], one.lay["en"]),
            "notice": one.notice,
            "stands": one.standing,
            "is_yes": one.standing.may_read,
            "is_consent": one.is_consent,
            "recipients": ", ".join(one.recipients),
            "can_say_yes": not one.is_consent or (one.notice is not None and one.notice.is_reviewed),
        }
        for one in found.questions
    ]
