"""Files of statements: voiding, duplicates, times, people, containers, and accounts that add up."""

from __future__ import annotations

import gzip
import hashlib
import json
import zipfile
from datetime import date

import pyarrow as pa
import pytest

from gainline.engine.intake import Identity, discover, load_profiles, read
from gainline.engine.records import arrow_schema
from shared_data import shared

PROFILES, _ = load_profiles()
SALT = b"a salt of thirty-two bytes, kept."
VOIDED = "http://adlnet.gov/expapi/verbs/voided"


def uid(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def statement(number: int, **over: object) -> dict[str, object]:
    return {
        "id": uid(number),
        "actor": {"account": {"homePage": "https://sis.example.org", "name": "s1"}},
        "verb": {"id": "https://w3id.org/xapi/video/verbs/played"},
        "object": {"id": "https://tool.example.org/video/1"},
        "timestamp": f"2026-02-03T10:{number % 60:02d}:00Z",
        **over,
    }


def void(number: int, target: int) -> dict[str, object]:
    ref = {"objectType": "StatementRef", "id": uid(target)}
    return statement(number, verb={"id": VOIDED}, object=ref)


def known() -> Identity:
    rows = [
        {"person_key": 7, "source": "oneroster", "kind": "SisSourcedId", "value": "s1", "how": "roster"},
        {"person_key": 7, "source": "oneroster", "kind": "EmailAddress", "value": "s1@example.org", "how": "roster"},
    ]
    whole = [{**row, "import_id": "1", "source_line": 2} for row in rows]
    return Identity(salt=SALT, known=pa.Table.from_pylist(whole, schema=arrow_schema("identifiers")))


def take(path, identity=None):
    """Account and rows by table of one file."""
    sources, issues = discover([path], PROFILES)
    assert issues == []
    (source,) = sources
    reading = read(source, profiles=PROFILES, identity=identity or known(), import_id="1", as_of=date(2026, 6, 1))
    rows: dict[str, list[dict[str, object]]] = {}
    for batch in reading.batches:
        rows.setdefault(batch.table, []).extend(batch.rows.to_pylist())
    account = reading.account
    assert account.read == account.loaded + account.repaired + account.rejected
    return account, rows


def lines(tmp_path, *statements: object, name: str = "statements.ndjson"):
    path = tmp_path / name
    texts = [one if isinstance(one, str) else json.dumps(one) for one in statements]
    path.write_text("\n".join(texts) + "\n", encoding="utf-8")
    return path


def test_a_voided_statement_does_not_count_whichever_comes_first(tmp_path):
    account, rows = take(lines(tmp_path, void(9, 2), statement(1), statement(2), statement(3), void(8, 3)))
    assert [row["event_id"] for row in rows["events"]] == [uid(1)]
    assert account.by_code["IN150"] == 2
    assert (account.loaded, account.rejected) == (3, 2)


def test_what_takes_back_cannot_be_taken_back(tmp_path):
    account, rows = take(lines(tmp_path, statement(1), void(2, 1), void(3, 2)))
    assert account.by_code["IN151"] == 1
    assert "events" not in rows


def test_a_void_without_its_statement_is_said(tmp_path):
    account, rows = take(lines(tmp_path, statement(1), void(2, 77)))
    assert account.by_code["IN154"] == 1
    assert len(rows["events"]) == 1


def test_one_id_with_one_content_counts_once_however_it_is_written(tmp_path):
    again = dict(reversed(statement(1).items())) | {
        "timestamp": "2026-02-03T11:01:00+01:00",
        "stored": "2026-02-04T00:00:00Z",
    }
    account, rows = take(lines(tmp_path, statement(1), statement(1), again))
    assert account.by_code["IN152"] == 2
    assert len(rows["events"]) == 1


def test_one_id_with_two_contents_is_a_conflict_and_the_first_stands(tmp_path):
    other = statement(1, verb={"id": "https://w3id.org/xapi/video/verbs/paused"})
    account, rows = take(lines(tmp_path, statement(1), other))
    assert account.by_code["IN153"] == 1
    assert [row["action"] for row in rows["events"]] == ["played"]


def test_people_are_found_by_account_address_and_hash_of_address(tmp_path):
    digest = hashlib.sha1(b"mailto:s1@example.org").hexdigest()
    actors = [
        {"account": {"homePage": "https://sis.example.org", "name": "s1"}},
        {"mbox": "mailto:S1@example.org"},
        {"mbox_sha1sum": digest},
        {"openid": "https://id.example.org/s1"},
        {"account": {"homePage": "https://a.example.org", "name": "x9"}},
        {"account": {"homePage": "https://b.example.org", "name": "x9"}},
    ]
    account, rows = take(lines(tmp_path, *(statement(n, actor=actor) for n, actor in enumerate(actors))))
    assert [row["matched"] for row in rows["events"]] == [True] * 3 + [False] * 3
    assert {row["person_key"] for row in rows["events"][:3]} == {7}
    assert len({row["person_key"] for row in rows["events"]}) == 4
    assert account.by_code["IN053"] == 3
    assert len(rows["unmatched"]) == 3


def test_times_keep_their_offset_and_one_without_zone_is_a_repair(tmp_path):
    times = ["2026-02-03T23:30:00-02:00", "2026-02-03T23:30:00", "2026-02-03T23:30:00Z"]
    account, rows = take(lines(tmp_path, *(statement(n, timestamp=time) for n, time in enumerate(times))))
    assert [row["local_date"] for row in rows["events"]] == [date(2026, 2, 4), date(2026, 2, 3), date(2026, 2, 3)]
    assert (account.repaired, account.by_code["IN157"]) == (1, 1)


def test_a_statement_without_time_or_person_is_kept_out(tmp_path):
    timeless = {key: value for key, value in statement(1).items() if key != "timestamp"}
    group = statement(2, actor={"objectType": "Group", "mbox": "mailto:team@example.org"})
    stored = {**timeless, "id": uid(3), "stored": "2026-02-03T10:00:00Z"}
    account, rows = take(lines(tmp_path, timeless, group, stored))
    assert account.by_code.items() >= {"IN155": 1, "IN156": 1}.items()
    assert len(rows["events"]) == 1


def test_broken_lines_cost_nothing_but_themselves(tmp_path):
    bad = statement(2) | {"mood": "good"}
    account, rows = take(lines(tmp_path, statement(1), '{"id": ', bad, "[1]", "NaN", statement(3)))
    assert account.read == 6
    assert account.by_code.items() >= {"IN140": 2, "IN142": 1, "IN143": 1}.items()
    assert [row["source_line"] for row in rows["events"]] == [1, 6]


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("wrap", [lambda all_: all_, lambda all_: {"statements": all_, "more": ""}])
def test_arrays_and_statement_results_read_like_lines(tmp_path, wrap, indent):
    path = tmp_path / "statements.json"
    path.write_text(json.dumps(wrap([statement(n) for n in range(5)]), indent=indent), encoding="utf-8")
    account, rows = take(path)
    assert (account.read, account.loaded, len(rows["events"])) == (5, 5, 5)


def test_an_array_that_is_cut_keeps_what_came_before(tmp_path):
    path = tmp_path / "statements.json"
    path.write_text(json.dumps([statement(n) for n in range(5)])[:-40], encoding="utf-8")
    account, rows = take(path)
    assert (account.read, account.rejected, len(rows["events"])) == (5, 1, 4)
    assert account.by_code["IN159"] == 1


def test_zip_and_gzip_hold_the_same_statements(tmp_path):
    plain = lines(tmp_path, statement(1), statement(2))
    packed = tmp_path / "statements.ndjson.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    zipped = tmp_path / "statements.zip"
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.write(plain, "export/statements.ndjson")
    assert len({discover([path], PROFILES)[0][0].sha256 for path in (plain, packed, zipped)}) == 1
    assert take(zipped)[1]["events"] == take(plain)[1]["events"] == take(packed)[1]["events"]


def test_minutes_are_told_apart_by_what_they_count(tmp_path):
    closed = {"verb": {"id": "http://adlnet.gov/expapi/verbs/terminated"}, "context": {"registration": uid(50)}}
    done = {"verb": {"id": "http://adlnet.gov/expapi/verbs/completed"}, "context": {"registration": uid(50)}}
    key = "https://w3id.org/xapi/video/extensions/played-segments"
    watched = {"extensions": {key: "0[.]60[,]30[.]90"}}
    _, rows = take(
        lines(
            tmp_path,
            statement(1, result={"duration": "PT8M"}, **done),
            statement(2, result={"duration": "PT10M"}, **closed),
            statement(3, result=watched),
        )
    )
    assert {(row["metric"], row["value"]) for row in rows["usage"]} == {
        ("minutes_session", 10.0),
        ("minutes_watched", 1.5),
    }


def test_a_duration_in_months_gives_no_minutes(tmp_path):
    verb = {"id": "http://adlnet.gov/expapi/verbs/terminated"}
    account, rows = take(lines(tmp_path, statement(1, verb=verb, result={"duration": "P1M"})))
    assert account.by_code["IN158"] == 1
    assert "usage" not in rows


@pytest.mark.shared_data
def test_a_week_of_real_video_statements_comes_in_whole():
    account, rows = take(shared("xapi_fun_video") / "statements.ndjson.gz", Identity(salt=SALT))
    assert (account.read, account.loaded, account.repaired, account.rejected) == (22_000, 22_000, 0, 0)
    assert len(rows["events"]) == 22_000
    assert len({row["person_key"] for row in rows["events"]}) == 1_452
    assert sum(row["action"] == "played" for row in rows["events"]) == 6_603
