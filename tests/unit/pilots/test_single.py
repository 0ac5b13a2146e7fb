"""Plans with a cutoff, one series, or one school: what is said before anyone registers them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from gainline.engine.core.issues import Level
from plans import checked

RANDOMIZED = "randomized_cluster"
DESIGN = 'kind = "randomized"\nunit = "school"\ncluster = "school"\nblocked = true\ndraws = 1999\n'
CUTOFF = (
    'kind = "cutoff"\nunit = "student"\ncluster = "school"\n'
    'cutoff = { score = "reading-fall", at = 195.0, tool_side = "below" }\n'
)
FALL = 'from = { result = "map-reading", forms = ["fall"] }'


def codes(*edits: tuple[str, str]) -> list[str]:
    return [issue.code for issue in checked(RANDOMIZED, *edits)]


def followed(kind: str, before: int, after: int) -> tuple[str, str]:
    start = date(2025, 10, 6) - timedelta(days=28 * before)
    days = [start + timedelta(days=28 * place) for place in range(before + after)]
    rows = [
        f'{{ key = "p{place}", days = {{ start = {day}, end = {day + timedelta(days=27)} }}, forms = ["p{place}"] }}'
        for place, day in enumerate(days)
    ]
    periods = "periods = [\n" + ",\n".join(rows) + "\n]\n"
    return DESIGN, f'kind = "{kind}"\nunit = "school"\ncluster = "school"\n{periods}'


def test_a_cutoff_plan_has_nothing_against_it():
    assert not [code for code in codes((DESIGN, CUTOFF)) if code.startswith("PL18")]


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (('score = "reading-fall"', 'score = "grade"'), "PL180"),
        ((FALL, FALL.replace("fall", "spring")), "PL181"),
        ((FALL, 'from = { indicator = "active_days" }'), "PL182"),
        (('unit = "student"', 'unit = "school"'), "PL183"),
    ],
)
def test_a_score_that_may_not_decide_is_found(edit: tuple[str, str], code: str):
    changed = CUTOFF.replace(*edit)
    edits = ((DESIGN, changed),) if changed != CUTOFF else ((DESIGN, CUTOFF), edit)
    assert code in codes(*edits)


@pytest.mark.parametrize(
    ("kind", "before", "after", "fault"),
    [
        ("interrupted_series", 8, 4, False),
        ("interrupted_series", 7, 4, True),
        ("interrupted_series", 8, 3, True),
        ("synthetic_control", 5, 1, False),
        ("synthetic_control", 4, 2, True),
    ],
)
def test_too_few_periods_are_told_before_they_are_lived(kind: str, before: int, after: int, fault: bool):
    assert ("PL184" in codes(followed(kind, before, after))) == fault


def test_too_few_donors_are_told():
    fewer = ('"sch-01", "sch-02", "sch-03", "sch-04",', '"sch-04",')
    assert "PL185" in codes(followed("synthetic_control", 8, 4), fewer)
    assert "PL185" not in codes(followed("synthetic_control", 8, 4))


@pytest.mark.parametrize("kind", ["interrupted_series", "synthetic_control"])
def test_a_design_that_describes_is_warned_of(kind: str):
    issues = checked(RANDOMIZED, followed(kind, 10, 6))
    assert [issue.level for issue in issues if issue.code == "PL186"] == [Level.WARNING]
    assert "PL049" not in [issue.code for issue in issues]
