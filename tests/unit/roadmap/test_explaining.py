"""Roadmaps with a planted conflict: the explanation names exactly the planted rules, and its concessions work."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest

from builders.how_to_roadmap import TEXT, codes, roadmap_of
from gainline.engine.core.refusals import Refusal
from gainline.engine.roadmap import Effort, check_plan, plan_dates
from gainline.engine.roadmap.explaining import Conflicts, eased, explain, rules_of, without
from gainline.engine.roadmap.explaining.asking import can_be_kept, is_proved_again
from gainline.engine.roadmap.model import Budget, Right
from gainline.engine.worlds.stuck_roadmaps import STUCK, stuck_roadmap
from terminal import gainline

EVERYDAY = [
    "the years' budgets together",
    "a go-live right before testing",
    "opposite orders of tools that need each other",
]


def decided(conflict) -> set[str]:
    return {rule.key for rule in conflict if not rule.is_given}


def judge(kind: str, seed: int) -> int:
    """Check one explanation against what was planted; tell how many concessions it has."""
    planted = stuck_roadmap(kind, seed=seed)
    found = explain(planted.roadmap)
    assert decided(found.conflicts[0]) == planted.rules
    assert len(found.conflicts) == 1
    assert found.is_proved
    assert found.is_smallest
    assert found.concessions
    patterns = [frozenset(rule for rule, _ in concession.rules) for concession in found.concessions]
    assert not any(cheaper <= dearer for cheaper, dearer in combinations(patterns, 2))
    points = [concession.points for concession in found.concessions]
    assert points == sorted(points)
    for concession in found.concessions:
        plan = plan_dates(concession.roadmap, Effort(work=0.1))
        assert check_plan(concession.roadmap, plan.dates) == []
    return len(found.concessions)


@pytest.mark.parametrize("kind", EVERYDAY)
def test_the_explanation_names_exactly_the_planted_rules(kind):
    assert judge(kind, seed=1) >= 2


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("kind", STUCK)
def test_the_explanation_names_exactly_the_planted_rules_of_every_kind(kind, seed):
    judge(kind, seed)


@pytest.mark.parametrize("kind", STUCK)
def test_each_planted_rule_is_needed_for_its_conflict(kind):
    planted = stuck_roadmap(kind, seed=3)
    assert can_be_kept(planted.roadmap) is False
    by_key = {rule.key: rule for rule in rules_of(planted.roadmap)}
    for key in planted.rules:
        assert can_be_kept(without(planted.roadmap, [by_key[key]])) is True


def test_two_conflicts_are_both_told_and_a_concession_mends_both():
    one = stuck_roadmap("a promise before the work may start", seed=1).roadmap
    poor = replace(one, budgets=tuple(Budget("grant", year, 10) for year in (2027, 2028)))
    found = explain(poor)
    assert {frozenset(decided(conflict)) for conflict in found.conflicts} == {
        frozenset({"not_before:t1.train", "finish_by:t1.live"}),
        frozenset({"budget:grant in 2027", "budget:grant in 2028"}),
    }
    assert all(len(concession.rules) >= 2 for concession in found.concessions)


def test_a_slow_search_over_every_subset_finds_the_same_conflict():
    planted = stuck_roadmap("high-need schools last", seed=2)
    rules = rules_of(planted.roadmap)
    known = Conflicts(planted.roadmap, rules)
    conflict = known.smallest()
    for rule in conflict:
        assert known.is_kept([other for other in conflict if other != rule])
    assert not known.is_kept(conflict)


def test_what_can_be_kept_is_not_explained():
    refusal = explain(roadmap_of())
    assert isinstance(refusal, Refusal)
    assert refusal.code == "RM041"


def test_what_is_not_known_is_not_explained(monkeypatch):
    monkeypatch.setattr("gainline.engine.roadmap.explaining.verdict.can_be_kept", lambda roadmap, work: None)
    refusal = explain(roadmap_of())
    assert isinstance(refusal, Refusal)
    assert refusal.code == "RM042"


def test_a_second_proof_does_not_confirm_what_can_be_kept():
    assert not is_proved_again(roadmap_of(), work=0.2)


def test_every_rule_of_a_roadmap_can_be_eased_and_left_out():
    for kind in STUCK:
        roadmap = stuck_roadmap(kind, seed=5).roadmap
        for rule in rules_of(roadmap):
            assert without(roadmap, [rule]) != roadmap or rule.kind.value in {"order", "training_weeks"}
            assert rule.says.endswith(".")
            if not rule.is_given:
                assert eased(roadmap, {rule: 1}).name == roadmap.name


def test_the_file_says_who_may_relax_a_kind_of_rule():
    text = TEXT + '\n[[rights]]\nrule = "budget"\nowner = "Ms. Ode"\nrelaxed_by = "the board"\n'
    roadmap = roadmap_of(text)
    assert roadmap.rights == (Right("budget", "Ms. Ode", "the board"),)
    rule = next(rule for rule in rules_of(roadmap) if rule.kind.value == "budget")
    assert (rule.owner, rule.relaxed_by) == ("Ms. Ode", "the board")


def test_lasting_resources_are_taken_for_good_and_deliveries_come_on_top():
    tablets = '[[resources]]\nkey = "tablets"\ncapacity = 50\nlasting = true\n'
    late = tablets + "deliveries = [{ on = 2027-02-01, units = 50 }]\n\n"
    text = TEXT.replace("[[budgets]]", late + "[[budgets]]", 1).replace(
        "load = 2\n", "load = 2\nneeds = { tablets = 25 }\n", 1
    )
    roadmap = roadmap_of(text)
    plan = plan_dates(roadmap, Effort(work=0.1))
    assert check_plan(roadmap, plan.dates) == []
    assert sum(dates.start < roadmap.calendar.mondays[28] for key, dates in plan.dates.items() if ".live@" in key) == 2
    without_delivery = replace(roadmap, resources=tuple(replace(r, deliveries=()) for r in roadmap.resources))
    assert "RM034" in {issue.code for issue in check_plan(without_delivery, plan.dates)}
    assert can_be_kept(without_delivery) is False


def test_tools_that_need_each_other_in_different_orders_are_warned_of():
    second = (
        '[[initiatives]]\nkey = "math"\ntitle = "Math"\nwaves = { order = [["ash", "birch"], ["cedar", "dogwood"]] }\n'
    )
    live = '[[activities]]\ninitiative = "math"\nkey = "live"\nkind = "go_live"\nper = "school"\n'
    text = TEXT + second + live + 'after = [{ activity = "reading.live", tie = "SS", at_least = 6 }]\n'
    assert ("RM040", text[: text.index('[[activities]]\ninitiative = "math"')].count("\n") + 1) in codes(text)


def test_the_terminal_explains(tmp_path):
    file = tmp_path / "roadmap.toml"
    file.write_text(TEXT.replace("2027-02-09, 2027-06-08", "2026-09-08"), encoding="utf-8")
    told = gainline("roadmap", "explain", file, "--format", "csv")
    assert told.code == 0
    assert "No plan can keep" in told.err
    assert "conflict 1,board," in told.out
    assert "the board meets once more, in the week of" in told.out
    file.write_text(TEXT, encoding="utf-8")
    assert gainline("roadmap", "explain", file).code == 11
    file.write_text("name = ", encoding="utf-8")
    assert gainline("roadmap", "explain", file).code == 10
