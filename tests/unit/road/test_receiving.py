"""The door for events: the standards' status codes over a real socket, and nothing lost, doubled or told."""

from __future__ import annotations

import base64
import http.client
import json
import re
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from gainline.engine.core.errors import Missing, UserFixable
from gainline.engine.intake.door import Item
from gainline.engine.privacy.agreements import DataAgreement
from gainline.engine.privacy.purposes import Basis, Purpose
from gainline.road.agreeing import write_agreement
from gainline.road.importing import import_files
from gainline.road.receiving import draining
from gainline.road.receiving.draining import import_waiting, spool_of
from gainline.road.receiving.senders import read_senders
from gainline.road.workspace import Workspace
from loopback import AT, TOKEN, Came, Knocker, open_to, rows
from terminal import gainline

AGREED = DataAgreement(
    holder="Lumen Learning", tool="Lumen", tool_key="lumen", kind=Basis.SCHOOL_OFFICIAL, purposes=(Purpose.EVALUATION,),
    elements=("pseudonym", "use"), starts=date(2026, 1, 1), ends=date(2036, 12, 31), destroy_by=date(2037, 6, 30),
)  # fmt: skip
CALIPER = "http://purl.imsglobal.org/ctx/caliper/v1p2"
STATEMENTS = "/xapi/statements"
NAME = "Ada Lovelace"


def uid(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def statement(number: int, **over: object) -> dict[str, object]:
    return {
        "id": uid(number),
        "actor": {"name": NAME, "account": {"homePage": "https://sis.example.org", "name": "s1"}},
        "verb": {"id": "https://w3id.org/xapi/video/verbs/played"},
        "object": {"id": "https://tool.example.org/video/1"},
        "timestamp": f"2026-02-03T10:{number % 60:02d}:00Z",
        **over,
    }


def event(number: int, **over: object) -> dict[str, object]:
    return {
        "@context": CALIPER,
        "id": f"urn:uuid:{uid(number)}",
        "type": "ViewEvent",
        "actor": {"id": "https://lms.example.org/users/1", "type": "Person", "name": NAME},
        "action": "Viewed",
        "object": {"id": "https://lms.example.org/pages/1", "type": "Page"},
        "eventTime": f"2026-02-03T10:{number % 60:02d}:00.000Z",
        **over,
    }


def envelope(*items: object, **over: object) -> dict[str, object]:
    sent = {"sensor": "https://lms.example.org/sensor", "sendTime": "2026-02-03T11:00:00.000Z"}
    return {**sent, "dataVersion": CALIPER, "data": list(items), **over}


@pytest.fixture
def home(tmp_path: Path) -> Workspace:
    made = Workspace.create(tmp_path / "home")
    write_agreement(made, "lumen", AGREED)
    return made


@pytest.fixture
def door(home: Workspace):
    with open_to(home) as knocker:
        yield knocker


def reason(came: Came) -> str:
    return str(json.loads(came.body)["error"])


def test_statements_are_taken_answered_by_their_ids_and_come_into_the_lake(home):
    with open_to(home) as door:
        one = door.send("POST", STATEMENTS, statement(1))
        many = door.send("POST", STATEMENTS, [statement(2), statement(3)])
        nameless = {k: v for k, v in statement(4).items() if k != "id"}
        made = door.send("POST", STATEMENTS, nameless, Content_Type="application/json; charset=utf-8")
    assert (one.status, one.json()) == (200, [uid(1)])
    assert (many.status, many.json()) == (200, [uid(2), uid(3)])
    assert made.status == 200
    assert one.headers["x-experience-api-version"] == "1.0.3"
    found = rows(home, "events")
    assert sorted(row["event_id"] for row in found) == sorted([uid(1), uid(2), uid(3), made.json()[0]])
    assert {row["action"] for row in found} == {"played"}


@pytest.mark.parametrize(("path", "kind", "make"), [(STATEMENTS, "xapi", statement), ("/caliper", "caliper", event)])
def test_what_came_in_a_file_and_comes_through_the_door_counts_once(home, tmp_path, path, kind, make):
    file = tmp_path / f"{kind}.ndjson"
    body = [make(n) for n in (1, 2)]
    file.write_text("".join(f"{json.dumps(one if kind == 'xapi' else envelope(one))}\n" for one in body))
    import_files(home, [file], as_of=date(2026, 2, 4))
    with open_to(home) as door:
        sent = [make(n) for n in (2, 3)]
        assert door.send("POST", path, sent if kind == "xapi" else envelope(*sent)).status == 200
    assert len(rows(home, "events")) == 3
    codes = [json.loads(row["account"])["codes"].get("IN440", 0) for row in rows(home, "imports")]
    assert sorted(codes) == [0, 1]
    later = tmp_path / "later.ndjson"
    later.write_text(json.dumps(make(3) if kind == "xapi" else envelope(make(3))) + "\n")
    assert import_files(home, [later], as_of=date(2026, 2, 4)).rows["rejected"] == 1
    assert len(rows(home, "events")) == 3


def test_a_put_names_its_statement_and_has_no_answer_but_204(door):
    assert door.send("PUT", f"{STATEMENTS}?statementId={uid(1)}", statement(1)).status == 204
    bare = {k: v for k, v in statement(2).items() if k != "id"}
    assert door.send("PUT", f"{STATEMENTS}?statementId={uid(2)}", bare).status == 204
    assert door.send("PUT", f"{STATEMENTS}?statementId={uid(2)}", bare).status == 204
    assert door.send("PUT", f"{STATEMENTS}?statementId={uid(2)}", {**bare, "result": {"success": True}}).status == 409
    for query, body in (("", statement(3)), (f"?statementId={uid(4)}", statement(3)), ("?statementId=3", bare)):
        came = door.send("PUT", f"{STATEMENTS}{query}", body)
        assert (came.status, reason(came)[:5]) == (400, "IN334")
    assert door.send("PUT", f"{STATEMENTS}?statementId={uid(3)}", [statement(3)]).status == 400


def test_the_same_statement_again_changes_nothing_and_another_one_of_its_id_is_a_conflict(home):
    with open_to(home) as door:
        assert door.send("POST", STATEMENTS, statement(1)).status == 200
        again = dict(reversed(statement(1).items())) | {"timestamp": "2026-02-03T11:01:00+01:00"}
        assert door.send("POST", STATEMENTS, again).json() == [uid(1)]
        other = door.send("POST", STATEMENTS, [statement(2), statement(1, result={"success": True})])
        assert (other.status, reason(other)[:5]) == (409, "IN333")
    assert [row["event_id"] for row in rows(home, "events")] == [uid(1)]  # of the conflicting batch nothing was kept
    with open_to(home) as door:  # after a restart and an import, the door still knows
        assert door.send("POST", STATEMENTS, statement(1)).status == 200
        assert door.send("POST", STATEMENTS, statement(1, result={"success": True})).status == 409
    assert len(rows(home, "events")) == 1


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "IN140"),
        (b"", "IN140"),
        (b'{"id": NaN}', "IN140"),
        (b"[" * 5000, "IN140"),
        (b"\xff\xfe", "IN140"),
        ([], "IN331"),
        (7, "IN331"),
        ([statement(1), "two"], "IN331"),
        ([statement(1), statement(1)], "IN332"),
        ([statement(1), statement(2, verb={"id": "played"})], "IN144"),
        ({**statement(1), "actor": None}, "IN143"),
        ({**statement(1), "extra": 1}, "IN142"),
        (statement(1, timestamp="2026-02-03T10:00:00-00:00"), "IN145"),
        (statement(1, result={"score": {"scaled": 1.5}}), "IN147"),
        (statement(1, context={"contextAgents": []}), "IN142"),  # 2.0 only
    ],
)
def test_what_breaks_a_rule_is_turned_away_whole_with_its_code_and_no_value(door, home, body, code):
    came = door.send("POST", STATEMENTS, body)
    assert (came.status, reason(came)[:5]) == (400, code)
    assert NAME not in reason(came)
    assert "s1" not in reason(came)
    assert spool_of(home).waiting() == 0


def test_the_place_of_a_broken_rule_is_named_within_a_batch(door):
    came = door.send("POST", STATEMENTS, [statement(1), statement(2, verb={"id": "played"})])
    assert reason(came).startswith("IN144 statements[1].verb.id:")


def test_version_2_is_judged_by_its_own_rules_and_answered_in_it(door):
    agents = [{"objectType": "contextAgent", "agent": {"mbox": "mailto:a@b.example"}}]
    came = door.send(
        "POST", STATEMENTS, statement(1, context={"contextAgents": agents}), X_Experience_API_Version="2.0.0"
    )
    assert (came.status, came.headers["x-experience-api-version"]) == (200, "2.0.0")
    zoneless = statement(2, timestamp="2026-02-03T10:00:00")
    assert door.send("POST", STATEMENTS, zoneless, X_Experience_API_Version="2.0.0").status == 400
    assert door.send("POST", STATEMENTS, zoneless).status == 200  # which 1.0.3 allows


@pytest.mark.parametrize("version", [None, "0.95", "3.0", "one"])
def test_a_request_without_a_version_that_is_known_is_turned_away(door, version):
    came = door.send("POST", STATEMENTS, statement(1), X_Experience_API_Version=version)
    assert (came.status, reason(came)[:5]) == (400, "IN330")


def test_nobody_enters_without_a_token_that_is_known(door):
    for token in (None, "wrong", ""):
        came = door.send("POST", STATEMENTS, statement(1), token=token)
        assert (came.status, reason(came)[:5]) == (401, "IN335")
        assert came.headers["www-authenticate"].startswith("Bearer")
    basic = base64.b64encode(f"lumen:{TOKEN}".encode()).decode()
    assert door.send("POST", STATEMENTS, statement(1), token=None, Authorization=f"Basic {basic}").status == 200
    assert door.send("POST", STATEMENTS, statement(1), token=None, Authorization="Basic ???").status == 401


def test_what_is_too_large_or_does_not_say_how_large_it_is_is_turned_away_unread(door):
    large = door.send("POST", STATEMENTS, b"x", Content_Length=str(1 << 30))
    assert (large.status, reason(large)[:5]) == (413, "IN336")
    assert door.send("POST", "/caliper", b"x", Content_Length=str(1 << 30)).status == 413
    assert door.send("POST", STATEMENTS, b"x", Content_Length="-5").status == 413


def test_other_paths_methods_and_kinds_of_content_are_turned_away(door):
    assert door.send("GET", "/xapi/activities/state").status == 404
    got = door.send("GET", STATEMENTS)
    assert (got.status, got.headers["allow"]) == (405, "POST, PUT")
    assert reason(door.send("POST", STATEMENTS, statement(1), Content_Type="text/plain"))[:5] == "IN331"
    about = door.send("GET", "/xapi/about", token=None, X_Experience_API_Version=None)
    assert (about.status, about.json()) == (200, {"version": ["1.0.3", "2.0.0"]})
    assert door.send("HEAD", "/xapi/about", token=None).body == b""


def test_envelopes_are_taken_with_an_empty_answer_and_judged_event_by_event_at_the_import(home):
    person = {"id": "https://lms.example.org/users/1", "type": "Person"}
    with open_to(home) as door:
        came = door.send("POST", "/caliper", envelope(event(1), person, {"type": "ViewEvent", "action": "Viewed"}))
        assert (came.status, came.body) == (200, b"")
        assert door.send("POST", "/caliper", envelope(event(1), event(2), person)).status == 200
    assert sorted(str(row["event_id"])[-1] for row in rows(home, "events")) == ["1", "2"]
    assert any("2 loaded" in line or "3 loaded" in line for line in door.said), door.said
    assert any("1 rejected" in line for line in door.said)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "IN140"),
        (b"[]", 400, "IN160"),
        (envelope(), 400, "IN160"),
        (envelope(event(1), extra=1), 400, "IN160"),
        ({k: v for k, v in envelope(event(1)).items() if k != "sensor"}, 400, "IN160"),
        (envelope(event(1), data={}), 400, "IN160"),
        (envelope(event(1), dataVersion="http://purl.imsglobal.org/ctx/caliper/v9"), 422, "IN161"),
    ],
)
def test_an_unsound_envelope_gets_the_standards_status_and_a_problem_document(door, home, body, status, code):
    came = door.send("POST", "/caliper", body)
    assert came.status == status
    assert came.headers["content-type"] == "application/problem+json"
    assert came.json()["title"] == code
    assert came.json()["status"] == status
    assert spool_of(home).waiting() == 0


def test_an_envelope_of_another_kind_of_content_or_without_a_token_is_turned_away(door):
    other = door.send("POST", "/caliper", envelope(event(1)), Content_Type="text/xml")
    assert (other.status, other.json()["title"]) == (415, "IN337")
    assert door.send("POST", "/caliper", envelope(event(1)), token=None).status == 401
    told = door.send("GET", "/caliper")
    assert told.json()["caliperMaximumPayloadSize"] == 1 << 22
    assert CALIPER in told.json()["caliperSupportedVersions"]


def test_an_event_that_comes_again_with_other_content_stays_as_it_came_first(home):
    with open_to(home) as door:
        assert door.send("POST", "/caliper", envelope(event(1), event(1))).status == 200
        assert door.send("POST", "/caliper", envelope(event(1, action="NavigatedTo"), event(2))).status == 200
    assert sorted(str(row["action"]) for row in rows(home, "events")) == ["Viewed", "Viewed"]
    assert [line for line in door.said if "IN338" in line] == ["POST /caliper 200 IN338"]


def test_many_senders_at_once_lose_nothing_and_double_nothing(home):
    def post(door: Knocker, start: int) -> None:
        for number in range(start, start + 12):
            statuses.append(door.send("POST", STATEMENTS, [statement(number), statement(number + 1000)]).status)

    statuses: list[int] = []
    with open_to(home, every=0.1) as door:  # imports run while posts come
        threads = [threading.Thread(target=post, args=(door, start)) for start in (0, 6, 12, 100)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert statuses == [200] * 48
    wanted = {uid(n) for start in (0, 6, 12, 100) for n in range(start, start + 12)}
    wanted |= {uid(n + 1000) for start in (0, 6, 12, 100) for n in range(start, start + 12)}
    found = [row["event_id"] for row in rows(home, "events")]
    assert len(found) == len(wanted)
    assert set(found) == wanted


def test_no_name_and_no_id_is_said(home):
    with open_to(home) as door:
        door.send("POST", STATEMENTS, statement(1))
        door.send("PUT", f"{STATEMENTS}?statementId={uid(2)}", statement(2))
        door.send("GET", f"/students/{NAME.replace(' ', '%20')}")
        door.send("POST", "/caliper", envelope(event(1)))
    talk = "\n".join(door.said)
    assert "PUT /xapi/statements 204" in talk
    assert "GET (another path) 404 IN339" in talk
    assert not any(word in talk for word in (NAME, "Ada", "s1", uid(2), TOKEN))


class Crash(Exception):
    """What a test stops the work with."""


@pytest.mark.parametrize("step", ["write", "import_files", "close"])
def test_a_crash_between_any_two_steps_loses_and_doubles_nothing(home, monkeypatch, step):
    def crash(*_: object, **__: object) -> None:
        raise Crash

    def item(number: int) -> Item:
        return Item("xapi", uid(number), str(number), json.dumps(statement(number)).encode())

    spool = spool_of(home)
    spool.keep([item(1), item(2)], "lumen", True)
    monkeypatch.setattr(draining if step == "import_files" else draining.Spool, step, crash)
    with pytest.raises(Crash):
        import_waiting(home, as_of=AT.date())
    monkeypatch.undo()
    spool.keep([item(3)], "lumen", True)
    import_waiting(home, as_of=AT.date())
    assert sorted(str(row["event_id"]) for row in rows(home, "events")) == [uid(1), uid(2), uid(3)]
    assert spool_of(home).waiting() == 0


def take_until_it_ends(port: int) -> Iterator[str]:
    """Post one statement after another, and name those that were taken, until nobody answers."""
    headers = {"Authorization": f"Bearer {TOKEN}", "X-Experience-API-Version": "1.0.3"}
    headers["Content-Type"] = "application/json"
    for number in range(1, 100_000):
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as line:
            try:
                line.request("POST", STATEMENTS, json.dumps(statement(number)), headers)
                answer = line.getresponse()
            except (OSError, http.client.HTTPException):
                return
            if answer.status == 200:
                yield uid(number)


@pytest.mark.slow
def test_what_a_sender_was_told_is_taken_survives_a_kill(home):
    tokens = home.root / "senders.txt"
    tokens.write_text(f"lumen {TOKEN}\n")
    tokens.chmod(0o600)
    words = [sys.executable, "-m", "gainline.cli.app", "receive", "--port", "0", "--tokens", str(tokens)]
    with subprocess.Popen([*words, "-w", str(home.root), "--every", "0.2"], stderr=subprocess.PIPE, text=True) as door:
        port = int(re.search(r":(\d+):", door.stderr.readline())[1])
        killer = threading.Timer(3.0, door.kill)
        killer.start()
        taken = list(take_until_it_ends(port))
    assert taken
    assert gainline("receive", "--once", "-w", home.root, "--as-of", "2026-06-01").code == 0
    found = [str(row["event_id"]) for row in rows(home, "events")]
    assert len(found) == len(set(found))
    assert set(taken) <= set(found)


def test_nothing_of_what_was_sent_stays_in_the_inbox_once_it_is_in_the_lake(home):
    with open_to(home) as door:
        door.send("POST", STATEMENTS, statement(1))
        assert any(NAME.encode() in path.read_bytes() for path in (home.root / "inbox").iterdir())
    assert [path.name for path in (home.root / "inbox").iterdir()] == ["door.sqlite"]
    assert NAME.encode() not in (home.root / "inbox" / "door.sqlite").read_bytes()
    assert (home.root / "inbox" / "door.sqlite").stat().st_mode & 0o077 == 0


def test_what_no_profile_fits_waits_until_one_does(home):
    for number in (1, 2):
        (home.root / "profiles" / f"own{number}.toml").write_text(
            f'key = "own{number}"\nname = "Own"\ntarget = "xapi"\nfiles = ["xapi-lumen-*"]\nsource_system = "own"\n'
        )
    with open_to(home) as door:
        door.send("POST", STATEMENTS, statement(1))
    assert any("IN014" in line for line in door.said)
    assert spool_of(home).waiting() == 1
    (home.root / "profiles" / "own2.toml").unlink()
    ran = gainline("receive", "--once", "-w", home.root, "--as-of", "2026-06-01")
    assert ran.code == 0, ran.err
    assert "1 loaded" in ran.err
    assert gainline("receive", "--once", "-w", home.root).err.strip() == "Nothing waits in the inbox."


def test_a_full_disk_tells_the_sender_to_come_again(home, monkeypatch):
    def full(*_: object) -> list[str]:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr("gainline.road.receiving.spool.Spool.keep", full)
    with open_to(home) as door:
        came = door.send("POST", STATEMENTS, statement(1))
    assert (came.status, came.headers["retry-after"]) == (503, "60")


def test_tokens_are_read_from_a_file_that_only_its_owner_may_read(tmp_path):
    path = tmp_path / "senders.txt"
    with pytest.raises(Missing):
        read_senders(path)
    path.write_text(f"# who may send\n\nlumen {TOKEN}\nquest {TOKEN}2\n")
    path.chmod(0o644)
    with pytest.raises(UserFixable, match="others may read"):
        read_senders(path)
    path.chmod(0o600)
    assert sorted(read_senders(path).values()) == ["lumen", "quest"]
    for text in ("lumen short", f"Lumen {TOKEN}", f"a {TOKEN}\nb {TOKEN}", "\n"):
        path.write_text(text)
        with pytest.raises(UserFixable):
            read_senders(path)


def test_the_command_asks_for_tokens(home):
    ran = gainline("receive", "-w", home.root)
    assert ran.code == 2
    assert "token" in ran.err
