"""Rosters over the wire: a server of either version, with every fault that real ones have, against the same reader."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from urllib.parse import parse_qs, unquote

import pytest

from gainline.engine.core.errors import DataIssues, Missing, NotAllowed, Refused, UserFixable
from gainline.engine.intake.oneroster_rest import rows_of_record
from gainline.road.pulling import client as wire
from gainline.road.pulling.client import Client, check_address
from gainline.road.pulling.credentials import Credentials, read_credentials
from gainline.road.pulling.guard import Guard
from gainline.road.pulling.oauth1 import Signer, base_string, signature
from gainline.road.pulling.package import Pulled, write_package
from gainline.road.pulling.pull import Fetched, PullReport, Wanted, fetch, pull_roster
from gainline.road.workspace import Workspace
from loopback import rows
from roster_server import CHANGED, TOKEN, RosterServer, district, record, serving
from terminal import gainline

DAY = date(2026, 2, 1)


@pytest.fixture
def home(tmp_path: Path) -> Workspace:
    return Workspace.create(tmp_path / "home")


def pull(home: Workspace, server: RosterServer, *, waits: list[float] | None = None, **wanted: object) -> PullReport:
    waited: Callable[[float], None] = (waits if waits is not None else []).append
    return pull_roster(home, Wanted(server.base, inside=True, **wanted), Credentials(TOKEN), as_of=DAY, sleep=waited)


def ask(server: RosterServer, *, waits: list[float] | None = None, page_size: int = 1000) -> Fetched:
    """Fetch and import nothing."""
    waited: Callable[[float], None] = (waits if waits is not None else []).append
    return fetch(Wanted(server.base, page_size=page_size, inside=True), Credentials(TOKEN), since={}, sleep=waited)


def codes(report: PullReport | Fetched) -> dict[str, str]:
    return {issue.code: str(issue.file) for issue in report.issues}


@pytest.mark.parametrize("version", ["1.1", "1.2"])
@pytest.mark.parametrize(("links", "totals"), [(True, True), (True, False), (False, True), (False, False)])
def test_every_record_comes_whatever_the_server_says_of_its_pages(version, links, totals):
    with serving(RosterServer(version, district(version), links=links, totals=totals)) as server:
        found = ask(server)
    assert {name: len(rows) for name, rows in found.pulled.rows.items() if name != "roles"} == found.records
    assert found.records["users"] == 26
    assert codes(found) == {}


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_what_is_pulled_becomes_the_roster_that_a_package_would_have_been(home, version):
    with serving(RosterServer(version, district(version))) as server:
        report = pull(home, server, further=("demographics",))
    assert report.records["users"] == 26
    assert report.imported.rows["rejected"] == 0
    people = rows(home, "people")
    assert len(people) == 26
    assert sorted(row["role"] for row in people) == ["student"] * 25 + ["teacher"]
    assert len(rows(home, "enrollments")) == 25
    assert {row["school_id"] for row in rows(home, "roles")} == {"s1", "s2"}
    assert [row["economically_disadvantaged"] for row in rows(home, "students")].count(True) == 1
    assert [row["sex"] for row in rows(home, "students")].count("female") == 3
    assert {row["course_title"] for row in rows(home, "sections")} == {"Reading 3"}
    assert [path.name for path in (home.root / "pulls").iterdir()] == [
        path.name for path in (home.root / "pulls").glob("*.json")
    ]
    assert codes(report) == {}


def test_no_password_is_ever_written_down(home, monkeypatch):
    def write(pulled: Pulled, path: Path) -> None:
        seen.append(str(pulled.rows))
        write_package(pulled, path)

    seen: list[str] = []
    monkeypatch.setattr("gainline.road.pulling.pull.write_package", write)
    with serving(RosterServer("1.1", district())) as server:
        pull(home, server)
    assert "Given1" in seen[0]
    assert "secret" not in seen[0]


def test_a_second_pull_asks_for_changes_only_and_ends_nobody(home):
    with serving(RosterServer("1.2", district("1.2"))) as server:
        pull(home, server)
        later = "2026-01-20T08:00:00.000Z"
        server.records["users"][0] = {**server.records["users"][0], "givenName": "Anew", "dateLastModified": later}
        server.records["users"][1] = {**server.records["users"][1], "status": "tobedeleted", "dateLastModified": later}
        server.asked.clear()
        for name in set(server.records) - {"users"}:
            server.records[name] = []
        server.records["users"] = server.records["users"][:2]
        newest = pull(home, server)
    assert any(f"dateLastModified>='{CHANGED}'" in unquote(path) for path in server.asked)
    assert newest.records["users"] == 2
    lake = {row["given_name"]: row["end_date"] for row in _current(home, "people")}
    assert "Anew" in lake
    assert "Given1" not in lake
    assert lake["Given2"] is not None
    assert sum(end is None for end in lake.values()) == 25


def _current(home: Workspace, table: str) -> list[dict[str, object]]:
    with home.lake.reading() as reading:
        return list(reading.arrow(reading.current(table)).to_pylist())


def test_nothing_is_imported_where_nothing_changed(home):
    with serving(RosterServer("1.1", district())) as server:
        pull(home, server)
        server.before = lambda *_: (200, {}, b'{"any": []}')
        report = pull(home, server)
    assert report.imported is None
    assert set(report.records.values()) == {0}


@pytest.mark.parametrize("filters", [False, None], ids=["refused", "ignored"])
def test_where_a_server_cannot_give_changes_the_older_records_are_left_out_and_it_is_said(filters):
    with serving(RosterServer("1.1", district(), filters=filters)) as server:
        server.records["users"][0] |= {"dateLastModified": "2026-01-20T08:00:00.000Z"}
        since = dict.fromkeys(server.records, "2026-01-10T00:00:00.000Z")
        found = fetch(Wanted(server.base, inside=True), Credentials(TOKEN), since=since, sleep=lambda _: None)
    assert codes(found)["IN344"]
    assert (found.records["users"], found.records["orgs"]) == (1, 0)
    assert found.marks == {"users": "2026-01-20T08:00:00.000Z"}


def test_full_asks_for_everything_again(home):
    with serving(RosterServer("1.1", district())) as server:
        pull(home, server)
        del server.records["users"][1], server.records["enrollments"][1]
        report = pull(home, server, full=True)
    assert report.changes == ()
    assert not any("filter" in path for path in server.asked)
    assert sum(row["end_date"] is not None for row in _current(home, "people")) == 1


def test_a_full_pull_passes_the_guard_against_removals(home):
    with serving(RosterServer("1.1", district())) as server:
        pull(home, server)
        del server.records["users"][5:]
        with pytest.raises(Refused, match="IN190"):
            pull(home, server, full=True)
        assert pull(home, server, full=True, confirm_removals=True).imported is not None
    assert not list((home.root / "pulls").glob("*.zip"))


def test_records_under_another_name_or_none_are_taken():
    with serving(RosterServer("1.1", district(), envelope=lambda name: "items")) as server:
        report = ask(server)
    assert codes(report)["IN340"]
    assert report.records["users"] == 26


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b'{"users": [',
        b'{"a": [], "b": []}',
        b'{"user": {}}',
        b"7",
        b'{"users": ' + b"[" * 4000,
        b"\xff",
    ],
)
def test_an_answer_without_records_stops_the_pull_and_imports_nothing(home, body):
    with serving(RosterServer("1.1", district())) as server:
        server.before = lambda _, name, __: (200, {}, body) if name == "users" else None
        with pytest.raises(DataIssues, match="IN341"):
            pull(home, server)
    assert rows(home, "people") == []


def test_records_that_are_none_are_kept_out_and_counted(home):
    with serving(RosterServer("1.1", district())) as server:
        server.records["enrollments"] += ["text", None, 7, {"sourcedId": ["x"], "role": {"a": 1}}]  # type: ignore[list-item]
        report = pull(home, server)
    counts = report.imported.rows
    assert counts["rejected"] == 4
    assert counts["read"] == counts["loaded"] + counts["repaired"] + counts["rejected"]


def test_fewer_records_than_announced_stop_the_pull():
    with serving(RosterServer("1.1", district(), links=False)) as server:
        server.before = lambda _, name, __: (200, {"X-Total-Count": "9"}, b"[]") if name == "enrollments" else None
        with pytest.raises(DataIssues, match="IN342"):
            ask(server)


def test_a_server_that_does_not_page_gives_each_record_once():
    with serving(RosterServer("1.1", district(), links=False, totals=False)) as server:
        server.before = lambda one, name, _: (
            (200, {}, json.dumps({name: one.records[name]}).encode()) if name in one.records else None
        )
        report = ask(server)
    assert codes(report)["IN343"]
    assert report.records["users"] == 26


def test_a_total_that_is_too_small_loses_nothing():
    with serving(RosterServer("1.1", district(), links=False)) as server:
        plain = server._page
        server._page = lambda *asked: (200, {"X-Total-Count": "1"}, plain(*asked)[2])
        report = ask(server, page_size=10)
    assert report.records["users"] == 26


def test_a_server_that_cannot_sort_is_asked_without():
    with serving(RosterServer("1.1", district(), sorts=False)) as server:
        assert ask(server).records["users"] == 26


def test_trouble_of_the_server_is_waited_out_as_long_as_it_asks():
    waits: list[float] = []
    answers = [(503, {}, b""), (429, {"Retry-After": "7"}, b""), (500, {}, b""),
               (429, {"Retry-After": "Sun, 01 Feb 2026 10:00:20 GMT"}, b"")]  # fmt: skip
    with serving(RosterServer("1.1", district())) as server:
        server.before = lambda *_: answers.pop(0) if answers else None
        assert ask(server, waits=waits).records["users"] == 26
    assert waits[:3] == [1.0, 7.0, 4.0]
    assert waits[3] >= 8.0


def test_a_server_that_never_answers_or_asks_for_hours_is_given_up():
    waits: list[float] = []
    with serving(RosterServer("1.1", district())) as server:
        server.before = lambda *_: (503, {}, b"")
        with pytest.raises(Missing, match="IN348"):
            ask(server, waits=waits)
        assert waits == [1.0, 2.0, 4.0, 8.0, 16.0]
        server.before = lambda *_: (429, {"Retry-After": "9999"}, b"")
        with pytest.raises(Missing, match="IN348"):
            ask(server)
    with pytest.raises(Missing, match="IN348"):  # the door is closed now
        ask(server)


def test_a_silent_or_cut_connection_is_tried_again():
    with serving(RosterServer("1.1", district())) as server:
        cut = [(200, {"Content-Length": "5000"}, b'{"orgs": [')]
        server.before = lambda *_: cut.pop() if cut else None
        waits: list[float] = []
        client = Client(waits.append, Guard(frozenset({"127.0.0.1", "localhost"}), inside=True), seconds=0.5)
        page = client.ask(f"{server.base}/orgs", {"Authorization": f"Bearer {TOKEN}"})
    assert page.status == 200
    assert waits == [1.0]


def test_an_answer_beyond_every_size_is_not_read(monkeypatch):
    monkeypatch.setattr(wire, "LARGEST", 1000)
    with serving(RosterServer("1.1", district())) as server, pytest.raises(DataIssues, match="IN350"):
        ask(server)


def test_the_token_goes_to_no_other_host():
    with serving(RosterServer("1.1", district())) as server:
        away = {"Location": "http://127.0.0.1:9/ims/oneroster/v1p1/orgs"}
        server.before = lambda *_: (302, away, b"")
        with pytest.raises(NotAllowed, match="IN346"):
            ask(server)
        server.before = lambda *_: (200, {"Link": '<https://elsewhere.example/x>; rel="next"'}, b'{"orgs": [{}]}')
        with pytest.raises(NotAllowed, match="IN346"):
            ask(server)
        here = {"Location": f"{server.root}/ims/oneroster/v1p1/moved/orgs?limit=9"}
        server.before = lambda _, name, path: (302, here, b"") if name == "orgs" and "moved" not in path else None
        assert ask(server).records["orgs"] == 3


@pytest.mark.parametrize(
    "address",
    ["http://sis.example.org/ims/oneroster/v1p1", "ftp://x/ims/oneroster/v1p1", "https://a:b@x.example/", "file:///x",
     "https://x.example/ims/oneroster/v1p1?a=b", ""],
)  # fmt: skip
def test_an_address_that_no_token_may_be_sent_to_is_refused(address):
    with pytest.raises(UserFixable):
        check_address(address)


def test_an_address_without_a_version_is_refused(home):
    with pytest.raises(UserFixable, match="names no OneRoster service"):
        pull_roster(home, Wanted("https://x.example/api"), Credentials(TOKEN), as_of=DAY, sleep=lambda _: None)


def test_whoever_has_no_right_is_told_so():
    barred = RosterServer("1.1", district(), tokens=["another"])
    with serving(barred), pytest.raises(NotAllowed, match="IN347"):
        ask(barred)


def test_what_a_server_does_not_serve_is_said_or_stops_the_pull(home):
    with serving(RosterServer("1.1", district())) as server:
        del server.records["courses"]
        assert codes(pull(home, server)) == {"IN349": "courses.csv"}
        del server.records["users"]
        with pytest.raises(Missing, match="IN349"):
            pull(home, server, full=True)


def test_client_credentials_are_exchanged_for_a_token_and_again_when_it_has_run_out(home):
    asked: list[str] = []

    def give(server: RosterServer, name: str, said: str) -> tuple[int, dict[str, str], bytes] | None:
        if name == "token":
            asked.append(said)
            server.tokens = [f"token{len(asked)}"]
            return 200, {}, json.dumps({"access_token": server.tokens[0]}).encode()
        if name == "users" and len(asked) == 1:
            return 401, {}, b""
        return None

    with serving(RosterServer("1.2", district("1.2"), before=give)) as server:
        secrets = {"token_url": f"{server.root}/token", "client_id": "district", "client_secret": "s&cret"}
        report = pull_roster(
            home, Wanted(server.base, inside=True), Credentials(client=secrets), as_of=DAY, sleep=lambda _: None
        )
    assert report.records["users"] == 26
    kind, said, form = asked[0].split(" ")
    assert (kind, base64.b64decode(said)) == ("Basic", b"district:s%26cret")
    assert parse_qs(form) == {
        "grant_type": ["client_credentials"],
        "scope": ["https://purl.imsglobal.org/spec/or/v1p2/scope/roster-core.readonly"],
    }
    assert len(asked) == 2


class Signed:
    """Tokens of a server that lets in whoever signed the request that it was asked last, each nonce once."""

    def __init__(self, server: RosterServer) -> None:
        self.server, self.nonces = server, set()

    def __contains__(self, header: str) -> bool:
        said = {name: unquote(value) for name, value in re.findall(r'(oauth_\w+)="([^"]*)"', header)}
        given, fresh = said.pop("oauth_signature", ""), said.get("oauth_nonce") not in self.nonces
        self.nonces.add(said.get("oauth_nonce"))
        base = base_string("GET", self.server.root + self.server.asked[-1], list(said.items()))
        return fresh and given == signature(base, said.get("oauth_signature_method", "HMAC-SHA1"), ("s&cret", ""))


@pytest.mark.parametrize("method", ["HMAC-SHA256", "HMAC-SHA1"])
def test_a_service_that_wants_signed_requests_is_pulled_with_a_key_and_a_secret(home, tmp_path, method):
    path = tmp_path / "key.toml"
    path.write_text(f'consumer_key = "district"\nconsumer_secret = "s&cret"\nsignature_method = "{method}"\n')
    path.chmod(0o600)
    with serving(RosterServer("1.1", district())) as server:
        server.tokens = Signed(server)
        report = pull_roster(
            home, Wanted(server.base, inside=True), read_credentials(path), as_of=DAY, sleep=lambda _: None
        )
    assert report.records["users"] == 26
    assert len(server.tokens.nonces) == len(server.asked)


def test_a_wrong_secret_does_not_let_us_in(home):
    with serving(RosterServer("1.1", district())) as server:
        server.tokens = Signed(server)
        wrong = Credentials(signer=Signer("district", "other"))
        with pytest.raises(NotAllowed, match="IN347"):
            pull_roster(home, Wanted(server.base, inside=True), wrong, as_of=DAY, sleep=lambda _: None)


def test_a_token_address_that_gives_none_is_said(home):
    with serving(RosterServer("1.2", district("1.2"), before=lambda *_: (400, {}, b"{"))) as server:
        secrets = {"token_url": f"{server.root}/token", "client_id": "a", "client_secret": "b"}
        with pytest.raises(NotAllowed, match="IN347"):
            pull_roster(
                home, Wanted(server.base, inside=True), Credentials(client=secrets), as_of=DAY, sleep=lambda _: None
            )


def test_credentials_are_read_from_a_file_of_the_owner_alone(tmp_path):
    path = tmp_path / "token.txt"
    with pytest.raises(Missing):
        read_credentials(path)
    path.write_text("abc==\n")
    path.chmod(0o644)
    with pytest.raises(UserFixable, match="others may read"):
        read_credentials(path)
    path.chmod(0o600)
    assert read_credentials(path).token == "abc=="
    assert "abc" not in repr(read_credentials(path))
    path.write_text('token_url = "https://x.example/token"\nclient_id = "a"\nclient_secret = "b"\n')
    assert read_credentials(path).client["client_id"] == "a"
    for text in (
        "",
        "two words",
        'client_id = "a"\nother = "b"\n',
        "a = \nb",
        'consumer_key = "a"\nconsumer_secret = "b"\nsignature_method = "PLAINTEXT"\n',
        'consumer_key = "a"\nconsumer_secret = ""\n',
        'token_url = "http://x.example"\nclient_id = "a"\nclient_secret = "b"\n',
    ):
        path.write_text(text)
        with pytest.raises(UserFixable):
            read_credentials(path)


def test_the_command_pulls_and_gives_the_account(home, tmp_path):
    token = tmp_path / "token.txt"
    token.write_text(TOKEN)
    token.chmod(0o600)
    with serving(RosterServer("1.1", district())) as server:
        words = (
            "roster",
            "pull",
            server.base,
            "--inside",
            "--token-file",
            token,
            "-w",
            home.root,
            "--as-of",
            "2026-02-01",
        )
        ran = gainline(*words)
        assert ran.code == 0, ran.err
        assert "users: 26 records" in ran.err
        told = json.loads(gainline(*words, "--format", "json", "--with", "demographics").out)
    assert told["records"]["demographics"] == 3
    assert gainline(*words, "--with", "grades").code == 2


def test_a_record_of_every_kind_of_value_keeps_what_it_says():
    said = record(
        "u",
        userIds=[{"type": "a", "identifier": "b"}],
        grades=["01", "K,G"],
        enabledUser=False,
        agents=[{"sourcedId": "p1"}, {"sourcedId": "p2"}],
        givenName="A\nB",
        metadata={"x": 1.5, "bad name": 2},
        sms=None,
        orgSourcedIds="o1",
    )
    ((_, cells),) = rows_of_record("users", said, "1.1")
    assert cells["userIds"] == "{a:b}"
    assert cells["grades"] == "01,K G"
    assert (cells["enabledUser"], cells["agentSourcedIds"], cells["givenName"]) == ("false", "p1,p2", "A B")
    assert cells["metadata.x"] == "1.5"
    assert cells["orgSourcedIds"] == "o1"
    assert "metadata.bad name" not in cells
    assert "sms" not in cells
