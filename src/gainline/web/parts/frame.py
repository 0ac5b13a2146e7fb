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

from gainline.services import clock, desk, emergency
from gainline.services.permissions import permitted_anywhere
from gainline.web.gate import actor_of, rule_of, standing_of
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


def destinations(path: str, *, whole: bool = False, may: frozenset[str] = frozenset()) -> list[Destination]:
    """The entries that lead somewhere, for who holds these permissions; ``whole`` gives all, for the style guide."""
    return [
        Destination(label, href, is_current=_is_in(path, href)) for label, href in PLACES if whole or _leads(href, may)
    ]


def frame(request: HttpRequest) -> dict[str, Any]:
    """What `base.html` needs, for Django's list of context processors; who is not signed in has nowhere to go."""
    is_known = getattr(request, "user", None) is not None and request.user.is_authenticated
    return {
        "look": look_of(request),
        "destinations": destinations(request.path, may=_may(request)) if is_known else [],
        "glass": emergency.own_open(by=actor_of(request)) if is_known and _may_break(request) else None,
        "languages": settings.LANGUAGES,
        "is_read_only": not desk.has_room(),
        "today": clock.today(_district_of(request)) if is_known else timezone.localdate(),
    }


def _district_of(request: HttpRequest) -> Any:  # noqa: ANN401 - a row; the stubs only know Django's accounts
    account: Any = request.user
    return account.district


def _may_break(request: HttpRequest) -> bool:
    return standing_of(request).may("glass.break")


def _may(request: HttpRequest) -> frozenset[str]:
    return permitted_anywhere(standing_of(request))


def _leads(href: str, may: frozenset[str]) -> bool:
    """Whether a page stands at an address, and asks for nothing that its reader has not."""
    stands, asks = _asked_at(href)
    return stands and (asks is None or asks in may)


@cache
def _asked_at(href: str) -> tuple[bool, str | None]:
    """Whether there is a page, and the permission that it asks for; addresses do not change while the server runs."""
    try:
        rule = rule_of(resolve(href).func)
    except Resolver404:
        return False, None
    return True, rule.permission if rule else None


def _is_in(path: str, href: str) -> bool:
    return path == href if href == "/" else path.startswith(href)
