"""The gate: every address declares who may use it, and everything behind it runs within one district."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, cast
from urllib.parse import quote

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_http_methods

from gainline.engine.core.errors import (
    Conflict,
    DataIssues,
    GainlineError,
    Missing,
    NotAllowed,
    Refused,
    UserFixable,
)
from gainline.services import permissions
from gainline.services.permissions import PERMISSIONS, Actor, Standing
from gainline.services.remembering import StillLookingError, waiting_at_most
from gainline.store.tenancy import within
from gainline.web import factors

LOG = logging.getLogger("gainline.gate")
View = Callable[..., HttpResponse]
PART = re.compile(r"part-[a-z]+")
STATUS: dict[type[GainlineError], int] = {
    NotAllowed: 403,
    Missing: 404,
    Conflict: 409,
    Refused: 422,
    DataIssues: 422,
    UserFixable: 400,
}
AGAIN_AFTER = "3"  # seconds after which a page that waits for its figures is asked for again
READS = frozenset({"GET", "HEAD"})
METHODS = ("GET", "HEAD", "POST", "OPTIONS")  # all that a page needs; others would be taken for a reading
NOT_OURS = ("allauth.", "django.", "django_htmx.", "csp.")  # their views bring their own rules


@dataclass(frozen=True, slots=True)
class Rule:
    """What an address asks of whoever uses it.

    Parameters
    ----------
    permission
        The permission that some grant must give; None when signing in is enough, or nothing is.
    needs_account
        Whether one must be signed in.
    why
        Why it stands open, where it does.
    """

    permission: str | None
    needs_account: bool
    why: str = ""


def open_to_all(*, why: str) -> Callable[[View], View]:
    """Declare that anybody may use a view, and say why."""
    declare = _declared(Rule(None, needs_account=False, why=why))
    return lambda view: declare(require_http_methods(METHODS)(view))


def signed_in(view: View) -> View:
    """Declare that every account of the district may use a view; what it shows is up to the services."""
    return _declared(Rule(None, needs_account=True))(view)


def needs(permission: str) -> Callable[[View], View]:
    """Declare that a view is for accounts with a permission somewhere in the district.

    The services ask again, for the very row; this keeps pages that would be empty or refused from being offered.
    """
    if permission not in PERMISSIONS:
        raise ValueError(f"there is no permission {permission}")
    return _declared(Rule(permission, needs_account=True))


def by_token(view: Any) -> Any:  # noqa: ANN401 - ninja's own views
    """Declare that a view asks for a token itself and takes no session; the API's tests hold every operation to it."""
    view.rule = Rule(None, needs_account=False, why="programs bring a token, which the API itself asks for")
    return view


def actor_of(request: HttpRequest) -> Actor:
    """Who asks, as the services take it for `by`; only behind a rule that needs an account."""
    return cast("Actor", request.user)


def standing_of(request: HttpRequest) -> Standing:
    """What who asks may do, read once per request; pages offer only what it allows."""
    if not hasattr(request, "standing"):
        me = actor_of(request)
        request.standing = permissions.standing_of(me)  # type: ignore[attr-defined]  # ours
        if request.method in READS:
            me.known = request.standing  # type: ignore[attr-defined]
    return cast("Standing", request.standing)  # type: ignore[attr-defined]


def _declared(rule: Rule) -> Callable[[View], View]:
    def declare(view: View) -> View:
        @wraps(view)
        def ruled(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # noqa: ANN401 - the view's own
            return view(request, *args, **kwargs)

        ruled.rule = rule  # type: ignore[attr-defined]
        return ruled

    return declare


def rule_of(view: Any) -> Rule | None:  # noqa: ANN401 - whatever the address leads to
    """What a view declares; None when it declares nothing."""
    found = getattr(view, "rule", None)
    return found if isinstance(found, Rule) else None


def _who(request: HttpRequest) -> dict[str, object]:
    """Who asked, and for which view, as the log keeps it; never an address, which may name a row."""
    found = request.resolver_match
    return {"account": getattr(request.user, "public_id", None), "verb": found.view_name if found else None}


class Gate:
    """Lets a request to its view when the view's rule is met; the district comes from the account."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Open the district's fence around everything that answers."""
        if not request.user.is_authenticated:
            return self.get_response(request)
        account: Any = request.user  # ours (AUTH_USER_MODEL); the stubs only know Django's
        chosen_here = settings.LANGUAGE_COOKIE_NAME in request.COOKIES  # the switch on every page, for this browser
        if not chosen_here and account.language in dict(settings.LANGUAGES):
            translation.activate(account.language)
        patience = settings.GAINLINE_PATIENCE if request.method in READS else None  # what is done waits to its end
        with within(account.district_id), waiting_at_most(patience):
            return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: View,
        args: Sequence[object],
        kwargs: Mapping[str, object],
    ) -> HttpResponse | None:
        """Refuse what declares nothing; send strangers to the door."""
        rule = rule_of(view)
        if rule is None:
            if view.__module__.startswith(NOT_OURS):
                return None
            raise PermissionDenied("this address declares no rule")
        if not rule.needs_account:
            return None
        if request.method not in METHODS:
            return HttpResponseNotAllowed(METHODS)
        if not request.user.is_authenticated:
            return HttpResponseRedirect(f"/{settings.LOGIN_URL_PATH}?next={quote(request.get_full_path())}")
        if first := factors.owed(request, standing_of(request)):
            return HttpResponseRedirect(f"{first}?next={quote(request.get_full_path())}")
        if rule.permission and (refused := permissions.refusal(standing_of(request), rule.permission, somewhere=True)):
            # Returned, as Django asks no `process_exception` about what another middleware step raises.
            return self.process_exception(request, refused)
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Turn an error that we raise on purpose into its page; anything else is a defect and stays one."""
        if isinstance(exception, StillLookingError):
            return _still_looking(request)
        if not isinstance(exception, GainlineError):
            return None
        status = next((code for kind, code in STATUS.items() if isinstance(exception, kind)), 500)
        if status in {403, 404}:
            LOG.warning("refused with %s", exception.code or status, extra=_who(request) | {"status": status})
        shown = {"says": exception.because, "code": exception.code, "remedy": exception.remedy}
        return render(request, "refused.html", shown | {"status": status}, status=status)


def _still_looking(request: HttpRequest) -> HttpResponse:
    """A page whose figures are being computed: it shows none, and comes again by itself.

    A part that may come later than its page asks again alone: whoever fills in a form beside it loses nothing.
    """
    if PART.fullmatch(request.htmx.target or ""):  # type: ignore[attr-defined]  # set by django-htmx
        return render(request, "looking_part.html", status=202)
    answer = render(request, "looking.html", status=202)
    answer["Refresh"] = AGAIN_AFTER
    if request.htmx:  # type: ignore[attr-defined]  # set by django-htmx
        answer["HX-Refresh"] = "true"
    return answer
