"""The first screen."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from gainline.web.gate import signed_in


@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """What is due, what is at risk, what we learned."""
    return render(request, "week/home.html")
