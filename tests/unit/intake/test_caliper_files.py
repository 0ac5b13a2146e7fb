"""Caliper: envelopes and lone items, thinned entities, people behind programs, minutes from running totals."""

from __future__ import annotations

import json
from datetime import date

import pytest

from gainline.engine.intake import Identity, discover, load_profiles, read
from shared_data import shared

PROFILES, _ = load_profiles()
CONTEXT = "http://purl.imsglobal.org/ctx/caliper/v1p2"
PERSON = "https://lms.example.org/users/1"


def urn(number: int) -> str:
    return f"urn:uuid:00000000-0000-4000-8000-{number:012d}"


def event(number: int, **over: object) -> dict[str, object]:
    return {
        "@context": CONTEXT,
        "id": urn(number),
        "type": "ViewEvent",
        "actor": {"id": PERSON, "type": "Person"},
        "action": "Viewed",
        "object": {"id": "https://lms.example.org/pages/1", "type": "Page"},
        "eventTime": f"2026-02-03T10:{number % 60:02d}:00.000Z",
        "edApp": "https://lms.example.org",
        **over,
    }


def envelope(*items: object, **over: object) -> dict[str, object]:
    sent = {"sensor": "https://lms.example.org/sensor", "sendTime": "2026-02-03T11:00:00.000Z"}
    return {**sent, "dataVersion": CONTEXT, "data": list(items), **over}


def used(number: int, minutes: object, until: str, **over: object) -> dict[str, object]:
    measure = {"type": "AggregateMeasure", "metric": "MinutesOnTask", "metricValue": minutes}
    span = {"startedAtTime": "2026-02-02T00:00:00.000Z", "endedAtTime": f"{until}T20:00:00.000Z"}
    brought = {"type": "AggregateMeasureCollection", "id": urn(number + 500), "items": [{**measure, **span, **over}]}
    tool = {"id": "https://tool.example.org", "type": "SoftwareApplication"}
    return event(number, type="ToolUseEvent", action="Used", object=tool, generated=brought)


def take(tmp_path, *documents: object):
    """Account and rows by table of one file, one document a line."""
    path = tmp_path / "caliper.json"
    path.write_text("\n".join(json.dumps(one) for one in documents), encoding="utf-8")
    return taken(path)


def taken(path):
    sources, issues = discover([path], PROFILES)
    assert issues == []
    identity = Identity(salt=b"a salt of thirty-two bytes, kept.")
    reading = read(sources[0], profiles=PROFILES, identity=identity, import_id="1", as_of=date(2026, 6, 1))
    rows: dict[str, list[dict[str, object]]] = {}
    for batch in reading.batches:
        rows.setdefault(batch.table, []).extend(batch.rows.to_pylist())
    account = reading.account
    assert account.read == account.loaded + account.repaired + account.rejected
    return account, rows


def test_an_envelope_gives_its_events_and_names_what_is_only_described(tmp_path):
    account, rows = take(tmp_path, envelope(event(1), {"id": PERSON, "type": "Person"}, event(2)))
    assert (account.read, account.loaded) == (3, 3)
    assert account.by_code["IN166"] == 1
    assert [row["action"] for row in rows["events"]] == ["Viewed", "Viewed"]
    assert {row["tool"] for row in rows["events"]} == {"https://lms.example.org"}


def test_a_thinned_program_is_known_by_its_description_even_where_that_comes_later(tmp_path):
    robot = "https://lms.example.org/grader"
    attempt = {"id": "https://lms.example.org/attempts/1", "type": "Attempt", "assignee": PERSON}
    graded = event(1, type="GradeEvent", action="Graded", actor=robot, object=attempt["id"])
    alone = event(2, actor=robot)
    account, rows = take(
        tmp_path, envelope(graded, alone), envelope({"id": robot, "type": "SoftwareApplication"}, attempt)
    )
    assert len(rows["events"]) == 1
    assert account.by_code["IN155"] == 1
    assert rows["unmatched"][0]["value"] == PERSON


def test_a_thinned_person_is_somebody_and_said(tmp_path):
    account, rows = take(tmp_path, envelope(event(1, actor=PERSON), event(2)))
    assert len({row["person_key"] for row in rows["events"]}) == 1
    assert account.by_code["IN164"] == 1


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"sensor": None}, "IN160"),
        ({"sendTime": "today"}, "IN160"),
        ({"more": 1}, "IN160"),
        ({"dataVersion": "http://purl.imsglobal.org/ctx/caliper/v1p0"}, "IN161"),
    ],
)
def test_an_envelope_that_is_not_sound_lets_none_of_its_items_in(tmp_path, over, code):
    account, rows = take(tmp_path, envelope(event(1), event(2), **over))
    assert (account.read, account.rejected, account.by_code[code]) == (2, 2, 2)
    assert "events" not in rows


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"eventTime": "yesterday"}, "IN145"),
        ({"action": 5}, "IN143"),
        ({"actor": []}, "IN143"),
        ({"actor": "http://purl.imsglobal.org/caliper/Person"}, "IN155"),
    ],
)
def test_an_event_that_is_not_sound_is_kept_out(tmp_path, over, code):
    account, _ = take(tmp_path, envelope(event(1, **over), event(2)))
    assert (account.loaded, account.rejected, account.by_code[code]) == (1, 1, 1)


def test_odd_ids_and_actions_are_kept_and_said(tmp_path):
    account, rows = take(tmp_path, envelope(event(1, id="17", action="Glanced"), "text"))
    assert account.by_code.items() >= {"IN162": 1, "IN163": 1, "IN143": 1}.items()
    assert rows["events"][0]["event_id"] == "17"


def test_an_event_counts_once_and_a_changed_one_is_a_conflict(tmp_path):
    account, rows = take(tmp_path, envelope(event(1)), envelope(event(1), event(1, action="Viewed", type="Event")))
    assert account.by_code.items() >= {"IN152": 1, "IN153": 1}.items()
    assert len(rows["events"]) == 1


def test_running_totals_of_minutes_become_what_was_added_and_a_fall_starts_anew(tmp_path):
    reports = [
        used(1, 30, "2026-02-03"),
        used(3, 20, "2026-02-08"),
        used(2, 50, "2026-02-05"),
        used(4, "x", "2026-02-09"),
    ]
    account, rows = take(tmp_path, envelope(*reports))
    minutes = [(row["metric"], row["value"], row["first_day"], row["last_day"]) for row in rows["usage"]]
    assert minutes == [
        ("minutes_active", 30.0, date(2026, 2, 2), date(2026, 2, 3)),
        ("minutes_active", 20.0, date(2026, 2, 4), date(2026, 2, 5)),
        ("minutes_active", 20.0, date(2026, 2, 6), date(2026, 2, 8)),
    ]
    assert account.by_code.items() >= {"IN042": 1, "IN167": 1}.items()


def test_a_session_lasts_from_start_to_end_whatever_its_duration_says(tmp_path):
    session = {"id": "https://lms.example.org/s/1", "type": "Session", "startedAtTime": "2026-02-03T10:00:00.000Z"}
    ended = {**session, "endedAtTime": "2026-02-03T11:05:00.000Z", "duration": "PT3000S"}
    forgotten = {**session, "id": "https://lms.example.org/s/2", "endedAtTime": "2026-03-03T10:00:00.000Z"}
    out = {"type": "SessionEvent", "action": "LoggedOut"}
    account, rows = take(tmp_path, envelope(event(1, session=ended, **out), event(2, session=forgotten, **out)))
    assert [(row["metric"], row["value"]) for row in rows["usage"]] == [("minutes_session", 65.0)]
    assert account.by_code.items() >= {"IN165": 1, "IN168": 1}.items()


def test_a_line_that_is_no_json_is_kept_out(tmp_path):
    path = tmp_path / "caliper.ndjson"
    path.write_text(json.dumps(envelope(event(1))) + '\n{"sensor": \n', encoding="utf-8")
    account, _ = taken(path)
    assert (account.read, account.by_code["IN140"]) == (2, 1)


@pytest.mark.shared_data
def test_every_document_of_the_published_fixtures_is_read():
    sources, issues = discover([shared("caliper_v1p1_fixtures")], PROFILES)
    assert issues == []
    assert len(sources) == 80
    identity = Identity(salt=b"a salt of thirty-two bytes, kept.")
    items, events = 0, 0
    for source in sources:
        reading = read(source, profiles=PROFILES, identity=identity, import_id="1", as_of=date(2026, 6, 1))
        events += sum(batch.rows.num_rows for batch in reading.batches if batch.table == "events")
        items += reading.account.read
        assert reading.account.rejected == 0, source.name
    assert (items, events) == (90, 39)
