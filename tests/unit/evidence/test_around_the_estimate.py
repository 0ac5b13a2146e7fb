"""What could make an estimate wrong: every check where it fires and where it stays silent."""

from dataclasses import replace

import numpy as np

from evidence_frames import CTX, MATCHED, cluster_frame, make_plan, texts, volunteer_frame
from gainline.engine.evidence.designs import matched, randomized
from gainline.engine.evidence.robustness.composition import COMPOSITION, LEAVERS, MATCH_LOSS, composition
from gainline.engine.evidence.robustness.crossover import crossover
from gainline.engine.evidence.robustness.measures import BASELINE, CEILING, COPIES, SPREAD, measures
from gainline.engine.evidence.robustness.specifications import MOST, specifications
from gainline.engine.evidence.robustness.spillover import spillover

LOTTERY, CHOICE = make_plan(), make_plan(**MATCHED)
DRAWN, CHOSEN = cluster_frame(), volunteer_frame()


def analyzed(plan, frame):
    if plan.design.kind == "matched":
        return matched.analyze(plan, frame, plan.primary, ctx=CTX)
    return randomized.analyze(plan, frame, plan.primary, ctx=CTX)


def flags(checks):
    return {check.key: check.flag for check in checks}


def score(frame, values):
    return replace(frame, outcomes={**frame.outcomes, "score": values})


def test_arms_that_kept_to_the_assignment_raise_nothing():
    (check,) = crossover(LOTTERY, replace(DRAWN, used=DRAWN.tool.copy()))
    assert not check.flag


def test_crossing_over_is_raised_from_either_side():
    rng = np.random.default_rng(1)
    borrowed = DRAWN.tool | (rng.random(len(DRAWN)) < 0.10)
    unused = DRAWN.tool & (rng.random(len(DRAWN)) < 0.70)
    for used in (borrowed, unused):
        (check,) = crossover(LOTTERY, replace(DRAWN, used=used))
        assert check.flag
        assert "times as large" in check.says
    (alike,) = crossover(LOTTERY, replace(DRAWN, used=~DRAWN.tool))
    assert "not to be learned" in alike.says


def test_where_use_made_the_arms_nobody_can_cross_over():
    assert crossover(CHOICE, CHOSEN) == ()


def test_without_any_record_of_use_nobody_is_said_to_have_stayed_away():
    (check,) = crossover(LOTTERY, replace(DRAWN, used=np.zeros(len(DRAWN), dtype=bool)))
    assert not check.flag
    assert "nobody can see" in check.says


def _mixed(leak):
    """Students drawn within schools, with shares that differ; the usual arm gains with the share."""
    rng = np.random.default_rng(12)
    school = np.repeat(np.arange(20), 80)
    share = np.linspace(0.1, 0.7, 20)[school]
    tool = rng.random(len(school)) < share
    fall = rng.normal(200, 8, len(school))
    after = 0.8 * fall + rng.normal(0, 4, len(school)) + 3.0 * tool + leak * share * ~tool
    names = texts([f"s{code:02d}" for code in school])
    frame = cluster_frame(schools=20, size=80)
    changed = replace(frame, tool=tool, school=names, cluster=names, numbers={"fall": fall})
    return score(changed, after)


def test_spillover_is_seen_where_it_is_and_not_where_it_is_not():
    plan = make_plan(design={"kind": "randomized", "unit": "student", "cluster": "student"})
    (leaking,) = spillover(plan, _mixed(6.0))
    (tight,) = spillover(plan, _mixed(0.0))
    assert leaking.flag
    assert "association" in leaking.title
    assert not tight.flag
    (chosen,) = spillover(CHOICE, _mixed(6.0))  # where students chose, the share says as much about the school
    assert not chosen.flag


def test_spillover_is_not_asked_where_no_school_is_mixed_and_not_guessed_from_few():
    assert spillover(LOTTERY, DRAWN) == ()
    few = replace(CHOSEN, school=texts(np.where(np.arange(len(CHOSEN)) % 2 == 0, "a", "b")))
    (check,) = spillover(CHOICE, few)
    assert not check.flag
    assert "not estimated" in check.found


def test_missing_results_that_are_even_raise_nothing():
    found = flags(composition(LOTTERY, DRAWN, analyzed(LOTTERY, DRAWN)))
    assert not found[COMPOSITION]
    assert MATCH_LOSS not in found


def test_missing_results_on_one_side_are_raised():
    rng = np.random.default_rng(2)
    low = DRAWN.numbers["fall"] < 197
    behind = DRAWN.subgroups["frl"] == "yes"
    for gone in (behind & (rng.random(len(DRAWN)) < 0.15), DRAWN.tool & low & (rng.random(len(DRAWN)) < 0.3)):
        frame = score(DRAWN, np.where(gone, np.nan, DRAWN.outcomes["score"]))
        assert flags(composition(LOTTERY, frame, analyzed(LOTTERY, frame)))[COMPOSITION]


def test_leavers_of_the_arms_who_differ_are_raised():
    high = DRAWN.numbers["fall"] > np.median(DRAWN.numbers["fall"])
    rng = np.random.default_rng(3)
    gone = (rng.random(len(DRAWN)) < 0.3) & np.where(DRAWN.tool, high, ~high)
    frame = score(DRAWN, np.where(gone, np.nan, DRAWN.outcomes["score"]))
    assert flags(composition(LOTTERY, frame, analyzed(LOTTERY, frame)))[LEAVERS]
    even = score(DRAWN, np.where(rng.random(len(DRAWN)) < 0.3, np.nan, DRAWN.outcomes["score"]))
    assert not flags(composition(LOTTERY, even, analyzed(LOTTERY, even)))[LEAVERS]


def test_a_match_that_leaves_out_the_strongest_is_raised():
    kept = analyzed(CHOICE, CHOSEN)
    assert not flags(composition(CHOICE, CHOSEN, kept))[MATCH_LOSS]
    fall = CHOSEN.numbers["fall"] + 9.0 * CHOSEN.tool
    apart = replace(CHOSEN, numbers={"fall": fall})
    assert flags(composition(CHOICE, apart, analyzed(CHOICE, apart)))[MATCH_LOSS]


def test_a_sound_measure_raises_nothing():
    assert flags(measures(LOTTERY, DRAWN)) == {CEILING: False, SPREAD: False, BASELINE: False, COPIES: False}


def test_a_ceiling_is_raised_and_a_yes_or_no_has_none():
    values = DRAWN.outcomes["score"]
    topped = score(DRAWN, np.minimum(values, np.nanquantile(values, 0.7)))
    assert flags(measures(LOTTERY, topped))[CEILING]
    yes = score(DRAWN, np.where(np.isnan(values), np.nan, (values > 205).astype(float)))
    assert CEILING not in flags(measures(LOTTERY, yes))


def test_a_spread_that_differs_and_a_baseline_that_tells_nothing_are_raised():
    rng = np.random.default_rng(5)
    values = rng.normal(200, 5, len(DRAWN)) * 1.0
    values = np.where(DRAWN.tool, 200 + 2.0 * (values - 200), values)
    found = flags(measures(LOTTERY, score(DRAWN, values)))
    assert found[SPREAD]
    assert found[BASELINE]


def test_copied_students_are_raised():
    half = np.repeat(np.arange(len(DRAWN) // 2) * 2, 2)
    values = {key: held[half] for key, held in DRAWN.outcomes.items()}
    copied = replace(DRAWN, outcomes=values, numbers={"fall": DRAWN.numbers["fall"][half]})
    assert flags(measures(LOTTERY, copied))[COPIES]


def test_the_curve_holds_the_registered_way_once_and_first():
    for plan, frame in ((LOTTERY, DRAWN), (CHOICE, CHOSEN)):
        analysis = analyzed(plan, frame)
        curve = specifications(plan, frame, analysis)
        assert [way.is_registered for way in curve] == [True] + [False] * (len(curve) - 1)
        assert curve[0].effect == analysis.estimate.effect
        assert len({way.choices for way in curve}) == len(curve)
        assert 8 <= len(curve) <= MOST
        assert curve == specifications(plan, frame, analysis)


def test_the_curve_does_not_count_the_naive_comparison_among_the_reasonable():
    curve = specifications(CHOICE, CHOSEN, analyzed(CHOICE, CHOSEN))
    everybody = [dict(way.choices) for way in curve if dict(way.choices)["students"].startswith("everybody")]
    assert {way["covariates"] for way in everybody} == {"registered", "baseline only"}
    assert max(way.effect for way in curve) < 5.0  # the truth is 2; users against others differ by more than 5


def test_levels_taken_out_equal_a_column_for_every_school():
    """Frisch, Waugh and Lovell: the same coefficient and, with schools as clusters, the same CR2 interval."""
    block = replace(CHOSEN, block=CHOSEN.school)
    within = [way for way in specifications(CHOICE, CHOSEN, analyzed(CHOICE, CHOSEN)) if _plain(way, "a level")]
    design = {**MATCHED["design"], "blocked": True}
    blocked = make_plan(**{**MATCHED, "design": design})
    columns = [way for way in specifications(blocked, block, analyzed(blocked, block)) if _plain(way, "as registered")]
    pairs = {way.choices[:2]: way for way in columns if not way.is_registered}
    compared = [(way, pairs[way.choices[:2]]) for way in within if way.choices[:2] in pairs]
    assert compared
    for one, other in compared:
        np.testing.assert_allclose([one.effect, one.low, one.high], [other.effect, other.low, other.high], rtol=1e-8)


def _plain(way, places):
    choices = dict(way.choices)
    return choices["places"].startswith(places) and choices["outcome"] == "all scores"
