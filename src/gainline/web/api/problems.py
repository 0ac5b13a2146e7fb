"""Problems: every refusal of the API as problem JSON (RFC 9457) with its code, what it says and the remedy."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Schema
from ninja.errors import HttpError, ValidationError

from gainline.engine.core.errors import GainlineError
from gainline.web.gate import STATUS

MEDIA_TYPE = "application/problem+json"
TITLES = {
    400: "Bad request",
    401: "No token that opens anything",
    403: "Not allowed",
    404: "Not found",
    409: "Conflict",
    422: "Refused",
    429: "Too many requests",
}


class Fault(Schema):
    """One thing that is wrong with a request: where, and what."""

    where: str
    says: str


class Problem(Schema):
    """Why nothing was done. `code` has its page in the reference where it is ours."""

    type: str
    title: str
    status: int
    code: str
    says: str
    remedy: str
    faults: list[Fault]


class TooFast(Exception):
    """A token asked too often."""

    def __init__(self, wait: int) -> None:
        self.wait = wait
        super().__init__(wait)


def problem(
    status: int, code: str, says: str, remedy: str, *, faults: list[dict[str, str]] | None = None
) -> HttpResponse:
    """The answer for what was not done."""
    value: Mapping[str, Any] = {
        "type": "about:blank",
        "title": TITLES.get(status, "Refused"),
        "status": status,
        "code": code,
        "says": says,
        "remedy": remedy,
        "faults": faults or [],
    }
    answer = HttpResponse(json.dumps(value), content_type=MEDIA_TYPE, status=status)
    answer["Cache-Control"] = "no-store"
    return answer


def of_error(_request: HttpRequest, error: GainlineError) -> HttpResponse:
    """What a service refused."""
    status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 500)
    return problem(status, error.code, error.because, error.remedy)


def of_faults(_request: HttpRequest, error: ValidationError) -> HttpResponse:
    """What does not fit the description; never with the value itself, which may name somebody."""
    faults = [
        {"where": ".".join(str(part) for part in fault.get("loc", ())), "says": str(fault.get("type", ""))}
        for fault in error.errors
    ]
    says = "the request does not fit the description of this address"
    return problem(422, "WB051", says, "see its entry in /api/v1/openapi.json", faults=faults)


def of_http(_request: HttpRequest, error: HttpError) -> HttpResponse:
    """What could not be read, or came without a token."""
    if error.status_code == 401:
        remedy = "send a living token as 'Authorization: Bearer ...'; tokens are issued on the page Tokens"
        answer = problem(401, "WB050", "no token came that opens anything today", remedy)
        answer["WWW-Authenticate"] = "Bearer"
        return answer
    return problem(error.status_code, "WB053", "the request's body cannot be read", "send it as the description says")


def of_haste(_request: HttpRequest, error: TooFast) -> HttpResponse:
    """A token that asked too often."""
    answer = problem(429, "WB052", "this token asks too often", f"wait {error.wait} s, and ask less often")
    answer["Retry-After"] = str(error.wait)
    return answer
