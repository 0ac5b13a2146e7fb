"""One look a day over a workspace: faults that lie in the lake are found, a clean lake is silent."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from gainline.road.importing import import_files
from gainline.road.looking import needs_a_person
from gainline.road.workspace import Workspace
from intake_files import roster_with, zipped
from terminal import gainline

TODAY = date(2026, 3, 2)
HEADER = "student_id,tool,day,minutes\n"


@pytest.fixture
def home(tmp_path: Path) -> Workspace:
    (tmp_path / "roster.zip").write_bytes(zipped(roster_with()))
    workspace = Workspace.create(tmp_path / "home")
    import_files(workspace, [tmp_path / "roster.zip"], as_of=TODAY)
    return workspace


def use(home: Workspace, *rows: str) -> None:
    path = home.root.parent / "use.csv"
    path.write_text(HEADER + "".join(f"{row}\n" for row in rows))
    import_files(home, [path], as_of=TODAY)


def test_a_clean_workspace_needs_nobody(home: Workspace):
    use(home, "000123,m,2026-02-02,20", "000124,m,2026-02-02,30")
    assert needs_a_person(home, as_of=TODAY) == []
    told = gainline("quality", "-w", home.root, "--as-of", str(TODAY))
    assert told.code == 0
    assert "Nothing needs a person" in told.err


def test_days_of_more_than_24_hours_and_unknown_people_are_found_without_naming_them(home: Workspace):
    use(home, "000123,m,2026-02-02,1400", "000123,m,2026-02-02,1401", "secret-77,m,2026-02-02,5")
    ran = gainline("quality", "-w", home.root, "--as-of", str(TODAY), "--format", "json")
    assert {row["code"] for row in json.loads(ran.out)} == {"IN413", "IN417", "IN418"}
    page = home.root.parent / "today.html"
    told = gainline("quality", "-w", home.root, "--as-of", str(TODAY), "--html", page)
    assert "3 things need a person today" in page.read_text(encoding="utf-8")
    assert "secret-77" not in page.read_text(encoding="utf-8") + told.err
    assert "secret-77" not in ran.out


def test_licensed_students_without_use_are_found(home: Workspace):
    users = roster_with()
    users["users.csv"] += "".join(f"y{n},,,true,s1,student,,,G,F,,0005{n:02d},,,,,03,\n" for n in range(40))
    (home.root.parent / "more.zip").write_bytes(zipped(users))
    import_files(home, [home.root.parent / "more.zip"], as_of=TODAY)
    licenses = "".join(f"0005{n:02d},m,2025-09-01\n" for n in range(40))
    (home.root.parent / "licenses.csv").write_text(f"student_id,tool,first_day\n{licenses}")
    import_files(home, [home.root.parent / "licenses.csv"], as_of=TODAY)
    use(home, *(f"0005{n:02d},m,2026-02-02,20" for n in range(20)))
    (issue,) = needs_a_person(home, as_of=TODAY)
    assert issue.code == "IN415"
