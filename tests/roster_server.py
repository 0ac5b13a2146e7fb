"""A OneRoster server on loopback whose faults a test can choose."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "the-token-of-the-district"
Record = dict[str, Any]
CHANGED = "2026-01-05T08:00:00.000Z"


def ref(name: str, kind: str) -> Record:
    return {"sourcedId": name, "type": kind, "href": f"https://x.example/{name}"}


def record(_id: str, /, **said: Any) -> Record:
    return {"sourcedId": _id, "status": "active", "dateLastModified": CHANGED, **said}


def district(version: str = "1.1", students: int = 25) -> dict[str, list[Record]]:
    """Records of every collection: two schools, a class each, students and a teacher."""
    schools = ("s1", "s2")
    role = {"1.1": lambda kind, org: {"role": kind, "orgs": [ref(org, "org")]},
            "1.2": lambda kind, org: {"primaryOrg": ref(org, "org"), "roles": [
                {"roleType": "primary", "role": kind, "org": ref(org, "org"), "beginDate": "2025-08-20"}
            ]}}[version]  # fmt: skip
    users = [
        record(f"u{n}", enabledUser=n % 2 == 0 or "true", username=f"user{n}", givenName=f"Given{n}",
               familyName="Name", identifier=f"{n:06d}", email=f"user{n}@x.example", grades=["03"], password="secret",
               userIds=[{"type": "stateId", "identifier": f"9{n}"}], metadata={"frl": "free"} if n == 1 else None,
               **role("student", schools[n % 2]))
        for n in range(1, students + 1)
    ]  # fmt: skip
    users.append(
        record("t1", enabledUser=True, username="t1", givenName="Tea", familyName="Cher", **role("teacher", "s1"))
    )
    return {
        "orgs": [record("d1", name="District", type="district"),
                 *(record(s, name=f"School {s}", type="school", parent=ref("d1", "org")) for s in schools)],
        "academicSessions": [record("y", title="Year", type="schoolYear", startDate="2025-08-01", endDate="2026-06-30",
                                    schoolYear=2026)],
        "courses": [record("c1", title="Reading 3", courseCode="R3", grades=["03"], subjects=["Reading"],
                           subjectCodes=["01"], org=ref("d1", "org"), schoolYear=ref("y", "academicSession"))],
        "classes": [record(f"k{s}", title=f"Room {s}", classType="homeroom", grades=["03"], course=ref("c1", "course"),
                           school=ref(s, "org"), terms=[ref("y", "academicSession")], periods=["1", "2"])
                    for s in schools],
        "users": users,
        "enrollments": [record(f"e{n}", role="student", user=ref(f"u{n}", "user"), beginDate="2025-08-20",
                               **{"class": ref(f"k{schools[n % 2]}", "class"), "school": ref(schools[n % 2], "org")})
                        for n in range(1, students + 1)],
        "demographics": [record(f"u{n}", sex="female", white="true", asian=False) for n in range(1, 4)],
    }  # fmt: skip


@dataclass
class RosterServer:
    """What the server holds, what it does wrong, and what it was asked."""

    version: str = "1.1"
    records: dict[str, list[Record]] = field(default_factory=dict)
    links: bool = True
    totals: bool = True
    cap: int = 10
    envelope: Callable[[str], str] = str
    filters: bool = True
    sorts: bool = True
    before: Callable[[RosterServer, str, str], tuple[int, dict[str, str], bytes] | None] = lambda *_: None
    tokens: list[str] = field(default_factory=lambda: [TOKEN])
    asked: list[str] = field(default_factory=list)
    port: int = 0

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def base(self) -> str:
        return f"{self.root}/ims/oneroster/" + ("v1p1" if self.version == "1.1" else "rostering/v1p2")

    def answer(self, path: str, token: str) -> tuple[int, dict[str, str], bytes]:
        self.asked.append(path)
        name = urlsplit(path).path.rsplit("/", 1)[-1]
        if (given := self.before(self, name, path)) is not None:
            return given
        if token not in self.tokens:
            return 401, {}, b""
        query = {key: values[0] for key, values in parse_qs(urlsplit(path).query).items()}
        if name not in self.records or ("sort" in query and not self.sorts):
            return (404 if name not in self.records else 400), {}, b"{}"
        return self._page(name, query, path)

    def _page(self, name: str, query: dict[str, str], path: str) -> tuple[int, dict[str, str], bytes]:
        rows = self.records[name]
        if found := re.fullmatch(r"dateLastModified>='(.*)'", query.get("filter", "")):
            if self.filters is False:
                return 400, {}, b"{}"
            rows = [row for row in rows if row["dateLastModified"] >= found[1]] if self.filters is True else rows
        offset, limit = int(query.get("offset", 0)), min(int(query.get("limit", 100)), self.cap)
        page = rows[offset : offset + limit]
        headers = {"X-Total-Count": str(len(rows))} if self.totals else {}
        if self.links:
            rest = path.partition("?")[0]
            links = [f'<{self.root}{rest}?limit={limit}&offset=0>; rel="first"']
            if offset + limit < len(rows):
                kept = f"&filter={query['filter']}".replace(">", "%3E").replace("'", "%27") if "filter" in query else ""
                links.append(f'<{self.root}{rest}?limit={limit}&offset={offset + limit}{kept}>; rel="next"')
            headers["Link"] = ", ".join(links)
        return 200, headers, json.dumps({self.envelope(name): page}).encode()


@contextmanager
def serving(server: RosterServer) -> Iterator[RosterServer]:
    """Hold a server open."""

    class Asked(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._give(*server.answer(self.path, self.headers.get("Authorization", "").removeprefix("Bearer ")))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._give(*server.before(server, "token", f"{self.headers['Authorization']} {body}"))

        def _give(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if "Content-Length" not in headers:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Asked)
    server.port = listening.server_address[1]
    runs = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.05})
    runs.start()
    try:
        yield server
    finally:
        listening.shutdown()
        runs.join()
        listening.server_close()
