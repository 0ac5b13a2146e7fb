"""Group-time effects against a slow loop over two-by-two differences, on 200 random panels.

Tolerance 1e-9 relative to the outcome's SD: both add up the same few hundred numbers in another order.
"""

from __future__ import annotations

import numpy as np
import pytest

from gainline.engine.evidence.estimators.differences import staggered
from gainline.engine.evidence.estimators.group_time import Units


def random_panel(seed: int) -> Units:
    rng = np.random.default_rng(seed)
    m, periods = int(rng.integers(8, 40)), int(rng.integers(4, 9))
    first = rng.choice([2, 3, periods], m)
    first[:6] = [2, 2, 3, 3, periods, periods]
    values = rng.normal(0, 1, (m, periods)).cumsum(axis=1)
    if seed % 2:
        values[rng.random(values.shape) < 0.05] = np.nan
        values[:6] = rng.normal(0, 1, (6, periods))
    weights = np.ones(m) if seed % 3 else rng.uniform(0.5, 2.0, m)
    return Units(values, weights, first.astype(np.intp), np.arange(m))


def slow_cells(units: Units, comparison: str) -> dict[tuple[int, int], tuple[float, np.ndarray]]:
    """Effect and influence of every cell, unit by unit."""
    m, periods = units.values.shape
    found = {}
    for group in sorted(set(units.first.tolist()) - {periods}):
        members = [i for i in range(m) if units.first[i] == group]
        base = max(t for t in range(group) if any(not np.isnan(units.values[i, t]) for i in members))
        for period in sorted(set(range(periods)) - {base}):
            latest = periods - 1 if comparison == "never" else max(period, base)
            change = {i: units.values[i, period] - units.values[i, base] for i in range(m)}
            seen = [i for i in range(m) if not np.isnan(change[i])]
            mine = [i for i in seen if units.first[i] == group]
            others = [i for i in seen if units.first[i] > latest and units.first[i] != group]
            if mine and others:
                found[group, period] = slow_cell(units, change, mine, others)
    return found


def slow_cell(units: Units, change: dict, mine: list[int], others: list[int]) -> tuple[float, np.ndarray]:
    influence, means = np.zeros(len(units.first)), []
    for side, sign in ((mine, 1), (others, -1)):
        total = sum(units.weights[i] for i in side)
        mean = sum(units.weights[i] * change[i] for i in side) / total
        for i in side:
            influence[i] += sign * units.weights[i] / total * (change[i] - mean)
        means.append(mean)
    return means[0] - means[1], influence


def slow_simple(units: Units, cells: dict) -> tuple[float, float]:
    """The simple average and its large-sample error, with the shares' own influence."""
    m = len(units.first)
    total = units.weights.sum()
    share = {g: units.weights[units.first == g].sum() / total for g, _ in cells}
    after = [key for key in cells if key[1] >= key[0]]
    mass = sum(share[g] for g, _ in after)
    effect = sum(share[g] * cells[g, t][0] for g, t in after) / mass
    influence = np.zeros(m)
    for g, t in after:
        influence += share[g] / mass * cells[g, t][1]
        for i in range(m):
            drawn = (units.first[i] == g) * units.weights[i] / total
            influence[i] += drawn * (cells[g, t][0] - effect) / mass
    return effect, float(np.sqrt(np.sum(influence**2)))


@pytest.mark.parametrize("comparison", ["never", "not yet"])
@pytest.mark.parametrize("part", range(4))
def test_every_cell_and_average_is_that_of_the_slow_loop(comparison, part):
    for seed in range(part * 25, (part + 1) * 25):
        units = random_panel(seed)
        found, cells = staggered(units, comparison), slow_cells(units, comparison)
        fast = {
            (int(g), int(t)): e
            for g, t, e in zip(found.cells.group, found.cells.period, found.cells.effect, strict=True)
        }
        assert set(fast) == set(cells)
        for key, (effect, _) in cells.items():
            assert fast[key] == pytest.approx(effect, rel=1e-9, abs=1e-9)
        effect, error = slow_simple(units, cells)
        assert found.simple.effect == pytest.approx(effect, rel=1e-9, abs=1e-9)
        assert found.simple.std_error_large == pytest.approx(error, rel=1e-9)
        for event in found.events:
            at = [(g, t) for g, t in cells if t - g == event.at]
            mass = {g: units.weights[units.first == g].sum() for g, _ in at}
            expected = sum(mass[g] * cells[g, t][0] for g, t in at) / sum(mass[g] for g, _ in at)
            assert event.effect == pytest.approx(expected, rel=1e-9, abs=1e-9)
