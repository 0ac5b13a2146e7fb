"""Threshold rules on what 22 presentations of Open University courses recorded: weekly shares of active students.

Activity there falls over a course and swings with every assignment, so that a plain comparison rings again and again.
"""

from __future__ import annotations

import collections

import duckdb
import pytest

from gainline.engine.monitoring.thresholds import Event, Judge, Reading, Rule, follow
from shared_data import shared

pytestmark = pytest.mark.shared_data

WEEKLY = """
with registered as (
  select code_module, code_presentation, count(*) as n from '{0}/studentRegistration.parquet' group by all
),
active as (
  select code_module, code_presentation, floor(date / 7) as week, count(distinct id_student) as n
  from '{0}/studentVle_ds/**/*.parquet' where date >= 0 group by all
)
select code_module || code_presentation, active.n / registered.n
from active join registered using (code_module, code_presentation) order by 1, week
"""


@pytest.fixture(scope="module")
def weekly() -> dict[str, list[float]]:
    series = collections.defaultdict(list)
    for course, share in duckdb.sql(WEEKLY.format(shared("oulad"))).fetchall():
        series[course].append(share)
    return series


def calls(rule: Rule, shares: list[float]) -> int:
    judge = Judge(rule)
    stands = [judge(Reading({"adoption": share})) for share in shares]
    return sum(Event.OPENED in events for _, events in follow(rule, stands))


@pytest.mark.parametrize(
    ("level", "plain_calls", "damped_calls"),
    [(0.30, 37, 25), (0.35, 43, 27), (0.40, 68, 25), (0.45, 79, 23), (0.50, 72, 23)],
)
def test_two_levels_and_two_weeks_turn_storms_into_one_or_two_calls_a_course(weekly, level, plain_calls, damped_calls):
    parts = {"indicator": "adoption", "direction": "below", "enter": level}
    plain = Rule.model_validate({**parts, "exit": level, "for": 1, "keep": 1})
    damped = Rule.model_validate({**parts, "exit": level + 0.1, "for": 2, "keep": 2})
    bare, kept = ([calls(rule, shares) for shares in weekly.values()] for rule in (plain, damped))
    assert (len(weekly), sum(map(len, weekly.values()))) == (22, 817)
    assert (sum(bare), sum(kept)) == (plain_calls, damped_calls)
    assert max(kept) <= 2
    assert all(kept_one >= 1 for bare_one, kept_one in zip(bare, kept, strict=True) if bare_one > 2)  # nobody is missed
