"""What a roadmap is for: vision, capabilities, outcomes and phases, and what does not hang together."""

from __future__ import annotations

import pytest

from gainline.engine.core.issues import has_errors
from gainline.engine.roadmap import read_roadmap

TEXT = """format = "gainline-roadmap/1"
name = "Reading"
start = 2026-07-06
end = 2027-06-30
vision = { says = "Every student reads with understanding by the end of grade 3.", owner = "superintendent" }
capabilities = [{ key = "small-groups", title = "Teachers form small groups from last week's evidence" }]
calendar = { terms = [{ start = 2026-08-24, end = 2027-06-04 }] }
schools = [{ key = "oak" }]
budgets = [{ source = "title-i", fiscal_year = 2027, amount = 9000 }]

[[outcomes]]
key = "growth"
title = "Readers grow"
capability = "small-groups"
measure = "growth_percentile"
baseline = 41
target = 50
by = 2027-06-15

[[phases]]
key = "foundation"
title = "Foundation"
criteria = [{ says = "Every student has a device", measure = "device_access", at_least = 0.98 }]

[[initiatives]]
key = "reading"
title = "Lumen Reading"
owner = "literacy lead"
source = "title-i"
outcomes = ["growth"]
phase = "foundation"

[[activities]]
initiative = "reading"
key = "buy"
kind = "procurement"
cost = 8000

[[activities]]
initiative = "reading"
key = "tell"
kind = "communication"
owner = "principal"
"""


def issues_of(text: str) -> list[tuple[str, int | None]]:
    _, issues = read_roadmap(text, file="roadmap.toml")
    return [(issue.code, issue.line) for issue in issues]


def test_aims_are_read_as_they_are_written():
    roadmap, issues = read_roadmap(TEXT, file="roadmap.toml")
    assert issues == []
    assert roadmap is not None
    assert roadmap.aims.vision.startswith("Every student reads")
    assert roadmap.aims.outcomes[0].target == 50
    assert roadmap.aims.phases[0].criteria[0].at_least == 0.98
    assert roadmap.initiatives[0].phase == "foundation"


def test_an_activity_takes_owner_and_source_from_its_initiative_unless_it_names_its_own():
    roadmap, _ = read_roadmap(TEXT, file="roadmap.toml")
    assert roadmap is not None
    buy, tell = roadmap.activities
    assert (buy.owner, buy.source) == ("literacy lead", "title-i")
    assert (tell.owner, tell.source) == ("principal", "")  # it costs nothing


@pytest.mark.parametrize(
    ("old", "new", "code", "words"),
    [
        ('outcomes = ["growth"]\n', "", "RM080", "[[initiatives]]"),
        ('measure = "growth_percentile"\n', "", "RM081", "[[outcomes]]"),
        ("criteria = [{", "#", "RM082", "[[phases]]"),
        ('phase = "foundation"\n', "", "RM083", "[[initiatives]]"),
        ('capability = "small-groups"\n', "", "RM083", "capabilities ="),
        ('outcomes = ["growth"]', 'outcomes = ["grwth"]', "RM011", "outcomes = ["),
        ('phase = "foundation"', 'phase = "fundation"', "RM011", "phase = "),
        ('key = "growth"\n', 'key = "Growth!"\n', "RM005", "key = "),
        ("at_least = 0.98", "at_least = 0.98, at_most = 0.5", "RM006", "criteria"),
    ],
)
def test_what_does_not_hang_together_is_said_with_its_line(old, new, code, words):
    assert TEXT.count(old) >= 1
    text = TEXT.replace(old, new, 1)
    found = dict(issues_of(text))
    assert code in found
    lines = text.splitlines()
    assert words in lines[(found[code] or 0) - 1]


def test_what_is_missing_in_the_aims_keeps_no_plan_from_being_dated():
    _, issues = read_roadmap(TEXT.replace('measure = "growth_percentile"\n', ""), file="roadmap.toml")
    assert issues
    assert not has_errors(issues)


def test_a_mere_timetable_is_asked_for_no_aims():
    kept = [
        line for line in TEXT.splitlines() if not line.startswith(("vision", "capabilities", "outcomes =", "phase ="))
    ]
    text = "\n".join(kept)
    start, end = text.index("[[outcomes]]"), text.index("[[initiatives]]")
    assert issues_of(text[:start] + text[end:]) == []
