"""The pedagogy map: which tool serves which standard for whom, with gaps and overlaps."""

from __future__ import annotations

import json

import pytest

from gainline.engine.roadmap.pedagogy import Cell, read_pedagogy, served
from terminal import gainline

TEXT = """format = "gainline-pedagogy/1"
name = "Reading and mathematics"
activities = ["practice", "collaboration", "assessment"]

[[groups]]
key = "most"
title = "Students with a laptop"

[[groups]]
key = "reader"
title = "Students with a screen reader"

[[standards]]
id = "R.5.1"
says = "Quote accurately from a text."

[[standards]]
id = "M.6.3"
says = "Use ratios."

[[standards]]
id = "W.5.2"
says = "Write to explain."

[[tools]]
key = "lumen"
title = "Lumen Reading"
groups = ["most", "reader"]

[[tools]]
key = "quest"
title = "Math Quest"
groups = ["most"]
barrier = "its boards cannot be read aloud"

[[tools]]
key = "pages"
title = "Page Turner"
groups = ["most"]

[[tools]]
key = "idle"
title = "Idle Tool"

[[uses]]
tool = "lumen"
affordance = "adaptive lessons"
activity = "practice"
standards = ["R.5.1"]

[[uses]]
tool = "pages"
affordance = "leveled books"
activity = "practice"
standards = ["R.5.1"]

[[uses]]
tool = "quest"
affordance = "quests in pairs"
activity = "practice"
standards = ["M.6.3"]

[[uses]]
tool = "lumen"
affordance = "exit tickets"
activity = "assessment"
standards = ["R.5.1"]
"""


def codes(text: str, **known: str) -> list[tuple[str, int | None]]:
    _, issues = read_pedagogy(text, file="map.toml", statements=known)
    return [(issue.code, issue.line) for issue in issues]


def test_gaps_overlaps_and_who_is_shut_out_are_told():
    mapped, issues = read_pedagogy(TEXT, file="map.toml")
    assert issues == []
    rows, said = served(mapped, file="map.toml")
    assert len(rows) == 3 * 3
    cells = {(row.standard, row.activity.value): row for row in rows}
    assert cells["R.5.1", "practice"].cell is Cell.OVERLAP
    assert cells["R.5.1", "practice"].tools == ("Lumen Reading", "Page Turner")
    assert cells["R.5.1", "assessment"].cell is Cell.SERVED
    assert cells["M.6.3", "practice"].cell is Cell.SHUT_OUT
    assert cells["M.6.3", "practice"].without == ("Students with a screen reader",)
    assert cells["W.5.2", "practice"].cell is Cell.GAP
    told = [(issue.code, issue.says) for issue in said]
    assert ("RM096", "no tool serves W.5.2") in told
    assert ("RM096", "no tool affords collaboration") in told
    assert ("RM096", "nothing says what Idle Tool is for") in told
    assert ("RM097", "Lumen Reading and Page Turner both serve practice of R.5.1") in told
    assert len(told) == 5


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('name = "Reading', "name = Reading", "RM001"),
        ("affordance =", "afordance =", "RM002"),
        ('title = "Lumen Reading"\n', "", "RM003"),
        ('groups = ["most", "reader"]', 'groups = "most"', "RM004"),
        ('activity = "assessment"', 'activity = "testing"', "RM005"),
        ('key = "pages"', 'key = "quest"', "RM010"),
        ('groups = ["most", "reader"]', 'groups = ["most", "readr"]', "RM011"),
        ('tool = "quest"', 'tool = "quests"', "RM011"),
        ('standards = ["M.6.3"]', 'standards = ["M.6.4"]', "RM011"),
        ('says = "Use ratios."\n', "", "RM011"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(old, new, code):
    assert old in TEXT
    found = dict(codes(TEXT.replace(old, new, 1)))
    assert code in found
    assert found[code]


def test_a_standard_may_be_named_by_what_the_lake_knows():
    text = TEXT.replace('says = "Use ratios."\n', "", 1)
    mapped, issues = read_pedagogy(text, file="map.toml", statements={"M.6.3": "Understand ratios."})
    assert issues == []
    assert mapped.standards["M.6.3"] == "Understand ratios."


def test_the_command_shows_the_map_and_takes_words_from_imported_frameworks(tmp_path):
    home, path = tmp_path / "home", tmp_path / "map.toml"
    path.write_text(TEXT.replace('says = "Use ratios."\n', "", 1), encoding="utf-8")
    assert gainline("roadmap", "map", path).code == 10
    package = {
        "CFDocument": {"identifier": "f1", "title": "Mathematics", "lastChangeDateTime": "2026-01-01T00:00:00Z"},
        "CFItems": [
            {"identifier": "i1", "fullStatement": "Understand ratios.", "humanCodingScheme": "M.6.3",
             "lastChangeDateTime": "2026-01-01T00:00:00Z"}
        ],
        "CFAssociations": [],
    }  # fmt: skip
    (tmp_path / "framework.json").write_text(json.dumps(package), encoding="utf-8")
    assert gainline("init", home).code == 0
    ran = gainline("import", tmp_path / "framework.json", "-w", home, "--as-of", "2026-07-01")
    assert ran.code == 0, ran.err
    ran = gainline("roadmap", "map", path, "-w", home, "--format", "json")
    assert ran.code == 0, ran.err
    assert len(json.loads(ran.out)) == 9
    assert gainline("roadmap", "map", tmp_path / "absent.toml").code == 13
