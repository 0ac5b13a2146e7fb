"""The stepped wedge: exact p by dealing the waves again, an interval that inverts it, and what chance cannot say."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.estimators.wedge import Deal, redeal, shape_of, wedge, working_correlation
from gainline.engine.evidence.inference.cr2 import cr2
from gainline.engine.evidence.inference.linear import Columns, least_squares


def made(m=6, periods=4, effect=1.0, seed=1, level=2.0):
    rng = np.random.default_rng(seed)
    first = rng.permutation(np.repeat([1, 2, 3], m // 3))
    values = rng.normal(0, level, (m, 1)) + rng.normal(0, 1, periods) + rng.normal(0, 0.3, (m, periods))
    return values + effect * (np.arange(periods)[None, :] >= first[:, None]), Deal(first, np.zeros(m, dtype=np.intp))


def slow_average(values, first, correlation):
    """Generalized least squares by the dense textbook form, cell by cell, averaged over the cells with the tool."""
    m, periods = values.shape
    rows, ys, blocks, sinces = [], [], [], []
    for i in range(m):
        there = [t for t in range(periods) if not np.isnan(values[i, t])]
        covariance = np.full((len(there), len(there)), correlation) + (1 - correlation) * np.eye(len(there))
        blocks.append(np.linalg.inv(covariance))
        for t in there:
            rows.append([1.0 if t == s else 0.0 for s in range(periods)])
            ys.append(values[i, t])
            sinces.append(t - first[i])
    size = sum(len(block) for block in blocks)
    inverse = np.zeros((size, size))
    at = 0
    for block in blocks:
        inverse[at : at + len(block), at : at + len(block)] = block
        at += len(block)
    times = sorted({since for since in sinces if since >= 0})
    tool = np.array([[float(since == time) for time in times] for since in sinces])
    design = np.column_stack([np.array(rows)[:, ~np.isnan(values).all(axis=0)], tool])
    told = np.linalg.lstsq(design.T @ inverse @ design, design.T @ inverse @ np.array(ys), rcond=None)[0]
    return float(told[-len(times) :] @ tool.sum(axis=0) / tool.sum())


def compared(values, deal):
    waiting = np.arange(values.shape[1])[None, :] < deal.first[:, None]
    return np.where(waiting.any(axis=0), values, np.nan)


def test_the_coefficient_is_generalized_least_squares():
    for seed in range(20):
        values, deal = made(seed=seed)
        if seed % 2:
            values[seed % 6, seed % 4] = np.nan
        rho = working_correlation(values)
        values = compared(values, deal)
        found = redeal(values, deal, rho, shape_of(values, deal), draws=19, seed=1)
        assert found.effect == pytest.approx(slow_average(values, deal.first, rho), rel=1e-8)


def test_the_model_beside_has_the_same_coefficient():
    values, deal = made()
    found = wedge(values, deal, draws=199, seed=3)
    rho = working_correlation(values)
    assert found.effect == pytest.approx(slow_average(compared(values, deal), deal.first, rho), rel=1e-8)
    assert found.std_error > 0
    assert 1 < found.df < 24


def test_p_approaches_the_share_among_all_deals():
    """All 90 deals of six clusters, counted one by one; the drawn share is within four Monte-Carlo errors."""
    values, deal = made(effect=0.3, seed=4)
    rho = working_correlation(values)
    values = compared(values, deal)
    observed = abs(slow_average(values, deal.first, rho))
    deals = set(permutations(deal.first.tolist()))
    assert len(deals) == 90
    exact = np.mean([abs(slow_average(values, np.array(d), rho)) >= observed - 1e-9 for d in deals])
    drawn = redeal(values, deal, rho, shape_of(values, deal), draws=4999, seed=5).p
    assert drawn == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / 4999) + 1 / 5000)


def test_the_interval_holds_what_the_test_does_not_reject():
    values, deal = made(m=9, effect=0.5, seed=6)
    rho = working_correlation(values)
    values = compared(values, deal)
    shape = shape_of(values, deal)
    found = redeal(values, deal, rho, shape, draws=999, seed=7)
    has = np.arange(values.shape[1])[None, :] >= deal.first[:, None]
    step = 0.02 * (found.high - found.low)
    for effect, inside in (
        (found.low - step, False),
        (found.low + step, True),
        (found.high - step, True),
        (found.high + step, False),
    ):
        again = redeal(values - effect * has, deal, rho, shape, draws=999, seed=7)
        assert (again.p > 0.05) == inside


def test_waves_are_dealt_again_within_blocks_only():
    values, deal = made(m=6)
    blocked = Deal(deal.first, np.array([0, 0, 0, 1, 1, 1]))
    assert blocked.log_deals() <= deal.log_deals()
    far = values + 100.0 * (blocked.block == 1)[:, None]
    within = redeal(far, blocked, working_correlation(far), shape_of(far, blocked), draws=199, seed=1)
    assert np.isfinite(within.low)


def test_the_same_seed_deals_the_same():
    values, deal = made()
    assert wedge(values, deal, draws=199, seed=3) == wedge(values, deal, draws=199, seed=3)


@pytest.mark.parametrize(
    ("code", "first", "change"),
    [
        ("EV175", [1, 1, 2, 2], None),
        ("EV176", [1, 1, 1, 3, 3, 3], "hide"),
        ("EV173", [1, 1, 2, 2, 3, 3], "flat"),
    ],
)
def test_what_chance_cannot_say_is_refused(code, first, change):
    values = np.random.default_rng(1).normal(size=(len(first), 4))
    if change == "flat":
        values = np.ones_like(values)
    if change == "hide":
        values[:, 1:3] = np.nan
    refusal = wedge(values, Deal(np.array(first), np.zeros(len(first), dtype=np.intp)), draws=99, seed=1)
    assert isinstance(refusal, Refusal)
    assert refusal.code == code
    assert refusal.remedy


def test_without_correlation_it_is_least_squares_with_period_effects():
    values, deal = made(level=0.0)
    m, periods = values.shape
    design = np.column_stack([np.tile(np.eye(periods), (m, 1)), (np.arange(periods) >= deal.first[:, None]).ravel()])
    fit = least_squares(values.ravel(), Columns((*"abcd", "tool"), design.astype(float)), needed=["tool"])
    found = redeal(values, deal, 0.0, shape_of(values, deal, constant=True), draws=19, seed=1)
    plain = cr2(fit, np.repeat(np.arange(m), periods), fit.contrast("tool"))
    assert found.effect == pytest.approx(plain.estimate, rel=1e-9)


def test_an_effect_that_grows_is_not_misread():
    """One coefficient for all times falls below every true effect here; the average by time does not."""
    rng = np.random.default_rng(2)
    first = np.repeat([1, 3, 5], 8)
    since = np.arange(7)[None, :] - first[:, None]
    gain = np.where(since >= 0, 1.0 + 0.5 * since, 0.0)
    values = rng.normal(0, 2, (24, 1)) + rng.normal(0, 0.05, (24, 7)) + gain
    deal = Deal(first, np.zeros(24, dtype=np.intp))
    waiting = np.arange(7) < 5
    truth = gain[:, waiting][since[:, waiting] >= 0].mean()
    rho = working_correlation(values)
    seen = compared(values, deal)
    alike = redeal(seen, deal, rho, shape_of(seen, deal, constant=True), draws=19, seed=1)
    found = wedge(values, deal, draws=199, seed=1)
    assert found.effect == pytest.approx(truth, abs=0.1)
    assert abs(alike.effect - truth) > 0.2
