"""A roadmap's file, what is wrong with it, and the dates that it gets."""

from __future__ import annotations

import re
import textwrap
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from gainline.engine.core.refusals import Refusal
from gainline.engine.roadmap import Dates, Effort, Stage, check_plan, margins, plan_dates, read_roadmap
from gainline.engine.roadmap.expanding import draw_waves
from gainline.engine.roadmap.model import Activity, Duration, Kind
from gainline.engine.roadmap.network import Distance, Network, Pool, Use
from gainline.engine.roadmap.solving import solve_network
from terminal import gainline

HOW_TO = Path(__file__).resolve().parents[3] / "docs" / "how-to" / "plan-a-roadmap.md"
FENCE = re.search(r"```toml\n(.*?)```", HOW_TO.read_text(encoding="utf-8"), flags=re.DOTALL)
TEXT = textwrap.dedent("   " + FENCE[1].lstrip())
QUICK = Effort(work=0.1)


def roadmap_of(text: str = TEXT):
    roadmap, issues = read_roadmap(text, file="roadmap.toml")
    assert issues == []
    return roadmap


def codes(text: str) -> list[tuple[str, int | None]]:
    _, issues = read_roadmap(text, file="roadmap.toml")
    return [(issue.code, issue.line) for issue in issues]


def line_of(words: str, text: str = TEXT) -> int:
    return text[: text.index(words)].count("\n") + 1


@pytest.fixture(scope="module")
def solved():
    roadmap = roadmap_of()
    return roadmap, plan_dates(roadmap, QUICK)


def test_the_example_of_the_how_to_gets_the_best_dates_that_keep_every_rule(solved):
    roadmap, plan = solved
    assert len(roadmap.activities) == 2 + 4 * 4
    assert check_plan(roadmap, plan.dates) == []
    assert all(stage.proved and stage.gap == 0 for stage in plan.stages)
    assert [stage.stage for stage in plan.stages] == [Stage.FINISH, Stage.EARLY]
    assert plan.finish == date(2027, 6, 11)  # the week of the board's day after testing


def test_dates_are_computed_backwards_from_the_board_and_the_test(solved):
    roadmap, _ = solved
    latest = {key: margin.latest for key, margin in margins(roadmap).items()}
    assert latest["reading.decide"] == date(2027, 6, 7)
    assert latest["reading.evaluate@ash"] == date(2027, 3, 29)  # ten weeks that end with the term on June 4
    assert all(margins(roadmap)[key].earliest <= latest[key] for key in latest)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('name = "Reading', "name = Reading", "RM001"),
        ("load = 2", "lod = 2", "RM002"),
        ("capacity = 2\n", "\n", "RM003"),
        ("capacity = 2\n", 'capacity = "two"\n', "RM004"),
        ("count = 2\n", "count = 1\n", "RM005"),
        ("weeks = [2, 3, 6]", "weeks = [3, 2, 6]", "RM006"),
        ('key = "birch"', 'key = "ash"', "RM010"),
        ("needs = { coaches = 1 }\n\n", "needs = { couches = 1 }\n\n", "RM011"),
        ("count = 2\nseed = 2026", 'order = [["ash"], ["birch", "cedar"]]', "RM012"),
        ("board_days = [2027-02-09, 2027-06-08]", "board_days = [2026-09-08]", "RM013"),
        ("weeks = 10", "weeks = 60", "RM014"),
        ("needs = { coaches = 1 }\n\n", "needs = { coaches = 3 }\n\n", "RM015"),
        ("load = 2", "load = 5", "RM016"),
        ('source = "title-iv"\nafter', 'source = "other"\nafter', "RM017"),
        ("amount = 40000", "amount = 30000", "RM018"),
    ],
)
def test_each_fault_of_a_file_has_its_code_and_line(old, new, code):
    assert old in TEXT
    found = dict(codes(TEXT.replace(old, new, 1)))
    assert code in found
    assert found[code] is not None


def test_an_issue_names_the_line_of_the_activity():
    text = TEXT.replace("needs = { coaches = 1 }\n\n", "needs = { couches = 1 }\n\n", 1)
    assert codes(text) == [("RM011", line_of("needs = { couches", text))]


def test_activities_in_a_circle_cannot_be_in_time():
    text = TEXT.replace("load = 2", "load = 2 # ", 1).replace(
        'kind = "agreement"\n', 'kind = "agreement"\nafter = [{ activity = "decide" }]\n', 1
    )
    assert "RM013" in dict(codes(text))


def test_a_plan_that_cannot_be_is_refused_after_a_second_proof():
    one, other = Use(0, 2, 1), Use(1, 2, 1)
    network = Network(("a", "b"), (2, 2), (((0, 1),), ((0, 1),)), 3, (), (Pool("room", (1, 1, 1), (one, other)),))
    refusal = solve_network(network, QUICK)
    assert isinstance(refusal, Refusal)
    assert refusal.code == "RM020"


def test_a_circle_of_distances_is_refused():
    ties = (Distance(0, 1, 1), Distance(1, 0, 1))
    refusal = solve_network(Network(("a", "b"), (1, 1), (((0, 5),), ((0, 5),)), 6, ties), QUICK)
    assert isinstance(refusal, Refusal)


def test_no_effort_finds_no_plan_and_says_that_nothing_is_proved():
    pool = Pool("room", (3,) * 40, tuple(Use(n, 3, 2) for n in range(12)))
    network = Network(tuple("abcdefghijkl"), (3,) * 12, (((0, 37),),) * 12, 40, (), (pool,))
    refusal = solve_network(replace(network, distances=(Distance(0, 1, -2), Distance(1, 0, -2))), Effort(work=0.0))
    assert isinstance(refusal, Refusal)
    assert refusal.code in {"RM020", "RM021"}


def test_a_first_plan_is_heard_before_any_other():
    heard = []
    plan_dates(roadmap_of(), QUICK, heard.append)
    assert heard[0].stage is Stage.FIRST
    assert [found.value for found in heard if found.stage is Stage.FINISH] == sorted(
        (found.value for found in heard if found.stage is Stage.FINISH), reverse=True
    )


def shifted(dates: Dates, weeks: int) -> Dates:
    return Dates(dates.start + timedelta(weeks=weeks), dates.finish + timedelta(weeks=weeks))


@pytest.mark.parametrize(
    ("key", "weeks", "code"),
    [
        ("reading.decide", -1, "RM031"),
        ("reading.agreement", 20, "RM032"),
        ("reading.train@ash", 20, "RM033"),
        ("reading.live@ash", 8, "RM037"),
    ],
)
def test_the_checker_names_what_a_moved_date_breaks(solved, key, weeks, code):
    roadmap, plan = solved
    broken = check_plan(roadmap, {**plan.dates, key: shifted(plan.dates[key], weeks)})
    assert code in {issue.code for issue in broken}


def test_the_checker_finds_what_is_missing_overbooked_overspent_overloaded_and_unfair(solved):
    roadmap, plan = solved
    assert {i.code for i in check_plan(roadmap, {})} == {"RM030"}
    poor = replace(roadmap, budgets=(replace(roadmap.budgets[0], amount=31_999),))
    assert {i.code for i in check_plan(poor, plan.dates)} == {"RM036"}
    few = replace(roadmap, resources=(replace(roadmap.resources[0], capacity=0),))
    assert {i.code for i in check_plan(few, plan.dates)} == {"RM034"}
    tired = replace(roadmap, schools=tuple(replace(s, load_cap=1) for s in roadmap.schools))
    assert {i.code for i in check_plan(tired, plan.dates)} == {"RM035"}
    last = {s.key for s in roadmap.schools if s.wave == 2}
    unfair = replace(
        roadmap,
        schools=tuple(replace(s, high_need=s.key in last) for s in roadmap.schools),
        rules=replace(roadmap.rules, equity_weeks=0),
    )
    assert {i.code for i in check_plan(unfair, plan.dates)} == {"RM038"}


def test_waves_are_drawn_evenly_among_high_need_schools_and_others():
    high_need = {f"s{n:02d}": n % 3 == 0 for n in range(60)}
    wave = draw_waves(high_need, count=5, seed=7)
    assert wave == draw_waves(high_need, count=5, seed=7)
    assert wave != draw_waves(high_need, count=5, seed=8)
    for group in (True, False):
        sizes = [sum(wave[key] == number for key in high_need if high_need[key] is group) for number in range(1, 6)]
        assert sizes == [sum(sizes) // 5] * 5


def test_a_decision_stands_before_notice():
    text = TEXT.replace("notice_on = 2027-06-15", "notice_on = 2027-03-15")
    assert "RM013" in dict(codes(text))


def test_an_activity_without_a_school_is_bound_by_testing_of_all():
    activity = Activity("reading.drill", "drill", "reading", Kind.COACHING, Duration(2, 2, 2))
    roadmap = roadmap_of()
    placed = {**plan_dates(roadmap, QUICK).dates, activity.key: Dates(date(2027, 5, 3), date(2027, 5, 14))}
    broken = check_plan(replace(roadmap, activities=(*roadmap.activities, activity)), placed)
    assert "RM031" in {issue.code for issue in broken}


def test_the_terminal_checks_shows_and_dates_a_roadmap(tmp_path):
    file = tmp_path / "roadmap.toml"
    file.write_text(TEXT, encoding="utf-8")
    assert gainline("roadmap", "check", file).code == 0
    shown = gainline("roadmap", "show", file, "--format", "csv")
    assert shown.out.startswith("activity,kind,school,wave,weeks,earliest_start,latest_start,owner\n")
    solved = gainline("roadmap", "solve", file, "--format", "csv", "--work", "0.1")
    assert solved.code == 0
    assert "First plan" in solved.err
    assert "proved" in solved.err
    assert "reading.decide,decision,,,2027-06-07,2027-06-11" in solved.out


def test_the_terminal_says_what_cannot_be_done_in_time(tmp_path):
    file = tmp_path / "roadmap.toml"
    file.write_text(TEXT.replace("2027-02-09, 2027-06-08", "2026-09-08"), encoding="utf-8")
    checked = gainline("roadmap", "check", file)
    assert checked.code == 10
    assert "cannot be done in time" in checked.err
    assert gainline("roadmap", "solve", file).code == 10
    assert gainline("roadmap", "show", tmp_path / "none.toml").code == 13
