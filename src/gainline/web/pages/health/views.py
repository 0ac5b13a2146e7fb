"""Health, for the machine that watches over the application."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse

from gainline.services.health import health as parts
from gainline.web.gate import open_to_all


@open_to_all(why="a watching machine has no account; it learns nothing about anybody")
def health(request: HttpRequest) -> HttpResponse:
    """Whether the parts that the application stands on answer; 503 when one does not."""
    found = parts()
    return JsonResponse(found, status=200 if set(found.values()) == {"ok"} else 503)
