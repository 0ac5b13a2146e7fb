"""A week that no file of use has reached is missing and never a zero; late files are read again."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from gainline.engine.monitoring.thresholds import Reading, Rule
from gainline.road.importing import import_files
from gainline.road.risking.measured import read_week
from gainline.road.workspace import Workspace
from intake_files import ROSTER, roster_with, usage_rows, zipped

pytestmark = pytest.mark.slow

SALT = b"a salt of thirty-two bytes, kept."
RULE = Rule.model_validate(
    {"indicator": "active_days", "direction": "below", "enter": 0.5, "exit": 1.0, "where": {"tool": ["algebra"]}}
)
STUDENTS = range(30)
MANY = {
    "users.csv": ROSTER["users.csv"]
    + "".join(f"x{n},,,true,s1,student,x{n},,X,{n},,L-{n},x{n}@x.example,,,,03,\n" for n in STUDENTS),
    "enrollments.csv": ROSTER["enrollments.csv"]
    + "".join(f"xe{n},,,k1,s1,x{n},student,,2025-08-20,\n" for n in STUDENTS),
}


def used(folder: Path, day: str, tool: str = "algebra") -> Path:
    file = folder / f"usage-{tool}-{day}.csv"
    file.write_text(usage_rows(*(f"L-{n},Oak School,{tool},{day},20" for n in STUDENTS)), encoding="utf-8")
    return file


def test_a_week_that_only_another_tools_file_reached_is_missing_until_its_own_comes(tmp_path: Path):
    (tmp_path / "roster.zip").write_bytes(zipped(roster_with(MANY)))
    home = Workspace.create(tmp_path / "home", salt=SALT)
    files = [tmp_path / "roster.zip", used(tmp_path, "2026-02-03"), used(tmp_path, "2026-02-11", "writing")]
    assert import_files(home, files, as_of=date(2026, 2, 16)).rows["rejected"] == 0
    [first] = read_week(home, RULE, date(2026, 2, 2)).values()
    assert first.values["active_days"] > 0.5
    assert read_week(home, RULE, date(2026, 2, 9)) == {}
    assert import_files(home, [used(tmp_path, "2026-02-10")], as_of=date(2026, 2, 20)).rows["rejected"] == 0
    [late] = read_week(home, RULE, date(2026, 2, 9)).values()
    assert isinstance(late, Reading)
    assert late.values["active_days"] > 0.5
