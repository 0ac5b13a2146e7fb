"""Headers of every answer: what browsers may do with it, whom it is for, and that nobody keeps a copy."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

STILL = ("/static/",)  # the same for everybody; whitenoise says how long it lasts
ALWAYS = {
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
    "X-Permitted-Cross-Domain-Policies": "none",
}
NO_COPY = "no-store, private"


class Careful:
    """Adds what Django's own middleware does not: no copies, no foreign use, and an empty browser after signing out.

    No answer is kept but what stands still: pages about people must not lie on a shared computer, and a page that is
    the same for everybody today may show somebody's name tomorrow.

    Source: OWASP ASVS 5.0.0, items 3.4.3 to 3.4.8, 3.5.8, 14.3.1 and 14.3.2.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer with its headers."""
        answer = self.get_response(request)
        for name, value in ALWAYS.items():
            answer.headers.setdefault(name, value)
        if not request.path.startswith(STILL):
            answer.headers["Cache-Control"] = NO_COPY
        if request.method == "POST" and request.path == reverse("account_logout"):
            answer.headers["Clear-Site-Data"] = '"cache", "storage"'
        return answer
