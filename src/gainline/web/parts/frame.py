"""What stands around every page: the look, where one can go, and where one is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from gainline.services import clock
from gainline.web.parts.look import look_of


@dataclass(frozen=True, slots=True)
class Destination:
    """An entry of the primary navigation."""

    label: str | Promise
    href: str
    is_current: bool = False


PLACES: tuple[tuple[str | Promise, str], ...] = (
    (_("This week"), "/"),
    (_("Aims"), "/aims/"),
    (_("Tools"), "/tools/"),
    (_("Cycles"), "/cycles/"),
    (_("Data"), "/data/"),
    (_("Roadmap"), "/roadmap/"),
    (_("People"), "/people/"),
    (_("Governance"), "/governance/"),
    (_("Library"), "/library/"),
    (_("Reports"), "/reports/"),
)


def destinations(path: str, *, whole: bool = False) -> list[Destination]:
    """The entries that lead somewhere; ``whole`` keeps those whose pages are not there, for the style guide."""
    return [Destination(label, href, is_current=_is_in(path, href)) for label, href in PLACES if whole or _leads(href)]


def frame(request: HttpRequest) -> dict[str, Any]:
    """What `base.html` needs, for Django's list of context processors; who is not signed in has nowhere to go."""
    is_known = getattr(request, "user", None) is not None and request.user.is_authenticated
    return {
        "look": look_of(request),
        "destinations": destinations(request.path) if is_known else [],
        "languages": settings.LANGUAGES,
        "today": clock.today(_district_of(request)) if is_known else timezone.localdate(),
    }


def _district_of(request: HttpRequest) -> Any:  # noqa: ANN401 - a row; the stubs only know Django's accounts
    account: Any = request.user
    return account.district


@cache
def _leads(href: str) -> bool:
    """Whether a page stands at an address; the addresses do not change while the server runs."""
    try:
        resolve(href)
    except Resolver404:
        return False
    return True


def _is_in(path: str, href: str) -> bool:
    return path == href if href == "/" else path.startswith(href)
