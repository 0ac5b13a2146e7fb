"""A look into the lake: taken once for all who ask, told of while it goes on, never older than the records."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Event
from types import SimpleNamespace

import pytest

from gainline.engine.core.errors import Conflict
from gainline.services.remembering import StillLookingError, remembered, waiting_at_most

DAY = date(2030, 6, 3)
LONG = 60  # seconds after which a test gives up on a thread; none of them takes that long


@pytest.fixture
def workspace(tmp_path):
    head = SimpleNamespace(id="one")
    return SimpleNamespace(root=tmp_path, lake=SimpleNamespace(head=lambda: head), head=head)


def test_many_who_ask_at_once_share_one_look(workspace):
    begun, may_end, looks = Event(), Event(), []

    def look():
        looks.append(1)
        begun.set()
        may_end.wait(LONG)
        return "found"

    with ThreadPoolExecutor(8) as people:
        asked = [people.submit(remembered, workspace, "many", DAY, look) for _ in range(8)]
        begun.wait(LONG)
        may_end.set()
        assert {one.result(LONG) for one in asked} == {"found"}
    assert looks == [1]


def test_who_waits_a_moment_only_is_told_so_and_has_the_figure_later(workspace):
    may_end = Event()

    def look():
        may_end.wait(LONG)
        return 7

    with waiting_at_most(0), pytest.raises(StillLookingError, match="SV160"):
        remembered(workspace, "slow", DAY, look)
    may_end.set()
    assert remembered(workspace, "slow", DAY, lambda: pytest.fail("the look that had begun was dropped")) == 7


def test_a_fault_reaches_who_asks_and_is_not_remembered(workspace):
    def look():
        raise Conflict("PR052: restored", "apply it first")

    for _ in range(2):
        with pytest.raises(Conflict, match="PR052"):
            remembered(workspace, "faulty", DAY, look)
    assert remembered(workspace, "faulty", DAY, lambda: "mended") == "mended"


def test_a_new_snapshot_is_looked_at_anew(workspace):
    assert remembered(workspace, "what", DAY, lambda: 1) == 1
    workspace.head.id = "two"
    assert remembered(workspace, "what", DAY, lambda: 2) == 2


def test_a_familys_word_is_looked_at_anew_although_no_file_came(workspace):
    journal = workspace.root / "consent" / "journal.jsonl"
    journal.parent.mkdir()
    journal.write_text("said\n")
    assert remembered(workspace, "words", DAY, lambda: 1) == 1
    journal.write_text("said\ntaken back\n")
    os.utime(journal, ns=(1, 1))
    assert remembered(workspace, "words", DAY, lambda: 2) == 2


def test_what_was_seen_before_a_publish_does_not_pass_for_what_stands_after_it(workspace):
    def look():
        workspace.head.id = "two"  # an import publishes while the look goes on
        return "old"

    assert remembered(workspace, "race", DAY, look) == "old"
    assert remembered(workspace, "race", DAY, lambda: "new") == "new"
