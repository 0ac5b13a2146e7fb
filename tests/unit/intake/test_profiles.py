"""Profiles: declared, and refused with a line where they are not sound."""

from __future__ import annotations

from pathlib import Path

import pytest

from gainline.engine.intake import load_profiles, parse_profile

SOUND = """key = "own"
name = "Own"
target = "usage"
source_system = "own"

[[identity]]
header = "Id"

[columns]
day = { header = "Day", required = true }

[[measures]]
header = "Minutes"
metric = "minutes_active"
definition = "d"
"""


def test_every_shipped_profile_is_sound_and_named_like_its_file():
    profiles, issues = load_profiles()
    assert issues == []
    assert {
        "generic_usage",
        "generic_results",
        "iready_lesson",
        "clever_participation",
        "contracts",
        "oulad",
        "star",
    } <= set(profiles)
    assert all(profile.shipped for profile in profiles.values())


@pytest.mark.parametrize(
    ("change", "code", "line", "column"),
    [
        (('name = "Own"', 'name = "Own'), "IN080", 2, None),
        (('name = "Own"', 'nam = "Own"'), "IN081", 2, "nam"),
        (('target = "usage"', 'target = "use"'), "IN081", 3, "target"),
        (('metric = "minutes_active"', 'metric = "minutes_active"\nfactor = 2'), "IN081", 15, "measures.0.factor"),
        (("required = true", "requird = true"), "IN081", 10, "columns.day.requird"),
        (('source_system = "own"', 'source_system = "own"\nlike = "nobody"'), "IN081", 5, "like"),
    ],
)
def test_a_fault_is_told_with_its_line(change: tuple[str, str], code: str, line: int, column: str | None):
    profile, issues = parse_profile(SOUND.replace(*change), file="own.toml")
    assert profile is None
    found = [(issue.code, issue.line, issue.column) for issue in issues]
    assert (code, line, column) in found


@pytest.mark.parametrize(
    "change",
    [
        ("[columns]\nday", "[columns]\nhour"),
        ('[[identity]]\nheader = "Id"\n', ""),
        ('header = "Minutes"\nmetric = "minutes_active"\ndefinition = "d"\n', ""),
        ('{ header = "Day", required = true }', "{ required = true }"),
    ],
)
def test_a_mapping_that_cannot_work_is_refused(change: tuple[str, str]):
    text = SOUND.replace(*change).replace("[[measures]]\n", "" if "Minutes" in change[0] else "[[measures]]\n")
    profile, issues = parse_profile(text, file="own.toml")
    assert profile is None
    assert {issue.code for issue in issues} == {"IN081"}


def test_a_district_s_profile_is_added_and_a_repeated_key_is_refused(tmp_path: Path):
    (tmp_path / "own.toml").write_text(SOUND)
    (tmp_path / "twice.toml").write_text(SOUND)
    (tmp_path / "broken.toml").write_text("key = ")
    profiles, issues = load_profiles([tmp_path, tmp_path / "absent"])
    assert not profiles["own"].shipped
    assert sorted(issue.code for issue in issues) == ["IN080", "IN082"]


def test_a_profile_like_another_says_only_what_differs(tmp_path: Path):
    (tmp_path / "l.toml").write_text(
        'key = "lumen"\nname = "L"\nlike = "iready_lesson"\ntool = "lumen"\nfiles = ["lumen*.csv"]\n'
    )
    profiles, issues = load_profiles([tmp_path])
    assert issues == []
    assert profiles["lumen"].measures == profiles["iready_lesson"].measures
    assert (profiles["lumen"].tool, profiles["iready_lesson"].tool) == ("lumen", "iready")
