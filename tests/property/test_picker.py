"""Whatever a district answers to the six questions, the picker gives an answer that holds together."""

from __future__ import annotations

from itertools import product
from typing import get_args

from gainline.engine.pilots.picker import Answers, Assignable, Chance, Chooser, Stagger, pick
from gainline.engine.pilots.plan import Design
from gainline.engine.pilots.strengths import KINDS

PARTS = (get_args(Assignable), get_args(Chance), get_args(Chooser), (False, True), get_args(Stagger), (False, True))
EVERY = [Answers(*parts) for parts in product(*PARTS)]
OF_A_PLAN = set(get_args(Design.model_fields["kind"].annotation))
BY_LOT = {"randomized", "stepped_wedge"}
COMPARED = {"randomized", "stepped_wedge", "matched", "differences", "cutoff"}


def test_the_kinds_are_those_of_a_plan_and_to_describe_only():
    assert set(KINDS) == OF_A_PLAN | {"describe only"}


def test_every_combination_of_answers_has_a_whole_answer():
    assert len(EVERY) == 720
    for answers in EVERY:
        choice = pick(answers)
        texts = (choice.because, choice.shows, choice.cannot, choice.rating, *choice.stronger)
        assert all(texts), answers
        assert choice.stronger, answers
        assert choice.second != choice.kind, answers
        assert (choice.second is None) == (choice.second_because == ""), answers


def test_every_kind_is_the_best_design_of_some_district():
    assert {pick(answers).kind for answers in EVERY} == set(KINDS)


def test_chance_is_claimed_only_where_a_lot_decided_or_still_can():
    for answers in EVERY:
        drawn = answers.chance == "decides" or answers.stagger == "by-lot"
        possible = answers.assignable != "nobody" and (drawn or (answers.chance == "may" and not answers.started))
        assert possible or not {pick(answers).kind, pick(answers).second} & BY_LOT, answers


def test_a_cutoff_is_used_only_where_one_decides():
    for answers in EVERY:
        if not answers.cutoff:
            assert "cutoff" not in {pick(answers).kind, pick(answers).second}, answers


def test_nobody_is_compared_where_nobody_stays_without_the_tool():
    for answers in EVERY:
        if answers.chooser == "everyone" and answers.stagger == "no" and answers.started:
            assert pick(answers).kind not in COMPARED, answers


def test_one_school_alone_is_never_compared_as_a_group_of_schools():
    for answers in EVERY:
        if answers.chooser == "one-school" and answers.assignable in {"nobody", "schools"}:
            kinds = {pick(answers).kind, pick(answers).second}
            assert not kinds & {"randomized", "stepped_wedge", "matched", "differences"}, answers


def test_that_chance_may_decide_never_makes_the_design_weaker():
    order = list(KINDS)
    strength = {"randomized": 0, "stepped_wedge": 0, "cutoff": 1, "differences": 2, "matched": 2}
    for answers in EVERY:
        if answers.chance == "no":
            freer = Answers(
                answers.assignable, "may", answers.chooser, answers.cutoff, answers.stagger, answers.started
            )
            before, after = pick(answers).kind, pick(freer).kind
            assert strength.get(after, 3 + order.index(after)) <= strength.get(before, 3 + order.index(before))


def test_answers_that_contradict_each_other_are_said():
    choice = pick(Answers("nobody", "decides", "district"))
    assert choice.kind == "matched"
    assert "nobody can be assigned" in choice.doubts[0]
    assert pick(Answers("schools", "may", "district")).doubts == ()
