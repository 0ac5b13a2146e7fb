"""The door on a real socket, and a client that says what came back."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from hashlib import sha256

from gainline.lake import Lake
from gainline.road.receiving.serving import Clock, Receiver, open_door
from gainline.road.workspace import Workspace

TOKEN = "a-token-of-more-than-twenty-letters"
AT = datetime(2026, 2, 3, 12, tzinfo=UTC)
SENDERS = {sha256(TOKEN.encode()).hexdigest(): "lumen"}


@dataclass
class Came:
    """One answer."""

    status: int
    body: bytes
    headers: dict[str, str]

    def json(self) -> object:
        return json.loads(self.body)


@dataclass
class Knocker:
    """Sends requests to an open door."""

    door: Receiver
    said: list[str] = field(default_factory=list)

    def send(
        self, method: str, path: str, body: object = None, *, token: str | None = TOKEN, **headers: str | None
    ) -> Came:
        """Send a request; headers by keyword, ``_`` for ``-``; None leaves one out."""
        raw = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        sent = {"Content-Type": "application/json", "X-Experience-API-Version": "1.0.3"}
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        line = http.client.HTTPConnection("127.0.0.1", self.door.port, timeout=30)
        line.request(method, path, raw, {name: value for name, value in sent.items() if value is not None})
        answer = line.getresponse()
        came = Came(answer.status, answer.read(), {name.lower(): value for name, value in answer.getheaders()})
        line.close()
        return came


@contextmanager
def open_to(home: Workspace, *, every: float = 3600.0) -> Iterator[Knocker]:
    """Hold the door of a workspace open; leaving imports what came."""
    said: list[str] = []
    clock = Clock(lambda: AT, lambda: date(2026, 6, 1))
    door = open_door(home, SENDERS, address=("127.0.0.1", 0), clock=clock, say=said.append)
    runs = threading.Thread(target=door.run, args=(every,))
    runs.start()
    try:
        yield Knocker(door, said)
    finally:
        door.stop()
        runs.join()


def rows(home: Workspace, table: str) -> list[dict[str, object]]:
    """The rows of one table of the lake."""
    lake = Lake.open(home.root / "lake")
    with lake.reading() as reading:
        return list(reading.arrow(reading.table(table)).to_pylist())
