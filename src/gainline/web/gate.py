"""The gate: every address declares who may use it, and everything behind it runs within one district."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import translation

from gainline.store.tenancy import within

View = Callable[..., HttpResponse]
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
    return _declared(Rule(None, needs_account=False, why=why))


def signed_in(view: View) -> View:
    """Declare that every account of the district may use a view; what it shows is up to the services."""
    return _declared(Rule(None, needs_account=True))(view)


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


class Gate:
    """Lets a request to its view when the view's rule is met; the district comes from the account."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Open the district's fence around everything that answers."""
        if not request.user.is_authenticated:
            return self.get_response(request)
        account: Any = request.user  # ours (AUTH_USER_MODEL); the stubs only know Django's
        if account.language in dict(settings.LANGUAGES):
            translation.activate(account.language)
        with within(account.district_id):
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
        if rule.needs_account and not request.user.is_authenticated:
            return HttpResponseRedirect(f"/{settings.LOGIN_URL_PATH}?next={quote(request.get_full_path())}")
        return None
