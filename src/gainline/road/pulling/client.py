"""Client: one GET after another over HTTP, with limits on time and size, patience, and no way to another host."""

from __future__ import annotations

import http.client
import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any, cast
from urllib.parse import urlsplit

from gainline.engine.core.errors import DataIssues, GainlineError, Missing, NotAllowed, UserFixable
from gainline.road.pulling.guard import Guard

SECONDS = 30.0  # that a server may be silent
LARGEST = 1 << 26  # bytes of one answer
TRIES = 6
LONGEST_WAIT = 300.0  # seconds; a server that wants more is asked again another day
_AGAIN = frozenset({429, 500, 502, 503, 504})
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class Page:
    """One answer: its status, its headers by name in lower case, and its body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class _SameHostOnly(urllib.request.HTTPRedirectHandler):
    """Follows a redirect only where the token may go: to the same host, by the same scheme."""

    def redirect_request(self, req: urllib.request.Request, *rest: Any) -> urllib.request.Request | None:  # noqa: ANN401 - the standard library's own, handed on
        """The request to follow with, the new address being the last of the rest."""
        check_same_host(req.full_url, rest[-1])
        return super().redirect_request(req, *rest)


def check_same_host(known: str, other: str) -> None:
    """Refuse to follow a server to another host, or from TLS to plain HTTP.

    Raises
    ------
    NotAllowed
        When the other address is not at the same place (IN346).
    """
    here, there = urlsplit(known), urlsplit(other)
    if (here.scheme, here.netloc.casefold()) != (there.scheme, there.netloc.casefold()):
        raise NotAllowed(
            f"IN346: the server at {here.hostname} sends on to another host, which gets no token",
            "ask for the address of the service itself",
        )


def check_address(address: str) -> None:
    """Let only addresses through to which a token may be sent.

    Raises
    ------
    UserFixable
        When it is no HTTPS address (plain HTTP only on this machine), or holds a name, password, query or fragment.
    """
    parts = urlsplit(address)
    plain = parts.scheme == "http" and parts.hostname in _LOOPBACK
    if not (parts.scheme == "https" or plain) or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise UserFixable(
            f"{parts.scheme}://{parts.hostname or ''} is no address that a token may be sent to",
            "give an https:// address without name, password or query",
        )


class _To(urllib.request.HTTPSHandler, urllib.request.HTTPHandler):
    """Opens connections to one place, whatever the name in the address would lead to by now."""

    def __init__(self, place: str) -> None:
        super().__init__(context=ssl.create_default_context())
        self._place = place

    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(self._connection(http.client.HTTPConnection), req)

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        context = ssl.create_default_context()
        return self.do_open(self._connection(partial(http.client.HTTPSConnection, context=context)), req)

    def _connection(self, kind: Callable[..., Any]) -> Any:  # noqa: ANN401 - the standard library's own
        def made(host: str, **more: Any) -> http.client.HTTPConnection:  # noqa: ANN401
            one: Any = kind(host, **more)
            one._create_connection = lambda at, *rest: socket.create_connection((self._place, at[1]), *rest)
            return cast("http.client.HTTPConnection", one)

        return made


def _opener(address: str, guard: Guard) -> urllib.request.OpenerDirector:
    """Straight to the place that the guard found; by a proxy where the machine has one, which then finds the place."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    if host not in _LOOPBACK and parts.scheme in urllib.request.getproxies() and not urllib.request.proxy_bypass(host):
        guard.check(address)
        return urllib.request.build_opener(_SameHostOnly)
    return urllib.request.build_opener(_SameHostOnly, urllib.request.ProxyHandler({}), _To(guard.place(address)))


@dataclass(slots=True)
class Client:
    """Asks one server, patiently.

    Parameters
    ----------
    sleep
        Waits so many seconds; given by the face of the program, so that tests need not wait.
    guard
        Where it may go.
    """

    sleep: Callable[[float], None]
    guard: Guard
    seconds: float = SECONDS
    waited: list[float] = field(default_factory=list)

    def ask(self, address: str, headers: Mapping[str, str], *, body: bytes | None = None) -> Page:
        """Ask until there is an answer that stays: any but 429 and the server's own troubles.

        Raises
        ------
        Missing
            When no answer comes (IN348).
        NotAllowed
            When the server sends on to another host (IN346), or stands where no connector may go (IN441 to IN443).
        DataIssues
            When an answer is too large (IN350).
        """
        trouble = ""
        for turn in range(TRIES):
            request = urllib.request.Request(address, data=body, headers=dict(headers))  # noqa: S310 - scheme is checked
            page = self._once(request)
            if isinstance(page, Page) and page.status not in _AGAIN:
                return page
            trouble = f"status {page.status}" if isinstance(page, Page) else page
            if turn + 1 < TRIES:
                self._wait(page, turn)
        raise Missing(
            f"IN348: {urlsplit(address).hostname} gave no answer after {TRIES} tries ({trouble})",
            "try again later; what an earlier pull brought stays",
        )

    def _once(self, request: urllib.request.Request) -> Page | str:
        """One answer, or what stood in the way of it."""
        try:
            with _opener(request.full_url, self.guard).open(request, timeout=self.seconds) as answer:
                return Page(answer.status, _folded(answer.headers), _body(answer, request.full_url))
        except urllib.error.HTTPError as fault:
            with fault:
                return Page(fault.code, _folded(fault.headers), b"")
        except GainlineError:
            raise
        except urllib.error.URLError as fault:
            return type(fault.reason).__name__ if isinstance(fault.reason, Exception) else "no connection"
        except (OSError, http.client.HTTPException) as fault:
            return type(fault).__name__

    def _wait(self, page: Page | str, turn: int) -> None:
        seconds = float(2**turn)
        if isinstance(page, Page) and "retry-after" in page.headers:
            seconds = max(seconds, _retry_after(page.headers))
        if seconds > LONGEST_WAIT:
            raise Missing(
                f"IN348: the server asks to wait {seconds:,.0f} seconds", "try again later; nothing was imported"
            )
        self.waited.append(seconds)
        self.sleep(seconds)


def _folded(headers: Any) -> dict[str, str]:  # noqa: ANN401 - a message of the standard library
    return {name.casefold(): value for name, value in headers.items()}


def _body(answer: Any, address: str) -> bytes:  # noqa: ANN401 - a response of the standard library
    body: bytes = answer.read(LARGEST + 1)
    if len(body) > LARGEST:
        raise DataIssues(
            f"IN350: {urlsplit(address).hostname} sent more than {LARGEST:,} bytes at once",
            "ask for smaller pages with --page-size",
        )
    said = answer.headers.get("Content-Length", "")
    if said.isdecimal() and len(body) < int(said):
        raise http.client.IncompleteRead(body)
    return body


def _retry_after(headers: Mapping[str, str]) -> float:
    """Seconds to wait: as a number, or from the server's own clock to the time that it names."""
    said = headers["retry-after"].strip()
    if said.isdecimal():
        return float(said)
    try:
        return (parsedate_to_datetime(said) - parsedate_to_datetime(headers["date"])).total_seconds()
    except (KeyError, ValueError, TypeError):
        return 0.0
