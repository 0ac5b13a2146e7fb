"""What the solver makes, judged by the independent checker on random roadmaps."""

from __future__ import annotations

import pytest

from builders.random_roadmaps import random_roadmap
from gainline.engine.core.refusals import Refusal
from gainline.engine.roadmap import Dates, Effort, check_plan, margins, plan_dates
from gainline.engine.roadmap.calendar import friday
from gainline.engine.roadmap.compiling import compile_network
from gainline.engine.roadmap.greedy import first_plan

EVERYDAY, ALL = range(8), range(8, 208)
QUICK = Effort(work=0.05)
BALANCE = {"RM038"}  # the first plan does not look at equity; the solver does


def judge(seed: int) -> bool:
    """Check the solver's and the first plan of one roadmap; tell whether it could be kept."""
    roadmap = random_roadmap(seed)
    first = first_plan(compile_network(roadmap))
    if first is not None:
        mondays = roadmap.calendar.mondays
        dates = {
            a.key: Dates(mondays[s], friday(mondays[s + a.weeks - 1]))
            for a, s in zip(roadmap.activities, first, strict=False)
        }
        assert {issue.code for issue in check_plan(roadmap, dates)} <= BALANCE
    plan = plan_dates(roadmap, QUICK)
    if isinstance(plan, Refusal):
        assert plan.code in {"RM020", "RM021"}
        return False
    assert check_plan(roadmap, plan.dates) == []
    for key, margin in margins(roadmap).items():
        assert margin.earliest <= plan.dates[key].start <= margin.latest
    return True


def test_no_plan_breaks_a_rule_on_random_roadmaps():
    kept = [judge(seed) for seed in EVERYDAY]
    assert sum(kept) > len(kept) / 2, "most of them can be kept, or this test looks at nothing"


@pytest.mark.slow
def test_no_plan_breaks_a_rule_on_two_hundred_random_roadmaps():
    kept = [judge(seed) for seed in ALL]
    assert sum(kept) > len(kept) / 2


def test_the_same_seed_and_effort_give_the_same_plan():
    roadmap = random_roadmap(3)
    assert plan_dates(roadmap, QUICK) == plan_dates(roadmap, QUICK)


def test_the_checker_finds_what_is_moved_before_its_earliest_day():
    roadmap = random_roadmap(3)
    plan, free, mondays = plan_dates(roadmap, QUICK), margins(roadmap), roadmap.calendar.mondays
    for activity in roadmap.activities[::5]:
        if free[activity.key].earliest > mondays[0]:
            moved = Dates(mondays[0], friday(mondays[activity.weeks - 1]))
            assert check_plan(roadmap, {**plan.dates, activity.key: moved})
