"""Random effects against published results: the BCG vaccine and the teacher expectancy studies."""

from math import log, sqrt

import numpy as np
import pytest
from scipy import optimize, stats

from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.synthesis import Study, between_variance, synthesize

# Colditz et al. (1994): vaccinated with and without tuberculosis, others with and without.
BCG = [
    (4, 119, 11, 128),
    (6, 300, 29, 274),
    (3, 228, 11, 209),
    (62, 13536, 248, 12619),
    (33, 5036, 47, 5761),
    (180, 1361, 372, 1079),
    (8, 2537, 10, 619),
    (505, 87886, 499, 87892),
    (29, 7470, 45, 7232),
    (17, 1699, 65, 1600),
    (186, 50448, 141, 27197),
    (5, 2493, 3, 2338),
    (27, 16886, 29, 17825),
]
# Raudenbush and Bryk (1985): standardized mean differences and their variances.
EXPECTANCY = [
    (0.03, 0.0156), (0.12, 0.0216), (-0.14, 0.0279), (1.18, 0.1391), (0.26, 0.1362), (-0.06, 0.0106), (-0.02, 0.0106),
    (-0.32, 0.0484), (0.27, 0.0269), (0.80, 0.0630), (0.54, 0.0912), (0.18, 0.0497), (-0.02, 0.0835), (0.23, 0.0841),
    (-0.18, 0.0253), (-0.06, 0.0279), (0.30, 0.0193), (0.07, 0.0088), (-0.07, 0.0303),
]  # fmt: skip


def vaccine() -> list[Study]:
    found = []
    for a, b, c, d in BCG:
        effect = log(a / (a + b)) - log(c / (c + d))
        found.append(Study("", effect, sqrt(1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)), a + b + c + d))
    return found


def test_the_vaccine_studies_give_the_published_mean_spread_and_intervals():
    pooled = synthesize(vaccine())
    assert pooled.effect == pytest.approx(-0.7145, abs=5e-5)
    assert pooled.tau**2 == pytest.approx(0.3132, abs=5e-5)
    assert pooled.wald_low == pytest.approx(-0.7145 - 1.96 * 0.1798, abs=2e-4)
    assert pooled.std_error == pytest.approx(0.18079, abs=5e-6)  # Hartung-Knapp
    assert (pooled.low, pooled.high) == pytest.approx((-1.1084, -0.3206), abs=5e-5)
    # The published prediction interval uses the normal law and the plain error; ours is wider on purpose.
    assert pooled.next_low < -1.8667
    assert pooled.next_high > 0.4376


def test_the_expectancy_studies_give_the_published_mean_and_spread():
    pooled = synthesize([Study("", y, sqrt(v)) for y, v in EXPECTANCY])
    assert pooled.effect == pytest.approx(0.0837, abs=5e-5)
    assert pooled.tau**2 == pytest.approx(0.0188, abs=5e-5)


def slow_between_variance(y, v) -> float:
    """The dense restricted likelihood, by a generic optimizer from several starts."""

    def minus(log_tau2):
        cover = np.diag(v + np.exp(log_tau2[0]))
        ones, inverse = np.ones((len(y), 1)), np.linalg.inv(cover)
        middle = ones.T @ inverse @ ones
        residual = y - (np.linalg.solve(middle, ones.T @ inverse @ y))[0]
        return np.linalg.slogdet(cover)[1] + np.linalg.slogdet(middle)[1] + residual @ inverse @ residual

    tries = [optimize.minimize(minus, [start], method="Nelder-Mead", options={"xatol": 1e-9}) for start in (-8, -3, 0)]
    return float(np.exp(min(tries, key=lambda found: found.fun).x[0]))


def test_the_spread_equals_a_dense_likelihood_on_200_random_problems():
    rng = np.random.default_rng(5)
    for _ in range(200):
        k = int(rng.integers(3, 15))
        v = rng.uniform(0.005, 0.1, k)
        y = rng.normal(0.1, np.sqrt(v + rng.choice([0.0, 0.02, 0.2])))
        # Both stop on a likelihood that is flat near its top; 1e-4 is far below any printed digit.
        assert between_variance(y, v) == pytest.approx(slow_between_variance(y, v), abs=1e-4)


def test_the_interval_holds_the_truth_with_three_and_with_ten_studies():
    rng = np.random.default_rng(6)
    for k in (3, 10):
        held = 0
        for _ in range(1_000):
            errors = rng.uniform(0.05, 0.2, k)
            effects = rng.normal(0.1, 0.1, k) + rng.normal(0.0, errors)
            pooled = synthesize([Study("", y, e) for y, e in zip(effects, errors, strict=True)])
            held += pooled.low <= 0.1 <= pooled.high
        assert held / 1_000 >= 0.93  # 0.95 less three Monte Carlo errors


def test_a_wide_spread_says_that_the_next_place_may_see_the_opposite():
    pooled = synthesize(vaccine())
    assert "may still see the opposite" in pooled.says
    assert pooled.heterogeneity_p == pytest.approx(stats.chi2.sf(152.233, 12), rel=1e-3)
    assert "cannot tell" in synthesize([Study("", 0.1, 0.1), Study("", -0.1, 0.1)]).says


def test_one_study_or_a_study_without_error_is_refused():
    assert isinstance(synthesize([Study("", 0.1, 0.1)]), Refusal)
    assert synthesize([]).code == "EV200"
    assert synthesize([Study("", 0.1, 0.0), Study("", 0.1, 0.1)]).code == "EV201"
    assert synthesize([Study("", 0.1, 0.1, 9, "reading"), Study("", 0.1, 0.1, 9, "math")]).code == "EV202"
