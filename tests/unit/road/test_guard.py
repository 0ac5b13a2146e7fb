"""Connectors never reach a machine inside: by redirect, by a name that changes its mind, or by a way of writing it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from gainline.engine.core.errors import Missing, NotAllowed
from gainline.road.pulling.client import Client
from gainline.road.pulling.credentials import Credentials
from gainline.road.pulling.guard import Guard, is_allowed
from gainline.road.pulling.pull import Wanted, fetch

PUBLIC = "93.184.216.34"
INNER = (
    "127.0.0.1", "127.1.2.3", "0.0.0.0", "10.0.0.7", "172.16.0.1", "172.31.255.254", "192.168.1.1", "100.64.0.1",
    "169.254.169.254", "169.254.170.2", "100.100.100.200", "192.0.0.1", "198.18.0.1", "224.0.0.1", "240.0.0.1",
    "255.255.255.255", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.7", "::ffff:169.254.169.254", "2002:7f00:1::", "2002:a00:7::",
    "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2001:0:4136:e378:8000:63bf:80ff:fffe", "2001:db8::1",
)  # fmt: skip
WRITTEN = (
    "127.0.0.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0", "localhost", "[::1]", "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]", "169.254.169.254", "2852039166", "127.0.0.1.",
)  # fmt: skip
"""One and the same few machines, as resolvers take them."""


@dataclass
class Inner:
    """A machine inside that counts who got to it."""

    port: int = 0
    hits: list[str] = field(default_factory=list)


@contextmanager
def inner_machine() -> Iterator[Inner]:
    found = Inner()

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.hits.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Not a word."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    found.port = server.server_port
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield found
    server.shutdown()
    server.server_close()
    thread.join()


@contextmanager
def redirecting_to(target: str) -> Iterator[int]:
    class Sends(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(302)
            self.send_header("Location", target)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Not a word."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Sends)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def reached(monkeypatch) -> list[tuple[str, int]]:
    """Where connections were opened to; none of them leaves this machine."""
    found: list[tuple[str, int]] = []
    really = socket.create_connection

    def connect(at: tuple[str, int], *rest: object) -> socket.socket:
        found.append(at)
        if at[0] != "127.0.0.1":
            raise ConnectionRefusedError
        return really(at, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "create_connection", connect)
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    return found


def asking(host: str, *, inside: bool = False) -> Client:
    return Client(lambda _: None, Guard(frozenset({host}), inside=inside), seconds=1.0)


@pytest.mark.parametrize("text", INNER)
def test_no_inner_address_is_allowed_however_it_is_wrapped(text):
    assert not is_allowed(text, inside=False)


@pytest.mark.parametrize("text", ["169.254.169.254", "fd00:ec2::254", "::ffff:169.254.169.254", "fe80::1", "0.0.0.0"])
def test_what_hands_out_credentials_is_not_reached_even_inside(text):
    assert not is_allowed(text, inside=True)


def test_public_addresses_are_allowed_and_private_ones_where_that_was_said():
    assert all(is_allowed(text, inside=False) for text in (PUBLIC, "2606:2800:220:1::1", "::ffff:8.8.8.8"))
    assert all(is_allowed(text, inside=True) for text in ("10.0.0.7", "127.0.0.1", "::1", "fc00::1", PUBLIC))


@pytest.mark.parametrize("host", WRITTEN)
def test_an_inner_machine_is_not_reached_under_any_way_of_writing_it(reached, host):
    with inner_machine() as inner:
        named = host.strip("[]").rstrip(".")
        for address in (f"https://{host}/ims", f"http://{host}:{inner.port}/ims", f"https://{host}:{inner.port}/"):
            with pytest.raises((NotAllowed, Missing), match=r"IN44[123]|IN348"):
                asking(named).ask(address, {})
        assert inner.hits == []
    assert reached == []


def test_a_name_that_changes_its_mind_is_not_followed(reached, monkeypatch):
    turns = iter([[PUBLIC], ["127.0.0.1"], ["127.0.0.1"]])

    def told(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in next(turns)]

    monkeypatch.setattr(socket, "getaddrinfo", told)
    client = asking("sis.example")
    for _ in range(2):
        with pytest.raises(Missing, match="IN348"):
            client.ask("https://sis.example/ims", {})
    assert set(reached) == {(PUBLIC, 443)}


def test_a_name_that_leads_to_both_sides_is_refused(reached, monkeypatch):
    both = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 443)) for ip in (PUBLIC, "10.0.0.7")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: both)
    with pytest.raises(NotAllowed, match="IN441"):
        asking("sis.example").ask("https://sis.example/", {})
    assert reached == []


def test_a_redirect_to_an_inner_machine_is_not_followed(reached):
    with inner_machine() as inner:
        for target in (
            f"http://127.0.0.1:{inner.port}/secret",
            f"http://2130706433:{inner.port}/",
            "file:///etc/hosts",
        ):
            with redirecting_to(target) as port:
                client = asking("localhost", inside=True)
                client.guard.pinned[("localhost", port)] = "127.0.0.1"
                if target.startswith("file:"):  # the standard library itself goes from HTTP to HTTP only
                    assert client.ask(f"http://localhost:{port}/ims", {}).body == b""
                    continue
                with pytest.raises(NotAllowed, match="IN346"):
                    client.ask(f"http://localhost:{port}/ims", {})
        assert inner.hits == []


def test_only_the_hosts_that_were_named_are_asked(reached):
    with pytest.raises(NotAllowed, match="IN443"):
        asking("sis.example").ask("https://other.example/", {})
    with pytest.raises(NotAllowed, match="IN442"):
        asking("sis.example").ask("https://sis.example:8443/", {})
    assert reached == []


def test_a_proxy_does_not_open_the_way_to_hosts_that_nobody_named(reached, monkeypatch):
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    with pytest.raises(NotAllowed, match="IN443"):
        asking("sis.example").ask("https://other.example/", {})
    assert reached == []


def test_a_pull_goes_inside_only_when_that_was_said(reached):
    with inner_machine() as inner:
        base = f"http://127.0.0.1:{inner.port}/ims/oneroster/v1p1"
        with pytest.raises(NotAllowed, match="IN442"):
            fetch(Wanted(base), Credentials("token"), since={}, sleep=lambda _: None)
        assert inner.hits == []
    assert reached == []
