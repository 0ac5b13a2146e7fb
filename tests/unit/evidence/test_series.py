"""The interrupted series: what it finds, what it refuses, and what it says about its own memory."""

from __future__ import annotations

import numpy as np
import pytest

from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.estimators.series import (
    ESTIMAND,
    durbin_watson,
    harmonics,
    interrupted_series,
    ljung_box,
    placebo_start,
)


def remembering(rng: np.random.Generator, periods: int, rho: float) -> np.ndarray:
    errors = rng.normal(size=periods)
    errors[0] /= np.sqrt(1 - rho**2)
    for t in range(1, periods):
        errors[t] += rho * errors[t - 1]
    return errors


def line(periods: int, start: int, *, level: float = 0.0, slope: float = 0.0) -> np.ndarray:
    time = np.arange(periods)
    return 50 + 0.3 * time + (time >= start) * (level + slope * (time - start))


def test_a_line_with_little_noise_gives_back_level_slope_and_average():
    rng = np.random.default_rng(3)
    found = interrupted_series(line(40, 24, level=5.0, slope=0.5) + 0.01 * rng.normal(size=40), 24)
    assert found.level.effect == pytest.approx(5.0, abs=0.05)
    assert found.slope.effect == pytest.approx(0.5, abs=0.01)
    assert found.average.effect == pytest.approx(5.0 + 0.5 * 7.5, abs=0.05)
    assert found.average.estimand == ESTIMAND
    assert found.average.low < found.average.effect < found.average.high


def test_a_comparison_series_takes_out_what_moves_both():
    rng = np.random.default_rng(4)
    shared = remembering(rng, 36, 0.5) * 4
    own = line(36, 24, level=3.0) + shared + 0.3 * rng.normal(size=36)
    alone = interrupted_series(own, 24).average
    beside = interrupted_series(own, 24, comparison=40 + shared + 0.3 * rng.normal(size=36)).average
    assert beside.high - beside.low < (alone.high - alone.low) / 3
    assert beside.low < 3.0 < beside.high


def test_seasons_are_taken_out_by_harmonics():
    rng = np.random.default_rng(5)
    season = 6 * np.sin(2 * np.pi * np.arange(60) / 12 + 1)
    y = line(60, 40, level=2.0) + season + 0.3 * rng.normal(size=60)
    found = interrupted_series(y, 40, others=harmonics(np.arange(60.0), 12.0)).average
    assert found.effect == pytest.approx(2.0, abs=0.6)
    assert found.p < 0.01


def test_missing_periods_are_left_out_not_filled():
    rng = np.random.default_rng(6)
    y = line(40, 24, level=4.0) + remembering(rng, 40, 0.3)
    y[[3, 10, 30]] = np.nan
    found = interrupted_series(y, 24)
    assert np.isnan(found.gaps[[3, 10, 30]]).all()
    assert ("periods", "37") in found.average.diagnostics


@pytest.mark.parametrize(("periods", "start"), [(11, 7), (14, 11)])
def test_too_few_periods_are_refused(periods: int, start: int):
    refusal = interrupted_series(np.random.default_rng(1).normal(size=periods), start)
    assert isinstance(refusal, Refusal)
    assert refusal.code == "EV185"


def test_seasons_that_eat_the_line_are_refused():
    y = np.random.default_rng(1).normal(size=14)
    assert interrupted_series(y, 9, others=harmonics(np.arange(14.0), 7.0, order=4)).code == "EV186"


def test_a_series_without_error_is_refused():
    assert interrupted_series(line(20, 12, level=2.0), 12).code == "EV187"


def test_a_series_that_wanders_is_refused():
    wandering = np.cumsum(np.random.default_rng(2).normal(size=200))
    assert interrupted_series(wandering, 120).code == "EV188"


def test_the_interval_is_wider_than_the_one_that_believes_its_memory():
    rng = np.random.default_rng(8)
    drawn = [interrupted_series(line(30, 18) + remembering(rng, 30, 0.4), 18) for _ in range(40)]
    found = [one for one in drawn if not isinstance(one, Refusal)]
    assert len(found) >= 35
    widths = [(f.average.high - f.average.low) / (f.prais_winsten.high - f.prais_winsten.low) for f in found]
    assert np.mean(widths) > 1.1


def test_diagnostics_know_white_noise_from_memory():
    rng = np.random.default_rng(9)
    assert durbin_watson(rng.normal(size=2000)) == pytest.approx(2.0, abs=0.15)
    assert durbin_watson(remembering(rng, 2000, 0.8)) < 0.6
    assert ljung_box(remembering(rng, 400, 0.6), 10)[1] < 1e-6


def test_a_placebo_date_needs_room_before_it():
    assert placebo_start(11) is None
    assert placebo_start(12) == 8
    assert placebo_start(30) == 20


@pytest.mark.slow
@pytest.mark.parametrize(("periods", "start"), [(20, 12), (30, 18), (50, 30)])
@pytest.mark.parametrize("rho", [0.3, 0.6])
def test_a_true_null_is_rejected_about_as_often_as_promised(periods: int, start: int, rho: float):
    rng = np.random.default_rng(int(periods + 100 * rho))
    found = [interrupted_series(line(periods, start) + remembering(rng, periods, rho), start) for _ in range(300)]
    kept = [one.average.p for one in found if not isinstance(one, Refusal)]
    assert np.mean(np.array(kept) < 0.05) <= 0.08  # .05 and two Monte Carlo errors of 300 runs
