"""Serving: the door on a socket, as a WSGI application on the standard library's server.

It speaks plain HTTP and listens on this machine only, unless told otherwise: a proxy in front of it speaks TLS. What it
says of a request is method, path without query, status and code; nothing of what was sent.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from socketserver import ThreadingMixIn
from typing import Any
from urllib.parse import parse_qsl
from uuid import uuid4
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from gainline.engine.core.errors import Conflict, GainlineError
from gainline.engine.intake.door import Answer, Door, Request, receive
from gainline.engine.intake.door.answers import ROOM
from gainline.road.agreeing import senders_agreed
from gainline.road.importing import ImportReport
from gainline.road.receiving.draining import import_waiting, spool_of
from gainline.road.workspace import Workspace

_COME_AGAIN = "60"  # seconds
_PATIENCE = 30.0  # seconds that a connection may be silent
_PHRASES = {200: "OK", 204: "No Content", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
            405: "Method Not Allowed", 409: "Conflict", 413: "Content Too Large", 415: "Unsupported Media Type",
            422: "Unprocessable Content", 503: "Service Unavailable"}  # fmt: skip
Say = Callable[[str], None]
Start = Callable[[str, list[tuple[str, str]]], object]
Application = Callable[[dict[str, Any], Start], Iterable[bytes]]


@dataclass(frozen=True, slots=True)
class Clock:
    """What time it is, told by the face of the program."""

    now: Callable[[], datetime]
    today: Callable[[], date]


def application(workspace: Workspace, senders: Mapping[str, str], *, clock: Clock, say: Say) -> Application:
    """The door as a WSGI application, for the server below or for any other.

    Parameters
    ----------
    workspace
        Whose spool keeps what is sent.
    senders
        As `read_senders` gives them.
    clock
        When a request came.
    say
        Told one line a request.
    """
    spool = spool_of(workspace)
    door = Door(senders, spool.keep, lambda: str(uuid4()), agreed=lambda name: name in _agreed(workspace, clock))

    def answer_to(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        request = _request(environ, clock.now())
        try:
            answer = receive(request, door)
        except (sqlite3.Error, OSError):  # the disk is full or gone: the sender keeps it and comes again
            answer = Answer(503, headers=(("Retry-After", _COME_AGAIN),))
        say(f"{request.method} {_known(request.path)} {answer.status}{f' {answer.code}' if answer.code else ''}")
        length = [] if answer.status == 204 else [("Content-Length", str(len(answer.body)))]
        start(f"{answer.status} {_PHRASES[answer.status]}", [*answer.headers, *length])
        return [answer.body]

    return answer_to


def _agreed(workspace: Workspace, clock: Clock) -> frozenset[str]:
    """Who may send today; nobody while an agreement's file cannot be read."""
    try:
        return senders_agreed(workspace, clock.today())
    except GainlineError:
        return frozenset()


def _known(path: str) -> str:
    """The path, if it is one of ours; what else somebody asks for may hold anything."""
    return path if path.rstrip("/") in ("/xapi/statements", "/xapi/about", "/caliper") else "(another path)"


def _request(environ: dict[str, Any], at: datetime) -> Request:
    headers = {
        name.removeprefix("HTTP_").replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_") or name in ("CONTENT_TYPE", "CONTENT_LENGTH")
    }
    query = dict(parse_qsl(environ.get("QUERY_STRING", "")))
    method = environ["REQUEST_METHOD"].upper()
    return Request(method, environ.get("PATH_INFO", ""), at, query, headers, _body(environ, method))


def _body(environ: dict[str, Any], method: str) -> bytes | None:
    """The body, if it says how large it is and is not too large; a body that is cut counts as none."""
    said = environ.get("CONTENT_LENGTH") or ("" if method in ("POST", "PUT") else "0")
    if not said.isdecimal() or int(said) > ROOM:
        return None
    try:
        body: bytes = environ["wsgi.input"].read(int(said))
    except OSError:  # the line went dead
        return b""
    return body if len(body) == int(said) else b""


class _Threads(ThreadingMixIn, WSGIServer):
    daemon_threads = False  # a request under way is answered before the end
    block_on_close = True


class _Quiet(WSGIRequestHandler):
    timeout = _PATIENCE

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the request line holds ids."""


@dataclass(slots=True)
class Receiver:
    """A door that stands open: answers on one thread each, imports on its own."""

    workspace: Workspace
    server: WSGIServer
    clock: Clock
    say: Say
    ending: threading.Event

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self.server.server_address[1])

    def run(self, every: float) -> None:
        """Answer until `stop`, and import what came every so many seconds and once more at the end."""
        importer = threading.Thread(target=self._import_again, args=(every,))
        importer.start()
        try:
            self.server.serve_forever(poll_interval=0.1)
        finally:
            self.ending.set()
            importer.join()
            self.server.server_close()

    def stop(self) -> None:
        """End `run`, from another thread."""
        self.server.shutdown()

    def _import_again(self, every: float) -> None:
        while not self.ending.wait(every):
            self.import_now()
        self.import_now()

    def import_now(self) -> None:
        """Import what waits; what stands in the way is said, and tried again the next time."""
        try:
            for report in import_waiting(self.workspace, as_of=self.clock.today()):
                self.say(told(report))
        except Conflict:
            self.say("another import is running; what waits is imported after it")
        except GainlineError as fault:
            self.say(f"not imported yet: {fault.says} -> {fault.remedy}")


def open_door(
    workspace: Workspace, senders: Mapping[str, str], *, address: tuple[str, int], clock: Clock, say: Say
) -> Receiver:
    """Listen on host and port; port 0 takes a free one."""
    app = application(workspace, senders, clock=clock, say=say)
    server = make_server(*address, app, server_class=_Threads, handler_class=_Quiet)
    return Receiver(workspace, server, clock, say, threading.Event())


def told(report: ImportReport) -> str:
    """One line on what became of a bundle."""
    if not report.files:
        return f"not imported yet: {'; '.join(str(issue) for issue in report.issues)}"
    rows = report.rows
    counts = f"{rows['loaded']:,} loaded, {rows['repaired']:,} repaired, {rows['rejected']:,} rejected"
    return f"imported {report.files[0].name}: {counts}"
