"""The ledger file: appending, reading, and finding what was done to it."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import signal
import stat
import subprocess
import sys
from datetime import date

import pytest

from gainline.engine.core.errors import Conflict
from gainline.engine.core.issues import has_errors
from gainline.engine.ledger import Head, Ledger, NotCanonical, canonical
from gainline.engine.ledger.chain import NOTHING_READ

DAY = date(2026, 5, 1)


@pytest.fixture
def ledger(tmp_path):
    ledger = Ledger(tmp_path / "ledger.jsonl")
    for number in range(5):
        ledger.append("registration", {"plan": f"plan-{number}", "size": number / 3}, on=DAY)
    return ledger


def codes(issues):
    return [issue.code for issue in issues]


def test_an_absent_ledger_is_empty_and_sound(tmp_path):
    ledger = Ledger(tmp_path / "none.jsonl")
    assert ledger.entries() == ()
    assert ledger.verify() == []
    assert ledger.head() == Head(0, "0" * 64)
    assert not ledger.path.exists()


def test_what_was_appended_is_read_back_in_order(ledger):
    entries = ledger.entries()
    assert [entry.seq for entry in entries] == [1, 2, 3, 4, 5]
    assert entries[1].payload == {"plan": "plan-1", "size": 0.333333333333}
    assert entries[1].previous == entries[0].hash
    assert entries[1].on == DAY
    assert ledger.verify() == []


def test_append_returns_the_entry_as_it_will_be_read(ledger):
    entry = ledger.append("verdict", {"word": "adopt", "on": DAY}, on=DAY)
    assert ledger.entries()[-1] == entry
    assert str(ledger.head()) == f"6:{entry.hash}"


def test_a_payload_without_canonical_json_leaves_the_file_alone(ledger):
    before = ledger.path.read_bytes()
    with pytest.raises(NotCanonical):
        ledger.append("verdict", {"effect": float("nan")}, on=DAY)
    assert ledger.path.read_bytes() == before


def test_an_edited_entry_is_found_and_nothing_is_read_or_built_on_it(ledger):
    ledger.path.write_bytes(ledger.path.read_bytes().replace(b"plan-4", b"plan-9"))
    assert codes(ledger.verify()) == ["LG002"]
    assert ledger.verify()[0].line == 5
    with pytest.raises(Conflict, match="line 5"):
        ledger.entries()
    with pytest.raises(Conflict):
        ledger.head()
    with pytest.raises(Conflict, match="line 5, its last entry"):
        ledger.append("registration", {}, on=DAY)


def test_a_deleted_inner_line_is_one_fault(ledger):
    lines = ledger.path.read_bytes().splitlines(keepends=True)
    ledger.path.write_bytes(b"".join(lines[:2] + lines[3:]))
    assert codes(ledger.verify()) == ["LG003"]


def test_an_inner_line_that_cannot_be_read_is_one_fault(ledger):
    lines = ledger.path.read_bytes().splitlines(keepends=True)
    ledger.path.write_bytes(b"".join([*lines[:2], b"garbled\n", *lines[3:]]))
    assert [(issue.code, issue.line) for issue in ledger.verify()] == [("LG001", 3)]


def test_two_deleted_lines_are_found_where_the_next_one_stands(ledger):
    lines = ledger.path.read_bytes().splitlines(keepends=True)
    ledger.path.write_bytes(b"".join([lines[0], lines[3], lines[4]]))
    assert [(issue.code, issue.line) for issue in ledger.verify()] == [("LG003", 2)]


def test_a_reordering_is_found(ledger):
    lines = ledger.path.read_bytes().splitlines(keepends=True)
    ledger.path.write_bytes(b"".join([lines[0], lines[2], lines[1], *lines[3:]]))
    assert set(codes(ledger.verify())) == {"LG003"}


def test_an_entry_replaced_by_a_well_formed_one_is_found_by_its_successor(ledger, tmp_path):
    other = Ledger(tmp_path / "other.jsonl")
    other.append("registration", {"plan": "forged"}, on=DAY)
    lines = ledger.path.read_bytes().splitlines(keepends=True)
    ledger.path.write_bytes(other.path.read_bytes() + b"".join(lines[1:]))
    assert codes(ledger.verify()) == ["LG004"]


@pytest.mark.parametrize("line", [b"", b"{}", b"[1]", b"not json", b'{"seq":NaN}', b"\xff", b"[" * 100_000, b"null"])
def test_a_line_that_is_no_entry_is_a_fault_and_not_a_traceback(ledger, line):
    ledger.path.write_bytes(ledger.path.read_bytes() + line + b"\n")
    assert codes(ledger.verify()) == ["LG001"]


def test_an_entry_written_with_other_spacing_is_not_the_entry(ledger):
    content = ledger.path.read_bytes()
    ledger.path.write_bytes(content.replace(b'{"hash":', b'{ "hash":', 1))
    assert codes(ledger.verify()) == ["LG002"]


def test_a_cut_tail_needs_a_head_kept_outside(ledger):
    head = ledger.head()
    lines = ledger.path.read_bytes().splitlines(keepends=True)
    ledger.path.write_bytes(b"".join(lines[:3]))
    assert ledger.verify() == []
    assert codes(ledger.verify(against=head)) == ["LG006"]


def test_a_chain_written_anew_needs_a_head_kept_outside(ledger):
    head = ledger.head()
    kept = [(entry.kind, entry.payload) for entry in ledger.entries()]
    ledger.path.unlink()
    for kind, payload in kept[:-1]:
        ledger.append(kind, payload, on=DAY)
    ledger.append("registration", {"plan": "another"}, on=DAY)
    ledger.append("registration", {"plan": "and more"}, on=DAY)
    assert ledger.verify() == []
    assert codes(ledger.verify(against=head)) == ["LG007"]


def test_a_head_stays_good_while_the_ledger_grows(ledger):
    head = ledger.head()
    ledger.append("verdict", {}, on=DAY)
    assert ledger.verify(against=head) == []
    assert ledger.verify(against=Head(0, "0" * 64)) == []


def test_an_edit_of_the_last_entry_is_not_mistaken_for_a_cut_tail(ledger):
    head = ledger.head()
    ledger.path.write_bytes(ledger.path.read_bytes().replace(b"plan-4", b"plan-9"))
    assert codes(ledger.verify(against=head)) == ["LG002"]


def test_a_back_dated_entry_is_noted(ledger):
    ledger.append("registration", {}, on=date(2025, 1, 1))
    issues = ledger.verify()
    assert codes(issues) == ["LG008"]
    assert issues[0].line == 6
    assert not has_errors(issues)


@pytest.mark.parametrize("keep", [1, 100, -1])
def test_a_torn_last_line_is_skipped_reported_and_recorded(ledger, keep):
    whole = ledger.path.read_bytes()
    ledger.append("verdict", {"word": "adopt"}, on=DAY)
    torn = ledger.path.read_bytes()[len(whole) :][:keep]
    ledger.path.write_bytes(whole + torn)

    assert len(ledger.entries()) == 5
    issues = ledger.verify()
    assert codes(issues) == ["LG005"]
    assert issues[0].line == 6
    assert not has_errors(issues)

    ledger.append("verdict", {"word": "adopt"}, on=DAY)
    kinds = [entry.kind for entry in ledger.entries()]
    assert kinds[5:] == ["torn_line", "verdict"]
    assert ledger.entries()[5].payload["text"] == torn.decode()
    assert ledger.verify() == []


def test_a_ledger_that_holds_only_a_torn_line_starts_anew_with_its_record(tmp_path):
    ledger = Ledger(tmp_path / "ledger.jsonl")
    ledger.path.write_bytes(b'{"hash')
    assert ledger.entries() == ()
    ledger.append("registration", {}, on=DAY)
    assert [entry.kind for entry in ledger.entries()] == ["torn_line", "registration"]


def test_a_torn_line_says_how_long_it_was_also_where_a_letter_was_cut(ledger):
    torn = '{"kind":"año'.encode()[:-2]
    ledger.path.write_bytes(ledger.path.read_bytes() + torn)
    ledger.append("verdict", {}, on=DAY)
    payload = ledger.entries()[5].payload
    assert payload["bytes"] == len(torn)
    assert payload["text"] == '{"kind":"a\ufffd'


def test_a_new_ledgers_name_is_on_the_disk_before_its_first_entry_is_confirmed(tmp_path, monkeypatch):
    synced = []
    real = os.fsync
    monkeypatch.setattr(os, "fsync", lambda file: (synced.append(stat.S_ISDIR(os.fstat(file).st_mode)), real(file)))
    ledger = Ledger(tmp_path / "ledger.jsonl")
    ledger.append("registration", {}, on=DAY)
    assert synced == [False, True], "without the folder, a power cut would lose the file"
    ledger.append("registration", {}, on=DAY)
    assert synced == [False, True, False]


def _write_many(path, writer):
    for number in range(20):
        Ledger(path).append("registration", {"writer": writer, "number": number}, on=DAY)


def test_several_processes_append_without_losing_or_breaking_anything(tmp_path):
    path = tmp_path / "ledger.jsonl"
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_write_many, args=(path, writer)) for writer in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    entries = Ledger(path).entries()
    assert len(entries) == 60
    assert Ledger(path).verify() == []
    for writer in range(3):
        assert [e.payload["number"] for e in entries if e.payload["writer"] == writer] == list(range(20))


def test_a_killed_writer_leaves_every_confirmed_entry_and_a_usable_ledger(tmp_path):
    path = tmp_path / "ledger.jsonl"
    program = (
        "import sys; from datetime import date; from pathlib import Path; from gainline.engine.ledger import Ledger\n"
        "ledger = Ledger(Path(sys.argv[1]))\n"
        "while True: print(ledger.append('registration', {'x': 'y' * 5000}, on=date(2026, 5, 1)).seq, flush=True)\n"
    )
    writer = subprocess.Popen([sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE, text=True)
    confirmed = [int(writer.stdout.readline()) for _ in range(25)]
    os.kill(writer.pid, signal.SIGKILL)
    confirmed += [int(line) for line in writer.stdout.read().splitlines()]
    writer.stdout.close()
    writer.wait()
    ledger = Ledger(path)
    assert not has_errors(ledger.verify())
    assert len(ledger.entries()) >= confirmed[-1]
    ledger.append("registration", {}, on=DAY)
    assert ledger.verify() == []


def test_an_entry_is_hashed_as_its_documentation_says(ledger):
    # SHA-256 over a zero byte and the canonical JSON of the entry without its hash; anybody can check it
    for line, entry in zip(ledger.path.read_bytes().splitlines(), ledger.entries(), strict=True):
        raw = json.loads(line)
        assert canonical(raw) == line
        del raw["hash"]
        assert hashlib.sha256(b"\0" + canonical(raw)).hexdigest() == entry.hash
        assert hashlib.sha256(canonical(raw["payload"])).hexdigest() == entry.payload_sha256


def test_a_kind_that_looks_like_a_field_breaks_nothing(ledger):
    ledger.append('"payload":null', {"payload": None}, on=DAY)
    assert ledger.verify() == []
    assert ledger.entries()[-1].kind == '"payload":null'


@pytest.mark.parametrize(("name", "value"), [("hash", 5), ("kind", None), ("on", 20260501)])
def test_an_entry_with_a_value_of_another_type_is_no_entry(ledger, name, value):
    lines = ledger.path.read_bytes().splitlines(keepends=True)
    lines[2] = json.dumps(json.loads(lines[2]) | {name: value}, separators=(",", ":")).encode() + b"\n"
    ledger.path.write_bytes(b"".join(lines))
    assert codes(ledger.verify())[0] == "LG001"


def rehashed(line: bytes, **changes) -> bytes:
    """The line with other values, and the hash that they would have: what somebody who knows the format can forge."""
    raw = json.loads(line) | changes
    raw.pop("hash")
    return canonical(raw | {"hash": hashlib.sha256(b"\0" + canonical(raw)).hexdigest()}) + b"\n"


def test_a_forged_last_line_with_its_own_hash_is_another_entry_and_needs_a_head_kept_outside(ledger):
    *before, last = ledger.path.read_bytes().splitlines(keepends=True)
    ledger.path.write_bytes(b"".join([*before, rehashed(last)]))
    assert ledger.verify() == []
    head = ledger.head()
    ledger.path.write_bytes(b"".join([*before, rehashed(last, kind="verdict")]))
    assert ledger.verify() == []
    assert codes(ledger.verify(against=head)) == ["LG007"]


@pytest.mark.parametrize(
    "changes",
    [
        {"payload": [1], "payload_sha256": hashlib.sha256(b"[1]").hexdigest()},
        {"seq": True},
        {"seq": "5"},
        {"kind": None},
        {"blind": 5},
        {"more": "than an entry has"},
        {"on": "May 1"},
    ],
    ids=str,
)
def test_a_line_whose_hash_holds_and_whose_fields_are_none_of_an_entry_is_no_entry(ledger, changes):
    *before, last = ledger.path.read_bytes().splitlines(keepends=True)
    ledger.path.write_bytes(b"".join([*before, rehashed(last, **changes)]))
    assert codes(ledger.verify()) == ["LG001"]


def test_a_digest_that_is_not_the_payloads_is_an_edit_although_the_hash_holds(ledger):
    *before, last = ledger.path.read_bytes().splitlines(keepends=True)
    ledger.path.write_bytes(b"".join([*before, rehashed(last, payload_sha256="0" * 64)]))
    assert codes(ledger.verify()) == ["LG002"]


def test_numbers_of_any_size_come_back_as_they_were_written(ledger):
    ledger.append("sizes", {"whole": 2**53 - 1, "less": 1 - 2**53, "wide": 1e20}, on=DAY)
    assert ledger.verify() == []
    payload = ledger.entries()[-1].payload
    assert payload == {"whole": 2**53 - 1, "less": 1 - 2**53, "wide": 1e20}
    assert [type(payload[name]) for name in ("whole", "less", "wide")] == [int, int, float]


def test_a_ledger_is_read_on_from_where_it_was_read_last(ledger):
    first, until = ledger.entries_after(NOTHING_READ)
    assert first == ledger.entries()
    assert ledger.entries_after(until) == ((), until)
    ledger.append("registration", {"plan": "late"}, on=DAY)
    [late], now = ledger.entries_after(until)
    assert (late.seq, late.payload["plan"]) == (6, "late")
    assert now.head == ledger.head()
    assert now.size == ledger.path.stat().st_size


def test_a_line_that_is_being_written_is_read_when_it_is_whole(ledger):
    whole = ledger.path.read_bytes()
    cut = whole.rindex(b"\n", 0, -1) + 20
    ledger.path.write_bytes(whole[:cut])
    before, until = ledger.entries_after(NOTHING_READ)
    ledger.path.write_bytes(whole)
    assert len(before) == 4
    assert [one.seq for one in ledger.entries_after(until)[0]] == [5]


@pytest.mark.parametrize("spoil", [lambda it: it.replace(b"plan-0", b"plan-9"), lambda it: it[: len(it) // 2]])
def test_what_was_read_before_is_still_what_it_was(ledger, spoil):
    _, until = ledger.entries_after(NOTHING_READ)
    ledger.path.write_bytes(spoil(ledger.path.read_bytes()))
    with pytest.raises(Conflict, match="not the one that was read before"):
        ledger.entries_after(until)


def test_a_line_that_comes_in_forged_is_named_by_its_number(ledger):
    _, until = ledger.entries_after(NOTHING_READ)
    ledger.append("registration", {"plan": "late"}, on=DAY)
    ledger.path.write_bytes(ledger.path.read_bytes().replace(b"late", b"soon"))
    with pytest.raises(Conflict, match="not intact at line 6"):
        ledger.entries_after(until)
