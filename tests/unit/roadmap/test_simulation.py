"""A dated roadmap under uncertainty: what is kept of the plan, what chance does to it, and what the command says."""

from __future__ import annotations

import json
import re
import textwrap
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from gainline.engine.core.refusals import Refusal
from gainline.engine.roadmap import Effort, plan_dates, read_roadmap
from gainline.engine.roadmap.model import Tie
from gainline.engine.roadmap.simulation import Driver, Link, RiskNetwork, Shape, Step, risk_network, simulate
from gainline.engine.roadmap.simulation.network import order_of
from gainline.engine.roadmap.simulation.simulating import as_planned
from gainline.engine.worlds.roadmaps import made_up_roadmap
from gainline.road.simulating import day_of
from terminal import gainline

HOW_TO = Path(__file__).resolve().parents[3] / "docs" / "how-to" / "plan-a-roadmap.md"
FENCE = re.search(r"```toml\n(.*?)```", HOW_TO.read_text(encoding="utf-8"), flags=re.DOTALL)
UNCERTAIN = """
[uncertainty]
shape = "pert"
groups = [{ key = "people", correlation = 0.3, activities = ["reading.train", "reading.evaluate"] }]

[[uncertainty.drivers]]
key = "lawyers"
title = "The vendor's lawyers want changes"
probability = 0.4
activities = ["reading.agreement"]
weeks = [1.2, 2.0, 4.0]
cost = [0, 2000, 9000]
group = "people"
"""
TEXT = textwrap.dedent("   " + FENCE[1].lstrip()) + UNCERTAIN
QUICK = Effort(work=0.1)


def roadmap_of(text: str = TEXT):
    roadmap, issues = read_roadmap(text, file="roadmap.toml")
    assert issues == []
    return roadmap


@pytest.fixture(scope="module")
def dated():
    roadmap = roadmap_of()
    return roadmap, plan_dates(roadmap, QUICK).dates


def test_what_chance_leaves_alone_is_the_plan_itself(dated):
    for roadmap, dates in (dated, _made_up()):
        network = risk_network(roadmap, dates)
        passed = as_planned(network, order_of(network))
        planned = [roadmap.calendar.mondays.index(dates[a.key].start) for a in roadmap.activities]
        assert passed.starts[: len(planned), 0].tolist() == planned


def _made_up():
    roadmap = made_up_roadmap(schools=6, tools=2, seed=4, waves=3)
    return roadmap, plan_dates(roadmap, QUICK).dates


def test_without_planned_dates_nothing_ends_later_than_planned(dated):
    roadmap, dates = _made_up()
    network = risk_network(roadmap, dates, held=False)
    passed = as_planned(network, order_of(network))
    planned = [roadmap.calendar.mondays.index(dates[a.key].start) for a in roadmap.activities]
    assert all(start <= plan for start, plan in zip(passed.starts[:, 0], planned, strict=False))


def test_a_slip_of_one_week_before_testing_costs_more_than_a_week(dated):
    """The calendar's effect, which tools without one miss."""
    roadmap, dates = dated
    network = risk_network(roadmap, dates, held=False)
    place = roadmap.position["reading.evaluate@ash"]
    step = network.steps[place]
    last = max(w for w in network.openings[step.opening][int(step.weeks[1]) - 1] if np.isfinite(w))
    late = replace(
        network, steps=(*network.steps[:place], replace(step, not_before=last + 1.0), *network.steps[place + 1 :])
    )
    assert as_planned(network, order_of(network)).starts[place, 0] <= last
    assert as_planned(late, order_of(late)).starts[place, 0] == np.inf  # no later ten weeks hold a test


def test_days_are_counted_on_working_weeks_only(dated):
    calendar = dated[0].calendar
    assert day_of(calendar, 1.0) == date(2026, 7, 10)  # the first Friday
    assert day_of(calendar, 0.0, at_start=True) == date(2026, 7, 6)
    assert day_of(calendar, 24.0) == date(2026, 12, 18)
    assert day_of(calendar, 24.2) == date(2027, 1, 4)  # winter's weeks are nobody's
    assert day_of(calendar, 500.0) is None
    assert day_of(calendar, np.inf) is None


CHAIN = RiskNetwork(
    (Step("a", (2.0, 3.0, 6.0)), Step("b", (1.0, 2.0, 5.0), cost=(80.0, 100.0, 200.0), weekly=10.0)), (Link(0, 1),)
)


def test_the_same_seed_gives_the_same_figures_and_another_one_others():
    assert simulate(CHAIN, runs=500, seed=4) == simulate(CHAIN, runs=500, seed=4)
    assert simulate(CHAIN, runs=500, seed=4).finish != simulate(CHAIN, runs=500, seed=5).finish


def test_contingency_added_to_the_plan_is_kept_as_often_as_it_says():
    found = simulate(CHAIN, runs=20_000, seed=1)
    assert found.finish.planned == 5.0
    assert found.finish.planned + found.finish.contingency(80) == found.finish.levels[80]
    assert found.held == pytest.approx((0.8, 0.8), abs=0.015)  # the noise of 20,000 runs against 20,000 is 0.004
    assert found.joint_p80 < 0.8
    assert found.finish.noise[80][0] <= found.finish.levels[80] <= found.finish.noise[80][1]


def test_worse_estimates_never_make_a_p_value_better():
    base = simulate(CHAIN, runs=1_000, seed=1)
    for worse in (
        replace(CHAIN, steps=(replace(CHAIN.steps[0], weeks=(2.0, 3.0, 8.0)), CHAIN.steps[1])),
        replace(CHAIN, links=(replace(CHAIN.links[0], weeks=1.0),)),
        replace(CHAIN, drivers=(Driver("d", 0.5, (0,), (1.0, 1.2, 1.5)),)),
    ):
        found = simulate(worse, runs=1_000, seed=1)
        assert all(found.finish.levels[level] >= base.finish.levels[level] for level in (50, 80, 90))


def test_what_goes_together_spreads_wider():
    steps = tuple(Step(str(n), (1.0, 2.0, 6.0), group=0) for n in range(12))
    chain = tuple(Link(n, n + 1) for n in range(11))
    apart, together = (
        simulate(RiskNetwork(steps, chain, correlations=(rho,)), runs=4_000, seed=1) for rho in (0.0, 0.6)
    )
    assert together.finish.levels[90] > apart.finish.levels[90] + 1
    assert together.finish.levels[50] < apart.finish.levels[90]


def test_a_risk_that_always_happens_saves_all_it_does():
    network = replace(CHAIN, drivers=(Driver("sure", 1.0, (0,), (2.0, 2.0, 2.0), (50.0, 50.0, 50.0)),))
    found = simulate(network, runs=500, seed=1)
    without = simulate(CHAIN, runs=500, seed=1)
    saving = found.savings[0]
    assert saving.happened == 1.0
    assert saving.cost == pytest.approx(found.cost.levels[80] - without.cost.levels[80])
    assert saving.weeks > 2.0


def test_a_greatest_distance_is_counted_where_it_breaks():
    late = replace(CHAIN, steps=(*CHAIN.steps, Step("c", (1.0, 1.0, 1.0))), limits=(Link(2, 1, weeks=3.0),))
    found = simulate(late, runs=20_000, seed=1).broken[0]
    assert (found.before, found.after) == ("c", "b")
    # b starts when a ends, and that is more than 1 + 3 weeks for the upper third of a triangle from 2 over 3 to 6
    assert found.share == pytest.approx((6 - 4) ** 2 / ((6 - 2) * (6 - 3)), abs=0.015)


def test_training_that_grows_stale_is_among_the_limits(dated):
    network = risk_network(*dated)
    kept = {(network.steps[b.before].key, network.steps[b.after].key, b.weeks) for b in network.limits}
    assert ("reading.train@ash", "reading.live@ash", 4.0) in kept
    assert ("reading.live@ash", "reading.coach@ash", 1.0) in kept


def test_links_that_run_in_a_circle_are_refused():
    circle = replace(CHAIN, links=(Link(0, 1), Link(1, 0, Tie.START_START, -9.0)))
    assert simulate(circle, runs=100).code == "RM061"


def test_a_network_without_any_uncertainty_is_refused():
    sure = RiskNetwork((Step("a", (2.0, 2.0, 2.0)),))
    refused = simulate(sure, runs=100)
    assert isinstance(refused, Refusal)
    assert refused.code == "RM062"


def test_too_few_runs_are_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="100 at least"):
        simulate(CHAIN, runs=10)


GROUP_TWICE = 'groups = [{ key = "b", correlation = 0, activities = ["reading.train"] }, {'


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("groups = [{", GROUP_TWICE, "RM060"),
        ('activities = ["reading.agreement"]', 'activities = ["reading.lawyers"]', "RM011"),
        ('group = "people"', 'group = "persons"', "RM011"),
        ("probability = 0.4", "probability = 1.4", "RM005"),
        ("weeks = [1.2, 2.0, 4.0]", "weeks = [4.2, 2.0, 4.0]", "RM006"),
        ("cost = 8000", "cost = 8000\ncost_range = [9000, 9500]", "RM006"),
        ('key = "lawyers"', 'key = "people"', "RM010"),
    ],
)  # fmt: skip
def test_each_fault_of_what_is_uncertain_has_its_code_and_line(old, new, code):
    assert old in TEXT
    _, issues = read_roadmap(TEXT.replace(old, new, 1), file="roadmap.toml")
    assert code in {issue.code for issue in issues}
    assert all(issue.line for issue in issues)


def test_what_the_how_to_writes_can_be_read_into_the_roadmap_of_the_other_one():
    page = HOW_TO.with_name("simulate-a-roadmap.md").read_text(encoding="utf-8")
    shown = textwrap.dedent("   " + re.search(r"```toml\n(.*?)```", page, flags=re.DOTALL)[1].lstrip())
    activity, uncertain = shown.split("[uncertainty]")
    plain = TEXT.removesuffix(UNCERTAIN)
    old = plain[plain.index("[[activities]]") : plain.index("[[activities]]", plain.index("[[activities]]") + 1)]
    roadmap, issues = read_roadmap(plain.replace(old, activity) + "\n[uncertainty]" + uncertain, file="roadmap.toml")
    assert {issue.code for issue in issues} <= {"RM017"}  # its cost has no budget
    assert roadmap.activities[0].cost_range == (4000, 9000)
    assert roadmap.uncertainty.drivers[0].key == "lawyers"


def test_the_command_says_days_shape_and_contingency(tmp_path):
    path = tmp_path / "roadmap.toml"
    path.write_text(TEXT, encoding="utf-8")
    ran = gainline("roadmap", "simulate", path, "--runs", 500, "--seed", 3, "--work", 0.1)
    assert ran.code == 0
    assert "pert estimates" in ran.err
    assert "The vendor's lawyers" in ran.out
    found = json.loads(
        gainline("roadmap", "simulate", path, "--runs", 500, "--seed", 3, "--work", 0.1, "--format", "json").out
    )
    assert found["shape"] == "pert"
    assert {row["what"] for row in found["figures"]} >= {"finish", "cost", "reading: done", "reading.decide"}
    assert found["figures"][0]["planned"] == "2027-06-11"
    triangular = gainline(
        "roadmap", "simulate", path, "--runs", 500, "--work", 0.1, "--shape", "triangular", "--format", "csv"
    )
    assert ",triangular," in triangular.out


def test_the_command_refuses_a_roadmap_in_which_nothing_is_uncertain(tmp_path):
    path = tmp_path / "roadmap.toml"
    text = TEXT.removesuffix(UNCERTAIN).replace("weeks = [2, 3, 6]", "weeks = 3")
    path.write_text(text, encoding="utf-8")
    ran = gainline("roadmap", "simulate", path, "--runs", 500, "--work", 0.1)
    assert ran.code == 11
    assert "RM062" in ran.err
    assert Shape("pert") is Shape.PERT
