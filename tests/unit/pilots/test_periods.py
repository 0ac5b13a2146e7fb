"""Plans that follow outcomes over periods: each fault is named with its line and a remedy."""

from __future__ import annotations

from datetime import date

import pytest

from gainline.engine.core.issues import Level
from gainline.engine.pilots import check_plan, parse_plan
from gainline.engine.worlds.over_time import OverTimeSpec, plan_of

SOUND = plan_of(OverTimeSpec())


def found(text: str) -> dict[str, object]:
    plan, issues = parse_plan(text, file="plan.toml")
    assert plan is not None, issues
    issues = check_plan(plan, file="plan.toml", text=text, as_of=date(2025, 9, 2))
    return {issue.code: issue for issue in issues if issue.code.startswith("PL17")}


def changed(*edits: tuple[str, str]) -> str:
    text = SOUND
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new)
    return text


def test_the_plans_of_the_world_are_sound():
    assert not found(SOUND)
    assert not found(plan_of(OverTimeSpec(kind="stepped_wedge")))


@pytest.mark.parametrize(
    ("code", "level", "edits"),
    [
        ("PL170", Level.ERROR, [('tool_arms = ["wave 1", "wave 2"]', 'tool_arms = ["wave 1"]')]),
        (
            "PL171",
            Level.ERROR,
            [('from = { result = "reading", forms = ["apr"] }', 'from = { attribute = "reading" }')],
        ),
        ("PL172", Level.ERROR, [("decide_by = 2026-06-16", "decide_by = 2026-04-10")]),
        ("PL173", Level.WARNING, [('"wave 1" = 2025-11-17', '"wave 1" = 2025-09-29')]),
        ("PL174", Level.ERROR, [('"wave 1" = 2025-11-17', '"wave 1" = 2025-09-01')]),
        ("PL175", Level.WARNING, [('"wave 1" = 2025-11-17', '"wave 1" = 2025-12-03')]),
        ("PL176", Level.ERROR, []),
        ("PL177", Level.WARNING, [('"wave 2" = 2026-01-26', '"wave 2" = 2026-04-27')]),
    ],
)
def test_each_fault_is_named_with_a_remedy(code, level, edits):
    text = changed(*edits)
    if code == "PL176":
        text = text.replace('kind = "differences"', 'kind = "stepped_wedge"').replace(
            'assigned_by = "assignment"',
            'assigned_by = "use"\nuse = { from = { indicator = "active_days" }, at_least = 1 }',
        )
    issue = found(text)[code]
    assert issue.level is level
    assert issue.line
    assert issue.remedy
