"""Volunteers chosen on what was measured, no effect: how often each way of comparing finds one, and how far it is off.

The process is the selection on observables of our calibration, in small: schools of four classes, a noisy pretest, use
by pretest, lunch and school. 300 worlds of about 600 students; the standard error of a rejection rate of .05 is .013.
"""

from dataclasses import replace

import numpy as np
import pytest

from evidence_frames import CTX, MATCHED, cluster_frame, make_plan, texts
from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.designs import matched, randomized
from gainline.engine.evidence.frame import Frame

WORLDS = 300
METHODS = ("nearest", "optimal", "full", "cardinality", "entropy", "overlap")
MOST_REJECTIONS, FEWEST_REJECTIONS = 0.088, 0.012  # .05 and three standard errors
BIAS = 0.02  # SD; three standard errors of the mean of 300 estimates whose SD is .07 are .012


def world(seed: int, draws: str) -> Frame:
    """One district without any effect; the outcome's SD is about one."""
    rng = np.random.default_rng(seed)
    schools, size = 16, 40
    n = schools * size
    school = np.repeat(np.arange(schools), size)
    lunch = rng.random(n) < 1 / (1 + np.exp(-rng.normal(0, 0.7, schools)[school]))
    latent = 0.25 * rng.normal(size=n) + 0.7 * rng.normal(size=n) - 0.35 * lunch + rng.normal(0, 0.3, schools)[school]
    fall = latent + rng.normal(0, 0.33, n)
    odds = -0.9 + 0.7 * fall - 0.3 * lunch + rng.normal(0, 0.4, schools)[school]
    tool = rng.random(n) < 1 / (1 + np.exp(-odds))
    shared = rng.normal(0, 0.12, schools)[school] if draws == "school" else 0.0
    score = 0.95 * fall - 0.1 * lunch + shared + rng.normal(0, 0.45, n)
    names = texts([f"s{code:02d}" for code in school])
    own = texts([f"p{place}" for place in range(n)])
    label = texts(np.where(lunch, "yes", "no"))
    return Frame(
        keys=np.arange(n, dtype=np.int64),
        tool=tool,
        unit=own,
        cluster=names if draws == "school" else own,
        block=texts([""] * n),
        school=names,
        outcomes={"score": score, "quiz": score},
        numbers={"fall": fall},
        categories={"lunch": label},
        subgroups={"frl": label},
        used=tool,
        dosed=tool,
        dose=tool.astype(float),
    )


def analyzed(method: str, draws: str, seed: int, **rule):
    design = {"kind": "matched", "unit": "student", "cluster": draws, "matching": {"method": method, **rule}}
    plan = make_plan(**{**MATCHED, "design": design})
    found = matched.analyze(plan, world(seed, draws), alone(plan), ctx=CTX)
    assert not isinstance(found, Refusal), found
    return found.estimate


@pytest.mark.slow
@pytest.mark.parametrize("draws", ["school", "student"])
@pytest.mark.parametrize("method", METHODS)
def test_without_an_effect_each_comparison_rejects_about_as_often_as_it_says(method, draws):
    found = [analyzed(method, draws, seed) for seed in range(WORLDS)]
    rejected = float(np.mean([one.p <= 0.05 for one in found]))
    effects = np.array([one.effect for one in found])
    claimed = float(np.mean([one.std_error for one in found]))
    spread = f"SD {effects.std():.4f}, SE {claimed:.4f}"
    print(f"{method} by {draws}: rejects {rejected:.3f}, bias {effects.mean():+.4f}, {spread}")
    assert FEWEST_REJECTIONS <= rejected <= MOST_REJECTIONS
    assert abs(effects.mean()) <= BIAS


@pytest.mark.slow
def test_with_a_fifth_of_the_covariates_missing_at_random_imputation_covers_the_truth():
    plan, covered, effects = make_plan(missing="multiple_imputation"), [], []
    for seed in range(150):
        frame = cluster_frame(schools=12, size=20, seed=seed)
        gone = np.random.default_rng(1000 + seed).random(len(frame)) < 0.2
        frame = replace(frame, numbers={"fall": np.where(gone, np.nan, frame.numbers["fall"])})
        found = randomized.analyze(plan, frame, alone(plan), ctx=CTX)
        assert not isinstance(found, Refusal), found
        covered.append(found.estimate.low <= 4.0 <= found.estimate.high)
        effects.append(found.estimate.effect - 4.0)
    print(f"imputed: covers {np.mean(covered):.3f}, bias {np.mean(effects):+.3f} points of a SD of 10")
    assert np.mean(covered) >= 0.90  # .95 less three standard errors of 150 worlds
    assert abs(np.mean(effects)) < 0.35  # three standard errors


def alone(plan):
    """The primary outcome without what stands beside primary estimates only, which would double the work."""
    return plan.primary.model_copy(update={"role": "secondary"})
