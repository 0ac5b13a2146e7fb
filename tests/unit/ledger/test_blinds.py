"""Blinds: entries whose hashes may go out, beside entries from before there were blinds."""

from __future__ import annotations

import hashlib
import json
from datetime import date

import rfc8785

from gainline.engine.ledger import Ledger

DAY = date(2026, 6, 10)


def test_two_entries_that_say_the_same_have_other_blinds_and_the_file_stays_whole(tmp_path):
    ledger = Ledger(tmp_path / "ledger.jsonl", secret=b"s" * 32)
    one, two = (ledger.append("exported", {"students": 7}, on=DAY) for _ in range(2))
    assert len(one.blind) == 64
    assert one.blind != two.blind
    assert ledger.verify() == []
    assert ledger.entries() == (one, two)


def test_whoever_guesses_the_whole_entry_but_not_the_blind_cannot_confirm_it(tmp_path):
    ledger = Ledger(tmp_path / "ledger.jsonl", secret=b"s" * 32)
    entry = ledger.append("exported", {"students": 7}, on=DAY)
    guess = {key: value for key, value in json.loads(entry.leaf()).items() if key != "blind"}
    assert hashlib.sha256(b"\0" + rfc8785.dumps(guess)).hexdigest() != entry.hash
    assert hashlib.sha256(b"\0" + entry.leaf()).hexdigest() == entry.hash


def test_an_old_ledger_goes_on_under_a_secret_and_is_read_without_one(tmp_path):
    path = tmp_path / "ledger.jsonl"
    old = Ledger(path).append("registered", {"key": "a"}, on=DAY)
    new = Ledger(path, secret=b"s" * 32).append("registered", {"key": "b"}, on=DAY)
    assert (old.blind, bool(new.blind)) == ("", True)
    assert Ledger(path).entries() == (old, new)
    assert Ledger(path).verify() == []


def test_a_blind_that_was_taken_out_or_changed_is_an_edit(tmp_path):
    ledger = Ledger(tmp_path / "ledger.jsonl", secret=b"s" * 32)
    entry = ledger.append("registered", {"key": "a"}, on=DAY)
    line = ledger.path.read_bytes()
    for altered in (line.replace(f'"blind":"{entry.blind}",'.encode(), b""), line.replace(entry.blind.encode(), b"")):
        assert altered != line
        ledger.path.write_bytes(altered)
        assert [issue.code for issue in ledger.verify()] == ["LG002"]
