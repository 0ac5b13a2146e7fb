"""Western Electric rules against a slow twin that reads the rules aloud, and against their published run lengths."""

from __future__ import annotations

import numpy as np
import pytest

from gainline.engine.monitoring.control import RULES, western_electric


def slow(points: list[float], size: int, among: int, beyond: float) -> list[bool]:
    """At each point: are there `size` among the last `among` beyond the line, on one side?"""
    found = []
    for place in range(len(points)):
        last = points[max(0, place - among + 1) : place + 1]
        found.append(max(sum(x > beyond for x in last), sum(x < -beyond for x in last)) >= size)
    return found


def test_each_rule_equals_its_slow_twin_also_with_gaps():
    rng = np.random.default_rng(1)
    for _ in range(200):
        points = rng.normal(rng.choice([0.0, 0.8]), 1.2, int(rng.integers(1, 40)))
        points[rng.random(len(points)) < 0.1] = np.nan
        found = western_electric(points)
        for row, rule in zip(found, RULES, strict=True):
            assert row.tolist() == slow(points.tolist(), rule.points, rule.among, rule.beyond)


def test_stacked_series_are_read_one_by_one():
    points = np.random.default_rng(2).normal(size=(5, 30))
    whole = western_electric(points)
    assert whole.shape == (4, 5, 30)
    for place in range(5):
        assert (whole[:, place] == western_electric(points[place])).all()


@pytest.mark.parametrize(("rules", "published"), [(RULES, 91.75), (RULES[:1], 370.4)])
def test_a_stable_process_signals_as_seldom_as_published(rules, published):
    """Champ and Woodall (1987); the tolerance is three Monte Carlo errors of 3,000 runs, SD near the mean."""
    rng = np.random.default_rng(3)
    points = rng.standard_normal((3_000, 4_000), dtype=np.float32).astype(np.float64)
    signal = western_electric(points, rules).any(axis=0)
    assert signal.any(axis=1).mean() > 0.9999  # a run without a signal in 4,000 points is one in 50,000
    lengths = np.where(signal.any(axis=1), signal.argmax(axis=1) + 1, 4_000)
    assert lengths.mean() == pytest.approx(published, abs=3 * published / np.sqrt(3_000))
