"""A profile that a stranger shares is data: it runs nothing, opens nothing, and is refused with a line."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from gainline.engine.intake import load_profiles, parse_profile, profile_parts
from gainline.engine.intake import profile as profile_module
from intake_files import Office, usage_rows

USAGE = """key = "own"
name = "Own"
target = "usage"
source_system = "own"
tool = "own"
detect = ["Own Id"]

[[identity]]
header = "Own Id"

[columns]
day = { header = "Day", required = true }

[[measures]]
header = "Minutes"
metric = "minutes_active"
definition = "d"
"""
ROSTER = """key = "own"
name = "Own"
target = "roster"
source_system = "oneroster"

[[tables]]
file = "students"
to = "users"
"""


@pytest.mark.parametrize(
    ("base", "old", "new", "line", "column"),
    [
        (USAGE, 'key = "own"', 'key = "../../etc/passwd"', 1, "key"),
        (USAGE, 'tool = "own"', 'tool = "own"\nfooter = "("', 6, "footer"),
        (USAGE, 'tool = "own"', 'tool = "own"\nfooter = "(?=x)"', 6, "footer"),
        (USAGE, 'tool = "own"', 'tool = "own"\ntime_zone = "../../etc/passwd"', 6, "time_zone"),
        (USAGE, 'tool = "own"', 'tool = "own"\ntime_zone = "Mars/Olympus"', 6, "time_zone"),
        (USAGE, 'tool = "own"', 'tool = "own"\nyear_begins = "02-30"', 6, "year_begins"),
        (USAGE, 'tool = "own"', 'tool = "own"\nheader = ["a", "b"]', None, "profile"),
        (USAGE, 'tool = "own"', 'tool = "own"\nencoding = "utf-7"', 6, "encoding"),
        (USAGE, 'tool = "own"', 'tool = "own"\nlike = "/etc/passwd"', 6, "like"),
        (USAGE, 'tool = "own"', 'tool = "own"\nimport = "os"', 6, "import"),
        (USAGE, 'unit = "minutes"', "", None, None),
        (USAGE, 'header = "Day", required', 'from_name = "(", required', 12, "columns.day"),
        (USAGE, 'header = "Day", required', "from_name = '(a+)+$', required", 12, "columns.day"),
        (USAGE, 'header = "Day", required', 'from_name = "x", required', 12, "columns.day"),
        (USAGE, 'header = "Day", required', "from_name = '(.*.*.*.*x)', required", 12, "columns.day"),
        (
            USAGE,
            "[columns]",
            '[wide]\nheadings = ["{a}{b}{c}{d}"]\ncell = "x"\nempty = "skip"\n[columns]',
            12,
            "wide.headings",
        ),
        (ROSTER, 'file = "students"', 'file = "../students"', 7, "tables.0.file"),
        (ROSTER, 'file = "students"', 'file = "/etc/passwd"', 7, "tables.0.file"),
        (ROSTER, 'to = "users"', 'to = "passwords"', 6, "tables.0"),
        (ROSTER, 'to = "users"', "", 6, "tables.0"),
        (ROSTER, 'target = "roster"', 'target = "usage"', None, "profile"),
    ],
)
def test_what_a_profile_must_not_say_is_refused(base: str, old: str, new: str, line: int | None, column: str | None):
    profile, issues = parse_profile(base.replace(old, new), file="own.toml")
    if column is None:
        assert profile is not None
        return
    assert profile is None
    assert {issue.code for issue in issues} == {"IN081"}
    assert (line, column) in {(issue.line, issue.column) for issue in issues}


@pytest.mark.parametrize(
    "text", ["a = " + "[" * 60_000, "a = 1\n" * 200_000, "key = \x00", 'x = "' + "y" * 400_000 + '"']
)
def test_a_profile_that_is_made_to_choke_on_is_refused_at_once(text: str):
    profile, issues = parse_profile(text, file="own.toml")
    assert profile is None
    assert {issue.code for issue in issues} == {"IN080"}


def test_a_profile_that_is_no_text_is_refused_and_the_others_are_loaded(tmp_path: Path):
    (tmp_path / "bad.toml").write_bytes(b"key = \xff\xfe")
    (tmp_path / "good.toml").write_text(USAGE, encoding="utf-8")
    profiles, issues = load_profiles([tmp_path])
    assert "own" in profiles
    assert [(issue.code, issue.file) for issue in issues] == [("IN080", "bad.toml")]


def test_nothing_in_a_profile_is_ever_run():
    """The words of a profile reach no import, no evaluation, no template and no shell."""
    banned = {"eval", "exec", "compile", "__import__", "getattr", "open", "system", "popen", "format_map"}
    for module in (profile_module, profile_parts):
        tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
        called = {
            node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        assert not called & banned


def test_words_of_a_profile_stay_words(tmp_path: Path):
    text = USAGE.replace('"Minutes"', '"{0.__class__}"').replace('definition = "d"', 'definition = "{__import__}"')
    profile, issues = parse_profile(text, file="own.toml")
    assert profile is not None, issues
    office = Office(profiles={"own": profile})
    (tmp_path / "f.csv").write_text(usage_rows("1,2025-09-01,5", header="Own Id,Day,{0.__class__}"), encoding="utf-8")
    assert [row["value"] for row in office.take(tmp_path / "f.csv").rows("usage")] == [5.0]


def test_a_roster_profile_reads_only_files_that_lie_together(tmp_path: Path):
    """A part of a roster is a bare name: it cannot point out of the folder or zip that was named."""
    pattern = next(
        str(part.pattern)
        for part in profile_parts.RosterFilePart.model_fields["file"].metadata
        if getattr(part, "pattern", None)
    )
    for name in ("../a", "a/b", "a\\b", "/a", "C:a", "a\x00"):
        assert re.match(pattern, name) is None
