"""What families read without an account."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from gainline.services import openly
from gainline.web.gate import open_to_all
from gainline.web.parts.papers import language, shown


@open_to_all(why="the law asks for a public page: it tells of elements, operators and breaches, and of no person")
@require_safe
def page(request: HttpRequest, district_id: str) -> HttpResponse:
    """What the district keeps about students, who gets it, what went wrong and what families can ask for."""
    found = openly.page(public_id=district_id, language=language())
    context = {"paper": found.paper, "parts": shown(found.paper), "is_stale": found.is_stale}
    return render(request, "openly/page.html", context)
