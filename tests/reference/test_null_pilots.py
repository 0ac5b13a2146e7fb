"""Simulated cluster pilots without any effect: how often the engine would claim one. Slow."""

import numpy as np
import pytest

from gainline.engine.evidence.inference.cr2 import cr1, cr2
from gainline.engine.evidence.inference.linear import Columns, least_squares

REPEATS = 1000


def pilot(rng: np.random.Generator, schools: int, treated: int):
    """Schools of 60 to 100 students; school sd sqrt(.12) in level; a pretest with reliability about .88; no effect."""
    sizes = rng.integers(60, 101, size=schools)
    school = np.repeat(np.arange(schools), sizes)
    n = len(school)
    latent = rng.normal(0, 0.9, n) + rng.normal(0, 0.12**0.5, schools)[school]
    pre = latent + rng.normal(0, 0.33, n)
    post = 0.95 * latent + 0.3 + rng.normal(0, 0.12, schools)[school] + rng.normal(0, 0.4, n)
    chosen = np.zeros(schools)
    chosen[rng.permutation(schools)[:treated]] = 1.0
    return post, np.column_stack([np.ones(n), pre, chosen[school]]), school


@pytest.mark.slow
@pytest.mark.parametrize(("schools", "treated"), [(8, 4), (12, 6), (24, 12), (24, 4)])
def test_a_true_null_is_rejected_about_one_time_in_twenty(schools, treated):
    rng = np.random.default_rng(1000 * schools + treated)
    ours = usual = 0
    for _ in range(REPEATS):
        y, x, school = pilot(rng, schools, treated)
        fit = least_squares(y, Columns(("1", "pre", "tool"), x), needed=["tool"])
        ours += cr2(fit, school, fit.contrast("tool")).p <= 0.05
        naive = cr1(fit, school, fit.contrast("tool"))
        usual += abs(naive.estimate / naive.std_error) > 1.959964
    print(f"{schools} schools, {treated} treated: CR2 {ours / REPEATS:.3f}, CR1 with normal {usual / REPEATS:.3f}")
    # the Monte Carlo error of 5 % at 1,000 pilots is 0.7 points; three of them each way
    assert 0.029 <= ours / REPEATS <= 0.071
    assert usual > ours
