"""Statements changed in any way: no traceback, no wrong value, and the fast road agrees with the exact one."""

from __future__ import annotations

import copy
import json
import tempfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from gainline.engine.intake import Identity, discover, load_profiles, read
from gainline.engine.intake.xapi.fast import is_surely_sound, parse_statement
from gainline.engine.intake.xapi.grammar import Broken
from gainline.engine.intake.xapi.rules import check_statement

PROFILES, _ = load_profiles()
VIDEO = "https://w3id.org/xapi/video/extensions/"
EARLY, LATE = datetime.fromisoformat("1990-01-01"), datetime.fromisoformat("2090-01-01")
ODD: list[Any] = [
    *(None, True, False, 0, -1, 1.5, 1e300, 10**30, "", " ", "x", "Agent", "Group", "StatementRef", "SubStatement"),
    *("mailto:", "mailto:a@b", "http:", "urn:x", "https://x.org/a b", "1.0.3", "2.0.0", "PT", "PT5S", "P5S", "P1M"),
    *("2026-02-30T10:00:00Z", "2026-02-03T10:00:00", "2026-02-03T10:00:00-00:00", "0001-01-01T00:00:00+14:00"),
    *("9999-12-31T23:59:59-12:00", "2026-02-03T24:00:00Z", "http://adlnet.gov/expapi/verbs/voided", "\x00", "é" * 9),
    *([], {}, [{}], {"": None}, {"id": "x"}, {"en": 5}, {"a:b": None}, [["a"]], {"mbox": "mailto:a@b.c"}),
]
KEYS = ("id", "objectType", "name", "mood", "account", "mbox", "member", "version", "stored", "extensions", "duration")


@st.composite
def sound(draw: st.DrawFn) -> dict[str, Any]:
    """A statement that holds every rule."""
    account = {"homePage": "https://sis.example.org", "name": draw(st.sampled_from(["s1", "s2", "Ä 3"]))}
    actor = draw(st.sampled_from([{"account": account}, {"mbox": "mailto:a@example.org", "objectType": "Agent"}]))
    made: dict[str, Any] = {
        "id": str(draw(st.uuids(version=4))),
        "actor": actor,
        "verb": {"id": "https://w3id.org/xapi/video/verbs/played", "display": {"en-US": "played"}},
        "object": {"id": "https://tool.example.org/v/1", "definition": {"name": {"fr": "Vidéo"}}},
        "timestamp": draw(st.datetimes(EARLY, LATE)).isoformat() + "+02:00",
    }
    if draw(st.booleans()):
        made["result"] = {
            "duration": draw(st.sampled_from(["PT5M", "PT1H1M1.5S", "P1D"])),
            "extensions": {f"{VIDEO}played-segments": "0[.]5[,]3[.]9", "x:y": [1, {"z": None}]},
        }
    if draw(st.booleans()):
        made["context"] = {
            "registration": str(draw(st.uuids(version=4))),
            "contextActivities": {"parent": [{"id": "https://tool.example.org"}]},
        }
    return made


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place within a value."""
    found = [at] if at else []
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        found.extend(places(one, (*at, key)))
    return found


@st.composite
def changed(draw: st.DrawFn) -> dict[str, Any]:
    """A sound statement with up to three changes anywhere in it."""
    made = copy.deepcopy(draw(sound()))
    for _ in range(draw(st.integers(0, 3))):
        everywhere = places(made)
        if not everywhere:
            break
        *way, last = draw(st.sampled_from(everywhere))
        inner: Any = made
        for step in way:
            inner = inner[step]
        match draw(st.sampled_from(["put", "drop", "add"])):
            case "put":
                inner[last] = copy.deepcopy(draw(st.sampled_from(ODD)))
            case "drop":
                del inner[last]
            case "add" if isinstance(inner, dict):
                inner[draw(st.sampled_from(KEYS))] = copy.deepcopy(draw(st.sampled_from(ODD)))
    return made


@settings(max_examples=400, deadline=None)
@given(statement=changed())
def test_the_fast_road_lets_through_only_what_the_rules_let_through(statement):
    if is_surely_sound(statement):
        check_statement(statement)
        assert parse_statement(json.dumps(statement).encode()) == statement


@settings(max_examples=100, deadline=None)
@given(statement=sound())
def test_a_usual_statement_takes_the_fast_road(statement):
    days = statement.get("result", {}).get("duration") == "P1D"  # rare in tools, so it is left to the exact rules
    assert is_surely_sound(statement) is not days


@settings(max_examples=100, deadline=None)
@given(statement=sound())
def test_a_sound_statement_is_let_through_whatever_the_order_of_its_properties(statement):
    check_statement(statement)
    check_statement(dict(reversed(statement.items())))


def is_sound(statement: dict[str, Any]) -> bool:
    try:
        check_statement(statement)
    except Broken:
        return False
    return True


@settings(max_examples=100, deadline=None)
@given(statements=st.lists(changed(), min_size=1, max_size=12), cut=st.integers(0, 40), as_array=st.booleans())
def test_every_statement_of_a_damaged_file_is_accounted_for_and_every_row_says_what_it_said(statements, cut, as_array):
    text = json.dumps(statements) if as_array else "\n".join(json.dumps(one) for one in statements)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "statements.ndjson"
        path.write_bytes(
            b'{"verb": {}, "actor": 0, "object": 0}\n'[: 0 if as_array else 99] + text.encode()[: len(text) - cut]
        )
        sources, _ = discover([path], PROFILES)
        if not sources or sources[0].kind != "xapi":
            return
        identity = Identity(salt=b"a salt of thirty-two bytes, kept.")
        reading = read(sources[0], profiles=PROFILES, identity=identity, import_id="1", as_of=date(2026, 6, 1))
        rows = [row for batch in reading.batches if batch.table == "events" for row in batch.rows.to_pylist()]
    account = reading.account
    assert account.read == account.loaded + account.repaired + account.rejected
    by_line = {1: None} if as_array else dict(enumerate(statements, start=2))
    for row in rows:
        said = by_line[row["source_line"]]
        if said is not None:
            assert is_sound(said)
            when = datetime.fromisoformat(said.get("timestamp") or said["stored"])
            utc = when if when.tzinfo else datetime.fromisoformat(f"{said['timestamp']}+00:00")
            assert row["epoch_s"] == utc.timestamp() // 1
            assert (row["event_id"], row["resource"]) == (said.get("id"), said["object"].get("id"))
