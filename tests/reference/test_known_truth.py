"""Simulated evaluations whose truth is known, from the frame to the verdict. Slow."""

import pytest

from evidence_frames import MATCHED, carried, cluster_frame, make_plan, volunteer_frame
from gainline.engine.evidence import Evidence, evaluate

REPEATS = 200


def evaluated(plan, frame) -> Evidence:
    evidence = evaluate(plan, frame, **carried())
    assert isinstance(evidence, Evidence), evidence
    return evidence


@pytest.mark.slow
@pytest.mark.parametrize("truth", [0.0, 2.0])
def test_the_lottery_of_24_schools_covers_the_truth_and_rarely_adopts_a_dud(truth):
    lottery = {"kind": "randomized", "unit": "school", "cluster": "school", "blocked": True, "draws": 199}
    plan, covered, adopted, chance = make_plan(design=lottery), 0, 0, 0
    for seed in range(REPEATS):
        found = evaluated(plan, cluster_frame(effect=truth, seed=seed))
        first = found.estimates[0]
        covered += first.low <= truth <= first.high
        adopted += found.verdict.word == "adopt"
        chance += first.p_randomization <= 0.05
    shares = [f"{count / REPEATS:.3f}" for count in (covered, adopted, chance)]
    print(f"truth {truth}: covered, adopted, redrawn p <= .05: {shares}")
    assert covered / REPEATS >= 0.90  # 95 % less three Monte Carlo errors of 1.5 points
    assert truth > 0.0 or adopted / REPEATS <= 0.05


@pytest.mark.slow
def test_matching_removes_what_was_measured_and_the_naive_look_does_not():
    plan, covered, bias, naive = make_plan(**MATCHED), 0, 0.0, 0.0
    for seed in range(REPEATS):
        found = evaluated(replace_subgroups(plan), volunteer_frame(seed=seed))
        first = found.estimates[0]
        covered += first.low <= 2.0 <= first.high
        bias += (first.effect - 2.0) / first.sd / REPEATS
        naive += (found.naive.effect - 2.0) / first.sd / REPEATS
    print(f"covered {covered / REPEATS:.3f}, bias {bias:+.4f} SD, naive bias {naive:+.3f} SD")
    assert covered / REPEATS >= 0.90
    assert abs(bias) <= 0.02
    assert naive > 0.3


def replace_subgroups(plan):
    return plan.model_copy(update={"subgroups": ()})
