"""Misuse, case by case: whoever asks for a number that nobody should have gets a refusal or a labeled warning.

Each case names what is asked for wrongly and what must answer it: ``EV...``: a refusal of the evaluation; ``PL...``: an
issue of the plan check; ``flag KEY``: a raised check in the evidence; ``rating``: the study does not meet the standards
and the verdict is "not enough evidence"; ``group``: the group is not estimated, with the reason.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from evidence_frames import MATCHED, carried, cluster_frame, make_plan, plan_value, volunteer_frame
from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence import Evidence, Frame, evaluate
from gainline.engine.evidence.estimators.compliance import Offered, complier_effect
from gainline.engine.evidence.estimators.cutoff import discontinuity, scores_at
from gainline.engine.evidence.estimators.differences import Units, staggered
from gainline.engine.evidence.estimators.series import interrupted_series
from gainline.engine.evidence.estimators.synthetic_control import synthetic_control
from gainline.engine.evidence.inference.linear import Columns
from gainline.engine.evidence.synthesis import Study, synthesize
from plans import checked

FRAME, CHOSEN = cluster_frame(), volunteer_frame()
N = len(FRAME)
RNG = np.random.default_rng(11)
STUDENTS = {"kind": "randomized", "unit": "student", "cluster": "student", "draws": 199}
UNBLOCKED = {"kind": "randomized", "unit": "school", "cluster": "school", "draws": 199}


def pick(frame: Frame, keep: Any) -> Frame:
    """The frame with some students only (or some of them twice)."""
    columns = ("keys", "tool", "unit", "cluster", "block", "school", "used", "dosed", "dose")
    groups = ("outcomes", "numbers", "categories", "subgroups")
    parts: dict[str, Any] = {name: getattr(frame, name)[keep] for name in columns}
    parts |= {name: {key: value[keep] for key, value in getattr(frame, name).items()} for name in groups}
    return replace(frame, **parts)


def schools(n_tool: int, n_usual: int) -> Frame:
    names = [np.unique(FRAME.school[side].astype(str)) for side in (FRAME.tool, ~FRAME.tool)]
    kept = {*names[0][:n_tool], *names[1][:n_usual]}
    return pick(FRAME, np.array([name in kept for name in FRAME.school]))


def outcome(values: Any) -> Frame:
    return replace(FRAME, outcomes={**FRAME.outcomes, "score": values})


def scaled(scale: str, **more: Any) -> list[dict[str, Any]]:
    first, second = plan_value()["outcomes"]
    return [{**first, "scale": scale, **more}, second]


def without(part: str, **changes: Any) -> dict[str, Any]:
    value = plan_value(**changes)
    del value["hypothesis"][part]
    return {"hypothesis": value["hypothesis"]}


def copied() -> Frame:
    """Every student of one school stands twice under new keys."""
    one = np.flatnonzero(FRAME.school == FRAME.school[0])
    doubled = pick(FRAME, np.r_[np.arange(N), one])
    return replace(doubled, keys=np.r_[FRAME.keys, FRAME.keys[one] + 1])


def ceiling() -> Frame:
    score = FRAME.outcomes["score"]
    return outcome(np.minimum(score, np.nanquantile(score, 0.6)))


def lost_in_one_arm() -> Frame:
    score = FRAME.outcomes["score"].copy()
    score[FRAME.tool & (score < np.nanmedian(score))] = np.nan
    return outcome(score)


def nobody_complied() -> Frame:
    """Half of each arm used the tool."""
    used = RNG.random(N) < 0.5
    return replace(FRAME, used=used, dosed=used, dose=np.where(used, 40.0, 0.0))


def small_group() -> Frame:
    rare = np.full(N, "no", dtype=object)
    rare[np.r_[np.flatnonzero(FRAME.tool)[:3], np.flatnonzero(~FRAME.tool)[:3]]] = "yes"
    return replace(FRAME, subgroups={"frl": rare})


def apart() -> Frame:
    """Users started half an SD ahead and nobody like them is among the others."""
    shift = np.where(CHOSEN.tool, 40.0, 0.0)
    return replace(CHOSEN, numbers={"fall": CHOSEN.numbers["fall"] + shift})


def growing() -> tuple[Any, Frame]:
    """The tool arm already grew faster before the tool: last fall's gain differs."""
    prior = CHOSEN.numbers["fall"] - 2.0 - 5.0 * CHOSEN.tool + RNG.normal(0, 2, len(CHOSEN))
    value = plan_value(**MATCHED)
    covariates = [
        *value["covariates"],
        {"key": "prior", "label": "Last spring", "from": {"result": "m", "forms": ["p"]}},
    ]
    placebo = {"key": "before", "label": "Fall score", "from": {"result": "map", "forms": ["fall"]}, "unit": "points"}
    plan = make_plan(**MATCHED, covariates=covariates, placebos=[{**placebo, "adjust_for": ["prior", "lunch"]}])
    numbers = {**CHOSEN.numbers, "prior": prior}
    return plan, replace(CHOSEN, numbers=numbers, placebos={"before": CHOSEN.numbers["fall"]})


def rated_down(**changes: Any) -> dict[str, Any]:
    value = plan_value(**MATCHED)
    del value["outcomes"][0]["baseline"]
    return {**MATCHED, "outcomes": value["outcomes"], **changes}


Case = tuple[str, str, Callable[[], tuple[dict[str, Any], Frame]]]
EVALUATIONS: list[Case] = [
    ("one school per arm", "EV005", lambda: ({"design": UNBLOCKED}, schools(1, 1))),
    ("one school in the tool arm", "EV005", lambda: ({"design": UNBLOCKED}, schools(1, 11))),
    ("everybody has the tool", "EV002", lambda: ({}, replace(FRAME, tool=np.ones(N, dtype=bool)))),
    ("nobody has the tool", "EV002", lambda: ({}, replace(FRAME, tool=np.zeros(N, dtype=bool)))),
    (
        "the usual arm was never tested",
        "EV003",
        lambda: ({}, outcome(np.where(FRAME.tool, 1.0 * RNG.random(N), np.nan))),
    ),
    ("nobody was tested", "EV003", lambda: ({}, outcome(np.full(N, np.nan)))),
    ("the outcome is one number", "EV004", lambda: ({}, outcome(np.full(N, 7.0)))),
    ("nobody is in the population", "EV014", lambda: ({}, pick(FRAME, np.zeros(N, dtype=bool)))),
    (
        "the outcome was never imported",
        "EV001",
        lambda: ({}, replace(FRAME, outcomes={"quiz": FRAME.outcomes["quiz"]})),
    ),
    ("the baseline was never imported", "EV010", lambda: ({}, replace(FRAME, numbers={}))),
    ("the subgroup was never imported", "EV016", lambda: ({}, replace(FRAME, subgroups={}))),
    ("a covariate equals the arm", "EV006", lambda: ({}, replace(FRAME, numbers={"fall": FRAME.tool.astype(float)}))),
    (
        "perfect separation: users and others do not overlap",
        "EV008",
        lambda: (MATCHED, replace(CHOSEN, numbers={"fall": 1000.0 * CHOSEN.tool + RNG.normal(size=len(CHOSEN))})),
    ),
    ("a student stands twice", "EV150", lambda: ({}, pick(FRAME, np.r_[np.arange(N), 0]))),
    (
        "an assigned school is in both arms",
        "EV011",
        lambda: ({"design": UNBLOCKED}, replace(FRAME, tool=RNG.random(N) < 0.5)),
    ),
    ("a yes-or-no outcome with other values", "EV112", lambda: ({"outcomes": scaled("binary")}, FRAME)),
    (
        "a count below zero",
        "EV113",
        lambda: ({"outcomes": scaled("count")}, outcome(np.round(FRAME.outcomes["score"] - 205.0))),
    ),
    ("no predicted size", "EV012", lambda: (without("size"), FRAME)),
    (
        "the outcome is copied from a covariate",
        "EV013",
        lambda: ({}, outcome(FRAME.numbers["fall"] + 3.0 * FRAME.tool)),
    ),
]
WARNINGS: list[Case] = [
    ("students copied under new keys", "flag copies", lambda: ({}, copied())),
    ("a test with a ceiling", "flag ceiling", lambda: ({}, ceiling())),
    ("only the better half of the tool arm was tested", "flag composition", lambda: ({}, lost_in_one_arm())),
    ("the usual arm used the tool as much", "flag crossover", lambda: ({}, nobody_complied())),
    ("a subgroup of three", "group", lambda: ({}, small_group())),
    ("volunteers without any measure before", "rating", lambda: (rated_down(), CHOSEN)),
]
BY_USE, VOLUNTEERS, LOTTERY = "treatment_by_use", "matched_volunteers", "randomized_cluster"
PLANS = [
    (
        "a covariate counted after the tool came",
        VOLUNTEERS,
        (", window = { start = 2025-01-06, end = 2025-06-06 }", ""),
        "PL031",
    ),
    ("a covariate that is the outcome", VOLUNTEERS, ('forms = ["fall"]', 'forms = ["fall", "spring"]'), "PL032"),
    (
        "progress inside the product as an outcome",
        VOLUNTEERS,
        ('attribute = "referrals_spring"', 'indicator = "minutes_per_week"'),
        "PL033",
    ),
    (
        "students counted as draws where schools were drawn",
        LOTTERY,
        ('cluster = "school"', 'cluster = "student"'),
        "PL041",
    ),
    ("a matched comparison without its own baseline", VOLUNTEERS, ('baseline = "math-fall"', ""), "PL045"),
    ("a prediction due before the use ends", LOTTERY, ("by = 2026-06-05", "by = 2026-05-01"), "PL020"),
    ("adopt and stop on the same number", LOTTERY, ("stop_at = 0.2", "stop_at = 0.8"), "PL060"),
]


def score_of_few_values() -> Any:
    rng = np.random.default_rng(8)
    score = rng.integers(-4, 5, 900).astype(float)
    return discontinuity(scores_at(score, rng.normal(size=900), 0.0, "below"))


def offer_without_use() -> Any:
    rng = np.random.default_rng(3)
    school = np.repeat(np.arange(8), 40)
    drawn = (school % 2 == 0).astype(float)
    taken = (rng.random(320) < 0.4).astype(float)
    columns = Columns(("intercept",), np.ones((320, 1)))
    return complier_effect(rng.normal(size=320), taken, Offered(drawn, columns, school, np.ones(320)), estimand="CACE")


ESTIMATORS: list[tuple[str, str, Callable[[], Any]]] = [
    ("one school took the tool up", "EV172", lambda: staggered(panel([3, 8, 8, 8, 8, 8]))),
    ("everybody took the tool up at once", "EV171", lambda: staggered(panel([3] * 6))),
    ("nothing was measured before the tool", "EV170", lambda: staggered(panel([0, 0, 0, 8, 8, 8]))),
    ("a cutoff in a score of nine values", "EV189", score_of_few_values),
    ("a series of eleven points", "EV185", lambda: interrupted_series(RNG.normal(size=11), 7)),
    ("a mixture of nine donors", "EV194", lambda: synthetic_control(RNG.normal(size=20), RNG.normal(size=(9, 20)), 12)),
    (
        "a mixture fitted to two periods",
        "EV193",
        lambda: synthetic_control(RNG.normal(size=9), RNG.normal(size=(14, 9)), 2),
    ),
    ("an offer that changed nobody's use", "EV111", offer_without_use),
    ("one study pooled", "EV200", lambda: synthesize([Study("only", 0.2, 0.1)])),
]


def panel(first: list[int]) -> Any:
    values = RNG.normal(size=(len(first), 8))
    return Units(values, np.ones(len(first)), np.array(first), np.arange(len(first)))


def tried(changes: dict[str, Any], frame: Frame) -> Evidence | Refusal:
    return evaluate(make_plan(**changes), frame, **carried())


@pytest.mark.parametrize(("what", "code", "made"), EVALUATIONS, ids=[case[0] for case in EVALUATIONS])
def test_a_question_without_an_honest_answer_is_refused_with_a_remedy(what, code, made):
    found = tried(*made())
    assert isinstance(found, Refusal), what
    assert found.code == code
    assert len(found.because) > 10
    assert len(found.remedy) > 10


@pytest.mark.parametrize(("what", "sign", "made"), WARNINGS, ids=[case[0] for case in WARNINGS])
def test_a_doubtful_answer_carries_its_warning(what, sign, made):
    found = tried(*made())
    assert isinstance(found, Evidence), found
    if sign.startswith("flag"):
        flags = {check.key for check in found.checks if check.flag}
        assert sign.removeprefix("flag ") in flags, what
    elif sign == "group":
        row = next(row for row in found.groups if row.group == "yes")
        assert row.effect is None
        assert "fewer than" in row.too_few
    else:
        assert found.rating.label == "Does Not Meet WWC Standards"
        assert found.verdict.word == "not enough evidence"


def test_arms_that_already_grew_apart_are_flagged_and_held_below_tier_2():
    plan, frame = growing()
    found = evaluate(plan, frame, **carried())
    assert isinstance(found, Evidence)
    assert any(check.flag for check in found.checks if check.key in {"placebo", "growth"})
    assert not found.rating.essa.startswith(("Tier 1", "Tier 2"))


@pytest.mark.parametrize(("what", "name", "edit", "code"), PLANS, ids=[case[0] for case in PLANS])
def test_a_plan_that_asks_wrongly_is_told_so_before_it_is_locked(what, name, edit, code):
    found = [issue for issue in checked(name, edit) if issue.code == code]
    assert found, what
    assert all(issue.remedy for issue in found)


@pytest.mark.parametrize(("what", "code", "made"), ESTIMATORS, ids=[case[0] for case in ESTIMATORS])
def test_a_design_that_cannot_carry_an_answer_refuses_with_a_remedy(what, code, made):
    found = made()
    assert isinstance(found, Refusal), what
    assert found.code == code
    assert len(found.remedy) > 10


def test_there_are_at_least_thirty_cases():
    assert len(EVALUATIONS) + len(WARNINGS) + len(PLANS) + len(ESTIMATORS) + 1 >= 30
