"""Paces of pages: the sender's true address, and how often one address may use what stands open."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from gainline.web.api.pace import Pace

LOG = logging.getLogger("gainline.paces")
View = Callable[..., HttpResponse]


class Sender:
    """Puts the sender's own address in place of the proxy's, as far as proxies of ours vouch for it.

    Each proxy appends whom it heard; the last of them are ours, and the one before those is the sender. What the sender
    wrote into the header itself stands further left and counts for nothing.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer to the sender."""
        heard = [one.strip() for one in request.META.pop("HTTP_X_FORWARDED_FOR", "").split(",") if one.strip()]
        proxies = settings.GAINLINE_PROXIES
        if proxies and len(heard) >= proxies:
            request.META["REMOTE_ADDR"] = heard[-proxies]
        return self.get_response(request)


def paced(*, reads: int, writes: int) -> Callable[[View], View]:
    """Let one address use a view so many times a minute: code WB070 and the seconds to wait beyond that.

    Parameters
    ----------
    reads, writes
        Requests a minute that each server process lets pass, for GET and for POST.
    """
    pace = Pace()

    def declare(view: View) -> View:
        @wraps(view)
        def held(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # noqa: ANN401 - the view's own
            kind, most = ("w", writes) if request.method == "POST" else ("r", reads)
            wait = pace.wait_of(f"{kind}{request.META.get('REMOTE_ADDR', '')}", most)
            return _too_fast(request, wait) if wait else view(request, *args, **kwargs)

        held.pace = pace  # type: ignore[attr-defined]  # for the tests, whose requests all come from one address
        return held

    return declare


def _too_fast(request: HttpRequest, wait: int) -> HttpResponse:
    LOG.warning("WB070 one address asks too often", extra={"status": 429})
    shown = {"says": _("this is asked for too often from one place"), "code": "WB070", "status": 429}
    shown |= {"remedy": _("wait a minute, then try again")}
    answer = render(request, "refused.html", shown, status=429)
    answer.headers["Retry-After"] = str(wait)
    return answer
