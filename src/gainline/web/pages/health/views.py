"""Health, for the machine that watches over the application."""

from __future__ import annotations

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from gainline.web.gate import open_to_all


@open_to_all(why="a watching machine has no account; it learns nothing about anybody")
def health(request: HttpRequest) -> HttpResponse:
    """Whether the parts that the application stands on answer."""
    connection.ensure_connection()
    return JsonResponse({"database": "ok"})
