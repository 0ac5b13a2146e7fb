"""The roster goes out as a conformant package, and comes back as the same rows."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from gainline.engine.core.errors import Refused
from gainline.engine.privacy import Audience
from gainline.engine.worlds import WorldSpec
from gainline.engine.worlds.world import build
from gainline.road.importing import import_files
from gainline.road.leaving import Leave
from gainline.road.rostering import RosterExport, export_roster
from gainline.road.workspace import Workspace
from intake_files import roster_with, zipped
from oneroster_rules import faults

SALT = b"a salt of thirty-two bytes, kept."
DAY = date(2026, 6, 1)
HOUSE = Leave(within="Records office")
TABLES = ("schools", "terms", "courses", "sections", "people", "identifiers", "students", "roles", "enrollments")
TOWN = WorldSpec(elementary_schools=8, middle_schools=2, per_grade_elementary=30, per_grade_middle=95)
COUNTY = WorldSpec(elementary_schools=40, middle_schools=10, per_grade_elementary=60, per_grade_middle=190)


def workspace(folder: Path, roster: Path) -> Workspace:
    home = Workspace.create(folder, salt=SALT)
    report = import_files(home, [roster], as_of=DAY)
    assert report.rows["rejected"] == 0
    return home


def send(home: Workspace, path: Path, *, demographics: bool = True) -> RosterExport:
    return export_roster(home, path, as_of=DAY, audience=Audience.ANALYST, leave=HOUSE, demographics=demographics)


def canonical_rows(home: Workspace) -> dict[str, list[str]]:
    with home.lake.reading() as reading:
        found = {name: reading.arrow(reading.current(name)).to_pylist() for name in TABLES}
    for rows in found.values():
        for row in rows:
            del row["import_id"], row["source_line"]
    return {name: sorted(str(sorted(row.items())) for row in rows) for name, rows in found.items()}


def round_trip(tmp_path: Path, spec: WorldSpec, students: int) -> None:
    for sheet in build(spec, seed=11).sheets:
        if "oneroster/" in sheet.path:
            path = tmp_path / sheet.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(sheet.to_bytes())
    home = workspace(tmp_path / "home", tmp_path / "incoming" / "oneroster")
    done = send(home, tmp_path / "out.zip")
    assert done.left_out == {}
    assert done.rows["demographics"] >= students
    assert faults(tmp_path / "out.zip") == []
    back = workspace(tmp_path / "back", tmp_path / "out.zip")
    assert canonical_rows(back) == canonical_rows(home)


def test_a_clean_district_of_two_thousand_comes_back_as_the_same_rows(tmp_path: Path):
    round_trip(tmp_path, TOWN, 1_900)


@pytest.mark.slow
def test_a_clean_district_of_twenty_thousand_comes_back_as_the_same_rows(tmp_path: Path):
    round_trip(tmp_path, COUNTY, 19_000)


@pytest.fixture
def small(tmp_path: Path) -> Workspace:
    path = tmp_path / "roster.zip"
    path.write_bytes(zipped(roster_with()))
    return workspace(tmp_path / "home", path)


def test_nobody_but_the_analyst_gets_a_roster(small: Workspace, tmp_path: Path):
    with pytest.raises(Refused, match="PR020"):
        export_roster(small, tmp_path / "out.zip", as_of=DAY, audience=Audience.STAFF, leave=HOUSE)
    assert not (tmp_path / "out.zip").exists()


def test_demographics_go_out_on_request_only_and_the_ledger_says_so(small: Workspace, tmp_path: Path):
    done = send(small, tmp_path / "out.zip", demographics=False)
    assert "demographics" not in done.rows
    assert faults(tmp_path / "out.zip") == []
    entry = json.loads((small.root / "ledger.jsonl").read_text(encoding="utf-8").splitlines()[-1])
    assert '"demographics": false' in json.dumps(entry)
    assert (tmp_path / "out.zip").stat().st_mode & 0o077 == 0


def test_whoever_left_is_not_in_it(small: Workspace, tmp_path: Path):
    path = tmp_path / "next.zip"
    path.write_bytes(zipped(roster_with(users=[("u2,,,", "u2,tobedeleted,2026-06-01T00:00:00.000Z,")])))
    import_files(small, [path], as_of=DAY, confirm_removals=True)
    done = send(small, tmp_path / "out.zip")
    assert done.rows["users"] == 3
    assert faults(tmp_path / "out.zip") == []


def test_the_judge_of_packages_sees_what_is_wrong(small: Workspace, tmp_path: Path):
    path = tmp_path / "bad.zip"
    path.write_bytes(zipped(roster_with()))
    assert "users: header" in faults(path)


def test_an_empty_lake_has_no_roster_to_send(tmp_path: Path):
    with pytest.raises(Refused, match="no roster"):
        send(Workspace.create(tmp_path / "home", salt=SALT), tmp_path / "out.zip")
