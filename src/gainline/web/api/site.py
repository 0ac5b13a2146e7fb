"""The site of the API: its token, its pace, the fence around every operation, and its description."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import signature
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation
from ninja.parser import Parser
from ninja.security import HttpBearer

from gainline.engine.core.errors import GainlineError
from gainline.engine.core.strict_json import read_json
from gainline.services import tokens
from gainline.services.permissions import Actor
from gainline.store.tenancy import within
from gainline.web.api import problems
from gainline.web.api.pace import Pace
from gainline.web.api.problems import MEDIA_TYPE, Problem, TooFast

LONGEST_SECRET = 200
PACE = Pace()
ABOUT = (
    "The district's thread from aim to decision, for programs. A token opens one grant of one person: it sees and "
    "does what that grant may, and every write leaves its event in the audit trail with the token's id. Numbers about "
    "people leave by the same exit as on the pages: what is too small is not shown. Refusals come as problem JSON."
)


class Strict(Parser):
    """Reads bodies that have one meaning only, and none that is nested without end."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        """The body's value; ninja turns any error into a refusal."""
        return cast("dict[str, Any]", read_json(request.body))


class Token(HttpBearer):
    """Asks every operation for a token."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        """Whom the token acts for; too many requests of one token are refused."""
        account = tokens.bearer(secret=token) if len(token) <= LONGEST_SECRET else None
        if account is None:
            return None
        if wait := PACE.wait_of(account.through.public_id, settings.GAINLINE_API_PER_MINUTE):
            raise TooFast(wait)
        return account


class Described(NinjaAPI):
    """An API whose description says that refusals are problem JSON."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """The function's own name."""
        return operation.view_func.__name__

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:  # noqa: ANN401 - ninja's own
        """The description, with the media type of every refusal put right."""
        schema = super().get_openapi_schema(**options)
        for methods in schema["paths"].values():
            for operation in methods.values():
                for status, answer in operation["responses"].items():
                    content = answer.get("content", {})
                    if int(status) >= 400 and "application/json" in content:
                        content[MEDIA_TYPE] = content.pop("application/json")
        return schema


def actor_of(request: HttpRequest) -> Actor:
    """Whom the request's token acts for."""
    return cast("Actor", request.auth)  # type: ignore[attr-defined]  # set by ninja


def fenced(operation: Callable[..., Any]) -> Callable[..., Any]:
    """Open the token's district around an operation; whatever session the request brings counts for nothing.

    A name in the query that the operation does not know is a fault: a misspelt filter must not mean everything.
    """
    known = set(signature(operation).parameters)

    @wraps(operation)
    def run(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - the operation's own
        if set(request.GET) - known:
            raise ValidationError([{"loc": ("query",), "type": "unknown_name"}])
        with within(actor_of(request).district_id):
            return operation(request, *args, **kwargs)

    return run


def answers(schema: Any, status: int = 200, *, may: tuple[int, ...] = ()) -> dict[int, Any]:  # noqa: ANN401 - a type
    """What an operation may answer: its own, what every operation may refuse, and what this one may, too."""
    refusals = sorted({401, 403, 422, 429, *may})
    return {status: schema} | dict.fromkeys(refusals, Problem)


api = Described(
    title="Gainline",
    version="1",
    description=ABOUT,
    docs_url=None,  # its page would load scripts from elsewhere
    auth=Token(),
    urls_namespace="api",
    parser=Strict(),
)
api.add_decorator(fenced, mode="operation")
TOLD: tuple[tuple[type[Exception], Any], ...] = (
    (GainlineError, problems.of_error),
    (ValidationError, problems.of_faults),
    (HttpError, problems.of_http),
    (TooFast, problems.of_haste),
)
for _kind, _answer in TOLD:
    api.add_exception_handler(_kind, _answer)
