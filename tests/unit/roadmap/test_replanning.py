"""Plans made anew: the past stays, few people's dates move, each move has its reason, and versions never change."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from builders.how_to_roadmap import TEXT, roadmap_of
from gainline.engine.core.refusals import Refusal
from gainline.engine.roadmap import Effort, check_plan, plan_dates
from gainline.engine.roadmap.replanning import Actual, Verdict, after_decision, read_actuals, replan
from gainline.engine.worlds.roadmaps import made_up_roadmap
from terminal import gainline

QUICK = Effort(work=0.5)
DAY = date(2027, 3, 1)


@pytest.fixture(scope="module")
def agreed():
    roadmap = made_up_roadmap(schools=20, tools=2, seed=4)
    return roadmap, plan_dates(roadmap, Effort(work=0.2))


def fewer_coaches(roadmap, units=10):
    coaches = replace(roadmap.resources[0], changes=((DAY, date(2027, 8, 30), units),))
    return replace(roadmap, resources=(coaches, roadmap.resources[1]))


def test_nothing_moves_when_nothing_has_changed(agreed):
    roadmap, plan = agreed
    done = replan(roadmap, plan.dates, [], DAY, effort=QUICK)
    assert done.moves == ()
    assert (done.value, done.is_proved) == (0, True)
    assert done.dates == dict(plan.dates)


def test_a_shock_moves_fewer_people_than_a_fresh_plan_and_every_rule_is_kept(agreed):
    roadmap, plan = agreed
    shocked = fewer_coaches(roadmap)
    done = replan(shocked, plan.dates, [], DAY, effort=QUICK)
    fresh = plan_dates(shocked, Effort(work=0.2))
    kinds = {"training", "coaching", "go_live", "evaluation"}
    faced = [a.key for a in roadmap.activities if a.kind.value in kinds and plan.dates[a.key].start >= DAY]
    assert done.people_facing == len(faced)
    assert 0 < done.moved < sum(fresh.dates[key] != plan.dates[key] for key in faced)
    assert check_plan(shocked, done.dates) == []
    for activity in roadmap.activities:
        if plan.dates[activity.key].start < DAY:
            assert done.dates[activity.key] == plan.dates[activity.key]
    assert all(move.because for move in done.moves)
    assert any("coaches" in says for move in done.moves for says in move.because)


def test_what_really_happened_is_kept_and_what_has_not_started_is_no_earlier_than_today(agreed):
    roadmap, plan = agreed
    soon = [a for a in roadmap.activities if a.kind.value == "integration" and plan.dates[a.key].start < DAY]
    late = max(soon, key=lambda a: plan.dates[a.key].start)
    started = plan.dates[late.key].start + timedelta(weeks=1)
    done = replan(roadmap, plan.dates, [Actual(late.key, started, started + timedelta(days=4))], DAY, effort=QUICK)
    assert done.dates[late.key].start == started
    undone = [a for a in roadmap.activities if a.kind.value == "review" and plan.dates[a.key].start < DAY]
    if undone:
        done = replan(roadmap, plan.dates, [Actual(undone[0].key, None, None)], DAY, effort=QUICK)
        assert done.dates[undone[0].key].start >= DAY


def test_a_new_first_day_does_not_tear_a_started_wave_apart(agreed):
    roadmap, plan = agreed
    lives = sorted((a for a in roadmap.activities if ".live@" in a.key), key=lambda a: plan.dates[a.key].start)
    day = plan.dates[lives[0].key].start + timedelta(weeks=1)
    held = {a.key for a in lives if a.initiative == lives[0].initiative and a.wave == lives[0].wave}
    later = tuple(replace(a, not_before=day + timedelta(weeks=8)) if a.key in held else a for a in roadmap.activities)
    done = replan(replace(roadmap, activities=later), plan.dates, [], day, effort=QUICK)
    assert not isinstance(done, Refusal)


def test_training_that_has_grown_stale_is_told_and_no_longer_asked_for():
    roadmap = roadmap_of()
    plan = plan_dates(roadmap, Effort(work=0.1))
    live = plan.dates["reading.live@ash"].start
    day = live + timedelta(weeks=8)
    done = replan(roadmap, plan.dates, [Actual("reading.live@ash", None, None)], day, effort=QUICK)
    if not isinstance(done, Refusal):
        assert any("Training ends at most" in says for says in done.lost)


def test_what_cannot_be_replanned_is_refused():
    roadmap = roadmap_of()
    plan = plan_dates(roadmap, Effort(work=0.1))
    late = [Actual("reading.decide", None, None)]
    assert replan(roadmap, plan.dates, late, date(2027, 6, 21), effort=QUICK).code == "RM047"
    assert replan(made_up_roadmap(schools=20, tools=2, seed=4), {}, [], DAY, effort=Effort(work=0.0)).code in {
        "RM021",
        "RM047",
    }


def test_a_tool_that_is_stopped_goes_to_no_further_school_and_one_that_is_adapted_waits(agreed):
    roadmap, plan = agreed
    started = {key for key, dates in plan.dates.items() if dates.start < DAY}
    stopped = after_decision(roadmap, "tool2", Verdict.STOP, as_of=DAY, started=started)
    assert {a.key for a in stopped.activities if a.initiative == "tool2"} <= started
    done = replan(stopped, plan.dates, [], DAY, effort=QUICK)
    assert done.moved == 0
    waiting = after_decision(roadmap, "tool2", Verdict.ADAPT, as_of=DAY, started=started)
    assert all(
        a.not_before >= DAY + timedelta(weeks=6)
        for a in waiting.activities
        if a.initiative == "tool2" and a.key not in started
    )


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("reading.live@ash,soon,", "RM044"),
        ("reading.live@elm,,", "RM045"),
        ("reading.agreement,2026-07-06,2026-07-17\nreading.agreement,,", "RM045"),
        ("reading.agreement,2026-07-17,2026-07-06", "RM046"),
        ("reading.agreement,,2026-07-17", "RM046"),
        ("reading.agreement,2027-01-05,", "RM046"),
    ],
)
def test_each_fault_in_the_table_of_what_happened_has_its_code_and_line(row, code):
    text = f"activity,started,finished\n{row}\n"
    _, issues = read_actuals(text, roadmap_of(), as_of=date(2026, 9, 7), file="actual.csv")
    assert [(issue.code, issue.line) for issue in issues] == [(code, 1 + len(row.splitlines()))]


def test_a_table_without_its_columns_is_not_read():
    assert read_actuals("name,begun\n", roadmap_of(), as_of=DAY, file="actual.csv")[1][0].code == "RM043"


def test_the_terminal_keeps_versions_and_replans_from_the_latest(tmp_path):
    file, actual = tmp_path / "roadmap.toml", tmp_path / "actual.csv"
    file.write_text(TEXT, encoding="utf-8")
    assert gainline("roadmap", "replan", file, "--as-of", "2026-09-07").code == 13
    assert "version 1" in gainline("roadmap", "solve", file, "--work", "0.1", "--keep").err
    actual.write_text("activity,started,finished\nreading.agreement,2026-07-06,2026-07-31\n", encoding="utf-8")
    told = gainline("roadmap", "replan", file, "--as-of", "2026-08-03", "--actual", actual, "--format", "csv")
    assert told.code == 0
    assert "open people-facing dates move" in told.err
    assert "version 2" in told.err
    stopped = gainline("roadmap", "replan", file, "--as-of", "2026-08-03", "--decision", "reading=stop")
    assert "taken out" in stopped.err
    actual.write_text("activity,started,finished\nreading.none,,\n", encoding="utf-8")
    assert gainline("roadmap", "replan", file, "--as-of", "2026-08-03", "--actual", actual).code == 10
    wrong = gainline("roadmap", "replan", file, "--as-of", "2026-08-03", "--decision", "reading=maybe")
    assert "RM049" in wrong.err
    last = max((tmp_path / "roadmap.plans").iterdir())
    last.write_text(last.read_text(encoding="utf-8").replace("agreement", "consent"), encoding="utf-8")
    assert "RM048" in gainline("roadmap", "replan", file, "--as-of", "2026-08-03").err
