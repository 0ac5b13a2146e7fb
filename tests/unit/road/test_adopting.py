"""A source without a roster: its actors become students, and nothing is taken where there is a roster."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from gainline.engine.core.errors import Conflict, Missing, UserFixable
from gainline.road import settling
from gainline.road.adopting import adopt
from gainline.road.importing import import_files, unmatched
from gainline.road.measuring import measure
from gainline.road.workspace import Workspace
from intake_files import roster_with, zipped
from terminal import gainline

TODAY = date(2026, 3, 1)


def statements(home: Workspace, name: str, people: range, minute: int = 0) -> None:
    """Two events a person, three minutes apart."""
    made = [
        {
            "actor": {"account": {"homePage": "https://mooc.example.org", "name": f"learner-{who}"}},
            "verb": {"id": "https://w3id.org/xapi/video/verbs/played"},
            "object": {"id": "https://mooc.example.org/v/1"},
            "timestamp": f"2026-02-03T10:{minute + extra:02d}:00Z",
        }
        for who in people
        for extra in (0, 3)
    ]
    path = home.root.parent / name
    path.write_text("".join(json.dumps(one) + "\n" for one in made))
    import_files(home, [path], as_of=TODAY)


@pytest.fixture
def home(tmp_path: Path) -> Workspace:
    return Workspace.create(tmp_path / "home")


def test_whoever_acted_is_a_student_under_a_pseudonym_and_indicators_count_them(home: Workspace):
    statements(home, "a.ndjson", range(12))
    assert [row["n"] for row in measure(home, "time_on_task_events")] == [0]
    assert adopt(home, "xapi", by="R. Keeper", as_of=TODAY) == 12
    (row,) = measure(home, "time_on_task_events")
    assert (row["value"], row["n"]) == (3.0, 12)
    assert unmatched(home).num_rows == 0
    assert settling.waiting(home, as_of=TODAY) == []


def test_later_files_find_the_adopted_known_and_newcomers_can_be_adopted_too(home: Workspace):
    statements(home, "a.ndjson", range(12))
    adopt(home, "xapi", by="R. Keeper", as_of=TODAY)
    statements(home, "b.ndjson", range(6, 14), minute=30)
    assert adopt(home, "xapi", by="R. Keeper", as_of=TODAY) == 2
    (row,) = measure(home, "time_on_task_events")
    assert row["n"] == 14
    assert row["value"] == pytest.approx((12 * 3 + 8 * 3 + 6 * 5) / 14)  # six pauses of 27 minutes, cut at five


def test_where_nobody_waits_or_nobody_stands_for_it_it_is_refused(home: Workspace):
    with pytest.raises(Missing, match="IN420"):
        adopt(home, "xapi", by="R. Keeper", as_of=TODAY)
    with pytest.raises(UserFixable, match="IN409"):
        adopt(home, "xapi", by=" ", as_of=TODAY)


def test_beside_a_roster_nobody_is_adopted(home: Workspace, tmp_path: Path):
    (tmp_path / "roster.zip").write_bytes(zipped(roster_with()))
    import_files(home, [tmp_path / "roster.zip"], as_of=TODAY)
    statements(home, "a.ndjson", range(3))
    with pytest.raises(Conflict, match="IN421"):
        adopt(home, "xapi", by="R. Keeper", as_of=TODAY)
    told = gainline("roster", "adopt", "xapi", "--by", "R. Keeper", "-w", home.root, "--as-of", str(TODAY))
    assert told.code == 14


def test_the_terminal_says_how_many_and_names_nobody(home: Workspace):
    statements(home, "a.ndjson", range(12))
    told = gainline("roster", "adopt", "xapi", "--by", "R. Keeper", "-w", home.root, "--as-of", str(TODAY))
    assert told.code == 0
    assert "12 people" in told.err
    assert "learner-" not in told.out + told.err
