"""Published power figures: PowerUp! and the stepped wedge's closed forms.

Sources: the examples that PowerUpR prints (Bulus, Dong, Kelcey & Spybrook 2021; Dong & Maynard 2013) with smallest
detectable effect, degrees of freedom and standard error to three digits; Woertman et al. (2013) with the correction of
Baio et al. (2015) for the design effect of a stepped wedge.
"""

from __future__ import annotations

import numpy as np
import pytest

from gainline.engine.pilots.power.layout import Layout, Rollout, Spread
from gainline.engine.pilots.power.precision import precision
from gainline.engine.pilots.power.sizing import power, reach, smallest_effect

PLAIN = Spread()
POWERUP = {
    "ira(n=250)": (Layout("student", 1, 1, 250), PLAIN, 0.356, 248, 0.126),
    "bira2c1(n=15, J=20)": (Layout("student", 20, 1, 15, blocked="school"), PLAIN, 0.325, 279, 0.115),
    "bira2f1(n=15, J=20)": (
        Layout("student", 20, 1, 15, blocked="school", effects="fixed"),
        PLAIN,
        0.325,
        260,
        0.115,
    ),
    "bira2r1(rho2=.17, omega2=.5, n=15, J=20)": (
        Layout("student", 20, 1, 15, blocked="school", effects="random"),
        Spread(school=0.17, effect=0.17 * 0.5),
        0.366,
        19,
        0.124,
    ),
    "cra2(rho2=.17, n=15, J=20)": (Layout("school", 20, 1, 15), Spread(school=0.17), 0.629, 18, 0.212),
    "cra3(rho3=.06, rho2=.17, n=15, J=3, K=60)": (
        Layout("school", 60, 3, 15),
        Spread(school=0.06, section=0.17),
        0.269,
        58,
        0.094,
    ),
    "bcra3f2(rho2=.10, n=20, J=44, K=5)": (
        Layout("school", 220, 1, 20, blocked="group", groups=5, effects="fixed"),
        Spread(school=0.10),
        0.145,
        210,
        0.051,
    ),
    "bcra3r2(rho3=.13, rho2=.10, omega3=.4, n=10, J=6, K=24)": (
        Layout("school", 144, 1, 10, blocked="group", groups=24, between_groups=0.13 / 0.23, effects="random"),
        Spread(school=0.23, effect=0.13 * 0.4),
        0.246,
        23,
        0.084,
    ),
}


@pytest.mark.parametrize("name", POWERUP)
def test_powerup_prints_the_same_smallest_effect(name: str) -> None:
    layout, spread, published, df, std_error = POWERUP[name]
    found = reach(layout, spread)
    assert found.smallest_effect == pytest.approx(published, abs=0.00051)  # printed to three digits
    assert found.std_error == pytest.approx(std_error, abs=0.00051)
    assert found.df == df


def test_the_shortcut_and_the_noncentral_t_agree():
    """The sum of two t quantiles is the field's shortcut; at 5 degrees of freedom its power is .795, not .80."""
    for name in POWERUP:
        exact = precision(*POWERUP[name][:2])
        assert power(exact, smallest_effect(exact)) == pytest.approx(0.80, abs=0.0005)
    few = precision(Layout("school", 7, 2, 20), Spread(school=0.15))
    assert power(few, smallest_effect(few)) == pytest.approx(0.80, abs=0.01)


@pytest.mark.parametrize("icc", [0.01, 0.1, 0.3])
@pytest.mark.parametrize(("waves", "before"), [(3, 1), (4, 1), (5, 2)])
def test_a_stepped_wedge_has_the_design_effect_of_woertman(icc: float, waves: int, before: int) -> None:
    size, units = 20, 5 * waves
    top = (1 + icc * (waves * size + before * size - 1)) * 3 * (1 - icc)
    bottom = (1 + icc * (waves * size / 2 + before * size - 1)) * 2 * (waves - 1 / waves)
    layout = Layout("school", units, 1, size, rollout=Rollout(waves, before))
    found = precision(layout, Spread(school=icc))
    assert found.std_error**2 == pytest.approx(top / bottom * 4 / (units * size), rel=1e-12)


@pytest.mark.parametrize(
    "rollout",
    [
        Rollout(3),
        Rollout(4, before=2, after=1, unit_again=0.8),
        Rollout(3, unit_again=0.9, student_again=0.7),
        Rollout(2, before=3, unit_again=0.9, never=1 / 3),
        Rollout(1, before=1, never=0.5),
    ],
)
def test_the_closed_form_is_generalized_least_squares_on_period_means(rollout: Rollout) -> None:
    icc, size, units = 0.15, 30, 12
    shared = icc * rollout.unit_again + (1 - icc) * rollout.student_again / size
    covariance = np.full((rollout.periods, rollout.periods), shared)
    np.fill_diagonal(covariance, icc + (1 - icc) / size)
    weight, knowledge = np.linalg.inv(covariance), np.zeros((rollout.periods + 1, rollout.periods + 1))
    begin = round(units * (1 - rollout.never))
    for unit in range(units):
        first = rollout.before + unit % rollout.waves if unit < begin else rollout.periods
        treated = np.arange(rollout.periods) >= first
        design = np.column_stack([treated.astype(float), np.eye(rollout.periods)])
        knowledge += design.T @ weight @ design
    found = precision(Layout("school", units, 1, size, rollout=rollout), Spread(school=icc))
    assert found.std_error == pytest.approx(np.sqrt(np.linalg.inv(knowledge)[0, 0]), rel=1e-9)
